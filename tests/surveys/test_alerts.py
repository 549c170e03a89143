"""Alerts: each raised once, until the unit was steady again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from analysis.stages import Stage
from surveys import alerts
from surveys.storage.database import Database
from tests.company import settle, unit

ALPHA, BETA = unit("North / Alpha"), unit("North / Beta")
WEEK_ON = date(2026, 9, 7)
LATER = WEEK_ON + timedelta(weeks=3)


@pytest.fixture(autouse=True)
def _company(database: Database) -> None:
    settle(database)


def raised(
    database: Database, kind: str, stage: Stage = Stage.FRICTION, *, unit_id: str = ALPHA, week_on: date = WEEK_ON
) -> bool:
    with database.work() as session:
        found = alerts.raise_once(session, unit_id=unit_id, kind=kind, stage=stage, week_on=week_on)
    return found is not None


def close(database: Database, unit_id: str = ALPHA) -> None:
    with database.work() as session:
        alerts.close_open(session, unit_id)


def test_an_alert_is_raised_once_while_it_is_open(database: Database) -> None:
    assert raised(database, "drift")
    assert not raised(database, "drift")
    assert not raised(database, "drift", week_on=LATER)
    with database.read() as session:
        (found,) = alerts.raised(session)
    assert (found.unit_id, found.kind, found.stage, found.week_on) == (ALPHA, "drift", Stage.FRICTION, WEEK_ON)


def test_once_the_unit_was_steady_the_next_one_is_told(database: Database) -> None:
    assert raised(database, "drift")
    close(database)
    assert raised(database, "drift", week_on=LATER)
    with database.read() as session:
        assert [found.week_on for found in alerts.raised(session)] == [WEEK_ON, LATER]


def test_the_same_drift_that_flickers_is_not_told_twice(database: Database) -> None:
    assert raised(database, "drift")
    close(database)
    assert not raised(database, "drift")
    # It counts as open again.
    assert not raised(database, "drift", week_on=LATER)
    close(database)
    assert raised(database, "drift", week_on=LATER)


def test_a_cycle_is_told_over_an_open_drift_and_silences_drifts(database: Database) -> None:
    assert raised(database, "drift")
    assert raised(database, "cycle", Stage.TRUST)
    assert not raised(database, "drift", Stage.CANDOR)
    assert not raised(database, "cycle", Stage.TARGETS, week_on=LATER)
    close(database)
    assert raised(database, "drift", Stage.CANDOR)


def test_drifts_of_two_stages_are_two_alerts(database: Database) -> None:
    assert raised(database, "drift", Stage.FRICTION)
    assert raised(database, "drift", Stage.CANDOR)


def test_one_units_alert_says_nothing_about_another(database: Database) -> None:
    assert raised(database, "cycle", Stage.TRUST)
    assert raised(database, "cycle", Stage.TRUST, unit_id=BETA)
    close(database)
    assert not raised(database, "cycle", Stage.CANDOR, unit_id=BETA)
