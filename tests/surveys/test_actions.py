"""Actions: what can be logged, by whom, what is read of them, and when their effect is told."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from analysis.detection.cycle import Kind as StateKind
from analysis.effects import last_week
from analysis.stages import Stage
from surveys import actions, alerts, episodes, retention
from surveys.actions import AIMS_AT, LONGEST_NOTE, Action, Kind
from surveys.ballots.keys import MasterKey
from surveys.errors import OrgpulseError
from surveys.storage.database import Database
from surveys.storage.tables import ReleaseRow, RoundRow
from tests.company import SMALL, WEEKLY, import_roster, morning, person, roster_csv, settle, unit
from tests.surveys import states

ALPHA, BETA, NORTH, COMPANY = unit("North / Alpha"), unit("North / Beta"), unit("North"), unit("")
TODAY = date(2026, 9, 9)
NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _company(database: Database) -> None:
    settle(database)


def log(
    database: Database,
    name: str = "alpha.lead",
    unit_id: str = ALPHA,
    *,
    done_on: date = TODAY,
    note: str = "The second approval went",
    alert_id: str | None = None,
) -> Action:
    with database.work() as session:
        return actions.log(
            session,
            person(database, name),
            unit_id=unit_id,
            kind=Kind.PROCESS_REMOVED,
            done_on=done_on,
            note=note,
            today=TODAY,
            now=NOW,
            alert_id=alert_id,
        )


def logged(database: Database, *unit_ids: str) -> list[Action]:
    with database.read() as session:
        return actions.logged(session, unit_ids)


# Logging ----------------------------------------------------------------------------------------------------


def test_what_was_logged_is_read_by_its_unit_oldest_first(database: Database) -> None:
    later = log(database)
    earlier = log(database, done_on=TODAY - timedelta(days=20), note="  \u202eA\u0007 new\nline ")
    other = log(database, "beta.lead", BETA)
    assert logged(database, ALPHA) == [earlier, later]
    assert logged(database, ALPHA, BETA) == [earlier, *sorted([later, other], key=lambda action: action.id)]
    assert logged(database) == []
    assert earlier.note == "A new\nline"
    assert (later.kind, later.done_on, later.person_id) == (
        Kind.PROCESS_REMOVED,
        TODAY,
        person(database, "alpha.lead").id,
    )


@pytest.mark.parametrize(
    ("name", "unit_id", "allowed"),
    [
        ("alpha.lead", ALPHA, True),
        ("alpha.lead", BETA, False),
        ("alpha.lead", NORTH, False),
        ("north.lead", BETA, True),
        ("chief", COMPANY, True),
        ("alpha1", ALPHA, False),
        ("chief", "harbour/nowhere", False),
    ],
)
def test_action_is_logged_by_those_who_lead_the_unit_alone(
    database: Database, name: str, unit_id: str, *, allowed: bool
) -> None:
    if allowed:
        assert log(database, name, unit_id).unit_id == unit_id
        return
    with pytest.raises(actions.UnitNotYours):
        log(database, name, unit_id)
    assert logged(database, unit_id) == []


@pytest.mark.parametrize(
    ("done_on", "note", "problem"),
    [
        (TODAY + timedelta(days=1), "", actions.ActionInFuture),
        (TODAY - timedelta(days=366), "", actions.ActionTooOld),
        (TODAY, "x" * (LONGEST_NOTE + 1), actions.NoteTooLong),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    database: Database, done_on: date, note: str, problem: type[OrgpulseError]
) -> None:
    with pytest.raises(problem) as refused:
        log(database, done_on=done_on, note=note)
    assert str(refused.value).count(".") >= 2
    assert logged(database, ALPHA) == []


def test_day_and_note_at_the_edge_are_taken(database: Database) -> None:
    log(database, done_on=TODAY - timedelta(days=365), note="x" * LONGEST_NOTE)
    assert len(logged(database, ALPHA)) == 1


def test_every_kind_aims_at_a_stage() -> None:
    assert set(AIMS_AT) == set(Kind)


def test_alert_that_led_to_it_knows_of_it_and_a_stranger_to_it_cannot_name_it(database: Database) -> None:
    with database.work() as session:
        state = states.found(StateKind.DRIFT, Stage.FRICTION, at=0)
        episodes.follow(session, {ALPHA: state}, now=states.evening(0))
        (raised,) = alerts.raised(session)
    alert_id = raised.id
    assert log(database, "north.lead", alert_id=alert_id).alert_id == alert_id
    with database.read() as session:
        (alert,) = alerts.raised(session)
        assert alerts.Deed.ACTED in {note.deed for note in alert.notes}
    with pytest.raises(alerts.AlertNotThere):
        log(database, "beta.lead", BETA, alert_id=alert_id)
    assert logged(database, BETA) == []


def test_notes_of_units_above_are_kept_from_those_below(database: Database) -> None:
    log(database, "chief", COMPANY, note="of the top")
    log(database, note="of the team")
    with database.read() as session:
        seen = {action.unit_id: action.note for action in actions.around(session, frozenset({ALPHA}))}
        beside = {action.unit_id: action.note for action in actions.around(session, frozenset({BETA}))}
    assert seen == {COMPANY: "", ALPHA: "of the team"}
    assert beside == {COMPANY: ""}


# Telling the effect -----------------------------------------------------------------------------------------


def release(session: Session, week_on: date) -> None:
    """A released week without figures."""
    key = secrets.token_hex(4)
    at = datetime.combine(week_on, datetime.min.time(), UTC)
    session.add(
        RoundRow(
            id=key,
            schedule="weekly",
            week_on=week_on,
            opens_at=at,
            closes_at=at,
            items=[],
            smallest_group=5,
            public_key=b"",
            counted=True,
        )
    )
    session.flush()
    session.add(ReleaseRow(id=key, round_id=key, week_on=week_on, smallest_group=5))


def due(database: Database, now: datetime) -> list[tuple[str, int]]:
    with database.work() as session:
        return [(report.action.id, report.weeks) for report in actions.take_due(session, schedule=WEEKLY, now=now)]


def next_due(database: Database) -> datetime | None:
    with database.read() as session:
        return actions.next_due(session, schedule=WEEKLY)


def test_effect_is_told_once_after_four_and_once_after_eight_weeks(database: Database) -> None:
    action = log(database)
    first, last = last_week(TODAY, 4), last_week(TODAY, 8)
    told = []
    for back in range(10):
        week_on = last_week(TODAY, back + 1)
        with database.work() as session:
            release(session, week_on)
        friday = WEEKLY.digest_at(week_on, WEEKLY.company_zone)
        assert due(database, friday - timedelta(minutes=1)) == []
        assert next_due(database) == (friday if week_on in {first, last} else None)
        told += [(week_on, report) for report in due(database, friday)]
        assert due(database, friday) == []
    assert told == [(first, (action.id, 4)), (last, (action.id, 8))]


def test_what_was_logged_late_is_told_at_once_and_only_the_latest(database: Database) -> None:
    with database.work() as session:
        for back in range(12):
            release(session, date(2026, 8, 31) - timedelta(weeks=back))
    action = log(database, done_on=TODAY - timedelta(weeks=11))
    assert due(database, NOW) == [(action.id, 8)]
    assert due(database, NOW + timedelta(weeks=9)) == []


def test_week_without_a_release_is_waited_out(database: Database) -> None:
    action = log(database)
    with database.work() as session:
        release(session, last_week(TODAY, 3))
    assert due(database, NOW + timedelta(weeks=6)) == []
    with database.work() as session:
        release(session, last_week(TODAY, 6))
    assert due(database, NOW + timedelta(weeks=9)) == [(action.id, 4)]


def test_nobody_is_told_who_may_not_see_the_unit_any_more(database: Database) -> None:
    log(database)
    with database.work() as session:
        release(session, last_week(TODAY, 4))
    import_roster(database, roster_csv(SMALL).replace("Alpha,manager", "Alpha,rep"))
    assert due(database, NOW + timedelta(weeks=6)) == []
    import_roster(database, roster_csv(SMALL))
    assert due(database, NOW + timedelta(weeks=6)) == []


# Erasure ----------------------------------------------------------------------------------------------------


def test_action_stays_when_who_logged_it_is_deleted(database: Database, master: MasterKey) -> None:
    action = log(database)
    import_roster(database, roster_csv(SMALL, without=frozenset({"alpha.lead"})))
    with database.work() as session:
        report = retention.run(session, keys=master.serving(), now=morning() + timedelta(days=40))
    assert report.people == 1
    (kept,) = logged(database, ALPHA)
    assert (kept.id, kept.note, kept.person_id) == (action.id, action.note, None)
    with database.work() as session:
        release(session, last_week(TODAY, 4))
    assert due(database, NOW + timedelta(weeks=6)) == []
