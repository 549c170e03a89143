"""What is said about the effect of an action: in the message 4 and 8 weeks later, and to whoever asks."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from analysis.answers.measured import measure
from analysis.effects import LEFT_OUT, LOOKS, Acted, Effect, Verdict, last_week
from analysis.figures import Record, Scale
from analysis.questions import Period
from analysis.series import series
from analysis.stages import Stage
from handlers.actions.marks import action_marks, action_text, counts_text
from handlers.showing.blocks import Block, context, cut, escape, section
from handlers.showing.charts import (
    CHARTS,
    MARK_TEXT,
    TITLE,
    Mark,
    line_chart,
    marks_text,
    week_labels,
    without_charts,
)
from handlers.showing.figures import change_text
from handlers.words import Words, words
from surveys import actions, results
from surveys.actions import Report
from surveys.people import directory
from surveys.rounds.schedule import monday

CLEAR = frozenset({Verdict.BETTER, Verdict.WORSE})
# Weeks before the action that the chart begins with: the weeks left out, and some of the baseline.
CHART_BEFORE = timedelta(weeks=LEFT_OUT + 6)
# More names than these would be longer than what they are for.
MOST_NAMES = 4


def effect_message(session: Session, report: Report) -> dict[str, Any]:
    """The message about an action's effect: what it comes to, each stage, charts, what else could explain it."""
    say = words(report.person.language)
    record = results.whole_record(session)
    names = {unit.id: unit.name for unit in directory.units(session)}
    acted = actions.outcome(record, report.action, weeks=report.weeks)
    text = effect_headline(acted, names, say)
    marks = action_marks(session, record, acted.unit_id, say)
    charts = _charts(record, acted, marks, names, say)
    told = small_print([acted], names, say, also=_also(acted, marks, say))
    blocks = [
        section(f"*{text}*"),
        *([] if charts else logged_text(acted, say)),
        *effect_rows(acted, say),
        *charts,
        *([context(counts)] if (counts := counts_text(report.action, say)) else []),
        *([context("\n".join(told))] if told else []),
    ]
    return {"text": text, "blocks": blocks, "fallback_blocks": without_charts(blocks)}


def effect_headline(acted: Acted, names: Mapping[str, str], say: Words) -> str:
    """'Four weeks after a process was removed in AMER Commercial: friction 0.5 points better than ...'."""
    unit, what = escape(names.get(acted.unit_id, acted.unit_id)), say(f"action_after.{acted.kind}")
    if not acted.effects:
        label = say(f"action.{acted.kind}")
        week = say.day(last_week(acted.on, acted.weeks))
        return say("effect.too_early", unit=unit, what=label, day=say.day(acted.on), week=week)
    weeks = say(f"effect.weeks_{acted.weeks}")
    return say("effect.lead", weeks=weeks, what=what, unit=unit, finding=_finding(acted.effects, say))


def effect_rows(acted: Acted, say: Words) -> list[Block]:
    """A line for each stage with its interval and n, and one for those about which nothing can be said."""
    rows = [_row(effect, say) for effect in acted.effects if effect.own_interval is not None]
    nothing = [say.stage(effect.stage) for effect in acted.effects if effect.own_interval is None]
    rows += [say("effect.row_nothing", stages=", ".join(nothing))] if nothing else []
    return [section("\n".join(rows))] if rows else []


def small_print(acted: Sequence[Acted], names: Mapping[str, str], say: Words, *, also: str = "") -> list[str]:
    """What was compared with what, and that it is an estimate; empty when there are no numbers."""
    effects = [effect for one in acted for effect in one.effects if effect.own_interval is not None]
    if not effects:
        return [also] if also else []
    units = sorted({names.get(unit, unit) for effect in effects for unit in effect.compared})
    few = len(units) <= MOST_NAMES
    told = escape(say.listing(units)) if few else say("effect.others", count=len(units))
    compared = say("effect.compared", units=told, left=LEFT_OUT)
    return [compared, *([also] if also else []), say("effect.estimate")]


def logged_text(acted: Acted, say: Words, *, unit: str = "") -> list[Block]:
    """What was logged, in small print, where no chart says it."""
    text = escape(action_text(acted.kind, acted.note, say, unit=unit))
    return [context(say("effect.action", day=say.day(acted.on), text=text))] if acted.note or unit else []


def _finding(effects: Sequence[Effect], say: Words) -> str:
    """What is clear; else whether the stage that was aimed at, or any other, is known not to differ much."""
    clear = [effect for effect in effects if effect.verdict in CLEAR]
    if clear:
        return "; ".join(_clear("effect.clear", effect, say, stage=say.measure(effect.stage)) for effect in clear)
    known = [effect for effect in effects if effect.verdict is Verdict.NO_CLEAR_DIFFERENCE]
    if known:
        stages = say.listing([say.measure(effect.stage) for effect in known])
        return say("effect.no_clear_difference", stage=stages)
    last = max(effect.weeks for effect in effects) == LOOKS[-1]
    return say("effect.cannot_tell" if last else "effect.cannot_tell_yet")


def _row(effect: Effect, say: Words) -> str:
    if effect.verdict in CLEAR:
        return _clear("effect.row_clear", effect, say, stage=say.stage(effect.stage))
    scale = effect.scale or Scale.AGREEMENT
    worst, best = sorted(effect.own_interval or (0.0, 0.0), key=lambda end: -end * scale.worse)
    key = "effect.row_open" if effect.verdict is Verdict.NO_CLEAR_DIFFERENCE else "effect.row_wide"
    ends = {"worst": change_text(worst, scale, say), "best": change_text(best, scale, say)}
    return say(key, stage=say.stage(effect.stage), n=effect.n, **ends)


def _clear(key: str, effect: Effect, say: Words, *, stage: str) -> str:
    low, high = sorted(abs(end) for end in effect.own_interval or (0.0, 0.0))
    change = change_text(effect.own or 0.0, effect.scale or Scale.AGREEMENT, say)
    return say(key, stage=stage, change=change, low=say.number(low), high=say.number(high), n=effect.n)


def _also(acted: Acted, marks: Sequence[Mark], say: Words) -> str:
    """What else was done in the weeks that are compared, for it may be the cause."""
    own = action_text(acted.kind, acted.note, say)
    since, until = monday(acted.on) - timedelta(weeks=LEFT_OUT), last_week(acted.on, acted.weeks)
    others = [mark.text for mark in marks if since <= mark.week <= until and mark.text != own]
    told = "; ".join(cut(other, MARK_TEXT) for other in others[:MOST_NAMES])
    return say("effect.also", others=escape(told)) if told else ""


def _charts(
    record: Record, acted: Acted, marks: Sequence[Mark], names: Mapping[str, str], say: Words
) -> list[Block]:
    """Points and hours of the stages that can be told, with what was done marked, and what the marks are."""
    unit = names.get(acted.unit_id, acted.unit_id)
    first, last = acted.on - CHART_BEFORE, last_week(acted.on, acted.weeks)
    weeks = [week for week in record.weeks if first <= week <= last]
    told = [effect for effect in acted.effects if effect.own_interval is not None]
    groups = [("points", [effect for effect in told if effect.scale is Scale.AGREEMENT])]
    groups += [("hours", [effect]) for effect in told if effect.scale is not Scale.AGREEMENT]
    charts = []
    for key, effects in groups:
        lines = {}
        for effect in effects:
            values = _values(record, acted.unit_id, effect.stage, Period(first, last + timedelta(days=6)))
            lines[say.stage(effect.stage)] = [values.get(week) for week in weeks]
        title = cut(say(f"effect.chart_{key}", unit=unit), TITLE)
        charts.append(line_chart(title, week_labels(weeks, say, marks), lines))
    drawn = [chart for chart in charts if chart][:CHARTS]
    legend = marks_text(marks, weeks, say)
    return [*drawn, *([context(legend)] if drawn and legend else [])]


def _values(record: Record, unit_id: str, stage: Stage, period: Period) -> Mapping[date, float]:
    """Levels as they may be drawn, of the weeks in which the unit was counted alone: those the effect is from."""
    alone = [point.week for point in series(record, unit_id, stage).points if point.alone]
    inside = [week for week in alone if period.holds(week)]
    found = measure(record, unit_id, stage, Period(period.start, inside[-1])) if inside else None
    line = found.line() if found else None
    return dict(zip(line.weeks, line.values, strict=True)) if line else {}
