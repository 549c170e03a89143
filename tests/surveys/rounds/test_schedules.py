"""Several schedules, rounds out of turn, newcomers: nobody is in two rounds of one week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.people import directory
from surveys.rounds import out_of_turn, rounds
from surveys.rounds.out_of_turn import AlreadyThisWeek, NobodyToAsk, NoSuchUnit, OutOfTurn, TooLateInTheWeek
from surveys.rounds.rounds import Round
from surveys.rounds.schedule import Rhythm, Schedule, Weekday, monday, second_full_week
from surveys.storage.database import Database
from surveys.storage.tables import AuditRow, GroupRow, ParticipationRow, PersonRow, ReleaseRow, WantedRoundRow
from tests.company import (
    LONDON,
    MONDAY,
    WEEKLY,
    answer,
    close,
    full_answers,
    import_roster,
    join_slack,
    person,
    roster_csv,
    settle,
    unit,
)

WEEK = timedelta(weeks=1)
TEAMS = {"North / Alpha": 6, "North / Beta": 7, "South / Gamma": 5}
ALPHA = replace(WEEKLY, name="alpha", units=(unit("North / Alpha"),), items=("trust_rules",))
MONTHLY = replace(WEEKLY, name="monthly", rhythm=Rhythm.MONTHLY)
FORTNIGHTLY = replace(WEEKLY, name="fortnightly", rhythm=Rhythm.FORTNIGHTLY, first_week_on=MONDAY)


def opened(
    database: Database, master: MasterKey, schedule: Schedule, week_on: date = MONDAY, *first: Schedule
) -> Round | None:
    now = schedule.opens_at(week_on)
    with database.work() as session:
        return rounds.open_round(
            session,
            schedule=schedule,
            bank=default_bank(),
            master=master,
            smallest_group=5,
            now=now,
            first=first,
        )


def planned(database: Database, found: Round | None) -> set[str]:
    assert found is not None
    with database.read() as session:
        rows = session.execute(
            select(PersonRow.email)
            .join(ParticipationRow, ParticipationRow.person_id == PersonRow.id)
            .where(ParticipationRow.round_id == found.id)
        )
        return {email.split("@")[0] for (email,) in rows}


# -- rhythms --------------------------------------------------------------------------------------------


def test_a_month_has_one_round_and_a_fortnight_one_in_two_weeks_over_ten_years() -> None:
    weeks = [monday(date(2026, 1, 5)) + number * WEEK for number in range(52 * 10)]
    for day in (Weekday.MONDAY, Weekday.THURSDAY):
        schedule = replace(MONTHLY, ask_day=day)
        months = Counter(
            (week_on + timedelta(days=day)).strftime("%Y-%m") for week_on in weeks if schedule.takes_place(week_on)
        )
        assert set(months.values()) == {1}
        assert len(months) >= 119
    held = [week_on for week_on in weeks if FORTNIGHTLY.takes_place(week_on)]
    assert {later - week_on for week_on, later in pairwise(held)} == {2 * WEEK}
    assert MONDAY in held


@pytest.mark.parametrize("schedule", [WEEKLY, FORTNIGHTLY, MONTHLY])
def test_every_rotating_item_has_its_turn_whatever_the_rhythm(schedule: Schedule) -> None:
    held = [week_on for number in range(30) if schedule.takes_place(week_on := MONDAY + number * WEEK)][:4]
    assert len({rounds.items_of(schedule, default_bank(), week_on)[3].id for week_on in held}) == 4


def test_the_next_opening_is_that_of_the_next_turn() -> None:
    assert WEEKLY.next_opening(WEEKLY.opens_at(MONDAY)) == WEEKLY.opens_at(MONDAY + WEEK)
    assert FORTNIGHTLY.next_opening(WEEKLY.opens_at(MONDAY)) == WEEKLY.opens_at(MONDAY + 2 * WEEK)
    assert MONTHLY.next_opening(WEEKLY.opens_at(MONDAY)) == WEEKLY.opens_at(date(2026, 10, 5))


# -- two in one week ------------------------------------------------------------------------------------


def test_the_first_schedule_that_includes_somebody_asks_them_and_no_other(
    database: Database, master: MasterKey
) -> None:
    settle(database, TEAMS)
    # The general one opens first, and yet leaves the special one its people.
    everybody = opened(database, master, WEEKLY, MONDAY, ALPHA)
    special = opened(database, master, replace(ALPHA, ask_day=Weekday.TUESDAY))
    assert planned(database, special) == {f"alpha{number}" for number in range(1, 7)}
    assert not planned(database, everybody) & planned(database, special)
    assert special is not None
    assert special.item_ids == ("trust_rules",)


def test_whoever_moves_between_two_rounds_of_a_week_is_asked_in_the_first_alone(
    database: Database, master: MasterKey
) -> None:
    settle(database, TEAMS)
    south = replace(WEEKLY, name="south", units=(unit("South"),), ask_day=Weekday.TUESDAY)
    first = opened(database, master, ALPHA)
    import_roster(
        database, roster_csv(TEAMS).replace("Harbour / North / Alpha,rep", "Harbour / South / Gamma,rep", 1)
    )
    second = opened(database, master, south)
    assert "alpha1" in planned(database, first)
    assert planned(database, second) == {f"gamma{number}" for number in range(1, 6)}


def test_figures_of_two_rounds_of_a_week_are_about_different_people(database: Database, master: MasterKey) -> None:
    settle(database, TEAMS)
    special, rest = opened(database, master, ALPHA), opened(database, master, WEEKLY, MONDAY, ALPHA)
    for found in (special, rest):
        assert found is not None
        for name in planned(database, found):
            answer(database, master, found, name, full_answers(found))
        assert close(database, master, found)
    with database.read() as session:
        groups = [frozenset(row.unit_ids) for row in session.scalars(select(GroupRow))]
        releases = session.scalars(select(ReleaseRow.week_on)).all()
    assert releases == [MONDAY, MONDAY]
    assert sum(map(len, groups)) == len(frozenset().union(*groups)) == 3


def test_four_processes_and_two_schedules_at_once_plan_everybody_once(
    database: Database, master: MasterKey, reopen: Callable[[Database], Database]
) -> None:
    settle(database, TEAMS)
    other = replace(WEEKLY, name="other")
    processes = [(database, WEEKLY), (reopen(database), other), (reopen(database), WEEKLY), (database, other)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda each: opened(each[0], master, each[1]), processes))
    with database.read() as session:
        asked = Counter(session.scalars(select(ParticipationRow.person_id)))
    assert sorted(asked.values()) == [1] * 18


# -- out of turn ----------------------------------------------------------------------------------------

TUESDAY_NOON = datetime.combine(MONDAY + timedelta(days=1), time(12), LONDON)


def plan(database: Database, now: datetime, name: str = "") -> OutOfTurn:
    with database.read() as session:
        where = out_of_turn.unit_called(session, name)
        return out_of_turn.plan(session, where, schedule=WEEKLY, bank=default_bank(), now=now)


def start(database: Database, found: OutOfTurn, now: datetime) -> None:
    with database.work() as session:
        actor = directory.by_email(session, "chief@harbour.example")
        out_of_turn.start(session, found, actor=actor, now=now)


def open_wanted(database: Database, master: MasterKey, now: datetime) -> Round | None:
    with database.work() as session:
        return rounds.open_wanted(
            session, schedule=WEEKLY, bank=default_bank(), master=master, smallest_group=5, now=now
        )


def test_a_round_out_of_turn_takes_the_place_of_the_weeks_own_for_its_people(
    database: Database, master: MasterKey
) -> None:
    settle(database, TEAMS)
    found = plan(database, TUESDAY_NOON, "north")
    assert len(found.people) == 13
    assert found.closes_at == datetime.combine(MONDAY + timedelta(days=3), WEEKLY.close_time, LONDON)
    start(database, found, TUESDAY_NOON)
    now = open_wanted(database, master, TUESDAY_NOON)
    assert open_wanted(database, master, TUESDAY_NOON) is None
    assert len(planned(database, now)) == 13
    assert now is not None
    assert now.item_ids == ("trust_rules", "overlay_hours", "friction_process", now.item_ids[3])
    assert planned(database, opened(database, master, WEEKLY)) == {f"gamma{number}" for number in range(1, 6)}
    with database.work() as session:
        assert len(rounds.invite_due(session, schedule=WEEKLY, now=TUESDAY_NOON)) == 18
    with database.read() as session:
        assert session.scalars(select(WantedRoundRow)).all() == []
        assert session.scalars(select(AuditRow.act)).all()[-1] == "pulse"


def test_it_is_refused_where_it_would_ask_twice_or_too_late(database: Database, master: MasterKey) -> None:
    settle(database, TEAMS)
    with pytest.raises(NoSuchUnit):
        plan(database, TUESDAY_NOON, "Nowhere")
    with pytest.raises(TooLateInTheWeek):
        plan(database, TUESDAY_NOON + timedelta(days=3))
    found = plan(database, TUESDAY_NOON, "Gamma")
    start(database, found, TUESDAY_NOON)
    with pytest.raises(AlreadyThisWeek):
        plan(database, TUESDAY_NOON)
    # Two admins had the modal open.
    with pytest.raises(AlreadyThisWeek):
        start(database, found, TUESDAY_NOON)
    assert open_wanted(database, master, TUESDAY_NOON)
    with pytest.raises(AlreadyThisWeek):
        plan(database, TUESDAY_NOON)
    opened(database, master, WEEKLY, MONDAY + WEEK)
    with pytest.raises(NobodyToAsk):
        plan(database, TUESDAY_NOON + WEEK)


def test_one_that_could_not_be_opened_before_its_close_never_is(database: Database, master: MasterKey) -> None:
    settle(database, TEAMS)
    found = plan(database, TUESDAY_NOON)
    start(database, found, TUESDAY_NOON)
    assert open_wanted(database, master, found.closes_at) is None
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(WantedRoundRow)) == 0


# -- newcomers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("joined_on", "asked_from"),
    [
        (date(2026, 9, 7), date(2026, 9, 14)),
        (date(2026, 9, 8), date(2026, 9, 21)),
        (date(2026, 9, 13), date(2026, 9, 21)),
        (date(2026, 9, 14), date(2026, 9, 21)),
    ],
)
def test_who_joins_is_asked_from_their_second_full_week(joined_on: date, asked_from: date) -> None:
    assert second_full_week(joined_on) == asked_from


def test_the_companys_first_people_are_asked_at_once_and_newcomers_are_not(
    database: Database, master: MasterKey
) -> None:
    settle(database, {"North / Alpha": 6})
    import_roster(database, roster_csv({"North / Alpha": 7}))
    join_slack(database)
    # They were imported on the first Monday, which makes this their first full week.
    assert "alpha7" not in planned(database, opened(database, master, WEEKLY))
    assert "alpha7" in planned(database, opened(database, master, WEEKLY, MONDAY + WEEK))
    # Who was left out by mistake and comes back is no newcomer.
    import_roster(database, roster_csv({"North / Alpha": 7}, without=frozenset({"alpha1"})))
    import_roster(database, roster_csv({"North / Alpha": 7}))
    assert person(database, "alpha1").joined_on is None
