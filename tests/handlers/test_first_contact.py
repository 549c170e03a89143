"""The first contact in Slack: read, said no to, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from handlers.ids import Action
from surveys.storage.tables import OutboxRow
from tests.handlers.office import GERMAN, REPS, Json, Office, action_ids, opened, words_of


@pytest.fixture
def office(tmp_path: Any) -> Iterator[Office]:
    """A company whose people were told, on the day before they are asked."""
    with opened(tmp_path) as found:
        found.pass_time(found.schedule.ask_at(found.week_on, found.schedule.company_zone) - timedelta(hours=2))
        yield found


def told(office: Office, name: str) -> Json:
    (message,) = [one for one in office.messages(name) if Action.SEE_STORED in action_ids(one)]
    return message


def press(office: Office, name: str, action_id: str) -> None:
    ack = office.sandbox.click(
        office.id(name), channel=office.dm(name), ts=told(office, name)["ts"], action_id=action_id
    )
    assert ack.ok, ack.error


def test_everybody_gets_one_message_before_they_are_asked_and_none_later(office: Office) -> None:
    text = words_of(told(office, "north1"))
    assert text.startswith("*A short pulse, once a week: about four questions, under a minute*")
    assert "usually Tuesday 09:00 your time" in text
    assert "figures about 5 people or more" in text
    assert words_of(told(office, GERMAN)).startswith("*Ein kurzer Puls, einmal die Woche")
    for boss in ("nora", "chief", "ada"):
        assert office.messages(boss) == []
    office.open_pulse()
    for rep in REPS:
        first, ask = office.messages(rep)
        assert first["ts"] == told(office, rep)["ts"]
        assert Action.DECLINE_PULSE in action_ids(ask)


def test_its_buttons_say_what_is_stored_and_how_it_stays_confidential(office: Office) -> None:
    press(office, "north2", Action.SEE_STORED)
    view = office.sandbox.wait_for_view(office.id("north2"))
    assert "north2@quay.example" in words_of(view)
    assert action_ids(view) == []
    press(office, "north3", Action.SEE_PROMISE)
    assert "the program that serves Slack cannot open it" in words_of(
        office.sandbox.wait_for_view(office.id("north3"))
    )


def test_no_is_no_until_it_is_taken_back_and_no_list_shows_it(office: Office) -> None:
    press(office, "north4", Action.NOT_BE_ASKED)
    office.wait(lambda: True if "You are not asked." in words_of(told(office, "north4")) else None)
    office.pass_time(office.schedule.ask_at(office.week_on, office.schedule.company_zone) + timedelta(hours=3))
    assert len(office.messages("north4")) == 1
    assert len(office.messages("north5")) == 2
    home = office.home("north4")
    assert "that was your choice, and no list shows it" in words_of(home)
    assert office.sandbox.click(office.id("north4"), home=True, action_id=Action.BE_ASKED).ok
    office.wait(lambda: True if "You are asked again" in words_of(told(office, "north4")) else None)
    assert Action.NOT_BE_ASKED in action_ids(office.home("north4"))
    office.close_pulse()
    office.pass_time(office.schedule.ask_at(office.week_on, office.schedule.company_zone) + timedelta(hours=3))
    assert Action.DECLINE_PULSE in action_ids(office.messages("north4")[-1])


def test_weeks_later_the_old_message_still_says_no(office: Office) -> None:
    ts = told(office, "south1")["ts"]
    with office.bot.database.work() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.key.startswith("welcome:")))
    user, dm = office.id("south1"), office.dm("south1")
    assert office.sandbox.click(user, channel=dm, ts=ts, action_id=Action.NOT_BE_ASKED).ok
    assert "You are not asked." in words_of(office.sandbox.wait_for_view(user))
