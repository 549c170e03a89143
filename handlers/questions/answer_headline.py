"""The headline of an answer: what it comes to, before any figure."""

from collections.abc import Callable, Sequence
from datetime import date

from analysis.answers import Compared, Reported, Verdict
from analysis.answers.answering import scope
from analysis.detection.cycle import Kind
from analysis.questions import Intent
from analysis.stages import CORE, Stage
from handlers.actions.effect_view import effect_headline
from handlers.showing.blocks import escape
from handlers.showing.figures import figure_text
from handlers.words import Words
from surveys.asking import Asked

# Answered for everybody: nothing in them is about anybody.
UNRESTRICTED = frozenset({Intent.DEFINITION, Intent.REFUSED})


def headline(asked: Asked, say: Words) -> str:
    """The answer in a sentence, or in a line for each measure that was compared."""
    found = asked.answer
    intent = found.question.intent
    if not asked.allowed and intent not in UNRESTRICTED:
        return say("answer.leads_nothing")
    own = HEADLINES.get(intent, _level)
    sentence = own(asked, say)
    if sentence:
        return sentence
    if found.withheld:
        return say(f"withheld.{found.withheld[0].value}")
    return say("answer.nothing")


def unit_name(asked: Asked, unit_id: str) -> str:
    """The name of a unit as it may stand in a message."""
    return escape(next((unit.name for unit in asked.units if unit.id == unit_id), unit_id))


def label(asked: Asked, figure: Reported) -> str:
    """Whose figure it is: the unit, or the teams that were counted together."""
    names = [unit_name(asked, one) for one in figure.units] if figure.merged else [unit_name(asked, figure.unit)]
    return " + ".join(sorted(names))


def _help(asked: Asked, say: Words) -> str:
    del asked
    return say("answer.help")


def _refused(asked: Asked, say: Words) -> str:
    del asked
    return say("answer.refused")


def _unclear(asked: Asked, say: Words) -> str:
    unknown = asked.answer.question.unknown
    if unknown:
        return say("answer.unclear_word", word=escape(unknown[0]))
    return say("answer.unclear")


def _definition(asked: Asked, say: Words) -> str:
    measures = asked.answer.question.measures
    if not measures:
        return say("answer.definition")
    stage = measures[0]
    return say("answer.stage_definition", stage=say.stage(stage), means=say(f"stage_means.{stage.value}"))


def _themes(asked: Asked, say: Words) -> str | None:
    heard = asked.answer.heard
    return say("answer.themes", name=escape(heard[0].theme.name)) if heard else None


def _participation(asked: Asked, say: Words) -> str | None:
    lines = [
        say("answer.participation", unit=escape(part.label), low=part.percent[0], high=part.percent[1])
        for part in asked.answer.participation
    ]
    return "\n".join(lines) or None


def _change(asked: Asked, say: Words) -> str | None:
    figures = asked.answer.figures
    if not figures:
        return None if asked.answer.withheld else say("answer.no_change")
    if len({figure.unit for figure in figures}) > 1:
        return say("answer.change_several", count=len(figures))
    stages = say.listing([say.measure(figure.stage) for figure in figures])
    return say("answer.change", where=say("question.in", unit=label(asked, figures[0])), stages=stages)


def _cycle(asked: Asked, say: Words) -> str | None:
    states = asked.answer.states
    if not states:
        return None
    forming = [unit_name(asked, unit_id) for unit_id, state in states.items() if state.kind is Kind.CYCLE]
    return say("answer.cycle", units=say.listing(forming)) if forming else say("answer.no_cycle")


def _effect(asked: Asked, say: Words) -> str | None:
    """A sentence for each action; that none is logged is an answer as well."""
    found = asked.answer
    names = {unit.id: unit.name for unit in asked.units}
    if found.acted:
        return "\n".join(effect_headline(acted, names, say) for acted in found.acted)
    if found.withheld:
        return None
    units = [escape(name) for name in found.question.unit_names]
    if not units:
        return say("effect.none_anywhere")
    return say("effect.none", where=say("question.in", unit=say.listing(units)))


def _compare(asked: Asked, say: Words) -> str | None:
    found = asked.answer
    if len(found.question.units) < 2:
        return _trend(asked, say)
    names = [escape(name) for name in found.question.unit_names[:2]]
    lines = []
    for compared in found.compared:
        worse, better = names if compared.verdict is Verdict.FIRST_WORSE else names[::-1]
        key = f"answer.compare_{compared.verdict.value}"
        lines.append(say(key, stage=say.stage(compared.stage), worse=worse, better=better))
    return "\n".join(lines) or None


def _trend(asked: Asked, say: Words) -> str | None:
    lines = []
    for unit_id, compared in _by_unit(asked):
        figure = _figure_of(asked, unit_id, compared.stage)
        if figure is not None:
            key = f"answer.trend_{compared.verdict.value}"
            lines.append(say(key, stage=say.stage(compared.stage), unit=label(asked, figure)))
    return "\n".join(lines) or None


def _by_unit(asked: Asked) -> Sequence[tuple[str, Compared]]:
    """Each comparison of a unit with itself, beside the unit; they come unit by unit, measure by measure."""
    question = asked.answer.question
    asked_about = [unit for unit in scope(question, asked.record) for _ in question.measures or CORE]
    return list(zip(asked_about, asked.answer.compared, strict=False))


def _figure_of(asked: Asked, unit_id: str, stage: Stage) -> Reported | None:
    fits = (figure for figure in asked.answer.figures if figure.unit == unit_id and figure.stage is stage)
    return next(fits, None)


def _rank(asked: Asked, say: Words) -> str | None:
    found = asked.answer
    if not found.figures:
        return None
    worst = list(dict.fromkeys(label(asked, figure) for figure in found.figures if figure.rank == 1))
    everyone = len({figure.units for figure in found.figures})
    stages = say.listing([say.stage(stage) for stage in found.question.measures])
    stage = stages or say("answer.rank_everything")
    if len(worst) == everyone:
        return say("answer.rank_equal", stage=stage)
    return say("answer.rank" if len(worst) == 1 else "answer.rank_tied", stage=stage, units=say.listing(worst))


def _level(asked: Asked, say: Words) -> str | None:
    figures = asked.answer.figures
    if not figures:
        return None
    if len(figures) == 1:
        only = figures[0]
        stage, unit = say.stage(only.stage), label(asked, only)
        return say("answer.level_one", stage=stage, unit=unit, figure=figure_text(only, say).replace("*", ""))
    newest: date = max(figure.week for figure in figures)
    units = {figure.unit for figure in figures}
    if len(units) > 1:
        return say("answer.level_several", week=say.day(newest))
    return say("answer.level_some", unit=unit_name(asked, units.pop()), week=say.day(newest))


HEADLINES: dict[Intent, Callable[[Asked, Words], str | None]] = {
    Intent.HELP: _help,
    Intent.UNCLEAR: _unclear,
    Intent.REFUSED: _refused,
    Intent.DEFINITION: _definition,
    Intent.CYCLE: _cycle,
    Intent.EFFECT: _effect,
    Intent.THEMES: _themes,
    Intent.QUOTES: _themes,
    Intent.PARTICIPATION: _participation,
    Intent.COMPARE: _compare,
    Intent.TREND: _trend,
    Intent.RANK: _rank,
    Intent.CHANGE: _change,
}
