"""What follow-ups tell: "Who took most of it?", of a group, of groups over a year, and of a group of one mind.

The linear audit of `on_sums`, for how many named each code: organisations live through a year with the real count,
every number is recounted from the ballots, and for some organisations all combinations of all numbers are tried.
Then somebody who knows how noise comes about asks what one person named in a team in which all named the same.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from math import lgamma

import numpy as np

from analysis.figures import Unit
from surveys.ballots.sealed import Ballot, Diary
from surveys.bank.items import Item, default_bank
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.counting.noise import BLURRED, WIDEST_SHARE, released
from surveys.counting.tally import Group, Naming, tally
from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.attack.nested import five_in_each
from tests.attack.on_neighbouring_figures import AFTER, BEFORE, SPANS, TEAMS, Array, at_least, chance_of
from tests.attack.on_sums import MOST_PEOPLE, Tree, counted
from tests.attack.organisations import Week, organisation
from tests.bench.released import noise_of
from tests.surveys.row_space import Figure, smallest_recovered

K = SMALLEST_GROUP
ASKED = [item for item in default_bank().items.values() if item.follow_up]
ORGANISATIONS = {Effort.SMALL: 12, Effort.FULL: 1000}
# Every so many-th organisation that is small enough is tried by brute force, over its first weeks.
BY_FORCE, FIRST_WEEKS = 4, 20
FOLLOWS_UP = 0.8

TEAM = [Unit("t", "Team")]
MONDAY = date(2026, 1, 5)
GROUP_SIZES = range(5, 13)
DRAWS = {Effort.SMALL: 15, Effort.FULL: 200}
# A large majority is meant to be seen, and of a large majority one is likely to be part of it.
SUREST = 0.9


def codes_of(item: Item) -> list[str]:
    """What can be named."""
    assert item.follow_up is not None
    return list(item.follow_up.choices)


def with_follow_ups(week: Week, item: Item, dice: random.Random) -> Week:
    """The same week in which the same people are asked one item with a follow-up, which not all of them answer."""
    ballots = []
    for ballot, diary in week.ballots:
        answers = {item.id: float(dice.randint(1, 5))} if dice.random() < FOLLOWS_UP else {}
        chosen = {item.id: dice.choice(codes_of(item))} if dice.random() < FOLLOWS_UP else {}
        ballots.append((replace(ballot, answers=answers, chosen=chosen), diary))
    return replace(week, items=[item], ballots=ballots)


def named_by(week: Week, group: Group, item: Item) -> dict[int, str]:
    """Who in a group named what, from the ballots that went into the count."""
    return {
        person: ballot.chosen[item.id]
        for person, (ballot, _) in zip(week.people, week.ballots, strict=True)
        if ballot.unit_id in group.units and item.id in ballot.answers and item.id in ballot.chosen
    }


def doubtful(week: Week, groups: Sequence[Group]) -> list[Naming]:
    """Numbers for which it is not certain that they speak about `K` people or more, each of them in one group."""
    found, seen = [], set[int]()
    for group in groups:
        for naming in group.namings:
            people = named_by(week, group, naming.item)
            exact = Counter(people.values())
            certain = (
                naming.n == len(people) >= K
                and not seen & people.keys()
                and naming.named == {code: exact[code] for code in codes_of(naming.item)}
            )
            seen |= people.keys()
            found += [] if certain else [naming]
    return found


def told(week: Week, groups: Sequence[Group]) -> Iterator[Figure]:
    """Each number as a sum over people; the last code is all of them less the others, and tells nothing more."""
    for group in groups:
        for naming in group.namings:
            people = named_by(week, group, naming.item)
            for code in codes_of(naming.item)[:-1]:
                yield {(person, (week.week_on, code)): 1 for person in people}


def safely_noised(groups: Sequence[Group]) -> bool:
    """Whether a release has noise on each number, and none that speaks of all."""
    return all(
        naming.noise > 0 and 0 <= number <= WIDEST_SHARE * naming.n
        for group in released(groups, BLURRED)
        for naming in group.namings
        for number in naming.named.values()
    )


def linear(effort: Effort, progress: Progress) -> Outcome:
    """The audit of a year of follow-ups in random organisations."""
    seen, wrong, leaking = Counter[str](), Counter[str](), 0
    for seed in range(ORGANISATIONS[effort]):
        dice = random.Random(seed)  # noqa: S311 (the same organisations every time)
        here = organisation(dice)
        choices = random.Random(-1 - seed)  # noqa: S311
        weeks = (with_follow_ups(week, ASKED[at % len(ASKED)], choices) for at, week in enumerate(here.weeks()))
        year = list(counted(weeks, here.units))
        for week, groups in year:
            seen["numbers"] += sum(len(naming.named) for group in groups for naming in group.namings)
            wrong["numbers that may speak about fewer"] += len(doubtful(week, groups))
            wrong["releases without noise"] += not safely_noised(groups)
        leaking += any(_left_over(week, here.units) for week, _ in year)
        if seed % BY_FORCE == 0 and len(here.seats) <= MOST_PEOPLE:
            seen["by force"] += 1
            figures = [figure for week, groups in year[:FIRST_WEEKS] for figure in told(week, groups)]
            wrong["sets recovered by brute force"] += smallest_recovered(figures, below=K) is not None
        progress((seed + 1) / ORGANISATIONS[effort])
    broken = ", ".join(f"{number:,} {reason}" for reason, number in wrong.items() if number)
    return Outcome(
        f"{broken or '0 sets'}: {seen['numbers']:,} numbers of {ORGANISATIONS[effort]:,} organisations in 52"
        f" weeks; by brute force {FIRST_WEEKS} weeks of {seen['by force']:,} of them",
        held=not wrong.total(),
        beside=f"five in each nested unit: {leaking:,} organisations leak",
    )


def _left_over(week: Week, units: Sequence[Unit]) -> bool:
    """Whether the same answers, exact for every unit with five, would have told about fewer."""
    seated: dict[str, set[int]] = {}
    (item,) = week.items
    for person, (ballot, _) in zip(week.people, week.ballots, strict=True):
        if item.id in ballot.answers and item.id in ballot.chosen:
            seated.setdefault(ballot.unit_id, set()).add(person)
    tree = Tree(units, {unit_id: frozenset(people) for unit_id, people in seated.items()})
    return any(len(people) < K for people in tree.left_over(five_in_each(tree)))


@cache
def _ways(n: int, codes: int) -> tuple[Array, Array]:
    """Every way in which `n` people can name codes, and how likely it is before anything is known.

    Any mixture of codes is as likely as any other within a team (a Dirichlet prior of ones).
    """
    ways = np.array(list(_splits(n, codes)))
    return ways, np.full(len(ways), np.exp(lgamma(n + 1) + lgamma(codes) - lgamma(n + codes)))


def _splits(n: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (n,)
        return
    for first in range(n + 1):
        yield from ((first, *rest) for rest in _splits(n - first, parts - 1))


def sure(naming: Naming, code: str) -> float:
    """How likely it is that one given person named a code, once the numbers are known."""
    assert BLURRED.shares is not None
    scale, most, truth = BLURRED.shares, int(WIDEST_SHARE * naming.n), np.arange(naming.n + 1)
    ways, likely = _ways(naming.n, len(naming.named))
    for place, seen in enumerate(naming.named.values()):
        if seen == 0:
            chance = at_least(truth, scale)
        elif seen == most:
            chance = at_least(most - truth, scale)
        else:
            chance = chance_of(seen - truth, scale)
        likely = likely * chance[ways[:, place]]
    own = ways[:, list(naming.named).index(code)]
    return float((own * likely).sum() / likely.sum() / naming.n)


def teams_of_one_mind(effort: Effort, progress: Progress) -> Outcome:
    """Ask what a given person named, where everybody named the same."""
    found, everything = [], list[float]()
    for at, item in enumerate(ASKED):
        code = codes_of(item)[0]
        known: list[float] = []
        for n in GROUP_SIZES:
            ballot = Ballot("t", {item.id: 3.0}, "", quotable=True, diary_keys=(), chosen={item.id: code})
            groups = tally([(ballot, Diary())] * n, units=TEAM, items=[item], week_on=MONDAY, k=K)
            draw = noise_of(n)
            shown = (released(groups, BLURRED, draw)[0].namings[0] for _ in range(DRAWS[effort]))
            known += (sure(naming, code) for naming in shown)
        found.append(f"{item.id}: {max(known):.0%}, {np.mean(known):.0%} in the mean")
        everything += known
        progress((at + 1) / len(ASKED))
    before = ", ".join(f"{1 / len(codes_of(item)):.0%}" for item in ASKED)
    return Outcome(
        f"surest of what one person named, {'; '.join(found)} (before: {before})",
        held=max(everything) <= SUREST,
        beside="exact numbers: certain in each of them",
    )


def joined(size: int, item: Item, seed: int) -> tuple[str, list[Naming], list[Naming]]:
    """Half a year of a team that somebody joins: what they name most, and the team's numbers, exact and released.

    What people name has a mixture of its own for each, mostly one code or two, around their team's.
    """
    chance, draw, codes = np.random.default_rng(seed), noise_of(seed), codes_of(item)
    team = chance.dirichlet(np.ones(len(codes)))
    habits = chance.dirichlet(2 * team + 0.05, size)
    exact, shown = [], []
    for week in range(BEFORE + AFTER):
        there = habits[: size if week >= BEFORE else size - 1]
        chosen = [codes[chance.choice(len(codes), p=habit)] for habit in there]
        box = [(Ballot("t", {item.id: 3.0}, "", True, (), {item.id: code}), Diary()) for code in chosen]
        groups = tally(box, units=TEAM, items=[item], week_on=MONDAY, k=K)
        exact += groups[0].namings
        shown += released(groups, BLURRED, draw)[0].namings
    return codes[int(habits[-1].argmax())], exact, shown


def guessed(rows: Sequence[Naming], span: int) -> str:
    """The code that was named more often after somebody joined than before, by most."""
    before, after = rows[:BEFORE], rows[BEFORE : BEFORE + span]

    def more(code: str) -> float:
        return float(np.mean([row.named[code] for row in after]) - np.mean([row.named[code] for row in before]))

    return max(rows[0].named, key=more)


def somebody_joins(effort: Effort, progress: Progress) -> Outcome:
    """Guess what a newcomer names most, from the weeks before and after; everybody answers every week."""
    item, number = ASKED[0], TEAMS[effort]
    lives = []
    for team in range(number):
        lives.append(joined(6 + team % 4, item, team))
        progress((team + 1) / number)
    usual = Counter(code for code, _, _ in lives)
    blindly = max(usual.values()) / number
    shown = {span: _rightly([(code, rows) for code, _, rows in lives], span) for span in SPANS}
    exact = {span: _rightly([(code, rows) for code, rows, _ in lives], span) for span in SPANS}
    slack = 3 * (0.25 / number) ** 0.5
    weeks = " / ".join(map(str, SPANS))
    return Outcome(
        f"best guess right after {weeks} weeks: {_percents(shown)} (blindly {blindly:.0%})",
        held=all(shown[span] <= exact[span] + slack for span in SPANS),
        beside=f"exact numbers: {_percents(exact)}",
    )


def _rightly(lives: Sequence[tuple[str, Sequence[Naming]]], span: int) -> float:
    return sum(guessed(rows, span) == code for code, rows in lives) / len(lives)


def _percents(shares: dict[int, float]) -> str:
    return " / ".join(f"{share:.0%}" for share in shares.values())


ATTACKS = [
    Attack("follow-ups: exact linear audit", f"0 sets of fewer than {K} people recovered", linear),
    Attack(
        "follow-ups: teams of one mind",
        f"nobody surer than {SUREST:.0%} of what one person named where all named the same",
        teams_of_one_mind,
    ),
    Attack("follow-ups: somebody joins", "no better guesses than from exact numbers", somebody_joins),
]
