"""The Home tab: a rep's pulse and the promise, a manager's and leader's units at a glance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from analysis.answers import Reported
from analysis.detection.cycle import Kind, State
from analysis.figures import Record
from analysis.questions import Intent
from analysis.stages import CORE, Stage
from handlers.home.own_data_view import stored_blocks
from handlers.home.settings_view import settings_blocks
from handlers.ids import Action
from handlers.questions.question_text import about, question_text
from handlers.showing.blocks import Block, actions, button, context, divider, escape, header, section
from handlers.showing.figures import (
    compact_figures,
    counted_with,
    group_label,
    merged_with,
    newest,
    short_figure_text,
    state_line,
)
from handlers.showing.states import NEEDS_A_LOOK, SHAPES, URGENCY, by_urgency
from handlers.welcome.welcome_view import choice_blocks
from handlers.words import Words, words
from surveys.own_data import Kept
from surveys.people.directory import Person
from surveys.people.roster import Role

# Units told with their figures and units told in a line; a Home tab has 100 blocks, and a reader two minutes.
MOST_URGENT, MOST_CALM = 10, 40
# Lines of a section, well below the 3,000 characters that Slack takes.
LINES = 20


@dataclass(frozen=True, slots=True)
class Units:
    """What somebody may see of the units they lead.

    Attributes:
        record: what was released about them.
        states: of the teams among them.
        names: of all units, since a team can be counted together with one that they do not lead.
    """

    record: Record
    states: Mapping[str, State]
    names: Mapping[str, str]

    @property
    def week(self) -> date:
        """The week of the last release."""
        return self.record.weeks[-1]

    def label(self, unit_id: str, say: Words) -> str:
        """A unit's name, with those it was counted with in the last week."""
        return group_label(self.record, unit_id, week=self.week, names=self.names, say=say)


def home_view(
    kept: Kept,
    units: Units | None,
    *,
    zone: ZoneInfo,
    k: int,
    done: str | None,
    rep: Sequence[Block] = (),
    counts: Sequence[str] = (),
) -> dict[str, Any]:
    """The Home tab of one person.

    Args:
        kept: who it is, and what is kept about them.
        units: what they may see; None when they lead nothing.
        zone: their time zone.
        k: the smallest group that is ever shown.
        done: what they just did with their own data, as `own_data_view.stored_blocks` knows it.
        rep: what became of the last round, and their own answers, for whoever is asked.
        counts: what people think of actions in the units they lead, a line each.
    """
    person = kept.person
    say = words(person.language)
    blocks: list[Block] = []
    if Role.REP in person.roles:
        blocks += _pulse_blocks(kept, zone, say)
        blocks += [*rep, *([divider()] if rep else [])]
    if units is not None:
        blocks += _unit_blocks(units, say)
        blocks += [section("\n".join([f"*{say('outcome.thought')}*", *counts])), divider()] if counts else []
    if Role.ADMIN in person.roles:
        blocks += [section(say("home.admin")), divider()]
    if Role.REP in person.roles:
        blocks += choice_blocks(person, say)
    blocks += stored_blocks(kept, say, zone=zone, done=done)
    blocks += [*settings_blocks(person, say), divider()]
    blocks += _promise_blocks(person, say, k)
    return {"type": "home", "blocks": blocks}


def stranger_view(language: str = "en") -> dict[str, Any]:
    """The Home tab of somebody who is not in the roster."""
    say = words(language)
    return {"type": "home", "blocks": [header(say("home.title")), section(say("home.stranger"))]}


def _pulse_blocks(kept: Kept, zone: ZoneInfo, say: Words) -> list[Block]:
    title, pulse = header(say("home.pulse")), kept.pulse
    if pulse is None:
        return [title, section(say("home.no_pulse")), divider()]
    until = say.when(pulse.round.closes_at.astimezone(zone))
    count = len(pulse.round.item_ids)
    key = "done" if kept.in_box else "waiting"
    style = None if kept.in_box else "primary"
    row = actions(button(say(f"home.answer_{key}"), Action.OPEN_PULSE, value=pulse.round.id, style=style))
    return [title, section(say(f"home.{key}", count=count, until=until)), row, divider()]


def _unit_blocks(units: Units, say: Words) -> list[Block]:
    """Units that need a look with their figures and a button, all others in a line each."""
    if not units.record.weeks:
        return [header(say("home.units")), section(say("home.nothing_yet")), divider()]
    teams = by_urgency(units.states, units.states, lambda unit_id: units.names[unit_id])
    urgent = [unit_id for unit_id in teams if units.states[unit_id].kind in NEEDS_A_LOOK]
    calm = _calm_lines(units, [unit_id for unit_id in teams if unit_id not in urgent], say)
    hidden = max(0, len(urgent) - MOST_URGENT) + max(0, len(calm) - MOST_CALM)
    calm = calm[:MOST_CALM]
    asked = [("cycle", about(Intent.CYCLE)), ("change", about(Intent.CHANGE)), ("themes", about(Intent.THEMES))]
    return [
        header(say("home.units")),
        context(_summary(units, say)),
        *(_urgent_block(units, units.states[unit_id], say) for unit_id in urgent[:MOST_URGENT]),
        *(section("\n".join(calm[start : start + LINES])) for start in range(0, len(calm), LINES)),
        *([context(say("home.more", count=hidden))] if hidden else []),
        actions(
            *(
                button(say(f"home.ask_{key}"), f"{Action.ASK}:{place}", value=question_text(question, say))
                for place, (key, question) in enumerate(asked)
            )
        ),
        context(say("home.legend", baseline=say("figure.baseline"), good=say("figure.good"))),
        context(say("home.how_to_ask")),
        divider(),
    ]


def _summary(units: Units, say: Words) -> str:
    """How many units are in each state; the shapes explain the rows below."""
    kinds = [state.kind for state in units.states.values()]
    counted = [
        f"{SHAPES[kind]} {say('home.kind_count', count=kinds.count(kind), kind=say(f'kind.{kind.value}'))}"
        for kind in URGENCY
        if kind in kinds
    ]
    return say("home.week", week=say.day(units.week), kinds="   ".join(counted))


def _urgent_block(units: Units, state: State, say: Words) -> Block:
    unit_id = state.unit_id
    lines = [f"{SHAPES[state.kind]}  *{escape(units.label(unit_id, say))}*", state_line(state, say)]
    if merged_with(units.record, unit_id, week=units.week, names=units.names):
        lines.append(say("home.merged"))
    figures = _core(units.record, unit_id)
    lines += [f"• {say.stage(figure.stage)}: {short_figure_text(figure, say)}" for figure in figures]
    lines += [] if figures else [say("home.withheld")]
    question = about(Intent.TREND, state.stage or Stage.TRUST, unit=units.names[unit_id])
    look = button(say("home.look"), f"{Action.ASK}:look", value=question_text(question, say))
    return section("\n".join(lines), accessory=look)


def _calm_lines(units: Units, unit_ids: Sequence[str], say: Words) -> list[str]:
    """A line for each unit; teams that were counted together share one."""
    lines: dict[tuple[Kind, frozenset[str]], str] = {}
    for unit_id in unit_ids:
        state = units.states[unit_id]
        group = counted_with(units.record, unit_id, week=units.week)
        told = state_line(state, say) if state.kind is Kind.RECOVERING else ""
        parts = [part for part in (told, compact_figures(_core(units.record, unit_id), say)) if part]
        label = escape(units.label(unit_id, say))
        line = f"{SHAPES[state.kind]}  *{label}*: {'. '.join(parts) or say('home.withheld')}"
        lines.setdefault((state.kind, group), line)
    return list(lines.values())


def _core(record: Record, unit_id: str) -> list[Reported]:
    week = record.weeks[-1]
    return [figure for stage in CORE if (figure := newest(record, unit_id, stage, week=week))]


def _promise_blocks(person: Person, say: Words, k: int) -> Sequence[Block]:
    rep = Role.REP in person.roles
    return [
        header(say("home.promise_title")),
        *([] if rep else [section(say("home.promise_groups"))]),
        section(say("home.promise_seen", k=k)),
        *([section(say("home.promise_not"))] if rep else []),
        context(say("setting.proofs")),
    ]
