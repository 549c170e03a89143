"""Answers say what was planted, keep to whole groups, and say what they withhold."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from analysis.answers import Answer, Verdict, Withheld, answer, mean_or_band
from analysis.detection.cycle import Kind, State
from analysis.figures import Figure, Record, Scale, Sums, Turnout, Unit
from analysis.questions import Against, Among, Intent, Period, Question, parse
from analysis.stages import CORE, Stage
from analysis.themes import Comment, find_themes
from tests.bench.released import as_released

MONDAY = date(2026, 6, 1)
WEEKS = 12
UNITS = (
    Unit("all", "Acme"),
    Unit("north", "North", "all"),
    Unit("south", "South", "all"),
    Unit("n1", "Alpha", "north"),
    Unit("n2", "Beta", "north"),
    Unit("n3", "Gamma", "north"),
    Unit("s1", "Delta", "south"),
)
# Planted: Alpha trusts one point less than the rest, Delta's friction falls from week 6, Beta and Gamma are merged
# in the last four weeks.
LOW, FALL = "n1", "s1"


def _sample(generator: np.random.Generator, mean: float, n: int) -> list[float]:
    return [float(value) for value in np.clip(np.round(generator.normal(mean, 0.9, n)), 1, 5)]


@cache
def record() -> Record:
    generator = np.random.default_rng(4)
    figures, turnouts = [], []
    for week in range(WEEKS):
        monday = MONDAY + timedelta(weeks=week)
        groups = [("n1",), ("s1",), *([("n2", "n3")] if week >= WEEKS - 4 else [("n2",), ("n3",)])]
        for group in groups:
            n = 14 * len(group)
            for stage in CORE:
                scale = Scale.HOURS_LOST if stage is Stage.OVERLAY else Scale.AGREEMENT
                mean = 2.4 if (stage is Stage.TRUST and LOW in group) else 3.7
                drop = 1.3 if (stage is Stage.FRICTION and FALL in group and week >= 6) else 0.0
                level = Sums.of(_sample(generator, mean - drop, n))
                moved = generator.normal(-drop, 0.7, n) if week >= 6 else []
                figures.append(
                    Figure(monday, frozenset(group), stage, scale, level, Sums.of(moved) if len(moved) else None)
                )
            turnouts.append(Turnout(monday, frozenset(group), n + 2, n))
    return Record(UNITS, figures, turnouts)


def ask(text: str, **more: object) -> Answer:
    question = parse(text, units=UNITS, asker_units=("north",), today=MONDAY + timedelta(weeks=WEEKS))
    return answer(question, record=record(), **more)  # type: ignore[arg-type]


def test_a_level_with_its_neighbours() -> None:
    found = ask("how is trust in Alpha")
    (figure,) = found.figures
    assert (figure.unit, figure.label, figure.stage, figure.merged) == ("n1", "Alpha", Stage.TRUST, False)
    assert figure.week == MONDAY + timedelta(weeks=WEEKS - 1)
    assert figure.mean == pytest.approx(2.4, abs=0.6)
    assert figure.mean == round(figure.mean or 0, 1)
    assert figure.n == 14
    assert figure.interval is not None
    assert figure.interval[0] < (figure.mean or 0) < figure.interval[1]
    assert len(found.lines) == 1
    assert len(found.lines[0].weeks) == WEEKS
    assert not found.withheld
    assert 2 <= len(found.next) <= 3


def test_neighbours_are_the_stages_beside_it() -> None:
    found = ask("overlay hours in Alpha")
    assert {figure.stage for figure in found.neighbours} == {Stage.FRICTION}  # candor was never asked


def test_a_region_adds_the_groups_inside_it() -> None:
    (figure,) = ask("trust in North").figures
    assert figure.n == 14 * 3
    assert set(figure.units) == {"n1", "n2", "n3"}
    assert not figure.merged


def test_a_merged_team_shows_the_group_and_says_so() -> None:
    found = ask("trust in Beta")
    (figure,) = found.figures
    assert (figure.label, figure.merged, figure.n) == ("Beta + Gamma", True, 28)
    assert figure.more_than_noise is None
    assert found.withheld == (Withheld.MERGED,)
    assert len(found.lines[0].weeks) == 4  # one line never mixes groupings


def test_a_period_that_is_over_is_averaged() -> None:
    (figure,) = ask("trust in Beta in June").figures
    assert (figure.weeks, figure.merged, figure.n) == (5, False, 14)


def test_no_figure_is_explained() -> None:
    assert ask("trust in Alpha in 2024").withheld == (Withheld.NONE_IN_PERIOD,)
    assert ask("candor in Alpha").withheld == (Withheld.NO_RELEASE_YET,)
    small = replace(record(), figures=[figure for figure in record().figures if figure.units != {"n1"}])
    question = Question(Intent.LEVEL, (Stage.TRUST,), ("n1",), ("Alpha",))
    assert answer(question, record=small).withheld == (Withheld.BELOW_K,)
    assert answer(question, record=Record(UNITS, [])).withheld == (Withheld.NO_RELEASE_YET,)


def test_a_unit_outside_the_record_is_not_allowed() -> None:
    seen = Record([unit for unit in UNITS if unit.id in {"north", "n1", "n2", "n3"}], record().figures)
    question = Question(Intent.LEVEL, (Stage.TRUST,), ("s1",), ("Delta",))
    found = answer(question, record=seen)
    assert (found.withheld, found.figures, found.lines) == ((Withheld.NOT_ALLOWED,), (), ())


def test_a_unanimous_group_is_a_band() -> None:
    figures = [
        Figure(MONDAY, frozenset({"n1"}), Stage.TRUST, Scale.AGREEMENT, Sums.of([4.0] * 6), Sums.of([1.0] * 6))
    ]
    question = Question(Intent.LEVEL, (Stage.TRUST,), ("n1",), ("Alpha",))
    found = answer(question, record=Record(UNITS, figures))
    (figure,) = found.figures
    assert (figure.mean, figure.band, figure.interval, figure.change) == (None, (4.0, 5.0), None, None)
    assert found.lines[0].values == (4.5,)


@pytest.mark.parametrize("value", [1.0, 2.0, 3.0, 4.0, 5.0])
def test_a_band_never_tells_the_answer(value: float) -> None:
    band = mean_or_band(Sums.of([value] * 5), Scale.AGREEMENT)[1]
    assert band is not None
    assert (
        len(
            [
                other
                for other in range(1, 6)
                if mean_or_band(Sums.of([float(other)] * 7), Scale.AGREEMENT)[1] == band
            ]
        )
        >= 2
    )


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("compare trust in Alpha and Delta", Verdict.FIRST_WORSE),
        ("is trust lower in Delta than in Alpha", Verdict.SECOND_WORSE),
        ("compare trust in Alpha with Acme", Verdict.FIRST_WORSE),
        ("compare trust in Beta and Gamma", Verdict.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_units_compared(text: str, verdict: Verdict) -> None:
    found = ask(text)
    assert found.verdict is verdict
    if verdict is not Verdict.NOT_ENOUGH_EVIDENCE:
        low, high = found.compared[0].interval or (0.0, 0.0)
        assert low <= (found.compared[0].difference or 0.0) <= high
        assert low > 0 or high < 0


def test_weeks_compared_and_trends() -> None:
    assert ask("trend of friction in Delta").verdict is Verdict.SECOND_WORSE
    assert ask("is friction in Delta worse than in June").verdict is Verdict.SECOND_WORSE
    assert ask("trend of trust in Delta").verdict in {Verdict.NO_DIFFERENCE, Verdict.NOT_ENOUGH_EVIDENCE}


def _calm(seed: int, *, weeks: int, n: int, gap: float = 0.0) -> Record:
    """Two teams with persons, shared weekly shocks and noise; the first is `gap` lower."""
    generator = np.random.default_rng(seed)
    figures = []
    for unit, below in (("n1", gap), ("s1", 0.0)):
        persons = generator.normal(0, 0.6, n)
        for week in range(weeks):
            shock = generator.normal(0, 0.18)
            values = np.clip(np.round(3.4 - below + persons + shock + generator.normal(0, 0.75, n)), 1, 5)
            figures.append(
                Figure(
                    MONDAY + timedelta(weeks=week),
                    frozenset({unit}),
                    Stage.TRUST,
                    Scale.AGREEMENT,
                    Sums.of(values),
                )
            )
    return Record(UNITS, sorted(figures, key=lambda figure: figure.week))


def test_a_comparison_seldom_calls_noise_a_difference() -> None:
    question = Question(Intent.COMPARE, (Stage.TRUST,), ("n1", "s1"), ("Alpha", "Delta"), compare=Against.UNITS)
    calm = [answer(question, record=_calm(seed, weeks=4, n=8)).verdict for seed in range(60)]
    apart = [answer(question, record=_calm(seed, weeks=4, n=8, gap=1.2)).verdict for seed in range(30)]
    assert sum(verdict in {Verdict.FIRST_WORSE, Verdict.SECOND_WORSE} for verdict in calm) <= 7
    assert Verdict.SECOND_WORSE not in apart
    assert sum(verdict is Verdict.FIRST_WORSE for verdict in apart) >= 20


def test_noise_in_the_figures_makes_a_comparison_more_careful() -> None:
    question = Question(Intent.COMPARE, (Stage.TRUST,), ("n1", "s1"), ("Alpha", "Delta"), compare=Against.UNITS)
    exact = [_calm(seed, weeks=2, n=6) for seed in range(60)]
    noised = [as_released(record, seed=seed) for seed, record in enumerate(exact)]
    untold = [Record(UNITS, [replace(figure, level_noise=0.0) for figure in record.figures]) for record in noised]

    def width(record: Record) -> float:
        low, high = answer(question, record=record).compared[0].interval or (0.0, 0.0)
        return high - low

    assert all(width(told) > width(not_told) for told, not_told in zip(noised, untold, strict=True))
    verdicts = [answer(question, record=record).verdict for record in noised]
    assert sum(verdict in {Verdict.FIRST_WORSE, Verdict.SECOND_WORSE} for verdict in verdicts) <= 7


def test_a_ranking_has_ties_and_shows_a_merged_group_once() -> None:
    found = ask("which team has the least trust")
    assert found.figures[0].unit == LOW
    assert [figure.rank for figure in found.figures] == [1, 2, 2]
    assert len(found.figures) == 3
    assert Withheld.MERGED in found.withheld


def test_a_ranking_of_regions() -> None:
    question = Question(Intent.RANK, (Stage.TRUST,), among=Among.REGIONS)
    assert {figure.unit for figure in answer(question, record=record()).figures} == {"north", "south"}


def test_what_changed_is_what_was_planted() -> None:
    found = ask("what changed")
    assert {(figure.unit, figure.stage) for figure in found.figures} <= {
        ("s1", Stage.FRICTION),
        ("south", Stage.FRICTION),
        ("all", Stage.FRICTION),
    }
    assert ("s1", Stage.FRICTION) in {(figure.unit, figure.stage) for figure in found.figures}
    assert all(figure.more_than_noise for figure in found.figures)


def test_states_of_the_cycle_come_gravest_first() -> None:
    states = {
        "s1": State("s1", MONDAY, Kind.STEADY),
        "n1": State("n1", MONDAY, Kind.CYCLE, Stage.TARGETS),
        "n2": State("n2", MONDAY, Kind.DRIFT, Stage.FRICTION),
    }
    assert list(ask("is the cycle forming anywhere", states=states).states) == ["n1", "n2", "s1"]
    assert list(ask("is the cycle forming in South", states=states).states) == ["s1"]


def _comments() -> list[Comment]:
    texts = [
        "deal desk approvals take days",
        "approval chain too long",
        "waiting for approval again",
        "too many approvals",
    ]
    texts += ["deal desk approval lost my deal"]
    return [Comment(text, MONDAY, "north", quotable=place != 1) for place, text in enumerate(texts)]


def test_themes_within_what_was_asked() -> None:
    comments = _comments()
    told = {"themes": find_themes(comments), "comments": comments}
    (heard,) = ask("what do people say about approvals", **told).heard
    assert heard.size == 5
    assert len(heard.quotes) == 4
    assert ask("what are people talking about in North", **told).heard
    assert ask("what are people talking about in South", **told).withheld == (Withheld.TOO_FEW_COMMENTS,)
    assert Withheld.COMMENTS_HIGHER_UP in ask("what are people talking about in Alpha", **told).withheld
    assert ask("what do people say about quota", **told).heard == ()


def test_participation_is_a_band() -> None:
    (found,) = ask("response rate in Alpha").participation
    assert (found.invited, found.percent) == (16, (75, 100))
    assert ask("response rate in Beta").participation[0].week == MONDAY + timedelta(weeks=WEEKS - 5)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("who is unhappy", Withheld.ABOUT_A_PERSON),
        ("forecast trust in Alpha for the next 4 weeks", Withheld.NOT_YET),
    ],
)
def test_what_is_not_answered_says_why(text: str, reason: Withheld) -> None:
    found = ask(text)
    assert found.withheld == (reason,)
    assert not found.figures


def test_an_unclear_question_offers_its_readings() -> None:
    reading = Question(Intent.LEVEL, (Stage.TRUST,), ("n1",), ("Alpha",))
    assert answer(Question(Intent.UNCLEAR, unsure=(reading,)), record=record()).next == (reading,)


@pytest.mark.parametrize("intent", list(Intent))
def test_every_intent_is_answered_with_and_without_data(intent: Intent) -> None:
    for known in (record(), Record(UNITS, []), Record([], [])):
        for question in (Question(intent), Question(intent, (Stage.TRUST, Stage.OVERLAY), ("n1",), ("Alpha",))):
            found = answer(question, record=known)
            assert found.question == question
            assert all(Period().holds(figure.week) for figure in found.figures)
            assert len(found.lines) <= 6
            assert len(found.next) <= 3
