"""A record laid out as arrays, units by weeks, with the pooled scale of each item."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analysis import attainment
from analysis.change import LAG_WEEKS
from analysis.figures import Figure, Record, Scale, Sums, Turnout
from analysis.stages import WHEEL, Stage

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A diary holds a person's last 12 rounds answered; at the usual three quarters answering they span 16 weeks.
DIARY_WEEKS = 16
USUAL_RATE = 0.75
# Before there are data: share of an answer's variance that lies within persons, and its weight in answers.
# 285 public five-point items have a median ICC of .35, attitude items somewhat more.
WITHIN_SHARE = 0.6
WITHIN_WEIGHT = 30.0
LEAST_WITHIN, MOST_WITHIN = 0.3, 1.0
LEAST_SHARE, MOST_SHARE = 0.2, 0.95
N_TOTAL_SQUARES_NOISE = 4
# Hours have no end such as five points have: a week's variance counts for no more than so many times the usual
# week's, or a few slips of the finger would hide every later change. In simulated teams of eight without slips
# one week in twenty is further out.
MOST_UNUSUAL = 3.0


@dataclass(frozen=True, slots=True)
class Item:
    """One stage's figures for several units. Arrays are (units, weeks) unless said otherwise.

    Attributes:
        level: (4, units, weeks): number, sum and sum of squares of answers of figures inside the unit alone, and
            the variance of the noise in that sum.
        change: the same for change within persons.
        asked: (weeks,) whether anybody was asked in that week.
        share: (units, weeks) share of those invited who answered; what is usual where it is not known.
        centre: mean answer in the first round, all units together; a fixed point on the item's own scale.
        sd: (weeks,) pooled standard deviation of one answer within groups, of all weeks up to each.
        within: (weeks,) share of that variance that lies within persons, of all weeks up to each.
    """

    stage: Stage
    scale: Scale
    level: Array
    change: Array
    asked: Mask
    share: Array
    centre: float
    sd: Array
    within: Array


@dataclass(frozen=True, slots=True)
class Grid:
    """A record as arrays. `weeks` has every Monday from the first to the last, with or without a release.

    Attributes:
        turnout: (2, units, weeks): invited, and answered; 0 where it is not known.
        attainment: (2, units, weeks): how much worse targets were met than usual in SD, and the variance of that,
            in the week in which a period ended; infinite where none did.
    """

    units: Sequence[str]
    weeks: Sequence[date]
    items: dict[Stage, Item]
    turnout: Array
    attainment: Array


def leaves(record: Record) -> list[str]:
    """Ids of the units that have none below them: the teams."""
    parents = {unit.parent for unit in record.units}
    return [unit.id for unit in record.units if unit.id not in parents]


def lay_out(record: Record, units: Sequence[str], as_of: date | None = None) -> Grid:
    """Lay a record out for some units.

    Args:
        record: what was released.
        units: ids; a unit takes the figures of all groups that lie wholly inside it.
        as_of: last week to look at, None for all.

    Returns:
        The grid; without figures it has no weeks.
    """
    figures = [figure for figure in record.figures if as_of is None or figure.week <= as_of]
    if not figures:
        none = np.zeros((2, len(units), 0))
        return Grid(list(units), [], {}, none, none)
    known = [week for week in record.weeks if as_of is None or week <= as_of]
    count = (known[-1] - known[0]).days // 7 + 1
    weeks = [known[0] + timedelta(weeks=index) for index in range(count)]
    turnouts = [turnout for turnout in record.turnouts if as_of is None or turnout.week <= as_of]
    groups = {figure.units for figure in figures} | {turnout.units for turnout in turnouts}
    rows = _rows(record, units, groups)
    turnout = _turnout(turnouts, rows, (len(units), count), weeks[0])
    by_stage: dict[Stage, list[Figure]] = {stage: [] for stage in WHEEL}
    for figure in figures:
        by_stage[figure.stage].append(figure)
    share = _share(turnout)
    items = {stage: _item(stage, found, rows, weeks, share) for stage, found in by_stage.items() if found}
    return Grid(list(units), weeks, items, turnout, np.stack(attainment.evidence(record, units, weeks)))


def portion(grid: Grid, rows: slice) -> Grid:
    """Some of a grid's units; scales stay those of the whole record."""
    items = {stage: rows_of(item, rows) for stage, item in grid.items.items()}
    return Grid(grid.units[rows], grid.weeks, items, grid.turnout[:, rows], grid.attainment[:, rows])


def rows_of(item: Item, rows: slice | Sequence[int]) -> Item:
    """Some units of one stage, by their rows; scales stay those of the whole record."""
    return replace(item, level=item.level[:, rows], change=item.change[:, rows], share=item.share[rows])


def lags(asked: Mask) -> Array:
    """Share of each earlier week in a baseline: (rounds, rounds) over the weeks in which the item was asked.

    Row i is the baseline of round i: equal shares of the rounds at least `LAG_WEEKS` and at most
    `DIARY_WEEKS` before it, 0 where there is none.
    """
    rounds = np.flatnonzero(asked)
    ago = rounds[:, None] - rounds[None, :]
    inside = (ago >= LAG_WEEKS) & (ago <= DIARY_WEEKS)
    total = inside.sum(axis=1, keepdims=True)
    shares: Array = inside / np.maximum(total, 1)
    return shares


def _rows(record: Record, units: Sequence[str], groups: set[frozenset[str]]) -> dict[frozenset[str], list[int]]:
    row = {unit: index for index, unit in enumerate(units)}
    found = {}
    for group in groups:
        above = []
        for unit in group:
            line = []
            at: str | None = unit
            while at is not None:
                line.append(at)
                at = record.parents.get(at)
            above.append(set(line))
        found[group] = sorted(row[unit] for unit in set.intersection(*above) if unit in row)
    return found


def _turnout(
    turnouts: Sequence[Turnout], rows: dict[frozenset[str], list[int]], shape: tuple[int, int], first: date
) -> Array:
    found = np.zeros((2, *shape))
    for turnout in turnouts:
        for row in rows[turnout.units]:
            found[:, row, (turnout.week - first).days // 7] += (turnout.invited, turnout.answered)
    return found


def _share(turnout: Array) -> Array:
    """Share who answered, within bounds that a formula can divide by."""
    invited, answered = turnout
    share = np.where(invited > 0, answered / np.maximum(invited, 1), USUAL_RATE)
    return np.clip(share, LEAST_SHARE, MOST_SHARE)


def _put(sums: Array, row: int, week: int, part: Sums, noise: float) -> None:
    sums[:, row, week] += (part.n, part.total, part.squares, noise * noise)


def _item(
    stage: Stage,
    figures: Sequence[Figure],
    rows: dict[frozenset[str], list[int]],
    weeks: Sequence[date],
    share: Array,
) -> Item:
    level = np.zeros((N_TOTAL_SQUARES_NOISE, *share.shape))
    change = np.zeros_like(level)
    asked = np.zeros(len(weeks), dtype=bool)
    # Squares around the mean and degrees of freedom by week, for answers and for changes.
    pooled = np.zeros((4, len(weeks)))
    for figure in figures:
        week = (figure.week - weeks[0]).days // 7
        asked[week] = True
        here = rows[figure.units]
        for row in here:
            _put(level, row, week, figure.level, figure.level_noise)
        pooled[0, week] += figure.level.spread**2 * (figure.level.n - 1)
        pooled[1, week] += figure.level.n - 1
        if figure.change is not None:
            for row in here:
                _put(change, row, week, figure.change, figure.change_noise)
            pooled[2, week] += figure.change.spread**2 * (figure.change.n - 1)
            pooled[3, week] += figure.change.n - 1
    if figures[0].scale is not Scale.AGREEMENT:
        pooled[0] = _tamed(pooled[0], pooled[1])
    sd, within = _scales(pooled, asked)
    return Item(stage, figures[0].scale, level, change, asked, share, _centre(figures), sd, within)


def _centre(figures: Sequence[Figure]) -> float:
    first = min(figure.week for figure in figures)
    whole = sum((figure.level for figure in figures if figure.week == first), Sums.of(()))
    return whole.mean if whole.n else 0.0


def _tamed(squares: Array, freedom: Array) -> Array:
    """Sums of squares by week, none further out than the median week up to it allows."""
    kept = squares.copy()
    variances: list[float] = []
    for week in np.flatnonzero(freedom):
        variances.append(squares[week] / freedom[week])
        kept[week] = min(squares[week], MOST_UNUSUAL * float(np.median(variances)) * freedom[week])
    return kept


def _scales(pooled: Array, asked: Mask) -> tuple[Array, Array]:
    """Standard deviation of one answer and share within persons, by week, from the weeks up to each."""
    squares, freedom = np.cumsum(pooled[0]), np.cumsum(pooled[1])
    # Nobody differs from anybody: any positive number serves, as every change is then 0.
    sd = np.sqrt(np.maximum(squares / np.maximum(freedom, 1), 1e-6))
    # A change carries the noise of the answer and of its baseline of m answers: within * (1 + 1/m).
    behind = np.ones(len(asked))
    behind[asked] = np.maximum(1.0, USUAL_RATE * (lags(asked) > 0).sum(axis=1))
    own = np.cumsum(pooled[2] / (1 + 1 / behind)) / sd**2
    within = (own + WITHIN_SHARE * WITHIN_WEIGHT) / (np.cumsum(pooled[3]) + WITHIN_WEIGHT)
    return sd, np.clip(within, LEAST_WITHIN, MOST_WITHIN)
