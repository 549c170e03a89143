"""What importing a roster changes: shown before, done, and noted in the audit log."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.figures import Unit
from surveys import audit
from surveys.audit import Deed
from surveys.errors import OrgpulseError
from surveys.people import consequences, directory
from surveys.people.consequences import Showing
from surveys.people.directory import Person
from surveys.people.nearest import did_you_mean
from surveys.people.roster import Role, RosterPerson, paths, unit_id
from surveys.storage.tables import PersonRow, RoleRow, UnitRow


class NoSuchUnit(OrgpulseError):
    """{count} units are called {name!r}{meant}. Write the path of one, such as Larkspur / EMEA / DACH."""


class NotAName(OrgpulseError):
    """{name!r} cannot be its name: it needs a letter or digit, no '/', and no unit beside it may have it."""


class NoAdminLeft(OrgpulseError):
    """{name} is the only admin. Give the role to somebody else first."""


Path = tuple[str, ...]
Ids = Mapping[Path, str]


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
class Outlook:
    """What follows from a roster, for whoever decides whether to import it.

    Attributes:
        showing: which units can be shown alone, together, or not at all.
        without_reps: units in which, and below which, nobody is left to be asked.
        several_managers: units with more than one manager, and their emails.
        renamed: pairs of units where everybody of the first is in the second, a new one: perhaps a new name.
    """

    showing: Showing
    without_reps: tuple[str, ...]
    several_managers: Mapping[str, tuple[str, ...]]
    renamed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Naming:
    """How people and units are called in lines about changes.

    Units by their `paths` before the change; people in full, or by their marks when `ids` (by email) are given.
    """

    paths: Mapping[str, Path]
    ids: Mapping[str, str] | None = None

    def name(self, name: str) -> str:
        return name if self.ids is None else "…"

    def email(self, email: str) -> str:
        return email if self.ids is None else audit.mark(self.ids[email]) if email in self.ids else "somebody"

    def person(self, name: str, email: str) -> str:
        return f"{name} <{email}>" if self.ids is None else self.email(email)


# Units ----------------------------------------------------------------------------------------------------


def unit_ids(session: Session, roster: Sequence[RosterPerson]) -> dict[Path, str]:
    """The id of every unit on any path: of known ones by the names they have now, and new ones for the others."""
    known = {written(path): found for found, path in unit_paths(session).items()}
    taken = set(known.values())
    ids: dict[Path, str] = {}
    for path in _all_paths(roster):
        found = known.get(written(path))
        if found is None:
            own = unit_id(path[-1:])
            wanted = f"{ids[path[:-1]]}/{own}" if len(path) > 1 else own
            # A unit that was renamed keeps its id, and another may come to have the name it had.
            found = next(
                one for one in (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))) if one not in taken
            )
        taken.add(found)
        known[written(path)] = ids[path] = found
    return ids


def unit_paths(session: Session) -> dict[str, Path]:
    """Unit id -> its path of names, from the company down."""
    found: dict[str, Path] = {}
    for row in sorted(session.scalars(select(UnitRow)), key=lambda row: row.id):
        found[row.id] = (*found.get(row.parent_id or "", ()), row.name)
    return found


def written(path: Path) -> str:
    """A path as it is compared: the same for every way to write it."""
    return unit_id(path)


def _all_paths(roster: Sequence[RosterPerson]) -> list[Path]:
    """Every unit on any path, and every one that somebody has a role in, as each is written there."""
    found = set(paths(list(roster)))
    for person in roster:
        for _, path in person.roles:
            found |= {path[: depth + 1] for depth in range(len(path))}
    return sorted(found, key=lambda path: (len(path), path))


def rename_unit(session: Session, old: str, new: str, *, actor: str, now: datetime) -> str:
    """Give a unit another name; its id, and with it its history, stays.

    Args:
        session: the unit of work.
        old: its name, or its path where several have the name.
        new: the new name, without the path.
        actor: who does it, for the audit log.
        now: the instant.

    Returns:
        The unit's path as it is now.

    Raises:
        NoSuchUnit, NotAName: nothing was changed.
    """
    known = unit_paths(session)
    wanted = written(tuple(part for part in old.split("/") if part.strip()))
    found = [one for one, path in known.items() if wanted in (written(path), written(path[-1:]))]
    if len(found) != 1:
        raise NoSuchUnit(
            name=old, count=len(found) or "no", meant=did_you_mean(old, [path[-1] for path in known.values()])
        )
    path = known[found[0]]
    name = " ".join(new.split())
    siblings = {written(other) for one, other in known.items() if one != found[0]}
    if "/" in name or not unit_id([name]) or written((*path[:-1], name)) in siblings:
        raise NotAName(name=new)
    row = session.get_one(UnitRow, found[0])
    row.name = name
    session.flush()
    about = f"the unit {' / '.join(path)} is now called {name}"
    audit.note(session, actor=actor, act=Deed.PEOPLE, about=about, now=now)
    return " / ".join((*path[:-1], name))


# What changes ---------------------------------------------------------------------------------------------


def preview(session: Session, roster: list[RosterPerson]) -> Changes:
    """What importing this roster would change, without changing it."""
    return _changes(session, roster, unit_ids(session, roster), _Naming(unit_paths(session)))


def _changes(session: Session, roster: list[RosterPerson], ids: Ids, naming: _Naming) -> Changes:
    changes = Changes()
    for path in paths(roster):
        known = naming.paths.get(ids[path])
        if known is None:
            changes.new_units.append(" / ".join(path))
        elif known[-1] != path[-1]:
            changes.changed.append(f"the unit {known[-1]} is now written {path[-1]}")
    rows = {row.email: row for row in session.scalars(select(PersonRow))}
    held = roles_by_person(session)
    for person in roster:
        row = rows.get(person.email)
        who = naming.person(person.name, person.email)
        if row is None or not row.active:
            changes.joined.append(f"{who}, {' / '.join(person.unit)}: {person.roles_in_words()}")
        elif differences := _differences(row, held.get(row.id, set()), person, ids, naming):
            changes.changed.append(f"{who}: {', '.join(differences)}")
    named = {person.email for person in roster}
    gone = sorted(email for email, row in rows.items() if row.active and email not in named)
    changes.left = [naming.person(rows[email].name, email) for email in gone]
    return changes


def _differences(
    row: PersonRow,
    held: set[tuple[str, str]],
    person: RosterPerson,
    ids: Ids,
    naming: _Naming,
) -> list[str]:
    found = []
    unit = ids[person.unit]
    if row.name != person.name:
        found.append(f"name {naming.name(row.name)} becomes {naming.name(person.name)}")
    if row.unit_id != unit:
        found.append(f"moves from {' / '.join(naming.paths[row.unit_id])} to {' / '.join(person.unit)}")
    if row.manager_email != person.manager:
        before, after = (naming.email(one) if one else "nobody" for one in (row.manager_email, person.manager))
        found.append(f"manager {before} becomes {after}")
    if row.country != person.country:
        found.append(f"country becomes {person.country or 'that of the time zone'}")
    moved_along = {(role, person_unit) for role, person_unit in held if person_unit != row.unit_id}
    moved_along |= {(role, unit) for role, person_unit in held if person_unit == row.unit_id}
    if moved_along != person.held(ids):
        before = _held_in_words(held, row.unit_id, naming.paths)
        found.append(f"roles {before} become {person.roles_in_words()}")
    return found


def _held_in_words(held: set[tuple[str, str]], own: str, known_units: Mapping[str, Path]) -> str:
    words = [
        Role(role).in_words if unit == own else f"{Role(role).in_words} of {known_units[unit][-1]}"
        for role, unit in sorted(held)
    ]
    return ", ".join(words) or "none"


def outlook(session: Session, roster: list[RosterPerson], *, k: int) -> Outlook:
    """What follows from importing this roster, with groups of at least `k`."""
    ids = unit_ids(session, roster)
    tree = {unit.id: unit for unit in directory.units(session)}
    for path in paths(roster):
        tree.setdefault(ids[path], Unit(ids[path], path[-1], ids[path[:-1]] if len(path) > 1 else None))
    units = sorted(tree.values(), key=lambda unit: unit.id)
    before = consequences.sizes(session)
    after = Counter(ids[person.unit] for person in roster if any(role is Role.REP for role, _ in person.roles))
    known = set(unit_paths(session))
    emptied = [
        unit
        for unit in units
        if not _in_and_below(unit.id, units, after)
        and (unit.id not in known or _in_and_below(unit.id, units, before))
    ]
    managers: dict[str, list[str]] = {}
    for person in roster:
        for role, path in person.roles:
            if role is Role.MANAGER:
                managers.setdefault(ids[path], []).append(person.email)
    return Outlook(
        consequences.showing(units, after, k=k),
        tuple(unit.name for unit in emptied),
        {tree[one].name: tuple(sorted(found)) for one, found in sorted(managers.items()) if len(found) > 1},
        _renamed(session, roster, ids, known),
    )


def _in_and_below(unit: str, units: Sequence[Unit], sizes: Mapping[str, int]) -> int:
    return sum(sizes.get(one, 0) for one in directory.below(list(units), frozenset({unit})))


def _renamed(
    session: Session, roster: list[RosterPerson], ids: Ids, known: set[str]
) -> tuple[tuple[str, str], ...]:
    """Units that are left by everybody for one and the same new unit."""
    now_in = {person.email: person.unit for person in roster}
    gone_to: dict[str, set[Path | None]] = {}
    for row in session.scalars(select(PersonRow).where(PersonRow.active)):
        gone_to.setdefault(row.unit_id, set()).add(now_in.get(row.email))
    was = unit_paths(session)
    found = []
    for unit, ends in sorted(gone_to.items()):
        end = next(iter(ends - {None}), None) if len(ends - {None}) == 1 else None
        if end is not None and ids[end] not in known:
            found.append((" / ".join(was[unit]), " / ".join(end)))
    return tuple(found)


# Doing it -------------------------------------------------------------------------------------------------


def apply(session: Session, roster: list[RosterPerson], *, actor: str, now: datetime) -> Changes:
    """Import the roster, and note it in the audit log; people who are not in it any more become inactive.

    Whoever moves answers an open round for the unit they were asked in; the move holds from the next one on.

    Args:
        session: the unit of work.
        roster: everybody, as the file names them.
        actor: who imports it, for the audit log.
        now: the instant; whoever is not in the file left on this day.

    Returns:
        What changed.
    """
    units = unit_ids(session, roster)
    known = unit_paths(session)
    changes = _changes(session, roster, units, _Naming(known))
    rows = {row.email: row for row in session.scalars(select(PersonRow))}
    ids = {person.email: secrets.token_hex(8) for person in roster} | {row.email: row.id for row in rows.values()}
    by_mark = _changes(session, roster, units, _Naming(known, ids))
    for path in paths(roster):
        _keep_unit(session, path, units)
    session.flush()
    # The company's first people are asked at once; whoever comes later gets to know the place first.
    joined_on = now.date() if rows else None
    for person in roster:
        row = rows.get(person.email) or PersonRow(id=ids[person.email], email=person.email, joined_on=joined_on)
        _keep_person(session, row, person, units)
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


def _keep_person(session: Session, row: PersonRow, person: RosterPerson, units: Ids) -> None:
    row.name = person.name
    row.manager_email = person.manager
    row.country = person.country
    row.unit_id = units[person.unit]
    row.active = True
    row.left_on = None
    session.add(row)
    session.flush()
    _keep_roles(session, row.id, person.held(units))


def _keep_roles(session: Session, person_id: str, held: set[tuple[str, str]]) -> None:
    session.execute(delete(RoleRow).where(RoleRow.person_id == person_id))
    session.add_all(RoleRow(person_id=person_id, role=role, unit_id=held_in) for role, held_in in sorted(held))


def _keep_unit(session: Session, path: Path, units: Ids) -> None:
    row = session.get(UnitRow, units[path])
    if row is None:
        parent = units[path[:-1]] if len(path) > 1 else None
        session.add(UnitRow(id=units[path], name=path[-1], parent_id=parent))
    else:
        row.name = path[-1]


def roles_by_person(session: Session) -> dict[str, set[tuple[str, str]]]:
    """Person id -> pairs of role and unit id."""
    held: dict[str, set[tuple[str, str]]] = {}
    for row in session.scalars(select(RoleRow)):
        held.setdefault(row.person_id, set()).add((row.role, row.unit_id))
    return held


# One person's roles ---------------------------------------------------------------------------------------


def roles_of(session: Session, person: Person) -> set[tuple[str, str]]:
    """Pairs of role and unit id that somebody has."""
    return roles_by_person(session).get(person.id, set())


def change_roles(
    session: Session, person: Person, held: set[tuple[str, str]], *, actor: str, now: datetime
) -> bool:
    """Give somebody these roles in place of those they have, and note it; False when they have them already.

    Raises:
        NoAdminLeft: they are the last one who could undo it in Slack.
    """
    before = roles_of(session, person)
    if held == before:
        return False
    admins = {one.id for one in directory.people(session, role=Role.ADMIN)}
    if admins == {person.id} and not any(role == Role.ADMIN for role, _ in held):
        raise NoAdminLeft(name=person.name)
    _keep_roles(session, person.id, held)
    session.flush()
    known = unit_paths(session)
    was, is_now = (_held_in_words(roles, person.unit_id, known) for roles in (before, held))
    about = f"changed: {audit.mark(person.id)}: roles {was} become {is_now}"
    audit.note(session, actor=actor, act=Deed.PEOPLE, about=about, now=now)
    return True
