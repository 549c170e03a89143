"""A round's life up to its close: opened, people asked and reminded.

Whether somebody answered is noted nowhere: a ballot lies under a key that only the index key leads to. What is
written about people is the same whether they answered or not.

A person is in one round a week at most, whichever opens first: that of a schedule, or one out of turn that takes
its place. So nobody is asked twice in a week, figures of two rounds of one week are about different people and add
up, and each answer is released, with noise drawn once, in one of them alone.
"""

import secrets
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveys.ballots import rotation
from surveys.ballots.keys import MasterKey, ServingKeys
from surveys.bank import meaning
from surveys.bank.items import Item, QuestionBank
from surveys.errors import NotInvited, RoundIsClosed
from surveys.people import directory, first_contact
from surveys.people.directory import Person
from surveys.people.roster import Role
from surveys.rounds.schedule import REST_BEFORE_REMINDER, REST_BETWEEN_REMINDERS, Schedule, second_full_week
from surveys.rounds.working_time import at_work, next_at_work
from surveys.storage.tables import (
    BallotRow,
    LaterRow,
    ParticipationRow,
    PersonRow,
    ReleaseRow,
    RoundRow,
    WantedRoundRow,
    WishRow,
)

# The name of rounds that no schedule opened.
OUT_OF_TURN = "out of turn"
# Slack is asked again about somebody who is away; a day off may end early, and do-not-disturb at any minute.
LOOK_AGAIN = timedelta(minutes=30)
# Databases limit how many values one query may name.
MOST_KEYS = 500


class Due(Enum):
    """What somebody is due for."""

    ASK = auto()
    REMINDER = auto()


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
    first: Sequence[Schedule] = (),
) -> Round | None:
    """Open the round that should be open and is not; None when there is nothing to open.

    Every active rep of the schedule whom Slack knows is planned in, at their own local time, for the team they are
    in now; not those who joined less than two full weeks ago or paused, nor whoever is in another round of the
    week. The smallest group is what is asked for or what an earlier round promised, whichever is more.

    Args:
        session: the unit of work.
        schedule: whose turn it may be.
        bank: where its items are.
        master: seals the round's key.
        smallest_group: the size that is asked for.
        now: the instant.
        first: schedules that come before it: their people are theirs in a week in which they take place too.
    """
    week_on = schedule.open_week(now)
    if week_on is None or _is_known(session, schedule.name, week_on):
        return None
    reps = _without(session, askable(session, week_on=week_on, units=schedule.units), first, week_on)

    def times(person: Person, chosen: time | None) -> Times:
        zone = person.zone(schedule.company_zone.key)
        again = schedule.remind_again_at(week_on, zone)
        return Times(schedule.ask_at(week_on, zone, chosen), schedule.remind_at(week_on, zone), again)

    return _open(
        session,
        _Plan(
            schedule.name,
            week_on,
            schedule.opens_at(week_on),
            schedule.closes_at(week_on),
            items_of(schedule, bank, week_on),
        ),
        reps,
        times,
        master=master,
        smallest_group=smallest_group,
        company_zone=schedule.company_zone.key,
    )


def open_wanted(
    session: Session,
    *,
    schedule: Schedule,
    bank: QuestionBank,
    master: MasterKey,
    smallest_group: int,
    now: datetime,
) -> Round | None:
    """Open the round out of turn that an admin started, if there is one; it asks what the week would have asked.

    Whoever is in another round of the week already is left out, and whoever is in this one is left out of the
    others: no item is asked twice in a week, so that a level is released, and noise drawn for it, once.
    """
    row = session.scalar(select(WantedRoundRow).order_by(WantedRoundRow.week_on))
    if row is None or row.starts_at > now:
        return None
    session.delete(row)
    if row.closes_at <= now or _is_known(session, OUT_OF_TURN, row.week_on):
        return None
    starts_at, closes_at = row.starts_at, row.closes_at
    return _open(
        session,
        _Plan(OUT_OF_TURN, row.week_on, starts_at, closes_at, items_of(schedule, bank, row.week_on)),
        askable(session, week_on=row.week_on, units=(row.unit_id,) if row.unit_id else ()),
        lambda _person, _chosen: Times(starts_at, starts_at + REST_BEFORE_REMINDER, None),
        master=master,
        smallest_group=smallest_group,
        company_zone=schedule.company_zone.key,
    )


def askable(session: Session, *, week_on: date, units: Sequence[str] = ()) -> list[Person]:
    """Active reps whom Slack knows, of some units and all below or of all, who are in no round of the week yet.

    Who joins is asked from their second full week on.
    """
    inside = directory.below(directory.units(session), frozenset(units)) if units else None
    asked = set(session.scalars(select(PersonRow.id).where(PersonRow.asked_week_on >= week_on)))
    return [
        person
        for person in directory.people(session, role=Role.REP)
        if person.slack_id
        and not person.opted_out
        and person.id not in asked
        and (inside is None or person.unit_id in inside)
        and (person.joined_on is None or week_on >= second_full_week(person.joined_on))
    ]


def items_of(schedule: Schedule, bank: QuestionBank, week_on: date) -> list[Item]:
    """What a schedule asks in a week: its own items, or the core items and the rotating one of its turn."""
    return [bank[item_id] for item_id in schedule.items] or bank.for_week(schedule.turn(week_on))


def _without(
    session: Session, reps: Sequence[Person], first: Sequence[Schedule], week_on: date
) -> Sequence[Person]:
    """Those who belong to none of the schedules that come first in a week."""
    tree = directory.units(session)
    for other in first:
        if other.takes_place(week_on):
            theirs = directory.below(tree, frozenset(other.units)) if other.units else {unit.id for unit in tree}
            reps = [person for person in reps if person.unit_id not in theirs]
    return reps


def _is_known(session: Session, name: str, week_on: date) -> bool:
    known = select(RoundRow.id).where(RoundRow.schedule == name, RoundRow.week_on == week_on)
    return session.scalar(known) is not None


@dataclass(frozen=True, slots=True)
class Times:
    """When one person is asked and reminded."""

    ask_at: datetime
    remind_at: datetime
    remind_again_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A round that is not open yet."""

    name: str
    week_on: date
    opens_at: datetime
    closes_at: datetime
    items: Sequence[Item]


def _open(
    session: Session,
    plan: _Plan,
    reps: Sequence[Person],
    times: Callable[[Person, time | None], Times],
    *,
    master: MasterKey,
    smallest_group: int,
    company_zone: str,
) -> Round | None:
    """Open a round for those whom no other process takes into one of the same week meanwhile."""
    wished = wishes(session)
    planned = {}
    for person in reps:
        wish = wished.get(person.id)
        when = times(person, wish.ask_time if wish else None)
        local = when.ask_at.astimezone(person.zone(company_zone)).date()
        if wish is None or wish.paused_until is None or wish.paused_until <= local:
            planned[person.id] = person, when
    if not planned:
        return None
    rotation.hold_off(session, master)
    round_id = secrets.token_hex(8)
    pair = master.new_pair(f"round {round_id}")
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = session.scalar(
        insert(RoundRow)
        .values(
            id=round_id,
            schedule=plan.name,
            week_on=plan.week_on,
            opens_at=plan.opens_at,
            closes_at=plan.closes_at,
            smallest_group=max(smallest_group, promised_group(session)),
            items=[item.id for item in plan.items],
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
    meaning.keep(session, plan.items)
    for person_id in _claimed(session, sorted(planned), plan.week_on):
        person, when = planned[person_id]
        session.add(
            ParticipationRow(
                round_id=round_id,
                person_id=person.id,
                unit_id=person.unit_id,
                ask_at=when.ask_at,
                remind_at=when.remind_at,
                remind_again_at=when.remind_again_at,
            )
        )
    return _round(row)


def _claimed(session: Session, ids: Sequence[str], week_on: date) -> list[str]:
    """Those of some people whom this round gets for a week; a row that another round has got stays its own."""
    free = or_(PersonRow.asked_week_on.is_(None), PersonRow.asked_week_on < week_on)
    found: list[str] = []
    for start in range(0, len(ids), MOST_KEYS):
        some = PersonRow.id.in_(ids[start : start + MOST_KEYS])
        taken = update(PersonRow).where(some, free).values(asked_week_on=week_on).returning(PersonRow.id)
        found += session.scalars(taken, execution_options={"synchronize_session": False})
    return sorted(found)


def promised_group(session: Session) -> int:
    """The largest smallest group that any round so far was opened with; 0 before the first."""
    return session.scalar(select(func.max(RoundRow.smallest_group))) or 0


def wishes(session: Session) -> dict[str, WishRow]:
    """When people like to be asked, by their ids."""
    return {row.person_id: row for row in session.scalars(select(WishRow))}


def due(session: Session, due_at: Due, *, schedule: Schedule, now: datetime) -> list[str]:
    """Slack ids of those who are to be asked or reminded now and are at work, to see whether they are there."""
    return [
        person.slack_id for _, person, _ in _due(session, due_at, schedule=schedule, now=now) if person.slack_id
    ]


def invite_due(
    session: Session, *, schedule: Schedule, now: datetime, away: Container[str] = ()
) -> list[tuple[Person, Round]]:
    """Mark everyone whose time has come as invited, and say who they are; whoever is away is looked for later."""
    found = []
    for row, person, in_round in _due(session, Due.ASK, schedule=schedule, now=now, hold=True):
        if person.slack_id in away:
            row.ask_at = now + LOOK_AGAIN
            continue
        row.invited = True
        row.remind_at, row.remind_again_at = _to_come(row, not_before=now + REST_BEFORE_REMINDER)
        found.append((person, in_round))
    return found


def remind_due(
    session: Session, *, schedule: Schedule, now: datetime, away: Container[str] = ()
) -> list[tuple[Person, Round, int]]:
    """Mark everyone whose time has come as reminded, and say who they are, with the number of the reminder.

    Who has answered meanwhile is among them: their reminder is dropped when it would be sent (`still_wanted`), so
    that what is written is the same for all.
    """
    found = []
    for row, person, in_round in _due(session, Due.REMINDER, schedule=schedule, now=now, hold=True):
        if person.slack_id in away:
            row.remind_at = now + LOOK_AGAIN
            continue
        row.reminders += 1
        row.remind_at = None
        row.remind_at, row.remind_again_at = _to_come(row, not_before=now + REST_BETWEEN_REMINDERS)
        found.append((person, in_round, row.reminders))
    return found


def _to_come(row: ParticipationRow, *, not_before: datetime) -> tuple[datetime | None, datetime | None]:
    """What is left of somebody's reminders, the next one first."""
    first, second, *_ = [
        *(at for at in (row.remind_at, row.remind_again_at) if at and at >= not_before),
        None,
        None,
    ]
    return first, second


def _due(
    session: Session, due_at: Due, *, schedule: Schedule, now: datetime, hold: bool = False
) -> Iterator[tuple[ParticipationRow, Person, Round]]:
    """Whoever is to be asked or reminded at this hour, and is at work."""
    for row, person, in_round in _waiting(session, due_at, now=now, hold=hold):
        if at_work(now, person.zone(schedule.company_zone.key), person.country):
            yield row, person, _round(in_round)


def _waiting(
    session: Session, due_at: Due, *, now: datetime, hold: bool = False
) -> Iterator[tuple[ParticipationRow, Person, RoundRow]]:
    """Whoever is to be asked or reminded by now, and is neither gone nor on a pause; held until the commit."""
    column = ParticipationRow.ask_at if due_at is Due.ASK else ParticipationRow.remind_at
    found = (
        select(ParticipationRow, RoundRow)
        .join(RoundRow, RoundRow.id == ParticipationRow.round_id)
        .where(
            ParticipationRow.invited.is_(due_at is Due.REMINDER),
            column <= now,
            RoundRow.opens_at <= now,
            RoundRow.closes_at > now,
        )
        .order_by(column, ParticipationRow.person_id)
    )
    if hold:
        # Whoever another process is asking at this moment is asked by it.
        found = found.with_for_update(of=ParticipationRow, skip_locked=True)
    rows = session.execute(found).all()
    ids = {row.person_id for row, _ in rows}
    some = ids if len(ids) <= directory.MOST_NAMED else None
    people = {person.id: person for person in directory.people(session, ids=some)} if rows else {}
    wished = wishes(session) if rows else {}
    for row, in_round in rows:
        person = people.get(row.person_id)
        if person is None or is_paused(wished.get(person.id), now):
            continue
        if first_contact.had_time(person, now=now):
            yield row, person, in_round


def is_paused(wish: WishRow | None, now: datetime) -> bool:
    """Whether somebody wants no message now."""
    # By the day in UTC: half a day early or late does not matter to somebody who is away for weeks.
    return wish is not None and wish.paused_until is not None and now.date() < wish.paused_until


def in_box(session: Session, keys: ServingKeys, wanted: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those pairs of round and person for which a ballot lies in the box, blank or not."""
    by_key = {keys.ballot_key(*pair): pair for pair in wanted}
    found: set[tuple[str, str]] = set()
    every = sorted(by_key)
    for start in range(0, len(every), MOST_KEYS):
        some = select(BallotRow.key).where(BallotRow.key.in_(every[start : start + MOST_KEYS]))
        found.update(by_key[key] for key in session.scalars(some))
    return found


def next_due(session: Session, *, schedule: Schedule, now: datetime) -> datetime | None:
    """The next instant after `now` at which an open round asks, reminds, brings back or closes."""
    ask = select(func.min(ParticipationRow.ask_at)).where(
        ParticipationRow.invited.is_(False), ParticipationRow.ask_at > now
    )
    remind = select(func.min(ParticipationRow.remind_at)).where(ParticipationRow.remind_at > now)
    again = select(func.min(LaterRow.again_at)).where(LaterRow.again_at > now)
    close = select(func.min(RoundRow.closes_at)).where(RoundRow.counted.is_(False), RoundRow.closes_at > now)
    instants = [session.scalar(query) for query in (ask, remind, again, close)]
    # Whoever is due and not at work is asked when they are, unless the round is over by then.
    for due_at in Due:
        for _, person, in_round in _waiting(session, due_at, now=now):
            begin = next_at_work(now, person.zone(schedule.company_zone.key), person.country)
            instants.append(begin if now < begin < in_round.closes_at else None)
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


def by_id(session: Session, round_id: str) -> Round:
    """A round that there is."""
    return _round(session.get_one(RoundRow, round_id))


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


def schedule_of(session: Session, release_id: str) -> str | None:
    """The name of the schedule whose round a release counted."""
    joined = select(RoundRow.schedule).join(ReleaseRow, ReleaseRow.round_id == RoundRow.id)
    return session.scalar(joined.where(ReleaseRow.id == release_id))


def any_round(session: Session) -> bool:
    """Whether this database has ever opened a round."""
    return session.scalar(select(RoundRow.id).limit(1)) is not None
