"""A round's life up to its close: opened once, each person asked and reminded once, in their own hours."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.errors import NotInvited, RoundIsClosed
from surveys.rounds import rounds
from surveys.rounds.rounds import Round
from surveys.storage.database import Database
from surveys.storage.tables import GroupRow, ParticipationRow, RoundRow
from tests.company import (
    LONDON,
    MONDAY,
    SMALL,
    WEEKLY,
    answer,
    close,
    decline,
    email,
    full_answers,
    import_roster,
    join_slack,
    morning,
    open_round,
    person,
    remind,
    roster_csv,
    settle,
    slack_id,
    unit,
)
from tests.surveys.stored import all_rows

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
REMIND = WEEKLY.remind_at(MONDAY, LONDON)
CLOSE = WEEKLY.closes_at(MONDAY)
REPS = 13


def opened(database: Database, master: MasterKey, now: datetime, *, k: int = SMALLEST_GROUP) -> Round | None:
    with database.work() as session:
        return rounds.open_round(
            session, schedule=WEEKLY, bank=default_bank(), master=master, smallest_group=k, now=now
        )


def invited(database: Database, now: datetime) -> list[str]:
    with database.work() as session:
        due = rounds.invite_due(session, schedule=WEEKLY, now=now)
    return [who.email.split("@")[0] for who, _ in due]


def rows(database: Database) -> tuple[int, int]:
    with database.read() as session:
        return (
            session.scalar(select(func.count()).select_from(RoundRow)) or 0,
            session.scalar(select(func.count()).select_from(ParticipationRow)) or 0,
        )


def test_a_round_is_opened_once(database: Database, master: MasterKey) -> None:
    settle(database)
    first = opened(database, master, WEEKLY.opens_at(MONDAY))
    assert first is not None
    assert first.week_on == MONDAY
    assert first.closes_at == CLOSE
    assert first.item_ids == ("trust_rules", "overlay_hours", "friction_process", first.item_ids[3])
    assert opened(database, master, WEEKLY.opens_at(MONDAY)) is None
    assert opened(database, master, CLOSE - MINUTE) is None
    assert rows(database) == (1, REPS)
    second = opened(database, master, WEEKLY.opens_at(MONDAY + WEEK))
    assert second is not None
    assert second.id != first.id
    assert second.public_key != first.public_key
    assert second.item_ids[3] != first.item_ids[3]


def test_four_at_once_open_one_round(
    database: Database, master: MasterKey, reopen: Callable[[Database], Database]
) -> None:
    settle(database)
    processes = [database, database, reopen(database), reopen(database)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda process: opened(process, master, morning()), processes))
    assert sum(each is not None for each in found) == 1
    assert rows(database) == (1, REPS)


def test_four_at_once_invite_everybody_once(
    database: Database, master: MasterKey, reopen: Callable[[Database], Database]
) -> None:
    settle(database)
    opened(database, master, morning())
    processes = [database, database, reopen(database), reopen(database)]
    with ThreadPoolExecutor(4) as threads:
        found = [name for names in threads.map(lambda each: invited(each, morning()), processes) for name in names]
    assert len(found) == REPS
    assert len(set(found)) == REPS


def test_nothing_opens_too_early_too_late_or_for_nobody(database: Database, master: MasterKey) -> None:
    assert opened(database, master, morning()) is None
    import_roster(database, roster_csv(SMALL))
    # Slack knows nobody yet; once it does, the same round opens.
    assert opened(database, master, morning()) is None
    join_slack(database)
    assert opened(database, master, WEEKLY.opens_at(MONDAY) - MINUTE) is None
    assert opened(database, master, CLOSE) is None
    assert opened(database, master, morning() + HOUR) is not None


def test_only_reps_are_asked(database: Database, master: MasterKey) -> None:
    settle(database)
    open_round(database, master)
    with database.read() as session:
        planned = set(session.scalars(select(ParticipationRow.person_id)))
    assert person(database, "alpha1").id in planned
    assert not planned & {person(database, name).id for name in ("chief", "north.lead", "alpha.lead")}


def test_everybody_is_invited_once_in_their_own_morning(database: Database, master: MasterKey) -> None:
    zones: dict[str, str | None] = {
        "alpha1": "Asia/Tokyo",
        "alpha2": "America/Los_Angeles",
        "alpha3": "Asia/Kathmandu",
        "alpha4": "Pacific/Kiritimati",
        "alpha5": None,
    }
    settle(database, zones=zones)
    asked: dict[str, datetime] = {}
    now = WEEKLY.opens_at(MONDAY)
    while now < CLOSE:
        opened(database, master, now)
        for name in invited(database, now):
            assert name not in asked
            asked[name] = now
        now += timedelta(minutes=15)
    assert len(asked) == REPS
    for name, at in asked.items():
        local = at.astimezone(person(database, name).zone("Europe/London"))
        # The Monday is Labor Day in the United States.
        expected = (1, 8, 0) if name == "alpha2" else (0, 9, 30)
        assert (local.weekday(), local.hour, local.minute) == expected, name


def test_a_late_tick_waits_for_working_hours(database: Database, master: MasterKey) -> None:
    settle(database, zones={"alpha1": "Asia/Tokyo"})
    # The bot was down all Monday; in London it is evening, in Tokyo early morning.
    night = datetime(2026, 9, 7, 21, 30, tzinfo=UTC)
    opened(database, master, night)
    assert invited(database, night) == []
    assert invited(database, datetime(2026, 9, 7, 22, 59, tzinfo=UTC)) == []
    assert invited(database, datetime(2026, 9, 7, 23, 0, tzinfo=UTC)) == ["alpha1"]
    assert len(invited(database, datetime(2026, 9, 8, 7, 0, tzinfo=UTC))) == REPS - 1


def test_who_has_not_answered_is_reminded_once(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    answer(database, master, week, "alpha1", full_answers(week))
    decline(database, master, week, "alpha2")
    assert remind(database, master, REMIND - MINUTE) == []
    found = remind(database, master, REMIND)
    assert len(found) == REPS - 2
    assert "alpha1" not in found
    assert "alpha2" not in found
    assert remind(database, master, REMIND) == []
    assert remind(database, master, REMIND + 24 * HOUR) == []


def test_who_is_asked_late_is_not_reminded_in_the_same_breath(database: Database, master: MasterKey) -> None:
    settle(database)
    opened(database, master, REMIND)
    assert len(invited(database, REMIND)) == REPS
    assert remind(database, master, REMIND) == []
    assert remind(database, master, CLOSE - HOUR) == []


def test_a_reminder_waits_for_working_hours_too(database: Database, master: MasterKey) -> None:
    settle(database)
    open_round(database, master)
    assert remind(database, master, REMIND + 10 * HOUR) == []
    assert len(remind(database, master, REMIND + 23 * HOUR)) == REPS


def test_nothing_is_sent_after_the_close(database: Database, master: MasterKey) -> None:
    settle(database)
    open_round(database, master)
    assert remind(database, master, CLOSE) == []
    assert invited(database, CLOSE + HOUR) == []
    with database.read() as session:
        assert rounds.open_pulse(session, person(database, "alpha1"), now=CLOSE) is None


def test_who_leaves_is_neither_asked_nor_reminded_any_more(database: Database, master: MasterKey) -> None:
    settle(database)
    opened(database, master, WEEKLY.opens_at(MONDAY))
    import_roster(database, roster_csv(SMALL, without=frozenset({"alpha1"})))
    assert "alpha1" not in invited(database, morning())
    import_roster(database, roster_csv(SMALL, without=frozenset({"alpha1", "alpha2"})))
    found = remind(database, master, REMIND)
    assert "alpha2" not in found
    assert len(found) == REPS - 2


def test_who_joins_in_mid_round_is_asked_from_the_next_one_on(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    import_roster(database, roster_csv({"North / Alpha": 7, "North / Beta": 7}))
    join_slack(database)
    assert invited(database, morning() + HOUR) == []
    newcomer = person(database, "alpha7")
    with database.read() as session, pytest.raises(NotInvited):
        rounds.pulse_of(session, newcomer, round_id=week.id, now=morning())
    # They joined on the Monday, so this is their first week.
    opened(database, master, morning(MONDAY + WEEK))
    assert "alpha7" in invited(database, morning(MONDAY + WEEK))


def test_who_moves_in_mid_round_answers_for_the_team_they_were_asked_in(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = open_round(database, master)
    moved = roster_csv(SMALL).replace("Harbour / North / Alpha,rep", "Harbour / North / Beta,rep", 1)
    assert import_roster(database, moved).changed
    who = person(database, "alpha1")
    assert who.unit_id == unit("North / Beta")
    with database.read() as session:
        pulse = rounds.pulse_of(session, who, round_id=week.id, now=morning())
    assert pulse.unit_id == unit("North / Alpha")
    for number in range(1, 7):
        answer(database, master, week, f"alpha{number}", full_answers(week))
        answer(database, master, week, f"beta{number}", full_answers(week))
    close(database, master, week)
    with database.read() as session:
        found = {tuple(row.unit_ids): (row.invited, row.answered) for row in session.scalars(select(GroupRow))}
    assert found == {(unit("North / Alpha"),): (6, 6), (unit("North / Beta"),): (7, 6)}


def test_a_pulse_can_be_met_from_its_invitation_to_its_close(database: Database, master: MasterKey) -> None:
    settle(database)
    who = person(database, "alpha1")
    week = opened(database, master, WEEKLY.opens_at(MONDAY))
    assert week is not None
    with database.read() as session:
        assert rounds.open_pulse(session, who, now=WEEKLY.opens_at(MONDAY)) is None
    invited(database, morning())
    with database.read() as session:
        pulse = rounds.open_pulse(session, who, now=morning())
        assert pulse is not None
        assert pulse.round == week
        assert rounds.pulse_of(session, who, round_id=week.id, now=CLOSE - MINUTE) == pulse
        with pytest.raises(RoundIsClosed):
            rounds.pulse_of(session, who, round_id=week.id, now=CLOSE)
        with pytest.raises(RoundIsClosed):
            rounds.pulse_of(session, who, round_id="nothing", now=morning())
        with pytest.raises(NotInvited):
            rounds.pulse_of(session, person(database, "chief"), round_id=week.id, now=morning())


def test_those_who_were_asked_are_known_by_their_slack_users(database: Database, master: MasterKey) -> None:
    settle(database, zones={"beta7": "America/Los_Angeles"})
    week = open_round(database, master)
    answer(database, master, week, "alpha1", full_answers(week))
    decline(database, master, week, "alpha2")
    import_roster(database, roster_csv(SMALL, without=frozenset({"alpha3"})))
    with database.read() as session:
        found = rounds.asked(session, week.id)
    expected = {f"alpha{number}" for number in (1, 2, 4, 5, 6)} | {f"beta{number}" for number in range(1, 7)}
    assert {user: who.email for user, who in found.items()} == {slack_id(name): email(name) for name in expected}


def test_what_is_written_about_people_is_the_same_whether_they_answered_or_not(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = open_round(database, master)

    def about_people() -> dict[str, list[str]]:
        return {table: rows for table, rows in all_rows(database).items() if table != "ballot"}

    before = about_people()
    answer(database, master, week, "alpha1", full_answers(week))
    decline(database, master, week, "alpha2")
    assert about_people() == before
    remind(database, master, REMIND)
    with database.read() as session:
        rows = session.scalars(select(ParticipationRow)).all()
        assert {(row.invited, row.reminders) for row in rows} == {(True, 1)}


@pytest.mark.parametrize(("first", "asked_for", "second"), [(5, 7, 7), (7, 5, 7), (6, 6, 6)])
def test_the_smallest_group_is_fixed_at_opening_and_never_lowered(
    database: Database, master: MasterKey, first: int, asked_for: int, second: int
) -> None:
    settle(database)
    week = opened(database, master, morning(), k=first)
    assert week is not None
    assert week.smallest_group == first
    later = opened(database, master, morning(MONDAY + WEEK), k=asked_for)
    assert later is not None
    assert later.smallest_group == second
    with database.read() as session:
        assert rounds.promised_group(session) == second
        assert session.get_one(RoundRow, week.id).smallest_group == first


def test_a_round_is_due_to_close_at_its_close_and_until_it_is_counted(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = open_round(database, master)
    with database.read() as session:
        assert rounds.due_to_close(session, now=CLOSE - MINUTE) == []
        assert rounds.due_to_close(session, now=CLOSE) == [week.id]
        assert rounds.due_to_close(session, now=CLOSE + 10 * WEEK) == [week.id]
    close(database, master, week)
    with database.read() as session:
        assert rounds.due_to_close(session, now=CLOSE) == []


def test_what_is_due_next_is_the_ask_then_the_reminder_then_the_close(
    database: Database, master: MasterKey
) -> None:
    settle(database, zones={"alpha1": "Asia/Tokyo"})
    tokyo = WEEKLY.ask_at(MONDAY, person(database, "alpha1").zone("UTC"))

    def due(now: datetime) -> datetime | None:
        with database.read() as session:
            return rounds.next_due(session, schedule=WEEKLY, now=now)

    assert due(morning()) is None
    week = opened(database, master, WEEKLY.opens_at(MONDAY))
    assert week is not None
    assert due(WEEKLY.opens_at(MONDAY)) == tokyo
    invited(database, tokyo)
    assert due(tokyo) == morning()
    invited(database, morning())
    assert due(morning()) == REMIND - 8 * HOUR
    assert due(REMIND - 8 * HOUR) == REMIND
    # It is due for everybody, whether they answered or not.
    decline(database, master, week, "alpha2")
    remind(database, master, REMIND - 8 * HOUR)
    assert due(REMIND - 8 * HOUR) == REMIND
    remind(database, master, REMIND)
    assert due(REMIND) == CLOSE
    close(database, master, week)
    assert due(morning()) is None
