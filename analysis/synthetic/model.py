"""The latent model behind every simulated answer, and the way from a latent value to an answer.

For person i of a team, stage s and week t, in standard deviations of one answer, up is good:

    x = person[i, s] + team[s] + shock[team, t, s] + noise[i, t, s] - planted[team, s](t)

`person`, `team`, `shock` and `noise` are normal, each correlated over the stages by `STAGE_CORRELATION`; the shock
may last from week to week (`teams.Team.persistence`). Agreement items are x cut at fixed points into 1 to 5; hours
are exp(x) around a typical week, rounded to half hours. Person i answers in week t with the log odds

    log(rate / (1 - rate)) + ANSWERING_SPREAD * leaning[i] + slope * (mean of x over the core stages)

(or those of `teams.Team.mood`), so that with a slope above 0 the content answer more, and a change for the worse
silences some of those it hits.
Each week every person leaves with the chance `teams.TURNOVER`, and somebody new takes the place.

| parameter | value | unit | source |
|---|---|---|---|
| `PERSON_VARIANCE` | .42 | share of an answer's variance | ICC about .4 after rounding; 285 public items: .35 |
| `TEAM_VARIANCE` | .04 | the same | assumed; teams differ little beside persons |
| `SHOCK_VARIANCE` | .03 | the same | assumed: one week moves a whole team by .17 SD |
| `NOISE_VARIANCE` | .51 | the same | what is left of 1 |
| `STAGE_CORRELATION` | .3 | correlation | what the cycle detectors were compared at |
| `CUTS` | -1.75, -.95, -.1, 1 | SD | mean 3.5, SD 1: agreement items at work |
| `OVERLAY_HOURS`, `_SLOPE` | 4.5, .5 | hours, log hours per SD | assumed: half of all weeks between 3 and 6 |
| `CUSTOMER_HOURS`, `_SLOPE` | 14, .28 | the same | assumed: half of all weeks between 11.5 and 17 |
| `MOST_HOURS` | 60 | hours | the form takes no more |
| `ANSWERING_SPREAD` | .6 | log odds per SD of leaning | assumed; some always answer, some seldom |
| `ANSWERING_SLOPE` | .35 | log odds per SD of contentment | assumed: at -1 SD 68 instead of 75 in 100 answer |
| `teams.TURNOVER` | .015 | share a week | half of a team in 46 weeks; sales, with moves inside |
| `teams.Team.size`, `rate` | 10, .75 | persons, chance | five to twelve answers a week |
| `teams.DIARY_ROUNDS` | 12 | rounds answered | what the bot keeps (`surveys.ballots`) |
| `teams.LEAST` | 5 | persons | the smallest group that is ever shown |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.figures import Scale
from analysis.stages import CORE, ROTATING, WHEEL, Stage

# Where each comes from: see the table above.
PERSON_VARIANCE = 0.42
TEAM_VARIANCE = 0.04
SHOCK_VARIANCE = 0.03
NOISE_VARIANCE = 1.0 - PERSON_VARIANCE - TEAM_VARIANCE - SHOCK_VARIANCE
STAGE_CORRELATION = 0.3
CUTS = (-1.75, -0.95, -0.1, 1.0)
OVERLAY_HOURS, OVERLAY_SLOPE = 4.5, 0.5
CUSTOMER_HOURS, CUSTOMER_SLOPE = 14.0, 0.28
MOST_HOURS = 60.0
ANSWERING_SPREAD = 0.6
ANSWERING_SLOPE = 0.35

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Planted:
    """A change for the worse that one stage of one team goes through.

    Attributes:
        onset: index of the first week that is worse at all.
        size: size in standard deviations of one answer; below 0 is a change for the better.
        ramp: weeks until the full size is reached; 1 is a step.
        until: index of the first week in which it is over, None when it stays.
    """

    onset: float
    size: float
    ramp: float = 1.0
    until: float | None = None

    def at(self, week: float) -> float:
        """Size in week `week`, 0 before the onset."""
        if week < self.onset or (self.until is not None and week >= self.until):
            return 0.0
        return self.size * min(1.0, (week - self.onset + 1.0) / self.ramp)


def correlated(generator: np.random.Generator, variance: float, shape: tuple[int, ...] = ()) -> Array:
    """Draw normal values that share a part over the stages.

    Args:
        generator: source of chance.
        variance: variance of each value.
        shape: leading shape; the last axis of the result is the seven stages.

    Returns:
        Array of shape `(*shape, 7)`.
    """
    shared = generator.standard_normal((*shape, 1))
    own = generator.standard_normal((*shape, len(WHEEL)))
    mixed: Array = np.sqrt(variance) * (np.sqrt(STAGE_CORRELATION) * shared + np.sqrt(1 - STAGE_CORRELATION) * own)
    return mixed


def scale_of(stage: Stage) -> Scale:
    """How the simulated item of a stage is answered."""
    if stage is Stage.OVERLAY:
        return Scale.HOURS_LOST
    return Scale.HOURS_WON if stage is Stage.CUSTOMER else Scale.AGREEMENT


def answer(stage: Stage, latent: float) -> float:
    """Turn a latent value (SD, up is good) into an answer on the item's own scale."""
    return float(answers(stage, np.array(latent)))


def answers(stage: Stage, latent: Array) -> Array:
    """Turn latent values (SD, up is good) of any shape into answers on the item's own scale."""
    scale = scale_of(stage)
    if scale is Scale.AGREEMENT:
        points: Array = 1.0 + (latent[..., None] > np.array(CUTS)).sum(axis=-1)
        return points
    if scale is Scale.HOURS_LOST:
        hours = OVERLAY_HOURS * np.exp(-OVERLAY_SLOPE * latent)
    else:
        hours = CUSTOMER_HOURS * np.exp(CUSTOMER_SLOPE * latent)
    halves: Array = np.minimum(MOST_HOURS, np.round(2 * hours) / 2)
    return halves


def answering(rate: float, leaning: Array | float, contentment: Array, slope: float = ANSWERING_SLOPE) -> Array:
    """Chance that people answer.

    Args:
        rate: chance for the average person in an average week, 0 to 1.
        leaning: the people's own leanings, standard normal, any shape.
        contentment: mean latent value of the stages that count for it, SD, the same shape.
        slope: how strongly contentment counts; 0 for drop-out that says nothing.
    """
    odds = np.log(rate / (1 - rate)) + ANSWERING_SPREAD * leaning + slope * contentment
    chance: Array = 1 / (1 + np.exp(-odds))
    return chance


def contentment(latent: Array, stages: Sequence[Stage] = CORE) -> Array:
    """Mean of some stages over the last axis, the seven stages."""
    mood: Array = latent[..., [stage.position for stage in stages]].mean(axis=-1)
    return mood


def asked(week: int) -> tuple[Stage, ...]:
    """Stages asked in the week with this index: the core ones and one of the others in turn."""
    return (*CORE, ROTATING[week % len(ROTATING)])


def shift(planted: Mapping[Stage, Planted], week: float) -> Array:
    """Planted change of all stages in one week, shape (7,), SD, up is worse."""
    return np.array([planted[stage].at(week) if stage in planted else 0.0 for stage in WHEEL])
