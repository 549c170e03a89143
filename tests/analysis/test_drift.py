"""Drift of one stage: found where planted, since when, how large; and quiet where nothing is."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.detection.cycle import Kind, State, follow, watch
from analysis.detection.drift import Verdict, holding
from analysis.detection.thresholds import thresholds
from analysis.figures import Figure, Record, Sums
from analysis.stages import Stage
from analysis.synthetic import Planted, Team, simulate
from tests.bench.released import as_released

MANY = 40


def states(
    planted: dict[Stage, Planted], weeks: int, seed: int, number: int = MANY, size: int = 10
) -> list[State]:
    teams = [Team(f"t{index}", size, 0.75, planted) for index in range(number)]
    return list(watch(simulate(teams, weeks, seed), units=[team.name for team in teams]).values())


@pytest.mark.parametrize("stage", [Stage.TRUST, Stage.OVERLAY, Stage.FRICTION])
def test_a_step_of_one_sd_is_called_within_eight_weeks(stage: Stage) -> None:
    found = [state.stages[stage] for state in states({stage: Planted(20, 1.0)}, 28, seed=8)]
    called = [drift for drift in found if drift.verdict is Verdict.DRIFT]
    assert len(called) >= 0.85 * MANY
    assert np.median([drift.weeks_ago or 0 for drift in called]) == pytest.approx(7, abs=1)
    assert np.median([drift.size for drift in called]) == pytest.approx(1.0, abs=0.3)
    worse = 1 if stage is Stage.OVERLAY else -1
    assert all(drift.own * worse > 0 for drift in called)
    assert all(drift.n >= 5 for drift in called)


def test_a_rotating_stage_drifts_too() -> None:
    found = [state.stages[Stage.CANDOR] for state in states({Stage.CANDOR: Planted(20, 1.5)}, 34, seed=9)]
    assert sum(drift.verdict is Verdict.DRIFT for drift in found) >= 0.6 * MANY


def test_a_healthy_team_is_steady() -> None:
    kinds = [state.kind for state in states({}, 30, seed=10)]
    assert sum(kind in {Kind.DRIFT, Kind.CYCLE} for kind in kinds) <= 3
    assert sum(kind is Kind.STEADY for kind in kinds) >= 0.75 * MANY


def test_not_enough_evidence_at_first() -> None:
    assert {state.kind for state in states({}, 5, seed=11, number=5)} == {Kind.NOT_ENOUGH_EVIDENCE}
    assert watch(Record([], [])) == {}


def test_too_few_answers_are_not_enough_evidence() -> None:
    found = states({}, 20, seed=12, number=5, size=4)
    assert {state.kind for state in found} == {Kind.NOT_ENOUGH_EVIDENCE}


def test_one_bad_week_is_no_drift() -> None:
    bad = {stage: Planted(20, 2.0, until=21) for stage in Stage}
    for weeks in (21, 22, 24):
        kinds = [state.kind for state in states(bad, weeks, seed=13)]
        assert sum(kind in {Kind.DRIFT, Kind.CYCLE} for kind in kinds) <= 0.1 * MANY


def test_recovering_after_a_drift() -> None:
    found = [state.stages[Stage.TRUST] for state in states({Stage.TRUST: Planted(12, 1.3, until=22)}, 30, seed=14)]
    assert sum(drift.verdict is Verdict.RECOVERING for drift in found) >= 0.7 * MANY
    assert sum(drift.verdict is Verdict.DRIFT for drift in found) <= 0.1 * MANY


def test_found_on_the_raw_level_where_change_is_withheld() -> None:
    teams = [Team(f"t{index}", 10, 0.75, {Stage.TRUST: Planted(20, 1.5)}) for index in range(MANY)]
    record = simulate(teams, 28, seed=15)
    bare = Record(record.units, [replace(figure, change=None) for figure in record.figures])
    found = watch(bare, units=[team.name for team in teams])
    assert sum(state.stages[Stage.TRUST].verdict is Verdict.DRIFT for state in found.values()) >= 0.75 * MANY


def test_noise_on_raw_levels_raises_no_alarms_of_its_own() -> None:
    teams = [Team(f"t{index}", 9, 0.75) for index in range(60)]
    noised = as_released(simulate(teams, 40, seed=15))
    bare = Record(noised.units, [replace(figure, change=None) for figure in noised.figures])
    untold = Record(noised.units, [replace(figure, level_noise=0.0) for figure in bare.figures])

    def alarmed(record: Record) -> int:
        paths = follow(record, units=[team.name for team in teams])
        return int((paths.drift.max(axis=(1, 2)) >= thresholds().drift).sum())

    assert alarmed(bare) <= 0.15 * len(teams)
    assert alarmed(untold) > alarmed(bare) + 4


def test_weeks_merged_with_another_team_are_no_evidence() -> None:
    record = simulate([Team("a", 10, 0.75, {Stage.TRUST: Planted(20, 2.0)}), Team("b", 10)], 28, seed=16)
    both = frozenset({"a", "b"})
    merged = [
        replace(figure, units=both) if figure.week >= record.weeks[20] else figure for figure in record.figures
    ]
    assert watch(record)["a"].stages[Stage.TRUST].verdict is Verdict.DRIFT
    assert watch(Record(record.units, merged))["a"].stages[Stage.TRUST].verdict is not Verdict.DRIFT


def test_hours_gone_wild_in_one_week_do_not_alarm() -> None:
    record = simulate([Team(f"t{index}", 8) for index in range(10)], 24, seed=17)
    wild = Sums.of([60.0] * 6)

    def spoil(figure: Figure) -> Figure:
        if figure.stage is Stage.OVERLAY and figure.week == record.weeks[22]:
            return replace(figure, level=wild, change=Sums.of([10.0] * 6))
        return figure

    found = watch(Record(record.units, [spoil(figure) for figure in record.figures]))
    assert all(state.stages[Stage.OVERLAY].verdict is not Verdict.DRIFT for state in found.values())


def test_what_would_be_noticed_shrinks_with_more_answers() -> None:
    small, large = (
        np.mean([state.notices or 9 for state in states({}, 30, seed=18, number=10, size=size)])
        for size in (7, 14)
    )
    assert large < small < 1.5


@pytest.mark.parametrize("rate", [0.6, 0.8])
def test_what_is_said_to_be_noticed_is_noticed_in_half_of_the_cases(rate: float) -> None:
    def teams(size: float) -> list[Team]:
        planted = {Stage.TRUST: Planted(24, size)}
        return [Team(f"t{index}", 10, rate, planted) for index in range(MANY)]

    calm = watch(simulate(teams(0.0), 24, seed=19), units=[team.name for team in teams(0.0)])
    told = [state.stages[Stage.TRUST].notices for state in calm.values()]
    size = float(np.median([value for value in told if value is not None]))
    changed = watch(simulate(teams(size), 24 + 6, seed=19), units=[team.name for team in teams(size)])
    found = sum(state.stages[Stage.TRUST].verdict is Verdict.DRIFT for state in changed.values())
    assert 0.35 * MANY <= found <= 0.8 * MANY


def test_who_watches_is_told_how_many_more_weeks_are_needed() -> None:
    found = states({Stage.TRUST: Planted(20, 0.6)}, 23, seed=20, number=80)
    waiting = [state for state in found if state.kind is Kind.WATCHING and state.stage is Stage.TRUST]
    needed = [state.needed for state in waiting if state.needed]
    assert len(needed) >= 8
    later = states({Stage.TRUST: Planted(20, 0.6)}, 23 + round(float(np.median(needed))) + 1, seed=20, number=80)
    names = {state.unit_id for state in waiting if state.needed}
    called = sum(state.stages[Stage.TRUST].verdict is Verdict.DRIFT for state in later if state.unit_id in names)
    assert called >= 0.4 * len(needed)
    assert all(state.needed is None for state in found if state.kind is not Kind.WATCHING)


def test_an_alarm_stands_until_its_evidence_is_gone() -> None:
    evidence = np.array([[0.0, 3.0, 5.0, 3.0, 1.0, 3.0]])
    assert holding(evidence, 4.0, 2.0).tolist() == [[-1, -1, 2, 2, -1, -1]]
