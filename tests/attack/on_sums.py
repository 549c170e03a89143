"""An exact linear audit of everything that a year of releases says, for random organisations.

Whoever has all figures can add, subtract and scale them. Each organisation lives through 52 weeks with the real
count. Of every figure it is made certain that no combination with it in it speaks about fewer than five people
(`people_in_sums.doubtful`); for some organisations the same is found by brute force, over all combinations of
the figures of all their weeks (`row_space`). The noise of a level is an unknown of its own, as it is drawn once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from analysis.figures import Sums, Unit
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.counting.noise import BLURRED, released
from surveys.counting.tally import Group, tally
from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.attack.nested import RULES, Tree
from tests.attack.organisations import TEAM, Organisation, Week, joined_team, organisation
from tests.attack.people_in_sums import changes, doubtful, levels
from tests.surveys.row_space import Figure, smallest_recovered

K = SMALLEST_GROUP
# How many organisations, and in how many teams somebody new is looked for.
ORGANISATIONS = {Effort.SMALL: 24, Effort.FULL: 10_000}
JOINED_TEAMS = {Effort.SMALL: 20, Effort.FULL: 200}
# Every so many-th organisation is tried by brute force over its first weeks, and over its whole year, unless it
# has more people than this: a whole year of a larger one takes brute force minutes.
BY_FORCE = {Effort.SMALL: 4, Effort.FULL: 15}
WHOLE_YEAR = {Effort.SMALL: 6, Effort.FULL: 200}
FIRST_WEEKS = 20
MOST_PEOPLE, MOST_PEOPLE_WHOLE_YEAR = 40, 30
# Organisations given to a process at a time; two processes, when it is long.
PORTION = 20
PROCESSES = 2

EXACT = "exact levels beside exact changes"

Released = tuple[Week, list[Group]]


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of some organisations; audits add up.

    Attributes:
        seen: what was looked at, by name.
        wrong: what does not hold as it must, by reason.
        leaking: for something weaker, organisations in which a set of fewer than five was recovered.
        sets: the same as sets, by size.
    """

    seen: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    leaking: Counter[str] = field(default_factory=Counter)
    sets: Counter[tuple[str, int]] = field(default_factory=Counter)

    def add(self, other: Audit) -> None:
        """Count in another audit."""
        self.seen.update(other.seen)
        self.wrong.update(other.wrong)
        self.leaking.update(other.leaking)
        self.sets.update(other.sets)

    def leak(self, weaker: str, sets: Sequence[frozenset[Hashable]]) -> None:
        """Note what something weaker gave away in one organisation."""
        self.leaking[weaker] += bool(sets)
        self.sets.update((weaker, len(people)) for people in sets)

    def told(self, weaker: str, out_of: int) -> str:
        """What something weaker gave away in all."""
        sizes = {size: number for (name, size), number in self.sets.items() if name == weaker}
        return (
            f"{weaker}: {self.leaking[weaker]:,} of {out_of:,} organisations"
            f" ({sum(sizes.values()):,} sets, the smallest of {min(sizes, default=0)})"
        )


def audit(seeds: Sequence[int], effort: Effort) -> Audit:
    """Let an organisation live through a year for each seed, and audit what it released."""
    found = Audit()
    for seed in seeds:
        here = organisation(random.Random(seed))  # noqa: S311 (the same organisations every time)
        year = list(counted(here.weeks(), here.units))
        found.seen["organisations"] += 1
        for week, groups in year:
            found.seen["figures"] += sum(
                1 + (tallied.change is not None) for group in groups for tallied in group.tallies
            )
            found.wrong["figures that may speak about fewer"] += len(doubtful(week, groups, k=K))
        found.wrong["releases without noise"] += not safely_noised(year[-1][1])
        by_force = seed % BY_FORCE[effort] == 0 and len(here.seats) <= MOST_PEOPLE
        _audit_nested(found, here, year, by_force=by_force)
        if by_force:
            _audit_by_force(found, year[:FIRST_WEEKS])
        if seed % WHOLE_YEAR[effort] == 0 and len(here.seats) <= MOST_PEOPLE_WHOLE_YEAR:
            found.seen["whole years by brute force"] += 1
            found.wrong["sets recovered by brute force"] += recovered(year, noised=True) is not None
    return found


def counted(weeks: Iterable[Week], units: Sequence[Unit]) -> Iterator[Released]:
    """Weeks through the real count."""
    for week in weeks:
        groups = tally(week.ballots, units=units, items=week.items, week_on=week.week_on, k=K, asked=week.asked)
        yield week, groups


def safely_noised(groups: Sequence[Group]) -> bool:
    """Whether a release has noise on each level, one spread, and changes that tell no more than their sums."""
    after = [tallied for group in released(groups, BLURRED) for tallied in group.tallies]
    before = [tallied for group in groups for tallied in group.tallies]
    spreads = {(tallied.item.id, round(tallied.level.spread, 6)) for tallied in after}
    return (
        len(spreads) == len({tallied.item.id for tallied in after})
        and all(tallied.level_noise > 0 for tallied in after)
        and [tallied.level.n for tallied in before] == [tallied.level.n for tallied in after]
        and all(_no_wider(mine.change, told.change) for mine, told in zip(before, after, strict=True))
    )


def _no_wider(exact: Sums | None, told: Sums | None) -> bool:
    """Whether a released change is that of the same people, as it is or, where it is extreme, drawn towards 0."""
    if exact is None or told is None:
        return exact is told
    return exact.n == told.n and min(exact.total, 0) <= told.total <= max(exact.total, 0)


def recovered(year: Iterable[Released], *, noised: bool) -> frozenset[Hashable] | None:
    """The smallest set of fewer than five about whom the figures of one item speak, all weeks together."""
    figures: list[Figure] = []
    for week, groups in year:
        item = week.items[0]
        figures += levels(week, groups, item, noised=noised).values()
        figures += changes(week, groups, item).values()
    return smallest_recovered(figures, below=K)


def _audit_by_force(found: Audit, weeks: Sequence[Released]) -> None:
    found.seen["organisations by brute force"] += 1
    found.wrong["sets recovered by brute force"] += recovered(weeks, noised=True) is not None
    leak = recovered(weeks, noised=False)
    found.leak(EXACT, [leak] if leak else [])


def _audit_nested(found: Audit, here: Organisation, year: Sequence[Released], *, by_force: bool) -> None:
    """What the same answers would have told by way of levels of nested units."""
    told: dict[str, list[frozenset[Hashable]]] = {rule: [] for rule in RULES}
    for number, (week, _) in enumerate(year):
        tree = Tree(here.units, week.seated(week.items[0]))
        for rule, publish in RULES.items():
            published = publish(tree)
            small = [people for people in tree.left_over(published) if len(people) < K]
            told[rule] += small
            if by_force and number == 0:
                figures: list[Figure] = [{(one, ""): 1 for one in tree.people[unit]} for unit in published]
                smallest = smallest_recovered(figures, below=K)
                found.wrong["disagreements on nested units"] += min(map(len, small), default=0) != len(
                    smallest or ()
                )
    for rule, sets in told.items():
        found.leak(rule, sets)


def newcomers_recovered(teams: int, *, noised: bool) -> int:
    """In how many teams that somebody joined the figures tell the newcomer's one answer."""
    dice = random.Random(11)  # noqa: S311 (the same teams every time)
    found = 0
    for _ in range(teams):
        year = list(counted(joined_team(dice), [TEAM]))
        newcomer = year[-1][0].people[-1]
        found += recovered(year, noised=noised) == frozenset({newcomer})
    return found


def linear(effort: Effort, progress: Progress) -> Outcome:
    """The whole audit."""
    number, teams = ORGANISATIONS[effort], JOINED_TEAMS[effort]
    portions = [range(start, min(start + PORTION, number)) for start in range(0, number, PORTION)]
    found = Audit()
    for done, part in enumerate(_each(portions, effort), 1):
        found.add(part)
        progress(done / (len(portions) + 1))
    found.wrong["newcomers"] += newcomers_recovered(teams, noised=True)
    newcomers = newcomers_recovered(teams, noised=False)
    by_force = found.seen["organisations by brute force"]
    told = [found.told(rule, number) for rule in RULES]
    told += [found.told(EXACT, by_force) + f", and {newcomers} of {teams} newcomers"]
    return Outcome(_found(found, teams), held=not found.wrong.total(), beside="\n".join(told))


def _found(found: Audit, teams: int) -> str:
    seen = found.seen
    broken = ", ".join(f"{number:,} {reason}" for reason, number in found.wrong.items() if number)
    return (
        f"{broken or '0 sets'}: {seen['figures']:,} figures of {seen['organisations']:,} organisations in"
        f" 52 weeks; by brute force {FIRST_WEEKS} weeks of {seen['organisations by brute force']:,} of them, all"
        f" weeks of {seen['whole years by brute force']:,}, and {teams} teams with a newcomer"
    )


def _each(portions: Sequence[range], effort: Effort) -> Iterator[Audit]:
    if effort is Effort.SMALL:
        yield from (audit(portion, effort) for portion in portions)
        return
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        yield from pool.map(audit, portions, [effort] * len(portions))


ATTACKS = [Attack("exact linear audit", "0 sets of fewer than 5 people recovered", linear)]
