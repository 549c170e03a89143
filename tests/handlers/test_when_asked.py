"""A rep says when they are asked, and an admin asks now: through the sandbox, as they do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from handlers.ids import COMMAND, Action, Callback
from surveys.rounds import wishes
from surveys.storage.tables import BallotRow, RoundRow
from tests.company import welcome_everybody
from tests.handlers.office import NORTH, SOUTH, Office, action_ids, opened, steady, words_of

HOUR = timedelta(hours=1)
# The office's first Tuesday noon, three hours after everybody was asked.
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def choose(office: Office, rep: str, choice: str) -> None:
    """Choose from the menu under the message that asked."""
    found = office.message(rep)
    menu = next(
        element
        for block in found["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == Action.ASK_LATER
    )
    option = next(one for one in menu["options"] if one["value"].endswith(f" {choice}"))
    ack = office.sandbox.click(
        office.id(rep),
        channel=office.dm(rep),
        ts=found["ts"],
        action_id=Action.ASK_LATER,
        value={"selected_option": option},
    )
    assert ack.ok


def said(office: Office, rep: str, text: str) -> dict[str, Any]:
    """The message that asked, once it says something."""
    return office.wait(lambda: found if text in words_of(found := office.message(rep)) else None)


def pulses(office: Office, name: str) -> list[dict[str, Any]]:
    """What somebody got besides what everybody is told once."""
    return [one for one in office.messages(name) if Action.NOT_BE_ASKED not in action_ids(one)]


def test_later_says_when_and_comes_back_as_one_message(fresh_office: Office) -> None:
    office = fresh_office
    choose(office, "north1", "4h")
    assert Action.OPEN_PULSE in action_ids(said(office, "north1", "This comes back on Tuesday 16:00"))
    office.pass_time(NOON + 4 * HOUR - timedelta(minutes=1))
    assert len(pulses(office, "north1")) == 1
    office.pass_time(NOON + 4 * HOUR)
    asked, again = pulses(office, "north1")
    assert "Here it is again, as you asked" in words_of(again)
    assert Action.OPEN_PULSE in action_ids(again)
    # It was asked for, so the reminder still comes, and no more than that.
    office.pass_time(NOON + 48 * HOUR)
    assert len(pulses(office, "north1")) == 3
    assert asked["ts"] == office.invitations["north1"]


def test_who_answers_meanwhile_is_not_asked_again(fresh_office: Office) -> None:
    office = fresh_office
    choose(office, "north2", "1h")
    said(office, "north2", "This comes back on Tuesday 13:00")
    assert office.answer("north2", steady("north2")).ok
    office.pass_time(NOON + 48 * HOUR)
    assert len(pulses(office, "north2")) == 1


def test_too_late_in_the_round_the_last_good_hour_is_one_tap_away(fresh_office: Office) -> None:
    office = fresh_office
    office.pass_time(datetime(2026, 3, 5, 10, tzinfo=UTC))
    choose(office, "north3", "tomorrow")
    view = office.sandbox.wait_for_view(office.id("north3"), callback_id=Callback.LATER)
    assert "closes on Thursday 16:00, before that. Shall it come back on Thursday 15:00" in words_of(view)
    assert office.sandbox.submit(office.id("north3"), view["id"]).ok
    said(office, "north3", "This comes back on Thursday 15:00")
    office.pass_time(datetime(2026, 3, 5, 15, tzinfo=UTC))
    assert "Here it is again" in words_of(office.messages("north3")[-1])


def test_pause_and_time_are_kept_and_shown_again(office: Office) -> None:
    choose(office, "south1", "when")
    view = office.sandbox.wait_for_view(office.id("south1"), callback_id=Callback.WHEN)
    assert "Your manager is not told" in words_of(view)
    wrong = office.sandbox.submit(office.id("south1"), view["id"], {"ask_time": "10:30", "pause": "2026-03-01"})
    assert wrong.response["errors"] == {"pause": "Choose a day to come, within a year."}
    assert office.sandbox.submit(office.id("south1"), view["id"], {"ask_time": "10:30", "pause": "2026-03-20"}).ok
    shown = words_of(office.sandbox.wait_for_view(office.id("south1")))
    assert "You are asked at 10:30" in shown
    assert "Until 20 Mar 2026 you get no pulse" in shown
    with office.bot.database.read() as session:
        person = next(one for one in _people(office) if one.slack_id == office.id("south1"))
        assert wishes.of(session, person).ask_time == time(10, 30)


def _people(office: Office) -> list[Any]:
    from surveys.people import directory  # noqa: PLC0415

    with office.bot.database.read() as session:
        return directory.people(session)


@pytest.fixture
def sunday_office(tmp_path: Path) -> Iterator[Office]:
    """The company before its first pulse."""
    with opened(tmp_path) as found:
        yield found


def command(office: Office, name: str, text: str) -> None:
    assert office.sandbox.command(office.id(name), office.dm(name), COMMAND, text).ok


def test_an_admin_asks_a_unit_now_after_seeing_whom_and_until_when(sunday_office: Office) -> None:
    office = sunday_office
    welcome_everybody(office.bot.database, at=datetime(2026, 2, 27, 10, tzinfo=UTC))
    office.pass_time(datetime(2026, 3, 2, 9, tzinfo=UTC))
    command(office, "ada", "pulse now south")
    view = office.sandbox.wait_for_view(office.id("ada"), callback_id=Callback.START_PULSE)
    text = words_of(view)
    assert "6 people in South are asked now" in text
    assert "It closes on Wednesday 16:00" in text
    assert "nobody is asked twice in a week" in text
    assert office.sandbox.submit(office.id("ada"), view["id"]).ok
    assert "It begins within a minute. 6 people" in words_of(office.sandbox.wait_for_view(office.id("ada")))
    office.pass_time(datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    assert [len(pulses(office, rep)) for rep in SOUTH] == [1] * 6
    assert [len(pulses(office, rep)) for rep in NORTH] == [0] * 6
    # On Tuesday the week's own pulse asks the rest.
    office.pass_time(datetime(2026, 3, 3, 12, tzinfo=UTC))
    assert [len(pulses(office, rep)) for rep in (*NORTH, *SOUTH)] == [1] * 12
    with office.bot.database.read() as session:
        assert sorted(session.scalars(select(RoundRow.schedule))) == ["out of turn", "weekly"]
        assert session.scalars(select(BallotRow)).all() == []
    command(office, "ada", "pulse now")
    assert "already" in words_of(office.sandbox.wait_for_view(office.id("ada")))


def test_nobody_but_an_admin_asks_now(sunday_office: Office) -> None:
    office = sunday_office
    office.pass_time(datetime(2026, 3, 2, 9, tzinfo=UTC))
    for name in ("chief", "nora", "north1"):
        ack = office.sandbox.command(office.id(name), office.dm(name), COMMAND, "pulse now")
        assert ack.ok
        assert "This is not open to you" in words_of(office.new_message(name, office.dm(name), set()))
