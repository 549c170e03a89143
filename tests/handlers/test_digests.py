"""What managers are sent: the Friday digest."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.demo.story import deliver
from handlers.digests.digest import DIGEST_BLOCK, digest_message
from handlers.ids import Action
from handlers.showing.blocks import Block
from handlers.showing.charts import CHARTS
from handlers.words import LANGUAGES
from surveys import outbox
from surveys.digests import Owed
from surveys.outbox import Message
from surveys.people import directory
from surveys.people.roster import Role
from tests.handlers.office import APPROVALS, Office, block_types, words_of


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
    # What would be noticed; and leaders were alerted to the hours that the north spends on overlays.
    assert types[:5] == ["header", "section", "context", "context", "section"]
    assert types.index("data_visualization") > 2
    assert len(digest["blocks"]) <= 17
    text = words_of(digest)
    assert text.index("Moved more than noise") < text.index("Overlay hours a week") < text.index("To talk about")
    assert "h more* (n 6)" in text
    assert "Your leaders were told about R&amp;D North in the week of" in text
    assert "Your leaders" not in words_of(digests(seasoned, "sam")[-1])


def test_first_digest_has_levels_and_claims_no_change(seasoned: Office) -> None:
    text = words_of(digests(seasoned, "nora")[0])
    assert "(n 6)" in text
    assert "worse" not in text
    assert "better" not in text


def test_buttons_of_a_digest_ask_about_the_team(seasoned: Office) -> None:
    digest = digests(seasoned, "nora")[-1]
    rows = [block for block in digest["blocks"] if block["type"] == "actions"]
    row = next(row for row in rows if row["elements"][0]["action_id"] == f"{Action.ASK}:0")
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
