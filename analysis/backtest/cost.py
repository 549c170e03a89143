"""What few answers and missing respondents cost: `python -m analysis.backtest.cost` prints it.

Delays: teams of ten of which three quarters answer one item a week; half an SD down after twenty weeks, for good.
False alarms: healthy teams of ten and of three, four items a week, a year that begins when half a year is known,
as in `detection.calibrate`. The same answers are watched with their respondents and without, at the thresholds as
shipped for a single unit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from analysis.backtest.counting import count, record_of
from analysis.backtest.reading import Answers, read
from analysis.detection.calibrate import WARM_UP, WEEKS
from analysis.detection.cycle import follow
from analysis.detection.thresholds import thresholds
from analysis.stages import Stage
from analysis.synthetic.model import Planted
from analysis.synthetic.teams import Team, replies

SEED = 4021
TEAMS, SIZE, ONSET, HORIZON = 400, 0.5, 20, 40
USUAL, SMALL = 10, 3
ITEMS = (Stage.TRUST, Stage.CANDOR, Stage.OVERLAY, Stage.FRICTION)


@dataclass(frozen=True, slots=True)
class Cost:
    """How well alarms work with respondents or without.

    Attributes:
        median: weeks until half an SD is called, the middle of all teams; inf when most are missed.
        missed: share of teams in which it is not called within `HORIZON` weeks.
        usual: share of healthy teams of `USUAL` that raise a drift within a year.
        small: the same of teams of `SMALL`.
    """

    median: float
    missed: float
    usual: float
    small: float


# Printed by this module.
MADE_BY = "python -m analysis.backtest.cost"
NAMED = Cost(median=10.0, missed=0.17, usual=0.1, small=0.17)
NAMELESS = Cost(median=inf, missed=0.65, usual=0.06, small=0.04)


def measure(teams: int = TEAMS, seed: int = SEED) -> tuple[Cost, Cost]:
    """Simulate and compare, with respondents and without."""
    drop = Planted(ONSET, SIZE)
    fallen = _answers([Team("", planted={Stage.TRUST: drop})] * teams, ONSET + HORIZON, seed, (Stage.TRUST,))
    healthy = [_answers([Team("", size)] * teams, WARM_UP + WEEKS, seed + size, ITEMS) for size in (USUAL, SMALL)]
    named, nameless = (
        _cost(_delays(as_known(fallen)), *(_raised(as_known(answers)) for answers in healthy))
        for as_known in (_with_respondents, _without_respondents)
    )
    return named, nameless


def _cost(delays: NDArray[np.float64], usual: float, small: float) -> Cost:
    return Cost(float(np.median(delays)), round(float(np.isinf(delays).mean()), 2), usual, small)


def _answers(teams: Sequence[Team], weeks: int, seed: int, items: Sequence[Stage]) -> Answers:
    named = [replace(team, name=f"team {number}") for number, team in enumerate(teams)]

    def lines() -> Iterator[str]:
        yield "week,unit,respondent,item,value"
        for reply in replies(named, weeks, seed, asked=lambda _: items):
            yield f"{reply.week},{reply.unit},{reply.respondent},{reply.stage},{reply.value}"

    return read(lines()).answers


def _with_respondents(answers: Answers) -> Answers:
    return answers


def _without_respondents(answers: Answers) -> Answers:
    return replace(answers, person=np.zeros_like(answers.person))


def _evidence(answers: Answers) -> NDArray[np.float64]:
    """Evidence of a drift, (units, stages, weeks)."""
    return follow(record_of(count(answers), 0, len(answers.units)), units=answers.units).drift


def _delays(answers: Answers) -> NDArray[np.float64]:
    """Weeks from the drop to its call, the first of each counted; inf where it is not called."""
    called = _evidence(answers)[:, Stage.TRUST.position, ONSET:] >= thresholds().drift
    return np.where(called.any(axis=1), called.argmax(axis=1) + 1.0, np.inf)


def _raised(answers: Answers) -> float:
    most = _evidence(answers)[:, :, WARM_UP:].max(axis=(1, 2))
    return round(float((most >= thresholds().drift).mean()), 2)


def main() -> None:
    """Measure and print."""
    named, nameless = measure()
    Console().print(f"NAMED = {named}\nNAMELESS = {nameless}")


if __name__ == "__main__":
    main()
