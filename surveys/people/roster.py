"""The roster file: an organisation as a CSV, read as a whole or not at all."""

import csv
import io
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from surveys.errors import NothingToImport
from surveys.legible import legible_name
from surveys.people import countries
from surveys.people.nearest import did_you_mean

COLUMNS = ("email", "name", "manager", "unit", "roles")
# May be left out, as a column or as a cell.
COUNTRY = "country"
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What a column of the tables holds.
LONGEST_CELL = 255


class Role(StrEnum):
    """What a person is to Orgpulse; managers and leaders are so of their own unit and all below.

    The works council may read the audit log, and sees no results by that role.
    """

    REP = "rep"
    MANAGER = "manager"
    LEADER = "leader"
    ADMIN = "admin"
    WORKS_COUNCIL = "works_council"

    @property
    def in_words(self) -> str:
        """'works council'."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """One line of the file. `unit` is the path from the company down; each role is held in such a unit."""

    email: str
    name: str
    manager: str | None
    unit: tuple[str, ...]
    roles: frozenset[tuple[Role, tuple[str, ...]]]
    country: str | None = None

    def held(self, ids: Mapping[tuple[str, ...], str]) -> set[tuple[str, str]]:
        """Pairs of role and unit id; `ids` are the units' by their paths."""
        return {(role.value, ids[path]) for role, path in self.roles}

    def roles_in_words(self) -> str:
        """'manager, rep', or 'manager of DACH' where the unit is not their own."""
        return ", ".join(
            role.in_words if path == self.unit else f"{role.in_words} of {path[-1]}"
            for role, path in sorted(self.roles)
        )


def read_roster(text: str) -> list[RosterPerson]:
    """Read the whole file, or raise NothingToImport naming every bad line.

    Columns: email, name, manager (an email, empty at the top), unit (a path such as "Larkspur / EMEA / DACH"),
    roles (rep, manager, leader, admin, works council, several with ";"). A role is held in the person's own unit,
    or in another one: "manager of Larkspur / EMEA / DACH; manager of Larkspur / EMEA / Iberia". A column country
    (two letters, such as DE) may say whose holidays somebody has, where that is not their time zone's country.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    missing = [column for column in COLUMNS if column not in first_line(reader)]
    if missing:
        raise NothingToImport(
            problems=f"line 1: the first line must name the columns {', '.join(COLUMNS)}; "
            f"missing: {', '.join(missing)}"
        )
    problems: list[str] = []
    people: list[RosterPerson] = []
    lines: dict[str, int] = {}
    unread: set[str] = set()
    for line, row in numbered_rows(reader, problems):
        try:
            person = _read_row(row)
        except ValueError as problem:
            problems.append(f"line {line}: {problem}")
            unread.add((row.get("email") or "").strip().lower())
            continue
        if person.email in lines:
            problems.append(f"line {line}: {person.email} stands in line {lines[person.email]} already")
        lines.setdefault(person.email, line)
        people.append(person)
    problems += _check_together(people, lines, unread)
    if not people and not problems:
        problems = ["line 2: the file names nobody"]
    if problems:
        raise NothingToImport(problems="\n".join(sorted(problems, key=_line_of)))
    return people


def first_line(reader: "csv.DictReader[str]") -> list[str]:
    """Names of the columns; none when the line is no CSV."""
    try:
        return list(reader.fieldnames or [])
    except csv.Error:
        return []


def numbered_rows(reader: "csv.DictReader[str]", problems: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
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
    cells = {column: (row.get(column) or "").strip() for column in (*COLUMNS, COUNTRY)}
    for column, cell in cells.items():
        if _UNSEEN.search(cell) or legible_name(cell) != " ".join(cell.split()):
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
    country = cells[COUNTRY].upper() or None
    if country and country not in countries.known():
        raise ValueError(f"the country {cells[COUNTRY]!r} is not known; write its two letters, such as DE")
    nameless = next((part for part in unit if not _slug(part)), None)
    if nameless:
        raise ValueError(f"the unit {nameless!r} has no letter or digit in its name")
    return RosterPerson(
        email=cells["email"].lower(),
        name=cells["name"],
        manager=cells["manager"].lower() or None,
        unit=unit,
        roles=frozenset(_read_role(word, unit) for word in cells["roles"].replace(",", ";").split(";")),
        country=country,
    )


def _read_role(text: str, own: tuple[str, ...]) -> tuple[Role, tuple[str, ...]]:
    """'rep', or 'manager of Larkspur / EMEA / DACH'."""
    word, _, elsewhere = (part.strip() for part in text.strip().partition(" of "))
    try:
        role = Role(re.sub(r"\s+", "_", word.lower()))
    except ValueError as problem:
        raise ValueError(
            f"{word!r} is not a role; write rep, manager, leader, admin or works council, several with ';'"
        ) from problem
    if elsewhere and role is Role.REP:
        raise ValueError("a rep is asked for their own unit; write that unit in the column unit")
    return role, _path(elsewhere) if elsewhere else own


def _path(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("/") if part.strip())


def _line_of(problem: str) -> int:
    """So that a file is mended from its top; what is about the whole file stands last."""
    found = re.match(r"line (\d+)", problem)
    return int(found[1]) if found else sys.maxsize


def _check_together(people: list[RosterPerson], lines: dict[str, int], unread: Collection[str]) -> list[str]:
    """What is wrong between lines; `unread` are the emails of lines that are wrong by themselves."""
    problems = []
    managers = {person.email: person.manager for person in people}
    for person in people:
        if person.manager and person.manager not in managers and person.manager not in unread:
            meant = did_you_mean(person.manager, set(managers) - {person.email})
            problems.append(
                f"line {lines[person.email]}: the manager {person.manager} is nobody in this file{meant}"
            )
    for loop in _loops(managers, lines):
        shown = " → ".join([*loop, loop[0]])
        problems.append(f"line {lines[loop[0]]}: these are each other's managers, in a loop: {shown}")
    # Units are looked at once every line can be read: the one that is missing may stand in another.
    if unread:
        return problems
    companies = sorted({person.unit[0] for person in people})
    if len({unit_id([company]) for company in companies}) > 1:
        problems.append(f"every unit path must begin with one company; found {' and '.join(companies)}")
    return problems + _unknown_units(people, lines) + _spelled_twice(people, lines)


def _unknown_units(people: list[RosterPerson], lines: dict[str, int]) -> list[str]:
    """Units that somebody manages or leads and nobody is in."""
    known = {unit_id(path) for path in paths(people)}
    return [
        f"line {lines[person.email]}: {role.in_words} of {' / '.join(path)}: nobody in this file is in such a unit"
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


def _loops(managers: Mapping[str, str | None], lines: Mapping[str, int]) -> list[list[str]]:
    """Each loop once, from whoever of it stands first in the file, upwards."""
    found: dict[str, list[str]] = {}
    done: set[str] = set()
    for email in managers:
        path: list[str] = []
        above: str | None = email
        while above and above not in done and above not in path:
            path.append(above)
            above = managers.get(above)
        if above in path:
            loop = path[path.index(above) :]
            first = loop.index(min(loop, key=lambda one: lines[one]))
            found[loop[first]] = loop[first:] + loop[:first]
        done.update(path)
    return [found[email] for email in sorted(found, key=lambda one: lines[one])]


def unit_id(path: Iterable[str]) -> str:
    """The id that a unit gets when it is first seen: its path in plain letters."""
    return "/".join(_slug(part) for part in path)


def _slug(part: str) -> str:
    return re.sub(r"[^\w]+", "-", part.lower()).strip("-")


def paths(roster: list[RosterPerson]) -> list[tuple[str, ...]]:
    """Every unit on any path, parents before children."""
    found = {person.unit[: depth + 1] for person in roster for depth in range(len(person.unit))}
    return sorted(found, key=lambda path: (len(path), path))
