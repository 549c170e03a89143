"""Questions are read right, on a labelled set and on the corners of its parts."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from analysis.figures import Unit
from analysis.questions import Against, Intent, Period, Side, parse
from analysis.questions.deciding import BELIEVED
from analysis.questions.guessing import examples, guesses
from analysis.stages import Stage
from tests.analysis.question_set import TODAY, UNITS, ask, building, held_out, marked, right, table

# As `make bench ARGS="--only questions"` measures them, less what one question more or less is worth.
LEAST_HELD_OUT = 0.91
MOST_CONFIDENT_AND_WRONG = 0.038


def test_the_building_part_is_read_right() -> None:
    wrong = [item.text for item in building() if not right(item)["whole"]]
    assert not wrong


def test_the_held_out_part_keeps_its_accuracy() -> None:
    sys.stdout.write(table([("building", building()), ("held out", held_out())]))
    results = [right(item) for item in held_out()]
    assert len(results) >= 180
    assert sum(result["whole"] for result in results) / len(results) >= LEAST_HELD_OUT
    assert sum(result["confident and wrong"] for result in results) / len(results) <= MOST_CONFIDENT_AND_WRONG


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("since March", "2026-03-01", None),
        ("since December", "2025-12-01", None),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("in Q3", "2026-07-01", "2026-09-30"),
        ("in Q1 2025", "2025-01-01", "2025-03-31"),
        ("this quarter", "2026-10-01", None),
        ("this month", "2026-11-01", None),
        ("last month", "2026-10-01", "2026-10-31"),
        ("over the last month", "2026-10-18", None),
        ("the last 6 weeks", "2026-10-07", None),
        ("in the past couple of weeks", "2026-11-04", None),
        ("between 4 May and 1 June", "2026-05-04", "2026-06-01"),
        ("from May 4th to June 1st", "2026-05-04", "2026-06-01"),
        ("between December and February", "2025-12-01", "2026-02-28"),
        ("this year", "2026-01-01", None),
        ("last year", "2025-01-01", "2025-12-31"),
        ("yesterday", "2026-11-17", "2026-11-17"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("this week", "2026-11-16", None),
        ("until June", None, "2026-06-30"),
        ("before June", None, "2026-05-31"),
        ("in 2025", "2025-01-01", "2025-12-31"),
        ("since 2026-05-04", "2026-05-04", None),
        ("since 4 weeks ago", "2026-10-19", None),
        ("since last Monday", "2026-11-16", None),
        ("since the start of the year", "2026-01-01", None),
        ("since 31 February", None, None),
        ("seit März", "2026-03-01", None),
        ("in den letzten acht Wochen", "2026-09-23", None),
        ("zwischen dem 4. Mai und dem 1. Juni", "2026-05-04", "2026-06-01"),
        ("im letzten Quartal", "2026-07-01", "2026-09-30"),
        ("letzte Woche", "2026-11-09", "2026-11-15"),
        ("seit dem 4.5.2026", "2026-05-04", None),
    ],
)
def test_times(words: str, start: str | None, end: str | None) -> None:
    reading = ask(f"trust in EMEA {words}").reading()
    assert (reading["from"], reading["to"]) == (start, end)


def test_a_month_that_is_a_word_is_no_month() -> None:
    assert ask("may I see trust in EMEA").start is None


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("EMEA Enterprise", ["EMEA Enterprise"]),
        ("emea entreprise", ["EMEA Enterprise"]),
        ("EMEA Ent", ["EMEA Enterprise"]),
        ("the enterprise team in EMEA", ["EMEA Enterprise"]),
        ("emea mid market", ["EMEA Mid-Market"]),
        ("EMEA MM", ["EMEA Mid-Market"]),
        ("AMER Enterprise and Commercial", ["AMER Enterprise", "AMER Commercial"]),
        ("the mid-market teams", ["EMEA Mid-Market", "AMER Mid-Market"]),
        ("Commercial", ["AMER Commercial"]),
        ("Europe", ["EMEA"]),
        ("the US", ["AMER"]),
        ("Japan's team", ["Japan"]),
        ("Jappan", ["Japan"]),
        ("Larkspur", ["Larkspur Systems"]),
        ("my team", ["EMEA Enterprise"]),
        ("my region", ["EMEA"]),
        ("the whole company", ["Larkspur Systems"]),
    ],
)
def test_units(words: str, names: list[str]) -> None:
    assert ask(f"how is trust in {words}").reading()["units"] == names


@pytest.mark.parametrize(
    "text", ["trust for us", "each team's trust", "trust in each of them", "what about the area of trust"]
)
def test_common_words_are_no_units(text: str) -> None:
    assert ask(text).units == ()


def test_an_ambiguous_unit_is_asked_back_and_not_guessed() -> None:
    question = ask("how is trust in Enterprise since March")
    assert question.intent is Intent.UNCLEAR
    assert [option.unit_names for option in question.unsure] == [("EMEA Enterprise",), ("AMER Enterprise",)]
    assert all(option.intent is Intent.TREND and option.start == date(2026, 3, 1) for option in question.unsure)


def test_an_unknown_unit_is_named() -> None:
    question = ask("trust in LATAM")
    assert (question.intent, question.unknown) == (Intent.UNCLEAR, ("latam",))


def test_a_unit_named_like_a_person_is_a_unit() -> None:
    units = (Unit("all", "Acme"), Unit("j", "Jordan", "all"), Unit("v", "Victoria", "all"))
    question = parse("how is Jordan doing compared with Victoria", units=units, today=TODAY)
    assert (question.intent, question.units) == (Intent.COMPARE, ("j", "v"))


@pytest.mark.parametrize("unit", [unit.name for unit in UNITS])
@pytest.mark.parametrize(
    "text",
    [
        "how is {} doing",
        "what did {} say",
        "is {} unhappy",
        "what does {} think about quota",
        "is {} about to quit",
    ],
)
def test_units_are_never_refused(unit: str, text: str) -> None:
    assert ask(text.format(unit)).intent is not Intent.REFUSED


@pytest.mark.parametrize("name", ["Anna", "peter", "Priya", "Xiulan", "zbigniew"])
@pytest.mark.parametrize(
    "text", ["how is {} doing", "what did {} say", "what does {} think about quota", "how did {} answer last week"]
)
def test_persons_are_always_refused(name: str, text: str) -> None:
    assert ask(text.format(name)).intent is Intent.REFUSED


def lines(name: str) -> list[str]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("text", lines("about_people.txt"))
def test_a_question_about_a_person_is_refused_however_it_is_put(text: str) -> None:
    assert ask(text).intent is Intent.REFUSED


@pytest.mark.parametrize("text", lines("about_groups.txt"))
def test_a_question_about_a_group_is_not_refused(text: str) -> None:
    assert ask(text).intent is not Intent.REFUSED


ABOUT_SOMEBODY = [
    "how is {}",
    "trust of {}",
    "is {} unhappy",
    "why is {} unhappy",
    "tell me about {}",
    "trust in DACH without {}",
    "compare {} with DACH",
    "overlay hours of {}",
    "das Vertrauen von {}",
    "hat {} geantwortet",
    "DACH ohne {}",
    "zeig mir die Antworten von {}",
    "{}s Vertrauen",
]
ROSTER = frozenset({"Margarethe Oduya", "Thorvald Grønbæk", "Jürgen Weiß", "Kim Price"})


@pytest.mark.parametrize("name", ["Margarethe", "Oduya", "Thorvald Grønbæk", "Weiß", "Weiss", "Juergen"])
@pytest.mark.parametrize("text", ABOUT_SOMEBODY)
def test_whoever_is_in_the_roster_is_known_as_a_person(name: str, text: str) -> None:
    question = parse(text.format(name), units=UNITS, asker_units=("emea-ent",), today=TODAY, people=ROSTER)
    assert question.intent is Intent.REFUSED


@pytest.mark.parametrize("text", ["what do people say about price", "what do people say about prices"])
def test_a_subject_that_is_somebodys_name_too_is_a_subject(text: str) -> None:
    question = parse(text, units=UNITS, today=TODAY, people=ROSTER)
    assert question.intent is Intent.THEMES


def test_a_unit_is_a_unit_whatever_people_are_called() -> None:
    named_like_units = frozenset({"Japan Enterprise", "Dach Amer"})
    question = parse("compare trust in Japan and DACH", units=UNITS, today=TODAY, people=named_like_units)
    assert (question.intent, question.unit_names) == (Intent.COMPARE, ("Japan", "DACH"))


def test_two_weeks_compared() -> None:
    question = ask("compare friction in DACH in Q2 and Q3")
    assert question.period == Period(date(2026, 4, 1), date(2026, 6, 30))
    assert question.against == Period(date(2026, 7, 1), date(2026, 9, 30))


def test_the_reading_is_json() -> None:
    reading = ask("compare trust in EMEA and AMER since March").reading()
    assert json.loads(json.dumps(reading)) == {
        "intent": "compare",
        "measures": ["trust"],
        "units": ["EMEA", "AMER"],
        "from": "2026-03-01",
        "to": None,
        "compare": "units",
    }


@pytest.mark.parametrize(
    "text", ["", "???", "😀", "a" * 5000, "in in in", "since", "compare", "'", "<@U123>", "Q9"]
)
def test_nonsense_is_unclear_or_refused(text: str) -> None:
    assert ask(text).intent in {Intent.UNCLEAR, Intent.REFUSED}


def test_the_topic_is_the_askers_word() -> None:
    question = ask("what do people say about approvals")
    assert (question.measures, question.topic) == ((Stage.FRICTION,), "approvals")


def test_the_building_part_is_what_the_classifier_learns_from() -> None:
    learnt = set(examples())
    missing = [
        (marked(item.text), item.intent)
        for item in building()
        if item.intent not in {"refused", "unclear"} and (marked(item.text), Intent(item.intent)) not in learnt
    ]
    assert not missing


def test_nothing_of_the_held_out_part_is_learnt_from() -> None:
    learnt = {text for text, _ in examples()}
    built = {marked(item.text) for item in building()}
    assert not [item.text for item in held_out() if marked(item.text) in learnt - built - spoken_by_buttons()]


def spoken_by_buttons() -> set[str]:
    """Questions that our own buttons ask are said to everybody, and so by somebody."""
    return {"help"}


def test_the_classifier_is_sure_of_what_it_was_shown_and_of_nothing_else() -> None:
    best = guesses("how is MEASURE in UNIT")[0]
    assert (best.intent, best.chance > BELIEVED) == (Intent.LEVEL, True)
    nothing = guesses("zonk flarp gronk")[0]
    assert nothing.intent is Intent.UNCLEAR or nothing.chance < BELIEVED
    assert guesses("why is MEASURE low") == guesses("why is MEASURE low")


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("which overlay could we drop without missing it", Intent.OVERLAYS),
        ("trust in EMEA without DACH", Intent.LEVEL),
        ("how is trust in enterprise", Intent.LEVEL),
    ],
)
def test_in_doubt_it_offers_what_may_be_meant(text: str, offered: Intent) -> None:
    question = ask(text)
    assert offered in {question.intent, *(option.intent for option in question.unsure)}


@pytest.mark.parametrize(
    ("text", "action", "side"),
    [
        ("how was trust in EMEA before the reorg", "reorg", Side.BEFORE),
        ("friction in EMEA since the new CRM migration", "crm migration", Side.AFTER),
        ("Reibung in DACH nach der Umstrukturierung", "umstrukturierung", Side.AFTER),
        ("compare trust before and after the reorg", "reorg", None),
    ],
)
def test_an_action_bounds_the_weeks(text: str, action: str, side: Side | None) -> None:
    question = ask(text)
    assert (question.action, question.side) == (action, side)
    assert (question.compare is Against.ACTION) == (side is None)


@pytest.mark.parametrize(
    "text", ["trust since March", "trust since the beginning of the year", "trust before June"]
)
def test_a_time_is_no_action(text: str) -> None:
    assert ask(text).action is None


def test_a_person_is_no_action() -> None:
    assert ask("trust in DACH before Anna left").intent is Intent.REFUSED
    assert ask("trust in DACH since the Anna thing").intent is Intent.REFUSED


def test_why_there_was_an_alert_is_told_from_how_the_cycle_stands() -> None:
    assert ask("why did you alert").why
    assert ask("warum gab es einen Alarm").why
    assert not ask("is the cycle forming anywhere").why


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("not trust, friction in EMEA", (Stage.FRICTION,)),
        ("friction instead of trust in EMEA", (Stage.FRICTION,)),
        ("do people in EMEA not trust management", (Stage.TRUST,)),
        ("trust and friction in EMEA", (Stage.TRUST, Stage.FRICTION)),
    ],
)
def test_a_measure_that_is_denied_is_not_meant(text: str, measures: tuple[Stage, ...]) -> None:
    assert ask(text).measures == measures


@pytest.mark.parametrize(
    "text", ["Can management see individual answers?", "does anyone see what i wrote", "can hr read my comments"]
)
def test_what_others_may_see_is_no_question_about_a_person(text: str) -> None:
    assert ask(text).intent is Intent.DEFINITION


@pytest.mark.parametrize("text", ["can I see individual answers", "can management see what Anna wrote"])
def test_asking_for_answers_is(text: str) -> None:
    assert ask(text).intent is Intent.REFUSED
