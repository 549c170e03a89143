"""The manager's digest: two minutes on a Friday about the teams they lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import hypot
from typing import Any

from sqlalchemy.orm import Session

from analysis.answers import Reported
from analysis.detection.cycle import Kind, State, watch
from analysis.figures import Record, Share, Unit
from analysis.questions import Intent
from analysis.stages import Stage
from analysis.themes import Comment, Theme, quotable, shown
from handlers.actions.marks import action_marks
from handlers.digests.reply_view import reply_value
from handlers.ids import Action
from handlers.questions.question_text import about, question_text
from handlers.questions.themes_view import theme_line
from handlers.showing.blocks import Block, actions, button, context, divider, escape, header, quote, section
from handlers.showing.charts import CHARTS, Mark, line_chart, marks_text, week_labels, without_charts
from handlers.showing.figures import (
    CHART_WEEKS,
    chart_values,
    group_label,
    merged_with,
    newest,
    share_answered,
    short_figure_text,
    state_line,
)
from handlers.showing.states import by_urgency, outlook_lines, state_row
from handlers.words import Words, words
from surveys import alerts, results
from surveys.alerts import Alert
from surveys.bank.items import QuestionBank, default_bank
from surveys.digests import Owed

THEME_WEEKS = 4
MOST_THEMES = 3
# Units told in full; a message has 50 blocks, and a reader two minutes.
MOST_UNITS = 3
DIGEST_BLOCK = "digest"
# What time goes to changes slowly, and the noise of one week is wide: several weeks are added up.
SHARE_WEEKS = 4
# Fewer than this who named a code are not many; of more than so many that lie close, none stands out.
LEAST_NAMED, MOST_NAMED = 3, 2


@dataclass(frozen=True, slots=True)
class Said:
    """What people wrote about a unit lately: where it is kept, and the themes in it that may be named."""

    home: Unit | None
    comments: list[Comment]
    themes: list[Theme]


@dataclass(frozen=True, slots=True)
class _Week:
    """What the digests of a week are made from."""

    record: Record
    states: Mapping[str, State]
    week: date
    say: Words
    alerts: Sequence[Alert]
    bank: QuestionBank

    def name(self, unit_id: str) -> str:
        return next((unit.name for unit in self.record.units if unit.id == unit_id), unit_id)


def digest_message(session: Session, owed: Owed, *, bank: QuestionBank | None = None) -> dict[str, Any]:
    """The digest of a release for one manager: the units they lead, those that need them most first.

    `bank` is where the names of what was chosen in follow-ups are; the shipped one when None.
    """
    say = words(owed.person.language)
    record = results.whole_record(session).up_to(owed.week_on)
    this = _Week(record, record.once(watch), owed.week_on, say, alerts.all_open(session), bank or default_bank())
    units = by_urgency(owed.person.leads, this.states, this.name)
    in_full, in_short = units[:MOST_UNITS], units[MOST_UNITS:]
    blocks: list[Block] = []
    for unit_id in in_full:
        marks = action_marks(session, record, unit_id, say)
        charts = _charts(this, unit_id, marks, most=CHARTS - _number_of_charts(blocks))
        blocks += _unit_blocks(this, unit_id, said_about(session, unit_id, week=owed.week_on), charts)
    if in_short:
        rows = [state_row(this.name(unit_id), this.states.get(unit_id), say) for unit_id in in_short]
        blocks.append(section(f"*{say('digest.more')}*\n" + "\n".join(rows)))
    # Only one block of a message may have this id.
    blocks[0] = blocks[0] | {"block_id": DIGEST_BLOCK}
    names = escape(say.listing([this.name(unit_id) for unit_id in units]))
    text = say("digest.title", unit=names, week=say.day(owed.week_on))
    return {"text": text, "blocks": blocks, "fallback_blocks": without_charts(blocks)}


def _number_of_charts(blocks: Sequence[Block]) -> int:
    return sum(block["type"] == "data_visualization" for block in blocks)


def said_about(session: Session, unit_id: str, *, week: date) -> Said:
    """Themes about a unit, from the comments that stayed with it, or with the unit above that keeps them."""
    since = week - timedelta(weeks=THEME_WEEKS - 1)
    home, comments = results.comments_about(session, unit_id, since=since, until=week)
    themes = [theme for theme in results.themes(comments) if shown(theme, comments)]
    return Said(home, comments, themes[:MOST_THEMES]) if themes else Said(None, [], [])


def _unit_blocks(this: _Week, unit_id: str, said: Said, charts: Sequence[Block]) -> list[Block]:
    say, record, name = this.say, this.record, this.name(unit_id)
    state = this.states.get(unit_id)
    names = {unit.id: unit.name for unit in record.units}
    together = merged_with(record, unit_id, week=this.week, names=names)
    group = group_label(record, unit_id, week=this.week, names=names, say=say)
    figures = [figure for stage in Stage if (figure := newest(record, unit_id, stage, week=this.week))]
    small_print = [share_answered(record, unit_id, week=this.week, say=say)]
    small_print += [say("figure.baseline"), say("figure.good")] if figures else []
    return [
        header(say("digest.title", unit=group, week=say.day(this.week))),
        section(_state_text(this, unit_id)),
        *([context(" ".join(outlook_lines(state, say)))] if state else []),
        *_alert_blocks(this, unit_id),
        *([context(say("digest.merged", others=escape(say.listing(together))))] if together else []),
        section(figures_text(figures, say)),
        *_share_blocks(this, unit_id),
        *charts,
        *_theme_blocks(said, unit_id, this.week, say),
        section(f"*{say('digest.talk')}*\n{say(_talk_key(state))}"),
        _buttons(name, state, say),
        context(" ".join(small_print)),
        divider(),
    ]


def _share_blocks(this: _Week, unit_id: str) -> list[Block]:
    """What most overlay hours went to, and what held people up most, where enough said so."""
    lines = [
        line
        for stage, key in ((Stage.OVERLAY, "item.named"), (Stage.FRICTION, "item.held_up"))
        if (shares := this.record.shares_of(unit_id, stage, week=this.week, weeks=SHARE_WEEKS))
        and (line := share_line(shares, key, this.bank, this.say))
    ]
    return [context("\n".join(lines))] if lines else []


def share_line(shares: Sequence[Share], key: str, bank: QuestionBank, say: Words) -> str | None:
    """The code that most named, or the two of them that noise cannot tell apart; None where nothing stands out."""
    if not shares or shares[0].named < max(LEAST_NAMED, 2 * shares[0].noise):
        return None
    first, *rest = shares
    close = [first, *(one for one in rest if first.named - one.named <= hypot(first.noise, one.noise))]
    if len(close) > MOST_NAMED:
        return None
    names = []
    for one in close:
        item = bank.items.get(one.item_id)
        known = item.follow_up if item and item.follow_up and one.code in item.follow_up.choices else None
        names.append(escape(known.label(one.code, say.language) if known else one.code.replace("_", " ")))
    return say(key, label=say.listing(names), named=first.named, n=first.n)


def _alert_blocks(this: _Week, unit_id: str) -> list[Block]:
    """That leaders were told about the unit, or about a team in it; what they were told stands in the figures."""
    inside = this.record.below(unit_id)
    found = [alert for alert in this.alerts if alert.unit_id in inside and alert.week_on <= this.week]
    lines = [
        this.say(
            "alert.in_digest_taken" if alert.acknowledged else "alert.in_digest",
            unit=escape(this.name(alert.unit_id)),
            week=this.say.day(alert.week_on),
        )
        for alert in found
    ]
    return [context("\n".join(lines))] if lines else []


def _state_text(this: _Week, unit_id: str) -> str:
    """A team's state in a sentence; of a unit above teams, the states of those teams."""
    state = this.states.get(unit_id)
    if state:
        return f"*{state_line(state, this.say)}*"
    teams = by_urgency(this.record.below(unit_id) & set(this.states), this.states, this.name)
    rows = [state_row(this.name(team), this.states[team], this.say) for team in teams]
    return "\n".join([f"*{this.say('digest.no_state')}*", *rows])


def figures_text(figures: Sequence[Reported], say: Words) -> str:
    """Every figure with its n and change: what moved before what did not."""
    if not figures:
        return say("digest.nothing_released")

    def rows(title: str, kept: Sequence[Reported]) -> list[str]:
        lines = [f"• {say.stage(figure.stage)}: {short_figure_text(figure, say)}" for figure in kept]
        return [f"*{say(title)}*", *lines] if lines else []

    moved = [figure for figure in figures if figure.more_than_noise]
    calm = [figure for figure in figures if figure.more_than_noise is False]
    new = [f"• {say.stage(f.stage)}: {short_figure_text(f, say)}" for f in figures if f.more_than_noise is None]
    nothing = [say("digest.nothing_moved")] if calm and not moved else []
    return "\n".join([*rows("digest.moved", moved), *nothing, *rows("digest.within_noise", calm), *new])


def _charts(this: _Week, unit_id: str, marks: Sequence[Mark], *, most: int) -> list[Block]:
    """At most so many charts of the last weeks, and what the marks on them are."""
    record, say = this.record, this.say
    weeks = record.weeks[-CHART_WEEKS:]
    labels = week_labels(weeks, say, marks)

    def values(*stages: Stage) -> dict[str, list[float | None]]:
        return {say.stage(stage): chart_values(record, unit_id, stage) for stage in stages}

    charts = [
        line_chart(say("digest.chart_points"), labels, values(Stage.TRUST, Stage.FRICTION)),
        line_chart(say("digest.chart_hours"), labels, values(Stage.OVERLAY)),
    ]
    drawn = [chart for chart in charts if chart][:most]
    legend = marks_text(marks, weeks, say)
    return [*drawn, *([context(legend)] if drawn and legend else [])]


def themes_text(said: Said, unit_id: str, say: Words) -> str:
    """The themes of a unit, or of the one above it where comments are kept, a line each."""
    if said.home is None or not said.themes:
        return f"*{say('digest.themes')}*\n{say('digest.no_themes')}"
    own = said.home.id == unit_id
    title = say("digest.themes") if own else say("digest.themes_above", unit=escape(said.home.name))
    rows = [f"• {theme_line(theme.name, theme.area, theme.size, say)}" for theme in said.themes]
    return "\n".join([f"*{title}*", *rows])


def _theme_blocks(said: Said, unit_id: str, week: date, say: Words) -> list[Block]:
    quotes = [index for theme in said.themes for index in quotable(theme, said.comments)]
    above = [said.home.name] if said.home and said.home.id != unit_id else []
    return [
        section(themes_text(said, unit_id, say)),
        *([quote(said.comments[quotes[0]].text)] if quotes else []),
        *(context(say("digest.themes_kept", unit=escape(name))) for name in above),
        *([actions(_reply_button(unit_id, week, say))] if said.themes else []),
    ]


def _reply_button(unit_id: str, week: date, say: Words) -> Block:
    return button(say("reply.button"), Action.REPLY_TO_THEME, value=reply_value(unit_id, week))


def _buttons(name: str, state: State | None, say: Words) -> Block:
    stage = (state.stage if state else None) or Stage.TRUST
    asked = [("trend", about(Intent.TREND, stage, unit=name)), ("themes", about(Intent.THEMES, unit=name))]
    return actions(
        *(
            button(say(f"digest.ask_{key}"), f"{Action.ASK}:{place}", value=question_text(question, say))
            for place, (key, question) in enumerate(asked)
        )
    )


def _talk_key(state: State | None) -> str:
    if state is None or state.stage is None or state.kind in {Kind.STEADY, Kind.NOT_ENOUGH_EVIDENCE}:
        return "talk.steady"
    return "talk.recovering" if state.kind is Kind.RECOVERING else f"talk.{state.stage.value}"
