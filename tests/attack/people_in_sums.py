"""Who stands in which sum of a release: the people behind a figure, from the ballots that went into the count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import lcm

from analysis.change import LAG_WEEKS, change
from analysis.figures import Sums
from surveys.ballots.sealed import DIARY_ROUNDS
from surveys.bank.items import Item
from surveys.counting.tally import Group, Tally
from tests.attack.organisations import Week
from tests.surveys.row_space import NOBODY, Figure

# A baseline is a mean of up to twelve answers; times this, all its shares are whole numbers.
WHOLE = lcm(*range(1, DIARY_ROUNDS + 1))


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answer to one item, and their own earlier ones that it is compared with, by weeks ago."""

    person: int
    value: float
    earlier: Sequence[tuple[int, float]]


def answers_of(week: Week, units: frozenset[str], item: Item) -> list[Answer]:
    """Everybody in some units who answered an item."""
    return [
        Answer(
            person,
            item.counted(ballot.answers[item.id]),
            [
                (ago, item.counted(value))
                for ago, value in diary.earlier(item.id, week=week.week_on)
                if ago >= LAG_WEEKS
            ],
        )
        for person, (ballot, diary) in zip(week.people, week.ballots, strict=True)
        if ballot.unit_id in units and item.id in ballot.answers
    ]


def doubtful(week: Week, groups: Sequence[Group], *, k: int) -> list[Tally]:
    """The figures of a release for which it is not certain that they can only speak about `k` people or more.

    It is certain when each is the sum over at least `k` people, none of whom stands in another one of the same
    item and week. Nobody's answer of this week can stand in a figure of an earlier one. So any combination of
    levels, or of changes, has a latest week, and there it mentions all the people of some group by answers that
    nothing else in it mentions. Levels have noise, and are of no use together with changes.
    """
    found = []
    seen: set[tuple[str, int]] = set()
    for group in groups:
        for tallied in group.tallies:
            here = answers_of(week, group.units, tallied.item)
            people = {(tallied.item.id, answer.person) for answer in here}
            compared = [answer for answer in here if answer.earlier]
            certain = (
                len(people) == len(here) >= k
                and not people & seen
                and tallied.level == Sums.of(answer.value for answer in here)
                and (tallied.change is None or len(compared) >= k)
                and (tallied.change is None or tallied.change == _changes(compared, tallied.item))
            )
            seen |= people
            found += [] if certain else [tallied]
    return found


def _changes(compared: Sequence[Answer], item: Item) -> Sums:
    moved = [change(answer.value, answer.earlier, hours=item.in_hours) for answer in compared]
    return Sums.of(value for value in moved if value is not None)


def levels(
    week: Week, groups: Sequence[Group], item: Item, *, noised: bool
) -> dict[tuple[date, frozenset[str]], Figure]:
    """The level of each group as a sum over people; the noise of each is an unknown of its own."""
    found = {}
    for group in groups:
        if any(tallied.item is item for tallied in group.tallies):
            key = (week.week_on, group.units)
            people: Figure = {(one.person, week.week_on): 1 for one in answers_of(week, group.units, item)}
            found[key] = {**people, (NOBODY, key): 1} if noised else people
    return found


def changes(week: Week, groups: Sequence[Group], item: Item) -> dict[tuple[date, frozenset[str]], Figure]:
    """The change of each group as a sum over people, as if neither rounded nor capped, which tells more."""
    found = {}
    for group in groups:
        if any(tallied.item is item and tallied.change for tallied in group.tallies):
            compared = [one for one in answers_of(week, group.units, item) if one.earlier]
            now = {(one.person, week.week_on): WHOLE for one in compared}
            then = {
                (one.person, week.weeks_before(ago)): -WHOLE // len(one.earlier)
                for one in compared
                for ago, _ in one.earlier
            }
            found[week.week_on, group.units] = now | then
    return found
