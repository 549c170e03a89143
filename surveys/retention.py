"""Retention: what nobody needs any more is deleted, once a day.

Figures and alerts stay: they are about groups. The diary of somebody who switched it off is not looked for here:
it is emptied at once, and an empty one looks like any other.
"""

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, false, inspect, not_, or_, select, update
from sqlalchemy.orm import Session

from surveys import alerts, audit, episodes, inbox, reactions
from surveys.audit import Deed
from surveys.ballots.keys import ServingKeys
from surveys.diaries import keys_of
from surveys.people import directory
from surveys.people.roster import Role
from surveys.rounds import message_keys
from surveys.storage.database import Database
from surveys.storage.tables import (
    ActionRow,
    AlertNoteRow,
    AlertRow,
    DiaryRow,
    DigestRow,
    OutboxRow,
    OutcomeRow,
    ParticipationRow,
    PersonRow,
    RoleRow,
    RoundRow,
    Table,
    WishRow,
)

# Long enough to undo a mistake in the roster file.
PEOPLE_WHO_LEFT = timedelta(days=30)
# A dead letter is looked at within days; what an open round needs is kept until it closes.
MESSAGES_DONE = timedelta(days=14)
# `inbox.forget` says why.
REQUESTS = timedelta(days=1)
# As a report names one, or more, of each of its kinds.
_KINDS = (
    ("diary", "diaries"),
    ("person who left", "people who left"),
    ("message", "messages"),
    ("trace of a request", "traces of requests"),
    ("reaction to an action", "reactions to actions"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """How many of each kind were deleted."""

    diaries: int = 0
    people: int = 0
    messages: int = 0
    requests: int = 0
    reactions: int = 0

    def __bool__(self) -> bool:
        return any(astuple(self))

    @property
    def in_words(self) -> str:
        """'1 diary, 14 messages', or 'nothing'."""
        named = zip(astuple(self), _KINDS, strict=True)
        found = [f"{number} {one if number == 1 else more}" for number, (one, more) in named if number]
        return ", ".join(found) or "nothing"


def carry_out(database: Database, *, keys: ServingKeys, now: datetime, actor: str = "clock") -> Report:
    """Delete what is due, and leave no bytes of it behind."""
    with database.work() as session:
        report = run(session, keys=keys, now=now, actor=actor)
    if report:
        database.forget_freed_pages()
    return report


def preview(database: Database, *, keys: ServingKeys, now: datetime) -> Report:
    """What `carry_out` would delete; nothing is."""
    with database.work() as session:
        trial = session.begin_nested()
        report = run(session, keys=keys, now=now)
        trial.rollback()
    return report


def run(session: Session, *, keys: ServingKeys, now: datetime, actor: str = "clock") -> Report:
    """Delete what is due, and note in the audit log how much it was.

    Deleted are diaries that are no active rep's or that were not written in this quarter or the one before; people
    who left more than 30 days ago, with their roles, digests and messages; messages that were sent or given up
    more than 14 days ago; reactions to actions about which nobody is asked any more; and traces of requests older
    than a day. These last are about nobody, and not noted when they are all there was.
    """
    report = Report(
        diaries=_delete_diaries(session, keys, now),
        people=_delete_people(session, now),
        messages=_delete(session, OutboxRow, _done_messages(session, now)),
        requests=inbox.forget(session, before=now - REQUESTS),
        reactions=reactions.settle(session, now=now),
    )
    if report.diaries or report.people or report.messages or report.reactions:
        audit.note(session, actor=actor, act=Deed.RETENTION, about=f"deleted: {report.in_words}", now=now)
    return report


def _delete_diaries(session: Session, keys: ServingKeys, now: datetime) -> int:
    # An open round may have begun in the quarter before, and is counted with the diaries of that time.
    weeks = session.scalars(select(RoundRow.week_on).where(RoundRow.counted.is_(False)))
    days = {now.date(), *weeks}
    reps = directory.people(session, role=Role.REP)
    kept = {key for person in reps for day in days for key in keys_of(keys, person.id, day)}
    freed = [key for key in session.scalars(select(DiaryRow.key)) if key not in kept]
    return _delete(session, DiaryRow, DiaryRow.key.in_(freed))


def _delete_people(session: Session, now: datetime) -> int:
    # Whoever is counted among those asked in an open round goes after its close.
    asked = select(ParticipationRow.person_id)
    gone = session.execute(
        select(PersonRow.id, PersonRow.email).where(
            PersonRow.active.is_(False),
            PersonRow.left_on < (now - PEOPLE_WHO_LEFT).date(),
            PersonRow.id.not_in(asked),
        )
    ).all()
    ids, emails = [person_id for person_id, _ in gone], [email for _, email in gone]
    session.execute(update(PersonRow).where(PersonRow.manager_email.in_(emails)).values(manager_email=None))
    # What was done in a unit stays; who logged it does not.
    session.execute(update(ActionRow).where(ActionRow.person_id.in_(ids)).values(person_id=None))
    _delete(session, RoleRow, RoleRow.person_id.in_(ids))
    _delete(session, DigestRow, DigestRow.person_id.in_(ids))
    _delete(session, WishRow, WishRow.person_id.in_(ids))
    _delete(session, OutcomeRow, OutcomeRow.person_id.in_(ids))
    # What they did with alerts stays, for it says how often alerts were right; that it was they does not.
    session.execute(update(AlertRow).where(AlertRow.acknowledged_by.in_(ids)).values(acknowledged_by=None))
    session.execute(update(AlertNoteRow).where(AlertNoteRow.person_id.in_(ids)).values(person_id=None))
    _delete(session, OutboxRow, or_(false(), *(OutboxRow.key.endswith(f":{person_id}") for person_id in ids)))
    return _delete(session, PersonRow, PersonRow.id.in_(ids))


def _done_messages(session: Session, now: datetime) -> ColumnElement[bool]:
    """Old messages that are neither still to be sent, nor the place of one that is, nor changed in place."""
    open_rounds = session.scalars(select(RoundRow.id).where(RoundRow.counted.is_(False)))
    prefixes = [message_keys.of_round(round_id) for round_id in open_rounds]
    # An alert's messages are changed for as long as it is open, or may be opened again.
    prefixes += [alerts.message_keys(alert_id) for alert_id in episodes.followed(session, on=now.date())]
    needed = select(OutboxRow.after).where(OutboxRow.state == "waiting", OutboxRow.after.is_not(None))
    return and_(
        OutboxRow.state != "waiting",
        OutboxRow.due_at < now - MESSAGES_DONE,
        OutboxRow.key.not_in(needed),
        not_(or_(false(), *(OutboxRow.key.startswith(prefix, autoescape=True) for prefix in prefixes))),
    )


def _delete(session: Session, table: type[Table], which: ColumnElement[bool]) -> int:
    key = inspect(table).primary_key
    return len(session.execute(delete(table).where(which).returning(*key)).all())
