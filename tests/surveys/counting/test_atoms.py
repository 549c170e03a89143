"""Atoms: groups of at least k, decided from sizes alone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures import Unit
from surveys.counting.atoms import SMALLEST_GROUP, atoms
from tests.surveys.organisations import organisations

TREE = [
    Unit("c", "C"),
    Unit("c/n", "North", "c"),
    Unit("c/n/a", "Alpha", "c/n"),
    Unit("c/n/b", "Beta", "c/n"),
    Unit("c/n/g", "Gamma", "c/n"),
    Unit("c/s", "South", "c"),
    Unit("c/s/d", "Delta", "c/s"),
]
groups_of = st.integers(SMALLEST_GROUP, 9)


def named(found: list[frozenset[str]]) -> list[str]:
    return ["+".join(sorted(unit_id.removeprefix("c/") for unit_id in atom)) for atom in found]


@given(organisations(), groups_of)
def test_atoms_share_nobody_and_hold_at_least_k(organisation: tuple[list[Unit], dict[str, int]], k: int) -> None:
    units, sizes = organisation
    found = atoms(sizes, units, k=k)
    members = [unit_id for atom in found for unit_id in atom]
    assert len(members) == len(set(members))
    assert all(sum(sizes[unit_id] for unit_id in atom) >= k for atom in found)


@given(organisations(), groups_of)
def test_everybody_is_counted_once_the_company_is_large_enough(
    organisation: tuple[list[Unit], dict[str, int]], k: int
) -> None:
    units, sizes = organisation
    found = atoms(sizes, units, k=k)
    if sum(sizes.values()) >= k:
        assert {unit_id for atom in found for unit_id in atom} == set(sizes)
    else:
        assert found == []


@given(organisations(), groups_of, st.randoms(use_true_random=False))
def test_the_order_of_units_and_sizes_changes_nothing(
    organisation: tuple[list[Unit], dict[str, int]], k: int, dice: random.Random
) -> None:
    units, sizes = organisation
    found = atoms(sizes, units, k=k)
    shuffled_units, shuffled_sizes = list(units), list(sizes.items())
    dice.shuffle(shuffled_units)
    dice.shuffle(shuffled_sizes)
    assert atoms(dict(shuffled_sizes), shuffled_units, k=k) == found


@given(organisations(), groups_of)
def test_a_group_that_is_large_enough_stays_alone_while_its_siblings_are(
    organisation: tuple[list[Unit], dict[str, int]], k: int
) -> None:
    units, sizes = organisation
    if all(size >= k for size in sizes.values()):
        assert atoms(sizes, units, k=k) == sorted(frozenset({unit_id}) for unit_id in sorted(sizes))


@given(organisations())
def test_a_larger_k_only_ever_joins_groups_further(organisation: tuple[list[Unit], dict[str, int]]) -> None:
    units, sizes = organisation
    assert len(atoms(sizes, units, k=9)) <= len(atoms(sizes, units, k=SMALLEST_GROUP))


@pytest.mark.parametrize(
    ("sizes", "found"),
    [
        ({"c/n/a": 5, "c/n/b": 6, "c/s/d": 5}, ["n/a", "n/b", "s/d"]),
        # The smallest joins its smallest sibling, not the nearest in name.
        ({"c/n/a": 8, "c/n/b": 2, "c/n/g": 6}, ["n/a", "n/b+n/g"]),
        # Two small siblings are enough for each other.
        ({"c/n/a": 9, "c/n/b": 2, "c/n/g": 3}, ["n/a", "n/b+n/g"]),
        # Of two equal siblings the first by name.
        ({"c/n/a": 7, "c/n/b": 1, "c/n/g": 7}, ["n/a+n/b", "n/g"]),
        # A region too small as a whole joins the smallest group of its neighbours.
        ({"c/n/a": 8, "c/n/b": 6, "c/s/d": 3}, ["n/a", "n/b+s/d"]),
        # People who sit in the region itself are like one more team of it.
        ({"c/n": 2, "c/n/a": 5, "c/n/b": 9}, ["n+n/a", "n/b"]),
        # A team in which nobody answered is a small group, so that its name says nothing about anybody.
        ({"c/n/a": 8, "c/n/b": 6, "c/n/g": 0}, ["n/a", "n/b+n/g"]),
        ({"c/n/a": 2, "c/n/b": 2, "c/s/d": 0}, []),
        ({}, []),
    ],
)
def test_small_teams_join_their_smallest_sibling(sizes: dict[str, int], found: list[str]) -> None:
    assert named(atoms(sizes, TREE)) == found


def test_whether_the_one_person_of_a_team_answered_does_not_change_the_groups() -> None:
    assert atoms({"c/n/a": 8, "c/n/b": 7, "c/n/g": 0}, TREE) == atoms({"c/n/a": 8, "c/n/b": 7, "c/n/g": 1}, TREE)


def test_two_companies_in_one_database_are_grouped_as_neighbours() -> None:
    tree = [Unit("c", "C"), Unit("d", "D")]
    assert atoms({"c": 6, "d": 5}, tree) == [{"c"}, {"d"}]
    assert atoms({"c": 6, "d": 3}, tree) == [{"c", "d"}]


def test_groups_of_fewer_than_five_are_never_made() -> None:
    for k in (4, 1, 0, -1):
        with pytest.raises(ValueError, match="the smallest that is released has 5"):
            atoms({"c": 100}, TREE, k=k)
