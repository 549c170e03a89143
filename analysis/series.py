"""Weekly series of one stage in one unit: what is drawn and said, week by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

import numpy as np

from analysis.detection.grid import Array, Grid, Item, lags, lay_out, rows_of
from analysis.detection.scan import SHOCK
from analysis.figures import Record, Scale, Sums
from analysis.stages import Stage

# Variance of what teams truly are around their parent, as a share of one answer's variance: team .04, members
# .42 / 8 (`synthetic.model`), and drifts of about half an SD.
BETWEEN = 0.3
# Where a change is withheld the raw level stands in, with the noise of who happened to answer: half of the
# variance between persons comes and goes.
COMPOSITION = 0.5


@dataclass(frozen=True, slots=True)
class Point:
    """One week of one stage in one unit.

    Attributes:
        week: its Monday.
        level: mean answer on the item's own scale.
        shown: the same, drawn towards the parent's mean the fewer answered.
        level_error: standard error of `level`, own scale, including the shock a team shares in a week and the
            noise that was released with it.
        n: respondents behind the level.
        change: mean change within persons in SD of one answer, up is worse; None when there is none.
        change_error: its standard error, shared shock and noise included; None without a change.
        change_n: respondents behind the change, 0 without one.
        within: whether the change is within persons; False where it is withheld and the raw level stands in.
        alone: False when the unit was counted together with others: shown, but no evidence about it alone.
    """

    week: date
    level: float
    shown: float
    level_error: float
    n: int
    change: float | None
    change_error: float | None
    change_n: int
    within: bool
    alone: bool


@dataclass(frozen=True, slots=True)
class Series:
    """Weekly points of one stage in one unit, oldest first; weeks without a figure are left out.

    Attributes:
        unit_id: the unit.
        stage: the stage.
        scale: how it is answered; None when it never was.
        sd: standard deviation of one answer within groups, on the item's own scale; 0 when unknown.
        points: the weeks.
    """

    unit_id: str
    stage: Stage
    scale: Scale | None
    sd: float
    points: Sequence[Point]

    @property
    def weeks(self) -> list[date]:
        """Mondays of the points."""
        return [point.week for point in self.points]


def series(record: Record, unit_id: str, stage: Stage) -> Series:
    """Weekly series of one stage in one unit.

    A region's or the company's series adds the figures of all groups that lie wholly inside it. A team that was
    counted together with siblings in a week shows that group's figure, marked.

    Args:
        record: what was released.
        unit_id: the unit.
        stage: the stage.

    Returns:
        The series; without points when nothing was released.
    """
    grid = record.once(_every_unit)
    rows = record.once(_rows)
    if stage not in grid.items or unit_id not in rows:
        return Series(unit_id, stage, None, 0.0, [])
    item = rows_of(grid.items[stage], [rows[unit_id], rows[record.parents.get(unit_id) or unit_id]])
    changes, counts, extra = differences(item)
    together = _merged(record, unit_id, stage)
    points = []
    for index, week in enumerate(grid.weeks):
        inside = _sums(item.level[:, 0, index])
        level, blur = (inside, float(item.level[3, 0, index])) if inside.n else together.get(week, (inside, 0.0))
        if not level.n:
            continue
        sd, within = float(item.sd[index]), float(item.within[index])
        noise = sd * sd * (within + COMPOSITION * (1 - within)) / level.n + blur / level.n**2
        above = _sums(item.level[:, 1, index])
        counted = int(counts[0, index])
        points.append(
            Point(
                week=week,
                level=level.mean,
                shown=_shrink(level.mean, noise, above.mean, sd) if above.n else level.mean,
                level_error=sqrt(noise + sd * sd * SHOCK),
                n=level.n,
                change=float(changes[0, index]) if counted else None,
                change_error=sqrt(within / counted + SHOCK + float(extra[0, index])) if counted else None,
                change_n=counted,
                within=bool(item.change[0, 0, index] > 0),
                alone=bool(inside.n) and week not in together,
            )
        )
    return Series(unit_id, stage, item.scale, float(item.sd[-1]), points)


def differences(item: Item) -> tuple[Array, Array, Array]:
    """Mean change in SD (up is worse), respondents behind it, and extra variance, each (units, weeks).

    Falls back on the raw level against its own lagged baseline where the change is withheld. Extra variance is
    that of the noise in the figures, and in the fallback that of who happened to answer. Respondents are 0 where
    there is neither.
    """
    n, total = item.change[0], item.change[1]
    worse = item.scale.worse / item.sd
    mean = np.where(n > 0, total / np.maximum(n, 1), 0.0) * worse
    level_n = item.level[0]
    level = item.level[1] / np.maximum(level_n, 1) * worse
    baseline, weight, behind = np.zeros_like(level), np.zeros_like(level), np.zeros_like(level)
    rounds = np.flatnonzero(item.asked)
    shares = lags(item.asked)
    answered = level_n[:, rounds]
    weight[:, rounds] = answered @ shares.T
    raw = item.level[1][:, rounds] @ shares.T
    baseline[:, rounds] = raw / np.maximum(weight[:, rounds], 1e-9)
    behind[:, rounds] = item.level[3][:, rounds] @ (shares**2).T
    fallback = (n == 0) & (level_n > 0) & (weight > 0)
    mean = np.where(fallback, level - baseline * worse, mean)
    count = np.where(fallback, level_n, n)
    noise = np.where(n > 0, item.change[3] / np.maximum(n, 1) ** 2, 0.0)
    noise = np.where(
        fallback, item.level[3] / np.maximum(level_n, 1) ** 2 + behind / np.maximum(weight, 1e-9) ** 2, noise
    )
    extra = np.where(fallback, COMPOSITION * (1 - item.within) / np.maximum(level_n, 1), 0.0)
    return mean, count, extra + noise / item.sd**2


def _every_unit(record: Record) -> Grid:
    """The record laid out for all its units and those right above them."""
    above = [unit.parent for unit in record.units if unit.parent is not None]
    return lay_out(record, list(dict.fromkeys([*(unit.id for unit in record.units), *above])))


def _rows(record: Record) -> dict[str, int]:
    return {unit: row for row, unit in enumerate(record.once(_every_unit).units)}


def _sums(row: Array) -> Sums:
    return Sums(int(row[0]), float(row[1]), float(row[2]))


def _shrink(mean: float, noise: float, towards: float, sd: float) -> float:
    """Partial pooling: the share of a unit's own mean falls with its noise (variance, own scale)."""
    share = BETWEEN * sd * sd / (BETWEEN * sd * sd + noise)
    return share * mean + (1 - share) * towards


def _merged(record: Record, unit_id: str, stage: Stage) -> dict[date, tuple[Sums, float]]:
    """Levels, and variances of their noise, of weeks in which part of a unit was counted with others outside."""
    inside = record.below(unit_id)
    return {
        figure.week: (figure.level, figure.level_noise**2)
        for figure in record.about(inside, stage)
        if not figure.units <= inside
    }
