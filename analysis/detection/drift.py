"""Drift of one stage: since when, how much, how sure; or steady, or not enough evidence yet."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from analysis.detection.grid import Array, Grid, Item, Mask
from analysis.detection.scan import WINDOW, Scan, likelihood_ratio
from analysis.detection.thresholds import Thresholds
from analysis.stages import Stage

# A beginning counts when at least so many weeks with figures lie in it: one bad week is no drift.
LEAST_SEEN = 2
# And when at least this share of its standard errors is left without its most telling week. Two equal weeks leave
# .5; one week at its cap of 3.5 and an ordinary one leave less than .4.
REST_SHARE = 0.45
# Changes below this many SD are real perhaps, but nothing to act on (Cohen 1988 calls .2 small).
LEAST_SIZE = 0.3
# An alarm that was raised stays until the evidence no longer speaks for it: as likely as not.
RELEASE = 0.0
# A step whose best beginning is among the oldest few of the window began before it: the unit's normal by now.
EDGE = 5
# Improvement counts as recovering while it is no older than this.
RECENT_WEEKS = 16
# Standard errors at which a step back after a drift is believed: one look at one place, so less than an alarm.
# Improvement out of the blue needs as much evidence as a drift.
RECOVERED_Z = 2.5
# Weeks with figures before anything is said about a stage: two to compare, and one that may be odd.
ENOUGH_WEEKS = 3
# Evidence beyond this is beyond doubt, and its exponential stays a number.
MOST_EVIDENCE = 50.0
# "We would notice a drop of ... within so many weeks."
NOTICE_WEEKS = 6
# Beginnings near the true one that speak for a step as well; with this many, the size named is found in half of
# the simulated cases within the weeks named (`tests/analysis/test_drift.py`).
NEARBY = 3.0
# Sizes looked through for the smallest that would be noticed, SD.
SIZES = np.arange(0.1, 3.05, 0.05)
# Nobody waits longer than this for evidence; beyond, it is not said how many weeks are needed.
MOST_NEEDED = 12


class Verdict(StrEnum):
    """What can be said about one stage of one unit."""

    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    STEADY = "steady"
    WATCHING = "watching"
    DRIFT = "drift"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Drift:
    """What is known about one stage of one unit as of one week.

    Attributes:
        stage: the stage.
        verdict: what can be said.
        since: Monday of the week it began; None when steady or not enough evidence.
        weeks_ago: the same as weeks before the week looked at.
        size: how much worse in SD of one answer; below 0 is better. 0 where nothing is known.
        own: the same on the item's own scale (points or hours, with the scale's own sign).
        strength: standard errors behind `size`.
        n: answers behind it since it began.
        called: Monday of the week in which a drift was first called, while it lasts.
        needed: further weeks like those since it began after which it would be called; None unless watching.
        notices: change in SD that would be called within six weeks at the present n; None when none would.
    """

    stage: Stage
    verdict: Verdict
    since: date | None = None
    weeks_ago: int | None = None
    size: float = 0.0
    own: float = 0.0
    strength: float = 0.0
    n: int = 0
    called: date | None = None
    needed: int | None = None
    notices: float | None = None


def strongest(found: Scan) -> Array:
    """Evidence that a stage has stepped for the worse at any time in the window, (units, weeks).

    The log likelihood ratio, averaged over the beginnings: that finds a step sooner than its best beginning alone
    does, as no beginning has to win. 0 says neither yes nor no; a step that is half a year old gets less than
    that, so that an alarm about it ends.
    """
    evidence = np.where(_eligible(found), found.evidence, -np.inf)
    old = evidence.argmax(axis=2) >= WINDOW - EDGE
    worse: Array = np.where(old, RELEASE - 1, _averaged(evidence))
    return worse


def holding(evidence: Array, enter: float, leave: float) -> "np.typing.NDArray[np.intp]":
    """For each unit and week the index of the week in which the alarm now standing was raised, or -1.

    Args:
        evidence: (units, weeks).
        enter: raises an alarm when reached.
        leave: ends it when the evidence falls below.
    """
    since = np.full(evidence.shape, -1, dtype=np.intp)
    now = np.full(evidence.shape[0], -1, dtype=np.intp)
    for week in range(evidence.shape[1]):
        now = np.where(evidence[:, week] < leave, -1, now)
        now = np.where((now < 0) & (evidence[:, week] >= enter), week, now)
        since[:, week] = now
    return since


def judge(grid: Grid, item: Item, found: Scan, thresholds: Thresholds) -> list[Drift]:
    """Judge one stage of all units of a grid as of its last week.

    Args:
        grid: the record laid out.
        item: the stage's figures.
        found: their scan.
        thresholds: when to call what.

    Returns:
        One drift for each unit, in the grid's order.
    """
    path = strongest(found)
    raised = holding(path, thresholds.drift, RELEASE)[:, -1]
    better = _better(found, thresholds.drift)
    notices = _notices(found, thresholds)
    known = found.seen.max(axis=2)[:, -1]
    ages = np.where(_eligible(found)[:, -1], found.evidence[:, -1], -np.inf).argmax(axis=1)
    drifts = []
    for unit in range(len(grid.units)):
        age, improved, called = int(ages[unit]), int(better[unit]), None
        verdict = Verdict.STEADY
        if known[unit] < ENOUGH_WEEKS:
            verdict = Verdict.NOT_ENOUGH_EVIDENCE
        elif raised[unit] >= 0:
            back = turned_back(found, unit, age)
            verdict = Verdict.RECOVERING if back >= 0 else Verdict.DRIFT
            age, called = (back, None) if back >= 0 else (age, grid.weeks[int(raised[unit])])
        elif improved >= 0:
            verdict, age = Verdict.RECOVERING, improved
        elif path[unit, -1] >= thresholds.watch:
            verdict = Verdict.WATCHING
        if verdict in {Verdict.STEADY, Verdict.NOT_ENOUGH_EVIDENCE}:
            drifts.append(Drift(item.stage, verdict, notices=notices[unit]))
        else:
            told = describe(grid, item, found, unit, age)
            needed = _needed(found, unit, age, thresholds.drift) if verdict is Verdict.WATCHING else None
            drifts.append(replace(told, verdict=verdict, called=called, needed=needed, notices=notices[unit]))
    return drifts


def describe(grid: Grid, item: Item, found: Scan, unit: int, age: int) -> Drift:
    """Describe a step of a given age in one unit, as a drift."""
    last = len(grid.weeks) - 1
    size = float(found.size[unit, -1, age])
    return Drift(
        stage=item.stage,
        verdict=Verdict.DRIFT,
        since=grid.weeks[last - age],
        weeks_ago=age,
        size=size,
        own=size * float(item.sd[-1]) * item.scale.worse,
        strength=float(found.z[unit, -1, age]),
        n=int(item.level[0, unit, last - age :].sum()),
    )


def recovered(found: Scan, unit: int, age: int) -> bool:
    """Whether a step of this age has since been undone by at least half."""
    return turned_back(found, unit, age) >= 0


def turned_back(found: Scan, unit: int, age: int) -> int:
    """Age of the step for the better after one for the worse, -1 when there is none.

    Both steps are fitted together; the second must be sure, must undo at least half of the first, and be no
    older than `RECENT_WEEKS`.
    """
    last = found.fitted.shape[2] - 1
    younger = np.arange(1, min(age, RECENT_WEEKS))
    fitted = found.fitted[unit]
    first, seconds = fitted[:, last - age], fitted[:, last - younger]
    if younger.size == 0 or first @ first <= 0:
        return -1
    cross, own = first @ seconds, (seconds * seconds).sum(axis=0)
    rest = own - cross**2 / (first @ first)
    sure = rest > 1.0
    first_score = float(first @ found.whitened[unit])
    back = seconds.T @ found.whitened[unit] - cross * first_score / (first @ first)
    back = back / np.where(sure, rest, 1.0)
    start = (first_score - cross * back) / (first @ first)
    z = np.where(sure & (back <= -0.5 * start), -back * np.sqrt(np.where(sure, rest, 0.0)), 0.0)
    best = int(np.argmax(z))
    return int(younger[best]) if z[best] >= RECOVERED_Z else -1


def _eligible(found: Scan) -> Mask:
    eligible: Mask = (found.seen >= LEAST_SEEN) & (found.size >= LEAST_SIZE) & (found.rest >= REST_SHARE * found.z)
    return eligible


def _better(found: Scan, limit: float) -> "np.typing.NDArray[np.intp]":
    """Age of a sure and recent step for the better at the last week, -1 when there is none; (units,)."""
    recent = np.arange(found.z.shape[2]) <= RECENT_WEEKS
    fits = (found.seen[:, -1] >= LEAST_SEEN) & (found.size[:, -1] <= -LEAST_SIZE) & recent
    relief = np.where(fits, found.relief[:, -1], -np.inf)
    summed = _averaged(relief)
    return np.where(summed >= limit, relief.argmax(axis=1), -1)


def _averaged(evidence: Array) -> Array:
    """Evidence averaged over the beginnings, the last axis; those that are not eligible are minus infinity."""
    ratio = np.exp(np.minimum(evidence, MOST_EVIDENCE)).mean(axis=-1)
    averaged: Array = np.log(np.maximum(ratio, np.exp(-MOST_EVIDENCE)))
    return averaged


def _notices(found: Scan, thresholds: Thresholds) -> list[float | None]:
    """Smallest step in SD whose evidence reaches the threshold after `NOTICE_WEEKS` weeks like the last ones."""
    if found.information.shape[1] < NOTICE_WEEKS:
        return [None] * found.information.shape[0]
    known = found.information[:, -1, NOTICE_WEEKS - 1]
    called = _expected(SIZES[None, :], known[:, None]) >= thresholds.drift
    return [float(SIZES[row.argmax()]) if row.any() else None for row in called]


def _needed(found: Scan, unit: int, age: int, limit: float) -> int | None:
    """Further weeks after which a step of this age would be called if it goes on; None when not soon."""
    seen, known = found.seen[unit, -1, age], found.information[unit, -1, age]
    weeks = np.arange(1, MOST_NEEDED + 1)
    called = _expected(found.size[unit, -1, age], known * (1 + weeks / max(1.0, seen))) >= limit
    return int(weeks[called.argmax()]) if called.any() else None


def _expected(size: Array, information: Array) -> Array:
    """Evidence to expect, averaged over beginnings, for a step of a size (SD) about which so much is known."""
    expected: Array = likelihood_ratio(size * information, information) - np.log(WINDOW / NEARBY)
    return expected
