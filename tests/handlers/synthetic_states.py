"""A unit in which the cycle forms, and one with a drift, without living through the weeks before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from analysis.detection.cycle import Kind, Sign, State
from analysis.detection.drift import Drift, Verdict
from analysis.figures import Figure, Record, Scale, Sums, Turnout, Unit
from analysis.stages import Stage
from handlers.alerts.alert import Case
from handlers.words import Words
from surveys.alerts import Alert, Told

COMPANY = {"quay": "Quay", "quay/r-d-north": "R&D <North>", "quay/south": "South"}
LAST = date(2026, 4, 27)
TURNED = (Stage.TARGETS, Stage.TRUST, Stage.CANDOR, Stage.OVERLAY, Stage.FRICTION)


def record() -> Record:
    """Twelve weeks in which the north gets worse and the south does not."""
    units = [Unit(unit_id, name, "quay" if unit_id != "quay" else None) for unit_id, name in COMPANY.items()]
    weeks = [LAST - timedelta(weeks=back) for back in reversed(range(12))]
    figures, turnouts = [], []
    for place, week in enumerate(weeks):
        for unit_id in ("quay/r-d-north", "quay/south"):
            worse = 0.15 * place if unit_id == "quay/r-d-north" else 0.0
            for stage in Stage:
                hours = stage in {Stage.OVERLAY, Stage.CUSTOMER}
                scale = Scale.HOURS_LOST if stage is Stage.OVERLAY else Scale.HOURS_WON
                middle = 4 + worse if stage is Stage.OVERLAY else 4 - worse
                level = Sums.of([middle - 0.5, middle, middle + 0.5, middle, middle, middle])
                figures.append(
                    Figure(week, frozenset({unit_id}), stage, scale if hours else Scale.AGREEMENT, level)
                )
            turnouts.append(Turnout(week, frozenset({unit_id}), 6, 6))
    return Record(units, figures, turnouts)


def drift(stage: Stage, weeks_ago: int) -> Drift:
    return Drift(
        stage,
        Verdict.DRIFT,
        since=LAST - timedelta(weeks=weeks_ago),
        weeks_ago=weeks_ago,
        size=1.2,
        own=2.5 if stage is Stage.OVERLAY else -1.1,
        strength=4.0,
        n=40,
    )


def cycle_state(turned: tuple[Stage, ...] = TURNED) -> State:
    drifts = tuple(drift(stage, 10 - place) for place, stage in enumerate(turned))
    return State(
        "quay/r-d-north",
        LAST,
        Kind.CYCLE,
        stage=turned[0],
        since=drifts[0].since,
        called=LAST,
        strength=9.0,
        turned=drifts,
        confirm=(Sign(turned[-1].next, 0.5),),
        refute=(Sign(turned[0], -0.5),),
    )


def drift_state() -> State:
    found = drift(Stage.FRICTION, 5)
    return State("quay/south", LAST, Kind.DRIFT, Stage.FRICTION, found.since, LAST, strength=4.0, turned=(found,))


def alert_case(shown: Record, state: State, say: Words, *, kind: str = "cycle", **more: Any) -> Case:
    """The alert about a state as it was just called, as its message sees it; `more` are fields of the alert."""
    turned = tuple((drift.stage, drift.since) for drift in state.turned)
    stage = state.stage or Stage.TRUST
    told = Told(kind, state.strength, turned)
    alert = Alert("0" * 16, state.unit_id, kind, stage, state.week or LAST, state.since, told)
    return Case(replace(alert, **more), shown, state, say)
