"""Simpler rules that follow one stage: evidence in each week, (teams, weeks), from exact weekly means.

They get exact means of five answers or more, which no release has. Where a week is withheld the last mean stands.
"""

import numpy as np
from scipy.special import gammaln

from analysis.stages import Stage
from analysis.synthetic import model
from tests.bench.estimates import AGREEMENT_SPREAD, levels, raw
from tests.bench.trials import Array, Trial

BASELINE = 8  # weeks that a fixed baseline is learned from
REFERENCE = 0.5  # k of a CUSUM, in standard errors of a weekly mean
SMOOTHING = 0.2  # of an EWMA
RECENT = 26  # weeks; an older change is no news
# Variance of a weekly mean of seven or eight answers, in variances of one answer.
WEEKLY_VARIANCE = 1 / 7.5 + model.SHOCK_VARIANCE
# One change in a hundred weeks: for Bayesian online change points.
HAZARD = 0.01
# Penalties of segmentations that are tried, in variances of a weekly mean.
PENALTIES = np.geomspace(0.5, 60.0, 60)
LEAST_SEGMENT = 2


def means(trial: Trial, stage: Stage = Stage.TRUST) -> Array:
    """Raw weekly means of an agreement item, points; the last known one where a week is withheld."""
    n, mean = trial.once(levels, stage)
    found = np.where(n > 0, mean * AGREEMENT_SPREAD, np.nan)
    for week in range(1, found.shape[1]):
        found[:, week] = np.where(np.isnan(found[:, week]), found[:, week - 1], found[:, week])
    # Before the first one, the first one.
    first = np.take_along_axis(found, (~np.isnan(found)).argmax(axis=1)[:, None], axis=1)
    return np.where(np.isnan(found), first, found)


def four_week_mean(trial: Trial) -> Array:
    """Share by which the mean of four weeks lies below that of the four before."""
    found = means(trial)
    drop = np.zeros_like(found)
    for week in range(7, found.shape[1]):
        before, now = found[:, week - 7 : week - 3].mean(axis=1), found[:, week - 3 : week + 1].mean(axis=1)
        drop[:, week] = (before - now) / before
    return drop


def fixed_cusum(trial: Trial) -> Array:
    """CUSUM of raw means, standardised by each team's first eight weeks."""
    found = means(trial)
    centre = found[:, :BASELINE].mean(axis=1, keepdims=True)
    spread = found[:, :BASELINE].std(axis=1, ddof=1, keepdims=True).clip(0.1)
    return _page((centre - found) / spread, BASELINE)


def starting_cusum(trial: Trial) -> Array:
    """CUSUM of raw means against the mean of all weeks before, with the variance of the number of answers."""
    x, variance = trial.once(raw, Stage.TRUST)
    return _page(x / np.sqrt(variance), 1, skip=np.isinf(variance))


def _page(z: Array, start: int, skip: "np.typing.NDArray[np.bool_] | None" = None) -> Array:
    path = np.zeros_like(z)
    steps = z - REFERENCE if skip is None else np.where(skip, 0.0, z - REFERENCE)
    for week in range(start, z.shape[1]):
        path[:, week] = np.maximum(0.0, path[:, week - 1] + steps[:, week])
    return path


def ewma(trial: Trial) -> Array:
    """Exponentially weighted mean of the same standardised differences, in its own standard errors."""
    x, variance = trial.once(raw, Stage.TRUST)
    z = x / np.sqrt(variance)
    path, spread = np.zeros_like(z), np.zeros(len(z))
    found = np.zeros(len(z))
    for week in range(z.shape[1]):
        known = np.isfinite(variance[:, week])
        found = np.where(known, (1 - SMOOTHING) * found + SMOOTHING * z[:, week], found)
        spread = np.where(known, (1 - SMOOTHING) ** 2 * spread + SMOOTHING**2, spread)
        path[:, week] = found / np.sqrt(np.maximum(spread, SMOOTHING**2))
    return path


def online_change_points(trial: Trial) -> Array:
    """Bayesian online change points, Adams and MacKay (2007), with a normal-gamma prior, looked at one-sided.

    Returns:
        Log odds that the present run began within half a year, and lies below what was before.
    """
    y = means(trial) / AGREEMENT_SPREAD
    teams, weeks = y.shape
    # Runs by their length: log probability, and the posterior's four numbers; a run of 0 weeks has the prior's.
    prior = (y.mean(), 0.5, 3.0, 3.0 * WEEKLY_VARIANCE)
    mu, kappa, alpha, beta = (np.full((teams, 1), number) for number in prior)
    runs, total, path = np.zeros((teams, 1)), np.zeros((teams, 1)), np.full((teams, weeks), -20.0)
    sums = np.zeros((teams, 1))
    for week in range(weeks):
        now = y[:, week : week + 1]
        scale = beta * (kappa + 1) / (alpha * kappa)
        found = runs + _student(now - mu, scale, 2 * alpha)
        grown, fresh = (
            found + np.log1p(-HAZARD),
            np.logaddexp.reduce(found, axis=1, keepdims=True) + np.log(HAZARD),
        )
        runs = np.concatenate([fresh, grown], axis=1)
        runs -= np.logaddexp.reduce(runs, axis=1, keepdims=True)
        beta = beta + kappa * (now - mu) ** 2 / (2 * (kappa + 1))
        mu, kappa, alpha = (kappa * mu + now) / (kappa + 1), kappa + 1, alpha + 0.5
        mu, kappa, alpha, beta = (
            np.concatenate([np.full((teams, 1), number), each], axis=1)
            for number, each in zip(prior, (mu, kappa, alpha, beta), strict=True)
        )
        sums, total = np.concatenate([np.zeros((teams, 1)), sums + now], axis=1), total + now
        length = np.arange(week + 2)
        before = (total - sums) / np.maximum(week + 1 - length, 1)
        lower = (sums / np.maximum(length, 1) < before) & (length >= 1) & (length <= min(RECENT, week))
        chance = np.where(lower, np.exp(runs), 0.0).sum(axis=1).clip(1e-9, 1 - 1e-9)
        path[:, week] = np.log(chance / (1 - chance))
    return path


def _student(x: Array, scale: Array, freedom: Array) -> Array:
    """Log density of Student's t with a squared scale."""
    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(np.pi * freedom * scale)
    density: Array = constant - (freedom + 1) / 2 * np.log1p(x * x / (freedom * scale))
    return density


def segmented(trial: Trial) -> Array:
    """Penalised segmentation (PELT, Killick et al. 2012), refitted each week; the penalty is what is tuned.

    Returns:
        The highest penalty, in variances of a weekly mean, at which the last segment is one for the worse that
        began within half a year.
    """
    y = means(trial) / AGREEMENT_SPREAD
    penalties = WEEKLY_VARIANCE * PENALTIES
    last, lower = segment(y, penalties)
    weeks = np.arange(1, y.shape[1] + 1)[:, None]
    called = lower & (weeks - last <= RECENT)
    found: Array = np.where(called, PENALTIES, 0.0).max(axis=2)
    return found


def segment(y: Array, penalties: Array) -> "tuple[np.typing.NDArray[np.intp], np.typing.NDArray[np.bool_]]":
    """Best segmentations of all beginnings of series by least squares.

    The recursion that PELT prunes; for half a hundred weeks it need not be pruned, and one pass gives what a
    refit in each week would find (a test holds it to `ruptures`).

    Args:
        y: (teams, weeks).
        penalties: (penalties,) what each change costs.

    Returns:
        For each team, week and penalty: index of the week in which the last segment begins (0 without a change),
        and whether there is one before whose mean is higher.
    """
    teams, weeks = y.shape
    sums, squares = (np.cumsum(np.pad(part, ((0, 0), (1, 0))), axis=1) for part in (y, y * y))
    cost = np.full((weeks + 1, teams, len(penalties)), np.inf)
    cost[0] = -penalties
    last = np.zeros((weeks + 1, teams, len(penalties)), dtype=np.intp)
    for end in range(LEAST_SEGMENT, weeks + 1):
        begins = np.arange(end - LEAST_SEGMENT + 1)
        total = sums[:, [end]] - sums[:, begins]
        own = squares[:, [end]] - squares[:, begins] - total**2 / (end - begins)
        options = cost[begins] + own.T[:, :, None] + penalties
        last[end] = options.argmin(axis=0)
        cost[end] = options.min(axis=0)
    before = np.take_along_axis(last, last, axis=0)
    row = np.arange(teams)[None, :, None]
    ends = np.arange(weeks + 1)[:, None, None]
    present = (sums[row, ends] - sums[row, last]) / np.maximum(ends - last, 1)
    earlier = (sums[row, last] - sums[row, before]) / np.maximum(last - before, 1)
    lower = (last > 0) & (present < earlier)
    return last[1:].swapaxes(0, 1), lower[1:].swapaxes(0, 1)
