"""The cycle is told from one stage alone, from everything at once, and from quiet."""

import numpy as np

from analysis.detection.cycle import Kind, State, follow, watch
from analysis.detection.thresholds import thresholds
from analysis.stages import WHEEL, Stage
from analysis.synthetic import Planted, Team, larkspur, simulate
from tests.larkspur import counted

MANY = 40


def states(planted: dict[Stage, Planted], weeks: int, seed: int) -> list[State]:
    teams = [Team(f"t{index}", 10, 0.75, planted) for index in range(MANY)]
    return list(watch(simulate(teams, weeks, seed), units=[team.name for team in teams]).values())


def turning(first: Stage, size: float, lag: int = 2, onset: int = 14) -> dict[Stage, Planted]:
    at = first.position
    return {WHEEL[(at + step) % 7]: Planted(onset + lag * step, size) for step in range(5)}


def test_the_cycle_is_called_wherever_it_begins() -> None:
    for first in (Stage.TARGETS, Stage.TRUST, Stage.FRICTION):
        found = [state for state in states(turning(first, 1.2), 28, seed=21) if state.kind is Kind.CYCLE]
        assert len(found) >= 0.9 * MANY
        began = [state.turned[0].stage for state in found]
        # A rotating first stage is seen only every fourth week, so its neighbours may seem to begin.
        assert sum(stage in {first, first.next, first.previous} for stage in began) >= 0.85 * len(found)


def test_what_a_cycle_says() -> None:
    state = next(state for state in states(turning(Stage.TRUST, 1.4), 28, seed=22) if state.kind is Kind.CYCLE)
    stages = [drift.stage for drift in state.turned]
    since = [drift.since for drift in state.turned if drift.since]
    assert len(stages) == len(set(stages)) >= 2
    assert since == sorted(since)
    assert state.since == since[0]
    assert state.stage is stages[0]
    assert state.called is not None
    assert state.called >= state.since
    assert state.strength > 0
    assert state.confirm[0].size > 0
    assert all(sign.size < 0 for sign in state.refute)


def test_one_stage_alone_is_no_cycle_however_strong() -> None:
    for stage in WHEEL:
        kinds = [state.kind for state in states({stage: Planted(14, 1.5)}, 34, seed=23)]
        assert sum(kind is Kind.CYCLE for kind in kinds) <= 0.1 * MANY


def test_everything_at_once_is_no_cycle() -> None:
    for size in (0.7, 1.2):
        kinds = [state.kind for state in states({stage: Planted(14, size) for stage in WHEEL}, 26, seed=24)]
        assert sum(kind is Kind.CYCLE for kind in kinds) <= 0.1 * MANY
        assert sum(kind in {Kind.DRIFT, Kind.WATCHING} for kind in kinds) >= 0.6 * MANY


def test_the_wrong_order_is_weaker_than_the_right_one() -> None:
    order = [Stage.TRUST, Stage.CANDOR, Stage.OVERLAY, Stage.FRICTION]
    weak, strong = (
        sum(
            state.kind is Kind.CYCLE
            for state in states({stage: Planted(14 + 4 * at, 1.0) for at, stage in enumerate(line)}, 30, seed=25)
        )
        for line in (order[::-1], order)
    )
    assert weak < strong


def test_replaying_a_week_gives_what_was_known_then() -> None:
    record = counted(larkspur(3))
    for index in (4, 11, 19):
        week = record.weeks[index]
        then = record.up_to(week)
        assert watch(record, as_of=week) == watch(then)
        np.testing.assert_allclose(follow(then).cycle, follow(record).cycle[:, : index + 1], atol=1e-6)


def test_a_region_can_be_watched() -> None:
    record = counted(larkspur(7))
    assert watch(record, units=["larkspur-systems"])["larkspur-systems"].week == record.weeks[-1]


def test_the_thresholds_are_in_order() -> None:
    limits = thresholds()
    assert 0 < limits.watch < limits.drift
    assert limits.cycle > 0
