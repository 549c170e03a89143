"""Attainment: what share of its target a unit achieved, and whether that moved more than it usually does.

A period's share of the target is taken as its logarithm, so that half and double are equally far. It is compared
with the unit's own earlier periods of about the same length, as targets of different units are set differently.
How much such shares usually move is pooled over all units, as no unit has many periods: the mean square of each
share less the mean of those before it, scaled so that each counts alike (recursive residuals; Brown, Durbin and
Evans 1975), drawn towards `USUAL_MOVE`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from analysis.figures import Attainment, Record

__all__ = ["Attainment", "Move", "attainment_of", "evidence", "moves"]

# Shares outside of this say no more than its ends: a target of almost nothing is no target.
LEAST_SHARE, MOST_SHARE = 0.1, 3.0
# Periods of about the same length are compared: a quarter with quarters, not with months or years.
LENGTHS_APART = 1.5
# Earlier periods that are compared with: two years of quarters.
MOST_EARLIER = 8
# Earlier periods before anything is said about what is usual.
LEAST_EARLIER = 2
# How much a share usually moves from period to period (standard deviation of its logarithm) before there are data,
# and its weight in periods. Assumed: a unit that meets its target comes out between 86 and 116 percent two times
# in three. Eight periods outweigh it.
USUAL_MOVE, USUAL_WEIGHT = 0.15, 8.0
# A fall of the share by a quarter is taken for one SD worse in the stage `targets`, and the two agree no better
# than to within half an SD. Both are assumed: nobody has measured attainment beside such a question.
FALL_PER_SD, LINK_ERROR = 0.25, 0.5
# Two-sided 95%.
SURE = 1.96

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Move:
    """One period of one unit beside its earlier ones.

    Attributes:
        now: the period.
        before: the period right before it among those compared with; None for the first.
        earlier: how many are compared with.
        usual: share of the target that is usual, 1 for all of it; 0 without earlier ones.
        fall: how far the share lies below what is usual, as a logarithm; below 0 it lies above.
        error: standard error of `fall`, with chance and the few earlier periods in it; infinite without any.
    """

    now: Attainment
    before: Attainment | None
    earlier: int
    usual: float
    fall: float
    error: float

    @property
    def enough(self) -> bool:
        """Whether there are enough earlier periods to say what is usual."""
        return self.earlier >= LEAST_EARLIER

    @property
    def more_than_noise(self) -> bool | None:
        """Whether it moved more than such shares usually do; None when that cannot be said."""
        return abs(self.fall) >= SURE * self.error if self.enough else None

    @property
    def expected(self) -> tuple[float, float] | None:
        """Shares between which it would lie 95 times in 100 if nothing changed; None when that cannot be said."""
        if not self.enough:
            return None
        return self.usual * exp(-SURE * self.error), self.usual * exp(SURE * self.error)


def moves(record: Record) -> Sequence[Move]:
    """Every period by the week in which it ended, beside the unit's earlier ones and what was usual by then.

    Periods that end in one week do not count for one another, so that what is said about a week stays as it is.
    """
    return record.once(_moves)


def attainment_of(record: Record, unit_id: str) -> Move | None:
    """The last period of a unit that was over by the record's last week; None when there is none."""
    last = record.weeks[-1] if record.weeks else None
    found = [move for move in moves(record) if move.now.unit_id == unit_id and (not last or move.now.week <= last)]
    return found[-1] if found else None


def evidence(record: Record, units: Sequence[str], weeks: Sequence[date]) -> tuple[Array, Array]:
    """What attainment says about the stage `targets`: one value in the week in which a period ended.

    Assumed: the share of the target moves around a level of the unit's own with the same spread in all units
    (`USUAL_MOVE` before there are data); a fall by `FALL_PER_SD` of its logarithm is one SD worse in `targets`,
    and the two agree no better than to within `LINK_ERROR`; a value is about the week in which its period ended,
    though what it tells of lies in the weeks of the period. Units share markets, so values of several units are
    not independent. A unit has only its own: a region does not get its teams', nor a team its region's.

    Args:
        record: what is known; only periods that ended by the week asked about count for what was usual then.
        units: unit ids, the rows.
        weeks: Mondays, the columns.

    Returns:
        Worsening against the unit's own earlier periods in SD of one answer, up is worse, 0 where there is none;
        and its variance, infinite where there is none or too few earlier periods. Both (units, weeks).
    """
    worse, variance = np.zeros((len(units), len(weeks))), np.full((len(units), len(weeks)), inf)
    rows = {unit: row for row, unit in enumerate(units)}
    columns = {week: column for column, week in enumerate(weeks)}
    for move in moves(record):
        row, column = rows.get(move.now.unit_id), columns.get(move.now.week)
        if row is None or column is None or not move.enough:
            continue
        worse[row, column] = move.fall / FALL_PER_SD
        variance[row, column] = (move.error / FALL_PER_SD) ** 2 + LINK_ERROR**2
    return worse, variance


def _moves(record: Record) -> tuple[Move, ...]:
    found: list[Move] = []
    before: dict[str, list[Attainment]] = {}
    squares, weight = USUAL_WEIGHT * USUAL_MOVE**2, USUAL_WEIGHT
    ordered = sorted(record.attainments, key=lambda attainment: (attainment.ends_on, attainment.unit_id))
    for _, several in groupby(ordered, key=lambda attainment: attainment.week):
        spread = sqrt(squares / weight)
        fresh = [_move(now, before.get(now.unit_id, []), spread) for now in several]
        for move in fresh:
            before.setdefault(move.now.unit_id, []).append(move.now)
            if move.earlier:
                squares += (move.fall * spread / move.error) ** 2
                weight += 1
        found += fresh
    return tuple(found)


def _move(now: Attainment, known: Sequence[Attainment], spread: float) -> Move:
    alike = [one for one in known if _alike(_days(one), _days(now))][-MOST_EARLIER:]
    if not alike:
        return Move(now, None, 0, 0.0, 0.0, inf)
    usual = sum(map(_log_share, alike)) / len(alike)
    return Move(now, alike[-1], len(alike), exp(usual), usual - _log_share(now), spread * sqrt(1 + 1 / len(alike)))


def _log_share(attainment: Attainment) -> float:
    return log(min(MOST_SHARE, max(LEAST_SHARE, attainment.share)))


def _days(attainment: Attainment) -> int:
    return (attainment.ends_on - attainment.starts_on + timedelta(days=1)).days


def _alike(one: int, other: int) -> bool:
    return max(one, other) <= LENGTHS_APART * min(one, other)
