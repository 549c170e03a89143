"""States of a unit as the analysis would find them, for what follows from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from analysis.detection.cycle import Kind, State
from analysis.detection.drift import Drift, Verdict
from analysis.stages import Stage
from surveys import episodes
from surveys.alerts import Deed
from surveys.storage.database import Database
from tests.company import MONDAY, unit

ALPHA, BETA = unit("North / Alpha"), unit("North / Beta")


def week(number: int) -> date:
    """The Monday of the week so many weeks after the first."""
    return MONDAY + timedelta(weeks=number)


def evening(number: int) -> datetime:
    """The Thursday evening on which that week's release comes out."""
    return datetime.combine(week(number) + timedelta(days=3), time(16), UTC)


def found(
    kind: Kind,
    *stages: Stage,
    at: int,
    unit_id: str = ALPHA,
    since: int = 0,
    strength: float = 5.0,
    verdict: Verdict = Verdict.DRIFT,
) -> State:
    """What is known in a week: for an alarm the stages that turned, a week apart; for recovering the one about."""
    drifts = tuple(
        Drift(stage, verdict, since=week(since + place), size=1.0, own=-1.0, strength=4.0, n=20)
        for place, stage in enumerate(stages)
    )
    alarm = kind in {Kind.CYCLE, Kind.DRIFT}
    return State(
        unit_id,
        week(at),
        kind,
        stages[0] if stages else None,
        week(since) if stages else None,
        week(since) if alarm else None,
        strength=strength if stages else 0.0,
        turned=drifts if alarm else (),
        stages={drift.stage: drift for drift in drifts},
    )


def steady(at: int, unit_id: str = ALPHA) -> State:
    """Nothing stands out."""
    return found(Kind.STEADY, at=at, unit_id=unit_id)


def follow(session: Session, *states: State) -> list[Deed]:
    """Take alerts on to these states of one week; what became of them."""
    at = max(state.week for state in states if state.week)
    now = datetime.combine(at + timedelta(days=3), time(16), UTC)
    return [turn.deed for turn in episodes.follow(session, {state.unit_id: state for state in states}, now=now)]


def live(database: Database, *states: State) -> list[Deed]:
    """One release after the other, each in a commit of its own; all that became of it."""
    deeds: list[Deed] = []
    for state in states:
        with database.work() as session:
            deeds += follow(session, state)
    return deeds
