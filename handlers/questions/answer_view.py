"""An answer as a leader reads it: a headline, a chart, figures with n, what is withheld, what to ask next."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from analysis.answers import Compared, Line, Reported, Verdict, Withheld
from analysis.detection.cycle import Kind
from analysis.figures import Scale
from analysis.questions import Intent, Question
from analysis.stages import Stage
from handlers.actions.effect_view import effect_rows, logged_text, small_print
from handlers.actions.marks import marks_of
from handlers.alerts.alert import PICTURE_BLOCK, wheel_picture
from handlers.alerts.attainment_text import attainment_line
from handlers.ids import Action
from handlers.questions.answer_headline import UNRESTRICTED, headline, label, unit_name
from handlers.questions.question_text import about, question_text, reading_text
from handlers.questions.themes_view import theme_line
from handlers.showing.blocks import BUTTON, Block, actions, button, context, cut, escape, quote, section
from handlers.showing.charts import CHARTS, TITLE, Mark, line_chart, marks_text, week_labels, without_charts
from handlers.showing.figures import compact_figures, figure_text, level_text, moved
from handlers.showing.states import outlook_lines, state_row
from handlers.words import Words
from surveys.asking import Asked

__all__ = ["answer_message", "headline"]

MOST_ROWS = 10
MOST_QUOTES = 3
MOST_NEXT = 3
# More would be a table.
MOST_ATTAINED = 2
WITHOUT_READING = UNRESTRICTED | {Intent.HELP, Intent.UNCLEAR}


def answer_message(asked: Asked, say: Words) -> dict[str, Any]:
    """The answer as a message: text, blocks, a fallback without charts, and the wheel when it is called for."""
    first = headline(asked, say)
    blocks: list[Block] = [section("\n".join(f"*{line}*" for line in first.split("\n")))]
    if not asked.allowed and asked.answer.question.intent not in UNRESTRICTED:
        blocks += _next(asked, say)
        return {"text": first, "blocks": blocks}
    picture = _wheel(asked, say)
    if picture:
        empty = {"type": "image", "block_id": PICTURE_BLOCK, "slack_file": {"id": ""}}
        blocks.append(empty | {"alt_text": picture["alt"]})
    blocks += _charts(asked, say)
    blocks += DETAILS.get(asked.answer.question.intent, _figures)(asked, say)
    blocks += _withheld(asked, first, say)
    blocks += _small_print(asked, say)
    blocks += _next(asked, say)
    message: dict[str, Any] = {"text": first, "blocks": blocks, "fallback_blocks": without_charts(blocks)}
    return message | ({"picture": picture} if picture else {})


# Charts ---------------------------------------------------------------------------------------------------


def _charts(asked: Asked, say: Words) -> list[Block]:
    """Measures of one unit share a chart for points and one for hours; of several units, each has its own."""
    lines = asked.answer.lines
    one_unit = len({line.unit for line in lines}) == 1
    groups: dict[object, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.scale is Scale.AGREEMENT if one_unit else line.stage, []).append(line)
    marks = marks_of(asked.actions, asked.units, {line.unit for line in lines}, say)
    charts = [_chart(asked, group, marks, say, by_unit=not one_unit) for group in groups.values()]
    drawn = [chart for chart in charts if chart][:CHARTS]
    legend = marks_text(marks, sorted({week for line in lines for week in line.weeks}), say)
    return [*drawn, *([context(legend)] if drawn and legend else [])]


def _chart(
    asked: Asked, lines: Sequence[Line], marks: Sequence[Mark], say: Words, *, by_unit: bool
) -> Block | None:
    weeks = sorted({week for line in lines for week in line.weeks})
    series: dict[str, list[float | None]] = {}
    for line in lines:
        values = dict(zip(line.weeks, line.values, strict=True))
        name = _line_name(asked, line) if by_unit else say.stage(line.stage)
        series[name] = [values.get(week) for week in weeks]
    stages = say.listing(list(dict.fromkeys(say.stage(line.stage) for line in lines)))
    where = "" if by_unit else f" {say('question.in', unit=_line_name(asked, lines[0]))}"
    scale = say("chart.points" if lines[0].scale is Scale.AGREEMENT else "chart.hours")
    titles = [f"{stages}{where}, {scale}", f"{stages}, {scale}", stages]
    title = next((one for one in titles if len(one) <= TITLE), stages)
    return line_chart(title, week_labels(weeks, say, marks), series)


def _line_name(asked: Asked, line: Line) -> str:
    """A line's label, with the names of merged teams that the asker does not lead."""
    names = {unit.id: unit.name for unit in asked.units}
    return " + ".join(names.get(part, part) for part in line.label.split(" + "))


def _wheel(asked: Asked, say: Words) -> dict[str, Any] | None:
    for unit_id, state in asked.answer.states.items():
        if state.kind is Kind.CYCLE:
            turned = [(drift.stage, drift.since) for drift in state.turned]
            name = next((unit.name for unit in asked.units if unit.id == unit_id), unit_id)
            return wheel_picture(turned, title=name, say=say)
    return None


# Details --------------------------------------------------------------------------------------------------


def _figures(asked: Asked, say: Words) -> list[Block]:
    """A row for each figure that the headline does not hold already, and what stands beside it on the wheel."""
    found = asked.answer
    figures = list(dict.fromkeys(found.figures))[:MOST_ROWS]
    if len(figures) == 1 and found.question.intent not in {Intent.TREND, Intent.CHANGE}:
        figures = []
    rows = _rows(asked, figures, say)
    beside = [*_attained(asked, say), *_differences(asked, say), *_neighbours(asked, say)]
    return [*([section("\n".join(rows))] if rows else []), *beside]


def _attained(asked: Asked, say: Words) -> list[Block]:
    """What the units asked about achieved of their targets, when targets are what is asked about."""
    if Stage.TARGETS not in asked.answer.question.measures:
        return []
    units = dict.fromkeys(figure.unit for figure in asked.answer.figures)
    told = {unit: attainment_line(asked.record, unit, say) for unit in units}
    lines = [
        say("attainment.of" if len(units) > 1 else "attainment.line", unit=unit_name(asked, unit), text=text)
        for unit, text in told.items()
        if text
    ]
    return [context("\n".join(lines))] if 0 < len(lines) <= MOST_ATTAINED else []


def _rows(asked: Asked, figures: Sequence[Reported], say: Words) -> list[str]:
    """A line for each figure, naming only what tells it from the others."""
    several_units = len({figure.unit for figure in figures}) > 1
    several_stages = len({figure.stage for figure in figures}) > 1
    by_weeks = len({(figure.unit, figure.stage) for figure in figures}) < len(figures)
    dated = asked.answer.question.intent is Intent.TREND
    rows = []
    for figure in figures:
        parts = [f"*{label(asked, figure)}*"] if several_units else []
        parts += [say.stage(figure.stage)] if several_stages else []
        parts += [_weeks(figure, say)] if by_weeks or (dated and not parts) else []
        told = figure_text(figure, say)
        rows.append(f"• {', '.join(parts)}: {told}" if parts else f"• {told}")
    return rows


def _weeks(figure: Reported, say: Words) -> str:
    week = say.day(figure.week)
    return say("answer.week", week=week) if figure.weeks == 1 else say("answer.weeks", n=figure.weeks, week=week)


def _ranking(asked: Asked, say: Words) -> list[Block]:
    rows = []
    for units, several in groupby(asked.answer.figures, key=lambda figure: figure.units):
        figures = list(several)
        told = figure_text(figures[0], say) if len(figures) == 1 else compact_figures(figures, say)
        rows.append(f"{figures[0].rank}. *{label(asked, figures[0])}*: {told}")
        del units
    return [section("\n".join(rows[:MOST_ROWS]))] if rows else []


def _differences(asked: Asked, say: Words) -> list[Block]:
    found = asked.answer
    if len(found.question.units) < 2:
        return []
    names = [escape(name) for name in found.question.unit_names[:2]]
    scales = {figure.stage: figure.scale for figure in found.figures}
    lines = [
        _difference(compared, scales.get(compared.stage, Scale.AGREEMENT), names, say)
        for compared in found.compared
        if compared.interval
    ]
    return [context("\n".join(lines))] if lines else []


def _difference(compared: Compared, scale: Scale, names: Sequence[str], say: Words) -> str:
    """How far apart two units are, in words that say which way."""
    ends = sorted(-scale.worse * end for end in compared.interval or (0.0, 0.0))
    stage = say.stage(compared.stage)
    if compared.verdict in {Verdict.FIRST_WORSE, Verdict.SECOND_WORSE}:
        low, high = sorted(abs(end) for end in ends)
        better = names[compared.verdict is Verdict.FIRST_WORSE]
        between = say(f"scale.{scale.value}.range", low=say.number(low), high=say.number(high))
        return say("answer.difference", stage=stage, better=better, range=between)
    # Above 0 is in favour of the first.
    first, second = say.number(max(0.0, ends[1])), say.number(max(0.0, -ends[0]))
    return say("answer.difference_open", stage=stage, low=first, first=names[0], high=second, second=names[1])


def _neighbours(asked: Asked, say: Words) -> list[Block]:
    """The stages on both sides of the one asked about, of at most two units: more would be a table."""
    near: dict[str, list[str]] = {}
    for figure in asked.answer.neighbours:
        told = f"{say.stage(figure.stage)} {level_text(figure, say)} (n {figure.n})"
        near.setdefault(label(asked, figure), []).append(told)
    if not near or len(near) > 2:
        return []
    if len(near) == 1:
        return [context(say("answer.neighbours", stages=", ".join(next(iter(near.values())))))]
    parts = [say("answer.neighbours_of", unit=unit, stages=", ".join(told)) for unit, told in near.items()]
    return [context(say("answer.neighbours", stages="; ".join(parts)))]


def _states(asked: Asked, say: Words) -> list[Block]:
    """The units that are not steady with their evidence; the steady ones in one line."""
    states = asked.answer.states
    rows = []
    steady = [unit_name(asked, unit_id) for unit_id, state in states.items() if state.kind is Kind.STEADY]
    for unit_id, state in [pair for pair in states.items() if pair[1].kind is not Kind.STEADY][:MOST_ROWS]:
        unit = next((unit.name for unit in asked.units if unit.id == unit_id), unit_id)
        rows.append(state_row(unit, state, say))
        if state.kind in {Kind.CYCLE, Kind.DRIFT}:
            rows += [
                f"    • {say.stage(drift.stage)}: {moved(drift, asked.record, unit_id, say)}"
                for drift in state.turned
            ]
    rows += [f"○  {say('answer.steady', units=', '.join(sorted(steady)))}"] if steady else []
    # Of one unit all that is known; of several it would hide what has moved.
    outlook = outlook_lines(next(iter(states.values())), say) if len(states) == 1 else []
    return [*([section("\n".join(rows))] if rows else []), *([context(" ".join(outlook))] if outlook else [])]


def _effects(asked: Asked, say: Words) -> list[Block]:
    """Each stage after each action; of several actions, each under what was done."""
    acted = asked.answer.acted
    names = {unit.id: unit.name for unit in asked.units}
    blocks: list[Block] = []
    for one in acted:
        unit = names.get(one.unit_id, one.unit_id) if len(acted) > 1 else ""
        blocks += [*([] if asked.answer.lines else logged_text(one, say, unit=unit)), *effect_rows(one, say)]
    told = small_print(acted, names, say)
    return [*blocks, *([context("\n".join(told))] if told else [])]


def _themes(asked: Asked, say: Words) -> list[Block]:
    found = asked.answer
    rows = [f"• {theme_line(heard.theme.name, heard.theme.area, heard.size, say)}" for heard in found.heard]
    blocks = [section("\n".join(rows[:MOST_ROWS]))] if rows else []
    each = 1 if found.question.intent is Intent.THEMES else MOST_QUOTES
    texts = [asked.comments[index].text for heard in found.heard for index in heard.quotes[:each]]
    if rows and not texts and found.question.intent is Intent.QUOTES:
        blocks.append(section(say("answer.no_quotes")))
    return blocks + [quote(text) for text in texts[:MOST_QUOTES]]


def _help(asked: Asked, say: Words) -> list[Block]:
    del asked
    return [section(say("answer.help_more")), context(say("answer.help_small_print"))]


def _definition(asked: Asked, say: Words) -> list[Block]:
    if asked.answer.question.measures:
        return [section(say("answer.wheel"))]
    return [section(say("answer.definition_more")), section(say("answer.wheel"))]


def _nothing_more(asked: Asked, say: Words) -> list[Block]:
    del asked, say
    return []


DETAILS: dict[Intent, Callable[[Asked, Words], list[Block]]] = {
    Intent.HELP: _help,
    Intent.DEFINITION: _definition,
    Intent.REFUSED: _nothing_more,
    Intent.UNCLEAR: _nothing_more,
    Intent.RANK: _ranking,
    Intent.CYCLE: _states,
    Intent.EFFECT: _effects,
    Intent.THEMES: _themes,
    Intent.QUOTES: _themes,
}


# What stands under every answer ---------------------------------------------------------------------------


def _withheld(asked: Asked, first: str, say: Words) -> list[Block]:
    if asked.answer.question.intent is Intent.REFUSED:
        return []
    reasons = [say(f"withheld.{reason.value}") for reason in asked.answer.withheld]
    told = [reason for reason in reasons if reason != first]
    return [context("\n".join(told))] if told else []


def _small_print(asked: Asked, say: Words) -> list[Block]:
    found = asked.answer
    if found.question.intent in WITHOUT_READING:
        return []
    parts = [escape(reading_text(found.question, say))]
    averaged = [figure for figure in found.figures if figure.weeks > 1]
    if averaged:
        fullest = max(averaged, key=lambda figure: figure.weeks)
        parts.append(say("answer.averaged", weeks=_weeks(fullest, say)))
    parts += [say("figure.baseline")] if any(figure.change is not None for figure in found.figures) else []
    return [context("\n".join(parts))]


def _next(asked: Asked, say: Words) -> list[Block]:
    questions = list(_leading_on(asked))
    texts = list(dict.fromkeys(question_text(question, say) for question in questions))[:MOST_NEXT]
    buttons = [button(cut(text, BUTTON), f"{Action.ASK}:{place}", value=text) for place, text in enumerate(texts)]
    return [actions(*buttons)] if buttons else []


def _leading_on(asked: Asked) -> Sequence[Question]:
    """What to ask next: never what would only be turned down."""
    found = asked.answer
    intent = found.question.intent
    if not asked.allowed:
        return () if intent is Intent.DEFINITION else (about(Intent.DEFINITION),)
    if intent is Intent.REFUSED or Withheld.NOT_ALLOWED in found.withheld:
        return (about(Intent.CHANGE), about(Intent.RANK, Stage.TRUST), about(Intent.CYCLE))
    if Withheld.TOO_FEW_COMMENTS in found.withheld and found.question.units:
        return (Question(Intent.THEMES, found.question.measures), *found.next)
    return found.next
