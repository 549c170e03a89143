"""No set of fewer than k people can be worked out from the figures of a release, whoever puts them together."""

from __future__ import annotations

import random
from datetime import timedelta

from analysis.change import LAG_WEEKS
from analysis.figures import Unit
from surveys.ballots.sealed import Ballot, Diary
from surveys.bank.items import default_bank
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.counting.tally import Group, tally
from surveys.people.directory import below
from tests.company import MONDAY
from tests.surveys.organisations import random_organisation
from tests.surveys.row_space import Figure, smallest_recovered

ITEMS = default_bank().for_week(MONDAY.toordinal() // 7)
LONG_AGO = MONDAY - timedelta(weeks=LAG_WEEKS)


def random_ballots(dice: random.Random, sizes: dict[str, int]) -> list[tuple[Ballot, Diary]]:
    """Some leave items out, some have no earlier answers."""
    found = []
    for unit_id, size in sizes.items():
        for _ in range(size):
            answers = {item.id: float(dice.randint(1, 5)) for item in ITEMS if dice.random() < 0.85}
            earlier = {item.id: float(dice.randint(1, 5)) for item in ITEMS if dice.random() < 0.7}
            diary = Diary().with_entry(LONG_AGO, earlier) if dice.random() < 0.8 else Diary()
            found.append((Ballot(unit_id, answers, "", quotable=True, diary_keys=()), diary))
    return found


def released(groups: list[Group], ballots: list[tuple[Ballot, Diary]], item_id: str) -> list[Figure]:
    """Each released figure of one item as a sum over people: today's answers, and those less the earlier ones."""
    figures: list[Figure] = []
    for group in groups:
        for tallied in group.tallies:
            if tallied.item.id != item_id:
                continue
            answered = [
                (number, diary)
                for number, (ballot, diary) in enumerate(ballots)
                if ballot.unit_id in group.units and item_id in ballot.answers
            ]
            assert tallied.level.n == len(answered)
            figures.append({(number, "now"): 1 for number, _ in answered})
            if tallied.change is None:
                continue
            compared = [number for number, diary in answered if diary.earlier(item_id, week=MONDAY)]
            assert tallied.change.n == len(compared)
            figures.append(
                {(number, "now"): 1 for number in compared} | {(number, "then"): -1 for number in compared}
            )
    return figures


def recovered_anywhere(groups: list[Group], ballots: list[tuple[Ballot, Diary]], k: int) -> bool:
    return any(smallest_recovered(released(groups, ballots, item.id), below=k) for item in ITEMS)


def nested(units: list[Unit], sizes: dict[str, int]) -> list[Group]:
    """What is often done instead: a figure for every unit, with all below, that has k people in it."""
    found = []
    for unit in units:
        inside = below(units, frozenset({unit.id}))
        n = sum(sizes.get(unit_id, 0) for unit_id in inside)
        if n >= SMALLEST_GROUP:
            found.append(Group(inside, n, ()))
    return found


def test_no_set_of_fewer_than_k_people_is_recovered_from_random_organisations() -> None:
    dice = random.Random(5)  # noqa: S311 (the same organisations every time)
    figures = 0
    for _ in range(300):
        units, sizes = random_organisation(dice)
        ballots = random_ballots(dice, sizes)
        k = dice.choice([5, 5, 5, 6, 8])
        groups = tally(ballots, units=units, items=ITEMS, week_on=MONDAY, k=k, asked=[unit.id for unit in units])
        figures += sum(len(released(groups, ballots, item.id)) for item in ITEMS)
        assert not recovered_anywhere(groups, ballots, k)
    assert figures > 5000


def test_the_audit_finds_what_figures_for_nested_units_give_away() -> None:
    dice = random.Random(5)  # noqa: S311 (the same organisations every time)
    leaks = 0
    for _ in range(100):
        units, sizes = random_organisation(dice)
        people = [unit_id for unit_id, size in sizes.items() for _ in range(size)]
        figures: list[Figure] = [
            {(number, "now"): 1 for number, unit_id in enumerate(people) if unit_id in group.units}
            for group in nested(units, sizes)
        ]
        leaks += smallest_recovered(figures, below=SMALLEST_GROUP) is not None
    assert leaks > 50


def test_the_audit_finds_a_difference_of_one_person_and_of_none() -> None:
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
