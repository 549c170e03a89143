"""A typed question in words: for the reading that is shown, and for buttons that ask it."""

from analysis.questions import Among, Intent, Question
from analysis.stages import Stage
from handlers.words import COMPLETE, FALLBACK, Words, words


def question_text(question: Question, say: Words) -> str:
    """The question as somebody would ask it; parsing the words gives the question again."""
    if say.language not in COMPLETE:
        # Questions are read in these languages.
        say = words(FALLBACK)
    stages = say.listing([say.measure(stage) for stage in question.measures])
    units = list(question.unit_names)
    comparing = question.intent is Intent.COMPARE and len(units) > 1
    key = f"question.{question.intent.value}"
    if question.intent is Intent.RANK and question.among is Among.REGIONS:
        key = "question.rank_regions"
    if stages and say.has(f"{key}_about"):
        key += "_about"
    text = say(
        key if say.has(key) else "question.level",
        stage=stages,
        units=say.listing(units),
        where=say("question.in", unit=say.listing(units)) if units and not comparing else "",
        when=_when(question, say),
    )
    return _tidy(text)


def _when(question: Question, say: Words) -> str:
    """The weeks asked about, with their year, so that they are read the same next year."""
    if question.start and question.end:
        start, end = say.day_of_year(question.start), say.day_of_year(question.end)
        return say("question.between", start=start, end=end)
    if question.start:
        return say("question.since", start=say.day_of_year(question.start))
    return say("question.until", end=say.day_of_year(question.end)) if question.end else ""


def _tidy(text: str) -> str:
    return " ".join(text.split()).replace(" ?", "?")


def about(intent: Intent, *stages: Stage, unit: str | None = None) -> Question:
    """A question for a button, about stages of a unit by its name."""
    return Question(intent, stages, unit_names=(unit,) if unit else ())


def reading_text(question: Question, say: Words) -> str:
    """How the question was understood, in a line of small print."""
    return say("reading.line", question=question_text(question, say))
