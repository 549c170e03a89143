"""A round's life up to its close: opened, people asked and reminded, answered or declined."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveys.ballots.keys import MasterKey
from surveys.bank.items import QuestionBank
from surveys.errors import NotInvited, RoundIsClosed
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.roster import Role
from surveys.rounds.schedule import Schedule, in_working_hours
from surveys.storage.tables import ParticipationRow, RoundRow

# Somebody asked late is not reminded in the same breath.
REST_BEFORE_REMINDER = timedelta(days=1)


class Participation(StrEnum):
    """Where a person stands in an open round."""

    PLANNED = "planned"
    INVITED = "invited"
    ANSWERED = "answered"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Round:
    """One pulse for one schedule and ISO week."""

    id: str
    week_on: date
    closes_at: datetime
    item_ids: tuple[str, ...]
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Pulse:
    """A round as one person meets it."""

    round: Round
    unit_id: str
    state: Participation


def _round(row: RoundRow) -> Round:
    return Round(row.id, row.week_on, row.closes_at, tuple(row.items), row.public_key)


def open_round(
    session: Session,
    *,
    schedule: Schedule,
    bank: QuestionBank,
    master: MasterKey,
    now: datetime,
) -> Round | None:
    """Open the round that should be open and is not; None when there is nothing to open.

    Every active rep whom Slack knows is planned in, at their own local time, for the team they are in now.
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
    for person in reps:
        zone = person.zone(schedule.company_zone.key)
        session.add(
            ParticipationRow(
                round_id=round_id,
                person_id=person.id,
                unit_id=person.unit_id,
                state=Participation.PLANNED,
                ask_at=schedule.ask_at(week_on, zone),
                remind_at=schedule.remind_at(week_on, zone),
            )
        )
    return _round(row)


def invite_due(session: Session, *, schedule: Schedule, now: datetime) -> list[tuple[Person, Round]]:
    """Mark everyone whose time has come as invited, and say who they are."""
    return _due(session, Participation.PLANNED, schedule=schedule, now=now)


def remind_due(session: Session, *, schedule: Schedule, now: datetime) -> list[tuple[Person, Round]]:
    """Mark everyone who was asked, has not answered and is due as reminded, and say who they are."""
    return _due(session, Participation.INVITED, schedule=schedule, now=now)


def _due(
    session: Session, state: Participation, *, schedule: Schedule, now: datetime
) -> list[tuple[Person, Round]]:
    inviting = state is Participation.PLANNED
    due_at = ParticipationRow.ask_at if inviting else ParticipationRow.remind_at
    rows = session.execute(
        select(ParticipationRow, RoundRow)
        .join(RoundRow, RoundRow.id == ParticipationRow.round_id)
        .where(
            ParticipationRow.state == state,
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
    found = []
    for row, in_round in rows:
        person = people.get(row.person_id)
        if person is None or not in_working_hours(now, person.zone(schedule.company_zone.key)):
            continue
        if inviting:
            row.state = Participation.INVITED
            row.reminded = now > row.remind_at - REST_BEFORE_REMINDER
        else:
            row.reminded = True
        found.append((person, _round(in_round)))
    return found


def next_due(session: Session, *, now: datetime) -> datetime | None:
    """The next instant after `now` at which an open round asks, reminds or closes."""
    ask = select(func.min(ParticipationRow.ask_at)).where(
        ParticipationRow.state == Participation.PLANNED, ParticipationRow.ask_at > now
    )
    remind = select(func.min(ParticipationRow.remind_at)).where(
        ParticipationRow.state == Participation.INVITED, ParticipationRow.remind_at > now
    )
    close = select(func.min(RoundRow.closes_at)).where(RoundRow.counted.is_(False), RoundRow.closes_at > now)
    instants = [session.scalar(query) for query in (ask, remind, close)]
    return min((instant for instant in instants if instant), default=None)


def pulse_of(session: Session, person: Person, *, round_id: str, now: datetime) -> Pulse:
    """A person's pulse in a round; raises RoundIsClosed or NotInvited."""
    row = session.get(RoundRow, round_id)
    if row is None or row.counted or row.closes_at <= now:
        raise RoundIsClosed
    part = session.get(ParticipationRow, (round_id, person.id))
    if part is None:
        raise NotInvited
    return Pulse(_round(row), part.unit_id, Participation(part.state))


def open_pulse(session: Session, person: Person, *, now: datetime) -> Pulse | None:
    """The pulse that a person can answer now, if there is one."""
    found = session.execute(
        select(ParticipationRow, RoundRow)
        .join(RoundRow, RoundRow.id == ParticipationRow.round_id)
        .where(
            ParticipationRow.person_id == person.id,
            ParticipationRow.state != Participation.PLANNED,
            RoundRow.counted.is_(False),
            RoundRow.closes_at > now,
        )
        .order_by(RoundRow.closes_at)
    ).first()
    return Pulse(_round(found[1]), found[0].unit_id, Participation(found[0].state)) if found else None


def mark(session: Session, person: Person, round_id: str, state: Participation) -> None:
    """Note that a person answered or declined; it only decides about reminders."""
    session.execute(
        update(ParticipationRow)
        .where(ParticipationRow.round_id == round_id, ParticipationRow.person_id == person.id)
        .values(state=state)
    )


def unanswered(session: Session, round_id: str) -> dict[str, Person]:
    """People who were asked in a round and neither answered nor declined, by Slack id."""
    ids = set(
        session.scalars(
            select(ParticipationRow.person_id).where(
                ParticipationRow.round_id == round_id, ParticipationRow.state == Participation.INVITED
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


def state_of(session: Session, person: Person, round_id: str) -> Participation | None:
    """Where a person stands in a round, while it is open."""
    part = session.get(ParticipationRow, (round_id, person.id))
    return Participation(part.state) if part else None


def any_round(session: Session) -> bool:
    """Whether this database has ever opened a round."""
    return session.scalar(select(RoundRow.id).limit(1)) is not None
