"""The manager's digest: two minutes on a Friday about one unit."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from analysis.cycle import Kind, State, watch
from analysis.figures import Record, Unit
from analysis.questions import Intent
from analysis.stages import Stage
from analysis.themes import Comment, Theme, quotable, shown
from handlers.blocks import Block, actions, button, context, divider, escape, header, quote, section
from handlers.charts import line_chart, without_charts
from handlers.figures import (
    CHART_WEEKS,
    chart_values,
    figure_text,
    merged_with,
    newest,
    share_answered,
    state_line,
)
from handlers.ids import Action
from handlers.question_text import about, question_text
from handlers.themes_view import theme_line
from handlers.words import Words, words
from surveys import results
from surveys.digests import Owed

THEME_WEEKS = 4
MOST_THEMES = 3
DIGEST_BLOCK = "digest"


def digest_message(session: Session, owed: Owed) -> dict[str, Any]:
    """The digest of a release for one manager: every unit they lead, one after the other."""
    say = words(owed.person.language)
    record = results.whole_record(session).up_to(owed.week_on)
    tree = {unit.id: unit for unit in record.units}
    states = watch(record)
    blocks: list[Block] = []
    for unit_id in sorted(owed.person.leads):
        said = _said(session, unit_id, week=owed.week_on)
        blocks += _unit_blocks(record, tree[unit_id], states.get(unit_id), said, week=owed.week_on, say=say)
    names = say.listing([tree[unit_id].name for unit_id in sorted(owed.person.leads)])
    text = say("digest.title", unit=names, week=say.day(owed.week_on))
    return {"text": text, "blocks": blocks, "fallback_blocks": without_charts(blocks)}


@dataclass(frozen=True, slots=True)
class _Said:
    """What people wrote about a unit lately: where it is kept, and the themes in it that may be named."""

    home: Unit | None
    comments: list[Comment]
    themes: list[Theme]


def _said(session: Session, unit_id: str, *, week: date) -> _Said:
    since = week - timedelta(weeks=THEME_WEEKS - 1)
    home, comments = results.comments_about(session, unit_id, since=since, until=week)
    themes = [theme for theme in results.themes(comments) if shown(theme, comments)]
    return _Said(home, comments, themes[:MOST_THEMES])


def _unit_blocks(
    record: Record,
    unit: Unit,
    state: State | None,
    said: _Said,
    *,
    week: date,
    say: Words,
) -> list[Block]:
    names = {other.id: other.name for other in record.units}
    blocks = [
        header(say("digest.title", unit=unit.name, week=say.day(week))) | {"block_id": DIGEST_BLOCK},
        section(f"*{state_line(state, say)}*" if state else say("digest.no_state")),
    ]
    together = merged_with(record, unit.id, week=week, names=names)
    if together:
        blocks.append(context(say("digest.merged", others=escape(say.listing(together)))))
    blocks += _charts(record, unit.id, say)
    known = [figure for stage in Stage if (figure := newest(record, unit.id, stage, week=week))]
    rows = [f"*{say(f'stage.{figure.stage.value}')}*: {figure_text(figure, say)}" for figure in known]
    if known and not any(figure.more_than_noise for figure in known):
        rows.append(say("digest.nothing_moved"))
    blocks.append(section("\n".join(rows) or say("digest.nothing_released")))
    blocks += _theme_blocks(said, unit, say)
    blocks += [
        section(f"*{say('digest.talk')}* {say(_talk_key(state))}"),
        context(f"{share_answered(record, unit.id, week=week, say=say)} {say('figure.baseline')}"),
        actions(
            button(
                say("digest.ask"),
                f"{Action.ASK}:0",
                value=question_text(about(Intent.TREND, Stage.TRUST, unit=unit.name), say),
            )
        ),
        divider(),
    ]
    return blocks


def _charts(record: Record, unit_id: str, say: Words) -> list[Block]:
    labels = [say.day(week) for week in record.weeks[-CHART_WEEKS:]]

    def values(*stages: Stage) -> dict[str, list[float | None]]:
        return {say(f"stage.{stage.value}"): chart_values(record, unit_id, stage) for stage in stages}

    charts = [
        line_chart(say("digest.chart_points"), labels, values(Stage.TRUST, Stage.FRICTION)),
        line_chart(say("digest.chart_hours"), labels, values(Stage.OVERLAY)),
    ]
    return [chart for chart in charts if chart]


def _theme_blocks(said: _Said, unit: Unit, say: Words) -> list[Block]:
    if said.home is None or not said.themes:
        return [section(f"*{say('digest.themes')}* {say('digest.no_themes')}")]
    own = said.home.id == unit.id
    title = say("digest.themes") if own else say("digest.themes_above", unit=escape(said.home.name))
    rows = [f"• {theme_line(theme, say)}" for theme in said.themes]
    quotes = [index for theme in said.themes for index in quotable(theme, said.comments)]
    return [
        section(f"*{title}*\n" + "\n".join(rows)),
        *([quote(said.comments[quotes[0]].text)] if quotes else []),
    ]


def _talk_key(state: State | None) -> str:
    if state is None or state.stage is None or state.kind in {Kind.STEADY, Kind.NOT_ENOUGH_EVIDENCE}:
        return "talk.steady"
    return "talk.recovering" if state.kind is Kind.RECOVERING else f"talk.{state.stage.value}"
