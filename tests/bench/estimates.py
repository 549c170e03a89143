"""How much worse each team is in each week, by what is known: raw means, persons' own answers, or the truth.

Each estimate is a pair of arrays (teams, weeks): SD of one answer by which it is worse than usual, and the
variance of that, infinite where nothing is known. Rules other than ours work on these.
"""

import numpy as np
from scipy.stats import norm

from analysis.change import LAG_WEEKS
from analysis.figures import Scale
from analysis.stages import Stage
from analysis.synthetic import model
from analysis.synthetic.teams import LEAST, History
from tests.bench.trials import Array, Trial

Estimate = tuple[Array, Array]
# Of an answer's variance after rounding to five points: within persons, and between those of a team.
WITHIN, BETWEEN = 0.6, 0.4


def _spread() -> float:
    """SD of an agreement answer: the cut points on a standard normal."""
    shares, values = np.diff(norm.cdf([-np.inf, *model.CUTS, np.inf])), np.arange(1, 6)
    return float(np.sqrt(shares @ values**2 - (shares @ values) ** 2))


AGREEMENT_SPREAD = _spread()


def points(history: History, stage: Stage) -> Array:
    """Answers in SD of one answer, up is good, (weeks, size); NaN where nobody answered or asked."""
    own = history.answers[..., stage.position]
    if model.scale_of(stage) is Scale.AGREEMENT:
        found = own / AGREEMENT_SPREAD
    else:
        base, slope = (
            (model.OVERLAY_HOURS, -model.OVERLAY_SLOPE)
            if stage is Stage.OVERLAY
            else (model.CUSTOMER_HOURS, model.CUSTOMER_SLOPE)
        )
        found = np.log(np.maximum(own, 0.5) / base) / slope
    asked = np.array([stage in stages for stages in history.asked])
    return np.where(history.answered & asked[:, None], found, np.nan)


def levels(trial: Trial, stage: Stage) -> tuple[Array, Array]:
    """Exact numbers and means of a stage, (teams, weeks), SD of one answer, up is good; n is 0 below five."""
    numbers, means = [], []
    for history in trial.histories:
        found = points(history, stage)
        n = (~np.isnan(found)).sum(axis=1)
        numbers.append(np.where(n >= LEAST, n, 0))
        means.append(np.nansum(found, axis=1) / np.maximum(n, 1))
    return np.array(numbers, dtype=float), np.array(means)


def raw(trial: Trial, stage: Stage) -> Estimate:
    """The mean of whoever answered against the mean of all weeks before, as a self-starting chart has it."""
    n, mean = levels(trial, stage)
    before, seen = np.zeros_like(n), np.zeros_like(n)
    before[:, 1:] = np.cumsum(n, axis=1)[:, :-1]
    seen[:, 1:] = np.cumsum(n > 0, axis=1)[:, :-1]
    total = np.cumsum(n * mean, axis=1) - n * mean
    known = (n > 0) & (seen >= 4)
    x = np.where(known, total / np.maximum(before, 1) - mean, 0.0)
    # Few people answer again and again, so between them only so much averages out: taken as in a week's own.
    variance = (1 / np.maximum(n, 1) + model.SHOCK_VARIANCE) * (1 + 1 / np.maximum(seen, 1))
    return x, np.where(known, variance, np.inf)


def centred(trial: Trial, stage: Stage) -> Estimate:
    """Each person against their own earlier answers, six weeks old or older, drawn to their team's mean."""
    found = [_centred(history, stage) for history in trial.histories]
    return np.array([x for x, _ in found]), np.array([v for _, v in found])


def _centred(history: History, stage: Stage) -> Estimate:
    answers = points(history, stage).T
    known, values = ~np.isnan(answers), np.nan_to_num(answers)
    weeks = np.arange(answers.shape[1])
    old = weeks[:, None] - weeks[None, :] >= LAG_WEEKS
    same = history.persons.T[:, :, None] == history.persons.T[:, None, :]
    kept = (old & same & known[:, None, :]).astype(float)
    number, total = kept.sum(axis=2), (kept @ values[..., None])[..., 0]
    everybody = old @ known.sum(axis=0)
    team = (old @ values.sum(axis=0)) / np.maximum(everybody, 1)
    weight = number / (number + WITHIN / BETWEEN)
    usual = weight * total / np.maximum(number, 1) + (1 - weight) * team
    precision = np.where(known & (everybody > 0), 1 / (WITHIN + 1 / (1 / BETWEEN + number / WITHIN)), 0.0)
    return _together(usual - values, precision)


def true(trial: Trial, stage: Stage, size: float) -> Estimate:
    """What an oracle makes of the answers: it knows each person's usual latent mean, the cut points and the noise.

    One step of maximum likelihood from half of `size` (SD), so close to exact for changes from 0 to `size`.
    """
    found = [_true(history, stage, size) for history in trial.histories]
    return np.array([x for x, _ in found]), np.array([v for _, v in found])


def _true(history: History, stage: Stage, size: float) -> Estimate:
    usual = history.usual[..., stage.position].T
    answers = points(history, stage).T
    known = ~np.isnan(answers)
    if model.scale_of(stage) is not Scale.AGREEMENT:
        return _together(usual - np.nan_to_num(answers), known / model.NOISE_VARIANCE)
    noise = np.sqrt(model.NOISE_VARIANCE)
    edges = (np.array([-np.inf, *model.CUTS, np.inf]) - (usual - size / 2)[..., None]) / noise
    shares = np.diff(norm.cdf(edges), axis=-1).clip(1e-12)
    slopes = np.diff(norm.pdf(edges), axis=-1) / noise
    given = (history.answers[..., stage.position].T - 1).astype(int)[..., None]
    score = np.take_along_axis(slopes / shares, given, axis=-1)[..., 0]
    information = (slopes**2 / shares).sum(axis=-1)
    return _together(score / information + size / 2, np.where(known, information, 0.0))


def _together(each: Array, precision: Array) -> Estimate:
    """A team's estimate from its members', (size, weeks), by precision; the shared shock comes on top."""
    total = precision.sum(axis=0)
    x = (precision * each).sum(axis=0) / np.maximum(total, 1e-9)
    return np.where(total > 0, x, 0.0), np.where(total > 0, 1 / np.maximum(total, 1e-9), np.inf) + (
        model.SHOCK_VARIANCE
    )


def cusum(estimate: Estimate, size: float) -> Array:
    """Page's CUSUM of the log likelihood ratio of a step of `size` SD, (teams, weeks)."""
    x, variance = estimate
    steps = size * (x - size / 2) / variance
    path = np.zeros_like(steps)
    for week in range(steps.shape[1]):
        path[:, week] = np.maximum(0.0, (path[:, week - 1] if week else 0.0) + steps[:, week])
    return path
