"""Noise on released sums: drawn exactly, kept to its budget, and hiding what differences of sums would tell."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from math import exp, log, sqrt

import numpy as np
import opendp.prelude as dp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, chisquare

from analysis.change import LAG_WEEKS
from analysis.figures import Sums, Unit
from surveys.ballots.sealed import Ballot, Diary
from surveys.bank.items import default_bank
from surveys.counting.noise import (
    BLURRED,
    CHANGE_OF_HOURS,
    CHANGE_OF_POINTS,
    HOURS,
    POINTS,
    PRIOR_FREEDOM,
    Noise,
    cost,
    deviation,
    discrete_laplace,
    released,
)
from surveys.counting.tally import Group, Tally, tally
from tests.bench.released import noise_of
from tests.company import MONDAY

dp.enable_features("contrib")
ITEMS = default_bank().for_week(0)
TRUST, OVERLAY = ITEMS[0], ITEMS[1]
UNITS = [Unit("c", "C"), *(Unit(f"c/{name}", name, "c") for name in "abcd")]
TEAMS = [unit.id for unit in UNITS[1:]]
SCALES = [Fraction(1, 2), Fraction(7, 3), Fraction(12)]
DRAWS = 20_000
# A sound sampler fails a test at this level once in a million runs.
NEVER = 1e-6


def silent(scale: Fraction) -> int:
    del scale
    return 0


def chance(value: int, scale: Fraction) -> float:
    """The closed form of the discrete Laplace distribution."""
    rest = exp(-1 / scale)
    return (1 - rest) / (1 + rest) * rest ** abs(value)


def in_bins(draws: list[int], edge: int) -> list[int]:
    """How often each value came, everything from `edge` outwards together."""
    found = Counter(max(-edge, min(edge, draw)) for draw in draws)
    return [found[value] for value in range(-edge, edge + 1)]


def expected(scale: Fraction, edge: int) -> list[float]:
    inner = [chance(value, scale) for value in range(1 - edge, edge)]
    return [DRAWS * share for share in ((1 - sum(inner)) / 2, *inner, (1 - sum(inner)) / 2)]


def edge_of(scale: Fraction) -> int:
    """So far out that a hundred draws are left."""
    return max(1, int(float(scale) * log(DRAWS / 200)))


def opendp_noise(scale: Fraction) -> dp.Measurement:
    return dp.m.make_laplace(dp.atom_domain(T=int), dp.absolute_distance(T=int), scale=float(scale))


@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_noise_is_distributed_as_the_formula_and_as_opendp_say(scale: Fraction) -> None:
    edge = edge_of(scale)
    draw, theirs = noise_of(3), opendp_noise(scale)
    ours = in_bins([draw(scale) for _ in range(DRAWS)], edge)
    others = in_bins([theirs(0) for _ in range(DRAWS)], edge)
    assert chisquare(ours, expected(scale, edge)).pvalue > NEVER
    assert chisquare(others, expected(scale, edge)).pvalue > NEVER
    assert chi2_contingency([ours, others]).pvalue > NEVER
    # And the test would find noise that is a tenth too narrow.
    narrow = [draw(scale * Fraction(9, 10)) for _ in range(DRAWS)]
    assert chisquare(in_bins(narrow, edge), expected(scale, edge)).pvalue < NEVER


@pytest.mark.parametrize("scale", SCALES, ids=str)
def test_the_deviation_is_that_of_the_formula(scale: Fraction) -> None:
    reach = int(60 * scale) + 60
    by_hand = sqrt(sum(chance(value, scale) * value**2 for value in range(-reach, reach + 1)))
    assert deviation(scale) == pytest.approx(by_hand)


def test_no_noise_is_none() -> None:
    assert {discrete_laplace(Fraction(0)) for _ in range(50)} == {0}
    assert deviation(Fraction(0)) == 0.0


def exact(values: dict[str, list[float]], changes: dict[str, list[float]] | None = None) -> list[Group]:
    """Groups by unit id, for the trust item."""
    moved = changes or {}
    return [
        Group(
            frozenset({unit}),
            len(given),
            (Tally(TRUST, Sums.of(given), Sums.of(moved[unit]) if unit in moved else None),),
        )
        for unit, given in values.items()
    ]


THREE = {"a": [5.0] * 5, "b": [1.0, 2.0, 3.0, 4.0, 5.0, 3.0], "c": [4.0, 4.0, 4.0, 4.0, 5.0, 3.0, 4.0, 2.0]}
MOVED = {"a": [0.5] * 5, "b": [-2.0, 1.0, 0.0, 0.5, 0.5, 0.0]}


def only(group: Group) -> Tally:
    (found,) = group.tallies
    return found


def test_levels_get_noise_and_changes_stay_exact() -> None:
    groups = exact(THREE, MOVED)
    totals = set()
    for seed in range(40):
        found = released(groups, BLURRED, noise_of(seed))
        assert [(group.units, group.answered) for group in found] == [
            (group.units, group.answered) for group in groups
        ]
        for before, after in zip(map(only, groups), map(only, found), strict=True):
            assert after.item is before.item
            assert after.level.n == before.level.n
            assert after.level_noise == deviation(BLURRED.points) > 2
            assert after.change_noise == 0.0
            assert (after.change is None) == (before.change is None)
            if before.change and after.change:
                assert (after.change.n, after.change.total) == (before.change.n, before.change.total)
        totals.add(tuple(only(group).level.total for group in found))
    assert len(totals) > 30


def test_every_level_has_noise_of_its_own_from_the_operating_system() -> None:
    groups = exact({f"{number}": [3.0] * 200 for number in range(40)})
    first, second = (released(groups, BLURRED) for _ in range(2))
    assert len({only(group).level.total for group in first}) > 5
    # The same in all forty by chance: once in 10^30.
    assert [only(group).level.total for group in first] != [only(group).level.total for group in second]


def test_a_total_stays_within_what_the_answers_can_come_to() -> None:
    low, high = exact({"a": [1.0] * 5})[0], exact({"a": [5.0] * 5})[0]
    for number in (-90, 90):
        for group in (low, high):
            (found,) = released([group], BLURRED, lambda scale, number=number: number)
            assert only(found).level.total == (5.0 if number < 0 else 25.0)
    hours = Group(frozenset({"a"}), 5, (Tally(OVERLAY, Sums.of([0.0] * 5), None),))
    (found,) = released([hours], BLURRED, lambda scale: -90)
    assert only(found).level.total == 0.0


def test_the_widest_change_leaves_open_what_each_one_did() -> None:
    for moved, shown in (
        ([2.0] * 5, 7.5),
        ([2.0, 2.0, 2.0, 2.0, -0.5], 7.5),
        ([-2.0] * 6, -9.0),
        ([1.5] * 5, 7.5),
    ):
        (found,) = released(exact({"a": [3.0] * len(moved)}, {"a": moved}), BLURRED, silent)
        change = only(found).change
        assert change is not None
        assert change.total == shown


def test_the_spread_is_that_of_all_groups_together() -> None:
    found = released(exact(THREE), BLURRED, silent)
    squares = round(sum(Sums.of(given).spread ** 2 * (len(given) - 1) for given in THREE.values()))
    freedom = sum(len(given) - 1 for given in THREE.values())
    pooled = (squares + PRIOR_FREEDOM) / (freedom + PRIOR_FREEDOM)
    assert [only(group).level.spread ** 2 for group in found] == [pytest.approx(pooled)] * 3


@given(
    st.lists(st.lists(st.integers(1, 5).map(float), min_size=5, max_size=9), min_size=1, max_size=4),
    st.integers(0, 99),
)
def test_no_group_shows_that_it_is_of_one_mind(answers: list[list[float]], seed: int) -> None:
    groups = exact({f"{number}": given for number, given in enumerate(answers)})
    found = released(groups, BLURRED, noise_of(seed))
    spreads = {round(only(group).level.spread, 9) for group in found}
    assert len(spreads) == 1
    assert spreads.pop() > 0.3
    # No fraction tells the remainders of the exact totals.
    freedom = sum(len(given) - 1 for given in answers)
    squares = only(found[0]).level.spread ** 2 * (freedom + PRIOR_FREEDOM)
    assert squares == pytest.approx(round(squares))


STRICT = Noise.within(8.0)
PARTS = [
    (POINTS, STRICT.points, 1),
    (HOURS, STRICT.hours, 1),
    (CHANGE_OF_POINTS, STRICT.change_of_points, Fraction(1, 2)),
    (CHANGE_OF_HOURS, STRICT.change_of_hours, 1),
]


@pytest.mark.parametrize("budget", [0.1, 1.0, 8.0, 33.3])
def test_opendp_finds_the_budget_that_was_asked_for(budget: float) -> None:
    noise = Noise.within(budget)
    for level, change, on_level, on_change in (
        (POINTS, CHANGE_OF_POINTS, noise.points, noise.change_of_points),
        (HOURS, CHANGE_OF_HOURS, noise.hours, noise.change_of_hours),
    ):
        epsilon = sum(
            opendp_noise(times * scale / part.step).map(int(part.reach / part.step))
            for part, scale in ((level, on_level), (change, on_change))
            for times in (Fraction(1), noise.company)
        )
        assert 4 * epsilon == pytest.approx(budget, rel=1e-9)
    assert noise.spread_of_points is None
    assert noise.spread_of_hours is None


def lost(first: list[Group], second: list[Group], noise: Noise) -> Fraction:
    """By how much, as a logarithm, the noise that hides the one box behind the other's sums can be less likely."""
    loss = Fraction(0)
    for one, other in zip(first, second, strict=True):
        for before, after in zip(one.tallies, other.tallies, strict=True):
            hours = before.item.in_hours
            level = noise.hours if hours else noise.points
            change = noise.change_of_hours if hours else noise.change_of_points
            for scale, here, there in ((level, before.level, after.level), (change, before.change, after.change)):
                assert (here is None) == (there is None)
                if here and there:
                    # Once in the group's sum, once in the company's; nobody is in two groups.
                    moved = abs(Fraction(there.total - here.total))
                    loss += moved / scale + moved / (noise.company * scale)
    return loss


def in_box(unit_id: str, then: dict[str, float], now: dict[str, float]) -> tuple[Ballot, Diary]:
    diary = Diary().with_entry(MONDAY - timedelta(weeks=LAG_WEEKS), then)
    return Ballot(unit_id, now, "", quotable=False, diary_keys=()), diary


def counted(box: list[tuple[Ballot, Diary]]) -> list[Group]:
    return tally(box, units=UNITS, items=[TRUST, OVERLAY], week_on=MONDAY, k=5)


answers = st.fixed_dictionaries(
    {TRUST.id: st.integers(1, 5).map(float), OVERLAY.id: st.integers(0, 60).map(float)}
)


@given(st.lists(st.tuples(st.sampled_from(TEAMS), answers, answers), min_size=6, max_size=20), answers, answers)
def test_whatever_one_person_answered_a_release_tells_no_more_than_the_budget(
    people: list[tuple[str, dict[str, float], dict[str, float]]], then: dict[str, float], now: dict[str, float]
) -> None:
    box = [in_box(*person) for person in people]
    replaced = [in_box(people[0][0], then, now), *box[1:]]
    assert lost(counted(box), counted(replaced), Noise.within(8.0, items=2)) <= 8


def test_somebody_who_turns_round_in_everything_uses_the_whole_budget() -> None:
    middle = {TRUST.id: 3.0, OVERLAY.id: 30.0}
    others = [in_box("c/a", middle, middle)] * 5
    low, high = ({TRUST.id: trust, OVERLAY.id: hours} for trust, hours in ((1.0, 0.0), (5.0, 60.0)))
    boxes = [[in_box("c/a", middle, now), *others] for now in (low, high)]
    first, second = map(counted, boxes)
    assert lost(first, second, Noise.within(8.0, items=2)) == 8


def test_every_sum_of_the_stricter_mode_has_noise_and_none_has_a_spread_of_its_own() -> None:
    asked: list[Fraction] = []

    def note(scale: Fraction) -> int:
        asked.append(scale)
        return 0

    found = released(exact(THREE, MOVED), STRICT, note)
    halves = STRICT.change_of_points / Fraction(1, 2)
    assert asked == [
        *[STRICT.points] * 3,
        STRICT.company * STRICT.points,
        *[halves] * 2,
        STRICT.company * halves,
    ]
    assert {round(only(group).level.spread, 9) for group in found} == {1.0}
    assert all(only(group).change_noise > 5 for group in found if only(group).change)
    assert only(found[2]).change_noise == 0.0


def test_groups_are_made_to_agree_with_the_company() -> None:
    values = {f"{number}": [3.0] * 4000 for number in range(8)}
    groups = exact(values, {unit: [0.0] * 4000 for unit in values})
    draw = noise_of(8)
    errors, whole, changes = [], [], []
    for _ in range(400):
        found = [only(group) for group in released(groups, STRICT, draw)]
        errors += [tallied.level.total - 12000 for tallied in found]
        whole.append(sum(tallied.level.total - 12000 for tallied in found))
        changes += [tallied.change.total for tallied in found if tallied.change]
    said = found[0].level_noise
    assert float(np.std(errors)) == pytest.approx(said, rel=0.05)
    assert said < deviation(STRICT.points)
    assert float(np.std(changes)) == pytest.approx(found[0].change_noise, rel=0.05)
    # What is known of the company is better than the groups' own noise added up, by as much as `cost` says.
    told = cost(STRICT, n=8, groups=8).company.points * 64
    assert float(np.std(whole)) == pytest.approx(told, rel=0.12)
    assert told < 0.8 * sqrt(8) * deviation(STRICT.points)


def test_what_noise_costs_is_said_plainly() -> None:
    usual = cost(BLURRED)
    assert usual.group.points == pytest.approx(deviation(BLURRED.points) / 8)
    assert usual.group.change_of_points == usual.group.change_of_hours == 0.0
    assert (usual.release, usual.quarter, usual.year) == (None, None, None)
    strict = cost(STRICT)
    assert (strict.release, strict.quarter, strict.year) == (8.0, 104.0, 416.0)
    assert strict.group.hours > strict.group.points > usual.group.points
    assert cost(Noise.within(16.0)).group.points == pytest.approx(strict.group.points / 2, rel=0.01)


def test_a_budget_is_above_nothing_and_for_so_many_items() -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Noise.within(0.0)
    groups = [Group(frozenset({"a"}), 5, tuple(Tally(item, Sums.of([3.0] * 5), None) for item in ITEMS))]
    released(groups, Noise.within(1.0, items=4))
    with pytest.raises(ValueError, match="4 items in a release; the budget is for 3"):
        released(groups, Noise.within(1.0, items=3))


def test_the_items_of_a_release_share_its_budget() -> None:
    assert BLURRED.of_release(5) is BLURRED
    five = STRICT.of_release(5)
    assert (five.budget, five.items) == (STRICT.budget, 5)
    assert five.points == STRICT.points * Fraction(5, 4)
    released([Group(frozenset({"a"}), 5, tuple(Tally(item, Sums.of([3.0] * 5), None) for item in ITEMS))], five)
