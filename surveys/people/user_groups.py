"""Slack's user groups as units: the roster as it would be if the groups were the teams."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.errors import NothingToImport
from surveys.people.directory import SlackUser
from surveys.people.enrolment import Path, roles_by_person, unit_paths, written
from surveys.people.roster import Role, RosterPerson
from surveys.storage.tables import PersonRow


def as_roster(session: Session) -> list[RosterPerson]:
    """Everybody as a roster file would name them."""
    known, held = unit_paths(session), roles_by_person(session)
    return [
        RosterPerson(
            email=row.email,
            name=row.name,
            manager=row.manager_email,
            unit=known[row.unit_id],
            roles=frozenset((Role(role), known[unit]) for role, unit in held.get(row.id, set())),
        )
        for row in session.scalars(select(PersonRow).where(PersonRow.active).order_by(PersonRow.email))
    ]


def with_groups(session: Session, groups: Mapping[Path, Sequence[SlackUser]]) -> list[RosterPerson]:
    """The roster as it would be if these units held these members of Slack, and everybody else as before.

    Members who are nobody yet become reps of their group's unit, under its one manager. Reps of such a unit who
    are in no group any more leave; its managers and leaders stay.

    Raises:
        NothingToImport: somebody is in two groups, has no email, or a group is empty; all of it at once.
    """
    problems = [f"the group for {' / '.join(path)} is empty" for path, users in groups.items() if not users]
    unit_of: dict[str, tuple[Path, SlackUser]] = {}
    for path, users in groups.items():
        for user in users:
            email = (user.email or "").lower()
            if not email:
                problems.append(f"{user.name or user.id}: Slack shows no email of theirs")
            elif email in unit_of:
                both = f"{' / '.join(unit_of[email][0])} and {' / '.join(path)}"
                problems.append(f"{email} is in the groups for {both}; take them out of one")
            else:
                unit_of[email] = (path, user)
    if problems:
        raise NothingToImport(problems="\n".join(problems))
    present = {person.email: person for person in as_roster(session)}
    mapped = {written(path) for path in groups}
    found = [_regrouped(person, unit_of.get(person.email), mapped) for person in present.values()]
    managers = _only_managers(list(present.values()))
    found += [
        RosterPerson(
            email=email,
            name=user.name or email,
            manager=managers.get(written(path)),
            unit=path,
            roles=frozenset({(Role.REP, path)}),
        )
        for email, (path, user) in unit_of.items()
        if email not in present
    ]
    return [person for person in found if person is not None]


def _regrouped(
    person: RosterPerson, group: tuple[Path, SlackUser] | None, mapped: set[str]
) -> RosterPerson | None:
    """Somebody who was there already, in the unit of their group; None when they left it."""
    if group is None:
        only_rep = {role for role, _ in person.roles} == {Role.REP}
        return None if only_rep and written(person.unit) in mapped else person
    path = group[0]
    if written(path) == written(person.unit):
        return person
    roles = frozenset((role, path if held == person.unit else held) for role, held in person.roles)
    return RosterPerson(person.email, person.name, person.manager, path, roles)


def _only_managers(people: Sequence[RosterPerson]) -> dict[str, str]:
    """By the unit's path, the manager of units that have one and no more."""
    found: dict[str, list[str]] = {}
    for person in people:
        for role, path in person.roles:
            if role is Role.MANAGER:
                found.setdefault(written(path), []).append(person.email)
    return {path: emails[0] for path, emails in found.items() if len(emails) == 1}
