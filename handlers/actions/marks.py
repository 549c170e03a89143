"""Actions as marks on charts: those of a unit, of units below it, and of units above it."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from analysis.figures import Record, Unit
from handlers.showing.charts import ACTION, Mark
from handlers.words import Words
from surveys import actions
from surveys.actions import Action
from surveys.people import directory
from surveys.rounds.schedule import monday


def action_marks(session: Session, record: Record, unit_id: str, say: Words) -> list[Mark]:
    """What was done in a unit, below it or above it, for its charts.

    Args:
        session: a unit of work.
        record: the record that is drawn; nothing older than its first week is of use.
        unit_id: the unit whose chart it is; whoever looks sees this unit and all below.
        say: the reader's words.

    Returns:
        Marks, the oldest first. Of an action in a unit above, which the reader may not see, no note is told.
    """
    tree = directory.units(session)
    found = actions.around(session, directory.below(tree, frozenset({unit_id})))
    marks = marks_of(found, tree, [unit_id], say)
    return [mark for mark in marks if record.weeks and mark.week >= record.weeks[0]]


def marks_of(found: Sequence[Action], tree: Sequence[Unit], unit_ids: Collection[str], say: Words) -> list[Mark]:
    """The marks of those actions that concern one of these units, for one chart of all of them.

    Args:
        found: actions with the notes that the reader may see.
        tree: every unit.
        unit_ids: the units that are drawn.
        say: the reader's words.
    """
    names = {unit.id: unit.name for unit in tree}
    lines = {unit.id: _line(unit.id, tree) for unit in tree}
    concerned = [
        action
        for action in found
        if any(action.unit_id in lines.get(one, ()) or one in lines.get(action.unit_id, ()) for one in unit_ids)
    ]
    return [
        Mark(
            monday(action.done_on),
            ACTION,
            action_text(
                action.kind.value,
                action.note,
                say,
                unit="" if set(unit_ids) == {action.unit_id} else names.get(action.unit_id, action.unit_id),
            ),
        )
        for action in concerned
    ]


def action_text(kind: str, note: str, say: Words, *, unit: str = "") -> str:
    """'AMER Commercial, Process removed: the second approval', as plain text; the unit where it is not plain."""
    label = say(f"action.{kind}")
    told = say("action.noted", what=label, note=" ".join(note.split())) if note else label
    return say("action.elsewhere", unit=unit, what=told) if unit else told


def counts_text(action: Action, say: Words) -> str:
    """'8 people said: 5 it helped, 3 no change', or nothing before enough have reacted."""
    count = action.helped + action.no_change
    return say("outcome.counts", count=count, helped=action.helped, no_change=action.no_change) if count else ""


def _line(unit_id: str, tree: Sequence[Unit]) -> frozenset[str]:
    """A unit and all above it."""
    parents = {unit.id: unit.parent for unit in tree}
    found = []
    at: str | None = unit_id
    while at is not None:
        found.append(at)
        at = parents.get(at)
    return frozenset(found)
