"""When to call what: thresholds that simulation found, for a stated number of false alarms.

`thresholds.json` is made by `make calibrate`. It holds how much evidence healthy teams show by chance; the budget
below says how much of that is accepted.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Budget:
    """False alarms accepted.

    Attributes:
        watch: share of healthy units that are ever watched within 52 weeks; nobody is alerted. A mean run of 104
            weeks to a false alarm: 1 - exp(-52 / 104).
        drift: share of healthy units in which any of the stages is called a drift within 52 weeks.
        cycle: the same for the cycle. In fact fewer, since `dips` needs a higher threshold.
        dips: share of isolated changes of one stage that are called a cycle within 26 weeks. This is what decides:
            at 10% four of twenty simulated companies of eight teams saw a false cycle within half a year, at 6%
            none did, for half a week more until a true one was called.
        company_drifts: false drifts a year in a whole company, however many units it has: one in two months.
        company_cycles: false cycles a year in a whole company: one in half a year.
    """

    watch: float = 0.39
    drift: float = 0.10
    cycle: float = 0.05
    dips: float = 0.06
    company_drifts: float = 6.0
    company_cycles: float = 2.0


BUDGET = Budget()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Evidence, as a log likelihood ratio, at which something is called.

    Attributes:
        watch: of one stage, at which a unit is worth watching.
        drift: of one stage, at which a drift is called.
        cycle: for the ordered cycle beyond any other reading, at which it is called.
    """

    watch: float
    drift: float
    cycle: float


@dataclass(frozen=True, slots=True)
class Expected:
    """Share of healthy units that raise a false alarm within 52 weeks, at the thresholds for so many units."""

    drift: float
    cycle: float


def thresholds(units: int = 1) -> Thresholds:
    """The calibrated thresholds for a company in which so many units are watched.

    A unit's own budget holds while the company's does; beyond that each unit gets an equal part of the company's.
    """
    found = _read()
    accepted = _accepted(units)
    return Thresholds(
        watch=_at(found["drift"], BUDGET.watch),
        drift=_at(found["drift"], accepted.drift),
        cycle=max(_at(found["cycle"], accepted.cycle), _at(found["dips"], BUDGET.dips)),
    )


def budget(units: int = 1) -> Expected:
    """What chance alone raises in each of so many units at their thresholds, to be shown with every alarm."""
    found, limits = _read(), thresholds(units)
    return Expected(_share(found["drift"], limits.drift), _share(found["cycle"], limits.cycle))


def _accepted(units: int) -> Expected:
    return Expected(
        min(BUDGET.drift, BUDGET.company_drifts / max(units, 1)),
        min(BUDGET.cycle, BUDGET.company_cycles / max(units, 1)),
    )


@dataclass(frozen=True, slots=True)
class _Tail:
    """Evidence that shares of healthy units reach within 52 weeks, the most usual share first."""

    shares: Sequence[float]
    evidence: Sequence[float]

    @property
    def per_unit(self) -> float:
        """Evidence by which the log of the share falls by one, over the rarer half of the table.

        The tail of a likelihood ratio's maximum is exponential (Ville's inequality); this goes on with it.
        """
        half = len(self.shares) // 2
        return (self.evidence[-1] - self.evidence[half]) / float(np.log(self.shares[half] / self.shares[-1]))


def _tail(table: dict[str, float]) -> _Tail:
    pairs = sorted(((float(share), float(value)) for share, value in table.items()), reverse=True)
    return _Tail([share for share, _ in pairs], [value for _, value in pairs])


def _at(table: dict[str, float], share: float) -> float:
    """Evidence that a share of healthy units reaches."""
    tail = _tail(table)
    if share < tail.shares[-1]:
        return tail.evidence[-1] + tail.per_unit * float(np.log(tail.shares[-1] / share))
    return float(np.interp(-np.log(share), -np.log(tail.shares), tail.evidence))


def _share(table: dict[str, float], evidence: float) -> float:
    """Share of healthy units that reach so much evidence."""
    tail = _tail(table)
    if evidence > tail.evidence[-1]:
        return tail.shares[-1] * float(np.exp((tail.evidence[-1] - evidence) / tail.per_unit))
    return float(np.exp(np.interp(evidence, tail.evidence, np.log(tail.shares))))


@cache
def _read() -> dict[str, Any]:
    text = resources.files("analysis.detection").joinpath("thresholds.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["evidence"]
    return found
