"""Who is who: people with their roles and units, and what they may see."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.figures import Unit
from surveys.errors import UnknownPerson
from surveys.legible import legible_name
from surveys.people.roster import Role
from surveys.storage.tables import PersonRow, RoleRow, UnitRow


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in the organisation. `leads` are the units they see the results of, with all below.

    `keeps_diary` is their own choice: without one, no change is measured against their earlier answers. So is
    `chosen_language`; without one, `language` is that of their Slack.
    """

    id: str
    email: str
    name: str
    slack_id: str | None
    timezone: str | None
    language: str
    unit_id: str
    roles: frozenset[Role]
    leads: frozenset[str]
    keeps_diary: bool = True
    chosen_language: str | None = None

    def zone(self, fallback: str) -> ZoneInfo:
        """Their own time zone, or the company's when Slack shows none that we know."""
        try:
            return ZoneInfo(self.timezone or fallback)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(fallback)


@dataclass(frozen=True, slots=True)
class SlackUser:
    """What Slack says about a member of the workspace."""

    id: str
    email: str | None
    timezone: str | None
    locale: str | None
    deactivated: bool


def units(session: Session) -> list[Unit]:
    """Every unit, parents before children."""
    # Sorted here: databases differ in how they sort, and a parent's id is the beginning of its children's.
    rows = sorted(session.scalars(select(UnitRow)), key=lambda row: row.id)
    return [Unit(row.id, legible_name(row.name) or row.id, row.parent_id) for row in rows]


def company(session: Session) -> str:
    """The name of the whole: of the unit above all others."""
    return next((unit.name for unit in units(session) if unit.parent is None), "")


def below(tree: list[Unit], unit_ids: frozenset[str]) -> frozenset[str]:
    """These units and everything under them; the tree has parents before children."""
    found = set(unit_ids)
    for unit in tree:
        if unit.parent in found:
            found.add(unit.id)
    return frozenset(found)


def people(session: Session, *, role: Role | None = None) -> list[Person]:
    """Everyone active, by email; only those with a role when one is given."""
    rows = list(session.scalars(select(PersonRow).where(PersonRow.active).order_by(PersonRow.email)))
    found = _with_roles(session, rows)
    return [person for person in found if role is None or role in person.roles]


def names(session: Session) -> frozenset[str]:
    """Names of everybody active, as the roster writes them."""
    return frozenset(session.scalars(select(PersonRow.name).where(PersonRow.active)))


def by_email(session: Session, email: str) -> Person:
    """The active person with this email; raises UnknownPerson."""
    row = session.scalar(select(PersonRow).where(PersonRow.email == email.lower(), PersonRow.active))
    if row is None:
        raise UnknownPerson(email=email)
    return _with_roles(session, [row])[0]


def by_slack_id(session: Session, slack_id: str) -> Person | None:
    """The active person behind a Slack user, if that user is one of ours."""
    row = session.scalar(select(PersonRow).where(PersonRow.slack_id == slack_id, PersonRow.active))
    return _with_roles(session, [row])[0] if row else None


def by_id(session: Session, person_id: str) -> Person | None:
    """The person with this id, while active."""
    row = session.get(PersonRow, person_id)
    return _with_roles(session, [row])[0] if row and row.active else None


def _with_roles(session: Session, rows: list[PersonRow]) -> list[Person]:
    roles: dict[str, list[RoleRow]] = {}
    wanted = select(RoleRow)
    if len(rows) == 1:
        wanted = wanted.where(RoleRow.person_id == rows[0].id)
    for role in session.scalars(wanted):
        roles.setdefault(role.person_id, []).append(role)
    return [_person(row, roles.get(row.id, [])) for row in rows]


def _person(row: PersonRow, roles: list[RoleRow]) -> Person:
    leading = {Role.MANAGER.value, Role.LEADER.value}
    return Person(
        id=row.id,
        email=row.email,
        name=legible_name(row.name) or row.email,
        slack_id=row.slack_id,
        timezone=row.timezone,
        language=(row.language or row.locale or "en").replace("_", "-").split("-")[0],
        unit_id=row.unit_id,
        roles=frozenset(Role(role.role) for role in roles),
        leads=frozenset(role.unit_id for role in roles if role.role in leading),
        keeps_diary=row.keeps_diary,
        chosen_language=row.language,
    )


def choose_language(session: Session, person: Person, language: str | None) -> None:
    """Note in which language somebody wants to read; None for that of their Slack."""
    session.execute(update(PersonRow).where(PersonRow.id == person.id).values(language=language))


def keep_diary(session: Session, person: Person, *, keeps: bool) -> None:
    """Note whether somebody wants a diary of their answers."""
    session.execute(update(PersonRow).where(PersonRow.id == person.id).values(keeps_diary=keeps))


@dataclass(frozen=True, slots=True)
class Match:
    """How the roster and Slack fit together after a sync."""

    matched: int
    unknown_to_slack: list[str]


def match_slack(session: Session, users: list[SlackUser]) -> Match:
    """Give each person the Slack user with the same email, their time zone and language.

    People who left, and those whose user now has another email, give their user back.
    """
    by_address = {user.email.lower(): user for user in users if user.email and not user.deactivated}
    rows = list(session.scalars(select(PersonRow).order_by(PersonRow.email)))
    found = {row.email: by_address.get(row.email) if row.active else None for row in rows}
    for row in rows:
        user = found[row.email]
        if user is None or user.id != row.slack_id:
            row.slack_id = None
    # Given back before it is taken: two people may have changed places.
    session.flush()
    for row in rows:
        user = found[row.email]
        if user is not None:
            row.slack_id, row.timezone, row.locale = user.id, user.timezone, user.locale
    active = [row for row in rows if row.active]
    unknown = [row.email for row in active if row.slack_id is None]
    return Match(len(active) - len(unknown), unknown)
