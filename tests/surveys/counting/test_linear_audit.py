"""The instruments of the audits of figures (`make attack`): they find what is wrong, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.answers import Answer, Reported, answer
from analysis.figures import Record, Sums, Unit
from analysis.questions import Against, Intent, Question
from analysis.stages import Stage
from analysis.synthetic.teams import Team, simulate
from surveys.counting.tally import Group, Tally, tally
from tests.attack.nested import RULES, Tree
from tests.attack.organisations import Week, organisation
from tests.attack.people_in_sums import changes, doubtful, levels
from tests.attack.recount import Recount, unsupported
from tests.surveys.row_space import NOBODY, Figure, smallest_recovered

columns = st.tuples(st.sampled_from(["ann", "bob", "cy", "di", "ed", "flo"]), st.sampled_from(["now", "then"]))
noise = st.tuples(st.just(NOBODY), st.sampled_from(["first", "second"]))
sums = st.lists(
    st.dictionaries(st.one_of(columns, columns, columns, noise), st.sampled_from([-2, -1, 1, 1, 3]), min_size=1),
    max_size=6,
)


def exact_rank(figures: Sequence[Figure], without: frozenset[Hashable]) -> int:
    """Rank of what is left of the figures without some people's columns, in fractions."""
    places = sorted({column for figure in figures for column in figure if column[0] not in without}, key=repr)
    rows = [[Fraction(figure.get(column, 0)) for column in places] for figure in figures]
    found = 0
    for place in range(len(places)):
        pivot = next((row for row in rows if row[place]), None)
        if pivot is None:
            continue
        found += 1
        rows.remove(pivot)
        rows = [
            [mine - row[place] / pivot[place] * theirs for mine, theirs in zip(row, pivot, strict=True)]
            for row in rows
        ]
    return found


@given(sums, st.integers(2, 5))
def test_the_search_finds_what_trying_every_set_finds(figures: list[Figure], below: int) -> None:
    people = sorted({person for figure in figures for person, _ in figure if person is not NOBODY}, key=repr)
    whole = exact_rank(figures, frozenset())
    smallest = next(
        (
            size
            for size in range(1, below)
            for chosen in combinations(people, size)
            if exact_rank(figures, frozenset(chosen)) < whole
        ),
        None,
    )
    found = smallest_recovered(figures, below=below)
    assert (None if found is None else len(found)) == smallest
    if found is not None:
        assert exact_rank(figures, found) < whole


def test_a_difference_of_one_person_is_found_and_one_of_none_is_not() -> None:
    six: Figure = {(number, "now"): 1 for number in range(6)}
    five: Figure = {(number, "now"): 1 for number in range(5)}
    assert smallest_recovered([six, five], below=5) == {5}
    assert smallest_recovered([six, six], below=5) is None
    assert smallest_recovered([six], below=5) is None
    assert smallest_recovered([six], below=7) == set(range(6))
    # A change counted on today's answers alone would single out who has no earlier ones.
    then: Figure = {(number, "then"): -1 for number in range(5)}
    assert smallest_recovered([six, five | then, then], below=5) == {5}
    assert smallest_recovered([six, five | then], below=5) is None


def test_noise_of_its_own_hides_a_difference_and_noise_that_is_shared_does_not() -> None:
    six: Figure = {(number, "now"): 1 for number in range(6)}
    five: Figure = {(number, "now"): 1 for number in range(5)}
    assert smallest_recovered([six | {(NOBODY, "six"): 1}, five | {(NOBODY, "five"): 1}], below=5) is None
    assert smallest_recovered([six | {(NOBODY, "both"): 1}, five | {(NOBODY, "both"): 1}], below=5) == {5}
    assert smallest_recovered([six | {(NOBODY, "six"): 1}, five], below=5) is None


@pytest.fixture(scope="module")
def released() -> tuple[Week, list[Group], int]:
    """The last week of a half-year, with its release, in which there are changes; and the smallest group."""
    here = organisation(random.Random(7))  # noqa: S311 (the same organisation every time)
    week = list(here.weeks(26))[-1]
    groups = tally(week.ballots, units=here.units, items=week.items, week_on=week.week_on, k=5, asked=week.asked)
    assert all(group.tallies[0].change for group in groups)
    assert len(groups) > 1
    return week, groups, min(tallied.level.n for group in groups for tallied in group.tallies)


def tampered(groups: Sequence[Group], tallied: Tally) -> list[Group]:
    first, *rest = groups
    return [replace(first, tallies=(tallied, *first.tallies[1:])), *rest]


def test_a_release_of_whole_groups_leaves_no_doubt(released: tuple[Week, list[Group], int]) -> None:
    week, groups, smallest = released
    assert doubtful(week, groups, k=5) == []
    assert doubtful(week, groups, k=smallest + 1) != []


def test_a_figure_about_other_people_than_its_group_is_doubtful(released: tuple[Week, list[Group], int]) -> None:
    week, groups, _ = released
    first = groups[0].tallies[0]
    assert first.change is not None
    for wrong in (
        replace(first, level=first.level + Sums.of([3.0])),
        replace(first, level=replace(first.level, total=first.level.total + 1)),
        replace(first, change=first.change + Sums.of([0.5])),
    ):
        assert doubtful(week, tampered(groups, wrong), k=5) == [wrong]
    assert len(doubtful(week, [*groups, groups[0]], k=5)) == len(groups[0].tallies)
    nested = replace(groups[0], units=groups[0].units | groups[1].units)
    assert doubtful(week, [*groups[1:], nested], k=5) != []


def test_the_people_behind_a_level_and_a_change_are_those_who_answered(
    released: tuple[Week, list[Group], int],
) -> None:
    week, groups, _ = released
    item = week.items[0]
    counted = [group.tallies[0] for group in groups]
    assert [sum(figure.values()) for figure in levels(week, groups, item, noised=False).values()] == [
        tallied.level.n for tallied in counted
    ]
    for figure, tallied in zip(changes(week, groups, item).values(), counted, strict=True):
        # Every person's baseline weighs as much as their answer.
        assert sum(figure.values()) == 0
        assert tallied.change is not None
        assert sum(when == week.week_on for _, when in figure) == tallied.change.n


def tree(**sizes: int) -> Tree:
    units = [Unit("c", "C"), *(Unit(f"c/{name}", name, "c") for name in ("a", "b", "d"))]
    units += [Unit("c/a/x", "X", "c/a"), Unit("c/a/y", "Y", "c/a")]
    people = iter(range(1000))
    return Tree(
        units,
        {
            f"c/{name}".replace("_", "/"): frozenset(next(people) for _ in range(size))
            for name, size in sizes.items()
        },
    )


@pytest.mark.parametrize(
    ("sizes", "left_over"),
    [
        # The eleven of the company less the eight of one team are the three of the other.
        ({"b": 8, "d": 3}, [3, 0, 0]),
        # Each of two teams leaves enough over, and both together do not.
        ({"b": 8, "d": 3, "a_x": 9}, [3, 0, 3]),
        # A region is hidden for its small neighbour, and its teams are not.
        ({"a_x": 6, "a_y": 6, "b": 4}, [4, 4, 4]),
        ({"a_x": 7, "b": 9, "d": 6}, [0, 0, 0]),
    ],
)
def test_what_is_left_over_between_nested_units(sizes: dict[str, int], left_over: list[int]) -> None:
    found = [
        min((len(people) for people in here.left_over(publish(here)) if len(people) < 5), default=0)
        for publish in RULES.values()
        for here in [tree(**sizes)]
    ]
    assert found == left_over


NORTH_AND_SOUTH = Question(
    Intent.COMPARE, (Stage.TRUST,), ("north", "south"), ("North", "South"), compare=Against.UNITS
)


@pytest.fixture(scope="module")
def told() -> tuple[Record, Answer]:
    """A comparison of two teams in trust, in which everything that is counted again is said."""
    record = simulate([Team("north", size=9, rate=0.9), Team("south", size=9, rate=0.9)], weeks=12, seed=4)
    found = answer(NORTH_AND_SOUTH, record=record)
    assert found.compared[0].difference is not None
    assert found.figures[0].change is not None
    return record, found


def recounted(record: Record, found: Answer, *seen: str) -> list[str]:
    return unsupported(Recount(record, frozenset(seen)).of(found))


def test_an_answer_is_made_of_releases_that_the_asker_may_see(told: tuple[Record, Answer]) -> None:
    record, found = told
    assert recounted(record, found, "company", "north", "south") == []
    assert len(recounted(record, found, "company", "north")) > 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda figure: replace(figure, mean=figure.mean + 0.1),
        lambda figure: replace(figure, n=figure.n - 1),
        lambda figure: replace(figure, change=figure.change - 0.1),
        lambda figure: replace(figure, weeks=2),
        lambda figure: replace(figure, unit="company"),
        lambda figure: replace(figure, stage=Stage.FRICTION),
        lambda figure: replace(figure, week=figure.week - timedelta(weeks=1)),
        lambda figure: replace(figure, interval=(figure.mean + 0.2, figure.mean + 0.4)),
    ],
)
def test_a_figure_that_is_no_sum_of_groups_is_found(
    told: tuple[Record, Answer], wrong: Callable[[Any], Reported]
) -> None:
    record, found = told
    first, *rest = found.figures
    tampered = replace(found, figures=(wrong(first), *rest))
    assert len(recounted(record, tampered, "company", "north", "south")) == 1


def test_a_line_and_a_difference_that_are_no_sums_of_groups_are_found(told: tuple[Record, Answer]) -> None:
    record, found = told
    line, *lines = found.lines
    drawn = replace(found, lines=(replace(line, values=(*line.values[:-1], line.values[-1] + 0.1)), *lines))
    assert len(recounted(record, drawn, "company", "north", "south")) == 1
    compared = found.compared[0]
    assert compared.difference is not None
    apart = replace(found, compared=(replace(compared, difference=compared.difference + 0.1),))
    assert len(recounted(record, apart, "company", "north", "south")) == 1
