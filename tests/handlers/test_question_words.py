"""Questions in words, as buttons and readings show them: reading the words gives the same question again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import pytest

from analysis.figures import Unit
from analysis.questions import Against, Among, Intent, Question, parse
from analysis.stages import CORE, Stage
from handlers.questions.question_text import question_text, reading_text
from handlers.showing.blocks import BUTTON
from handlers.words import LANGUAGES, words

TODAY = date(2026, 11, 17)
TREE = {
    "EMEA": ("EMEA Enterprise", "EMEA Mid-Market", "DACH"),
    "AMER": ("AMER Enterprise", "AMER Mid-Market", "AMER Commercial"),
    "APAC": ("ANZ", "Japan"),
}
UNITS = [
    Unit("c", "Larkspur Systems"),
    *(Unit(region, region, "c") for region in TREE),
    *(Unit(team, team, region) for region, teams in TREE.items() for team in teams),
]
# Never asked in words: what is refused, and what was not understood.
NEVER = {Intent.REFUSED, Intent.UNCLEAR}
ABOUT_NO_UNIT = {Intent.HELP, Intent.DEFINITION}
MEASURES: list[tuple[Stage, ...]] = [(), *((stage,) for stage in Stage), (Stage.TARGETS, Stage.OVERLAY), CORE]
PERIODS = [
    (date(2026, 3, 1), None),
    (None, date(2026, 10, 4)),
    (date(2026, 5, 4), date(2026, 9, 30)),
    (date(2025, 12, 29), date(2026, 3, 31)),
    (date(2026, 11, 2), date(2026, 11, 8)),
]


def asked(intent: Intent, units: tuple[Unit, ...], **more: object) -> Question:
    return Question(
        intent,
        units=tuple(unit.id for unit in units),
        unit_names=tuple(unit.name for unit in units),
        compare=Against.UNITS if intent is Intent.COMPARE else None,
        among=Among.TEAMS if intent is Intent.RANK else None,
        **more,  # type: ignore[arg-type]
    )


def questions(intent: Intent) -> Iterator[Question]:
    """A question of this intent about every unit (pair of units) and every set of measures."""
    alone: list[tuple[Unit, ...]] = [()] if intent in ABOUT_NO_UNIT else [(), *((unit,) for unit in UNITS)]
    for units in pairwise(UNITS) if intent is Intent.COMPARE else alone:
        for measures in MEASURES:
            if intent is Intent.OVERLAYS and measures != (Stage.OVERLAY,):
                continue
            if (intent is Intent.HELP and measures) or (intent is Intent.DEFINITION and len(measures) > 1):
                continue
            yield asked(intent, units, measures=measures)


def reading(question: Question) -> tuple[object, ...]:
    return (
        question.intent,
        set(question.measures),
        set(question.units),
        question.start,
        question.end,
        question.among,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", [intent for intent in Intent if intent not in NEVER])
def test_reading_the_words_gives_the_question_again(intent: Intent, language: str) -> None:
    say = words(language)
    for question in questions(intent):
        text = question_text(question, say)
        found = parse(text, units=UNITS, today=TODAY)
        assert reading(found) == reading(question), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", [intent for intent in Intent if intent not in NEVER | ABOUT_NO_UNIT])
def test_weeks_asked_about_are_read_again(intent: Intent, language: str) -> None:
    say = words(language)
    places: list[tuple[Unit, ...]] = [(), (UNITS[1],), (UNITS[5],)]
    for units in [(UNITS[4], UNITS[5])] if intent is Intent.COMPARE else places:
        for start, end in PERIODS:
            if intent is Intent.LEVEL and end is None:
                continue  # "since March" asks for a trend, in any words
            measures = (Stage.OVERLAY,) if intent is Intent.OVERLAYS else (Stage.TRUST,)
            question = asked(intent, units, measures=measures, start=start, end=end)
            text = question_text(question, say)
            assert reading(parse(text, units=UNITS, today=TODAY)) == reading(question), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_regions_are_ranked_as_regions(language: str) -> None:
    question = Question(Intent.RANK, (Stage.TRUST,), among=Among.REGIONS)
    found = parse(question_text(question, words(language)), units=UNITS, today=TODAY)
    assert (found.intent, found.among) == (Intent.RANK, Among.REGIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_every_question_about_one_measure_fit_a_button(language: str) -> None:
    say = words(language)
    for intent in set(Intent) - NEVER:
        for question in questions(intent):
            if len(question.measures) < 2:
                assert len(question_text(question, say)) <= BUTTON, question_text(question, say)


def test_words_are_tidy() -> None:
    assert question_text(Question(Intent.LEVEL), words("en")) == "How are things?"
    trend = Question(Intent.TREND, (Stage.TRUST,), unit_names=("DACH",), start=date(2026, 3, 1))
    assert reading_text(trend, words("en")) == "Read as: Show the trend of trust in DACH since 1 Mar 2026"
    assert "seit 1. März 2026" in reading_text(trend, words("de"))
