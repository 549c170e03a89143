"""The latent model behind every simulated answer, and the way from a latent value to an answer.

For person i of a team, stage s and week t, in standard deviations of one answer, up is good:

    x = person[i, s] + team[s] + shock[team, t, s] + noise[i, t, s] - planted[team, s](t)

`person`, `shock` and `noise` are each correlated over the stages. Agreement items are x cut at fixed points
into 1 to 5; hours are exp(x) around a typical week, rounded to half hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.figures import Scale
from analysis.stages import CORE, ROTATING, WHEEL, Stage

# Shares of the variance of one answer. Persons .42 gives an ICC of about .4 after rounding: the median of
# 285 public five-point items is .35, and attitude items lie above it.
PERSON_VARIANCE = 0.42
TEAM_VARIANCE = 0.04
SHOCK_VARIANCE = 0.03
NOISE_VARIANCE = 1.0 - PERSON_VARIANCE - TEAM_VARIANCE - SHOCK_VARIANCE
# Correlation over stages of each part; .3 within a week is what the cycle detectors were compared at.
STAGE_CORRELATION = 0.3
# Cut points of a five-point item whose mean is about 3.5, as agreement items at work usually have.
CUTS = (-1.75, -0.95, -0.1, 1.0)
# A typical week in hours and how steeply it follows the latent value (log scale).
OVERLAY_HOURS, OVERLAY_SLOPE = 4.5, 0.5
CUSTOMER_HOURS, CUSTOMER_SLOPE = 14.0, 0.28
MOST_HOURS = 60.0
# How strongly the chance of an answer (log odds) differs between persons and follows contentment.
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
    scale = scale_of(stage)
    if scale is Scale.AGREEMENT:
        return float(1 + sum(latent > cut for cut in CUTS))
    if scale is Scale.HOURS_LOST:
        hours = OVERLAY_HOURS * np.exp(-OVERLAY_SLOPE * latent)
    else:
        hours = CUSTOMER_HOURS * np.exp(CUSTOMER_SLOPE * latent)
    return float(min(MOST_HOURS, round(2 * float(hours)) / 2))


def answering(rate: float, person: float, contentment: float, slope: float = ANSWERING_SLOPE) -> float:
    """Chance that a person answers.

    Args:
        rate: chance for the average person in an average week, 0 to 1.
        person: the person's own leaning, standard normal.
        contentment: mean latent value of the core stages, SD.
        slope: how strongly contentment counts; 0 for drop-out that says nothing.
    """
    odds = np.log(rate / (1 - rate)) + ANSWERING_SPREAD * person + slope * contentment
    return float(1 / (1 + np.exp(-odds)))


def contentment(latent: Array) -> float:
    """Mean of the three core stages of a latent row of seven."""
    return float(np.mean([latent[stage.position] for stage in CORE]))


def asked(week: int) -> tuple[Stage, ...]:
    """Stages asked in the week with this index: the core ones and one of the others in turn."""
    return (*CORE, ROTATING[week % len(ROTATING)])


def shift(planted: Mapping[Stage, Planted], week: float) -> Array:
    """Planted change of all stages in one week, shape (7,), SD, up is worse."""
    return np.array([planted[stage].at(week) if stage in planted else 0.0 for stage in WHEEL])
