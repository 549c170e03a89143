"""Questions that lead on from an answer."""

from collections.abc import Sequence

from analysis.answers.answer import Reported
from analysis.figures import Record
from analysis.questions import Against, Among, Intent, Question
from analysis.stages import Stage

MOST_NEXT = 3


def leading_on(question: Question, record: Record, figures: Sequence[Reported]) -> tuple[Question, ...]:
    """Two or three typed questions: about the same unit, its neighbours on the wheel, and what people say."""
    stage = question.measures[0] if question.measures else figures[0].stage if figures else Stage.TRUST
    units = question.units[:1]
    if question.intent in {Intent.RANK, Intent.CHANGE} and figures:
        units = (figures[0].unit,)
    names = record.names
    about = {"units": units, "unit_names": tuple(names.get(unit, unit) for unit in units)}

    def ask(intent: Intent, *measures: Stage, here: bool = True) -> Question:
        return Question(intent, measures, **(about if here else {}))  # type: ignore[arg-type]

    sibling = _sibling(record, units)
    beside = Question(
        Intent.COMPARE,
        (stage,),
        units=(*units, *sibling),
        unit_names=tuple(names.get(unit, unit) for unit in (*units, *sibling)),
        compare=Against.UNITS,
    )
    ranking = Question(Intent.RANK, (stage,), among=Among.TEAMS)
    options = {
        Intent.LEVEL: [ask(Intent.TREND, stage), ask(Intent.THEMES), *([beside] if sibling else [ranking])],
        Intent.TREND: [ask(Intent.LEVEL, stage.next), ask(Intent.THEMES), *([beside] if sibling else [ranking])],
        Intent.COMPARE: [ask(Intent.TREND, stage), ask(Intent.THEMES), ranking],
        Intent.RANK: [ask(Intent.TREND, stage), ask(Intent.THEMES), ask(Intent.CYCLE)],
        Intent.CHANGE: [ask(Intent.TREND, stage), ask(Intent.THEMES), ask(Intent.CYCLE)],
        Intent.CYCLE: [ask(Intent.TREND, *question.measures), ask(Intent.CHANGE), ask(Intent.THEMES)],
        Intent.THEMES: [
            ask(Intent.LEVEL, *question.measures),
            ask(Intent.CHANGE),
            ask(Intent.QUOTES, *question.measures),
        ],
    }
    usual = [ask(Intent.LEVEL, *question.measures), ask(Intent.CYCLE, here=False), ask(Intent.CHANGE)]
    return tuple(options.get(question.intent, usual)[:MOST_NEXT])


def _sibling(record: Record, units: Sequence[str]) -> tuple[str, ...]:
    """The unit after the asked one under the same parent, to compare with."""
    parents = record.parents
    if len(units) != 1 or parents.get(units[0]) is None:
        return ()
    beside = [unit.id for unit in record.units if unit.parent == parents[units[0]]]
    return (beside[(beside.index(units[0]) + 1) % len(beside)],) if len(beside) > 1 else ()
