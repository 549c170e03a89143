"""States of units: a shape for each kind, the most urgent first, a line for each, and what would be noticed."""

from collections.abc import Callable, Collection, Mapping

from analysis.detection.cycle import Kind, State
from analysis.detection.drift import NOTICE_WEEKS
from handlers.showing.blocks import escape
from handlers.showing.figures import change_text, state_line
from handlers.words import Words

# A shape for each state, so that nothing depends on colour; in order of urgency.
SHAPES: Mapping[Kind, str] = {
    Kind.CYCLE: "◉",
    Kind.DRIFT: "◑",
    Kind.WATCHING: "◔",
    Kind.RECOVERING: "↗",
    Kind.STEADY: "○",
    Kind.NOT_ENOUGH_EVIDENCE: "·",
}
URGENCY = list(SHAPES)
# What a leader should look at; the rest is fine, or not known yet.
NEEDS_A_LOOK = frozenset({Kind.CYCLE, Kind.DRIFT, Kind.WATCHING})


def by_urgency(unit_ids: Collection[str], states: Mapping[str, State], name: Callable[[str], str]) -> list[str]:
    """The units that need attention first; those without a state of their own before all, by name."""

    def place(unit_id: str) -> tuple[int, str]:
        state = states.get(unit_id)
        return (URGENCY.index(state.kind) if state else -1, name(unit_id))

    return sorted(unit_ids, key=place)


def state_row(name: str, state: State | None, say: Words) -> str:
    """A unit and its state in a line."""
    if state is None:
        return f"*{escape(name)}*"
    return f"{SHAPES[state.kind]}  *{escape(name)}*: {state_line(state, say)}"


def outlook_lines(state: State, say: Words) -> list[str]:
    """How many more weeks what is watched would take, and what would be noticed with so many answers."""
    lines = []
    if state.needed is not None:
        key = "outlook.needed_one" if state.needed == 1 else "outlook.needed"
        lines.append(say(key, weeks=state.needed))
    if state.notice is None:
        return [*lines, say("outlook.too_few", weeks=NOTICE_WEEKS)]
    told = state.notice
    change = change_text(told.own * told.scale.worse, told.scale, say)
    noticed = say(
        "outlook.notice", n=f"{told.n:.0f}", stage=say.measure(told.stage), change=change, weeks=told.weeks
    )
    return [*lines, noticed]
