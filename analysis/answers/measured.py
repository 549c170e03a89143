"""Figures of a unit over some weeks, with their uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from math import sqrt
from operator import add

from analysis.answers.answer import Line, Reported
from analysis.answers.rounding import drawn, mean_or_band, unanimous
from analysis.detection.grid import WITHIN_SHARE
from analysis.detection.scan import SHOCK
from analysis.figures import Figure, Record, Scale, Sums
from analysis.questions import Period
from analysis.series import COMPOSITION, Series, series
from analysis.stages import Stage

# Two-sided 95%.
SURE = 1.96


@dataclass(frozen=True, slots=True)
class Week:
    """One week of one stage in one unit: the sample, the teams counted, and whether others are counted with it.

    `noise` is the variance of what was added to the level's total before the release.
    """

    week: date
    units: frozenset[str]
    merged: bool
    level: Sums
    noise: float
    change: Sums | None


@dataclass(frozen=True)
class Measured:
    """One stage in one unit over some weeks, oldest first, all inside the unit or all of one merged group."""

    record: Record
    unit: str
    stage: Stage
    scale: Scale
    weeks: Sequence[Week]
    series: Series

    @property
    def level(self) -> Sums:
        """Answers of all weeks together."""
        return reduce(add, (week.level for week in self.weeks))

    @property
    def n(self) -> int:
        """People in the fullest week."""
        return max(week.level.n for week in self.weeks)

    @property
    def sd(self) -> float:
        """Standard deviation of one answer, pooled over units where that is known."""
        return self.series.sd or self.level.spread

    @property
    def error(self) -> float:
        """Standard error of the mean: persons stay the same from week to week, shocks and moods do not."""
        return self._error(persons=1.0)

    @property
    def error_of_course(self) -> float:
        """Standard error of the mean when compared with other weeks of the same unit: only some persons change."""
        return self._error(persons=COMPOSITION)

    def _error(self, *, persons: float) -> float:
        count, answers = len(self.weeks), self.level.n
        variance = persons * (1 - WITHIN_SHARE) * count / answers + WITHIN_SHARE / answers + SHOCK / count
        noise = sum(week.noise for week in self.weeks) / answers**2
        return sqrt(self.sd**2 * variance + noise)

    def reported(self) -> Reported:
        """The figure as it may be shown."""
        last = self.weeks[-1]
        mean, band = mean_or_band(self.level, self.scale)
        change = last.change.mean if last.change and last.change.n and not unanimous(last.change) else None
        return Reported(
            unit=self.unit,
            units=tuple(sorted(last.units)),
            label=_label(self.record, self.unit, last),
            merged=last.merged,
            stage=self.stage,
            scale=self.scale,
            week=last.week,
            weeks=len(self.weeks),
            mean=mean,
            band=band,
            n=self.n,
            change=None if change is None else round(change, 1),
            more_than_noise=None if change is None else self._beyond_noise(last.week),
            interval=None if band else self._interval(),
        )

    def change_in_errors(self, week: date) -> float | None:
        """Change within persons in standard errors, up is worse; None when there is none about the unit alone."""
        for point in self.series.points:
            if (
                point.week == week
                and point.alone
                and point.within
                and point.change is not None
                and point.change_error
            ):
                return point.change / point.change_error
        return None

    def _beyond_noise(self, week: date) -> bool | None:
        found = self.change_in_errors(week)
        return None if found is None else abs(found) >= SURE

    def _interval(self) -> tuple[float, float]:
        low, high = self.level.mean - SURE * self.error, self.level.mean + SURE * self.error
        least, most = (1.0, 5.0) if self.scale is Scale.AGREEMENT else (0.0, 168.0)
        return round(max(least, low), 1), round(min(most, high), 1)

    def line(self) -> Line:
        """For the chart."""
        return Line(
            unit=self.unit,
            label=_label(self.record, self.unit, self.weeks[-1]),
            stage=self.stage,
            scale=self.scale,
            weeks=tuple(week.week for week in self.weeks),
            values=tuple(drawn(week.level, self.scale) for week in self.weeks),
        )


def measure(
    record: Record,
    unit: str,
    stage: Stage,
    period: Period,
    *,
    latest: int | None = None,
    without: frozenset[str] = frozenset(),
) -> Measured | None:
    """One stage in one unit within a period.

    Args:
        record: what the asker may see.
        unit: id of the unit.
        stage: the stage.
        period: the days asked about.
        latest: only so many of the last weeks that have a figure; None for all.
        without: ids of teams to leave out ("the rest of EMEA"); whole groups only.

    Returns:
        The weeks that have a figure; None when there is none. Weeks in which the unit was counted with siblings
        are kept only when the last week was as well, so that one mean never mixes groupings.
    """
    inside = record.below(unit)
    by_week: dict[date, list[Figure]] = {}
    for figure in record.about(inside, stage):
        if period.holds(figure.week) and figure.level.n:
            by_week.setdefault(figure.week, []).append(figure)
    weeks = [week for day in sorted(by_week) if (week := _week(day, by_week[day], inside, without)) is not None]
    if not weeks:
        return None
    last = weeks[-1]
    alike = [
        week for week in weeks if week.merged == last.merged and (not last.merged or week.units == last.units)
    ]
    scale = next(iter(by_week[last.week])).scale
    kept = alike if latest is None else alike[-latest:]
    return Measured(record, unit, stage, scale, kept, series(record, unit, stage))


def _week(day: date, figures: Sequence[Figure], inside: frozenset[str], without: frozenset[str]) -> Week | None:
    whole = [figure for figure in figures if figure.units <= inside and not figure.units & without]
    if whole:
        changes = [figure.change for figure in whole if figure.change is not None]
        return Week(
            week=day,
            units=frozenset().union(*(figure.units for figure in whole)),
            merged=False,
            level=reduce(add, (figure.level for figure in whole)),
            noise=sum(figure.level_noise**2 for figure in whole),
            change=reduce(add, changes) if len(changes) == len(whole) else None,
        )
    if without or len(figures) != 1:
        return None
    only = figures[0]
    return Week(day, only.units, merged=True, level=only.level, noise=only.level_noise**2, change=only.change)


def _label(record: Record, unit: str, week: Week) -> str:
    if not week.merged:
        return record.names.get(unit, unit)
    return " + ".join(sorted(record.names.get(one, one) for one in week.units))
