"""What figures that differ by one person tell about that person, and what a team of one mind tells about each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import exp, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from analysis.change import LAG_WEEKS
from analysis.figures import Unit
from analysis.synthetic import model
from surveys.ballots.sealed import Ballot, Diary
from surveys.bank.items import Item, default_bank
from surveys.counting.noise import BLURRED, HOURS, POINTS, PRIOR_FREEDOM, released
from surveys.counting.tally import Tally, tally
from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.bench.released import noise_of

Array = NDArray[np.float64]
TRUST, OVERLAY = default_bank()["trust_rules"], default_bank()["overlay_hours"]
TEAM = [Unit("t", "Team")]
MONDAY = date(2026, 1, 5)
SIZES = (6, 7, 8, 9)
# A quarter before somebody joins or leaves, and a quarter after.
BEFORE, AFTER = 13, 13
SPANS = (1, 4, 13)
# Oldest answer in a diary that is full, weeks; everybody here answers every week.
OLDEST = 12


@dataclass(frozen=True)
class Life:
    """Half a year of one team in which one person joins or leaves.

    Attributes:
        size: people with that one.
        usual: what that person usually answered, by number of weeks looked at.
        exact: the team's exact row of each week.
        noised: the same as it is released.
    """

    size: int
    usual: dict[int, int]
    exact: list[Tally]
    noised: list[Tally]


@dataclass(frozen=True)
class Case:
    """What is guessed about: an item, somebody who joins or leaves, and whether everybody is `steady`.

    Steady people give the same answer every week: the hardest to hide, as the others' ups and downs cover nothing.
    """

    item: Item
    joins: bool
    steady: bool = False

    @property
    def name(self) -> str:
        """For the table."""
        unit = "hours of a " if self.item.in_hours else ""
        return f"{unit}{'steady ' if self.steady else ''}{'newcomer' if self.joins else 'leaver'}"


def live(size: int, case: Case, seed: int) -> Life:
    """Let a team of simulated people answer every week, the last of them only after or only before the turn."""
    chance = np.random.default_rng(seed)
    answers = _answers(size, case, chance)
    draw = noise_of(seed)
    diaries = [Diary() for _ in range(size)]
    exact, noised = [], []
    for week in range(BEFORE + AFTER):
        there = size if case.joins == (week >= BEFORE) else size - 1
        week_on = MONDAY + timedelta(weeks=week)
        box = [(in_box(case.item, answers[person, week]), diary) for person, diary in enumerate(diaries[:there])]
        groups = tally(box, units=TEAM, items=[case.item], week_on=week_on, k=5)
        exact += [found for group in groups for found in group.tallies]
        noised += [found for group in released(groups, BLURRED, draw) for found in group.tallies]
        for person, (ballot, diary) in enumerate(box):
            diaries[person] = diary.with_entry(week_on, ballot.answers)
    own = answers[-1]
    spans = {span: own[BEFORE : BEFORE + span] if case.joins else own[:BEFORE] for span in SPANS}
    return Life(size, {span: round(float(part.mean())) for span, part in spans.items()}, exact, noised)


def in_box(item: Item, answer: float) -> Ballot:
    """A ballot with one answer."""
    return Ballot("t", {item.id: float(answer)}, "", quotable=True, diary_keys=())


def _answers(size: int, case: Case, chance: np.random.Generator) -> Array:
    """Answers of (people, weeks), as `analysis.synthetic.model` has them."""
    weeks = BEFORE + AFTER

    def normal(variance: float, *shape: int) -> Array:
        return chance.normal(0.0, sqrt(variance), shape)

    usual = normal(model.PERSON_VARIANCE, size, 1) + normal(model.TEAM_VARIANCE, 1, 1)
    moods = normal(model.SHOCK_VARIANCE, 1, weeks) + normal(model.NOISE_VARIANCE, size, weeks)
    latent = usual + (moods[:, :1] if case.steady else moods) + np.zeros((size, weeks))
    return np.array([[model.answer(case.item.stage, float(value)) for value in row] for row in latent])


def clues(size: int, rows: Sequence[Tally], span: int, *, changes: bool) -> list[float]:
    """What an attacker makes of a team's rows up to `span` weeks after the turn, who knows who answered when.

    A level less its change is the sum of the earlier answers of those who have any. The same sum is known from
    earlier levels, so what is left over is the answer of whoever joined, or is missing by that of whoever left.
    """
    levels = np.array([row.level.total for row in rows])
    moved = np.array([row.change.total if row.change else 0.0 for row in rows])
    spreads = np.array([row.level.spread**2 for row in rows])
    after = slice(BEFORE, BEFORE + span)
    found = [
        size,
        levels[after].mean() - levels[:BEFORE].mean(),
        levels[after].mean() - levels[BEFORE - LAG_WEEKS : BEFORE].mean(),
        levels[:BEFORE].mean() / rows[0].level.n,
    ]
    if changes:
        left_over = [
            levels[week] - moved[week] - levels[week - OLDEST : week - LAG_WEEKS + 1].mean()
            for week in range(BEFORE, BEFORE + min(span, LAG_WEEKS))
        ]
        found += [float(np.mean(left_over)), moved[after].mean(), spreads[after].mean() - spreads[:BEFORE].mean()]
    return [float(value) for value in found]


def rightly_guessed(seen: Sequence[Sequence[float]], truth: Sequence[int], folds: int = 5) -> float:
    """Share of best guesses that are right, learnt on four fifths of the teams and made about the last fifth."""
    features, usual = np.array(seen), np.array(truth)
    features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-9)
    right = 0
    for fold in range(folds):
        held_out = np.arange(len(usual)) % folds == fold
        guessed = best_guesses(features[~held_out], usual[~held_out], features[held_out])
        right += int((guessed == usual[held_out]).sum())
    return right / len(usual)


def best_guesses(features: Array, usual: NDArray[np.int_], asked: Array) -> NDArray[np.int_]:
    """The most likely answers, by linear discriminant analysis (Fisher 1936)."""
    values, which, number = np.unique(usual, return_inverse=True, return_counts=True)
    centres = np.stack([features[which == place].mean(axis=0) for place in range(len(values))])
    around = features - centres[which]
    # A hundredth on the diagonal, as some clues are nearly sums of others.
    weights = np.linalg.solve(around.T @ around / len(usual) + 0.01 * np.eye(features.shape[1]), centres.T)
    scores = asked @ weights - 0.5 * (centres.T * weights).sum(axis=0) + np.log(number / len(usual))
    return values[scores.argmax(axis=1)]


@dataclass(frozen=True)
class Guessed:
    """Shares of right guesses for one span of weeks."""

    blindly: float
    released: float
    exact_levels: float
    exact: float


def guess(lives: Sequence[Life], span: int) -> Guessed:
    """Guess what each leaver or newcomer usually answered."""
    truth = [life.usual[span] for life in lives]

    def share(rows: Callable[[Life], list[Tally]], *, changes: bool) -> float:
        return rightly_guessed([clues(life.size, rows(life), span, changes=changes) for life in lives], truth)

    return Guessed(
        blindly=max(truth.count(value) for value in set(truth)) / len(truth),
        released=share(lambda life: life.noised, changes=True),
        exact_levels=share(lambda life: life.exact, changes=False),
        exact=share(lambda life: life.exact, changes=True),
    )


# What is promised. The answer of somebody in their first week is guessed at most so much better than blindly.
FIRST_ANSWER_GAIN = 0.05
# And at most so much better than from exact levels alone, had there been no changes at all: the mean of a team
# that somebody left differs from the one before, and no noise that leaves the figures of use hides that for ever.
GAIN_OVER_LEVELS = 0.05
CASES = (
    Case(TRUST, joins=True),
    Case(TRUST, joins=False),
    Case(OVERLAY, joins=True),
    Case(OVERLAY, joins=False),
    Case(TRUST, joins=True, steady=True),
    Case(TRUST, joins=False, steady=True),
)
TEAMS = {Effort.SMALL: 80, Effort.FULL: 2000}


def one_member_more_or_less(effort: Effort, progress: Progress) -> Outcome:
    """Guess the usual answer of whoever joined or left, of usual people and of those who never change."""
    number = TEAMS[effort]
    found, beside, held = [], [], True
    for at, case in enumerate(CASES):
        lives = []
        for team in range(number):
            lives.append(live(SIZES[team % len(SIZES)], case, seed=team + number * at))
            progress((at + (team + 1) / number) / len(CASES))
        guesses = {span: guess(lives, span) for span in SPANS}
        found.append(f"{case.name} {_percents(guesses, 'released')} (blindly {_percents(guesses, 'blindly')})")
        beside.append(
            f"{case.name} {_percents(guesses, 'exact')}, exact levels alone {_percents(guesses, 'exact_levels')}"
        )
        held = held and (case.steady or _kept(case, guesses, number))
    weeks = " / ".join(map(str, SPANS))
    return Outcome(
        f"best guess right after {weeks} weeks: " + "; ".join(found), held, "exact figures: " + "; ".join(beside)
    )


def _percents(guesses: dict[int, Guessed], field: str) -> str:
    return "/".join(f"{getattr(found, field):.0%}" for found in guesses.values())


def _kept(case: Case, guesses: dict[int, Guessed], number: int) -> bool:
    """Whether the promises hold, but for three standard errors of a share."""
    slack = 3 * sqrt(0.25 / number)
    first = guesses[1]
    return (not case.joins or first.released <= first.blindly + FIRST_ANSWER_GAIN + slack) and all(
        found.released <= max(found.blindly, found.exact_levels) + GAIN_OVER_LEVELS + slack
        for found in guesses.values()
    )


# How far from the answer of a team of one mind the others are taken to lie at most, in hours: leaving the rest out
# can only make the attacker surer.
NEAR = 6
NODES = 5
GROUP_SIZES = range(5, 13)
ONE_MIND = [(TRUST, value) for value in (1, 2, 3, 4, 5)] + [(OVERLAY, hours) for hours in (1, 2, 4, 8, 12)]
DRAWS = {Effort.SMALL: 15, Effort.FULL: 200}
# The surest that anybody may get of one answer, from a company of one team.
SUREST = 0.6


class OneMind:
    """What somebody who knows how answers and noise come about makes of the row of a team that all answered alike.

    Teams are those of `analysis.synthetic.model`: members share a part. Others' answers are summed as offsets
    from the one that is asked about: tables of (sum, sum of squares) over all that the others may have said.
    """

    def __init__(self, item: Item, value: int) -> None:
        self.item, self.value = item, value
        self.part, self.scale, self.wide = (
            (HOURS, BLURRED.hours, BLURRED.spread_of_hours)
            if item.in_hours
            else (POINTS, BLURRED.points, BLURRED.spread_of_points)
        )
        shared = NormalDist(0, sqrt(model.TEAM_VARIANCE + model.SHOCK_VARIANCE))
        chances = [_chances(item, shared.inv_cdf((node + 0.5) / NODES)) for node in range(NODES)]
        self.before = float(np.mean([found.get(value, 0.0) for found in chances]))
        most = max(GROUP_SIZES)
        self.sums = np.arange(-NEAR * most, NEAR * most + 1)
        self.squares = np.arange(NEAR * NEAR * most + 1)
        # By number of people: the chance of each sum and square, and the same with that of the answer asked about.
        self.everybody, self.others = self._tables(chances, most)

    def _tables(self, chances: list[dict[int, float]], most: int) -> tuple[list[Array], list[Array]]:
        everybody = [np.zeros((len(self.sums), len(self.squares))) for _ in range(most + 1)]
        others = [table.copy() for table in everybody]
        for found in chances:
            table = np.zeros_like(everybody[0])
            table[NEAR * most, 0] = 1.0
            for people in range(most + 1):
                everybody[people] += table / len(chances)
                others[people] += table * found.get(self.value, 0.0) / len(chances)
                table = self._one_more(table, found)
        return everybody, others

    def _one_more(self, table: Array, chances: dict[int, float]) -> Array:
        grown = np.zeros_like(table)
        for offset in range(-NEAR, NEAR + 1):
            share = chances.get(self.value + offset, 0.0)
            if share:
                moved = np.roll(table, offset, axis=0)
                grown[:, offset * offset :] += share * moved[:, : moved.shape[1] - offset * offset]
        return grown

    def after(self, row: Tally) -> float:
        """How likely it is that one given person gave the answer, once the row is known."""
        n = row.level.n
        sums, squares = self.sums[:, None], self.squares[None, :]
        around = np.rint(np.maximum(squares - sums * sums / n, 0.0))
        seen = round(row.level.spread**2 * (n - 1 + PRIOR_FREEDOM) - PRIOR_FREEDOM * self.part.variance)
        likely = self._of_total(row.level.total, n, n * self.value + sums) * _of_squares(seen, around, self.wide)
        return float((self.others[n - 1] * likely).sum() / (self.everybody[n] * likely).sum())

    def _of_total(self, seen: float, n: int, truth: NDArray[np.int_]) -> Array:
        """Likelihood of a total for each true one; at the ends of the scale noise is cut off."""
        if seen == n * self.part.least:
            return at_least(truth - seen, self.scale)
        if seen == n * self.part.most:
            return at_least(seen - truth, self.scale)
        return chance_of(seen - truth, self.scale)


def _chances(item: Item, shared: float) -> dict[int, float]:
    """How likely each answer is in a team that is `shared` SD better than others."""
    own = NormalDist(shared, sqrt(model.PERSON_VARIANCE + model.NOISE_VARIANCE))
    number = 2000
    latent = (own.inv_cdf((at + 0.5) / number) for at in range(number))
    answers = Counter(int(item.counted(model.answer(item.stage, each))) for each in latent)
    return {answer: times / number for answer, times in answers.items()}


def _of_squares(seen: int, truth: Array, scale: Fraction | None) -> Array:
    assert scale is not None
    return at_least(truth, scale) if seen == 0 else chance_of(seen - truth, scale)


def chance_of(noise: Array | NDArray[np.int_], scale: Fraction) -> Array:
    """Discrete Laplace: the chance of each value."""
    rest = exp(-1 / scale)
    return np.asarray((1 - rest) / (1 + rest) * rest ** np.abs(noise))


def at_least(noise: Array | NDArray[np.int_], scale: Fraction) -> Array:
    """Discrete Laplace: the chance of this value or more."""
    rest = exp(-1 / scale)
    tail = rest ** (np.abs(noise) + (noise <= 0)) / (1 + rest)
    return np.where(noise > 0, tail, 1 - tail)


def teams_of_one_mind(effort: Effort, progress: Progress) -> Outcome:
    """Ask what a given person answered, where everybody answered alike and the company is that one team."""
    surest, found, certain, rows = 0.0, [], 0, 0
    for at, (item, value) in enumerate(ONE_MIND):
        mind = OneMind(item, value)
        known: list[float] = []
        for n in GROUP_SIZES:
            groups = tally(
                [(in_box(item, value), Diary())] * n, units=TEAM, items=[item], week_on=MONDAY, k=GROUP_SIZES[0]
            )
            certain += groups[0].tallies[0].level.spread == 0
            rows += 1
            draw = noise_of(n)
            shown = (released(groups, BLURRED, draw)[0].tallies[0] for _ in range(DRAWS[effort]))
            known += map(mind.after, shown)
        surest = max(surest, *known)
        found.append(f"{value}{' h' if item.in_hours else ''}: {max(known):.0%} (before {mind.before:.0%})")
        progress((at + 1) / len(ONE_MIND))
    return Outcome(
        "surest of one answer, " + ", ".join(found),
        surest <= SUREST,
        f"exact figures: certain in {certain} of {rows} teams",
    )


ATTACKS = [
    Attack(
        "neighbouring figures: one member more or less",
        f"the first answer guessed at most {FIRST_ANSWER_GAIN:.0%} better than blindly, the usual one at most "
        f"{GAIN_OVER_LEVELS:.0%} better than from exact levels alone",
        one_member_more_or_less,
    ),
    Attack(
        "neighbouring figures: teams of one mind",
        f"nobody surer than {SUREST:.0%} of an answer",
        teams_of_one_mind,
    ),
]
