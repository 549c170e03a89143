"""What managers and leaders are sent: the Friday digest, and the alert with its wheel."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.demo.story import deliver
from handlers.alerts.alert import cycle_message, drift_message
from handlers.digests.digest import DIGEST_BLOCK, digest_message
from handlers.ids import Action
from handlers.showing.blocks import Block
from handlers.showing.charts import CHARTS
from handlers.words import LANGUAGES, words
from surveys import outbox
from surveys.digests import Owed
from surveys.outbox import Message
from surveys.people import directory
from surveys.people.roster import Role
from tests.handlers.office import APPROVALS, Office, action_ids, block_types, words_of
from tests.handlers.synthetic_states import COMPANY, cycle_state, drift_state, record


def digests(office: Office, name: str) -> list[dict[str, Any]]:
    """The digests in somebody's direct messages, oldest first."""
    return [
        m for m in office.messages(name) if any(b.get("block_id") == DIGEST_BLOCK for b in m.get("blocks") or [])
    ]


def send(office: Office, key: str, name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Send a message through the outbox and read it as it arrived."""
    before = {m["ts"] for m in office.messages(name)}
    with office.bot.database.work() as session:
        outbox.post(session, Message(key, "post", office.id(name), payload), now=office.clock.now())
    deliver(office.bot)
    return office.new_message(name, office.dm(name), before)


def test_every_manager_gets_one_digest_a_week_of_their_own_team(seasoned: Office) -> None:
    assert len(digests(seasoned, "nora")) == len(digests(seasoned, "sam")) == 8
    assert "R&D North, week of" in words_of(digests(seasoned, "nora")[-1])
    assert "South" not in words_of(digests(seasoned, "nora")[-1]).replace("R&amp;D North", "")
    assert digests(seasoned, "chief") == digests(seasoned, "north1") == []


def test_digest_says_the_state_first_then_what_moved_then_the_chart(seasoned: Office) -> None:
    digest = digests(seasoned, "nora")[-1]
    types = block_types(digest)
    assert types[:3] == ["header", "section", "section"]
    assert types.index("data_visualization") > 2
    assert len(digest["blocks"]) <= 16
    text = words_of(digest)
    assert text.index("Moved more than noise") < text.index("Overlay hours a week") < text.index("To talk about")
    assert "h more* (n 6)" in text


def test_first_digest_has_levels_and_claims_no_change(seasoned: Office) -> None:
    text = words_of(digests(seasoned, "nora")[0])
    assert "(n 6)" in text
    assert "worse" not in text
    assert "better" not in text


def test_buttons_of_a_digest_ask_about_the_team(seasoned: Office) -> None:
    digest = digests(seasoned, "nora")[-1]
    row = next(block for block in digest["blocks"] if block["type"] == "actions")
    assert all("R&D North" in button["value"] for button in row["elements"])
    before = {m["ts"] for m in seasoned.messages("nora")}
    user, dm = seasoned.id("nora"), seasoned.dm("nora")
    assert seasoned.sandbox.click(user, channel=dm, ts=digest["ts"], action_id=f"{Action.ASK}:0").ok
    assert "R&amp;D North" in words_of(seasoned.new_message("nora", dm, before))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("leads", [["quay"], ["quay/south", "quay/r-d-north"], ["quay", "quay/south"]])
def test_digest_of_any_units_is_one_message_that_slack_takes(
    seasoned: Office, leads: list[str], language: str
) -> None:
    with seasoned.bot.database.read() as session:
        person = directory.by_slack_id(session, seasoned.id("sam"))
        assert person is not None
        units = {unit.id for unit in directory.units(session)}
        assert set(leads) <= units
        boss = directory.Person(
            **{
                **{name: getattr(person, name) for name in person.__dataclass_fields__},
                "leads": frozenset(leads),
                "language": language,
                "roles": frozenset({Role.MANAGER}),
            }
        )
        newest = max(week for week in _weeks(seasoned))
        payload = digest_message(session, Owed("release", newest, boss))
    message = send(seasoned, f"test:{leads}:{language}", "sam", payload)
    assert block_types(message).count("data_visualization") <= CHARTS
    assert sum(block.get("block_id") == DIGEST_BLOCK for block in message["blocks"]) == 1


def _weeks(office: Office) -> list[date]:
    from surveys import results  # noqa: PLC0415

    with office.bot.database.read() as session:
        return results.whole_record(session).weeks


@pytest.mark.parametrize("language", LANGUAGES)
def test_alert_has_the_wheel_the_evidence_and_what_breaks_it(seasoned: Office, language: str) -> None:
    say = words(language)
    message = send(seasoned, f"alert:{language}", "chief", cycle_message(record(), cycle_state(), say))
    text = words_of(message)
    assert block_types(message)[:3] == ["header", "section", "image"]
    order = [say("alert.evidence"), say("alert.remedies"), say("alert.signs")]
    assert sorted(order, key=text.index) == order
    picture = next(block for block in message["blocks"] if block["type"] == "image")
    for stage in ("targets", "trust", "candor"):
        assert say(f"stage.{stage}") in picture["alt_text"]
    [file] = [f for f in [picture["slack_file"]["id"]] if f]
    assert seasoned.sandbox.calls.of("files.completeUploadExternal")[-1].arguments["files"]
    assert file
    assert action_ids(message) == [f"{Action.ASK}:0", f"{Action.ASK}:1"]


def test_titles_show_a_units_name_as_it_is_written(seasoned: Office) -> None:
    # A header is plain text: what is escaped for formatted text would show its codes there.
    message = send(seasoned, "alert:name", "chief", cycle_message(record(), cycle_state(), words("en")))
    assert COMPANY["quay/r-d-north"] == "R&D <North>"
    assert message["blocks"][0]["text"]["text"].endswith("R&D <North>")
    assert "R&amp;D &lt;North&gt;" in message["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_drift_says_that_it_is_one_stage_alone(seasoned: Office, language: str) -> None:
    say = words(language)
    message = send(seasoned, f"drift:{language}", "chief", drift_message(record(), drift_state(), say))
    assert "image" not in block_types(message)
    assert say("alert.drift_lead") in words_of(message)


# Comments -----------------------------------------------------------------------------------------------------


def rich_texts(message: dict[str, Any]) -> list[Block]:
    return [block for block in message["blocks"] if block["type"] == "rich_text"]


def test_comments_come_out_as_plain_text(seasoned: Office) -> None:
    answer = seasoned.ask("chief", "show quotes")
    quoted = rich_texts(answer)
    assert quoted
    for block in quoted:
        [element] = block["elements"]
        assert element["type"] == "rich_text_quote"
        assert {piece["type"] for piece in element["elements"]} == {"text"}
    texts = " ".join(block["elements"][0]["elements"][0]["text"] for block in quoted)
    assert "approvals" in texts
    assert not any(ord(character) < 32 or character in "\u202e\u2066\u200b" for character in texts)


def test_nothing_of_a_comment_is_live_wherever_it_stands(seasoned: Office) -> None:
    answers = [seasoned.ask("chief", text) for text in ("what do people say", "show quotes")]
    for message in (*answers, *digests(seasoned, "nora"), *digests(seasoned, "sam")):
        for block in message["blocks"]:
            if block["type"] == "rich_text":
                continue
            assert "evil.example" not in words_of({"blocks": [block]})
            assert ":fire:" not in words_of({"blocks": [block]})
        assert "<!channel>" not in message["text"]
        assert APPROVALS[0] not in message["text"]
