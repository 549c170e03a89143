"""Questions that follow on from another are read against it, and no more than that."""

from datetime import date

import pytest

from analysis.questions import Against, Among, Intent, Question, parse
from analysis.stages import Stage
from tests.analysis.question_set import TODAY, UNITS, ask


def on(first: str, then: str) -> Question:
    return parse(then, units=UNITS, asker_units=("emea-ent",), today=TODAY, before=ask(first))


def shape(question: Question) -> tuple[object, ...]:
    return question.intent, question.measures, question.unit_names


TRUST, FRICTION = (Stage.TRUST,), (Stage.FRICTION,)


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        ("how is trust in EMEA", "and AMER?", (Intent.LEVEL, TRUST, ("AMER",))),
        ("how is trust in EMEA", "what about DACH", (Intent.LEVEL, TRUST, ("DACH",))),
        ("how is trust in EMEA", "and friction?", (Intent.LEVEL, FRICTION, ("EMEA",))),
        ("which team has the most friction", "and in APAC?", (Intent.RANK, FRICTION, ("APAC",))),
        ("is trust in EMEA falling", "why?", (Intent.DRIVERS, TRUST, ("EMEA",))),
        ("how is trust in EMEA", "show me the teams", (Intent.RANK, TRUST, ("EMEA",))),
        ("how is trust in EMEA", "by team please", (Intent.RANK, TRUST, ("EMEA",))),
        ("what do people say about approvals", "and in DACH?", (Intent.THEMES, FRICTION, ("DACH",))),
        ("how is trust in EMEA", "compared to AMER?", (Intent.COMPARE, TRUST, ("EMEA", "AMER"))),
        ("compare trust in EMEA and AMER", "and APAC?", (Intent.COMPARE, TRUST, ("EMEA", "APAC"))),
        ("how is trust in EMEA", "what do people say about it", (Intent.THEMES, TRUST, ("EMEA",))),
        ("how is friction in DACH", "what can we do about that?", (Intent.ADVICE, FRICTION, ("DACH",))),
        ("wie ist das Vertrauen in DACH", "und in Japan?", (Intent.LEVEL, TRUST, ("Japan",))),
        ("wie ist das Vertrauen in DACH", "warum?", (Intent.DRIVERS, TRUST, ("DACH",))),
        ("wie ist das Vertrauen in EMEA", "zeig mir die Teams", (Intent.RANK, TRUST, ("EMEA",))),
    ],
)
def test_what_is_said_takes_the_place_of_what_was(first: str, then: str, expected: tuple[object, ...]) -> None:
    assert shape(on(first, then)) == expected


def test_since_when_asks_for_the_beginning() -> None:
    found = on("is the cycle forming in EMEA Enterprise", "since when?")
    assert (found.intent, found.when, found.unit_names) == (Intent.CYCLE, True, ("EMEA Enterprise",))
    found = on("is trust in DACH falling", "seit wann?")
    assert (found.intent, found.when, found.measures) == (Intent.TREND, True, TRUST)


def test_why_of_an_alert_stays_with_the_cycle() -> None:
    found = on("is the cycle forming in EMEA Enterprise", "why?")
    assert (found.intent, found.why, found.unit_names) == (Intent.CYCLE, True, ("EMEA Enterprise",))


def test_other_weeks_of_the_same() -> None:
    found = on("how is trust in EMEA", "and last quarter?")
    assert (found.intent, found.start, found.end) == (Intent.LEVEL, date(2026, 7, 1), date(2026, 9, 30))
    assert on("how is trust in EMEA", "since March").intent is Intent.TREND
    found = on("how is trust in EMEA", "compared to last month")
    assert (found.compare, found.start) == (Against.WEEKS, date(2026, 10, 1))
    assert found.measures == TRUST


def test_regions_are_told_from_teams() -> None:
    assert on("how is trust", "by region").among is Among.REGIONS


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("how is friction in Japan", (Intent.LEVEL, FRICTION, ("Japan",))),
        ("is the cycle forming anywhere", (Intent.CYCLE, (), ())),
        ("help", (Intent.HELP, (), ())),
    ],
)
def test_a_whole_question_stands_on_its_own(then: str, expected: tuple[object, ...]) -> None:
    assert shape(on("how is trust in EMEA since March", then)) == expected


@pytest.mark.parametrize(
    "then", ["and Anna?", "who?", "and what did Peter say about it", "und Thomas?", "and my boss?"]
)
def test_a_person_is_refused_after_any_question(then: str) -> None:
    assert on("how is trust in EMEA", then).intent is Intent.REFUSED


@pytest.mark.parametrize("then", ["why?", "since when?", "and?", "warum"])
def test_without_a_question_before_there_is_nothing_to_follow(then: str) -> None:
    assert ask(then).intent is Intent.UNCLEAR
    assert on("pizza", then).intent is Intent.UNCLEAR


def test_a_unit_that_could_be_several_is_asked_back() -> None:
    assert on("how is trust in EMEA", "and enterprise?").intent is Intent.UNCLEAR
