"""Effects of actions: what is found, what cannot be told, and how often an interval is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.answers import Withheld, answer
from analysis.effects import LEFT_OUT, Acted, Effect, Verdict, effect, effects, first_week, last_week
from analysis.figures import Record, Scale, Unit
from analysis.questions import Intent, Question
from analysis.stages import CORE, WHEEL, Stage
from analysis.synthetic import Planted, Team, simulate
from tests.bench.effects import (
    LOOK,
    ON,
    SIZE,
    acted_on_a_low,
    beside,
    better,
    company,
    coverage,
    difference_in_differences,
    estimates,
    ours,
    true_size,
)

WEEKS = 34


def teams(
    *, planted: dict[Stage, Planted] | None = None, others: int = 5, size: int = 12, weeks: int = WEEKS
) -> Record:
    made = [Team("a", size, 0.85, planted or {}), *(Team(f"t{number}", size, 0.85) for number in range(others))]
    return simulate(made, weeks, seed=4, asked=lambda _: CORE)


def found(
    record: Record, stage: Stage = Stage.TRUST, *, week: int = ON, weeks: int = LOOK, unit: str = "a"
) -> Effect:
    return effect(record, unit, stage, record.weeks[week], weeks=weeks)


# Weeks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "monday"),
    [
        (date(2026, 9, 7), date(2026, 9, 7)),
        (date(2026, 9, 8), date(2026, 9, 14)),
        (date(2026, 9, 13), date(2026, 9, 14)),
    ],
)
def test_week_in_which_it_was_done_counts_only_when_it_was_its_first_day(on: date, monday: date) -> None:
    assert first_week(on) == monday
    assert last_week(on, 4) == monday + timedelta(weeks=3)


# What is found ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [Stage.TRUST, Stage.OVERLAY])
def test_what_helped_is_better_and_what_harmed_worse_whatever_the_scale(stage: Stage) -> None:
    helped = found(teams(planted={stage: Planted(ON, -1.5)}), stage)
    harmed = found(teams(planted={stage: Planted(ON, 1.5)}), stage)
    assert (helped.verdict, harmed.verdict) == (Verdict.BETTER, Verdict.WORSE)
    assert helped.size == pytest.approx(1.4, abs=0.6)
    # Hours have no upper end as agreement has.
    assert harmed.size == pytest.approx(-1.7, abs=0.6)
    assert helped.own is not None
    assert helped.own_interval is not None
    # Fewer hours with overlays, more agreement.
    assert (helped.own < 0) == (helped.scale is Scale.HOURS_LOST)
    assert helped.own_interval[0] < helped.own < helped.own_interval[1]


def test_answers_after_and_units_compared_are_named() -> None:
    record = teams()
    seen = found(record)
    after = [figure for figure in record.about(frozenset({"a"}), Stage.TRUST) if figure.week >= record.weeks[ON]]
    assert seen.n == sum(figure.level.n for figure in after)
    assert set(seen.compared) == {f"t{number}" for number in range(5)}
    assert seen.weeks == LOOK


def test_what_all_teams_share_is_no_effect() -> None:
    everywhere = {Stage.TRUST: Planted(ON, -1.0)}
    made = [Team(f"t{number}", 12, 0.85, everywhere) for number in range(6)]
    record = simulate(made, WEEKS, seed=4, asked=lambda _: CORE)
    seen = found(record, unit="t0")
    assert seen.interval is not None
    assert seen.interval[0] < 0 < seen.interval[1]


def test_bad_weeks_just_before_are_no_part_of_the_baseline() -> None:
    low = {Stage.TRUST: Planted(ON - LEFT_OUT, 1.5, until=ON)}
    record = teams(planted=low)
    assert found(record).verdict is not Verdict.BETTER
    kept = effect(record, "a", Stage.TRUST, record.weeks[ON], weeks=LOOK, left_out=0)
    assert kept.size is not None
    assert kept.size > (found(record).size or 0.0) + 0.2


def test_later_weeks_change_nothing_but_the_scale() -> None:
    short, long = teams(), teams(weeks=WEEKS + 10)
    assert found(short).n == found(long).n
    assert found(short).size == pytest.approx(found(long).size or 0.0, abs=0.1)


# What cannot be told ----------------------------------------------------------------------------------------


def test_too_few_weeks_or_units_or_answers_and_nothing_is_said() -> None:
    record = teams()
    nothing = [
        found(record, week=LEFT_OUT + 1),  # hardly a week before
        found(record, week=WEEKS - 1),  # one week after
        found(teams(others=1)),
        found(teams(size=4)),
        found(record, Stage.CANDOR),
        effect(record, "company", Stage.TRUST, record.weeks[ON], weeks=LOOK),
        effect(record, "unknown", Stage.TRUST, record.weeks[ON], weeks=LOOK),
        effect(Record([], []), "a", Stage.TRUST, date(2026, 1, 5), weeks=LOOK),
    ]
    for seen in nothing:
        assert (seen.verdict, seen.size, seen.own_interval) == (Verdict.CANNOT_TELL, None, None)


def test_interval_wider_than_a_useful_effect_cannot_tell() -> None:
    seen = found(teams(size=8), week=12, weeks=2)
    assert seen.interval is not None
    assert seen.interval[0] < 0 < seen.interval[1]
    assert seen.interval[1] - seen.interval[0] > 1
    assert seen.verdict is Verdict.CANNOT_TELL


def test_stages_never_asked_are_left_out() -> None:
    record = teams()
    assert [seen.stage for seen in effects(record, "a", WHEEL, record.weeks[ON], weeks=4)] == list(CORE)


def test_units_beside_come_before_all_others() -> None:
    record = teams(others=6)
    near, far = ["t0", "t1"], ["t2", "t3", "t4", "t5"]
    regions = [Unit("company", "Company"), Unit("r", "R", "company"), Unit("s", "S", "company")]
    tree = [Unit(unit, unit, "r") for unit in ("a", *near)] + [Unit(unit, unit, "s") for unit in far]
    assert set(found(replace(record, units=[*regions, *tree])).compared) == set(near)
    alone = [Unit(unit, unit, "r" if unit in {"a", "t0"} else "s") for unit in ("a", *near, *far)]
    assert set(found(replace(record, units=[*regions, *alone])).compared) == {*near, *far}


def test_unit_above_teams_is_compared_with_others_of_its_kind() -> None:
    made = [Team(f"{region}{number}", 10, 0.85) for region in "rst" for number in range(2)]
    record = simulate(made, WEEKS, seed=4, asked=lambda _: CORE)
    regions = [Unit("company", "Company"), *(Unit(region, region, "company") for region in "rst")]
    tree = [Unit(team.name, team.name, team.name[0]) for team in made]
    seen = found(replace(record, units=[*regions, *tree]), unit="r")
    assert set(seen.compared) == {"s", "t"}


# As an answer -----------------------------------------------------------------------------------------------


def test_question_about_one_action_is_answered_with_its_stages_and_their_chart() -> None:
    record = teams(planted={Stage.TRUST: Planted(ON, -1.5)})
    on = record.weeks[ON]
    acted = Acted("x", "a", "other", on, "", LOOK, effects(record, "a", WHEEL, on, weeks=LOOK))
    one = answer(Question(Intent.EFFECT), record=record, acted=[acted])
    assert one.acted == (acted,)
    assert [line.stage for line in one.lines] == list(CORE)
    assert one.lines[0].weeks[0] < on <= one.lines[0].weeks[-1]
    several = answer(Question(Intent.EFFECT), record=record, acted=[acted, acted])
    assert (len(several.acted), several.lines) == (2, ())
    assert answer(Question(Intent.EFFECT), record=record).acted == ()
    elsewhere = Question(Intent.EFFECT, units=("b",), unit_names=("B",))
    assert answer(elsewhere, record=record, acted=[acted]).withheld == (Withheld.NOT_ALLOWED,)


# How often it is right --------------------------------------------------------------------------------------

MANY = 24


def test_interval_holds_the_truth_as_often_as_it_says() -> None:
    # .95 of 24 with three standard errors of chance; the benchmark has more.
    for size in (0.0, SIZE):
        record = company(MANY, 2 * MANY, size=size, lasting=0.3)
        cases = [
            (beside(record, f"acting {number}", number, 2 * MANY), f"acting {number}", record.weeks[ON])
            for number in range(MANY)
        ]
        seen = estimates(ours, cases)
        truth = true_size(record, MANY) if size else 0.0
        assert len(seen) == MANY
        assert coverage(seen, truth) >= 0.81
        assert (better(seen) <= 0.1) if size == 0.0 else (better(seen) >= 0.3)


def test_acting_on_a_chance_low_shows_no_lift() -> None:
    lows = acted_on_a_low(company(0, 3 * MANY, size=0.0, lasting=0.0, weeks=ON + 3 * LOOK), 3 * MANY)
    seen, naive = estimates(ours, lows), estimates(difference_in_differences, lows)
    assert len(lows) >= 20
    assert float(np.mean(seen[:, 0])) < 0.05
    assert float(np.mean(naive[:, 0])) > float(np.mean(seen[:, 0])) + 0.1
    assert better(seen) <= 0.1
