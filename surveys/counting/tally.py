"""Sums over groups, exact, before noise is added. Pure, and decided from sizes alone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.change import change
from analysis.figures import Sums, Unit
from surveys.ballots.sealed import Ballot, Diary
from surveys.bank.items import Item
from surveys.counting.atoms import Atom, atoms

# A comment stays with the lowest unit in which at least this many people answered (design: The count).
SMALLEST_COMMENT_UNIT = 10


@dataclass(frozen=True, slots=True)
class Tally:
    """One item in one group; `change` is withheld unless enough people have earlier answers.

    The noises are the standard deviations of what was added to the totals (`surveys.counting.noise`); 0 is exact.
    """

    item: Item
    level: Sums
    change: Sums | None
    level_noise: float = 0.0
    change_noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Naming:
    """How many of the `n` who answered an item's follow-up in one group named each code.

    The noise is the standard deviation of what was added to each number; 0 is exact.
    """

    item: Item
    n: int
    named: Mapping[str, int]
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """An atom with its figures."""

    units: Atom
    answered: int
    tallies: tuple[Tally, ...]
    namings: tuple[Naming, ...] = ()


def tally(
    ballots: Sequence[tuple[Ballot, Diary]],
    *,
    units: Sequence[Unit],
    items: Sequence[Item],
    week_on: date,
    k: int,
    asked: Iterable[str] = (),
) -> list[Group]:
    """Sum ballots into groups of at least `k`; pure, and the same whatever order the ballots come in.

    An item or a follow-up that fewer than `k` of a group answered is withheld in that group. `asked` are the
    ids of the units in which somebody was asked: one in which nobody answered is grouped too.
    """
    sizes = Counter(dict.fromkeys(asked, 0))
    sizes.update(ballot.unit_id for ballot, _ in ballots)
    groups = []
    for atom in atoms(sizes, units, k=k):
        inside = [(ballot, diary) for ballot, diary in ballots if ballot.unit_id in atom]
        tallies = (_tally_item(inside, item, week_on=week_on, k=k) for item in items)
        namings = (_tally_follow_up(inside, item, k=k) for item in items)
        groups.append(
            Group(
                atom,
                len(inside),
                tuple(found for found in tallies if found),
                tuple(found for found in namings if found),
            )
        )
    return groups


def _tally_follow_up(inside: Sequence[tuple[Ballot, Diary]], item: Item, *, k: int) -> Naming | None:
    """Who said nothing about the item itself says nothing about what it came from; nobody names two codes."""
    if item.follow_up is None:
        return None
    codes = Counter(
        code
        for ballot, _ in inside
        if item.id in ballot.answers and (code := ballot.chosen.get(item.id)) in item.follow_up.choices
    )
    n = codes.total()
    return Naming(item, n, {code: codes[code] for code in item.follow_up.choices}) if n >= k else None


def _tally_item(inside: Sequence[tuple[Ballot, Diary]], item: Item, *, week_on: date, k: int) -> Tally | None:
    levels, changes = [], []
    for ballot, diary in inside:
        if item.id not in ballot.answers:
            continue
        value = item.counted(ballot.answers[item.id])
        levels.append(value)
        earlier = [(ago, item.counted(answer)) for ago, answer in diary.earlier(item.id, week=week_on)]
        moved = change(value, earlier, hours=item.in_hours)
        if moved is not None:
            changes.append(moved)
    if len(levels) < k:
        return None
    return Tally(item, Sums.of(levels), Sums.of(changes) if len(changes) >= k else None)


def comment_units(
    answered: Mapping[str, int], units: Sequence[Unit], *, smallest: int = SMALLEST_COMMENT_UNIT
) -> dict[str, str]:
    """For each team, the unit that its comments stay with; missing when the company is too small.

    It is the lowest unit that holds a whole group of at least `smallest` respondents. What is left over in a
    region whose other teams keep their own comments must itself be as many people; else a sibling joins them.
    """
    parents = {unit.id: unit.parent for unit in units}
    found = {}
    for group in atoms(answered, units, k=smallest):
        home = _lowest_above(group, parents)
        if home is not None:
            found.update(dict.fromkeys(group, home))
    return found


def _lowest_above(group: Atom, parents: Mapping[str, str | None]) -> str | None:
    """The lowest unit at or above all of a group."""
    first, *others = ([unit_id, *_above(unit_id, parents)] for unit_id in sorted(group))
    return next((unit_id for unit_id in first if all(unit_id in other for other in others)), None)


def _above(unit_id: str, parents: Mapping[str, str | None]) -> Iterable[str]:
    above = parents.get(unit_id)
    while above is not None:
        yield above
        above = parents.get(above)
