"""Figures: what a release says about a group. All analysis starts from these."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from math import sqrt
from typing import Any, TypeVar

from analysis.stages import Stage

_Known = TypeVar("_Known")


class Scale(StrEnum):
    """How an item is answered, and which way is worse."""

    AGREEMENT = "agreement"  # 1 to 5, 5 is good
    HOURS_LOST = "hours_lost"  # hours a week, more is worse
    HOURS_WON = "hours_won"  # hours a week, more is better

    @property
    def worse(self) -> int:
        """+1 where a higher value is worse, -1 where a lower one is."""
        return 1 if self is Scale.HOURS_LOST else -1


@dataclass(frozen=True, slots=True)
class Sums:
    """A sample as its number, sum and sum of squares, so that samples add up."""

    n: int
    total: float
    squares: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Sums":
        """Sum up a sample."""
        kept = list(values)
        return cls(len(kept), float(sum(kept)), float(sum(value * value for value in kept)))

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """Mean of the sample; raises ZeroDivisionError when it is empty."""
        return self.total / self.n

    @property
    def spread(self) -> float:
        """Sample standard deviation (n - 1); 0 for a single value."""
        if self.n < 2:
            return 0.0
        return sqrt(max(0.0, (self.squares - self.total * self.total / self.n) / (self.n - 1)))


@dataclass(frozen=True, slots=True)
class Unit:
    """A node of the org tree: company, region or team. `id` never changes; `name` may."""

    id: str
    name: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What one release says about one group and one item.

    `units` are the ids of the teams counted together: one, or several small siblings that were merged.
    `level` sums the answers on the item's own scale; `change` sums each person's answer minus their own
    earlier ones (`analysis.change`), on the same scale, over those who have any; None where it is withheld.
    The noises are the standard deviations of what was added to the two totals before the release; 0 is exact.
    """

    week: date
    units: frozenset[str]
    stage: Stage
    scale: Scale
    level: Sums
    change: Sums | None = None
    level_noise: float = 0.0
    change_noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the `n` of a group who said what their answer came from named one code, such as deal_desk.

    `noise` is the standard deviation of what was added to `named` before the release.
    """

    week: date
    units: frozenset[str]
    stage: Stage
    item_id: str
    code: str
    named: int
    n: int
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of a group were invited in a week, and how many answered."""

    week: date
    units: frozenset[str]
    invited: int
    answered: int


@dataclass(frozen=True, slots=True)
class Attainment:
    """A unit's target for a period and what it achieved, both in the company's own money or pieces."""

    unit_id: str
    starts_on: date
    ends_on: date
    target: float
    achieved: float

    @property
    def week(self) -> date:
        """Monday of the week in which the period ended; from then on it is known."""
        return self.ends_on - timedelta(days=self.ends_on.weekday())

    @property
    def share(self) -> float:
        """Share of the target that was achieved, 1 for all of it."""
        return self.achieved / self.target


@dataclass(frozen=True, slots=True)
class Record:
    """Everything released so far that one asker may see, oldest first. It never changes.

    `attainments` are of periods that are over, by the day they ended; none unless the company imports them.
    """

    units: Sequence[Unit]
    figures: Sequence[Figure]
    turnouts: Sequence[Turnout] = ()
    attainments: Sequence[Attainment] = ()
    shares: Sequence[Share] = ()
    _known: dict[Callable[["Record"], Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, make: Callable[["Record"], _Known]) -> _Known:
        """What `make` works out from the whole record, worked out at the first call and kept with the record.

        One question measures every team in every stage; without this each would go through every figure again.
        """
        if make not in self._known:
            self._known[make] = make(self)
        found: _Known = self._known[make]
        return found

    @property
    def weeks(self) -> Sequence[date]:
        """The Mondays of the weeks with a release, oldest first."""
        return self.once(_weeks)

    @property
    def names(self) -> Mapping[str, str]:
        """Unit id -> name."""
        return self.once(_names)

    @property
    def parents(self) -> Mapping[str, str | None]:
        """Unit id -> id of the unit above; a parent may lie outside of the record."""
        return self.once(_parents)

    def below(self, unit_id: str) -> frozenset[str]:
        """Ids of a unit and of everything under it."""
        children = self.once(_children)
        found = {unit_id}
        left = [unit_id]
        while left:
            more = [child for child in children.get(left.pop(), ()) if child not in found]
            found.update(more)
            left += more
        return frozenset(found)

    def about(self, unit_ids: frozenset[str], stage: Stage) -> list[Figure]:
        """Figures of one stage in which any of these units is counted, in the record's order."""
        places = self.once(_places)
        found = {place for unit_id in unit_ids for place in places.get((stage, unit_id), ())}
        return [self.figures[place] for place in sorted(found)]

    def up_to(self, week: date) -> "Record":
        """The record as it stood once the release of a week was out; itself when nothing came after."""
        last = max((attainment.week for attainment in self.attainments), default=week)
        if not self.weeks or week >= max(self.weeks[-1], last):
            return self
        return Record(
            self.units,
            [figure for figure in self.figures if figure.week <= week],
            [turnout for turnout in self.turnouts if turnout.week <= week],
            [attainment for attainment in self.attainments if attainment.week <= week],
            [share for share in self.shares if share.week <= week],
        )

    def shares_of(self, unit_id: str, stage: Stage, *, week: date, weeks: int = 1) -> list[Share]:
        """What most of a stage came from in a unit, most named first; the groups of a region and the weeks add up.

        A week is left out unless all groups that have any lie within the unit, or the unit is within one of them.

        Args:
            unit_id: the unit.
            stage: the stage.
            week: the last week.
            weeks: how many weeks, up to that one.
        """
        inside, first = self.below(unit_id), week - timedelta(weeks=weeks - 1)
        by_week: dict[date, list[Share]] = {}
        for one in self.shares:
            if first <= one.week <= week and one.stage is stage and one.units & inside:
                by_week.setdefault(one.week, []).append(one)
        found: dict[tuple[str, str], Share] = {}
        for here in by_week.values():
            groups = {one.units for one in here}
            if len(groups) > 1 and any(not units <= inside for units in groups):
                continue
            for one in here:
                key = one.item_id, one.code
                found[key] = _added(found[key], one) if key in found else one
        return sorted(found.values(), key=lambda one: (-one.named, one.code))


def _added(one: Share, other: Share) -> Share:
    return Share(
        max(one.week, other.week),
        one.units | other.units,
        one.stage,
        one.item_id,
        one.code,
        one.named + other.named,
        one.n + other.n,
        sqrt(one.noise**2 + other.noise**2),
    )


def _weeks(record: Record) -> tuple[date, ...]:
    return tuple(
        sorted({turnout.week for turnout in record.turnouts} | {figure.week for figure in record.figures})
    )


def _names(record: Record) -> dict[str, str]:
    return {unit.id: unit.name for unit in record.units}


def _parents(record: Record) -> dict[str, str | None]:
    return {unit.id: unit.parent for unit in record.units}


def _children(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for unit in record.units:
        if unit.parent is not None:
            found.setdefault(unit.parent, []).append(unit.id)
    return found


def _places(record: Record) -> dict[tuple[Stage, str], list[int]]:
    """Stage and unit id -> indices of the figures in which the unit is counted."""
    found: dict[tuple[Stage, str], list[int]] = {}
    for place, figure in enumerate(record.figures):
        for unit_id in figure.units:
            found.setdefault((figure.stage, unit_id), []).append(place)
    return found
