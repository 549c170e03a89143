"""Episodes: one alert for each unit, told once, through growing, flickering, fading and dispute."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from analysis.detection.cycle import Kind, State
from analysis.detection.drift import Verdict
from analysis.stages import Stage
from surveys import alerts, episodes
from surveys.alerts import Alert, Deed, Ending, Reason
from surveys.episodes import CALM_WEEKS, REOPEN_WEEKS, SILENT_WEEKS
from surveys.storage.database import Database
from tests.company import person, settle
from tests.surveys.states import ALPHA, BETA, evening, follow, found, live, steady, week

FRICTION, TRUST, CANDOR, OVERLAY = Stage.FRICTION, Stage.TRUST, Stage.CANDOR, Stage.OVERLAY


@pytest.fixture(autouse=True)
def _company(database: Database) -> None:
    settle(database)


def drift(at: int, stage: Stage = FRICTION, *, strength: float = 5.0, unit_id: str = ALPHA) -> State:
    return found(Kind.DRIFT, stage, at=at, strength=strength, unit_id=unit_id)


def cycle(at: int, *stages: Stage, strength: float = 9.0) -> State:
    return found(Kind.CYCLE, *(stages or (TRUST, CANDOR)), at=at, strength=strength)


def calm(*weeks: int) -> list[State]:
    return [steady(at) for at in weeks]


def all_alerts(database: Database) -> list[Alert]:
    with database.read() as session:
        return alerts.raised(session)


def only(database: Database) -> Alert:
    (alert,) = all_alerts(database)
    return alert


def dispute(database: Database, at: int, reason: Reason = Reason.EVENT) -> None:
    with database.work() as session:
        alert = alerts.raised(session)[-1]
        alerts.dispute(session, alert.id, person(database, "north.lead"), reason=reason, now=evening(at))


# From the call to the close --------------------------------------------------------------------------------


def test_an_alarm_is_told_once_for_as_long_as_it_lasts(database: Database) -> None:
    assert live(database, *(drift(at) for at in range(3, 7))) == [Deed.RAISED]
    alert = only(database)
    assert (alert.unit_id, alert.kind, alert.stage, alert.week_on) == (ALPHA, "drift", FRICTION, week(3))
    assert alert.began_on == week(0)
    assert alert.closed_on is None


@pytest.mark.parametrize(
    "state", [steady(3), found(Kind.WATCHING, TRUST, at=3), found(Kind.RECOVERING, TRUST, at=3)]
)
def test_what_is_no_alarm_is_not_told(database: Database, state: State) -> None:
    assert live(database, state) == []
    assert all_alerts(database) == []


def test_a_drift_that_grows_into_the_cycle_is_the_same_alert_told_once_more(database: Database) -> None:
    assert live(database, drift(3, TRUST), drift(4, TRUST), cycle(5), cycle(6)) == [Deed.RAISED, Deed.GREW]
    alert = only(database)
    assert (alert.kind, alert.stage, alert.week_on) == ("cycle", TRUST, week(5))
    assert [note.deed for note in alert.notes] == [Deed.RAISED, Deed.GREW]


def test_a_cycle_that_shrinks_to_a_drift_stays_the_cycles_alert(database: Database) -> None:
    assert live(database, cycle(3), drift(4, TRUST)) == [Deed.RAISED, Deed.CHANGED]
    assert only(database).kind == "cycle"


def test_units_have_alerts_of_their_own(database: Database) -> None:
    with database.work() as session:
        assert follow(session, drift(3), drift(3, unit_id=BETA)) == [Deed.RAISED, Deed.RAISED]
    with database.work() as session:
        assert follow(session, drift(4), steady(4, BETA)) == [Deed.CHANGED]
    assert {alert.unit_id for alert in all_alerts(database)} == {ALPHA, BETA}


def test_evidence_that_grows_or_fades_noticeably_is_shown_and_less_is_not(database: Database) -> None:
    states = [drift(3), drift(4, strength=5.9), drift(5, strength=6.5), drift(6, strength=4.0)]
    assert live(database, *states) == [Deed.RAISED, Deed.CHANGED, Deed.CHANGED]
    assert [note.reason for note in only(database).notes] == [None, "stronger", "weaker"]


def test_what_stays_the_same_is_made_anew_every_few_weeks(database: Database) -> None:
    assert live(database, *(drift(at) for at in range(3, 14))) == [Deed.RAISED, Deed.CHANGED, Deed.CHANGED]
    assert {note.reason for note in only(database).notes} == {None, "same"}


def test_a_stage_that_turns_as_well_is_named(database: Database) -> None:
    live(database, cycle(3), cycle(4, TRUST, CANDOR, OVERLAY))
    last = only(database).notes[-1]
    assert (last.deed, last.reason, last.text) == (Deed.CHANGED, "turned", "overlay")


def test_what_was_told_keeps_the_stages_once_the_alarm_is_over(database: Database) -> None:
    live(database, cycle(3), steady(4))
    told = only(database).told
    assert (told.kind, told.stages) == ("steady", {TRUST, CANDOR})


# The end ---------------------------------------------------------------------------------------------------


def test_it_closes_after_weeks_of_calm_and_not_before(database: Database) -> None:
    live(database, drift(3), *calm(*range(4, 3 + CALM_WEEKS)))
    assert only(database).closed_on is None
    assert live(database, steady(3 + CALM_WEEKS)) == [Deed.CLOSED]
    alert = only(database)
    assert (alert.ending, alert.closed_on) == (Ending.FADED, evening(3 + CALM_WEEKS).date())


def test_it_ends_recovered_when_the_stage_came_back(database: Database) -> None:
    back = [found(Kind.RECOVERING, FRICTION, at=at, verdict=Verdict.RECOVERING) for at in range(4, 4 + CALM_WEEKS)]
    assert live(database, drift(3), *back)[-1] is Deed.CLOSED
    assert only(database).ending is Ending.RECOVERED


def test_an_alarm_in_between_begins_the_calm_anew(database: Database) -> None:
    live(database, drift(3), *calm(4, 5, 6), drift(7), *calm(8, 9, 10))
    assert only(database).closed_on is None
    live(database, steady(11))
    assert only(database).closed_on is not None


def test_a_unit_of_which_too_little_is_known_is_let_go_much_later(database: Database) -> None:
    watched = [found(Kind.WATCHING, FRICTION, at=at) for at in range(4, 4 + SILENT_WEEKS)]
    live(database, drift(3), *watched[:-1])
    assert only(database).closed_on is None
    assert live(database, watched[-1]) == [Deed.CLOSED]


# The same again --------------------------------------------------------------------------------------------


def ended(at: int) -> list[State]:
    """A drift that is told, and over in week `at`."""
    return [drift(at - CALM_WEEKS), *calm(*range(at - CALM_WEEKS + 1, at + 1))]


def test_the_same_again_soon_opens_the_old_alert_and_tells_nobody_anew(database: Database) -> None:
    assert live(database, *ended(8), drift(8 + REOPEN_WEEKS))[-2:] == [Deed.CLOSED, Deed.REOPENED]
    alert = only(database)
    assert (alert.closed_on, alert.ending) == (None, None)


def test_the_same_again_much_later_is_a_new_alert(database: Database) -> None:
    assert live(database, *ended(8), drift(9 + REOPEN_WEEKS))[-1] is Deed.RAISED
    assert [alert.closed_on is None for alert in all_alerts(database)] == [False, True]


def test_another_stage_soon_is_a_new_alert(database: Database) -> None:
    assert live(database, *ended(8), drift(10, TRUST))[-1] is Deed.RAISED
    assert [alert.stage for alert in all_alerts(database)] == [FRICTION, TRUST]


def test_a_cycle_soon_after_a_drift_of_its_stage_is_the_old_alert_and_news(database: Database) -> None:
    assert live(database, *ended(8), cycle(10, FRICTION, Stage.CUSTOMER))[-1] is Deed.GREW
    assert only(database).kind == "cycle"


def test_what_is_taken_up_again_waits_to_be_acknowledged_anew(database: Database) -> None:
    live(database, drift(3))
    with database.work() as session:
        alerts.acknowledge(session, only(database).id, person(database, "chief"), now=evening(3))
    assert only(database).acknowledged
    live(database, *calm(*range(4, 4 + CALM_WEEKS)), drift(9))
    assert not only(database).acknowledged


# Disputed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [[drift(at) for at in range(4, 30)], [drift(4), steady(5), drift(6), drift(7)]])
def test_what_was_disputed_stays_closed_while_it_stands_and_when_it_flickers(
    database: Database, after: Sequence[State]
) -> None:
    live(database, drift(3))
    dispute(database, 3)
    assert live(database, *after) == []
    assert only(database).ending is Ending.DISPUTED


def test_after_weeks_of_calm_a_dispute_does_not_hold_any_more(database: Database) -> None:
    live(database, drift(3))
    dispute(database, 3)
    assert live(database, *calm(*range(4, 4 + CALM_WEEKS)), drift(8)) == [Deed.REOPENED]


def test_a_disputed_drift_does_not_silence_the_cycle(database: Database) -> None:
    live(database, drift(3, TRUST))
    dispute(database, 3)
    assert live(database, drift(4, TRUST), cycle(5)) == [Deed.GREW]


def test_a_disputed_drift_does_not_silence_another_stage(database: Database) -> None:
    live(database, drift(3))
    dispute(database, 3)
    assert live(database, drift(4, TRUST)) == [Deed.RAISED]


def test_a_disputed_cycle_does_not_silence_another_stage(database: Database) -> None:
    live(database, cycle(3))
    dispute(database, 3)
    assert live(database, cycle(4, CANDOR, OVERLAY), drift(5, CANDOR)) == []
    assert live(database, drift(6, FRICTION)) == [Deed.RAISED]


def test_a_disputed_cycle_comes_back_once_two_more_stages_have_turned(database: Database) -> None:
    live(database, cycle(3))
    dispute(database, 3)
    assert live(database, cycle(4, TRUST, CANDOR, OVERLAY), drift(5, TRUST)) == []
    assert live(database, cycle(6, TRUST, CANDOR, OVERLAY, FRICTION)) == [Deed.REOPENED]


# Snoozed ---------------------------------------------------------------------------------------------------


def snoozed(database: Database, state: State, *, weeks: int = 4) -> None:
    live(database, state)
    with database.work() as session:
        alerts.snooze(session, only(database).id, person(database, "chief"), weeks=weeks, now=evening(3))


def test_while_it_is_put_off_no_change_is_shown_and_what_was_told_stays(database: Database) -> None:
    snoozed(database, drift(3))
    assert live(database, drift(4, strength=20.0)) == []
    assert only(database).told.strength == 5.0
    with database.work() as session:
        assert alerts.wake(session, now=evening(6)) == []
        assert alerts.wake(session, now=evening(7)) == [only(database).id]
    assert live(database, drift(8, strength=20.0)) == [Deed.CHANGED]


def test_growing_into_the_cycle_ends_a_snooze(database: Database) -> None:
    snoozed(database, drift(3, TRUST))
    assert live(database, cycle(4)) == [Deed.GREW]
    assert only(database).snoozed_until is None


def test_it_closes_while_it_is_put_off(database: Database) -> None:
    snoozed(database, drift(3), weeks=4)
    assert live(database, *calm(*range(4, 4 + CALM_WEEKS))) == [Deed.CLOSED]
    with database.work() as session:
        assert alerts.next_wake(session) is None


def test_messages_are_needed_for_as_long_as_an_alert_may_be_opened_again(database: Database) -> None:
    live(database, *ended(8))
    with database.read() as session:
        kept = [
            episodes.followed(session, on=evening(8 + later).date())
            for later in (0, REOPEN_WEEKS, REOPEN_WEEKS + 1)
        ]
    assert [len(found) for found in kept] == [1, 1, 0]
