"""A matched scan for a step: how well each possible week of beginning explains one stage's figures.

A unit's weekly value y has a baseline, week noise of variance within/n + SHOCK, and possibly a step. What is
released, the change within persons, is D = A y with A = 1 - (lagged baseline). So D of a healthy unit is
Gaussian with covariance A V A', and a step that begins in week s shows as A step(s): at first at full size, later
fading as the baseline learns it. D is whitened once; from then on evidence adds up week by week, so one pass
gives what was known at every week, for every beginning. This is the generalised likelihood ratio of Lai (1995)
with the unknown baseline taken out, as in self-starting charts (Hawkins 1987).
"""

from dataclasses import dataclass

import numpy as np

from analysis.detection.grid import Array, Item, lags

# Oldest beginning that is looked for, weeks. Half a year: after that a level is the unit's normal.
WINDOW = 26
# Variance of the shock that a whole team shares in a week, as a share of one answer's variance.
# Half as much again as the simulated healthy teams have (`synthetic.model.SHOCK_VARIANCE`).
SHOCK = 0.045
# A week without a figure, as a variance: no evidence at all.
NOTHING = 1e6
# Respondents taken for a week that was counted together with another team.
NOMINAL_N = 6.0
# Where a change is withheld the raw level stands in, with the noise of who happened to answer: half of the
# variance between persons comes and goes.
COMPOSITION = 0.5
# No single week may count for more than this many standard errors, as nobody's hours are normal.
CLIP = 3.5
# A beginning is judged only when its size would be known to +-0.8 SD.
LEAST_INFORMATION = 1.5


@dataclass(frozen=True, slots=True)
class Scan:
    """Evidence for a step for the worse. Arrays are (units, weeks, ages).

    `age` is how many weeks before the week looked at the step begins: 0 is in that very week.

    Attributes:
        score: sum of whitened products; score / information is the size of the step in SD, up is worse.
        information: inverse variance of that size; 0 where nothing can be said.
        seen: weeks with a figure from the beginning on.
        rest: standard errors that are left without the most telling single week.
        fitted: (units, rounds, weeks) whitened steps, by beginning.
        whitened: (units, rounds) whitened figures.
        rounds: (rounds,) indices of the weeks in which the item was asked.
    """

    score: Array
    information: Array
    seen: Array
    rest: Array
    fitted: Array
    whitened: Array
    rounds: "np.typing.NDArray[np.intp]"

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


def differences(item: Item) -> tuple[Array, Array, Array]:
    """Mean change in SD (up is worse), respondents behind it, and extra variance, each (units, weeks).

    Falls back on the raw level against its own lagged baseline where the change is withheld. Extra variance is
    that of the noise in the figures, and in the fallback that of who happened to answer. Respondents are 0 where
    there is neither.
    """
    n, total = item.change[0], item.change[1]
    worse = item.scale.worse / item.sd
    mean = np.where(n > 0, total / np.maximum(n, 1), 0.0) * worse
    level_n = item.level[0]
    level = item.level[1] / np.maximum(level_n, 1) * worse
    baseline, weight, behind = np.zeros_like(level), np.zeros_like(level), np.zeros_like(level)
    rounds = np.flatnonzero(item.asked)
    shares = lags(item.asked)
    answered = level_n[:, rounds]
    weight[:, rounds] = answered @ shares.T
    raw = item.level[1][:, rounds] @ shares.T
    baseline[:, rounds] = raw / np.maximum(weight[:, rounds], 1e-9)
    behind[:, rounds] = item.level[3][:, rounds] @ (shares**2).T
    fallback = (n == 0) & (level_n > 0) & (weight > 0)
    mean = np.where(fallback, level - baseline * worse, mean)
    count = np.where(fallback, level_n, n)
    noise = np.where(n > 0, item.change[3] / np.maximum(n, 1) ** 2, 0.0)
    noise = np.where(
        fallback, item.level[3] / np.maximum(level_n, 1) ** 2 + behind / np.maximum(weight, 1e-9) ** 2, noise
    )
    extra = np.where(fallback, COMPOSITION * (1 - item.within) / np.maximum(level_n, 1), 0.0)
    return mean, count, extra + noise / item.sd**2


def scan(item: Item) -> Scan:
    """Scan one stage of several units for a step for the worse.

    Args:
        item: the figures, laid out.

    Returns:
        What was known at each week about a step of each age.
    """
    mean, count, extra = differences(item)
    rounds = np.flatnonzero(item.asked)
    weeks = item.asked.size
    baseline = lags(item.asked)
    mean, count, extra = mean[:, rounds], count[:, rounds], extra[:, rounds]
    known = (count > 0) & (baseline.sum(axis=1) > 0)
    level_n = item.level[0][:, rounds]
    n = np.where(known, count, np.where(level_n > 0, level_n, NOMINAL_N))
    variance = item.within[rounds] / n + SHOCK
    mix = np.eye(len(rounds)) - baseline
    covariance = (mix * variance[:, None, :]) @ mix.T
    diagonal = np.arange(len(rounds))
    covariance[:, diagonal, diagonal] += np.where(known, extra, NOTHING)
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    steps = (rounds[:, None] >= np.arange(weeks)[None, :]).astype(float)
    whitened = np.clip((root @ np.where(known, mean, 0.0)[..., None])[..., 0], -CLIP, CLIP)
    fitted = root @ (mix @ steps)
    parts = fitted * whitened[..., None]
    score = np.cumsum(parts, axis=1)
    information = np.cumsum(fitted * fitted, axis=1)
    seen = np.cumsum(known[..., None] * steps, axis=1)
    rest = (score - np.maximum.accumulate(parts, axis=1)) / np.sqrt(np.maximum(information, LEAST_INFORMATION))
    return Scan(
        score=_by_age(score, rounds, weeks),
        information=_by_age(information, rounds, weeks),
        seen=_by_age(seen, rounds, weeks),
        rest=_by_age(rest, rounds, weeks),
        fitted=fitted,
        whitened=whitened,
        rounds=rounds,
    )


def _by_age(part: Array, rounds: "np.typing.NDArray[np.intp]", weeks: int) -> Array:
    """From (units, rounds, beginnings) to (units, weeks, ages), carried on between rounds."""
    latest = np.searchsorted(rounds, np.arange(weeks), side="right") - 1
    begins = np.arange(weeks)[:, None] - np.arange(WINDOW)[None, :]
    valid = (latest[:, None] >= 0) & (begins >= 0)
    picked: Array = part[:, np.maximum(latest, 0)[:, None], np.maximum(begins, 0)]
    return np.where(valid, picked, 0.0)
