"""Who is who: people with their roles and units, and what they may see."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.figures import Unit
from surveys.errors import UnknownPerson
from surveys.legible import legible_name
from surveys.people.roster import Role
from surveys.storage.tables import PersonRow, RoleRow, UnitRow

# Up to so many people are looked up by their ids; for more it is cheaper to read all.
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in the organisation. `leads` are the units they see the results of, with all below.

    `keeps_diary` is their own choice: without one, no change is measured against their earlier answers. So is
    `opted_out`: they are not asked. `welcomed_at` is when they were told what this is. `country` is what the
    roster says, if it does; `joined_on` is missing for the company's first people.
    `chosen_language` is theirs too; without one, `language` is that of their Slack.
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
    country: str | None = None
    joined_on: date | None = None
    title: str | None = None
    welcomed_at: datetime | None = None
    opted_out: bool = False
    deactivated: bool = False
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
    title: str | None = None
    name: str | None = None


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


def people(session: Session, *, role: Role | None = None, ids: Collection[str] | None = None) -> list[Person]:
    """Everyone active, by email; only those with a role, or with one of some ids, when these are given."""
    wanted = select(PersonRow).where(PersonRow.active).order_by(PersonRow.email)
    if ids is not None:
        wanted = wanted.where(PersonRow.id.in_(ids))
    rows = list(session.scalars(wanted))
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
    if len(rows) <= MOST_NAMED:
        wanted = wanted.where(RoleRow.person_id.in_([row.id for row in rows]))
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
        country=row.country,
        joined_on=row.joined_on,
        title=row.title,
        welcomed_at=row.welcomed_at,
        opted_out=row.opted_out,
        deactivated=row.deactivated,
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
    """How the roster and Slack fit together after a sync, and what it changed; people by their emails.

    Attributes:
        matched: how many people Slack knows.
        unknown_to_slack: whose email is nobody's there.
        deactivated: whose user is switched off there; they are not asked.
        found: who was found now.
        came_back: who was switched off and is not any more.
        switched_off: who was switched off since.
        changed: whose time zone, language or title is another now.
    """

    matched: int
    unknown_to_slack: list[str]
    deactivated: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    came_back: list[str] = field(default_factory=list)
    switched_off: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def match_slack(session: Session, users: list[SlackUser]) -> Match:
    """Give each person the Slack user with the same email, their time zone, language and title.

    People who left, those whose user is switched off, and those whose user now has another email, give their user
    back.
    """
    by_address = {user.email.lower(): user for user in users if user.email and not user.deactivated}
    switched_off = {user.email.lower() for user in users if user.email and user.deactivated} - set(by_address)
    rows = list(session.scalars(select(PersonRow).order_by(PersonRow.email)))
    before = {row.email: (row.slack_id, row.deactivated, _shown(row)) for row in rows}
    found = {row.email: by_address.get(row.email) if row.active else None for row in rows}
    for row in rows:
        user = found[row.email]
        row.deactivated = row.email in switched_off
        if user is None or user.id != row.slack_id:
            row.slack_id = None
    # Given back before it is taken: two people may have changed places.
    session.flush()
    for row in rows:
        user = found[row.email]
        if user is not None:
            _take_over(row, user)
    active = [row for row in rows if row.active]
    known = [row for row in active if row.slack_id is not None]
    return Match(
        len(known),
        [row.email for row in active if row.slack_id is None and not row.deactivated],
        [row.email for row in active if row.deactivated],
        [row.email for row in known if before[row.email][:2] == (None, False)],
        [row.email for row in known if before[row.email][1]],
        [row.email for row in active if row.deactivated and not before[row.email][1]],
        [row.email for row in known if before[row.email][0] and before[row.email][2] != _shown(row)],
    )


def follow_slack(session: Session, user: SlackUser) -> bool:
    """Take over what Slack says about one member, as `match_slack` does for all; False when they are nobody's."""
    holder = session.scalar(select(PersonRow).where(PersonRow.slack_id == user.id))
    email = (user.email or "").lower()
    # Where Slack shows no email, they are still who they were.
    row = session.scalar(select(PersonRow).where(PersonRow.email == email, PersonRow.active)) if email else holder
    if holder is not None and (holder is not row or user.deactivated):
        holder.slack_id = None
        session.flush()
    if row is None:
        return holder is not None
    row.deactivated = user.deactivated
    if not user.deactivated:
        _take_over(row, user)
    return True


def _take_over(row: PersonRow, user: SlackUser) -> None:
    row.slack_id, row.timezone, row.title = user.id, user.timezone, user.title or None
    # An event about somebody does not always name their language.
    row.locale = user.locale or row.locale


def _shown(row: PersonRow) -> tuple[str | None, str | None, str | None]:
    return row.timezone, row.locale, row.title
