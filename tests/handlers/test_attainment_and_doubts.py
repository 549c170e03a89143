"""Attainment and other explanations in sentences, in every language, with their figures and nobody's answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from analysis.answers import answer
from analysis.detection.doubts import Doubt, Ground
from analysis.figures import Attainment, Record
from analysis.questions import Intent, Question
from analysis.stages import Stage
from handlers.alerts.attainment_text import attainment_line, period_text
from handlers.alerts.doubts_text import doubt_lines
from handlers.questions.answer_view import answer_message
from handlers.words import LANGUAGES, words
from surveys.asking import Asked
from tests.handlers import synthetic_states

NORTH, SOUTH = "quay/r-d-north", "quay/south"
EN, DE = words("en"), words("de")


def quarters(unit_id: str, *shares: float) -> list[Attainment]:
    """Quarters that end with the first one of 2026."""
    starts = [(2026 - (back + 3) // 4, (-back % 4) * 3 + 1) for back in reversed(range(len(shares)))]
    found = []
    for (year, month), share in zip(starts, shares, strict=True):
        ends_on = date(year + month // 10, (month + 2) % 12 + 1, 1) - timedelta(days=1)
        found.append(Attainment(unit_id, date(year, month, 1), ends_on, 1000, share * 1000))
    return found


def known(*attainments: Attainment) -> Record:
    return replace(synthetic_states.record(), attainments=attainments)


# Attainment -----------------------------------------------------------------------------------------------


def test_a_fall_is_told_with_the_period_before_and_what_is_usual() -> None:
    record = known(*quarters(SOUTH, 1.0, 1.02, 0.98, 1.01, 0.55))
    line = attainment_line(record, SOUTH, EN)
    assert line is not None
    assert line.startswith("55 percent of target in Q1 2026, after 101 percent in Q4 2025; more than noise, as 4 ")
    german = attainment_line(record, SOUTH, DE)
    assert german is not None
    assert german.startswith("55 Prozent des Ziels in Q1 2026, nach 101 Prozent in Q4 2025; mehr als Zufall")
    within = attainment_line(known(*quarters(SOUTH, 1.0, 1.02, 0.98, 1.01, 0.97)), SOUTH, EN)
    assert within is not None
    assert "within noise, as 4 earlier periods make" in within


def test_few_periods_say_so() -> None:
    assert attainment_line(known(*quarters(SOUTH, 0.82)), SOUTH, EN) == "82 percent of target in Q1 2026"
    assert attainment_line(known(*quarters(SOUTH, 1.01, 0.82)), SOUTH, EN) == (
        "82 percent of target in Q1 2026, after 101 percent in Q4 2025; too few earlier periods (1) to say more"
    )
    assert attainment_line(known(*quarters(SOUTH, 0.82)), NORTH, EN) is None
    assert attainment_line(known(), SOUTH, EN) is None


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "english", "german"),
    [
        (date(2026, 7, 1), date(2026, 9, 30), "Q3 2026", "Q3 2026"),
        (date(2026, 5, 1), date(2026, 5, 31), "May 2026", "Mai 2026"),
        (date(2025, 1, 1), date(2025, 12, 31), "2025", "2025"),
        (date(2026, 2, 1), date(2026, 4, 30), "1 Feb 2026 to 30 Apr 2026", "1. Feb. 2026 bis 30. Apr. 2026"),
        (date(2026, 1, 2), date(2026, 3, 31), "2 Jan 2026 to 31 Mar 2026", "2. Jan. 2026 bis 31. März 2026"),
    ],
)
def test_periods_are_named_as_people_name_them(starts_on: date, ends_on: date, english: str, german: str) -> None:
    period = Attainment(SOUTH, starts_on, ends_on, 1, 1)
    assert period_text(period, EN) == english
    assert period_text(period, DE) == german


def told(question: Question, record: Record) -> str:
    asked = Asked(answer(question, record=record), record.units, record, [], allowed=True)
    return str(answer_message(asked, EN))


def test_an_answer_about_targets_shows_attainment() -> None:
    record = known(*quarters(SOUTH, 1.01, 0.82), *quarters(NORTH, 0.9))
    south = Question(Intent.LEVEL, (Stage.TARGETS,), (SOUTH,), ("South",))
    assert "Attainment: 82 percent of target in Q1 2026, after 101 percent in Q4 2025" in told(south, record)
    both = Question(Intent.LEVEL, (Stage.TARGETS,), (SOUTH, NORTH), ("South", "R&D <North>"))
    assert "Attainment in South: 82 percent" in told(both, record)
    assert "Attainment in R&amp;D &lt;North&gt;: 90 percent" in told(both, record)


def test_other_answers_and_units_without_targets_show_none() -> None:
    record = known(*quarters(SOUTH, 1.01, 0.82))
    assert "Attainment" not in told(Question(Intent.LEVEL, (Stage.TRUST,), (SOUTH,), ("South",)), record)
    assert "Attainment" not in told(Question(Intent.LEVEL, (Stage.TARGETS,), (NORTH,), ("R&D <North>",)), record)


# Other explanations ---------------------------------------------------------------------------------------

WEEK = date(2026, 3, 2)
DOUBTS = {
    Ground.NEWCOMERS: (Doubt(Ground.NEWCOMERS, 0.4, before=0.88, now=0.47, n=8, week=WEEK), "about 9 in 10"),
    Ground.GROUP: (Doubt(Ground.GROUP, 0.5, n=1, units=(SOUTH,)), "counted together with other teams"),
    Ground.INVITED: (Doubt(Ground.INVITED, 0.3, before=10, now=14), "10 people were asked before, 14 since"),
    Ground.RESPONDENTS: (Doubt(Ground.RESPONDENTS, 0.5, n=6), "about 6 a week"),
    Ground.WEEKS: (Doubt(Ground.WEEKS, 0.5, n=2, of=6), "2 of the 6 weeks"),
    Ground.OTHER_TEAMS: (Doubt(Ground.OTHER_TEAMS, 0.9, before=1, now=0.9, n=4, of=5, week=WEEK), "4 of 5 other"),
    Ground.TURN_OF_QUARTER: (Doubt(Ground.TURN_OF_QUARTER, 0.9, before=1, now=0.9, n=4, of=5), "4 of 5 other"),
    Ground.ANSWERING: (Doubt(Ground.ANSWERING, 0.3, before=0.8, now=0.55, n=12), "about 8 in 10 before, about 6"),
    Ground.STAGES: (Doubt(Ground.STAGES, 0.9, n=6, of=7, week=WEEK), "6 of 7 stages from about 2 Mar"),
    Ground.ONE_WEEK: (Doubt(Ground.ONE_WEEK, 0.62, now=0.62, week=WEEK), "about 62 percent"),
}


@pytest.mark.parametrize("ground", Ground)
def test_every_doubt_is_a_sentence_with_its_figures(ground: Ground) -> None:
    doubt, part = DOUBTS[ground]
    [line] = doubt_lines([doubt], EN)
    assert part in line
    for language in LANGUAGES:
        [line] = doubt_lines([doubt], words(language))
        assert line.endswith(".")
        assert "None" not in line
        assert len(line) <= 250


def test_a_share_never_tells_what_each_person_did() -> None:
    everybody = Doubt(Ground.ANSWERING, 1.0, before=1.0, now=0.0, n=6)
    assert "about 9 in 10 before, about 1 in 10 lately" in doubt_lines([everybody], EN)[0]


def test_no_doubts_are_no_lines() -> None:
    assert doubt_lines((), EN) == []
