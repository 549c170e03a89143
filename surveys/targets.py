"""Targets of units and what they achieved: imported, optional, and about groups as everything else."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.figures import Attainment, Unit
from surveys import audit
from surveys.audit import Deed
from surveys.errors import NothingToImport
from surveys.people import directory
from surveys.people.roster import Role
from surveys.storage.tables import AttainmentRow
from surveys.target_file import Row, path_name, period_name


@dataclass
class Changes:
    """What an import would do, in lines a person can read; lines name units and periods, never amounts."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    taken_out: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.taken_out)


def stored(session: Session) -> list[Attainment]:
    """Everything imported, by the day on which the period ended. For `results`, which knows who may see what."""
    rows = session.scalars(select(AttainmentRow))
    found = [Attainment(row.unit_id, row.starts_on, row.ends_on, row.target, row.achieved) for row in rows]
    return sorted(found, key=lambda attainment: (attainment.ends_on, attainment.unit_id))


def preview(session: Session, rows: Sequence[Row], *, smallest_group: int) -> Changes:
    """What importing these rows would change, without changing it.

    Raises:
        NothingToImport: naming every line about a unit of fewer reps than the smallest group, whose attainment
            would be about a person, and every line whose period overlaps another one that is stored.
    """
    tree = directory.units(session)
    known = {(one.unit_id, one.starts_on, one.ends_on): one for one in stored(session)}
    problems = _too_small(session, rows, tree, smallest_group) + _overlapping(rows, known.values())
    if problems:
        raise NothingToImport(problems="\n".join(problems))
    changes = Changes()
    for row in rows:
        about = f"{path_name(row.unit, tree)}, {period_name(row.starts_on, row.ends_on)}"
        before, now = known.get((row.unit.id, row.starts_on, row.ends_on)), row.attainment()
        if before is None and now is not None:
            changes.new.append(about)
        elif before is not None and now is None:
            changes.taken_out.append(about)
        elif before != now:
            changes.changed.append(about)
    return changes


def _too_small(session: Session, rows: Sequence[Row], tree: list[Unit], smallest_group: int) -> list[str]:
    reps = Counter(rep.unit_id for rep in directory.people(session, role=Role.REP))
    problems = []
    for row in rows:
        count = sum(reps[unit_id] for unit_id in directory.below(tree, frozenset({row.unit.id})))
        if count < smallest_group and row.attainment() is not None:
            reps_there = f"{count} rep" if count == 1 else f"{count} reps"
            problems.append(
                f"line {row.line}: {row.unit.name} has {reps_there}, and what fewer than {smallest_group} achieve "
                "is about persons; leave the line out, or give the unit above it instead"
            )
    return problems


def _overlapping(rows: Sequence[Row], known: Iterable[Attainment]) -> list[str]:
    """Lines whose period shares a day with another one of the same unit that stays."""
    mentioned = {(row.unit.id, row.starts_on, row.ends_on) for row in rows}
    staying: dict[str, list[Attainment]] = {}
    for one in known:
        if (one.unit_id, one.starts_on, one.ends_on) not in mentioned:
            staying.setdefault(one.unit_id, []).append(one)
    problems = []
    for row in rows:
        for one in staying.get(row.unit.id, ()) if row.attainment() else ():
            if row.starts_on <= one.ends_on and one.starts_on <= row.ends_on:
                stays = period_name(one.starts_on, one.ends_on)
                period = period_name(row.starts_on, row.ends_on)
                problems.append(
                    f"line {row.line}: {period} of {row.unit.name} overlaps {stays}, which was imported before; "
                    f"to take that out, add the line: {row.unit.name},{stays},,"
                )
    return problems


def apply(session: Session, rows: Sequence[Row], *, smallest_group: int, actor: str, now: datetime) -> Changes:
    """Import the rows and note it in the audit log, without amounts: its readers may see no results.

    Args:
        session: the unit of work.
        rows: what the file says; a unit and period that is stored already is overwritten.
        smallest_group: reps that a unit needs.
        actor: who imports it, for the audit log.
        now: the instant.

    Returns:
        What changed. Raises as `preview`.
    """
    changes = preview(session, rows, smallest_group=smallest_group)
    for row in rows:
        kept = session.get(AttainmentRow, (row.unit.id, row.starts_on))
        if kept is not None and kept.ends_on == row.ends_on:
            session.delete(kept)
    # Taken out before anything is put in: another period may begin on the same day.
    session.flush()
    session.add_all(AttainmentRow(**asdict(found)) for row in rows if (found := row.attainment()))
    session.flush()
    # Last: who waits for the log holds nothing that somebody before them could be waiting for.
    _note(session, changes, actor=actor, now=now)
    return changes


def _note(session: Session, changes: Changes, *, actor: str, now: datetime) -> None:
    kinds = {"new": changes.new, "changed": changes.changed, "taken out": changes.taken_out}
    lines = [f"{kind}: {line}" for kind, found in kinds.items() for line in found]
    if lines:
        numbers = ", ".join(f"{len(found)} {kind}" for kind, found in kinds.items() if found)
        audit.note_each(session, actor=actor, act=Deed.TARGETS, abouts=[f"imported: {numbers}", *lines], now=now)
