"""Looking back on past answers: read kindly, counted as a pulse is, called without a look ahead."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import change as by_the_rule
from analysis.backtest import cost, counting, replay, scales, turnout
from analysis.backtest.chance import by_chance
from analysis.backtest.counting import changes, count, record_of
from analysis.backtest.hours import within_the_usual
from analysis.backtest.reading import Answers, NoSurveyData, Reading, monday, read
from analysis.backtest.replay import Replayed
from analysis.backtest.scales import WrongScales, read_scales
from analysis.detection.cycle import Kind, watch
from analysis.detection.thresholds import Expected, Thresholds, thresholds
from analysis.figures import Record, Scale, Sums, Turnout, Unit
from analysis.stages import WHEEL, Stage
from analysis.synthetic.model import Planted
from analysis.synthetic.teams import FIRST_MONDAY, Team, replies
from surveys import episodes
from surveys.ballots import sealed

HEADER = "week,unit,respondent,item,value"
FOUR = (Stage.TRUST, Stage.CANDOR, Stage.OVERLAY, Stage.FRICTION)
WEEKS = 60


def text_of(*rows: str, header: str = HEADER) -> list[str]:
    return [f"{line}\n" for line in (header, *rows)]


def values(reading: Reading) -> list[float]:
    return reading.answers.value.tolist()


def simulated(teams: Sequence[Team], weeks: int, seed: int, items: Sequence[Stage] = FOUR) -> Iterator[str]:
    yield HEADER
    for reply in replies(teams, weeks, seed, asked=lambda _: items):
        yield f"{reply.week},{reply.unit},{reply.respondent},{reply.stage},{reply.value:g}"


def forming(size: float, onset: int = 24) -> dict[Stage, Planted]:
    """The cycle from trust on, a stage every two weeks."""
    return {stage: Planted(onset + 2 * place, size) for place, stage in enumerate(FOUR)}


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Eight teams: in the first the cycle forms, in the second friction alone rises, the others are well."""
    plans = [forming(1.2), {Stage.FRICTION: Planted(24, 1.2)}, *[{}] * 6]
    teams = [Team(f"team {number}", rate=0.85, planted=plan) for number, plan in enumerate(plans)]
    return read(simulated(teams, WEEKS, seed=5)).answers


@pytest.fixture(scope="module")
def past(answers: Answers) -> list[Replayed]:
    return replay.replay(answers)


# Reading --------------------------------------------------------------------------------------------------


def test_a_file_as_documented() -> None:
    reading = read(
        text_of("2026-01-05,EMEA,a1,trust,4", "2026-01-05,EMEA,a1,overlay,6.5", "2026-01-12,DACH,a1,trust,2")
    )
    answers = reading.answers
    assert answers.units == ["EMEA", "DACH"]
    assert [monday(week) for week in answers.weeks] == [date(2026, 1, 5)] * 2 + [date(2026, 1, 12)]
    assert [WHEEL[stage] for stage in answers.stage] == [Stage.TRUST, Stage.OVERLAY, Stage.TRUST]
    assert values(reading) == [4.0, 6.5, 2.0]
    # The same id in two units is two people: many exports count from 1 in each.
    assert len(set(answers.person.tolist())) == 2
    assert (reading.unread, reading.repeated) == (0, 0)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_columns_stand_anywhere_and_what_parts_them_is_found(mark: str, sign: str) -> None:
    header = f"{mark}{sign.join(['Note', 'VALUE', ' item ', 'Unit', 'week', 'respondent'])}"
    row = sign.join(["", '"3,5"', "Trust", " EMEA ", "2026-01-05", "x"])
    reading = read(text_of(row, sign * 5, header=header))
    assert values(reading) == [3.5]
    assert reading.answers.units == ["EMEA"]
    assert reading.unread == 0, "a line of empty cells is blank"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-01-06,A,x,trust,3", "2026-01-06 is a Tuesday"),
        ("06/01/2026,A,x,trust,3", "not a date such as"),
        ("2026-02-30,A,x,trust,3", "not a date such as"),
        ("20260105,A,x,trust,3", "not a date such as"),
        ("0026-01-05,A,x,trust,3", "1990 to 2100"),
        ("2026-01-05, ,x,trust,3", "unit is empty"),
        ("2026-01-05,A,x,mood,3", "“mood” is not one of targets, trust"),
        ("2026-01-05,A,x,trust,", "value is empty"),
        ("2026-01-05,A,x,trust,nan", "“nan” is not a number"),
        ("2026-01-05,A,x,trust,1_0", "not a number"),
        ("2026-01-05,A,x,trust,5.1", "5.1 is outside of 1 to 5"),
        ("2026-01-05,A,x,trust,0", "outside of 1 to 5"),
        ("2026-01-05,A,x,overlay,169", "outside of 0 to 168"),
        ("2026-01-05,A,x,overlay,-1", "outside of 0 to 168"),
        ("2026-01-05,A", "2 cells, the header 5"),
        ("2026-01-05,A,x,trust,3,5", "6 cells, the header 5"),
        (f"2026-01-05,A,x,{'long' * 100},3", "…"),
        ('2026-01-05,"' + "y" * 200_000 + '",x,trust,3', "not CSV"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_rest_is_read(row: str, reason: str) -> None:
    good = "2026-01-05,B,y,trust,4"
    reading = read(text_of(good, row, good.replace("y", "z")))
    assert values(reading) == [4.0, 4.0]
    assert reading.answers.units == ["B"], "a unit of which nothing is read is none"
    ((line, said),) = reading.named
    assert line == 3
    assert reason in said
    assert len(said) < 200


def test_lines_are_counted_as_an_editor_does() -> None:
    rows = ["", '2026-01-05,"A', 'B",x,trust,3', "", "2026-01-05,A,x,trust,9"]
    reading = read(text_of(*rows))
    assert reading.answers.units == ["A\nB"]
    assert [line for line, _ in reading.named] == [6]


@pytest.mark.parametrize("row", ['2026-01-05,"A,x,trust,3', '2026-01-05,A,x,"trust,3', '2026-01-05,A,"x,trust,3'])
@pytest.mark.parametrize("after", [3, 9000])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_quotation_mark_that_nothing_closes_takes_one_line_alone(row: str, after: int, quoted: bool) -> None:
    unit = '"B"' if quoted else "B"
    good = [f"2026-01-05,{unit},y{number},trust,4" for number in range(after)]
    reading = read(text_of(good[0], row, *good[1:], "2026-01-05,B,y,trust,9"))
    assert len(reading.answers.value) == after
    assert reading.answers.units == ["B"]
    assert [line for line, _ in reading.named] == [3, after + 3]
    assert "quotation mark" in reading.named[0].reason


def test_only_the_first_lines_are_named() -> None:
    reading = read(text_of("2026-01-05,B,y,trust,4", *["2026-01-05,B,y,trust,9"] * 25))
    assert [line for line, _ in reading.named] == list(range(3, 13))
    assert reading.unread == 25


def test_the_last_answer_of_a_respondent_counts() -> None:
    row = "2026-01-05,A,x,trust,"
    nobody = "2026-01-05,A,,trust,5"
    reading = read(text_of(f"{row}1", nobody, f"{row}2", "2026-01-12,A,x,trust,4", nobody, f"{row}3"))
    assert values(reading) == [5.0, 4.0, 5.0, 3.0]
    assert reading.repeated == 2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "empty"),
        (["", "  "], "empty"),
        ([HEADER], "no rows"),
        (["2026-01-05,A,x,trust,3"], "week, unit, item, value are not among"),
        (["week,unit,item", "2026-01-05,A,trust"], "value is not among"),
        ([HEADER, "2026-01-06,A,x,trust,3"], "line 2: the week 2026-01-06 is a Tuesday"),
    ],
)
def test_what_holds_no_survey_says_why(lines: list[str], said: str) -> None:
    with pytest.raises(NoSurveyData, match=said):
        read(lines)


def test_respondents_may_be_left_out_altogether() -> None:
    answers = read(["week,unit,item,value", "2026-01-05,A,trust,3", "2026-01-05,A,trust,4"]).answers
    assert answers.person.tolist() == [0, 0]


# Scales ---------------------------------------------------------------------------------------------------


def test_scales_are_mapped_in_a_straight_line() -> None:
    found = read_scales(
        """
        [trust]
        low = 0
        high = 10
        good = "high"
        [candor]
        low = 1
        high = 7
        good = "low"
        [customer]
        unit = "hours"
        [overlay]
        low = 0
        high = 100
        """
    )
    trust, candor, customer, overlay, friction = (
        found[stage] for stage in (Stage.TRUST, Stage.CANDOR, Stage.CUSTOMER, Stage.OVERLAY, Stage.FRICTION)
    )
    assert [trust.fit(text) for text in ("0", "5", "7,5", "10")] == [1, 3, 4, 5]
    assert [candor.fit(text) for text in ("1", "4", "7")] == [5, 3, 1]
    assert (customer.scale, customer.fit("12.5")) == (Scale.HOURS_WON, 12.5)
    assert (overlay.scale, overlay.fit("100")) == (Scale.AGREEMENT, 5)
    assert friction == scales.DEFAULT[Stage.FRICTION]
    assert scales.DEFAULT[Stage.OVERLAY].scale is Scale.HOURS_LOST
    assert read_scales('[overlay]\nunit = "hours"\ngood = "low"\n') == scales.DEFAULT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("trust = ", "not TOML"),
        ("[mood]", "“mood” is not one of"),
        ("trust = 3", "“trust” is not one of"),
        ("[trust]\nmost = 3", "has “most”"),
        ("[trust]\nlow = true", "not a number"),
        ("[trust]\nhigh = inf", "not a number"),
        ("[trust]\nlow = 5\nhigh = 5", "not below"),
        ('[trust]\ngood = "up"', 'neither "high" nor "low"'),
        ('[trust]\nunit = "days"', 'neither "points" nor "hours"'),
    ],
)
def test_wrong_scales_say_why(text: str, said: str) -> None:
    with pytest.raises(WrongScales, match=said):
        read_scales(text)


# Counting -------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_changes_follow_the_rule(seed: int) -> None:
    """Against `analysis.change`, to the half of its steps: people who pause, items that rotate, two units."""
    chance = np.random.default_rng(seed)
    rows = {
        (week, f"u{chance.integers(2)}", f"p{chance.integers(4)}", FOUR[chance.integers(4)]): float(
            chance.integers(1, 6)
        )
        for week in chance.integers(0, 40, 300).tolist()
    }
    answers = read(
        text_of(
            *(
                f"{FIRST_MONDAY + timedelta(weeks=week)},{unit},{person},{stage},{value}"
                for (week, unit, person, stage), value in rows.items()
            )
        )
    ).answers
    for place, found in enumerate(changes(answers)):
        mine = answers.where(answers.person == answers.person[place])
        week, stage = answers.weeks[place], answers.stage[place]
        rounds = np.unique(mine.weeks[mine.weeks < week])[-counting.DIARY_ROUNDS :]
        earlier = [
            (int(week - then), float(value))
            for then, asked, value in zip(mine.weeks, mine.stage, mine.value, strict=True)
            if asked == stage and then in rounds
        ]
        hours = WHEEL[stage] is Stage.OVERLAY
        expected = by_the_rule.change(float(answers.value[place]), earlier, hours=hours)
        step = by_the_rule.STEP_OF_HOURS if hours else by_the_rule.STEP_OF_POINTS
        assert (expected is None) == bool(np.isnan(found))
        assert expected is None or abs(expected - found) <= step / 2 + 1e-9


def test_the_diary_is_as_long_as_the_bots_own() -> None:
    assert counting.DIARY_ROUNDS == sealed.DIARY_ROUNDS


def test_nobody_without_an_id_has_a_change() -> None:
    rows = [f"{FIRST_MONDAY + timedelta(weeks=week)},A,,trust,3" for week in range(20)]
    assert np.isnan(changes(read(text_of(*rows)).answers)).all()


def test_counted_as_one_by_one(answers: Answers) -> None:
    counted = count(answers)
    row = 777
    here = (
        (answers.unit == counted.unit[row])
        & (answers.stage == counted.stage[row])
        & (answers.weeks == counted.week[row])
    )
    expected = Sums.of(answers.value[here].tolist())
    assert counted.level[:, row].tolist() == [expected.n, expected.total, expected.squares]
    moved = changes(answers)[here]
    moved = moved[~np.isnan(moved)]
    assert len(moved) > 3
    assert counted.change[:, row] == pytest.approx([len(moved), moved.sum(), (moved**2).sum()])


def test_units_looked_at_alone_are_judged_as_in_the_whole_record(answers: Answers) -> None:
    """The others, counted as one figure a week, carry all that matters of them."""
    counted = count(answers)
    whole, alone = record_of(counted, 0, len(counted.names)), record_of(counted, 3, 5)
    assert len(alone.figures) < 0.5 * len(whole.figures)
    names = counted.names[3:5]
    for week in (whole.weeks[20], whole.weeks[-1]):
        expected = watch(whole, units=names, as_of=week)
        for name, state in watch(alone, units=names, as_of=week).items():
            assert state.kind is expected[name].kind
            for stage, drift in state.stages.items():
                assert drift.strength == pytest.approx(expected[name].stages[stage].strength, abs=1e-9)


def test_turnouts_count_who_came_back() -> None:
    """Against counting one by one: units that pause, people who join, leave and move, one unit without ids."""
    chance = np.random.default_rng(8)
    came = {
        (week, f"u{unit}", f"p{person}")
        for week in range(30)
        for unit in range(3)
        for person in range(week // 10, 8 + week // 10)
        if chance.random() < 0.6 and (unit or not 8 < week < 20)
    }
    rows = [
        f"{FIRST_MONDAY + timedelta(weeks=week)},{unit},{person},trust,3" for week, unit, person in sorted(came)
    ]
    counted = count(read(text_of(*rows, f"{FIRST_MONDAY},u2,,trust,3")).answers)
    for place, name in enumerate(counted.names):
        asked = sorted({week for week, unit, _ in came if unit == name})
        expected = []
        for number, week in enumerate(asked):
            lately = asked[max(0, number - turnout.ROUNDS + 1) : number + 1]
            invited = {who for then, unit, who in came if unit == name and then in lately}
            answered = {who for then, unit, who in came if unit == name and then == week}
            monday_of = FIRST_MONDAY + timedelta(weeks=week)
            if number >= turnout.ROUNDS - 1 and name != "u2":
                expected.append(Turnout(monday_of, frozenset({name}), len(invited), len(answered)))
        assert counted.turnouts.of(counted.names, place) == expected
        assert bool(expected) == (name != "u2")


# Looking back ---------------------------------------------------------------------------------------------


def test_what_was_planted_is_told(past: list[Replayed]) -> None:
    cycle, drift, *_ = past
    planted = FIRST_MONDAY + timedelta(weeks=24)
    (formed,) = [alarm for alarm in cycle.alarms if alarm.kind is Kind.CYCLE]
    assert formed.stage is Stage.TRUST
    assert abs((formed.began - planted).days) <= 7 * 3
    assert planted < formed.week <= planted + timedelta(weeks=14)
    assert [(alarm.kind, alarm.stage) for alarm in drift.alarms] == [(Kind.DRIFT, Stage.FRICTION)]
    assert abs((drift.alarms[0].began - planted).days) <= 7 * 2
    assert sum(bool(unit.alarms) for unit in past[2:]) <= 1
    assert {len(unit.weeks) for unit in past} == {WEEKS}


def cut(answers: Answers, week: date) -> Answers:
    return answers.where(answers.weeks <= week.toordinal() // 7)


@pytest.mark.parametrize("kept", [7, 25, 29, 34, 45])
def test_no_alarm_looks_ahead(answers: Answers, past: list[Replayed], kept: int) -> None:
    """What was called up to a week is what is called from the answers up to that week."""
    last = FIRST_MONDAY + timedelta(weeks=kept)
    for unit, earlier in zip(past, replay.replay(cut(answers, last)), strict=True):
        assert list(earlier.alarms) == [alarm for alarm in unit.alarms if alarm.week <= last]
        assert list(earlier.drifting) == [week for week in unit.drifting if week <= last]


def test_the_cuts_lie_around_alarms(past: list[Replayed]) -> None:
    """Else the test above could not fail."""
    called = [(alarm.week - FIRST_MONDAY).days // 7 for unit in past for alarm in unit.alarms]
    assert min(called) <= 34
    assert max(called) > 25


def hours_of(*rows: tuple[int, str, float]) -> Answers:
    """Overlay hours by week, unit and value."""
    lines = (f"{FIRST_MONDAY + timedelta(weeks=week)},{unit},,overlay,{hours:g}" for week, unit, hours in rows)
    return read(text_of(*lines)).answers


def test_hours_far_out_count_as_the_end_of_what_is_usual() -> None:
    usual = [(week, "A", 4.0 + hours) for week in range(4) for hours in range(5)]
    drawn, number = within_the_usual(hours_of(*usual, (3, "A", 60), (3, "A", 9)))
    # The quartiles are 5 and 8 hours.
    assert drawn.value[-2:].tolist() == [8 + 3 * (8 - 5), 9]
    assert number == 1
    busy = [(week, "B", 40.0 + hours) for week in range(4) for hours in range(5)]
    many = [row for row in usual for _ in range(10)]
    assert within_the_usual(hours_of(*many, *busy))[1] == 0, "units differ in what is usual"
    later = [(week, "A", 50.0) for week in range(4, 30)]
    first = len(usual) + 1
    seen = within_the_usual(hours_of(*usual, (3, "A", 60), *later))[0].value[:first]
    assert seen.tolist() == within_the_usual(hours_of(*usual, (3, "A", 60)))[0].value.tolist(), "no look ahead"


def test_points_are_never_far_out() -> None:
    answers = read(text_of(*["2026-01-05,A,x,trust,5"] * 50, "2026-01-05,A,y,trust,1")).answers
    drawn, number = within_the_usual(answers)
    assert drawn.value.tolist() == answers.value.tolist()
    assert number == 0


def test_a_few_wild_hours_do_not_blind_the_stage() -> None:
    teams = [Team(f"team {number}", planted={Stage.OVERLAY: Planted(20, 0.9)}) for number in range(20)]
    chance = np.random.default_rng(8)
    lines = [
        f"{reply.week},{reply.unit},{reply.respondent},overlay,{60 if chance.random() < 0.02 else reply.value:g}"
        for reply in replies(teams, 40, seed=9, asked=lambda _: [Stage.OVERLAY])
    ]
    wild = read(text_of(*lines)).answers
    blind, seen = (
        sum(bool(unit.alarms) for unit in replay.replay(answers, at=thresholds()))
        for answers in (wild, within_the_usual(wild)[0])
    )
    assert seen >= 14
    assert blind <= seen - 5


def test_nothing_begins_before_the_unit_does() -> None:
    """One unit answers from the first week on; others join later, and alarms are so easy that many are raised."""
    teams = [Team("old"), *[Team(f"new {number}") for number in range(80)]]
    late = FIRST_MONDAY + timedelta(weeks=20)
    kept = (
        f"{reply.week},{reply.unit},{reply.respondent},{reply.stage},{reply.value}"
        for reply in replies(teams, 40, seed=3, asked=lambda _: [Stage.TRUST])
        if reply.unit == "old" or reply.week >= late
    )
    easy = Thresholds(watch=0.1, drift=0.1, cycle=9.0)
    found = replay.replay(read(text_of(*kept)).answers, at=easy)
    began = [(unit.weeks[0], alarm.began) for unit in found for alarm in unit.alarms]
    assert len(began) >= 5
    assert all(first <= since for first, since in began)


def test_the_order_of_rows_and_of_units_does_not_matter(answers: Answers, past: list[Replayed]) -> None:
    shuffled = answers.where(np.random.default_rng(2).permutation(len(answers.value)))
    assert [unit.alarms for unit in replay.replay(shuffled)] == [unit.alarms for unit in past]


def test_units_are_looked_at_in_portions(
    answers: Answers, past: list[Replayed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "PORTION", 3)
    steps: list[int] = []
    found = replay.replay(answers, step=steps.append)
    assert steps == [3, 3, 2]
    assert [(unit.name, unit.alarms) for unit in found] == [(unit.name, unit.alarms) for unit in past]


def test_an_episode_is_called_once_and_grows_once(answers: Answers, past: list[Replayed]) -> None:
    for unit in past:
        stood = {*unit.drifting, *unit.cycling}
        for before, after in zip(unit.alarms, unit.alarms[1:], strict=False):
            calm = [week for week in replay.mondays(before.week, after.week) if week not in stood]
            grew = (before.kind, after.kind) == (Kind.DRIFT, Kind.CYCLE)
            assert grew or len(calm) >= replay.CALM_WEEKS


def test_episodes_are_those_of_alerts() -> None:
    assert (replay.CALM_WEEKS, replay.REOPEN_WEEKS) == (episodes.CALM_WEEKS, episodes.REOPEN_WEEKS)


@pytest.mark.parametrize("weeks", [1, 2])
def test_a_few_weeks_are_not_enough_evidence(weeks: int) -> None:
    (found,) = replay.replay(read(simulated([Team("A")], weeks, seed=3)).answers)
    assert found.state.kind is Kind.NOT_ENOUGH_EVIDENCE
    assert (found.alarms, len(found.weeks)) == ([], weeks)


def test_gaps_rotation_and_different_items_end_in_a_state(answers: Answers) -> None:
    """Units that were asked other things in other weeks, one of them with a gap of months."""
    week = answers.weeks - answers.weeks.min()
    kept = np.where(answers.unit % 2 == 0, (week < 18) | (week > 44), answers.stage != Stage.TRUST.position)
    kept &= (answers.stage != Stage.CANDOR.position) | (week % 4 == 1)
    found = replay.replay(answers.where(kept))
    assert {unit.state.kind for unit in found} <= set(Kind)
    assert {len(unit.weeks) for unit in found} == {18 + 15, WEEKS}


def test_without_respondents_raw_levels_stand_in(answers: Answers) -> None:
    nameless = Answers(
        answers.units,
        answers.scales,
        answers.weeks,
        answers.unit,
        np.zeros_like(answers.person),
        answers.stage,
        answers.value,
    )
    counted = count(nameless)
    assert not counted.change.any()
    assert all(figure.change is None for figure in record_of(counted, 0, 8).figures)
    found = replay.replay(nameless)
    assert {alarm.kind for alarm in found[1].alarms} == {Kind.DRIFT}
    assert {unit.named for unit in found} == {0.0}


# Chance ---------------------------------------------------------------------------------------------------


def unit_of(answers: float, named: float, weeks: int) -> Replayed:
    asked = replay.mondays(FIRST_MONDAY, FIRST_MONDAY + timedelta(weeks=weeks - 1))
    state = watch(Record([Unit("A", "A")], []), units=["A"])["A"]
    return Replayed("A", state, asked, [], [], [], answers, named)


def test_chance_counts_units_and_years() -> None:
    stated = Expected(drift=0.1, cycle=0.01)
    found = by_chance([unit_of(8, 1, 104), unit_of(8, 1, 52)], stated)
    # The share of units that raise none in three years is that of one year three times over.
    assert np.exp(-found.drifts) == pytest.approx(0.9**3)
    assert np.exp(-found.cycles) == pytest.approx(0.99**3)
    usual, few, nameless = (by_chance([unit_of(*kind, 52)], stated).drifts for kind in ((8, 1), (3, 1), (3, 0)))
    assert few / usual == pytest.approx(cost.NAMED.small / cost.NAMED.usual)
    assert nameless / usual == pytest.approx(cost.NAMELESS.small / cost.NAMED.usual)


def test_the_cost_of_missing_respondents_can_be_measured_again() -> None:
    named, nameless = cost.measure(teams=40, seed=8)
    assert named.missed < nameless.missed
    assert abs(named.median - cost.NAMED.median) <= 8
    assert all(0 <= share < 0.5 for found in (named, nameless) for share in (found.usual, found.small))
