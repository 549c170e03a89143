"""What chance alone would raise, so that a list of alarms can be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from analysis.backtest.cost import NAMED, NAMELESS
from analysis.backtest.replay import Replayed
from analysis.detection.thresholds import Expected

# Rates are stated for so many weeks.
STATED_WEEKS = 52
# The rates are those of teams with so many answers or more, the fewest in the simulations behind the thresholds.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Chance:
    """Expected number of false alarms if nothing had changed anywhere."""

    drifts: float
    cycles: float


def by_chance(units: Sequence[Replayed], stated: Expected) -> Chance:
    """False alarms to be expected in these units, each watched from its first to its last week with answers.

    Args:
        units: what was looked at.
        stated: shares of healthy units that raise one within 52 weeks, at the thresholds that were used. Units
            with few answers raise more, those without respondents fewer, by what `analysis.backtest.cost` found.
    """
    years = sum(_excess(unit) * _weeks(unit) for unit in units) / STATED_WEEKS
    return Chance(-log(1 - stated.drift) * years, -log(1 - stated.cycle) * years)


def few(unit: Replayed) -> bool:
    """Whether a unit has fewer answers to an item in a week than the thresholds were made for."""
    return unit.answers < FEWEST


def _weeks(unit: Replayed) -> int:
    return (unit.weeks[-1] - unit.weeks[0]).days // 7 + 1


def _excess(unit: Replayed) -> float:
    cost = NAMED if unit.named >= 0.5 else NAMELESS
    return (cost.small if few(unit) else cost.usual) / NAMED.usual
