"""Past answers counted into figures: levels, and changes within persons, as the count of a pulse would.

Nothing is released from a backtest, so the changes are exact and no group is too small.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.backtest.reading import Answers, Indices, monday
from analysis.backtest.turnout import Turnouts, turnouts
from analysis.change import LAG_WEEKS, MOST_HOURS_OF_CHANGE, MOST_POINTS_OF_CHANGE
from analysis.figures import Figure, Record, Scale, Sums, Unit
from analysis.stages import WHEEL, Stage

Array = NDArray[np.float64]
# A person's own last rounds that count, as many as the bot keeps (`surveys.ballots.sealed.DIARY_ROUNDS`).
DIARY_ROUNDS = 12
# A unit that stands for all others in a portion's record. No name in a file is empty.
OTHERS = ""


def changes(answers: Answers) -> Array:
    """Each answer minus the mean of the person's own earlier ones to the item, (answers,); nan where none.

    The rule of `analysis.change.change` without its rounding: answers at least `LAG_WEEKS` old, from the person's
    last `DIARY_ROUNDS` rounds, cut at the same most.
    """
    weeks = answers.weeks - answers.weeks.min(initial=answers.weeks[0])
    span = int(weeks.max()) + 1
    rounds = _rounds(answers.person, weeks, span)
    group = answers.person * len(WHEEL) + answers.stage
    order = np.argsort(group * span + weeks, kind="stable")
    group, weeks, rounds = group[order], weeks[order], rounds[order]
    sums = np.concatenate([[0.0], np.cumsum(answers.value[order])])
    # Weeks and rounds of a group both ascend, so a baseline is a stretch of neighbours.
    by_round, by_week = group * span + rounds, group * span + weeks
    first = np.searchsorted(by_round, group * span + np.maximum(rounds - DIARY_ROUNDS, 0))
    end = np.searchsorted(by_week, by_week - LAG_WEEKS, side="right")
    number = np.where(answers.person[order] > 0, np.maximum(end - first, 0), 0)
    baseline = (sums[end] - sums[first]) / np.maximum(number, 1)
    hours = np.array([answers.scales[stage] is not Scale.AGREEMENT for stage in WHEEL])[answers.stage[order]]
    most = np.where(hours, MOST_HOURS_OF_CHANGE, MOST_POINTS_OF_CHANGE)
    found = np.full(len(order), np.nan)
    found[order] = np.where(number > 0, np.clip(answers.value[order] - baseline, -most, most), np.nan)
    return found


def _rounds(person: Indices, weeks: Indices, span: int) -> Indices:
    """How many rounds the person answered before, for each answer."""
    answered, inverse = np.unique(person * span + weeks, return_inverse=True)
    who = answered // span
    before: Indices = np.arange(len(answered)) - np.searchsorted(who, who)
    return before[inverse]


@dataclass(frozen=True, slots=True)
class Counted:
    """Figures as columns, one row for each unit, stage and week with answers, sorted by these.

    Attributes:
        names: of the units.
        scales: how each stage is answered.
        unit, stage, week: as in `Answers`.
        level: (3, rows) number, sum and sum of squares of the answers.
        change: (3, rows) the same for change within persons.
        named: (rows,) how many of the answers have a respondent.
        turnouts: how many answered of those who may have been asked.
    """

    names: Sequence[str]
    scales: Mapping[Stage, Scale]
    unit: Indices
    stage: Indices
    week: Indices
    level: Array
    change: Array
    named: Indices
    turnouts: Turnouts


def count(answers: Answers) -> Counted:
    """Count answers into figures."""
    weeks = answers.weeks - answers.weeks.min()
    span = int(weeks.max()) + 1
    key = (answers.unit * len(WHEEL) + answers.stage) * span + weeks
    cells, place = np.unique(key, return_inverse=True)
    level = _sums(place, answers.value, len(cells))
    found = changes(answers)
    known = ~np.isnan(found)
    change = _sums(place[known], found[known], len(cells))
    named = np.bincount(place[answers.person > 0], minlength=len(cells))
    rest, week = np.divmod(cells, span)
    unit, stage = np.divmod(rest, len(WHEEL))
    week += answers.weeks.min()
    return Counted(answers.units, answers.scales, unit, stage, week, level, change, named, turnouts(answers))


def _sums(place: Indices, values: Array, cells: int) -> Array:
    return np.stack([np.bincount(place, weights, cells) for weights in (None, values, values * values)])


def record_of(counted: Counted, first: int, end: int) -> Record:
    """A record of the units `first` to before `end`, small enough to be watched by itself.

    All other units are one figure a week and stage, which carries nothing but how far their answers spread: the
    detector's scales are pooled over the whole file, whichever units are looked at.
    """
    begin, stop = (int(place) for place in np.searchsorted(counted.unit, [first, end]))
    figures = [_figure(counted, row) for row in range(begin, stop)]
    rows = np.concatenate([np.arange(begin), np.arange(stop, len(counted.unit))])
    figures += _others(counted, rows)
    figures.sort(key=lambda figure: figure.week)
    came = [turnout for unit in range(first, end) for turnout in counted.turnouts.of(counted.names, unit)]
    units = [Unit(name, name) for name in [*counted.names[first:end], OTHERS]]
    return Record(units, figures, sorted(came, key=lambda turnout: turnout.week))


def _figure(counted: Counted, row: int) -> Figure:
    stage = WHEEL[counted.stage[row]]
    change = _as_sums(counted.change[:, row]) if counted.change[0, row] else None
    return Figure(
        monday(counted.week[row]),
        frozenset({counted.names[counted.unit[row]]}),
        stage,
        counted.scales[stage],
        _as_sums(counted.level[:, row]),
        change,
    )


def _as_sums(column: Array) -> Sums:
    return Sums(int(column[0]), float(column[1]), float(column[2]))


def _others(counted: Counted, rows: Indices) -> list[Figure]:
    """One figure for each stage and week of these rows, with their mean and the spread pooled within them."""
    first = int(counted.week.min())
    span = int(counted.week.max()) - first + 1
    key = counted.stage[rows] * span + counted.week[rows] - first
    pooled = np.stack([np.bincount(key, part, len(WHEEL) * span) for part in _spreads(counted, rows)])
    figures = []
    for cell in np.flatnonzero(pooled[0]):
        n, total, *spread = pooled[:, cell]
        level = _with_spread(total / n, *spread[:2])
        change = _with_spread(0.0, *spread[2:]) if spread[3] else None
        stage, week = WHEEL[cell // span], monday(first + int(cell) % span)
        figures.append(Figure(week, frozenset({OTHERS}), stage, counted.scales[stage], level, change))
    return figures


def _with_spread(mean: float, squares: float, freedom: float) -> Sums:
    """A sample with this mean, these squares around it and these degrees of freedom."""
    n = int(freedom) + 1
    return Sums(n, n * mean, squares + n * mean * mean)


def _spreads(counted: Counted, rows: Indices) -> list[Array]:
    """Number and sum of levels, and of levels and of changes squares around the mean and degrees of freedom."""
    found = [counted.level[0, rows], counted.level[1, rows]]
    for n, total, squares in (counted.level[:, rows], counted.change[:, rows]):
        found += [np.maximum(0.0, squares - total * total / np.maximum(n, 1)), np.maximum(n - 1, 0)]
    return found
