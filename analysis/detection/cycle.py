"""The state of each unit: steady, watching, drift, the cycle forming, recovering, or not enough evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

import numpy as np

from analysis.detection import chain
from analysis.detection.drift import Drift, Verdict, describe, holding, judge, recovered, strongest
from analysis.detection.grid import Array, Grid, lay_out, leaves, portion
from analysis.detection.scan import WINDOW, Scan, scan
from analysis.detection.thresholds import Thresholds, thresholds
from analysis.figures import Record
from analysis.stages import CORE, WHEEL, Stage

# Share of the cycle's threshold at which a called cycle is let go, and at which it is worth watching.
RELEASE_SHARE = 0.3
WATCH_SHARE = 0.5
# Weeks with a figure in some core stage before a unit is said to be steady.
ENOUGH_WEEKS = 3
# Until when the next stage should turn if the cycle is real: the two weeks of a turn, and a rotation of four.
SIGN_WEEKS = 6
# What the next stage would have to show, SD.
SIGN_SIZE = 0.5
# Units watched in one go: their arrays stay near the processor, memory stays bounded (0.2 GB at 104 weeks).
PORTION = 16


class Kind(StrEnum):
    """State of a unit."""

    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    STEADY = "steady"
    WATCHING = "watching"
    DRIFT = "drift"
    CYCLE = "cycle"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Sign:
    """What would speak for or against: a stage worse by `size` SD (below 0: better) within `weeks` weeks."""

    stage: Stage
    size: float
    weeks: int = SIGN_WEEKS


@dataclass(frozen=True, slots=True)
class State:
    """What is known about one unit as of one week.

    Attributes:
        unit_id: the unit.
        week: Monday of the last week looked at; None when there is no figure at all.
        kind: the state.
        stage: where it began (cycle), which stage (drift, watching, recovering), else None.
        since: Monday of the week that stage began to turn.
        called: Monday of the week in which the present alarm (cycle or drift) was first raised.
        strength: standard errors of `stage`; for a cycle its evidence over any other reading (log likelihood).
        turned: stages that turned, in order, for a cycle; those that drift, for a drift.
        confirm: what would confirm it.
        refute: what would speak against it.
        stages: what is known about each stage that was asked.
        notices: change in SD of a core stage that would be called within six weeks; None when none would.
    """

    unit_id: str
    week: date | None
    kind: Kind
    stage: Stage | None = None
    since: date | None = None
    called: date | None = None
    strength: float = 0.0
    turned: tuple[Drift, ...] = ()
    confirm: tuple[Sign, ...] = ()
    refute: tuple[Sign, ...] = ()
    stages: dict[Stage, Drift] = field(default_factory=dict)
    notices: float | None = None


@dataclass(frozen=True, slots=True)
class Paths:
    """Evidence week by week: `drift` is (units, stages, weeks), `cycle` (units, weeks)."""

    drift: Array
    cycle: Array


def watch(
    record: Record,
    *,
    units: Sequence[str] | None = None,
    as_of: date | None = None,
    at: Thresholds | None = None,
) -> dict[str, State]:
    """Say what is known about each unit.

    Args:
        record: what was released.
        units: unit ids; all teams when None.
        as_of: last week to look at, to replay; None for the last in the record.
        at: thresholds; the calibrated ones when None.

    Returns:
        Unit id -> state.
    """
    chosen = list(units) if units is not None else leaves(record)
    grid = lay_out(record, chosen, as_of)
    if not grid.weeks:
        return {unit: State(unit, None, Kind.NOT_ENOUGH_EVIDENCE) for unit in chosen}
    limits = at or thresholds()
    states: dict[str, State] = {}
    for start in range(0, len(chosen), PORTION):
        states.update(_watch(portion(grid, slice(start, start + PORTION)), limits))
    return states


def _watch(grid: Grid, limits: Thresholds) -> dict[str, State]:
    scans = {stage: scan(item) for stage, item in grid.items.items()}
    drifts = {stage: judge(grid, item, scans[stage], limits) for stage, item in grid.items.items()}
    whole = _whole(grid, scans)
    excess = chain.excess(whole)
    raised = holding(excess, limits.cycle, RELEASE_SHARE * limits.cycle)[:, -1]
    states = {}
    for row, unit in enumerate(grid.units):
        stages = {stage: found[row] for stage, found in drifts.items()}
        strength = float(excess[row, -1])
        turned: tuple[Drift, ...] = ()
        if raised[row] >= 0 or strength >= WATCH_SHARE * limits.cycle:
            turns = chain.trace(whole, row)
            turned = tuple(describe(grid, grid.items[stage], scans[stage], row, age) for stage, age in turns)
        if raised[row] >= 0:
            back = sum(recovered(scans[drift.stage], row, drift.weeks_ago or 0) for drift in turned)
            called = grid.weeks[int(raised[row])]
            state = _cycle(turned, stages, called, strength, recovering=2 * back > len(turned))
        else:
            state = _calm(turned, stages, enough=_seen(scans, row) >= ENOUGH_WEEKS)
        states[unit] = replace(state, unit_id=unit, week=grid.weeks[-1], stages=stages, notices=_notices(stages))
    return states


def follow(record: Record, *, units: Sequence[str] | None = None) -> Paths:
    """Evidence as it stood at each week, for calibration and for drawing."""
    grid = lay_out(record, list(units) if units is not None else leaves(record))
    if not grid.weeks:
        nothing = np.zeros((len(grid.units), len(WHEEL), 0))
        return Paths(nothing, nothing[:, 0])
    whole = _whole(grid, {stage: scan(item) for stage, item in grid.items.items()})
    return Paths(np.stack([strongest(whole[stage]) for stage in WHEEL], axis=1), chain.excess(whole))


def _whole(grid: Grid, scans: dict[Stage, Scan]) -> dict[Stage, Scan]:
    """Scans of all seven stages, empty ones for stages never asked."""
    nothing = np.zeros((len(grid.units), len(grid.weeks), WINDOW))
    empty = Scan(nothing, nothing, nothing, nothing, nothing, nothing[:, :, 0], np.arange(0))
    return {stage: scans.get(stage, empty) for stage in WHEEL}


def _seen(scans: dict[Stage, Scan], row: int) -> int:
    """Most weeks with a comparable figure in any core stage."""
    return max((int(scans[stage].seen[row, -1].max()) for stage in CORE if stage in scans), default=0)


def _cycle(
    turned: tuple[Drift, ...],
    stages: dict[Stage, Drift],
    called: date,
    strength: float,
    *,
    recovering: bool,
) -> State:
    """State of a unit in which the cycle is called."""
    first, last = turned[0], turned[-1]
    unturned = last.stage.next if last.stage.next not in {drift.stage for drift in turned} else last.stage
    return State(
        unit_id="",
        week=None,
        kind=Kind.RECOVERING if recovering else Kind.CYCLE,
        stage=first.stage,
        since=first.since,
        called=called,
        strength=strength,
        turned=turned,
        confirm=(Sign(unturned, SIGN_SIZE),),
        refute=tuple(Sign(drift.stage, -0.5 * drift.size) for drift in (first, last)),
        stages=stages,
    )


def _calm(turned: tuple[Drift, ...], stages: dict[Stage, Drift], *, enough: bool) -> State:
    """State of a unit in which no cycle is called; `turned` are the stages of one that may be forming."""
    about, kind = None, Kind.STEADY if enough else Kind.NOT_ENOUGH_EVIDENCE
    for verdict in (Verdict.DRIFT, Verdict.RECOVERING, Verdict.WATCHING):
        found = [drift for drift in stages.values() if drift.verdict is verdict]
        if found:
            about, kind = max(found, key=lambda drift: abs(drift.strength)), Kind(verdict.value)
            break
    if about is None and turned:
        about, kind = turned[0], Kind.WATCHING
    if about is None:
        return State("", None, kind)
    worse = kind is not Kind.RECOVERING
    drifting = [drift for drift in stages.values() if drift.verdict is Verdict.DRIFT]
    return State(
        unit_id="",
        week=None,
        kind=kind,
        stage=about.stage,
        since=about.since,
        called=about.called,
        strength=about.strength,
        turned=tuple(sorted(drifting, key=lambda drift: -(drift.weeks_ago or 0))),
        confirm=(Sign(about.stage.next, SIGN_SIZE), Sign(about.stage.previous, SIGN_SIZE)) if worse else (),
        refute=(Sign(about.stage, -0.5 * about.size),),
    )


def _notices(stages: dict[Stage, Drift]) -> float | None:
    """The smallest change in a core stage that would be noticed."""
    known = [stages[stage].notices for stage in CORE if stage in stages]
    return min((size for size in known if size is not None), default=None)
