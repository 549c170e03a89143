"""A record finds its way in the org tree and among its figures, and works each thing out once."""

from datetime import date, timedelta

import pytest

from analysis.figures import Figure, Record, Scale, Share, Sums, Turnout, Unit
from analysis.stages import Stage

FIRST = date(2026, 1, 5)
UNITS = [
    Unit("c", "Company"),
    Unit("n", "North", "c"),
    Unit("n1", "North 1", "n"),
    Unit("n2", "North 2", "n"),
    Unit("s", "South", "c"),
]


def figure(week: int, *units: str, stage: Stage = Stage.TRUST) -> Figure:
    return Figure(
        FIRST + timedelta(weeks=week), frozenset(units), stage, Scale.AGREEMENT, Sums.of([1, 2, 3, 4, 5])
    )


FIGURES = [figure(0, "n1"), figure(0, "s"), figure(0, "s", stage=Stage.FRICTION), figure(1, "n1", "n2")]


def test_what_lies_below_a_unit() -> None:
    record = Record(UNITS, FIGURES)
    assert record.below("c") == {"c", "n", "n1", "n2", "s"}
    assert record.below("n") == {"n", "n1", "n2"}
    assert record.below("n2") == {"n2"}
    assert record.below("unheard of") == {"unheard of"}


def test_a_parent_may_lie_outside_of_what_the_asker_sees() -> None:
    record = Record([unit for unit in UNITS if unit.id in {"n1", "n2"}], FIGURES)
    assert record.below("n") == {"n", "n1", "n2"}
    assert record.parents["n1"] == "n"
    assert "n" not in record.names


def test_figures_about_units_come_once_each_and_in_order() -> None:
    record = Record(UNITS, FIGURES)
    assert record.about(frozenset({"n1", "n2"}), Stage.TRUST) == [FIGURES[0], FIGURES[3]]
    assert record.about(frozenset({"s"}), Stage.FRICTION) == [FIGURES[2]]
    assert record.about(frozenset({"s"}), Stage.CANDOR) == []


def test_weeks_with_a_release_are_known_without_a_figure() -> None:
    alone = Turnout(FIRST + timedelta(weeks=4), frozenset({"n1"}), 6, 3)
    record = Record(UNITS, FIGURES, [alone])
    assert list(record.weeks) == [FIRST, FIRST + timedelta(weeks=1), FIRST + timedelta(weeks=4)]
    assert list(record.up_to(FIRST).weeks) == [FIRST]


def test_what_is_worked_out_from_a_record_is_kept_with_it_alone() -> None:
    made: list[Record] = []

    def count(record: Record) -> int:
        made.append(record)
        return len(record.figures)

    record = Record(UNITS, FIGURES)
    assert [record.once(count), record.once(count)] == [4, 4]
    earlier = record.up_to(FIRST)
    assert earlier.once(count) == 3
    assert made == [record, earlier]


def share(week: int, *units: str, code: str, named: int, n: int = 6) -> Share:
    return Share(FIRST + timedelta(weeks=week), frozenset(units), Stage.OVERLAY, "hours", code, named, n, 3.0)


def test_what_people_named_adds_up_over_groups_and_weeks_of_a_unit() -> None:
    shares = [
        *(share(0, "n1", code=code, named=named) for code, named in (("desk", 4), ("sales", 1))),
        *(share(0, "n2", code=code, named=named, n=5) for code, named in (("desk", 1), ("sales", 3))),
        share(1, "n1", code="sales", named=4),
        *(share(2, *units, code="desk", named=5) for units in (("n2",), ("n1", "s"))),
    ]
    record = Record(UNITS, FIGURES, shares=shares)
    then = FIRST + timedelta(weeks=2)
    found = record.shares_of("n", Stage.OVERLAY, week=FIRST)
    assert [(one.code, one.named, one.n, one.units) for one in found] == [
        ("desk", 5, 11, {"n1", "n2"}),
        ("sales", 4, 11, {"n1", "n2"}),
    ]
    assert found[0].noise == pytest.approx(3 * 2**0.5)
    # In the last week a group reaches out of the north, which is then known of the company alone.
    assert record.shares_of("n", Stage.OVERLAY, week=then) == []
    longer = record.shares_of("n", Stage.OVERLAY, week=then, weeks=3)
    assert [(one.code, one.named, one.n) for one in longer] == [("sales", 8, 17), ("desk", 5, 11)]
    assert [one.named for one in record.shares_of("n1", Stage.OVERLAY, week=then)] == [5]
    assert record.shares_of("c", Stage.OVERLAY, week=then)[0].named == 10
    assert record.shares_of("n", Stage.FRICTION, week=FIRST) == []
    assert record.up_to(FIRST).shares_of("n", Stage.OVERLAY, week=then) == []
