"""What can be worked out from sums: linear algebra over people, in whole numbers.

Somebody who has figures can add, subtract and scale them. What they can work out about a set of people is a
non-zero combination of the figures that mentions nobody outside the set, and nothing else that they do not know.

The numbers are whole numbers modulo a prime, so nothing is rounded. Of sums that are independent modulo the prime,
a combination is found whenever there is one; to find one that does not exist is an accident of one in 2 ** 31.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

PRIME = 2**31 - 1
# Whose column it is when it is nobody's, such as the noise of a figure: whoever has the figures does not know it.
NOBODY = None

# What a figure sums: each (person, unknown) with its factor. This week's answer and an earlier one are different
# unknowns of one person.
Figure = Mapping[tuple[Hashable, Hashable], int]
Rows = NDArray[np.int64]


def smallest_recovered(figures: Sequence[Figure], *, below: int) -> frozenset[Hashable] | None:
    """The smallest set of fewer than `below` people about whom a combination of the figures speaks alone."""
    spaces = [_Space(part) for part in _connected(figures)]
    for most in range(1, below):
        for space in spaces:
            people = space.speaks_of(most)
            if people is not None:
                return people
    return None


class _Space:
    """Every combination of some figures in which nobody's columns cancel out."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        columns = sorted({column for figure in figures for column in figure}, key=repr)
        place = {column: number for number, column in enumerate(columns)}
        rows = np.zeros((len(figures), len(columns)), dtype=np.int64)
        for row, figure in enumerate(figures):
            for column, factor in figure.items():
                rows[row, place[column]] = factor % PRIME
        owners = [person for person, _ in columns]
        self.people = list(dict.fromkeys(person for person in owners if person is not NOBODY))
        number = {person: index for index, person in enumerate(self.people)}
        self.owner = np.array([-1 if person is NOBODY else number[person] for person in owners])
        self.columns = [np.flatnonzero(self.owner == index) for index in range(len(self.people))]
        self.rows = _independent(_without(rows, np.flatnonzero(self.owner < 0)))

    def speaks_of(self, most: int) -> frozenset[Hashable] | None:
        """Up to `most` people whom some combination mentions alone; None when there is none."""
        found = self._search(self.rows, frozenset(), most)
        return None if found is None else frozenset(self.people[index] for index in found)

    def _search(self, rows: Rows, inside: frozenset[int], most: int) -> frozenset[int] | None:
        """Of the people of one combination, one after the other is left out for good or let in."""
        if not len(rows):
            return None
        mentioned = {int(index) for index in np.unique(self.owner[np.flatnonzero(rows[0])])}
        open_ = mentioned - inside
        if not open_:
            return frozenset(mentioned)
        if len(rows) == 1 and len(open_) > most:
            return None
        person = max(open_, key=lambda index: (len(self.columns[index]), index))
        found = self._search(_without(rows, self.columns[person]), inside, most)
        if found is None and most:
            found = self._search(rows, inside | {person}, most - 1)
        return found


def _without(rows: Rows, columns: Iterable[int]) -> Rows:
    """A basis of those combinations of independent rows in which some columns cancel out."""
    rows = rows.copy()
    kept = np.ones(len(rows), dtype=bool)
    for column in columns:
        rows, pivot = _cleared(rows, int(column), kept)
        if pivot is not None:
            kept[pivot] = False
    return rows[kept]


def _independent(rows: Rows) -> Rows:
    """As many of the rows' combinations as are independent."""
    rows = rows.copy()
    kept = np.ones(len(rows), dtype=bool)
    basis = []
    for column in range(rows.shape[1]):
        rows, pivot = _cleared(rows, column, kept)
        if pivot is not None:
            kept[pivot] = False
            basis.append(rows[pivot].copy())
        if not kept.any():
            break
    return np.array(basis, dtype=np.int64).reshape(len(basis), rows.shape[1])


def _cleared(rows: Rows, column: int, kept: NDArray[np.bool_]) -> tuple[Rows, int | None]:
    """The rows that are kept with one column cleared by one of them, and which that was."""
    places = np.flatnonzero(kept & (rows[:, column] != 0))
    if not len(places):
        return rows, None
    pivot, others = int(places[0]), places[1:]
    scaled = rows[pivot] * pow(int(rows[pivot, column]), -1, PRIME) % PRIME
    rows[others] = (rows[others] - rows[others, column][:, None] * scaled) % PRIME
    return rows, pivot


def _connected(figures: Sequence[Figure]) -> list[list[Figure]]:
    """Figures that share no unknown, directly or by way of others, are told apart."""
    leader = list(range(len(figures)))

    def lead(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    first: dict[Hashable, int] = {}
    for number, figure in enumerate(figures):
        for column in figure:
            leader[lead(number)] = lead(first.setdefault(column, number))
    parts: dict[int, list[Figure]] = {}
    for number, figure in enumerate(figures):
        parts.setdefault(lead(number), []).append(figure)
    return list(parts.values())
