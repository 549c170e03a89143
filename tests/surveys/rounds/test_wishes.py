"""What reps wish: later, a pause, a time of their own; and what others can read of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from surveys.ballots.keys import MasterKey
from surveys.rounds import rounds, wishes
from surveys.rounds.rounds import Pulse, Round
from surveys.rounds.wishes import Later, NoTimeLeft, OutsideWorkingHours, PauseNotAhead, TooLate, Wishes
from surveys.storage.database import Database
from surveys.storage.tables import LaterRow, ParticipationRow, WishRow
from tests.company import (
    LONDON,
    MONDAY,
    WEEKLY,
    answer,
    close,
    erase,
    full_answers,
    morning,
    open_round,
    person,
    remind,
    settle,
)

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)


@pytest.fixture
def week(database: Database, master: MasterKey) -> Round:
    settle(database)
    return open_round(database, master)


def later(database: Database, master: MasterKey, week: Round, wait: Later, now: datetime) -> datetime:
    who = person(database, "alpha1")
    with database.work() as session:
        return wishes.later(
            session, master.serving(), who, Pulse(week, who.unit_id), wait, schedule=WEEKLY, now=now
        )


def brought_back(database: Database, master: MasterKey, now: datetime) -> list[str]:
    with database.work() as session:
        due = wishes.take_due(session, master.serving(), schedule=WEEKLY, now=now)
    return [who.email.split("@")[0] for who, _, _ in due]


def local(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%a %H:%M}"


@pytest.mark.parametrize(
    ("wait", "hours"),
    [
        (Later.ONE_HOUR, "09:35 Mon 10:35"),
        (Later.FOUR_HOURS, "09:35 Mon 13:35"),
        # After work it is the next morning.
        (Later.FOUR_HOURS, "15:00 Tue 08:00"),
        (Later.TOMORROW, "15:00 Tue 09:30"),
    ],
)
def test_later_is_brought_back_once_in_a_good_hour(
    database: Database, master: MasterKey, week: Round, wait: Later, hours: str
) -> None:
    pressed_at, expected = hours.split(" ", 1)
    at = later(database, master, week, wait, datetime.combine(MONDAY, time.fromisoformat(pressed_at), LONDON))
    assert local(at) == expected
    assert brought_back(database, master, at - timedelta(seconds=1)) == []
    assert brought_back(database, master, at) == ["alpha1"]
    assert brought_back(database, master, at) == []


def test_choosing_again_replaces_what_was_chosen(database: Database, master: MasterKey, week: Round) -> None:
    later(database, master, week, Later.ONE_HOUR, morning())
    at = later(database, master, week, Later.FOUR_HOURS, morning())
    assert brought_back(database, master, at - HOUR) == []
    assert brought_back(database, master, at) == ["alpha1"]


def test_after_the_close_the_last_good_hour_is_offered_instead(
    database: Database, master: MasterKey, week: Round
) -> None:
    thursday = datetime.combine(MONDAY + timedelta(days=3), time(10), LONDON)
    with pytest.raises(TooLate) as problem:
        later(database, master, week, Later.TOMORROW, thursday)
    assert local(problem.value.latest) == "Thu 17:00"
    with pytest.raises(NoTimeLeft):
        later(database, master, week, Later.ONE_HOUR, thursday.replace(hour=17))
    who = person(database, "alpha1")
    pulse = Pulse(week, who.unit_id)
    for wrong in (thursday - HOUR, week.closes_at, thursday.replace(hour=7) + timedelta(days=1)):
        with database.work() as session, pytest.raises(NoTimeLeft):
            wishes.bring_back(session, master.serving(), who, pulse, wrong, schedule=WEEKLY, now=thursday)


def test_what_is_kept_of_it_names_nobody_and_goes_with_the_round(
    database: Database, master: MasterKey, week: Round
) -> None:
    later(database, master, week, Later.ONE_HOUR, morning())
    with database.read() as session:
        row = session.scalars(select(LaterRow)).one()
        assert row.key != master.serving().ballot_key(week.id, person(database, "alpha1").id)
        assert len(row.key) == 32
    close(database, master, week)
    with database.read() as session:
        assert session.scalars(select(LaterRow)).all() == []


def test_erasing_takes_it_along(database: Database, master: MasterKey, week: Round) -> None:
    at = later(database, master, week, Later.ONE_HOUR, morning())
    erase(database, master, week, "alpha1")
    assert brought_back(database, master, at) == []


def test_a_standstill_until_night_brings_it_back_in_the_morning(
    database: Database, master: MasterKey, week: Round
) -> None:
    later(database, master, week, Later.ONE_HOUR, morning())
    assert brought_back(database, master, morning() + 12 * HOUR) == []
    assert brought_back(database, master, morning() + 23 * HOUR) == ["alpha1"]


def pause(database: Database, name: str, until: date | None, now: datetime) -> None:
    who = person(database, name)
    with database.work() as session:
        wishes.pause(session, who, until, now=now)


def test_a_pause_leaves_rounds_out_until_its_day(database: Database, master: MasterKey) -> None:
    settle(database)
    pause(database, "alpha1", MONDAY + WEEK, morning() - WEEK)
    open_round(database, master)
    open_round(database, master, MONDAY + WEEK)
    who = person(database, "alpha1")
    with database.read() as session:
        rows = session.scalars(select(ParticipationRow).where(ParticipationRow.person_id == who.id)).all()
        assert [row.invited for row in rows] == [True]
        assert rounds.open_pulse(session, who, now=morning()) is not None


def test_a_pause_in_an_open_round_ends_its_reminders_and_writes_no_ballot(
    database: Database, master: MasterKey, week: Round
) -> None:
    pause(database, "alpha1", MONDAY + WEEK, morning())
    assert "alpha1" not in remind(database, master, WEEKLY.remind_at(MONDAY, LONDON))
    answer(database, master, week, "alpha1", full_answers(week))


def test_a_pause_ends_on_a_day_ahead_within_a_year(database: Database) -> None:
    settle(database)
    for wrong in (MONDAY, MONDAY - WEEK, MONDAY + 60 * WEEK, date.min, date.max):
        with pytest.raises(PauseNotAhead):
            pause(database, "alpha1", wrong, morning())
    pause(database, "alpha1", MONDAY + WEEK, morning())
    pause(database, "alpha1", None, morning())
    with database.read() as session:
        assert wishes.of(session, person(database, "alpha1")) == Wishes()


def test_a_time_of_ones_own_counts_from_the_next_round_on(database: Database, master: MasterKey) -> None:
    settle(database)
    who = person(database, "alpha1")
    with database.work() as session:
        wishes.ask_at(session, who, time(14, 30))
    open_round(database, master)
    with database.read() as session:
        rows = {row.person_id: row for row in session.scalars(select(ParticipationRow))}
        assert local(rows[who.id].ask_at) == "Mon 14:30"
        assert not rows[who.id].invited
        assert sum(row.invited for row in rows.values()) == len(rows) - 1
    for wrong in (time(7, 59), time(17, 1), time(0)):
        with database.work() as session, pytest.raises(OutsideWorkingHours):
            wishes.ask_at(session, who, wrong)
    with database.read() as session:
        assert session.get_one(WishRow, who.id).ask_time == time(14, 30)
