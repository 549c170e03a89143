"""Other explanations are named when they are planted, and seldom when they are not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.detection.answering import Answering
from analysis.detection.cycle import Kind, State, watch
from analysis.detection.doubts import DOUBTED, KINDS, Doubt, DoubtKind, Ground, doubts
from analysis.figures import Figure, Record, Scale, Sums, Turnout, Unit
from analysis.stages import CORE, WHEEL, Stage
from analysis.synthetic import Planted, Team, simulate
from analysis.synthetic.teams import History, counted, histories

ONSET, WEEKS = 16, 30
CYCLE = {WHEEL[(1 + step) % 7]: Planted(ONSET + 2 * step, 1.0) for step in range(5)}
OTHERS = [Team(f"other {number}", 8 + number % 3) for number in range(5)]
Found = list[dict[DoubtKind, Doubt]]


def told(records: Iterable[Record]) -> Found:
    """What is doubted when the unit "a" first alarms, for each record in which it does."""
    found = []
    for record in records:
        state = first_alarm(record)
        if state.kind in DOUBTED:
            found.append({doubt.kind: doubt for doubt in doubts(record, state)})
    return found


def first_alarm(record: Record) -> State:
    for week in record.weeks[ONSET + 2 :]:
        state = watch(record, units=["a"], as_of=week)["a"]
        if state.kind in {Kind.CYCLE, Kind.DRIFT}:
            return state
    return watch(record, units=["a"])["a"]


def share(kind: DoubtKind, found: Found) -> float:
    return sum(kind in named for named in found) / len(found)


def companies(planted: Mapping[Stage, Planted], many: int, *others: Team, **team: float) -> list[Record]:
    own = Team("a", planted=planted, **team)  # type: ignore[arg-type]
    return [simulate([own, *others], WEEKS, seed) for seed in range(many)]


def test_a_plain_cycle_is_seldom_given_another_explanation() -> None:
    for size in (0.75, 1.0):
        planted = {stage: Planted(change.onset, size) for stage, change in CYCLE.items()}
        found = told(companies(planted, 24, *OTHERS))
        assert len(found) >= 21
        for kind in (DoubtKind.REORGANISATION, DoubtKind.SEASON, DoubtKind.ALL_AT_ONCE):
            assert share(kind, found) <= 0.1, kind


def test_a_healthy_unit_has_nothing_to_doubt() -> None:
    record = simulate([Team("a", 10), *OTHERS], WEEKS, 3)
    states = watch(record)
    assert {state.kind for state in states.values()} & {Kind.STEADY}
    for state in states.values():
        if state.kind not in DOUBTED:
            assert doubts(record, state) == ()
    assert doubts(record, State("a", None, Kind.NOT_ENOUGH_EVIDENCE)) == ()
    # Watched, and it cannot be said since when.
    assert doubts(record, State("a", record.weeks[-1], Kind.WATCHING)) == ()


# Who answers ----------------------------------------------------------------------------------------------


def reorganised(seed: int, places: int) -> Record:
    """The cycle begins in the week in which so many of ten people are replaced."""
    teams = histories([Team("a", 10, planted=CYCLE), *OTHERS], WEEKS, seed)
    new = next(histories([Team("a", 10, planted=CYCLE)], WEEKS, seed + 1000))
    return counted(replaced(team, new, places) if team.team.name == "a" else team for team in teams)


def replaced(old: History, new: History, places: int) -> History:
    def mixed(before: np.ndarray, since: np.ndarray) -> np.ndarray:
        found = before.copy()
        found[ONSET:, :places] = since[ONSET:, :places]
        return found

    return replace(
        old,
        persons=mixed(old.persons, new.persons + 1000),
        usual=mixed(old.usual, new.usual),
        answered=mixed(old.answered, new.answered),
        answers=mixed(old.answers, new.answers),
    )


def test_new_people_in_half_of_the_places_are_named() -> None:
    found = told(reorganised(seed, 5) for seed in range(20))
    assert share(DoubtKind.REORGANISATION, found) >= 0.6
    named = [doubt for each in found if (doubt := each.get(DoubtKind.REORGANISATION))]
    assert {doubt.ground for doubt in named} == {Ground.NEWCOMERS}
    for doubt in named:
        assert doubt.before is not None
        assert doubt.now is not None
        assert doubt.now < doubt.before - 0.2
        assert doubt.n


def test_a_team_that_grows_is_named() -> None:
    def grown(record: Record) -> Record:
        own = frozenset({"a"})
        turnouts = [
            replace(turnout, invited=14)
            if turnout.units == own and turnout.week >= record.weeks[ONSET]
            else turnout
            for turnout in record.turnouts
        ]
        return replace(record, turnouts=turnouts)

    records = map(grown, companies(CYCLE, 10, *OTHERS))
    found = told(records)
    named = [each[DoubtKind.REORGANISATION] for each in found if DoubtKind.REORGANISATION in each]
    jumps = [doubt for doubt in named if doubt.ground is Ground.INVITED]
    assert len(jumps) >= 0.8 * len(found)
    assert {(doubt.before, doubt.now) for doubt in jumps} == {(10, 14)}


def test_teams_counted_together_since_are_named() -> None:
    record = handmade(n=8)
    merged = frozenset({"a", "b"})
    turnouts = [
        replace(turnout, units=merged) if turnout.week >= monday(ONSET) else turnout for turnout in record.turnouts
    ]
    doubt = only(DoubtKind.REORGANISATION, replace(record, turnouts=turnouts))
    assert doubt.ground is Ground.GROUP
    assert doubt.units == ("b",)


def test_falling_silent_is_named() -> None:
    record = handmade(n=8, invited=12)
    turnouts = [
        replace(turnout, answered=7 if turnout.week >= monday(ONSET) else 10) for turnout in record.turnouts
    ]
    doubt = only(DoubtKind.FEWER_ANSWER, replace(record, turnouts=turnouts))
    assert doubt.before == pytest.approx(10 / 12)
    assert doubt.now == pytest.approx(7 / 12)
    assert doubt.n == 12
    slightly = [
        replace(turnout, answered=9 if turnout.week >= monday(ONSET) else 10) for turnout in record.turnouts
    ]
    assert DoubtKind.FEWER_ANSWER not in by_kind(replace(record, turnouts=slightly))


def test_falling_silent_by_the_state_of_the_unit_is_told_with_its_figures() -> None:
    record = handmade(n=8)
    state = State("a", record.weeks[-1], Kind.DRIFT, Stage.TRUST, monday(ONSET))
    falling = Answering(falling=True, since=monday(ONSET), before=0.9, now=0.6, strength=4.0)
    [found] = [
        doubt
        for doubt in doubts(record, replace(state, answering=falling))
        if doubt.kind is DoubtKind.FEWER_ANSWER
    ]
    assert (found.before, found.now) == (0.9, 0.6)
    steady = replace(falling, falling=False, since=None)
    kinds = {doubt.kind for doubt in doubts(record, replace(state, answering=steady))}
    assert DoubtKind.FEWER_ANSWER not in kinds


def test_the_unhappy_who_stop_answering_are_named() -> None:
    worse = {stage: Planted(change.onset, 1.4) for stage, change in CYCLE.items()}
    records = companies(worse, 20, *OTHERS, size=12, rate=0.8, slope=1.2)
    states = [(record, watch(record, units=["a"])["a"]) for record in records]
    found = [{doubt.kind for doubt in doubts(*pair)} for pair in states if pair[1].kind in DOUBTED]
    assert sum(DoubtKind.FEWER_ANSWER in each for each in found) >= 0.5 * len(found)


# How much stands behind it --------------------------------------------------------------------------------


def test_few_respondents_are_named_and_many_are_not() -> None:
    small = told(companies(CYCLE, 20, *OTHERS, size=7, rate=0.8))
    large = told(companies(CYCLE, 20, *OTHERS, size=14, rate=0.8))
    assert share(DoubtKind.FEW_ANSWERS, small) >= 0.8
    assert share(DoubtKind.FEW_ANSWERS, large) <= 0.2


def test_few_weeks_with_figures_are_named() -> None:
    record = handmade(n=9)
    gone = {monday(week) for week in range(ONSET + 1, 23)}
    kept = [figure for figure in record.figures if figure.week not in gone or "a" not in figure.units]
    doubt = only(DoubtKind.FEW_ANSWERS, replace(record, figures=kept))
    assert (doubt.ground, doubt.n, doubt.of) == (Ground.WEEKS, 2, 8)


def test_one_telling_week_is_named() -> None:
    spike = handmade(n=9, worse={ONSET: 0.1, ONSET + 3: 2.0}, usual_worse=0.1)
    doubt = only(DoubtKind.ONE_WEEK, spike)
    assert doubt.week == monday(ONSET + 3)
    assert doubt.now is not None
    assert 0.5 < doubt.now <= 1
    assert DoubtKind.ONE_WEEK not in by_kind(handmade(n=9, usual_worse=1.0))


# What moved with it ---------------------------------------------------------------------------------------


def test_a_season_that_all_teams_share_is_named() -> None:
    records = [
        simulate([Team(name, 9, planted=CYCLE) for name in ("a", "b", "c", "d", "e")], WEEKS, seed)
        for seed in range(20)
    ]
    found = told(records)
    assert share(DoubtKind.SEASON, found) >= 0.7
    for named in found:
        if doubt := named.get(DoubtKind.SEASON):
            assert doubt.of == 4
            assert doubt.n is not None
            assert 3 <= doubt.n <= 4


def test_too_few_other_teams_say_nothing_about_a_season() -> None:
    records = (
        simulate([Team(name, 9, planted=CYCLE) for name in ("a", "b", "c")], WEEKS, seed) for seed in range(6)
    )
    assert share(DoubtKind.SEASON, told(records)) == 0


def test_the_turn_of_a_quarter_is_named_only_when_others_moved_too() -> None:
    # Week 13 of the simulation begins on 1 April.
    planted = {stage: Planted(13 + 2 * place, 1.0) for place, stage in enumerate(CYCLE)}
    alone = told(companies(planted, 10, *OTHERS))
    shared = told(
        simulate([Team(name, 9, planted=planted) for name in "abcde"], WEEKS, seed) for seed in range(10)
    )
    assert share(DoubtKind.SEASON, alone) <= 0.1
    grounds = Counter(each[DoubtKind.SEASON].ground for each in shared if DoubtKind.SEASON in each)
    assert grounds[Ground.TURN_OF_QUARTER] >= 0.6 * len(shared)


def test_everything_at_once_is_named() -> None:
    found = told(companies({stage: Planted(ONSET, 1.0) for stage in WHEEL}, 20, *OTHERS))
    assert share(DoubtKind.ALL_AT_ONCE, found) >= 0.7


def test_one_stage_alone_is_not_everything_at_once() -> None:
    found = told(companies({Stage.FRICTION: Planted(ONSET, 1.2)}, 20, *OTHERS))
    assert share(DoubtKind.ALL_AT_ONCE, found) <= 0.05


# Altogether -----------------------------------------------------------------------------------------------


def test_doubts_come_weightiest_first_and_once_of_each_kind() -> None:
    for record in companies({stage: Planted(ONSET, 1.0) for stage in WHEEL}, 8, size=7, rate=0.8):
        found = doubts(record, first_alarm(record))
        assert [doubt.weight for doubt in found] == sorted((doubt.weight for doubt in found), reverse=True)
        assert len({doubt.kind for doubt in found}) == len(found)
        assert all(0 < doubt.weight <= 1 for doubt in found)


def test_every_ground_has_a_kind() -> None:
    assert set(KINDS) == set(Ground)
    assert set(KINDS.values()) == set(DoubtKind)


def test_what_came_later_is_not_known() -> None:
    record = companies(CYCLE, 1, *OTHERS)[0]
    state = first_alarm(record)
    assert state.week is not None
    assert state.week < record.weeks[-1]
    assert doubts(record, state) == doubts(record.up_to(state.week), state)


def monday(week: int) -> date:
    return date(2025, 9, 1) + timedelta(weeks=week)


def handmade(
    *,
    n: int,
    invited: int = 12,
    worse: Mapping[int, float] | None = None,
    usual_worse: float = 1.0,
    weeks: int = 24,
) -> Record:
    """Two teams of steady people; in the first one the core gets worse by so much of a point from ONSET on."""

    def figure(week: int, unit: str, stage: Stage) -> Figure:
        fallen = (worse or {}).get(week, usual_worse) if unit == "a" and week >= ONSET else 0.0
        answers = spread(n, 4 - fallen)
        changes = spread(n, -fallen, wide=0.5)
        known = Sums.of(changes) if week >= 6 else None
        return Figure(monday(week), frozenset({unit}), stage, Scale.AGREEMENT, Sums.of(answers), known)

    units = [Unit("c", "Company"), Unit("a", "A", "c"), Unit("b", "B", "c")]
    figures = [figure(week, unit, stage) for week in range(weeks) for unit in ("a", "b") for stage in CORE]
    turnouts = [
        Turnout(monday(week), frozenset({unit}), invited, n) for week in range(weeks) for unit in ("a", "b")
    ]
    return Record(units, figures, turnouts)


def spread(n: int, middle: float, *, wide: float = 1.0) -> list[float]:
    return [middle + wide * (1 if place % 2 else -1) for place in range(n - n % 2)] + [middle] * (n % 2)


def by_kind(record: Record) -> dict[DoubtKind, Doubt]:
    since = monday(ONSET)
    state = State("a", record.weeks[-1], Kind.DRIFT, Stage.TRUST, since)
    return {doubt.kind: doubt for doubt in doubts(record, state)}


def only(kind: DoubtKind, record: Record) -> Doubt:
    return by_kind(record)[kind]
