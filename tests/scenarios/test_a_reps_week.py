"""Two weeks of a rep, told as a story: a tap, an interruption, what came of it, and an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.demo.story import deliver
from handlers.digests.reply_view import TEXT_BLOCK, THEME_BLOCK
from handlers.ids import COMMAND, Action, Callback
from handlers.pulses.pulse_view import COMMENT_BLOCK
from handlers.words import words
from surveys.storage.tables import BallotRow, CommentRow, ParticipationRow
from tests.handlers.office import APPROVALS, NORTH, REPS, SOUTH, Office, action_ids, opened, steady, words_of

SAY = words("en")
COMMENT = "approvals for a discount take days, every time"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as found:
        yield found


def ballots(office: Office) -> int:
    with office.bot.database.read() as session:
        return session.scalar(select(func.count()).select_from(BallotRow)) or 0


def press(office: Office, rep: str, action_id: str) -> dict[str, Any]:
    """Press a button of the asking message and wait for the form."""
    assert office.press(rep, action_id).ok
    return office.sandbox.wait_for_view(office.id(rep), callback_id=Callback.PULSE)


def close(office: Office, name: str) -> None:
    user = office.id(name)
    office.sandbox.close_view(user, office.sandbox.wait_for_view(user)["id"], clear=True)


def asked(office: Office, rep: str) -> int:
    """How many messages ever asked somebody in this round."""
    return sum(m["ts"] == office.invitations[rep] for m in office.messages(rep))


def newest(office: Office, name: str, text: str) -> dict[str, Any]:
    return office.wait(lambda: next((m for m in reversed(office.messages(name)) if text in m["text"]), None))


def test_a_rep_is_asked_interrupted_heard_and_answered(office: Office) -> None:
    # Tuesday, nine o'clock. One tap while waiting for the lift, and the form is put away.
    office.open_pulse()
    view = press(office, "north1", f"{Action.TAP}:2")
    office.sandbox.close_view(office.id("north1"), view["id"])
    office.wait(lambda: True if "1 of 4 answered" in words_of(office.message("north1")) else None)
    assert ballots(office) == 1

    # In the afternoon the rest, with a comment; and again, since a word was missing.
    view = press(office, "north1", Action.GO_ON_WITH_PULSE)
    filled = office.by_block(view, {**steady("north1"), "trust": "2"}) | {COMMENT_BLOCK: "approvals"}
    assert office.sandbox.submit(office.id("north1"), view["id"], filled).ok
    office.wait(lambda: True if SAY("pulse.thanks") in words_of(office.message("north1")) else None)
    view = press(office, "north1", Action.OPEN_PULSE)
    assert office.sandbox.submit(office.id("north1"), view["id"], filled | {COMMENT_BLOCK: COMMENT}).ok
    office.wait(lambda: True if SAY("asking.changed") in words_of(office.message("north1")) else None)
    assert ballots(office) == 1
    for rep in REPS[1:]:
        comment = APPROVALS[int(rep[-1]) - 1]
        assert office.answer(rep, {**steady(rep), "comment": comment}).ok

    # Meanwhile the leader has retired an overlay.
    assert office.sandbox.command(office.id("chief"), office.dm("chief"), COMMAND, "log retired the deal desk").ok
    form = office.sandbox.wait_for_view(office.id("chief"), callback_id=Callback.LOG)
    blocks = {b["element"]["action_id"]: b["block_id"] for b in form["blocks"] if "element" in b}
    logged = {blocks[Action.LOG_UNIT]: "quay", blocks[Action.LOG_NOTE]: "the deal desk is gone"}
    assert office.sandbox.submit(office.id("chief"), form["id"], logged).ok
    close(office, "chief")

    # Thursday it closes; Friday morning everybody is told, and nothing is left that says who answered.
    office.close_pulse()
    assert "comes to you on Friday 09:00" in words_of(office.message("north1"))
    office.send_digests()
    told = newest(office, "north1", "You said, we did")
    assert "the deal desk is gone" in words_of(told)
    with office.bot.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ParticipationRow)) == 0
        assert COMMENT in session.scalars(select(CommentRow.text)).all()

    # It helped, think six of them.
    for rep in NORTH:
        seen = {m["ts"] for m in office.messages(rep)}
        ts = newest(office, rep, "You said, we did")["ts"]
        button = f"{Action.REACT}:helped"
        assert office.sandbox.click(office.id(rep), channel=office.dm(rep), ts=ts, action_id=button).ok
        office.new_message(rep, office.dm(rep), seen)

    # Their manager replies to what they wrote, by name; it reaches both teams, whose comments are kept together.
    digest = next(m for m in reversed(office.messages("nora")) if Action.REPLY_TO_THEME in action_ids(m))
    user, dm = office.id("nora"), office.dm("nora")
    assert office.sandbox.click(user, channel=dm, ts=digest["ts"], action_id=Action.REPLY_TO_THEME).ok
    form = office.sandbox.wait_for_view(user, callback_id=Callback.REPLY)
    theme = next(b["element"] for b in form["blocks"] if b.get("block_id") == THEME_BLOCK)["options"][0]["value"]
    reply = {THEME_BLOCK: theme, TEXT_BLOCK: "From May on, discounts below ten percent need no approval."}
    assert office.sandbox.submit(user, form["id"], reply).ok
    close(office, "nora")
    for rep in (*NORTH, *SOUTH[:5]):
        assert "need no approval" in words_of(newest(office, rep, "Nora Quay replies"))

    # The next Tuesday: the command opens the new pulse, in which the comment answers the manager.
    office.open_pulse()
    assert office.sandbox.command(office.id("north1"), office.dm("north1"), COMMAND, "").ok
    view = office.sandbox.wait_for_view(office.id("north1"), callback_id=Callback.PULSE)
    assert office.sandbox.submit(office.id("north1"), view["id"], office.by_block(view, {"trust": "4"})).ok
    for rep in REPS[1:]:
        assert office.answer(rep, steady(rep)).ok
    office.close_pulse()
    office.send_digests()
    counted = SAY("outcome.counts", count=6, helped=6, no_change=0)
    assert counted in words_of(office.home("chief"))
    assert counted in words_of(office.home("south1"))


@pytest.mark.parametrize("kind", ["ratelimited", "error_5xx", "drop", "lost_answer"])
def test_whatever_slack_does_there_is_one_ask_one_ballot_and_the_comment(office: Office, kind: str) -> None:
    for method in ("chat.postMessage", "chat.update"):
        office.sandbox.faults.add(method=method, kind=kind, times=2)
    office.open_pulse()
    office.sandbox.faults.add(method="chat.update", kind=kind, times=1)
    view = press(office, "north1", f"{Action.TAP}:4")
    for _ in range(2):
        filled = office.by_block(view, {"trust": "4"}) | {COMMENT_BLOCK: COMMENT}
        office.sandbox.submit(office.id("north1"), view["id"], filled)
        view = press(office, "north1", Action.OPEN_PULSE)
    close(office, "north1")
    for rep in REPS[1:]:
        assert office.answer(rep, steady(rep)).ok
    for _ in range(4):
        office.pass_time(office.clock.now() + (office.schedule.closes_at(office.week_on) - office.clock.now()) / 8)
        deliver(office.bot)
    assert ballots(office) == len(REPS)
    assert {rep: asked(office, rep) for rep in REPS} == dict.fromkeys(REPS, 1)
    office.close_pulse()
    with office.bot.database.read() as session:
        assert session.scalars(select(CommentRow.text)).all() == [COMMENT]


@pytest.mark.parametrize("kind", ["ratelimited", "error_5xx", "drop", "lost_answer"])
def test_a_form_or_home_tab_that_does_not_open_loses_nothing(office: Office, kind: str) -> None:
    office.open_pulse()
    office.sandbox.faults.add(method="views.open", kind=kind, times=1)
    assert office.press("north1", f"{Action.TAP}:4").ok
    office.wait(lambda: True if "1 of 4 answered" in words_of(office.message("north1")) else None)
    assert ballots(office) == 1
    office.sandbox.faults.add(method="views.publish", kind=kind, times=1)
    user = office.id("north1")
    office.sandbox.open_home(user)
    office.wait(lambda: office.sandbox.home(user))
    view = press(office, "north1", Action.GO_ON_WITH_PULSE)
    filled = office.by_block(view, {"trust": "4"}) | {COMMENT_BLOCK: COMMENT}
    assert office.sandbox.submit(office.id("north1"), view["id"], filled).ok
    office.sandbox.open_home(user)
    stored = SAY("own.title")
    office.wait(lambda: stored in words_of(shown) if (shown := office.sandbox.home(user)) else None)
    for rep in REPS[1:]:
        assert office.answer(rep, steady(rep)).ok
    assert ballots(office) == len(REPS)
    office.close_pulse()
    with office.bot.database.read() as session:
        assert session.scalars(select(CommentRow.text)).all() == [COMMENT]
