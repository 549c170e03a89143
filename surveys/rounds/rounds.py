"""A round's life up to its close: opened, people asked and reminded.

Whether somebody answered is noted nowhere: a ballot lies under a key that only the index key leads to. What is
written about people is the same whether they answered or not.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from surveys.ballots import rotation
from surveys.ballots.keys import MasterKey, ServingKeys
from surveys.bank import meaning
from surveys.bank.items import QuestionBank
from surveys.errors import NotInvited, RoundIsClosed
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.roster import Role
from surveys.rounds.schedule import Schedule, in_working_hours
from surveys.storage.tables import BallotRow, ParticipationRow, RoundRow

# Somebody asked late is not reminded in the same breath.
REST_BEFORE_REMINDER = timedelta(days=1)
# Databases limit how many values one query may name.
MOST_KEYS = 500


@dataclass(frozen=True, slots=True)
class Round:
    """One pulse for one schedule and ISO week. `smallest_group` was fixed when it opened."""

    id: str
    week_on: date
    closes_at: datetime
    item_ids: tuple[str, ...]
    smallest_group: int
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Pulse:
    """A round as one person meets it."""

    round: Round
    unit_id: str


def _round(row: RoundRow) -> Round:
    return Round(row.id, row.week_on, row.closes_at, tuple(row.items), row.smallest_group, row.public_key)


def open_round(
    session: Session,
    *,
    schedule: Schedule,
    bank: QuestionBank,
    master: MasterKey,
    smallest_group: int,
    now: datetime,
) -> Round | None:
    """Open the round that should be open and is not; None when there is nothing to open.

    Every active rep whom Slack knows is planned in, at their own local time, for the team they are in now.
    The smallest group is what is asked for or what an earlier round promised, whichever is more.
    """
    week_on = schedule.open_week(now)
    if week_on is None:
        return None
    known = select(RoundRow.id).where(RoundRow.schedule == schedule.name, RoundRow.week_on == week_on)
    if session.scalar(known):
        return None
    reps = [person for person in directory.people(session, role=Role.REP) if person.slack_id]
    if not reps:
        return None
    rotation.hold_off(session, master)
    round_id = secrets.token_hex(8)
    pair = master.new_pair(f"round {round_id}")
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = session.scalar(
        insert(RoundRow)
        .values(
            id=round_id,
            schedule=schedule.name,
            week_on=week_on,
            opens_at=schedule.opens_at(week_on),
            closes_at=schedule.closes_at(week_on),
            smallest_group=max(smallest_group, promised_group(session)),
            items=[item.id for item in bank.for_week(week_on.toordinal() // 7)],
            public_key=pair.public,
            sealed_key=pair.sealed_private,
            counted=False,
        )
        .on_conflict_do_nothing(index_elements=["schedule", "week_on"])
        .returning(RoundRow)
    )
    if row is None:
        # Another process opened it between our look and our insert.
        return None
    meaning.keep(session, [bank[item_id] for item_id in row.items])
    for person in reps:
        zone = person.zone(schedule.company_zone.key)
        session.add(
            ParticipationRow(
                round_id=round_id,
                person_id=person.id,
                unit_id=person.unit_id,
                ask_at=schedule.ask_at(week_on, zone),
                remind_at=schedule.remind_at(week_on, zone),
            )
        )
    return _round(row)


def promised_group(session: Session) -> int:
    """The largest smallest group that any round so far was opened with; 0 before the first."""
    return session.scalar(select(func.max(RoundRow.smallest_group))) or 0


def invite_due(session: Session, *, schedule: Schedule, now: datetime) -> list[tuple[Person, Round]]:
    """Mark everyone whose time has come as invited, and say who they are."""
    found = []
    for row, person, in_round in _due(session, ParticipationRow.ask_at, schedule=schedule, now=now):
        row.invited = True
        row.reminded = now > row.remind_at - REST_BEFORE_REMINDER
        found.append((person, in_round))
    return found


def remind_due(
    session: Session, *, keys: ServingKeys, schedule: Schedule, now: datetime
) -> list[tuple[Person, Round]]:
    """Mark everyone whose time has come as reminded, and say who of them has no ballot in the box yet."""
    found = []
    for row, person, in_round in _due(session, ParticipationRow.remind_at, schedule=schedule, now=now):
        row.reminded = True
        found.append((person, in_round))
    done = in_box(session, keys, [(in_round.id, person.id) for person, in_round in found])
    return [(person, in_round) for person, in_round in found if (in_round.id, person.id) not in done]


def _due(
    session: Session, due_at: InstrumentedAttribute[datetime], *, schedule: Schedule, now: datetime
) -> Iterator[tuple[ParticipationRow, Person, Round]]:
    """Whoever is to be asked or reminded at this hour, and is at work."""
    rows = session.execute(
        select(ParticipationRow, RoundRow)
        .join(RoundRow, RoundRow.id == ParticipationRow.round_id)
        .where(
            ParticipationRow.invited.is_(due_at is ParticipationRow.remind_at),
            due_at <= now,
            ParticipationRow.reminded.is_(False),
            RoundRow.opens_at <= now,
            RoundRow.closes_at > now,
        )
        .order_by(due_at, ParticipationRow.person_id)
        # Whoever another process is asking at this moment is asked by it.
        .with_for_update(of=ParticipationRow, skip_locked=True)
    ).all()
    people = {person.id: person for person in directory.people(session)} if rows else {}
    for row, in_round in rows:
        person = people.get(row.person_id)
        if person is not None and in_working_hours(now, person.zone(schedule.company_zone.key)):
            yield row, person, _round(in_round)


def in_box(session: Session, keys: ServingKeys, wanted: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those pairs of round and person for which a ballot lies in the box, blank or not."""
    by_key = {keys.ballot_key(*pair): pair for pair in wanted}
    found: set[tuple[str, str]] = set()
    every = sorted(by_key)
    for start in range(0, len(every), MOST_KEYS):
        some = select(BallotRow.key).where(BallotRow.key.in_(every[start : start + MOST_KEYS]))
        found.update(by_key[key] for key in session.scalars(some))
    return found


def next_due(session: Session, *, now: datetime) -> datetime | None:
    """The next instant after `now` at which an open round asks, reminds or closes."""
    ask = select(func.min(ParticipationRow.ask_at)).where(
        ParticipationRow.invited.is_(False), ParticipationRow.ask_at > now
    )
    remind = select(func.min(ParticipationRow.remind_at)).where(
        ParticipationRow.reminded.is_(False), ParticipationRow.remind_at > now
    )
    close = select(func.min(RoundRow.closes_at)).where(RoundRow.counted.is_(False), RoundRow.closes_at > now)
    instants = [session.scalar(query) for query in (ask, remind, close)]
    return min((instant for instant in instants if instant), default=None)


def pulse_of(session: Session, person: Person, *, round_id: str, now: datetime) -> Pulse:
    """A person's pulse in a round; raises RoundIsClosed or NotInvited."""
    # It comes from a payload; some of what could stand there no database takes.
    row = session.get(RoundRow, round_id) if round_id.isascii() and round_id.isalnum() else None
    if row is None or row.counted or row.closes_at <= now:
        raise RoundIsClosed
    part = session.get(ParticipationRow, (round_id, person.id))
    if part is None:
        raise NotInvited
    return Pulse(_round(row), part.unit_id)


def open_pulse(session: Session, person: Person, *, now: datetime) -> Pulse | None:
    """The pulse that a person can answer now, if there is one."""
    found = session.execute(
        select(ParticipationRow, RoundRow)
        .join(RoundRow, RoundRow.id == ParticipationRow.round_id)
        .where(
            ParticipationRow.person_id == person.id,
            ParticipationRow.invited,
            RoundRow.counted.is_(False),
            RoundRow.closes_at > now,
        )
        .order_by(RoundRow.closes_at)
    ).first()
    return Pulse(_round(found[1]), found[0].unit_id) if found else None


def asked(session: Session, round_id: str) -> dict[str, Person]:
    """People who were asked in a round, by Slack id."""
    ids = set(
        session.scalars(
            select(ParticipationRow.person_id).where(
                ParticipationRow.round_id == round_id, ParticipationRow.invited
            )
        )
    )
    return {
        person.slack_id: person
        for person in directory.people(session)
        if person.id in ids and person.slack_id is not None
    }


def due_to_close(session: Session, *, now: datetime) -> list[str]:
    """Ids of the rounds whose time is over and that were not counted yet."""
    return list(
        session.scalars(
            select(RoundRow.id)
            .where(RoundRow.counted.is_(False), RoundRow.closes_at <= now)
            .order_by(RoundRow.closes_at)
        )
    )


def any_round(session: Session) -> bool:
    """Whether this database has ever opened a round."""
    return session.scalar(select(RoundRow.id).limit(1)) is not None
