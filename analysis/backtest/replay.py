"""The alarms that would have been raised, week by week, each from nothing but the weeks before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analysis.backtest.counting import Counted, count, record_of
from analysis.backtest.reading import Answers, monday
from analysis.detection.cycle import RELEASE_SHARE, Kind, Paths, State, follow, watch
from analysis.detection.drift import RELEASE, holding
from analysis.detection.thresholds import Thresholds, thresholds
from analysis.stages import WHEEL, Stage

# Units looked at together: memory stays bounded, and a record is small enough to be gone through often.
PORTION = 25
# When an episode is over and when it is taken up again, as for alerts (`surveys.episodes`).
CALM_WEEKS = 4
REOPEN_WEEKS = 8
ALARMS = frozenset({Kind.CYCLE, Kind.DRIFT})

Weeks = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: the first of an episode, or the cycle that a drift grew into.

    Attributes:
        kind: `Kind.CYCLE` or `Kind.DRIFT`.
        stage: the stage that drifted, or where the cycle began.
        week: Monday of the week in which it would have been called.
        began: Monday of the week in which it began, as known in the week of the call; no earlier than the unit.
    """

    kind: Kind
    stage: Stage
    week: date
    began: date


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the alarms would have said about one unit.

    Attributes:
        name: its name.
        state: at the end of the data.
        weeks: Mondays of the weeks with answers.
        alarms: in the order in which they would have been called.
        drifting: Mondays of the weeks in which a drift of some stage stood.
        cycling: Mondays of the weeks in which a cycle stood.
        answers: how many there are to an item in a week with any, on average.
        named: share of them with a respondent.
    """

    name: str
    state: State
    weeks: Sequence[date]
    alarms: Sequence[Alarm]
    drifting: Sequence[date]
    cycling: Sequence[date]
    answers: float
    named: float


@dataclass(frozen=True, slots=True)
class _Standing:
    """One unit's evidence: for each kind and week (kinds, weeks) when the alarm that stands was raised, or -1.

    The first row is the cycle, the others are drifts of the stages.
    """

    since: Weeks

    @property
    def drifting(self) -> Weeks:
        """Weeks in which a drift of some stage stood."""
        return np.flatnonzero((self.since[1:] >= 0).any(axis=0))

    @property
    def cycling(self) -> Weeks:
        """Weeks in which a cycle stood."""
        return np.flatnonzero(self.since[0] >= 0)

    @property
    def raised(self) -> list[int]:
        """Weeks in which anything was raised."""
        return [int(week) for week in np.unique(self.since[self.since >= 0])]

    def calm_before(self, week: int) -> int:
        """Weeks without anything standing right before a week."""
        stood = np.flatnonzero((self.since[:, :week] >= 0).any(axis=0))
        return week - 1 - int(stood[-1]) if stood.size else week


def mondays(first: date, last: date) -> list[date]:
    """Every Monday from one to another, both included."""
    return [first + timedelta(weeks=index) for index in range((last - first).days // 7 + 1)]


def replay(
    answers: Answers,
    *,
    at: Thresholds | None = None,
    step: Callable[[int], None] | None = None,
) -> list[Replayed]:
    """Say for each unit which alarms would have been raised, and its state at the end.

    Args:
        answers: past answers.
        at: thresholds; the calibrated ones for so many units when None.
        step: called with the number of units done, for a progress bar.

    Returns:
        One for each unit, in the order of `answers.units`.
    """
    counted = count(answers)
    limits = at or thresholds(len(answers.units))
    found: list[Replayed] = []
    for first in range(0, len(answers.units), PORTION):
        part = range(first, min(first + PORTION, len(answers.units)))
        found += _replay(counted, part, limits)
        if step:
            step(len(part))
    return found


def _replay(counted: Counted, part: range, limits: Thresholds) -> list[Replayed]:
    """Some of the units, together."""
    record, names = record_of(counted, part.start, part.stop), counted.names[part.start : part.stop]
    states = watch(record, units=names, at=limits)
    weeks = mondays(record.weeks[0], record.weeks[-1])
    found = []
    for unit, stood in zip(part, _standing(follow(record, units=names), limits), strict=True):
        rows = slice(*np.searchsorted(counted.unit, [unit, unit + 1]))
        found.append(
            Replayed(
                name=counted.names[unit],
                state=states[counted.names[unit]],
                weeks=[monday(week) for week in np.unique(counted.week[rows])],
                alarms=_alarms(counted, unit, stood, weeks, limits),
                drifting=[weeks[week] for week in stood.drifting],
                cycling=[weeks[week] for week in stood.cycling],
                answers=float(counted.level[0, rows].mean()),
                named=float(counted.named[rows].sum() / counted.level[0, rows].sum()),
            )
        )
    return found


def _standing(paths: Paths, limits: Thresholds) -> list[_Standing]:
    cycles = holding(paths.cycle, limits.cycle, RELEASE_SHARE * limits.cycle)
    drifts = [holding(paths.drift[:, stage.position], limits.drift, RELEASE) for stage in WHEEL]
    return [_Standing(since) for since in np.stack([cycles, *drifts], axis=1)]


def _alarms(
    counted: Counted, unit: int, stood: _Standing, weeks: Sequence[date], limits: Thresholds
) -> list[Alarm]:
    """One unit's alarms; each week in which something was raised is looked at with the data up to it alone."""
    if not stood.raised:
        return []
    record, name = record_of(counted, unit, unit + 1), counted.names[unit]
    # Weeks in which only others answered are weeks of the grid as well, and a step may be fitted to one of them.
    first = monday(counted.week[slice(*np.searchsorted(counted.unit, [unit, unit + 1]))].min())
    found: list[Alarm] = []
    for week in stood.raised:
        calm = stood.calm_before(week)
        grows = bool(found) and found[-1].kind is Kind.DRIFT and stood.since[0, week] == week
        if found and calm < CALM_WEEKS and not grows:
            continue
        state = watch(record, units=[name], as_of=weeks[week], at=limits)[name]
        if state.kind not in ALARMS or state.stage is None or state.since is None:
            continue
        same = bool(found) and found[-1].stage is state.stage
        if grows or not same or calm >= CALM_WEEKS + REOPEN_WEEKS:
            found.append(Alarm(state.kind, state.stage, weeks[week], max(first, state.since)))
    return found
