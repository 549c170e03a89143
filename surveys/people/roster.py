"""The roster file: an organisation as a CSV, and what importing it would change."""

import csv
import io
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys.errors import NothingToImport
from surveys.storage.tables import PersonRow, RoleRow, UnitRow

COLUMNS = ("email", "name", "manager", "unit", "roles")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")
# What a column of the tables holds.
LONGEST_CELL = 255


class Role(StrEnum):
    """What a person is to Orgpulse; managers and leaders are so of their own unit and all below."""

    REP = "rep"
    MANAGER = "manager"
    LEADER = "leader"
    ADMIN = "admin"
    WORKS_COUNCIL = "works_council"


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """One line of the file. `unit` is the path from the company down; each role is held in such a unit."""

    email: str
    name: str
    manager: str | None
    unit: tuple[str, ...]
    roles: frozenset[tuple[Role, tuple[str, ...]]]

    def held(self) -> set[tuple[str, str]]:
        """Pairs of role and unit id."""
        return {(role.value, unit_id(path)) for role, path in self.roles}

    def roles_in_words(self) -> str:
        """'manager, rep', or 'manager of DACH' where the unit is not their own."""
        return ", ".join(
            role.value if path == self.unit else f"{role.value} of {path[-1]}" for role, path in sorted(self.roles)
        )


@dataclass
class Changes:
    """What an import would do, in lines a person can read."""

    joined: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    new_units: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.joined or self.changed or self.left or self.new_units)


def read_roster(text: str) -> list[RosterPerson]:
    """Read the whole file, or raise NothingToImport naming every bad line.

    Columns: email, name, manager (an email, empty at the top), unit (a path such as "Larkspur / EMEA / DACH"),
    roles (rep, manager, leader, admin, several with ";"). A role is held in the person's own unit, or in another
    one: "manager of Larkspur / EMEA / DACH; manager of Larkspur / EMEA / Iberia".
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    missing = [column for column in COLUMNS if column not in _first_line(reader)]
    if missing:
        raise NothingToImport(
            problems=f"line 1: the first line must name the columns {', '.join(COLUMNS)}; "
            f"missing: {', '.join(missing)}"
        )
    problems: list[str] = []
    people: list[RosterPerson] = []
    lines: dict[str, int] = {}
    for line, row in _rows(reader, problems):
        try:
            person = _read_row(row)
        except ValueError as problem:
            problems.append(f"line {line}: {problem}")
            continue
        if person.email in lines:
            problems.append(f"line {line}: {person.email} stands in line {lines[person.email]} already")
        lines.setdefault(person.email, line)
        people.append(person)
    if not problems:
        problems = _check_together(people, lines)
    if not people and not problems:
        problems = ["line 2: the file names nobody"]
    if problems:
        raise NothingToImport(problems="\n".join(problems))
    return people


def _first_line(reader: "csv.DictReader[str]") -> list[str]:
    try:
        return list(reader.fieldnames or [])
    except csv.Error:
        return []


def _rows(reader: "csv.DictReader[str]", problems: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their line numbers, up to the first place that is no CSV at all."""
    end = reader.line_num
    try:
        for row in reader:
            # A quotation mark that is never closed takes the lines below with it; the row began above them.
            inside = sum(str(cell).count("\n") for cell in row.values())
            line, end = max(end + 1, reader.line_num - inside), reader.line_num
            yield line, row
    except csv.Error as problem:
        problems.append(f"line {reader.line_num + 1}: this is not CSV: {problem}")


def _cells(row: dict[str, str]) -> dict[str, str]:
    # What stands beyond the last column is kept by the reader under None.
    if None in row:
        raise ValueError("there are more cells than columns; put quotation marks around a cell with a comma")
    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    for column, cell in cells.items():
        if _UNSEEN.search(cell):
            raise ValueError(f"the {column} holds a character that cannot be seen; type it anew")
        if len(cell) > LONGEST_CELL:
            raise ValueError(f"the {column} has {len(cell)} characters; at most {LONGEST_CELL} are kept")
    return cells


def _read_row(row: dict[str, str]) -> RosterPerson:
    cells = _cells(row)
    if not _EMAIL.fullmatch(cells["email"]):
        raise ValueError(f"{cells['email'] or 'an empty cell'!r} is not an email address")
    if not cells["name"]:
        raise ValueError("the name is empty")
    unit = _path(cells["unit"])
    if not unit:
        raise ValueError("the unit is empty; write a path such as: Larkspur / EMEA / DACH")
    nameless = next((part for part in unit if not _slug(part)), None)
    if nameless:
        raise ValueError(f"the unit {nameless!r} has no letter or digit in its name")
    return RosterPerson(
        email=cells["email"].lower(),
        name=cells["name"],
        manager=cells["manager"].lower() or None,
        unit=unit,
        roles=frozenset(_read_role(word, unit) for word in cells["roles"].replace(",", ";").split(";")),
    )


def _read_role(text: str, own: tuple[str, ...]) -> tuple[Role, tuple[str, ...]]:
    """'rep', or 'manager of Larkspur / EMEA / DACH'."""
    word, _, elsewhere = (part.strip() for part in text.strip().partition(" of "))
    try:
        role = Role(word.lower())
    except ValueError as problem:
        raise ValueError(
            f"{word!r} is not a role; write rep, manager, leader or admin, several with ';'"
        ) from problem
    if elsewhere and role is Role.REP:
        raise ValueError("a rep is asked for their own unit; write that unit in the column unit")
    return role, _path(elsewhere) if elsewhere else own


def _path(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("/") if part.strip())


def _check_together(people: list[RosterPerson], lines: dict[str, int]) -> list[str]:
    problems = []
    managers = {person.email: person.manager for person in people}
    for person in people:
        if person.manager and person.manager not in managers:
            problems.append(f"line {lines[person.email]}: the manager {person.manager} is nobody in this file")
        elif _goes_round(person.email, managers):
            problems.append(f"line {lines[person.email]}: {person.email} ends up as their own manager")
    companies = sorted({person.unit[0] for person in people})
    if len({unit_id([company]) for company in companies}) > 1:
        problems.append(f"every unit path must begin with one company; found {' and '.join(companies)}")
    return problems + _unknown_units(people, lines) + _spelled_twice(people, lines)


def _unknown_units(people: list[RosterPerson], lines: dict[str, int]) -> list[str]:
    """Units that somebody manages or leads and nobody is in."""
    known = {unit_id(path) for path in _paths(people)}
    return [
        f"line {lines[person.email]}: {role.value} of {' / '.join(path)}: nobody in this file is in such a unit"
        for person in people
        for role, path in sorted(person.roles)
        if unit_id(path) not in known
    ]


def _spelled_twice(people: list[RosterPerson], lines: dict[str, int]) -> list[str]:
    """Units whose paths would become one, such as "C" and "C++"."""
    problems = []
    first: dict[str, tuple[str, int]] = {}
    for person in people:
        for depth in range(1, len(person.unit) + 1):
            path, line = person.unit[:depth], lines[person.email]
            written, in_line = first.setdefault(unit_id(path), (path[-1], line))
            if written != path[-1]:
                problems.append(
                    f"line {line}: the unit {path[-1]!r} is {written!r} in line {in_line}; "
                    "write one unit one way, and give two units names that differ in letters or digits"
                )
    return problems


def _goes_round(email: str, managers: dict[str, str | None]) -> bool:
    seen = {email}
    above = managers.get(email)
    while above:
        if above in seen:
            return above == email
        seen.add(above)
        above = managers.get(above)
    return False


def unit_id(path: Iterable[str]) -> str:
    """The id that a unit gets when it is first seen: its path in plain letters."""
    return "/".join(_slug(part) for part in path)


def _slug(part: str) -> str:
    return re.sub(r"[^\w]+", "-", part.lower()).strip("-")


def preview(session: Session, roster: list[RosterPerson]) -> Changes:
    """What importing this roster would change, without changing it."""
    changes = Changes()
    known_units = {row.id: row.name for row in session.scalars(select(UnitRow))}
    for path in _paths(roster):
        name = known_units.get(unit_id(path))
        if name is None:
            changes.new_units.append(" / ".join(path))
        elif name != path[-1]:
            changes.changed.append(f"the unit {name} is now written {path[-1]}")
    rows = {row.email: row for row in session.scalars(select(PersonRow))}
    held = _roles_by_person(session)
    for person in roster:
        row = rows.get(person.email)
        if row is None or not row.active:
            changes.joined.append(f"{person.name} <{person.email}>, {' / '.join(person.unit)}")
        elif differences := _differences(row, held.get(row.id, set()), person):
            changes.changed.append(f"{person.name} <{person.email}>: {', '.join(differences)}")
    named = {person.email for person in roster}
    gone = sorted(email for email, row in rows.items() if row.active and email not in named)
    changes.left = [f"{rows[email].name} <{email}>" for email in gone]
    return changes


def _differences(row: PersonRow, held: set[tuple[str, str]], person: RosterPerson) -> list[str]:
    found = []
    if row.name != person.name:
        found.append(f"name {row.name} becomes {person.name}")
    if row.unit_id != unit_id(person.unit):
        found.append(f"moves to {' / '.join(person.unit)}")
    if row.manager_email != person.manager:
        found.append(f"manager becomes {person.manager or 'nobody'}")
    moved_along = {(role, person_unit) for role, person_unit in held if person_unit != row.unit_id}
    moved_along |= {(role, unit_id(person.unit)) for role, person_unit in held if person_unit == row.unit_id}
    if moved_along != person.held():
        found.append(f"roles become {person.roles_in_words()}")
    return found


def apply(session: Session, roster: list[RosterPerson]) -> Changes:
    """Import the roster; people who are not in it any more become inactive. Returns what changed."""
    changes = preview(session, roster)
    for path in _paths(roster):
        _keep_unit(session, path)
    session.flush()
    rows = {row.email: row for row in session.scalars(select(PersonRow))}
    for person in roster:
        row = rows.get(person.email)
        if row is None:
            row = PersonRow(id=secrets.token_hex(8), email=person.email, name=person.name)
            session.add(row)
        row.name = person.name
        row.manager_email = person.manager
        row.unit_id = unit_id(person.unit)
        row.active = True
        session.flush()
        session.execute(delete(RoleRow).where(RoleRow.person_id == row.id))
        session.add_all(
            RoleRow(person_id=row.id, role=role, unit_id=held_in) for role, held_in in sorted(person.held())
        )
    named = {person.email for person in roster}
    for row in rows.values():
        if row.email not in named:
            row.active = False
    return changes


def _keep_unit(session: Session, path: tuple[str, ...]) -> None:
    row = session.get(UnitRow, unit_id(path))
    if row is None:
        parent = unit_id(path[:-1]) if len(path) > 1 else None
        session.add(UnitRow(id=unit_id(path), name=path[-1], parent_id=parent))
    else:
        row.name = path[-1]


def _paths(roster: list[RosterPerson]) -> list[tuple[str, ...]]:
    """Every unit on any path, parents before children."""
    found = {person.unit[: depth + 1] for person in roster for depth in range(len(person.unit))}
    return sorted(found, key=lambda path: (len(path), path))


def _roles_by_person(session: Session) -> dict[str, set[tuple[str, str]]]:
    """Person id -> pairs of role and unit id."""
    held: dict[str, set[tuple[str, str]]] = {}
    for row in session.scalars(select(RoleRow)):
        held.setdefault(row.person_id, set()).add((row.role, row.unit_id))
    return held
