"""What importing a roster changes: shown before, done, and noted in the audit log."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.audit import Deed
from surveys.people.roster import RosterPerson, paths, unit_id
from surveys.storage.tables import PersonRow, RoleRow, UnitRow


@dataclass
class Changes:
    """What an import would do, in lines a person can read."""

    joined: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    new_units: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.joined or self.changed or self.left or self.new_units)


@dataclass(frozen=True)
class _Naming:
    """How people are called in lines about changes: in full, or by their marks when `ids` (by email) are given."""

    ids: Mapping[str, str] | None = None

    def name(self, name: str) -> str:
        return name if self.ids is None else "…"

    def email(self, email: str) -> str:
        return email if self.ids is None else audit.mark(self.ids[email])

    def person(self, name: str, email: str) -> str:
        return f"{name} <{email}>" if self.ids is None else self.email(email)


def preview(session: Session, roster: list[RosterPerson]) -> Changes:
    """What importing this roster would change, without changing it."""
    return _changes(session, roster, _Naming())


def _changes(session: Session, roster: list[RosterPerson], naming: _Naming) -> Changes:
    changes = Changes()
    known_units = {row.id: row.name for row in session.scalars(select(UnitRow))}
    for path in paths(roster):
        name = known_units.get(unit_id(path))
        if name is None:
            changes.new_units.append(" / ".join(path))
        elif name != path[-1]:
            changes.changed.append(f"the unit {name} is now written {path[-1]}")
    rows = {row.email: row for row in session.scalars(select(PersonRow))}
    held = _roles_by_person(session)
    for person in roster:
        row = rows.get(person.email)
        who = naming.person(person.name, person.email)
        if row is None or not row.active:
            changes.joined.append(f"{who}, {' / '.join(person.unit)}: {person.roles_in_words()}")
        elif differences := _differences(row, held.get(row.id, set()), person, naming):
            changes.changed.append(f"{who}: {', '.join(differences)}")
    named = {person.email for person in roster}
    gone = sorted(email for email, row in rows.items() if row.active and email not in named)
    changes.left = [naming.person(rows[email].name, email) for email in gone]
    return changes


def _differences(row: PersonRow, held: set[tuple[str, str]], person: RosterPerson, naming: _Naming) -> list[str]:
    found = []
    if row.name != person.name:
        found.append(f"name {naming.name(row.name)} becomes {naming.name(person.name)}")
    if row.unit_id != unit_id(person.unit):
        found.append(f"moves to {' / '.join(person.unit)}")
    if row.manager_email != person.manager:
        found.append(f"manager becomes {naming.email(person.manager) if person.manager else 'nobody'}")
    if row.country != person.country:
        found.append(f"country becomes {person.country or 'that of the time zone'}")
    moved_along = {(role, person_unit) for role, person_unit in held if person_unit != row.unit_id}
    moved_along |= {(role, unit_id(person.unit)) for role, person_unit in held if person_unit == row.unit_id}
    if moved_along != person.held():
        found.append(f"roles become {person.roles_in_words()}")
    return found


def apply(session: Session, roster: list[RosterPerson], *, actor: str, now: datetime) -> Changes:
    """Import the roster, and note it in the audit log; people who are not in it any more become inactive.

    Args:
        session: the unit of work.
        roster: everybody, as the file names them.
        actor: who imports it, for the audit log.
        now: the instant; whoever is not in the file left on this day.

    Returns:
        What changed.
    """
    changes = preview(session, roster)
    rows = {row.email: row for row in session.scalars(select(PersonRow))}
    ids = {person.email: secrets.token_hex(8) for person in roster} | {row.email: row.id for row in rows.values()}
    by_mark = _changes(session, roster, _Naming(ids))
    for path in paths(roster):
        _keep_unit(session, path)
    session.flush()
    # The company's first people are asked at once; whoever comes later gets to know the place first.
    joined_on = now.date() if rows else None
    for person in roster:
        _keep_person(session, rows.get(person.email), person, ids[person.email], joined_on)
    named = {person.email for person in roster}
    for row in rows.values():
        if row.email not in named:
            row.active = False
            row.left_on = row.left_on or now.date()
    session.flush()
    # Last: who waits for the log holds nothing that somebody before them could be waiting for.
    _note(session, by_mark, actor=actor, now=now)
    return changes


def _note(session: Session, changes: Changes, *, actor: str, now: datetime) -> None:
    kinds = {
        "new units": changes.new_units,
        "joined": changes.joined,
        "changed": changes.changed,
        "left": changes.left,
    }
    lines = [f"{kind.removesuffix('s')}: {line}" for kind, found in kinds.items() for line in found]
    if lines:
        numbers = ", ".join(f"{len(found)} {kind}" for kind, found in kinds.items() if found)
        audit.note_each(session, actor=actor, act=Deed.PEOPLE, abouts=[f"imported: {numbers}", *lines], now=now)


def _keep_person(
    session: Session, row: PersonRow | None, person: RosterPerson, person_id: str, joined_on: date | None
) -> None:
    if row is None:
        row = PersonRow(id=person_id, email=person.email, name=person.name, joined_on=joined_on)
        session.add(row)
    row.name = person.name
    row.manager_email = person.manager
    row.country = person.country
    row.unit_id = unit_id(person.unit)
    row.active = True
    row.left_on = None
    session.flush()
    session.execute(delete(RoleRow).where(RoleRow.person_id == row.id))
    session.add_all(
        RoleRow(person_id=row.id, role=role, unit_id=held_in) for role, held_in in sorted(person.held())
    )


def _keep_unit(session: Session, path: tuple[str, ...]) -> None:
    row = session.get(UnitRow, unit_id(path))
    if row is None:
        parent = unit_id(path[:-1]) if len(path) > 1 else None
        session.add(UnitRow(id=unit_id(path), name=path[-1], parent_id=parent))
    else:
        row.name = path[-1]


def _roles_by_person(session: Session) -> dict[str, set[tuple[str, str]]]:
    """Person id -> pairs of role and unit id."""
    held: dict[str, set[tuple[str, str]]] = {}
    for row in session.scalars(select(RoleRow)):
        held.setdefault(row.person_id, set()).add((row.role, row.unit_id))
    return held
