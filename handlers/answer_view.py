"""An answer as a leader reads it: a headline, a chart, figures with n, what is withheld, what to ask next."""

import base64
from collections.abc import Callable
from typing import Any

from analysis.answers import Answer, Reported, Verdict
from analysis.cycle import Kind, State
from analysis.questions import Intent
from analysis.stages import Stage
from handlers.alert import PICTURE_BLOCK
from handlers.blocks import BUTTON, Block, actions, button, context, cut, escape, quote, section
from handlers.charts import line_chart, without_charts
from handlers.figures import figure_text, level_text, moved, state_line
from handlers.home_view import SHAPES
from handlers.ids import Action
from handlers.question_text import question_text, reading_text
from handlers.themes_view import theme_line
from handlers.wheel import describe_wheel, draw_wheel
from handlers.words import Words
from surveys.asking import Asked

MOST_ROWS = 10
# Answered for everybody: nothing in them is about anybody.
UNRESTRICTED = {Intent.HELP, Intent.DEFINITION, Intent.REFUSED}
WITHOUT_READING = UNRESTRICTED | {Intent.UNCLEAR}
MOST_QUOTES = 3


def answer_message(asked: Asked, say: Words) -> dict[str, Any]:
    """The answer as a message: text, blocks, a fallback without charts, and the wheel when it is called for."""
    found = asked.answer
    first = headline(asked, say)
    blocks: list[Block] = [section(f"*{first}*")]
    picture = _wheel(asked, say)
    if picture:
        blocks.append(
            {
                "type": "image",
                "block_id": PICTURE_BLOCK,
                "slack_file": {"id": ""},
                "alt_text": picture["alt"],
            }
        )
    blocks += _charts(found, say)
    blocks += _details(asked, say)
    reasons = [say(f"withheld.{reason.value}") for reason in found.withheld]
    if reasons and " ".join(reasons) != first:
        blocks.append(section("\n".join(reasons)))
    if found.question.intent not in WITHOUT_READING:
        note = f" {say('figure.baseline')}" if any(figure.change is not None for figure in found.figures) else ""
        blocks.append(context(f"{escape(reading_text(found.question, say))}.{note}"))
    blocks += _next(found, say)
    message: dict[str, Any] = {"text": first, "blocks": blocks, "fallback_blocks": without_charts(blocks)}
    return message | ({"picture": picture} if picture else {})


def headline(asked: Asked, say: Words) -> str:
    """The answer in one sentence."""
    found = asked.answer
    intent = found.question.intent
    if not asked.allowed and intent not in UNRESTRICTED:
        return say("answer.leads_nothing")
    own = HEADLINES.get(intent)
    sentence = own(asked, say) if own else None
    if sentence:
        return sentence
    if found.figures:
        parts = [f"{_stage(figure.stage, say)} {level_text(figure, say)}" for figure in found.figures]
        return say("answer.level", unit=escape(found.figures[0].label), levels=say.listing(parts))
    if found.withheld:
        return say(f"withheld.{found.withheld[0].value}")
    return say("answer.nothing")


def _stage(stage: Stage, say: Words) -> str:
    return say(f"stage.{stage.value}")


def _fixed(asked: Asked, say: Words) -> str:
    return say(f"answer.{asked.answer.question.intent.value}")


def _definition(asked: Asked, say: Words) -> str:
    measures = asked.answer.question.measures
    if not measures:
        return say("answer.definition")
    stage = measures[0]
    return say("answer.stage_definition", stage=_stage(stage, say), means=say(f"stage_means.{stage.value}"))


def _themes_headline(asked: Asked, say: Words) -> str | None:
    heard = asked.answer.heard
    return say("answer.themes", name=escape(heard[0].theme.name), n=heard[0].size) if heard else None


def _participation_headline(asked: Asked, say: Words) -> str | None:
    parts = [
        say("answer.participation", unit=escape(part.label), low=part.percent[0], high=part.percent[1])
        for part in asked.answer.participation
    ]
    return " ".join(parts) or None


def _change_headline(asked: Asked, say: Words) -> str | None:
    found = asked.answer
    if found.withheld:
        return None
    return say("answer.change" if found.figures else "answer.no_change", count=len(found.figures))


def _cycle_headline(asked: Asked, say: Words) -> str | None:
    if not asked.answer.states:
        return None
    forming = [unit_id for unit_id, state in asked.answer.states.items() if state.kind is Kind.CYCLE]
    if forming:
        return say("answer.cycle", units=escape(say.listing([_name(asked, unit_id) for unit_id in forming])))
    return say("answer.no_cycle")


def _compare_headline(asked: Asked, say: Words) -> str | None:
    found = asked.answer
    if len(found.question.unit_names) < 2:
        return _trend_headline(asked, say)
    names = [escape(name) for name in found.question.unit_names[:2]]
    sentences = []
    for compared in found.compared:
        key = f"answer.compare_{compared.verdict.value}"
        worse, better = names if compared.verdict is Verdict.FIRST_WORSE else names[::-1]
        sentences.append(say(key, stage=_stage(compared.stage, say), worse=worse, better=better))
    return " ".join(sentences) or None


def _trend_headline(asked: Asked, say: Words) -> str | None:
    found = asked.answer
    sentences = []
    for compared, figure in zip(found.compared, found.figures, strict=False):
        key = f"answer.trend_{compared.verdict.value}"
        sentences.append(
            say(
                key,
                stage=_stage(compared.stage, say),
                unit=escape(figure.label),
                level=level_text(figure, say),
            )
        )
    return " ".join(sentences) or None


def _rank_headline(asked: Asked, say: Words) -> str | None:
    found = asked.answer
    if not found.figures:
        return None
    worst = list(dict.fromkeys(escape(figure.label) for figure in found.figures if figure.rank == 1))
    everyone = len({figure.label for figure in found.figures})
    stage = say.listing([_stage(stage, say) for stage in found.question.measures]) or say("question.everything")
    if len(worst) == everyone:
        return say("answer.rank_equal", stage=stage)
    return say("answer.rank" if len(worst) == 1 else "answer.rank_tied", stage=stage, units=say.listing(worst))


HEADLINES: dict[Intent, Callable[[Asked, Words], str | None]] = {
    Intent.HELP: _fixed,
    Intent.UNCLEAR: _fixed,
    Intent.REFUSED: _fixed,
    Intent.DEFINITION: _definition,
    Intent.CYCLE: _cycle_headline,
    Intent.THEMES: _themes_headline,
    Intent.QUOTES: _themes_headline,
    Intent.PARTICIPATION: _participation_headline,
    Intent.COMPARE: _compare_headline,
    Intent.TREND: _trend_headline,
    Intent.RANK: _rank_headline,
    Intent.CHANGE: _change_headline,
}


def _name(asked: Asked, unit_id: str) -> str:
    return next((unit.name for unit in asked.units if unit.id == unit_id), unit_id)


def _charts(found: Answer, say: Words) -> list[Block]:
    """One chart for points and one for hours, over the weeks that all lines share."""
    charts = []
    for in_hours in (False, True):
        lines = [line for line in found.lines if (line.scale.value != "agreement") == in_hours]
        if not lines:
            continue
        weeks = sorted({week for line in lines for week in line.weeks})
        one_unit = len({line.label for line in lines}) == 1
        names = [_stage(line.stage, say) if one_unit else line.label for line in lines]
        if len(set(names)) < len(names):
            names = [f"{line.label}: {_stage(line.stage, say)}" for line in lines]
        series: dict[str, list[float | None]] = {}
        for name, line in zip(names, lines, strict=True):
            values = dict(zip(line.weeks, line.values, strict=True))
            series[name] = [values.get(week) for week in weeks]
        title = say("chart.hours" if in_hours else "chart.points")
        subject = lines[0].label if one_unit else _stage(lines[0].stage, say)
        chart = line_chart(f"{subject}, {title}", [say.day(week) for week in weeks], series)
        if chart:
            charts.append(chart)
    return charts


def _details(asked: Asked, say: Words) -> list[Block]:
    found = asked.answer
    if found.question.intent is Intent.HELP:
        return [section(say("answer.help_more"))]
    if found.question.intent is Intent.DEFINITION:
        return [section(say("answer.definition_more"))]
    rows = [_figure_row(figure, say) for figure in found.figures[:MOST_ROWS]]
    rows += [_state_row(asked, unit_id, state, say) for unit_id, state in list(found.states.items())[:MOST_ROWS]]
    rows += [f"• {theme_line(heard.theme, say)}" for heard in found.heard[:MOST_ROWS]]
    blocks = [section("\n".join(rows))] if rows else []
    differences = [
        say(
            "answer.difference",
            stage=_stage(compared.stage, say),
            low=say.signed(compared.interval[0]),
            high=say.signed(compared.interval[1]),
            unit=say(f"scale.{_scale(found, compared.stage)}.change"),
        )
        for compared in found.compared
        if compared.interval and len(found.question.units) > 1
    ]
    if differences:
        blocks.append(context("\n".join(differences)))
    if found.neighbours:
        several = len({figure.label for figure in found.neighbours}) > 1
        near = [
            f"{escape(figure.label) + ': ' if several else ''}{_stage(figure.stage, say)} "
            f"{level_text(figure, say)} (n {figure.n})"
            for figure in found.neighbours
        ]
        blocks.append(context(say("answer.neighbours", stages=say.listing(near))))
    if found.question.intent in {Intent.THEMES, Intent.QUOTES}:
        texts = [asked.comments[index].text for heard in found.heard for index in heard.quotes[:1]]
        blocks += [quote(text) for text in texts[:MOST_QUOTES]]
    return blocks


def _scale(found: Answer, stage: Stage) -> str:
    scales = {figure.stage: figure.scale.value for figure in found.figures}
    return scales.get(stage, "agreement")


def _figure_row(figure: Reported, say: Words) -> str:
    place = f"{figure.rank}. " if figure.rank else "• "
    return f"{place}*{escape(figure.label)}*, {_stage(figure.stage, say)}: {figure_text(figure, say)}"


def _state_row(asked: Asked, unit_id: str, state: State, say: Words) -> str:
    row = f"{SHAPES[state.kind]}  *{escape(_name(asked, unit_id))}*: {state_line(state, say)}"
    if state.kind not in {Kind.CYCLE, Kind.DRIFT}:
        return row
    turned = [f"{_stage(drift.stage, say)} {moved(drift, asked.record, unit_id, say)}" for drift in state.turned]
    return "\n".join([row, *(f"      {line}" for line in turned)])


def _wheel(asked: Asked, say: Words) -> dict[str, Any] | None:
    for unit_id, state in asked.answer.states.items():
        if state.kind is Kind.CYCLE:
            turned = [(drift.stage, say.day(drift.since) if drift.since else "") for drift in state.turned]
            name = _name(asked, unit_id)
            return {
                "png": base64.b64encode(draw_wheel(turned, title=name, say=say)).decode(),
                "filename": "wheel.png",
                "title": name,
                "alt": describe_wheel(turned, title=name, say=say),
            }
    return None


def _next(found: Answer, say: Words) -> list[Block]:
    texts = list(dict.fromkeys(question_text(question, say) for question in found.next))
    if not texts:
        return []
    buttons = [
        button(cut(text, BUTTON), f"{Action.ASK}:{place}", value=text) for place, text in enumerate(texts[:3])
    ]
    return [actions(*buttons)]
