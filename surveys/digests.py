"""Digests that are owed: one for each manager and release, on their own Friday morning."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.rounds.schedule import Schedule
from surveys.storage.tables import DigestRow, ReleaseRow, ToldRow


@dataclass(frozen=True, slots=True)
class Owed:
    """A digest whose time has come."""

    release_id: str
    week_on: date
    person: Person


def unplanned(session: Session) -> list[str]:
    """Ids of the releases about which nothing was planned yet, oldest first."""
    told = select(ToldRow.release_id)
    return list(
        session.scalars(
            select(ReleaseRow.id).where(ReleaseRow.id.not_in(told)).order_by(ReleaseRow.week_on, ReleaseRow.id)
        )
    )


def plan(session: Session, release_id: str, *, schedule: Schedule) -> None:
    """Owe every manager known to Slack a digest of a new release of their schedule.

    Nobody gets two for one week: where several rounds fall into it, the first shows whatever is out by then.
    """
    session.add(ToldRow(release_id=release_id))
    release = session.get_one(ReleaseRow, release_id)
    owed = set(
        session.scalars(
            select(DigestRow.person_id)
            .join(ReleaseRow, ReleaseRow.id == DigestRow.release_id)
            .where(ReleaseRow.week_on == release.week_on)
        )
    )
    tree = directory.units(session)
    asked = directory.below(tree, frozenset(schedule.units or [unit.id for unit in tree]))
    for person in directory.people(session):
        if person.id in owed or not directory.below(tree, person.leads) & asked:
            continue
        if person.slack_id and may(person, Act.RECEIVE_DIGEST):
            due_at = schedule.digest_at(release.week_on, person.zone(schedule.company_zone.key))
            session.add(DigestRow(release_id=release_id, person_id=person.id, due_at=due_at))


def take_due(session: Session, *, now: datetime) -> list[Owed]:
    """Mark the digests whose time has come as sent, and say which they are."""
    rows = session.execute(
        select(DigestRow, ReleaseRow.week_on)
        .join(ReleaseRow, ReleaseRow.id == DigestRow.release_id)
        .where(DigestRow.sent.is_(False), DigestRow.due_at <= now)
        .order_by(DigestRow.due_at, DigestRow.person_id)
    ).all()
    owed = []
    for row, week_on in rows:
        row.sent = True
        person = directory.by_id(session, row.person_id)
        # Rights are those of this moment: a role may have gone since the release was planned.
        if person is not None and person.slack_id and person.leads and may(person, Act.RECEIVE_DIGEST):
            owed.append(Owed(row.release_id, week_on, person))
    return owed


def next_due(session: Session) -> datetime | None:
    """When the next digest is due."""
    return session.scalar(
        select(DigestRow.due_at).where(DigestRow.sent.is_(False)).order_by(DigestRow.due_at).limit(1)
    )
