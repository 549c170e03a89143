"""The state of each unit: steady, watching, drift, the cycle forming, recovering, or not enough evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

import numpy as np

from analysis.detection import chain
from analysis.detection.answering import Answering, answering
from analysis.detection.drift import (
    NOTICE_WEEKS,
    Drift,
    Verdict,
    describe,
    holding,
    judge,
    recovered,
    strongest,
)
from analysis.detection.grid import Array, Grid, lay_out, leaves, portion
from analysis.detection.scan import Scan, joined, nothing, scan
from analysis.detection.thresholds import Thresholds, thresholds
from analysis.figures import Record, Scale
from analysis.stages import CORE, WHEEL, Stage

# Share of the cycle's threshold at which a called cycle is let go, and at which it is worth watching.
RELEASE_SHARE = 0.3
WATCH_SHARE = 0.5
# A unit is said to be steady only once a change of so many SD in some core stage would have been noticed.
ENOUGH_SIZE = 1.5
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
class Notice:
    """What would be noticed: with `n` answers a week a change of `size` in this stage within `weeks` weeks.

    Attributes:
        stage: the core stage in which the smallest change would be noticed.
        n: answers in a usual week lately.
        weeks: within how many weeks, in half of the cases.
        size: the change in SD of one answer.
        own: the same on the item's own scale, above 0.
        scale: that scale.
    """

    stage: Stage
    n: float
    weeks: int
    size: float
    own: float
    scale: Scale


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
        needed: further weeks like these after which what is watched would be called; None unless watching.
        answering: how many answer, and whether they have become fewer; None where it is not known.
        notice: what would be noticed at the present number of answers; None when nothing would.
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
    needed: int | None = None
    answering: Answering | None = None
    notice: Notice | None = None

    @property
    def notices(self) -> float | None:
        """Change in SD of a core stage that would be called within six weeks; None when none would."""
        return self.notice.size if self.notice else None


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
        at: thresholds; those calibrated for so many teams when None.

    Returns:
        Unit id -> state.
    """
    chosen = list(units) if units is not None else leaves(record)
    grid = lay_out(record, chosen, as_of)
    if not grid.weeks:
        return {unit: State(unit, None, Kind.NOT_ENOUGH_EVIDENCE) for unit in chosen}
    limits = at or thresholds(len(leaves(record)))
    states: dict[str, State] = {}
    for start in range(0, len(chosen), PORTION):
        states.update(_watch(portion(grid, slice(start, start + PORTION)), limits))
    return states


def _watch(grid: Grid, limits: Thresholds) -> dict[str, State]:
    scans = _scans(grid)
    drifts = {stage: judge(grid, item, scans[stage], limits) for stage, item in grid.items.items()}
    whole = _whole(grid, scans)
    excess = chain.excess(whole)
    raised = holding(excess, limits.cycle, RELEASE_SHARE * limits.cycle)[:, -1]
    rates = answering(grid)
    states = {}
    for row, unit in enumerate(grid.units):
        stages = {stage: found[row] for stage, found in drifts.items()}
        notice = _notice(grid, stages, row)
        strength = float(excess[row, -1])
        turned: tuple[Drift, ...] = ()
        if raised[row] >= 0 or strength >= WATCH_SHARE * limits.cycle:
            # A chain may pass over stages that are never asked; nothing can be said about them.
            turns = [turn for turn in chain.trace(whole, row) if turn[0] in grid.items]
            turned = tuple(describe(grid, grid.items[stage], scans[stage], row, age) for stage, age in turns)
        if raised[row] >= 0:
            back = sum(recovered(scans[drift.stage], row, drift.weeks_ago or 0) for drift in turned)
            called = grid.weeks[int(raised[row])]
            state = _cycle(turned, stages, called, strength, recovering=2 * back > len(turned))
        else:
            enough = notice is not None and notice.size <= ENOUGH_SIZE
            state = _calm(turned, stages, enough=enough)
            state = _silent(state, rates[row])
        states[unit] = replace(
            state,
            unit_id=unit,
            week=grid.weeks[-1],
            stages=stages,
            answering=rates[row],
            notice=notice,
        )
    return states


def follow(record: Record, *, units: Sequence[str] | None = None) -> Paths:
    """Evidence as it stood at each week, for calibration and for drawing."""
    grid = lay_out(record, list(units) if units is not None else leaves(record))
    if not grid.weeks:
        none = np.zeros((len(grid.units), len(WHEEL), 0))
        return Paths(none, none[:, 0])
    whole = _whole(grid, _scans(grid))
    return Paths(np.stack([strongest(whole[stage]) for stage in WHEEL], axis=1), chain.excess(whole))


def _scans(grid: Grid) -> dict[Stage, Scan]:
    """Scans of the stages that were asked; attainment speaks about targets as well."""
    scans = {stage: scan(item) for stage, item in grid.items.items()}
    if Stage.TARGETS in scans:
        scans[Stage.TARGETS] = joined(scans[Stage.TARGETS], *grid.attainment)
    return scans


def _whole(grid: Grid, scans: dict[Stage, Scan]) -> dict[Stage, Scan]:
    """Scans of all seven stages, empty ones for stages never asked."""
    empty = nothing(len(grid.units), len(grid.weeks))
    return {stage: scans.get(stage, empty) for stage in WHEEL}


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
        needed=about.needed,
        turned=tuple(sorted(drifting, key=lambda drift: -(drift.weeks_ago or 0))),
        confirm=(Sign(about.stage.next, SIGN_SIZE), Sign(about.stage.previous, SIGN_SIZE)) if worse else (),
        refute=(Sign(about.stage, -0.5 * about.size),),
    )


def _silent(state: State, rate: Answering | None) -> State:
    """A unit that looks steady is watched when fewer answer: who stays away cannot be heard to be unhappy."""
    if state.kind is Kind.STEADY and rate is not None and rate.falling:
        return replace(state, kind=Kind.WATCHING, since=rate.since, strength=rate.strength)
    return state


def _notice(grid: Grid, stages: dict[Stage, Drift], row: int) -> Notice | None:
    """The smallest change in a core stage that would be noticed; in any stage where no core stage is asked."""
    known = {stage: drift.notices for stage, drift in stages.items() if drift.notices is not None}
    sizes = {stage: size for stage, size in known.items() if stage in CORE} or known
    if not sizes:
        return None
    stage = min(sizes, key=lambda candidate: sizes[candidate])
    item = grid.items[stage]
    counts = item.level[0, row, -NOTICE_WEEKS:]
    n = float(counts[counts > 0].mean()) if (counts > 0).any() else 0.0
    return Notice(stage, n, NOTICE_WEEKS, sizes[stage], sizes[stage] * float(item.sd[-1]), item.scale)
