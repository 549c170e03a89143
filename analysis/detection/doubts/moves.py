"""Doubts about what moved: other teams as well, all stages at once, a single week."""

from datetime import date
from math import sqrt

import numpy as np

from analysis.detection.cycle import PORTION
from analysis.detection.doubts.case import UNSURE_WEEKS, WEEK, Case
from analysis.detection.doubts.doubt import Doubt, Ground
from analysis.detection.grid import Array, rows_of
from analysis.detection.scan import LEAST_INFORMATION, WINDOW, Scan, scan
from analysis.stages import WHEEL, Stage

# Limits here were chosen on 60 simulated companies with a planted cycle, and 60 with each explanation planted;
# `tests/analysis/test_doubts.py` repeats that on fewer: at most one plain cycle in ten gets a wrong explanation.

# Teams besides the one in question, below which nothing can be said about most of them.
LEAST_OTHERS = 3
MOST_OTHERS, SHARED, SHARED_Z = 0.6, 0.4, 2.5
# At the turn of a quarter half of that is believed: there is a reason why all should move then.
TURN_DAYS, TURN_SHARED, TURN_Z = 14, 0.25, 1.65
# All at once: the cycle turns the far side of the wheel weeks after the beginning, a reorganisation with it.
AT_ONCE_WEEKS, FAR_SIDE, AT_ONCE_STAGES = 6, (3, 4, 5), 5
AT_ONCE_MOVED, AT_ONCE_SHARED, AT_ONCE_Z, MOVED = 0.75, 0.5, 2.5, 0.3
# Most of the evidence.
MOST_OF_IT = 0.5


def one_week(case: Case) -> Doubt | None:
    """The week whose figures, over all stages that moved, bring more of the evidence than all others together."""
    weeks = case.grid.weeks
    evidence = np.zeros(len(weeks))
    for stage, since in case.moved:
        if stage not in case.scans:
            continue
        scores = np.array([_step(case, case.scans[stage], since, week)[0, 0] for week in weeks])
        # Likelihood gained by a step of the size found: what each week adds to its score.
        evidence += np.diff(scores, prepend=0.0) * max(0.0, float(scores[-1]))
    total, most = float(evidence.sum()), int(evidence.argmax())
    if total <= 0 or evidence[most] <= MOST_OF_IT * total:
        return None
    share = min(1.0, float(evidence[most]) / total)
    return Doubt(Ground.ONE_WEEK, share, now=share, week=weeks[most])


def season(case: Case) -> Doubt | None:
    """Most of the other teams moved the same way at the same time."""
    if len(case.grid.units) <= LEAST_OTHERS:
        return None
    steps = np.sum([_steps(case, stage, since) for stage, since in case.moved], axis=0)
    ours, theirs = steps[:, 0], steps[:, 1:]
    known = theirs[1] >= LEAST_INFORMATION
    if known.sum() < LEAST_OTHERS or ours[0] <= 0 or ours[1] < LEAST_INFORMATION:
        return None
    own = float(ours[0] / ours[1])
    sizes = theirs[0, known] / theirs[1, known]
    size, z = (float(theirs[0, known].sum() / theirs[1, known].sum() ** power) for power in (1.0, 0.5))
    turn = _days_to_turn(case.since) <= TURN_DAYS
    shared, least_z = (TURN_SHARED, TURN_Z) if turn else (SHARED, SHARED_Z)
    moved = int((sizes >= max(shared * own, MOVED)).sum())
    if moved < MOST_OTHERS * known.sum() or size < shared * own or z < least_z:
        return None
    ground = Ground.TURN_OF_QUARTER if turn else Ground.OTHER_TEAMS
    share = min(1.0, size / own)
    return Doubt(ground, share, before=own, now=size, n=moved, of=int(known.sum()), week=case.since)


def _days_to_turn(day: date) -> int:
    """Days to the nearest first day of a quarter."""
    turns = [date(year, month, 1) for year in (day.year, day.year + 1) for month in (1, 4, 7, 10)]
    return min(abs((turn - day).days) for turn in turns)


def _steps(case: Case, stage: Stage, begins: date) -> Array:
    """Score and information of a step in one stage that begins in a week, for all rows; (2, units)."""
    item, count = case.grid.items.get(stage), len(case.grid.units)
    if item is None:
        return np.zeros((2, count))
    rows = [slice(start, start + PORTION) for start in range(0, count, PORTION)]
    return np.concatenate([_step(case, scan(rows_of(item, part)), begins, case.last) for part in rows], axis=1)


def _step(case: Case, found: Scan, begins: date, until: date) -> Array:
    """Score and information, (2, units), of a step that begins in a week, as known in a later one."""
    weeks, age = case.grid.weeks, (until - begins).days // 7
    if begins not in weeks or until not in weeks or not 0 <= age < WINDOW:
        return np.zeros((2, found.score.shape[0]))
    last = weeks.index(until)
    return np.stack([found.score[:, last, age], found.information[:, last, age]])


def at_once(case: Case) -> Doubt | None:
    """Stages on the far side of the wheel moved within the weeks in which the first did, and nearly all others."""
    weeks = [case.since + away * WEEK for away in range(-UNSURE_WEEKS, UNSURE_WEEKS + 1)]
    begins = max(weeks, key=lambda week: _gain(_early(case, week)))
    steps = _early(case, begins)
    known = {stage: step for stage, step in steps.items() if step[1] >= LEAST_INFORMATION}
    sizes = {stage: step[0] / step[1] for stage, step in known.items()}
    first = min(case.moved, key=lambda moved: moved[1])[0]
    far = [stage for offset in FAR_SIDE if (stage := WHEEL[(first.position + offset) % len(WHEEL)]) in known]
    moved = [stage for stage, size in sizes.items() if size >= MOVED]
    enough = len(known) >= AT_ONCE_STAGES and len(moved) >= AT_ONCE_MOVED * len(known)
    if not enough or len(far) < 2 or first not in known:
        return None
    score, information = (sum(known[stage][part] for stage in far) for part in (0, 1))
    size = score / information
    if size < AT_ONCE_SHARED * sizes[first] or score < AT_ONCE_Z * sqrt(information):
        return None
    share = min(1.0, size / max(sizes[first], MOVED))
    return Doubt(Ground.STAGES, share, n=len(moved), of=len(known), week=begins)


def _gain(steps: dict[Stage, tuple[float, float]]) -> float:
    """Log likelihood gained by steps for the worse."""
    return sum(
        max(0.0, score) ** 2 / max(2 * information, LEAST_INFORMATION) for score, information in steps.values()
    )


def _early(case: Case, begins: date) -> dict[Stage, tuple[float, float]]:
    """Score and information of a step of each stage by what was known a few weeks after it began."""
    until = min(case.last, begins + (AT_ONCE_WEEKS - 1) * WEEK)
    steps = {stage: _step(case, found, begins, until)[:, 0] for stage, found in case.scans.items()}
    return {stage: (float(score), float(information)) for stage, (score, information) in steps.items()}
