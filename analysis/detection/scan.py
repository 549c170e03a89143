"""A scan for a step: how well each possible week of beginning explains one stage's figures.

In standard deviations of one answer, a group's mean answer in week t is

    level[t] = own + drift[t] + composition[t] + y[t] - step,    y[t] = shock[t] + noise[t] / n[t]

`own` is unknown, `drift` is the slow walk of a team whose people are replaced, `composition` is who happened to
answer, y is what a week brings to everybody. The change within persons has none of the first three: it is A y with
A = 1 - (lagged baseline), but it loses the people who are new, and a lasting step becomes part of the baseline.
So both are read together, with their common covariance: they are whitened once, and from then on evidence adds up
week by week, for every beginning. What comes out is the likelihood ratio of a step of unknown size (Lai 1995),
with the unknown baseline taken out as in self-starting charts (Hawkins 1987).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import log_ndtr
from threadpoolctl import threadpool_limits

from analysis.detection.grid import WITHIN_SHARE, Array, Item, lags

# Oldest beginning that is looked for, weeks. Half a year: after that a level is the unit's normal.
WINDOW = 26
# Variance of the shock that a whole team shares in a week, as a share of one answer's variance.
# Half as much again as the simulated healthy teams have (`synthetic.model.SHOCK_VARIANCE`).
SHOCK = 0.045
# Share of a team's people replaced each week: 1.5% as in all our simulations, and a little for what else is slow.
TURNOVER = 0.02
# Variance of a unit's own mean before anything is known: so wide that it says nothing on a five-point scale.
UNKNOWN_MEAN = 25.0
# A missing figure, as a variance: no evidence at all.
NOTHING = 1e6
# People taken for a week that was counted together with another team.
NOMINAL_N = 6.0
# No single week may count for more than this many standard errors, as nobody's hours are normal.
CLIP = 3.5
# Size of a step for the worse before it is seen, SD: small to large in the words of Cohen (1988: .2, .5, .8).
# Means of .4, .6 and .8 differ by less than a week in every case of `make bench`.
LIKELY_SIZE, SIZE_SPREAD = 0.5, 0.35
# The size of a step is told only when it would be known to +-0.8 SD.
LEAST_INFORMATION = 1.5

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Scan:
    """Evidence for a step for the worse. Arrays are (units, weeks, ages).

    `age` is how many weeks before the week looked at the step begins: 0 is in that very week.

    Attributes:
        score: sum of whitened products; score / information is the size of the step in SD, up is worse.
        information: inverse variance of that size; 0 where nothing can be said.
        seen: weeks with a figure from the beginning on.
        rest: standard errors that are left without the most telling single week.
        fitted: (units, figures, weeks) whitened steps, by beginning; two figures a round, level and change.
        whitened: (units, figures) whitened figures.
    """

    score: Array
    information: Array
    seen: Array
    rest: Array
    fitted: Array
    whitened: Array

    @property
    def z(self) -> Array:
        """Size in standard errors; 0 where nothing can be said."""
        known = self.information >= LEAST_INFORMATION
        return np.where(known, self.score / np.sqrt(np.where(known, self.information, 1.0)), 0.0)

    @property
    def size(self) -> Array:
        """Size in SD; 0 where nothing can be said."""
        known = self.information >= LEAST_INFORMATION
        return np.where(known, self.score / np.where(known, self.information, 1.0), 0.0)

    @property
    def evidence(self) -> Array:
        """Log likelihood ratio of a step for the worse against none; 0 where nothing can be said."""
        return likelihood_ratio(self.score, self.information)

    @property
    def relief(self) -> Array:
        """The same of a step for the better."""
        return likelihood_ratio(-self.score, self.information)


def likelihood_ratio(
    score: Array, information: Array, size: float = LIKELY_SIZE, spread: float = SIZE_SPREAD
) -> Array:
    """Log likelihood ratio of a step upwards against none, its size averaged over what is likely.

    Args:
        score: sum of whitened products.
        information: inverse variance of the size.
        size: mean of the size's prior in SD, a normal one cut off below 0.
        spread: standard deviation of that prior.
    """
    weight = spread**-2
    precision = information + weight
    pull = score + size * weight
    found: Array = (
        0.5 * (pull * pull / precision - size**2 * weight + np.log(weight / precision))
        + log_ndtr(pull / np.sqrt(precision))
        - log_ndtr(size / spread)
    )
    return found


def nothing(units: int, weeks: int) -> Scan:
    """The scan of a stage that was never asked."""
    empty = np.zeros((units, weeks, WINDOW))
    return Scan(empty, empty, empty, empty, np.zeros((units, 0, weeks)), np.zeros((units, 0)))


def scan(item: Item) -> Scan:
    """Scan one stage of several units for a step for the worse.

    Args:
        item: the figures, laid out.

    Returns:
        What was known at each week about a step of each age.
    """
    rounds = np.flatnonzero(item.asked)
    weeks = item.asked.size
    steps = (rounds[:, None] >= np.arange(weeks)[None, :]).astype(float)
    mix = np.eye(len(rounds)) - _baselines(item, rounds)
    fits = _paired(np.broadcast_to(steps, (len(mix), *steps.shape)), mix @ steps, axis=1)
    # Many small matrices: shared between threads, the waiting takes ten times as long as the work (measured).
    with threadpool_limits(limits=1, user_api="blas"):
        figures, covariance, known = _figures(item, rounds, mix)
        whitened, fitted = _whitened(figures, fits, covariance)
    parts = _by_round(fitted * whitened[..., None])
    score = np.cumsum(parts, axis=1)
    information = np.cumsum(_by_round(fitted * fitted), axis=1)
    seen = np.cumsum(known[..., None] * steps, axis=1)
    rest = (score - np.maximum.accumulate(parts, axis=1)) / np.sqrt(np.maximum(information, LEAST_INFORMATION))
    return Scan(
        score=_by_age(score, rounds, weeks),
        information=_by_age(information, rounds, weeks),
        seen=_by_age(seen, rounds, weeks),
        rest=_by_age(rest, rounds, weeks),
        fitted=fitted,
        whitened=whitened,
    )


def joined(found: Scan, worse: Array, variance: Array) -> Scan:
    """A scan with further evidence about the same stage, such as attainment beside what people answered.

    Args:
        found: the scan.
        worse: (units, weeks) how much worse something was in each week, SD.
        variance: the variance of that, infinite in weeks without it.

    Returns:
        The scan of both; its figures, fitted and whitened, stay those that people answered.
    """
    if not np.isfinite(variance).any():
        return found
    weeks = worse.shape[1]

    def since(part: Array) -> Array:
        summed = np.concatenate([np.zeros((len(part), 1)), np.cumsum(part, axis=1)], axis=1)
        begins = np.arange(weeks)[:, None] - np.arange(WINDOW)[None, :]
        spans: Array = summed[:, 1:, None] - summed[:, np.maximum(begins, 0)]
        return np.where(begins >= 0, spans, 0.0)

    score, information = since(worse / variance), since(1 / variance)
    left = found.rest * np.sqrt(np.maximum(found.information, LEAST_INFORMATION)) + score
    both = found.information + information
    return replace(
        found,
        score=found.score + score,
        information=both,
        seen=found.seen + since(np.isfinite(variance).astype(float)),
        rest=left / np.sqrt(np.maximum(both, LEAST_INFORMATION)),
    )


def _baselines(item: Item, rounds: Places) -> Array:
    """What each unit's changes are against, (units, rounds, rounds); nobody has answers from before their unit."""
    answered = item.level[0][:, rounds] + item.change[0][:, rounds] > 0
    begun = np.maximum.accumulate(answered, axis=1)
    shares = lags(item.asked)[None] * begun[:, None, :]
    own: Array = shares / np.maximum(shares.sum(axis=2, keepdims=True), 1e-9)
    return own


def _figures(item: Item, rounds: Places, mix: Array) -> tuple[Array, Array, Array]:
    """Levels and changes in turn, (units, 2 rounds), in SD and up is worse; their covariance; weeks known.

    `mix`, (units, rounds, rounds), takes what weeks bring to changes: a round less its baseline.
    """
    baseline = np.eye(len(rounds)) - mix
    level_n, total, _, level_blur = item.level[:, :, rounds]
    change_n, change_total, _, change_blur = item.change[:, :, rounds]
    known, compared = level_n > 0, (change_n > 0) & (baseline.sum(axis=2) > 0)
    n = np.where(known, level_n, NOMINAL_N)
    changed = np.where(compared, np.minimum(change_n, n), n)
    within, share, sd = item.within[rounds], item.share[:, rounds], item.sd[rounds]
    brings = within / n + SHOCK
    # Who happened to answer: a draw without replacement from the team's own people (Cochran 1977, 2.5).
    composition = (1 - share) * (1 - within) / n
    # A baseline is of the weeks that each person answered, not of all; and not everybody has one.
    behind = np.maximum(1, (baseline > 0).sum(axis=2))
    uneven = within * (1 / changed - 1 / n) + within * (1 / share - 1) / (changed * behind)
    level_noise = composition + level_blur / (n * sd) ** 2 + np.where(known, 0.0, NOTHING)
    change_noise = uneven + change_blur / (changed * sd) ** 2 + np.where(compared, 0.0, NOTHING)
    walk = np.cumsum(2 * TURNOVER * (1 - WITHIN_SHARE) * np.diff(rounds, prepend=rounds[0]) * share / n, axis=1)
    covariance = _covariance(mix, brings, walk, level_noise, change_noise)
    worse = item.scale.worse / sd
    levels = np.where(known, total / n - item.centre, 0.0) * worse
    changes = np.where(compared, change_total / np.maximum(change_n, 1), 0.0) * worse
    return _paired(levels, changes, axis=1), covariance, known | compared


def _covariance(mix: Array, brings: Array, walk: Array, level_noise: Array, change_noise: Array) -> Array:
    """Covariance of levels and changes in turn; `mix` takes what weeks bring to changes, others are variances."""
    rounds = np.arange(mix.shape[1])
    both = mix * brings[:, None, :]
    covariance = np.empty((len(brings), 2 * len(rounds), 2 * len(rounds)))
    covariance[:, 0::2, 0::2] = UNKNOWN_MEAN + walk[:, np.minimum(rounds[:, None], rounds)]
    covariance[:, 1::2, 0::2] = both
    covariance[:, 0::2, 1::2] = np.swapaxes(both, 1, 2)
    covariance[:, 1::2, 1::2] = both @ np.swapaxes(mix, 1, 2)
    covariance[:, 2 * rounds, 2 * rounds] += brings + level_noise
    covariance[:, 2 * rounds + 1, 2 * rounds + 1] += change_noise
    return covariance


def _paired(levels: Array, changes: Array, axis: int) -> Array:
    """Levels and changes of each round beside each other."""
    shape = list(levels.shape)
    shape[axis] *= 2
    return np.stack([levels, changes], axis=axis + 1).reshape(shape)


def _whitened(figures: Array, fits: Array, covariance: Array) -> tuple[Array, Array]:
    """Figures, no week further out than `CLIP`, and steps as they look once the figures are independent."""
    roots = np.linalg.cholesky(covariance)
    both = np.concatenate([figures[..., None], fits], axis=2)
    for row, root in enumerate(roots):
        both[row] = solve_triangular(root, both[row], lower=True, check_finite=False)
    return _clipped(both[..., 0]), both[..., 1:]


def _clipped(whitened: Array) -> Array:
    """Whitened figures, those of a round together no further out than `CLIP`."""
    length = np.sqrt(_by_round(whitened * whitened))
    clipped: Array = whitened * np.repeat(CLIP / np.maximum(length, CLIP), 2, axis=1)
    return clipped


def _by_round(parts: Array) -> Array:
    """Sums over the two figures of each round, along the second axis."""
    summed: Array = parts[:, 0::2] + parts[:, 1::2]
    return summed


def _by_age(part: Array, rounds: Places, weeks: int) -> Array:
    """From (units, rounds, beginnings) to (units, weeks, ages), carried on between rounds."""
    latest = np.searchsorted(rounds, np.arange(weeks), side="right") - 1
    begins = np.arange(weeks)[:, None] - np.arange(WINDOW)[None, :]
    valid = (latest[:, None] >= 0) & (begins >= 0)
    picked: Array = part[:, np.maximum(latest, 0)[:, None], np.maximum(begins, 0)]
    return np.where(valid, picked, 0.0)
