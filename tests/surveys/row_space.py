"""What can be worked out from sums: exact linear algebra over people, in whole numbers.

Somebody who has figures can add, subtract and scale them. What they can work out about a set of people is a
non-zero combination of the figures that mentions nobody outside the set. People who appear in the same figures in
the same way cannot be told apart, so it is enough to look at sets made of whole such classes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from itertools import combinations

# For each person the columns in which they stand, and with which factor: today's answer and the earlier one
# are different unknowns of one person.
Figure = dict[tuple[Hashable, str], int]


def smallest_recovered(figures: Sequence[Figure], *, below: int) -> frozenset[Hashable] | None:
    """The first set of fewer than `below` people about whom a combination of the figures speaks alone."""
    for part in _connected(figures):
        classes = _classes(part)
        small = [group for group in classes if len(group) < below]
        whole = _rank(part, set())
        for number in range(1, len(small) + 1):
            for chosen in combinations(small, number):
                people = frozenset().union(*chosen)
                # What the other columns can no longer tell apart is told by these people's columns alone.
                if len(people) < below and _rank(part, people) < whole:
                    return people
    return None


def _connected(figures: Sequence[Figure]) -> list[list[Figure]]:
    """Figures that share no person, directly or by way of others, are told apart."""
    parts: list[tuple[set[Hashable], list[Figure]]] = []
    for figure in figures:
        people, together = {person for person, _ in figure}, [figure]
        apart = []
        for known, part in parts:
            if known & people:
                people, together = people | known, together + part
            else:
                apart.append((known, part))
        parts = [*apart, (people, together)]
    return [part for _, part in parts]


def _classes(figures: Sequence[Figure]) -> list[frozenset[Hashable]]:
    seen: dict[Hashable, set[Hashable]] = {}
    for person in {person for figure in figures for person, _ in figure}:
        columns = {
            unknown: tuple(figure.get((person, unknown), 0) for figure in figures)
            for figure in figures
            for (who, unknown) in figure
            if who == person
        }
        seen.setdefault(tuple(sorted(columns.items())), set()).add(person)
    return [frozenset(people) for people in seen.values()]


def _rank(figures: Sequence[Figure], without: Iterable[Hashable]) -> int:
    left_out = set(without)
    columns = sorted({column for figure in figures for column in figure if column[0] not in left_out}, key=repr)
    rows = [[Fraction(figure.get(column, 0)) for column in columns] for figure in figures]
    rank = 0
    for place in range(len(columns)):
        pivot = next((row for row in rows[rank:] if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(rank, pivot)
        for below in range(rank + 1, len(rows)):
            factor = rows[below][place] / pivot[place]
            if factor:
                rows[below] = [mine - factor * theirs for mine, theirs in zip(rows[below], pivot, strict=True)]
        rank += 1
    return rank
