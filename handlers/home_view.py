"""The Home tab: a rep's pulse and the promise, a manager's and leader's units at a glance."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from analysis.answers import Reported
from analysis.cycle import Kind, State
from analysis.figures import Record
from analysis.questions import Intent
from analysis.stages import CORE, Stage
from handlers.blocks import Block, actions, button, context, divider, escape, header, section
from handlers.figures import compact_figures, counted_with, merged_with, newest, short_figure_text, state_line
from handlers.ids import Action
from handlers.question_text import about, question_text
from handlers.states import NEEDS_A_LOOK, SHAPES, URGENCY, by_urgency
from handlers.words import Words, words
from surveys.people.directory import Person
from surveys.people.roster import Role
from surveys.rounds.rounds import Pulse

# Units told with their figures and units told in a line; a Home tab has 100 blocks, and a reader two minutes.
MOST_URGENT, MOST_CALM = 10, 40
# Lines of a section, well below the 3,000 characters that Slack takes.
LINES = 20


def home_view(
    person: Person,
    pulse: Pulse | None,
    *,
    done: bool,
    record: Record | None,
    states: Mapping[str, State],
    names: Mapping[str, str],
    zone: ZoneInfo,
    smallest_group: int,
) -> dict[str, Any]:
    """The Home tab of one person.

    Args:
        person: whose it is.
        pulse: the pulse they can answer now.
        done: whether they answered or skipped it.
        record: what they may see; None when they lead nothing.
        states: of the teams they may see.
        names: of all units, since a team can be counted together with one that they do not lead.
        zone: their time zone.
        smallest_group: the smallest group that is ever shown.
    """
    say = words(person.language)
    blocks: list[Block] = []
    if Role.REP in person.roles:
        blocks += _pulse_blocks(pulse, zone, say, done=done)
    if record is not None:
        blocks += _unit_blocks(record, states, names, say)
    if Role.ADMIN in person.roles:
        blocks += [section(say("home.admin")), divider()]
    blocks += _promise_blocks(person, say, smallest_group)
    return {"type": "home", "blocks": blocks}


def stranger_view(language: str = "en") -> dict[str, Any]:
    """The Home tab of somebody who is not in the roster."""
    say = words(language)
    return {"type": "home", "blocks": [header(say("home.title")), section(say("home.stranger"))]}


def _pulse_blocks(pulse: Pulse | None, zone: ZoneInfo, say: Words, *, done: bool) -> list[Block]:
    title = header(say("home.pulse"))
    if pulse is None:
        return [title, section(say("home.no_pulse")), divider()]
    until = say.when(pulse.round.closes_at.astimezone(zone))
    count = len(pulse.round.item_ids)
    key = "done" if done else "waiting"
    style = None if done else "primary"
    row = actions(button(say(f"home.answer_{key}"), Action.OPEN_PULSE, value=pulse.round.id, style=style))
    return [title, section(say(f"home.{key}", count=count, until=until)), row, divider()]


def _unit_blocks(record: Record, states: Mapping[str, State], names: Mapping[str, str], say: Words) -> list[Block]:
    """Units that need a look with their figures and a button, all others in a line each."""
    if not record.weeks:
        return [header(say("home.units")), section(say("home.nothing_yet")), divider()]
    teams = by_urgency(states, states, lambda unit_id: names[unit_id])
    urgent = [unit_id for unit_id in teams if states[unit_id].kind in NEEDS_A_LOOK]
    calm = _calm_lines(record, [unit_id for unit_id in teams if unit_id not in urgent], states, names, say)
    hidden = max(0, len(urgent) - MOST_URGENT) + max(0, len(calm) - MOST_CALM)
    calm = calm[:MOST_CALM]
    asked = [("cycle", about(Intent.CYCLE)), ("change", about(Intent.CHANGE)), ("themes", about(Intent.THEMES))]
    return [
        header(say("home.units")),
        context(_summary(record, states, say)),
        *(_urgent_block(record, states[unit_id], names, say) for unit_id in urgent[:MOST_URGENT]),
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


def _summary(record: Record, states: Mapping[str, State], say: Words) -> str:
    """How many units are in each state; the shapes explain the rows below."""
    kinds = [state.kind for state in states.values()]
    counted = [
        f"{SHAPES[kind]} {say('home.kind_count', count=kinds.count(kind), kind=say(f'kind.{kind.value}'))}"
        for kind in URGENCY
        if kind in kinds
    ]
    return say("home.week", week=say.day(record.weeks[-1]), kinds="   ".join(counted))


def _urgent_block(record: Record, state: State, names: Mapping[str, str], say: Words) -> Block:
    unit_id, week = state.unit_id, record.weeks[-1]
    name = names[unit_id]
    lines = [f"{SHAPES[state.kind]}  *{escape(name)}*", state_line(state, say)]
    together = merged_with(record, unit_id, week=week, names=names)
    if together:
        lines.append(say("home.merged", others=escape(say.listing(together))))
    figures = _core(record, unit_id)
    lines += [f"• {say.stage(figure.stage)}: {short_figure_text(figure, say)}" for figure in figures]
    lines += [] if figures else [say("home.withheld")]
    question = question_text(about(Intent.TREND, state.stage or Stage.TRUST, unit=name), say)
    return section("\n".join(lines), accessory=button(say("home.look"), f"{Action.ASK}:look", value=question))


def _calm_lines(
    record: Record,
    unit_ids: Sequence[str],
    states: Mapping[str, State],
    names: Mapping[str, str],
    say: Words,
) -> list[str]:
    """A line for each unit; teams that were counted together share one."""
    lines: dict[tuple[Kind, frozenset[str]], str] = {}
    for unit_id in unit_ids:
        state = states[unit_id]
        group = counted_with(record, unit_id, week=record.weeks[-1])
        label = escape(" + ".join(sorted(names.get(one, one) for one in group)))
        told = state_line(state, say) if state.kind is Kind.RECOVERING else ""
        parts = [part for part in (told, compact_figures(_core(record, unit_id), say)) if part]
        line = f"{SHAPES[state.kind]}  *{label}*: {'. '.join(parts) or say('home.withheld')}"
        lines.setdefault((state.kind, group), line)
    return list(lines.values())


def _core(record: Record, unit_id: str) -> list[Reported]:
    week = record.weeks[-1]
    return [figure for stage in CORE if (figure := newest(record, unit_id, stage, week=week))]


def _promise_blocks(person: Person, say: Words, smallest_group: int) -> Sequence[Block]:
    rep = Role.REP in person.roles
    return [
        header(say("home.promise_title")),
        section(say("home.promise_stored" if rep else "home.promise_groups")),
        section(say("home.promise_seen", k=smallest_group)),
        *([section(say("home.promise_not"))] if rep else []),
    ]
