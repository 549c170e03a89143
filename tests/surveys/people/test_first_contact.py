"""First contact: once in a life, at a decent hour, hours before the first ask, and no is no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, update

from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.people import first_contact
from surveys.people.first_contact import TIME_TO_READ
from surveys.rounds import rounds
from surveys.rounds.working_time import at_work
from surveys.storage.database import Database
from surveys.storage.tables import ParticipationRow, PersonRow
from tests.company import MONDAY, SMALL, WEEKLY, import_roster, join_slack, morning, person, roster_csv, settle

# Harbour is asked on Mondays at 9:30: it is told on the Friday before.
FRIDAY = date(2026, 9, 4)
ZONES = {"alpha1": "Pacific/Auckland", "alpha2": "America/Los_Angeles", "alpha3": "Asia/Karachi", "alpha4": None}


def untold(database: Database, zones: dict[str, str | None] | None = None) -> None:
    settle(database, zones=zones)
    with database.work() as session:
        session.execute(update(PersonRow).values(welcomed_at=None))


def tell(database: Database, now: datetime) -> list[str]:
    with database.work() as session:
        return sorted(one.email.split("@")[0] for one in first_contact.due(session, schedule=WEEKLY, now=now))


def ask(database: Database, master: MasterKey, now: datetime) -> list[str]:
    with database.work() as session:
        rounds.open_round(session, schedule=WEEKLY, bank=default_bank(), master=master, smallest_group=5, now=now)
    with database.work() as session:
        return sorted(one.email.split("@")[0] for one, _ in rounds.invite_due(session, schedule=WEEKLY, now=now))


def test_everybody_is_told_once_on_the_working_day_before_in_their_own_morning(database: Database) -> None:
    untold(database, ZONES)
    told: dict[str, datetime] = {}
    # After the close of the week before, in which they would have been told for that one.
    now = datetime(2026, 9, 3, 17, tzinfo=UTC)
    while now < morning():
        for name in tell(database, now):
            assert name not in told
            told[name] = now
        now += timedelta(minutes=30)
    assert len(told) == sum(SMALL.values())
    for name, at in told.items():
        who = person(database, name)
        local = at.astimezone(who.zone("Europe/London"))
        assert (local.date(), local.hour, local.minute) == (FRIDAY, 10, 0)
        assert who.welcomed_at == at


def test_a_company_that_starts_on_the_day_is_told_first_and_asked_hours_later(
    database: Database, master: MasterKey
) -> None:
    untold(database)
    now = morning()
    assert ask(database, master, now) == []
    assert len(tell(database, now)) == 13
    assert tell(database, now) == []
    assert ask(database, master, now + TIME_TO_READ - timedelta(seconds=1)) == []
    assert len(ask(database, master, now + TIME_TO_READ)) == 13


def test_who_is_told_late_in_the_day_is_asked_the_next_morning(database: Database, master: MasterKey) -> None:
    untold(database)
    evening = morning().replace(hour=16)
    tell(database, evening)
    asked = [now for hours in range(24) if ask(database, master, now := evening + timedelta(hours=hours))]
    assert [at.astimezone(WEEKLY.company_zone).hour for at in asked] == [8]


def test_new_joiners_are_told_as_well_and_nobody_twice_when_they_come_back(database: Database) -> None:
    untold(database)
    tell(database, morning())
    more = roster_csv(SMALL | {"North / Alpha": 7})
    import_roster(database, roster_csv(SMALL, without=frozenset({"alpha6"})))
    import_roster(database, more)
    with database.work() as session:
        session.execute(update(PersonRow).where(PersonRow.slack_id.is_(None)).values(slack_id=PersonRow.email))
    # Whoever joins is asked from their second full week on, and told before that.
    assert tell(database, morning() + timedelta(days=1)) == []
    assert tell(database, morning(MONDAY + timedelta(weeks=2))) == ["alpha7"]


def test_the_next_moment_is_known_and_something_is_due_then(database: Database) -> None:
    untold(database, ZONES)
    now, told = datetime(2026, 9, 1, tzinfo=UTC), 0
    while told < 13:
        with database.read() as session:
            due = first_contact.next_due(session, schedule=WEEKLY, now=now)
        assert due is not None
        assert due > now
        now = due
        told += len(tell(database, now))
    with database.read() as session:
        assert first_contact.next_due(session, schedule=WEEKLY, now=now) == now + TIME_TO_READ
        assert first_contact.next_due(session, schedule=WEEKLY, now=now + TIME_TO_READ) is None


def test_two_processes_tell_everybody_once(
    postgres_database: Database, reopen: Callable[[Database], Database]
) -> None:
    """On SQLite a writer is alone."""
    untold(postgres_database)
    other = reopen(postgres_database)
    with postgres_database.work() as one:
        first = first_contact.due(one, schedule=WEEKLY, now=morning())
        with other.work() as two:
            assert first_contact.due(two, schedule=WEEKLY, now=morning()) == []
    assert len(first) == 13


def test_who_said_no_is_not_planned_in_and_not_asked_until_they_say_yes(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    for name, asked in (("alpha1", False), ("beta1", False), ("beta1", True)):
        with database.work() as session:
            first_contact.choose(session, person(database, name), asked=asked)
    assert "alpha1" not in ask(database, master, morning())
    with database.read() as session:
        planned = set(session.scalars(select(ParticipationRow.person_id)))
    assert person(database, "alpha1").id not in planned
    assert person(database, "beta1").id in planned


def test_who_says_no_during_a_round_is_not_reminded(database: Database, master: MasterKey) -> None:
    settle(database)
    ask(database, master, morning())
    with database.work() as session:
        first_contact.choose(session, person(database, "alpha1"), asked=False)
    later = WEEKLY.remind_at(MONDAY, WEEKLY.company_zone)
    assert at_work(later, WEEKLY.company_zone)
    with database.work() as session:
        due = rounds.remind_due(session, schedule=WEEKLY, now=later)
    assert len(due) == 12


def test_matching_again_keeps_choices_and_moments(database: Database) -> None:
    settle(database)
    with database.work() as session:
        first_contact.choose(session, person(database, "alpha1"), asked=False)
    import_roster(database, roster_csv(SMALL))
    join_slack(database)
    assert person(database, "alpha1").opted_out
    assert person(database, "alpha1").welcomed_at is not None
