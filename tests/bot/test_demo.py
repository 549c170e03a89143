"""The demo from the outside: one JSON object, nothing left behind, the same seed the same story."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.demo.run import Outcome, open_for_visitors, play, staged

KEYS = {"people", "rounds", "invitations", "answers", "digests", "alerts", "seconds"}


def orgpulse(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    # Somebody who has connected a real Slack can still run the demo, and nothing of theirs is touched.
    theirs = {"ORGPULSE_DATABASE": f"sqlite:///{folder}/theirs.db", "ORGPULSE_SLACK_BOT_TOKEN": "xoxb-theirs"}
    environment = os.environ | theirs | {"TMPDIR": str(folder)}
    command = [sys.executable, "-c", "from bot.main import main; main()", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )


def test_headless_it_prints_one_json_object_and_leaves_nothing(tmp_path: Path) -> None:
    with orgpulse("demo", "--headless", "--json", "--weeks", "2", folder=tmp_path) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found = json.loads(out)
    assert set(found) == KEYS
    assert (found["rounds"], found["digests"]) == (2, 16)
    assert found["invitations"] == 2 * 59
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_at_any_time_it_leaves_no_process_and_no_folder(tmp_path: Path, number: signal.Signals) -> None:
    with orgpulse("demo", "--headless", folder=tmp_path) as process:
        while not list(tmp_path.glob("orgpulse-demo-*/orgpulse.db")):
            assert process.poll() is None
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_the_same_seed_tells_the_same_story_and_visitors_find_a_pulse() -> None:
    def once() -> Outcome:
        with staged(weeks=2, seed=3, port=0, database=None) as stage:
            outcome = play(stage, lambda *_: None)
            if not addresses:
                addresses.append(open_for_visitors(stage))
                rep = stage.sandbox.user_by_email(stage.company.reps[0].email).id
                newest = stage.sandbox.messages(stage.sandbox.open_dm(rep))[-1]
                assert "open_pulse" in json.dumps(newest["blocks"])
            return outcome

    addresses: list[str] = []
    first, second = once(), once()
    assert (first.invitations, first.answers, first.digests, first.alerts) == (
        second.invitations,
        second.answers,
        second.digests,
        second.alerts,
    )
    assert "suggest=" in addresses[0]
