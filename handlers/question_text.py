"""A typed question in words: for the reading that is shown, and for buttons that ask it."""

from analysis.questions import Intent, Question
from analysis.stages import Stage
from handlers.words import Words


def question_text(question: Question, say: Words) -> str:
    """The question as somebody would ask it; parsing the words gives the question again."""
    stages = say.listing([say(f"stage.{stage.value}") for stage in question.measures])
    units = list(question.unit_names)
    key = f"question.{question.intent.value}"
    if question.intent is Intent.COMPARE and len(units) > 1:
        return say("question.compare", stage=stages or say("question.everything"), units=say.listing(units[:2]))
    where = say("question.in", unit=units[0]) if units else ""
    if not say.has(key):
        key = "question.level"
    return " ".join(say(key, stage=stages or say("question.everything"), where=where).split()).replace(" ?", "?")


def about(intent: Intent, *stages: Stage, unit: str | None = None) -> Question:
    """A question for a button, about stages of a unit by its name."""
    return Question(intent, stages, unit_names=(unit,) if unit else ())


def reading_text(question: Question, say: Words) -> str:
    """How the question was understood, in a line of small print."""
    parts = [say(f"intent.{question.intent.value}")]
    if question.measures:
        parts.append(say.listing([say(f"stage.{stage.value}") for stage in question.measures]))
    if question.unit_names:
        parts.append(say.listing(list(question.unit_names)))
    if question.start and question.end:
        parts.append(say("reading.between", start=say.day(question.start), end=say.day(question.end)))
    elif question.start:
        parts.append(say("reading.since", start=say.day(question.start)))
    elif question.end:
        parts.append(say("reading.until", end=say.day(question.end)))
    return say("reading.line", parts=", ".join(parts))
