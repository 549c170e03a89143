"""Noise: what is added to the sums of a release, so that no difference of sums tells what one person answered.

Levels (sums of answers) and changes (sums of each person's answer less their own earlier ones) are each safe
alone. Take any combination of changes, and its latest week: each person's answer of that week stands in exactly
one change of that week and in none of an earlier one, and the groups of a week are disjoint, so the combination
speaks about all the people, k or more, of every group it takes of that week. Levels alone are safe for the same
reason. Both together are not: a level less its change is a sum of earlier answers, and where that sum is known
from earlier levels, what is left over is the single answer of whoever is new.

So changes, from which the alarm lives, stay exact sums of round numbers (`analysis.change`), and each level gets
noise of its own, drawn once when the round is counted. A group's own spread would tell that a group is of one
mind, so there is one spread for each item, of all groups together, and it gets noise as well. What remains:
noise averages out, so somebody who waits for months learns how a person who joined or left usually answered, as
far as the others' ups and downs let them (`tests.attack.on_neighbouring_figures` measures it).

A follow-up's numbers are sums of ones, each over whole groups of k or more people who answered it, of whom each
named one code of that week's; there is no change of them. So no combination of them is about fewer people either.
That one code was named by all, or none, would still tell about each: so each number gets noise of its own, and
none is released above three quarters of those who answered. A large majority is meant to be seen, and tells as
much about each as it does about all.

`Noise.within` is the stricter mode: noise on levels and changes within a privacy budget, epsilon. Protected is
everything that one person has ever answered, against everything released about one round but the comments: with
any other answers in the place of that person's, no release becomes more than exp(epsilon) times as likely. How
many people answered an item, and how many of them have earlier answers, is public. Epsilons of several rounds
add up.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import exp, sqrt

from analysis.change import MOST_HOURS_OF_CHANGE, MOST_POINTS_OF_CHANGE, STEP_OF_HOURS, STEP_OF_POINTS
from analysis.figures import Sums
from surveys.bank.items import HIGHEST, LOWEST, MOST_HOURS
from surveys.counting.tally import Group, Naming, Tally

# Draws noise of a scale: a whole number, positive and negative alike.
Draw = Callable[[Fraction], int]

# In the stricter mode, the share of the budget that goes to the company's sums; the groups, from which the alarm
# lives, keep the rest.
COMPANY_SHARE = Fraction(1, 4)
# What the pooled variance is drawn towards, in degrees of freedom, so that it is never 0.
PRIOR_FREEDOM = 5
# The widest mean change that is released, as a share of the most that one person's change is counted as: with five
# people at 3/4, one of them may still have moved a little the other way.
WIDEST_CHANGE = 0.75
# The most of a group that is said to have named one code, for the same reason.
WIDEST_SHARE = Fraction(3, 4)
WEEKS_A_QUARTER, WEEKS_A_YEAR = 13, 52


@dataclass(frozen=True, slots=True)
class Part:
    """What one person adds to a sum: a multiple of `step` from `least` to `most`, usually of this `variance`.

    A released mean lies between `lowest` and `highest`. For changes that is narrower than what one person adds: if
    all of a group moved by the most there is, the sum would tell it about each. The variances are those within
    teams of `analysis.synthetic.model`, about.
    """

    step: Fraction
    least: int
    most: int
    lowest: float
    highest: float
    variance: float

    @property
    def reach(self) -> int:
        """How far one person's answer can move a sum."""
        return self.most - self.least


def _of_change(step: float, most: int, variance: float) -> Part:
    return Part(Fraction(step), -most, most, -WIDEST_CHANGE * most, WIDEST_CHANGE * most, variance)


POINTS = Part(Fraction(1), LOWEST, HIGHEST, LOWEST, HIGHEST, 1.0)
HOURS = Part(Fraction(1), 0, int(MOST_HOURS), 0, MOST_HOURS, 9.0)
CHANGE_OF_POINTS = _of_change(STEP_OF_POINTS, MOST_POINTS_OF_CHANGE, 0.75)
CHANGE_OF_HOURS = _of_change(STEP_OF_HOURS, MOST_HOURS_OF_CHANGE, 7.0)


@dataclass(frozen=True, slots=True)
class Noise:
    """Scales of discrete Laplace noise, in points and hours; 0 adds nothing.

    Attributes:
        points: on a group's sum of answers of 1 to 5.
        hours: on a group's sum of hours.
        change_of_points: on a group's sum of changes.
        change_of_hours: the same in hours.
        spread_of_points: on the squares around the group means, of all groups together; None tells nothing about
            them, and takes the usual variance instead.
        spread_of_hours: the same in hours.
        shares: on how many of a group named one code of a follow-up; None tells nothing about follow-ups.
        company: how many times a group's noise the company's own sum gets, with which the groups are then made
            to agree; 0 draws no such sum.
        items: at most so many items in a release; None for any number.
        budget: epsilon for each person and release; None without a budget.
    """

    points: Fraction = Fraction(3, 2)
    hours: Fraction = Fraction(4)
    change_of_points: Fraction = Fraction(0)
    change_of_hours: Fraction = Fraction(0)
    spread_of_points: Fraction | None = Fraction(4)
    spread_of_hours: Fraction | None = Fraction(50)
    # One person moves two of the numbers, one less and one more: 2 / 1, less than 4 / (3/2) of points.
    shares: Fraction | None = Fraction(1)
    company: Fraction = Fraction(0)
    items: int | None = None
    budget: Fraction | None = None

    @classmethod
    def within(cls, budget: float, *, items: int = 4) -> "Noise":
        """The noise that keeps a release within a budget, in the same parts for each item, levels and changes.

        Args:
            budget: epsilon for each person and release, above 0.
            items: how many items a release has.

        Returns:
            Scales with which reach / scale, summed over all that one person is part of, is the budget.
        """
        if budget <= 0:
            raise ValueError(f"a budget of {budget}; it must be above 0")
        whole = Fraction(str(budget))
        on_groups = (1 - COMPANY_SHARE) * whole / (2 * items)
        return cls(
            points=POINTS.reach / on_groups,
            hours=HOURS.reach / on_groups,
            change_of_points=CHANGE_OF_POINTS.reach / on_groups,
            change_of_hours=CHANGE_OF_HOURS.reach / on_groups,
            spread_of_points=None,
            spread_of_hours=None,
            # A part of the budget for them would make the alarm miss more.
            shares=None,
            company=(1 - COMPANY_SHARE) / COMPANY_SHARE,
            items=items,
            budget=whole,
        )

    def of_release(self, items: int) -> "Noise":
        """The same for a release of so many items, which share the budget if there is one."""
        return self if self.budget is None else Noise.within(float(self.budget), items=items)


# What a release gets unless a company chooses a budget; measured by `tests.attack.on_neighbouring_figures`.
BLURRED = Noise()


def discrete_laplace(scale: Fraction, below: Callable[[int], int] = secrets.randbelow) -> int:
    """Draw a whole number x with a chance in proportion to exp(-|x| / scale), exactly: no fraction is rounded.

    Algorithm 2 of Canonne, Kamath and Steinke (2020), "The discrete Gaussian for differential privacy".

    Args:
        scale: 0 always gives 0.
        below: draws a whole number from 0 to its argument less one; the operating system's by default.
    """
    if not scale:
        return 0
    numerator, denominator = scale.as_integer_ratio()
    while True:
        part = below(numerator)
        if not _happens(Fraction(part, numerator), below):
            continue
        whole = 0
        while _happens(Fraction(1), below):
            whole += 1
        size = (part + numerator * whole) // denominator
        negative = below(2) == 1
        if size or not negative:
            return -size if negative else size


def _happens(rate: Fraction, below: Callable[[int], int]) -> bool:
    """Whether something happens that has the chance exp(-rate), for rates from 0 to 1; Algorithm 1 of the same."""
    number = 1
    while below(rate.denominator * number) < rate.numerator:
        number += 1
    return number % 2 == 1


def deviation(scale: Fraction) -> float:
    """Standard deviation of discrete Laplace noise of a scale."""
    if not scale:
        return 0.0
    rest = exp(-1 / scale)
    return sqrt(2 * rest) / (1 - rest)


def released(groups: Sequence[Group], noise: Noise, draw: Draw = discrete_laplace) -> list[Group]:
    """The groups as they may be released; to be called once for a round, as noise drawn twice averages out.

    Args:
        groups: exact sums of all groups of a round.
        noise: how much is added.
        draw: source of the noise.

    Returns:
        The same groups and items, each total within what its answers can come to, each spread the pooled one.

    Raises:
        ValueError: when there are more items than the budget is for.
    """
    by_item: dict[str, list[Tally]] = {}
    for group in groups:
        for found in group.tallies:
            by_item.setdefault(found.item.id, []).append(found)
    if noise.items is not None and len(by_item) > noise.items:
        raise ValueError(f"{len(by_item)} items in a release; the budget is for {noise.items}")
    ready = {item_id: iter(_of_item(found, noise, draw)) for item_id, found in by_item.items()}
    return [
        replace(
            group,
            tallies=tuple(next(ready[found.item.id]) for found in group.tallies),
            namings=tuple(_of_follow_up(found, noise.shares, draw) for found in group.namings)
            if noise.shares is not None
            else (),
        )
        for group in groups
    ]


def _of_follow_up(naming: Naming, scale: Fraction, draw: Draw) -> Naming:
    """Each number with noise of its own, from 0 to three quarters of all."""
    most = int(WIDEST_SHARE * naming.n)
    named = {code: min(max(number + draw(scale), 0), most) for code, number in naming.named.items()}
    return replace(naming, named=named, noise=deviation(scale))


def _of_item(found: Sequence[Tally], noise: Noise, draw: Draw) -> list[Tally]:
    """One item in all groups that have it."""
    hours = found[0].item.in_hours
    levels, level_noise = _blurred(
        [tally.level for tally in found],
        HOURS if hours else POINTS,
        noise.hours if hours else noise.points,
        noise,
        draw,
    )
    changes, change_noise = _blurred(
        [tally.change for tally in found if tally.change is not None],
        CHANGE_OF_HOURS if hours else CHANGE_OF_POINTS,
        noise.change_of_hours if hours else noise.change_of_points,
        noise,
        draw,
    )
    left = iter(changes)
    return [
        replace(
            tally,
            level=level,
            change=next(left) if tally.change else None,
            level_noise=level_noise,
            change_noise=change_noise if tally.change else 0.0,
        )
        for tally, level in zip(found, levels, strict=True)
    ]


def _blurred(
    samples: Sequence[Sums], part: Part, scale: Fraction, noise: Noise, draw: Draw
) -> tuple[list[Sums], float]:
    """Samples with noised totals and the pooled spread, and the standard deviation of the noise."""
    if not samples:
        return [], 0.0
    unit = float(part.step)
    totals = [sample.total + unit * draw(scale / part.step) for sample in samples]
    error = unit * deviation(scale / part.step)
    if noise.company and scale:
        wide = noise.company * scale / part.step
        whole = sum(sample.total for sample in samples) + unit * draw(wide)
        totals, error = _agreed(totals, error, whole, unit * deviation(wide))
    variance = _pooled_variance(samples, part, noise, draw)
    return [
        _sums(sample.n, min(max(total, part.lowest * sample.n), part.highest * sample.n), variance)
        for sample, total in zip(samples, totals, strict=True)
    ], error


def _sums(n: int, total: float, variance: float) -> Sums:
    return Sums(n, total, total * total / n + (n - 1) * variance)


def _agreed(totals: Sequence[float], error: float, whole: float, whole_error: float) -> tuple[list[float], float]:
    """Groups that add up to the best estimate of the company, by least squares, and their new error.

    Hay, Rastogi, Miklau and Suciu (2010), "Boosting the accuracy of differentially private histograms through
    consistency", for two levels with different errors.
    """
    number = len(totals)
    share = number * error**2 / (number * error**2 + whole_error**2)
    missing = share * (whole - sum(totals)) / number
    return [total + missing for total in totals], error * sqrt(1 - share / number)


def _pooled_variance(samples: Sequence[Sums], part: Part, noise: Noise, draw: Draw) -> float:
    """Variance of one answer within the groups, of all groups together."""
    scale = noise.spread_of_hours if part in {HOURS, CHANGE_OF_HOURS} else noise.spread_of_points
    if scale is None:
        return part.variance
    freedom = sum(sample.n - 1 for sample in samples)
    # A whole number, as the fraction would tell the remainders of the exact totals.
    squares = round(sum(sample.spread**2 * (sample.n - 1) for sample in samples)) + draw(scale)
    return (max(squares, 0) + PRIOR_FREEDOM * part.variance) / (freedom + PRIOR_FREEDOM)


@dataclass(frozen=True, slots=True)
class Errors:
    """Standard deviations of what noise adds to means, in points and hours."""

    points: float
    hours: float
    change_of_points: float
    change_of_hours: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What noise costs in accuracy, and what it keeps to: epsilon for each person, None without a budget."""

    group: Errors
    company: Errors
    release: float | None
    quarter: float | None
    year: float | None


def cost(noise: Noise, *, n: int = 8, groups: int = 8) -> Cost:
    """What noise costs where `groups` groups of `n` people each answer every week."""
    found = [
        _errors(part, scale, noise.company, n, groups)
        for part, scale in (
            (POINTS, noise.points),
            (HOURS, noise.hours),
            (CHANGE_OF_POINTS, noise.change_of_points),
            (CHANGE_OF_HOURS, noise.change_of_hours),
        )
    ]
    epsilon = None if noise.budget is None else float(noise.budget)
    return Cost(
        Errors(*(of_group for of_group, _ in found)),
        Errors(*(of_company for _, of_company in found)),
        epsilon,
        None if epsilon is None else epsilon * WEEKS_A_QUARTER,
        None if epsilon is None else epsilon * WEEKS_A_YEAR,
    )


def _errors(part: Part, scale: Fraction, company: Fraction, n: int, groups: int) -> tuple[float, float]:
    """Of a group's mean and of the company's."""
    unit = float(part.step)
    error = unit * deviation(scale / part.step)
    if not company or not scale:
        return error / n, error / n / sqrt(groups)
    wide = unit * deviation(company * scale / part.step)
    _, agreed = _agreed([0.0] * groups, error, 0.0, wide)
    return agreed / n, 1 / sqrt(1 / (groups * error**2) + 1 / wide**2) / (n * groups)
