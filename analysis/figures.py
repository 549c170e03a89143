"""Figures: what a release says about a group. All analysis starts from these."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import sqrt

from analysis.stages import Stage


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
    """

    week: date
    units: frozenset[str]
    stage: Stage
    scale: Scale
    level: Sums
    change: Sums | None = None


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of a group were invited in a week, and how many answered."""

    week: date
    units: frozenset[str]
    invited: int
    answered: int


@dataclass(frozen=True, slots=True)
class Record:
    """Everything released so far that one asker may see, oldest first."""

    units: Sequence[Unit]
    figures: Sequence[Figure]
    turnouts: Sequence[Turnout] = ()

    @property
    def weeks(self) -> list[date]:
        """The Mondays of the weeks with a release, oldest first."""
        return sorted({turnout.week for turnout in self.turnouts} | {figure.week for figure in self.figures})

    def below(self, unit_id: str) -> frozenset[str]:
        """Ids of a unit and of everything under it."""
        found = {unit_id}
        grown = True
        while grown:
            more = {unit.id for unit in self.units if unit.parent in found} - found
            found |= more
            grown = bool(more)
        return frozenset(found)

    def up_to(self, week: date) -> "Record":
        """The record as it stood once the release of a week was out."""
        return Record(
            self.units,
            [figure for figure in self.figures if figure.week <= week],
            [turnout for turnout in self.turnouts if turnout.week <= week],
        )
