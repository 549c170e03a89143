"""The arithmetic of the count, against a plain recount by hand."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.change import LAG_WEEKS, change
from analysis.figures import Unit
from surveys.ballots.sealed import Ballot, Diary
from surveys.bank.items import Item, default_bank
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.counting.tally import SMALLEST_COMMENT_UNIT, Group, Tally, comment_units, tally
from tests.company import MONDAY

BANK = default_bank()
# The items of the week, and one that is reversed.
ITEMS = [*BANK.for_week(MONDAY.toordinal() // 7), BANK["friction_approvals"]]
UNITS = [
    Unit("c", "C"),
    Unit("c/n", "North", "c"),
    Unit("c/n/a", "Alpha", "c/n"),
    Unit("c/n/b", "Beta", "c/n"),
    Unit("c/s", "South", "c"),
    Unit("c/s/d", "Delta", "c/s"),
]
TEAMS = ["c/n/a", "c/n/b", "c/s/d"]


def value(item: Item) -> st.SearchStrategy[float]:
    return st.floats(0, 60) if item.in_hours else st.integers(1, 5).map(float)


answers = st.fixed_dictionaries({}, optional={item.id: value(item) for item in ITEMS})
diaries = st.lists(st.tuples(st.integers(1, 12), answers), max_size=3, unique_by=lambda entry: entry[0]).map(
    lambda entries: Diary(tuple(sorted((MONDAY - timedelta(weeks=ago), found) for ago, found in entries)))
)
boxes = st.lists(
    st.tuples(
        st.builds(
            Ballot,
            unit_id=st.sampled_from(TEAMS),
            answers=answers,
            comment=st.just(""),
            quotable=st.booleans(),
            diary_keys=st.just(()),
        ),
        diaries,
    ),
    max_size=25,
)
Box = list[tuple[Ballot, Diary]]


def counted(box: Box, *, k: int = SMALLEST_GROUP, asked: tuple[str, ...] = ()) -> list[Group]:
    return tally(box, units=UNITS, items=ITEMS, week_on=MONDAY, k=k, asked=asked)


def ballot(unit_id: str = "c/n/a", **given: float) -> tuple[Ballot, Diary]:
    return Ballot(unit_id, given, "", quotable=True, diary_keys=()), Diary()


def found_in(group: Group, item_id: str) -> Tally | None:
    return next((tallied for tallied in group.tallies if tallied.item.id == item_id), None)


def by_hand(item: Item, answer: float) -> float:
    if item.in_hours:
        return min(range(61), key=lambda hour: (abs(hour - answer), hour % 2))
    return 6 - answer if item.reversed else answer


@given(boxes)
def test_every_figure_is_what_one_counts_by_hand(box: Box) -> None:
    groups = counted(box)
    assert sum(group.answered for group in groups) == (len(box) if len(box) >= SMALLEST_GROUP else 0)
    for group in groups:
        inside = [pair for pair in box if pair[0].unit_id in group.units]
        assert group.answered == len(inside) >= SMALLEST_GROUP
        for item in ITEMS:
            here = [
                (by_hand(item, given.answers[item.id]), diary)
                for given, diary in inside
                if item.id in given.answers
            ]
            tallied = found_in(group, item.id)
            assert (tallied is not None) == (len(here) >= SMALLEST_GROUP)
            if tallied is None:
                continue
            assert tallied.level.n == len(here)
            assert tallied.level.total == sum(now for now, _ in here)
            assert tallied.level.squares == sum(now * now for now, _ in here)
            old_enough = [
                now
                for now, diary in here
                if any(ago >= LAG_WEEKS for ago, _ in diary.earlier(item.id, week=MONDAY))
            ]
            assert (tallied.change is not None) == (len(old_enough) >= SMALLEST_GROUP)


@given(boxes, st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing_to_the_last_digit(box: Box, dice: random.Random) -> None:
    shuffled = list(box)
    dice.shuffle(shuffled)
    assert counted(shuffled) == counted(box)


def test_the_mean_and_spread_are_those_of_the_answers() -> None:
    hours = [0.0, 2.0, 7.0, 12.0, 40.0]
    (group,) = counted([ballot(overlay_hours=each) for each in hours])
    tallied = found_in(group, "overlay_hours")
    assert tallied is not None
    assert tallied.level.mean == pytest.approx(12.2)
    assert tallied.level.spread == pytest.approx(stdev(hours))


def test_the_one_who_counts_in_half_hours_is_not_recognised() -> None:
    (group,) = counted([ballot(overlay_hours=each) for each in [2.0, 3.0, 4.0, 5.0, 6.5]])
    tallied = found_in(group, "overlay_hours")
    assert tallied is not None
    assert tallied.level.total == 20.0


def test_an_item_answered_by_fewer_than_k_is_withheld_and_the_others_are_not() -> None:
    box = [ballot(trust_rules=3.0, overlay_hours=2.0) for _ in range(4)] + [ballot(trust_rules=5.0)]
    (group,) = counted(box)
    assert found_in(group, "overlay_hours") is None
    tallied = found_in(group, "trust_rules")
    assert tallied is not None
    assert tallied.level.n == 5


def with_history(number: int, *, weeks_ago: int, now: float = 2.0, then: float = 4.0) -> Box:
    diary = Diary().with_entry(MONDAY - timedelta(weeks=weeks_ago), {"trust_rules": then, "overlay_hours": then})
    return [(ballot(trust_rules=now, overlay_hours=now + 30)[0], diary) for _ in range(number)]


@pytest.mark.parametrize(
    ("old_enough", "too_young", "released"),
    [(5, 0, True), (5, 3, True), (4, 6, False), (0, 9, False)],
)
def test_a_change_needs_k_people_with_answers_that_are_old_enough(
    old_enough: int, too_young: int, released: bool
) -> None:
    box = with_history(old_enough, weeks_ago=LAG_WEEKS) + with_history(too_young, weeks_ago=LAG_WEEKS - 1)
    (group,) = counted(box)
    tallied = found_in(group, "trust_rules")
    assert tallied is not None
    assert tallied.level.n == old_enough + too_young
    assert (tallied.change is not None) is released
    if tallied.change:
        assert tallied.change.n == old_enough
        assert tallied.change.mean == pytest.approx(-2.0)


def test_a_change_is_what_the_analysis_says_it_is() -> None:
    entries = ((12, 1.0), (8, 4.0), (6, 5.0), (2, 1.0))
    diary = Diary(tuple((MONDAY - timedelta(weeks=ago), {"trust_rules": then}) for ago, then in entries))
    (group,) = counted([(ballot(trust_rules=2.0)[0], diary) for _ in range(5)])
    tallied = found_in(group, "trust_rules")
    assert tallied is not None
    assert tallied.change is not None
    expected = change(2.0, list(entries))
    assert expected is not None
    # 2 less the mean of 1, 4 and 5 is -1.33.
    assert tallied.change.mean == expected == -1.5


def test_a_change_is_capped_and_one_of_a_reversed_item_is_turned_round() -> None:
    (group,) = counted(with_history(5, weeks_ago=LAG_WEEKS, now=5.0, then=1.0))
    for item_id, most in (("overlay_hours", 10.0), ("trust_rules", 2.0)):
        capped = found_in(group, item_id)
        assert capped is not None
        assert capped.change is not None
        assert capped.change.mean == most
    diary = Diary().with_entry(MONDAY - timedelta(weeks=LAG_WEEKS), {"friction_approvals": 3.0})
    (group,) = counted([(ballot(friction_approvals=4.0)[0], diary) for _ in range(5)])
    turned = found_in(group, "friction_approvals")
    assert turned is not None
    assert turned.change is not None
    assert turned.change.mean == -1.0


@given(boxes)
def test_each_change_is_a_round_number_so_that_sums_have_no_telling_fraction(box: Box) -> None:
    for group in counted(box):
        for tallied in group.tallies:
            if tallied.change is None:
                continue
            step, most = (1.0, 10) if tallied.item.in_hours else (0.5, 2)
            assert tallied.change.total % step == 0
            assert abs(tallied.change.total) <= most * tallied.change.n


def test_a_team_that_was_asked_and_is_silent_is_counted_with_its_sibling() -> None:
    box = [ballot("c/n/a", trust_rules=3.0) for _ in range(6)]
    (group,) = counted(box, asked=("c/n/a", "c/n/b"))
    assert group.units == {"c/n/a", "c/n/b"}
    assert group.answered == 6
    (alone,) = counted(box, asked=("c/n/a",))
    assert alone.units == {"c/n/a"}


def test_a_unit_that_is_no_longer_in_the_tree_is_left_out() -> None:
    box = [ballot("c/n/a", trust_rules=3.0) for _ in range(6)] + [ballot("gone", trust_rules=1.0)] * 6
    (group,) = counted(box)
    assert group.answered == 6


def test_k_can_be_raised_and_not_lowered() -> None:
    box = [ballot("c/n/a", trust_rules=3.0) for _ in range(6)] + [ballot("c/n/b", trust_rules=3.0)] * 7
    assert len(counted(box)) == 2
    (merged,) = counted(box, k=7)
    assert merged.answered == 13
    with pytest.raises(ValueError, match="the smallest that is released has 5"):
        counted(box, k=4)


@pytest.mark.parametrize(
    ("answered", "homes"),
    [
        ({"c/n/a": 10, "c/n/b": 10}, {"c/n/a": "c/n/a", "c/n/b": "c/n/b"}),
        ({"c/n/a": 6, "c/n/b": 7}, {"c/n/a": "c/n", "c/n/b": "c/n"}),
        # If Alpha's comments stayed with Alpha, those of the region would be the three of Beta.
        ({"c/n/a": 12, "c/n/b": 3}, {"c/n/a": "c/n", "c/n/b": "c/n"}),
        ({"c/n/a": 6, "c/n/b": 7, "c/s/d": 4}, dict.fromkeys(TEAMS, "c")),
        ({"c/n/a": 12, "c/n/b": 6, "c/n": 5}, {"c/n/a": "c/n/a", "c/n/b": "c/n", "c/n": "c/n"}),
        ({"c/n/a": 5, "c/s/d": 4}, {}),
        ({}, {}),
    ],
)
def test_comments_stay_with_the_lowest_unit_that_holds_ten_people_of_its_own(
    answered: dict[str, int], homes: dict[str, str]
) -> None:
    assert comment_units(answered, UNITS) == homes


@given(st.dictionaries(st.sampled_from([unit.id for unit in UNITS]), st.integers(1, 25)))
def test_behind_the_comments_of_every_unit_stand_ten_people(
    answered: dict[str, int],
) -> None:
    homes = comment_units(answered, UNITS)
    behind = Counter[str]()
    for unit_id, home in homes.items():
        assert unit_id == home or unit_id.startswith(f"{home}/")
        behind[home] += answered[unit_id]
    assert all(number >= SMALLEST_COMMENT_UNIT for number in behind.values())
    if sum(answered.values()) >= SMALLEST_COMMENT_UNIT:
        assert set(homes) == set(answered)
