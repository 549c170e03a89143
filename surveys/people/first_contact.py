"""First contact: before anybody is asked for the first time, they are told once what this is, and can say no.

Saying no is a person's own choice: it is shown to nobody, noted in no log, and undone as easily.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.roster import Role
from surveys.rounds.schedule import Schedule, monday, second_full_week
from surveys.rounds.working_time import at_work, is_working_day, next_at_work
from surveys.storage.tables import PersonRow

# On the working day before the first ask, when the morning's messages are read.
TOLD_FROM = time(10)
# Whoever is told late, in a company that starts today, has this long to read it before the first ask.
TIME_TO_READ = timedelta(hours=3)


def due(session: Session, *, schedule: Schedule, now: datetime) -> list[Person]:
    """Mark everybody whose first ask is near as told, and say who they are.

    They are told in their own working hours, from 10:00 on the working day before they are asked, or as soon as
    they are at work when that has passed. Whoever another process is telling at this moment is left to it.
    """
    ready = [
        person.id
        for person in _untold(session)
        if now >= _tell_from(person, schedule, now)
        and at_work(now, person.zone(schedule.company_zone.key), person.country)
    ]
    if not ready:
        return []
    rows = session.scalars(
        select(PersonRow)
        .where(PersonRow.id.in_(ready), PersonRow.welcomed_at.is_(None))
        .order_by(PersonRow.id)
        .with_for_update(skip_locked=True)
    )
    told = []
    for row in rows:
        row.welcomed_at = now
        told.append(row.id)
    people = {person.id: person for person in directory.people(session)}
    return [people[person_id] for person_id in told]


def had_time(person: Person, *, now: datetime) -> bool:
    """Whether somebody was told what this is, long enough ago to have read it, and did not say no."""
    told = person.welcomed_at
    return told is not None and told + TIME_TO_READ <= now and not person.opted_out


def next_due(session: Session, *, schedule: Schedule, now: datetime) -> datetime | None:
    """The next instant after `now` at which somebody is to be told, or has had time to read it."""
    read = session.scalars(select(PersonRow.welcomed_at).where(PersonRow.welcomed_at > now - TIME_TO_READ))
    instants = [told + TIME_TO_READ for told in read if told]
    for person in _untold(session):
        at = max(_tell_from(person, schedule, now), now)
        instants.append(next_at_work(at, person.zone(schedule.company_zone.key), person.country))
    return min((instant for instant in instants if instant > now), default=None)


def choose(session: Session, person: Person, *, asked: bool) -> None:
    """Note whether somebody wants to be asked at all."""
    session.execute(update(PersonRow).where(PersonRow.id == person.id).values(opted_out=not asked))


def _untold(session: Session) -> Iterator[Person]:
    waiting = select(PersonRow.id).where(
        PersonRow.welcomed_at.is_(None), PersonRow.active, PersonRow.slack_id.is_not(None)
    )
    ids = set(session.scalars(waiting))
    if ids:
        yield from (person for person in directory.people(session, role=Role.REP) if person.id in ids)


def _tell_from(person: Person, schedule: Schedule, now: datetime) -> datetime:
    """When somebody may be told, before the first round that is not over."""
    zone = person.zone(schedule.company_zone.key)
    week_on = monday(now.astimezone(zone).date())
    if person.joined_on is not None:
        week_on = max(week_on, second_full_week(person.joined_on))
    while schedule.closes_at(week_on) <= now or not schedule.takes_place(week_on):
        week_on += timedelta(weeks=1)
    day = schedule.ask_at(week_on, zone).astimezone(zone).date() - timedelta(days=1)
    while not is_working_day(day, zone, person.country):
        day -= timedelta(days=1)
    return datetime.combine(day, TOLD_FROM, zone).astimezone(UTC)
