"""Wishes: what a rep can say about when they are asked. Later, not until a day, at a time of their own.

"Ask me later" tells that somebody had not answered yet, so it is kept under a pseudonym like a ballot's, until the
message is brought back or the round closes. A pause and a time are kept with the person, and end when they say so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveys.ballots.keys import ServingKeys
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Person
from surveys.rounds.rounds import Pulse, Round, pulse_of
from surveys.rounds.schedule import Schedule
from surveys.rounds.working_time import WORKING_HOURS, at_work, next_at_work
from surveys.storage.tables import LaterRow, ParticipationRow, RoundRow, WishRow

# Enough to read a message and answer before the close: our choice.
LEAST_LEFT = timedelta(minutes=30)
LONGEST_PAUSE = timedelta(days=366)
# The last hour is left out: somebody asked at its end would be asked after work.
LATEST_ASK = time(17)
# Times of day that are offered, every half an hour.
ASK_TIMES = tuple(time(8 + half // 2, half % 2 * 30) for half in range(19))


class Later(StrEnum):
    """How much later."""

    ONE_HOUR = "1h"
    FOUR_HOURS = "4h"
    TOMORROW = "tomorrow"


class NoTimeLeft(OrgpulseError):
    """This pulse closes soon, before there is another good hour. It takes a minute; skipping it is fine too."""


class PauseNotAhead(OrgpulseError):
    """A pause ends on a day to come, within a year. Choose such a day."""


class OutsideWorkingHours(OrgpulseError):
    """Nobody is asked before 8 or after 17 o'clock. Choose a time in between."""


class TooLate(OrgpulseError):
    """By then this pulse has closed."""

    def __init__(self, *, latest: datetime) -> None:
        self.latest = latest
        super().__init__()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wishes now; None where they wish nothing."""

    ask_time: time | None = None
    paused_until: date | None = None


def of(session: Session, person: Person) -> Wishes:
    """What a person wishes."""
    row = session.get(WishRow, person.id)
    return Wishes(row.ask_time, row.paused_until) if row else Wishes()


def later(
    session: Session,
    keys: ServingKeys,
    person: Person,
    pulse: Pulse,
    wait: Later,
    *,
    schedule: Schedule,
    now: datetime,
) -> datetime:
    """Bring a pulse back later, and say when: in the first good hour after what was asked for.

    Raises:
        TooLate: by then it has closed; `latest` is the last good hour before that.
        NoTimeLeft: there is no good hour before the close any more.
    """
    zone = person.zone(schedule.company_zone.key)
    wanted = next_at_work(
        _after(wait, zone, of(session, person).ask_time or schedule.ask_time, now), zone, person.country
    )
    if wanted > pulse.round.closes_at - LEAST_LEFT:
        raise TooLate(latest=_latest(person, pulse.round, zone, now))
    return bring_back(session, keys, person, pulse, wanted, schedule=schedule, now=now)


def bring_back(
    session: Session,
    keys: ServingKeys,
    person: Person,
    pulse: Pulse,
    at: datetime,
    *,
    schedule: Schedule,
    now: datetime,
) -> datetime:
    """Bring a pulse back at an instant, in place of any chosen before.

    Raises:
        NoTimeLeft: it is over, outside their working hours or too close to the end.
    """
    awake = at_work(at, person.zone(schedule.company_zone.key), person.country)
    if not now < at <= pulse.round.closes_at - LEAST_LEFT or not awake:
        raise NoTimeLeft
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(LaterRow).values(
        round_id=pulse.round.id, key=_key(keys, pulse.round.id, person), again_at=at
    )
    session.execute(statement.on_conflict_do_update(index_elements=["round_id", "key"], set_={"again_at": at}))
    return at


def _after(wait: Later, zone: ZoneInfo, at: time, now: datetime) -> datetime:
    if wait is not Later.TOMORROW:
        return now + timedelta(hours=1 if wait is Later.ONE_HOUR else 4)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, at, zone).astimezone(UTC)


def _latest(person: Person, in_round: Round, zone: ZoneInfo, now: datetime) -> datetime:
    """The last full local hour before the close at which somebody is at work; raises NoTimeLeft."""
    last = (in_round.closes_at - LEAST_LEFT).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    hour = last.astimezone(UTC)
    while hour > now + LEAST_LEFT:
        if at_work(hour, zone, person.country):
            return hour
        hour -= timedelta(hours=1)
    raise NoTimeLeft


def take_due(
    session: Session, keys: ServingKeys, *, schedule: Schedule, now: datetime
) -> list[tuple[Person, Round, datetime]]:
    """Forget the wishes whose time has come, and say who is to be asked again, with the instant they chose.

    Whoever is not at work, as after a standstill, is asked when they are.
    """
    waiting = {
        (row.round_id, row.key): row
        for row in session.scalars(
            select(LaterRow).where(LaterRow.again_at <= now).with_for_update(skip_locked=True)
        )
    }
    found = []
    for person, round_id in _asked(session, {round_id for round_id, _ in waiting}, now) if waiting else ():
        row = waiting.get((round_id, _key(keys, round_id, person)))
        if row is None or not at_work(now, person.zone(schedule.company_zone.key), person.country):
            continue
        again_at = row.again_at
        session.delete(row)
        found.append((person, pulse_of(session, person, round_id=round_id, now=now).round, again_at))
    return found


def _asked(session: Session, round_ids: Iterable[str], now: datetime) -> list[tuple[Person, str]]:
    """Everybody who was asked in a round that is still open."""
    people = {person.id: person for person in directory.people(session)}
    rows = session.execute(
        select(ParticipationRow.person_id, ParticipationRow.round_id)
        .join(RoundRow, RoundRow.id == ParticipationRow.round_id)
        .where(ParticipationRow.round_id.in_(sorted(round_ids)), ParticipationRow.invited)
        .where(RoundRow.counted.is_(False), RoundRow.closes_at > now)
        .order_by(ParticipationRow.person_id)
    )
    return [(people[person_id], round_id) for person_id, round_id in rows if person_id in people]


def forget_later(session: Session, keys: ServingKeys, person: Person, round_id: str) -> None:
    """Bring nothing back in a round."""
    session.execute(
        delete(LaterRow).where(LaterRow.round_id == round_id, LaterRow.key == _key(keys, round_id, person))
    )


def _key(keys: ServingKeys, round_id: str, person: Person) -> bytes:
    # No round's id holds a space: it is never the key of a ballot.
    return keys.ballot_key(f"later {round_id}", person.id)


def pause(session: Session, person: Person, until: date | None, *, now: datetime) -> None:
    """Ask somebody nothing before a day; None ends a pause. An open pulse stays open to them, without reminders.

    Raises:
        PauseNotAhead: the day is not ahead, or more than a year.
    """
    if until is not None and not now.date() < until <= now.date() + LONGEST_PAUSE:
        raise PauseNotAhead
    _row(session, person).paused_until = until


def ask_at(session: Session, person: Person, at: time | None) -> None:
    """Ask somebody at a time of their own, from the next pulse on; None for the company's time.

    Raises:
        OutsideWorkingHours: nobody is asked then.
    """
    if at is not None and not WORKING_HOURS[0] <= at <= LATEST_ASK:
        raise OutsideWorkingHours
    _row(session, person).ask_time = at


def _row(session: Session, person: Person) -> WishRow:
    row = session.get(WishRow, person.id)
    if row is None:
        row = WishRow(person_id=person.id)
        session.add(row)
    return row
