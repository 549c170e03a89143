"""Digests: one for each manager and release, on their own Friday morning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from surveys import digests
from surveys.ballots.keys import MasterKey
from surveys.storage.database import Database
from tests.company import (
    MONDAY,
    SMALL,
    WEEKLY,
    answer,
    close,
    full_answers,
    import_roster,
    open_round,
    roster_csv,
    settle,
)

LONDON = datetime(2026, 9, 11, 8, 0, tzinfo=UTC)
TOKYO = datetime(2026, 9, 11, 0, 0, tzinfo=UTC)


def released(database: Database, master: MasterKey) -> str:
    settle(database, zones={"alpha.lead": "Asia/Tokyo"})
    week = open_round(database, master)
    for number in range(1, 7):
        answer(database, master, week, f"alpha{number}", full_answers(week))
    release_id = close(database, master, week)
    assert release_id
    return release_id


def plan(database: Database) -> list[str]:
    with database.work() as session:
        found = digests.unplanned(session)
        for release_id in found:
            digests.plan(session, release_id, schedule=WEEKLY)
    return found


def take(database: Database, now: datetime) -> list[str]:
    with database.work() as session:
        return [owed.person.email.split("@")[0] for owed in digests.take_due(session, now=now)]


def test_a_release_is_planned_once(database: Database, master: MasterKey) -> None:
    release_id = released(database, master)
    assert plan(database) == [release_id]
    assert plan(database) == []
    with pytest.raises(IntegrityError), database.work() as session:
        digests.plan(session, release_id, schedule=WEEKLY)


def test_every_manager_is_owed_a_digest_in_their_own_morning_and_gets_it_once(
    database: Database, master: MasterKey
) -> None:
    release_id = released(database, master)
    plan(database)
    with database.read() as session:
        assert digests.next_due(session) == TOKYO
    assert take(database, TOKYO - timedelta(seconds=1)) == []
    assert take(database, TOKYO) == ["alpha.lead"]
    with database.read() as session:
        assert digests.next_due(session) == LONDON
    with database.work() as session:
        (owed,) = digests.take_due(session, now=LONDON)
    assert (owed.release_id, owed.week_on, owed.person.email) == (release_id, MONDAY, "beta.lead@harbour.example")
    assert take(database, LONDON + timedelta(days=30)) == []
    with database.read() as session:
        assert digests.next_due(session) is None


def test_a_digest_taken_in_a_unit_of_work_that_fails_is_still_owed(database: Database, master: MasterKey) -> None:
    released(database, master)
    plan(database)

    def fail() -> None:
        with database.work() as session:
            assert digests.take_due(session, now=LONDON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert take(database, LONDON) == ["alpha.lead", "beta.lead"]


def test_a_manager_who_left_is_owed_nothing(database: Database, master: MasterKey) -> None:
    released(database, master)
    plan(database)
    import_roster(database, roster_csv(SMALL, without=frozenset({"beta.lead"})))
    assert take(database, LONDON) == ["alpha.lead"]
