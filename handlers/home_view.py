"""The Home tab: a rep's pulse and the promise, a manager's and leader's units at a glance."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from analysis.cycle import Kind, State
from analysis.figures import Record, Unit
from analysis.questions import Intent
from analysis.stages import CORE, Stage
from handlers.blocks import Block, actions, button, context, divider, escape, header, section
from handlers.figures import figure_text, merged_with, newest, state_line
from handlers.ids import Action
from handlers.question_text import about, question_text
from handlers.words import Words, words
from surveys.people.directory import Person
from surveys.people.roster import Role
from surveys.rounds.rounds import Participation, Pulse

# A shape for each state, so that nothing depends on colour.
SHAPES: Mapping[Kind, str] = {
    Kind.CYCLE: "◉",
    Kind.DRIFT: "◑",
    Kind.WATCHING: "◔",
    Kind.RECOVERING: "↗",
    Kind.STEADY: "○",
    Kind.NOT_ENOUGH_EVIDENCE: "·",
}
URGENCY = list(SHAPES)
MOST_UNITS = 20


def home_view(
    person: Person,
    pulse: Pulse | None,
    *,
    record: Record | None,
    states: Mapping[str, State],
    zone: ZoneInfo,
    smallest_group: int,
) -> dict[str, Any]:
    """The Home tab of one person; `record` holds what they may see, None when they lead nothing."""
    say = words(person.language)
    blocks: list[Block] = []
    if Role.REP in person.roles:
        blocks += _pulse_blocks(pulse, zone, say)
    if record is not None:
        blocks += _unit_blocks(record, states, say)
    blocks += _promise_blocks(say, smallest_group)
    return {"type": "home", "blocks": blocks}


def stranger_view(language: str = "en") -> dict[str, Any]:
    """The Home tab of somebody who is not in the roster."""
    say = words(language)
    return {"type": "home", "blocks": [header(say("home.title")), section(say("home.stranger"))]}


def _pulse_blocks(pulse: Pulse | None, zone: ZoneInfo, say: Words) -> list[Block]:
    title = header(say("home.pulse"))
    if pulse is None:
        return [title, section(say("home.no_pulse")), divider()]
    until = say.when(pulse.round.closes_at.astimezone(zone))
    if pulse.state is Participation.ANSWERED:
        text, label, style = say("home.answered", until=until), say("pulse.change"), None
    else:
        count = len(pulse.round.item_ids)
        text, label, style = say("home.waiting", count=count, until=until), say("pulse.answer"), "primary"
    row = actions(button(label, Action.OPEN_PULSE, value=pulse.round.id, style=style))
    return [title, section(text), row, divider()]


def _unit_blocks(record: Record, states: Mapping[str, State], say: Words) -> list[Block]:
    if not record.weeks:
        return [header(say("home.units")), section(say("home.nothing_yet")), divider()]
    week = record.weeks[-1]
    teams = sorted(
        (unit for unit in record.units if unit.id in states),
        key=lambda unit: (URGENCY.index(states[unit.id].kind), unit.name),
    )
    blocks = [header(say("home.units")), context(say("home.week", week=say.day(week)))]
    blocks += [section(_unit_text(record, unit, states[unit.id], say)) for unit in teams[:MOST_UNITS]]
    example = teams[0].name if teams else ""
    blocks += [
        actions(
            button(say("home.ask_cycle"), f"{Action.ASK}:0", value=question_text(about(Intent.CYCLE), say)),
            button(
                say("home.ask_trend", unit=example),
                f"{Action.ASK}:1",
                value=question_text(about(Intent.TREND, Stage.TRUST, unit=example), say),
            ),
        ),
        context(say("figure.baseline")),
        context(say("home.how_to_ask")),
        divider(),
    ]
    return blocks


def _unit_text(record: Record, unit: Unit, state: State, say: Words) -> str:
    week = record.weeks[-1]
    known = [figure for stage in CORE if (figure := newest(record, unit.id, stage, week=week))]
    figures = "\n".join(f"{say(f'stage.{figure.stage.value}')} {figure_text(figure, say)}" for figure in known)
    lines = [f"{SHAPES[state.kind]}  *{escape(unit.name)}*  {state_line(state, say)}"]
    together = merged_with(record, unit.id, week=week, names={other.id: other.name for other in record.units})
    if together:
        lines.append(say("home.merged", others=escape(say.listing(together))))
    return "\n".join([*lines, figures or say("home.withheld")])


def _promise_blocks(say: Words, smallest_group: int) -> Sequence[Block]:
    return [
        header(say("home.promise_title")),
        section(say("home.promise_stored")),
        section(say("home.promise_seen", k=smallest_group)),
        section(say("home.promise_not")),
    ]
