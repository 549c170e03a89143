"""The manager's digest: two minutes on a Friday about one unit."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from analysis.cycle import Kind, State, watch
from analysis.figures import Record, Unit
from analysis.stages import Stage
from analysis.themes import Comment, Theme, find_themes, quotable, shown
from handlers.blocks import Block, actions, button, context, divider, escape, header, quote, section
from handlers.charts import line_chart, without_charts
from handlers.figures import chart_data, merged_with, newest, share_answered, state_line
from handlers.ids import Action
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
    themes = [theme for theme in _themes(tuple(comments)) if shown(theme, comments)]
    return _Said(home, comments, themes[:MOST_THEMES])


@lru_cache(maxsize=32)
def _themes(comments: tuple[Comment, ...]) -> list[Theme]:
    # Managers of one region read the same comments; a release never changes, so neither do its themes.
    return find_themes(comments)


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
    together = merged_with(list(record.turnouts), unit.id, names, week=week)
    if together:
        blocks.append(context(say("digest.merged", others=escape(say.listing(together)))))
    blocks += _charts(record, unit.id, say)
    lines = [newest(record, unit.id, stage, week=week, say=say) for stage in Stage]
    known = [line for line in lines if line]
    if known:
        rows = [f"*{say(f'stage.{line.stage.value}')}*: {line.text}" for line in known]
        if not any(line.more_than_noise for line in known):
            rows.append(say("digest.nothing_moved"))
        blocks.append(section("\n".join(rows)))
    else:
        blocks.append(section(say("digest.nothing_released")))
    blocks += _theme_blocks(said, unit, say)
    blocks += [
        section(f"*{say('digest.talk')}* {say(_talk_key(state))}"),
        context(share_answered(record, unit.id, week=week, say=say)),
        actions(
            button(
                say("digest.ask"),
                f"{Action.ASK}:0",
                value=say("question.trend", stage=say("stage.trust"), unit=unit.name),
            )
        ),
        divider(),
    ]
    return blocks


def _charts(record: Record, unit_id: str, say: Words) -> list[Block]:
    labels, points = chart_data(record, unit_id, [Stage.TRUST, Stage.FRICTION], say)
    _, hours = chart_data(record, unit_id, [Stage.OVERLAY], say)
    charts = [
        line_chart(say("digest.chart_points"), labels, points),
        line_chart(say("digest.chart_hours"), labels, hours),
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


def theme_line(theme: Theme, say: Words) -> str:
    """A theme with the area to look in and how often it came up."""
    key = "theme.with_area" if theme.area else "theme.plain"
    area = say(f"area.{theme.area.value}") if theme.area else ""
    return say(key, name=escape(theme.name), area=area, n=theme.size)


def _talk_key(state: State | None) -> str:
    if state is None or state.stage is None or state.kind in {Kind.STEADY, Kind.NOT_ENOUGH_EVIDENCE}:
        return "talk.steady"
    return "talk.recovering" if state.kind is Kind.RECOVERING else f"talk.{state.stage.value}"


