"""When somebody is asked next, for those who want to know."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.people.directory import Person
from surveys.rounds.schedule import Schedule, monday
from surveys.storage.tables import ParticipationRow, RoundRow


def next_ask(session: Session, person: Person, *, schedule: Schedule, now: datetime) -> datetime:
    """The next instant at which a person is asked: planned in a round that is open, or else by the schedule."""
    planned = session.scalar(
        select(func.min(ParticipationRow.ask_at))
        .join(RoundRow, RoundRow.id == ParticipationRow.round_id)
        .where(
            ParticipationRow.person_id == person.id,
            ParticipationRow.invited.is_(False),
            ParticipationRow.ask_at > now,
            RoundRow.counted.is_(False),
        )
    )
    if planned is not None:
        return planned
    zone = person.zone(schedule.company_zone.key)
    # Seen from UTC, this week's ask may lie behind; the one after the next is always still to come.
    weeks = [monday(now.astimezone(zone).date()) + timedelta(weeks=ahead) for ahead in range(3)]
    return next(at for week_on in weeks if (at := schedule.ask_at(week_on, zone)) > now)
