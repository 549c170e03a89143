"""Who is away is asked later: by their status, and by do-not-disturb, as Slack shows them."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from bot.slack_directory import SlackAbsences
from surveys.clock import SystemClock
from surveys.rounds.absences import is_day_off
from tests.bot.conftest import MONDAY, REPS, TUESDAY_MORNING, Place


@pytest.mark.parametrize(
    ("text", "emoji", "off"),
    [
        ("", ":palm_tree:", True),
        ("Vacationing", "", True),
        ("OOO until Monday", ":airplane:", True),
        ("Im Urlaub", "", True),
        ("krankgeschrieben", "", True),
        ("お休み", "", True),
        ("Out of office", ":spiral_calendar_pad:", True),
        ("In a meeting", ":spiral_calendar_pad:", False),
        ("Working remotely", ":house_with_garden:", False),
        ("room 200", "", False),
        ("", "", False),
    ],
)
def test_a_status_says_whether_somebody_is_off_today(text: str, emoji: str, *, off: bool) -> None:
    assert is_day_off(text, emoji) is off


def change(place: Place, rep: str, **fields: object) -> None:
    place.sandbox.change_user(place.sandbox.user_by_email(f"{rep}@acme.example").id, **fields)


def test_who_is_off_is_asked_when_they_are_back(place: Place) -> None:
    bot = place.peopled_bot()
    change(place, "rep0", status_emoji=":palm_tree:", status_text="Vacation")
    change(place, "rep1", status_emoji=":face_with_thermometer:")
    over = int((TUESDAY_MORNING - timedelta(hours=1)).timestamp())
    change(place, "rep2", status_text="OOO", status_expiration=over)
    place.move(bot, MONDAY)
    place.move(bot, TUESDAY_MORNING)
    assert [len(place.asks(rep)) for rep in REPS] == [0, 0] + [1] * 10
    looked = len(place.sandbox.calls.of("users.info"))
    # Not again at every tick.
    place.move(bot, TUESDAY_MORNING + timedelta(minutes=5))
    assert len(place.sandbox.calls.of("users.info")) == looked
    change(place, "rep1", status_emoji="")
    place.move(bot, TUESDAY_MORNING + timedelta(minutes=31))
    assert [len(place.asks(rep)) for rep in REPS] == [0] + [1] * 11
    change(place, "rep0", status_emoji="", status_text="")
    place.move(bot, TUESDAY_MORNING + timedelta(hours=24))
    assert [len(place.asks(rep)) for rep in REPS] == [1] * 12


def test_where_slack_does_not_say_people_are_asked_and_no_name_is_logged(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    bot = place.peopled_bot()
    caplog.set_level(logging.WARNING)
    for method in ("users.info", "dnd.teamInfo"):
        place.sandbox.faults.add(kind="ratelimited", method=method, times=50)
    place.move(bot, MONDAY)
    place.move(bot, TUESDAY_MORNING)
    assert [len(place.asks(rep)) for rep in REPS] == [1] * 12
    assert "statuses were not looked at" in caplog.text
    assert "do-not-disturb was not looked at" in caplog.text
    assert not any(place.sandbox.user_by_email(f"{rep}@acme.example").id in caplog.text for rep in REPS)


def test_many_people_are_looked_up_page_by_page(place: Place) -> None:
    bot = place.peopled_bot()
    ids = [place.sandbox.user_by_email(f"{rep}@acme.example").id for rep in REPS]
    change(place, "rep3", status_text="Urlaub")
    absences = SlackAbsences(bot.client)
    many = [*ids, *(f"U{number}" for number in range(60))]
    assert absences.away(many, now=MONDAY) == {ids[3]}
    assert len(place.sandbox.calls.of("dnd.teamInfo")) == 2


def test_do_not_disturb_counts_while_it_lasts(place: Place) -> None:
    bot = place.peopled_bot()
    ids = [place.sandbox.user_by_email(f"{rep}@acme.example").id for rep in REPS]
    change(place, "rep1", dnd=True)
    absences, now = SlackAbsences(bot.client), SystemClock().now()
    assert absences.away(ids, now=now) == {ids[1]}
    # Quiet hours that begin later, or are over.
    assert absences.away(ids, now=now - timedelta(days=1)) == frozenset()
    assert absences.away(ids, now=now + timedelta(days=1)) == frozenset()
