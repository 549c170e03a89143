"""The outbox: what is to be sent, written in the same commit as its cause, each thing once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, not_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from surveys.storage.tables import OutboxRow

# Long enough for a slow answer from Slack; a sender that dies gives its message back after it.
LEASE = timedelta(minutes=2)
# With waits that double from four seconds to half an hour: a message is given up after some two hours.
MOST_ATTEMPTS = 12
# Posts of which nothing is kept once they are sent: reminders, and what somebody asked to be shown of their own.
FORGOTTEN = frozenset({"note", "own_data", "own_history"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies in Slack."""

    recipient: str
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Message:
    """Something to send.

    `kind` is how: "post", "note" (a post whose row goes once it is sent), "update", "ephemeral" or "respond".
    `recipient` is a Slack user or channel. An update names what it changes: by the key of that message in `after`,
    or by the `place` where it lies.
    """

    key: str
    kind: str
    recipient: str
    payload: dict[str, Any]
    after: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that this sender, and no other, is sending now. `retried` when an earlier try ended unclearly."""

    message: Message
    version: int
    retried: bool
    target_channel: str | None
    target_ts: str | None
    attempts: int


def post(session: Session, message: Message, *, now: datetime) -> bool:
    """Write a message to the outbox; False when one with its key is there already."""
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    result = session.execute(
        insert(OutboxRow)
        .values(
            key=message.key,
            kind=message.kind,
            recipient=message.recipient,
            payload=message.payload,
            after=message.after,
            channel=message.place.channel if message.place else None,
            ts=message.place.ts if message.place else None,
            state="waiting",
            due_at=now,
            attempts=0,
            version=0,
            unclear=False,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(OutboxRow.id)
    )
    return result.first() is not None


def replace(session: Session, message: Message, *, now: datetime) -> None:
    """Write a message in place of an earlier one with its key, sent or not: the last state is what counts."""
    if post(session, message, now=now):
        return
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.key == message.key)
        .values(
            payload=message.payload,
            state="waiting",
            due_at=now,
            leased_until=None,
            attempts=0,
            error=None,
            version=OutboxRow.version + 1,
        )
    )


def lease(session: Session, *, now: datetime, most: int = 20) -> list[Leased]:
    """Take the next messages that are due, oldest first; on PostgreSQL several senders may do so at once."""
    earlier = aliased(OutboxRow)
    # Left out here and not below: many waiting updates would keep the posts they wait for from their turn.
    blocked = select(earlier.id).where(earlier.key == OutboxRow.after, earlier.state == "waiting").exists()
    due = (
        select(OutboxRow)
        .where(
            OutboxRow.state == "waiting",
            OutboxRow.due_at <= now,
            (OutboxRow.leased_until.is_(None)) | (OutboxRow.leased_until <= now),
            not_(blocked),
        )
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(most)
        .with_for_update(of=OutboxRow, skip_locked=True)
    )
    taken = []
    for row in session.scalars(due):
        target = _target(session, row.after) if row.after else None
        if row.after and (target is None or target.state != "sent"):
            # An update whose post is gone or was given up has nothing to change.
            row.state, row.payload = "dropped", None
            continue
        # A lease that ran out: its sender died, and Slack may have the message.
        row.unclear = row.unclear or row.leased_until is not None
        row.leased_until = now + LEASE
        row.attempts += 1
        taken.append(
            Leased(
                Message(row.key, row.kind, row.recipient, row.payload or {}, row.after),
                row.version,
                row.unclear,
                target.channel if target else row.channel,
                target.ts if target else row.ts,
                row.attempts,
            )
        )
    return taken


def _target(session: Session, key: str) -> OutboxRow | None:
    return session.scalar(select(OutboxRow).where(OutboxRow.key == key))


def sent(session: Session, done: Leased, *, channel: str | None, ts: str | None) -> None:
    """Note that Slack has a message; its text is not kept. One that was replaced meanwhile stays waiting."""
    this = and_(OutboxRow.key == done.message.key, OutboxRow.version == done.version)
    if done.target_ts is not None or done.message.kind in FORGOTTEN:
        # Nothing asks for it again, and its row would tell who answered, or did not, or looked, and when.
        session.execute(delete(OutboxRow).where(this))
        return
    session.execute(
        update(OutboxRow)
        .where(this)
        .values(state="sent", payload=None, leased_until=None, unclear=False, channel=channel, ts=ts, error=None)
    )


def postpone(session: Session, key: str, *, until: datetime, error: str, unclear: bool) -> None:
    """Try a message again later, or give it up after too many tries; a dead letter stays to be looked at.

    Args:
        session: the unit of work.
        key: the message.
        until: when to try again.
        error: Slack's error code; never any content.
        unclear: whether Slack may have it already, so that the next try must look first.
    """
    row = session.scalar(select(OutboxRow).where(OutboxRow.key == key))
    if row is None:
        return
    row.error = error
    row.due_at = until
    row.leased_until = None
    # Once in doubt, always: a later clear refusal says nothing about the earlier try.
    row.unclear = row.unclear or unclear
    if row.attempts >= MOST_ATTEMPTS:
        row.state = "failed"


def give_up(session: Session, key: str, *, error: str) -> None:
    """Keep a message that Slack will never take as a dead letter."""
    session.execute(
        update(OutboxRow).where(OutboxRow.key == key).values(state="failed", error=error, leased_until=None)
    )


def places(session: Session, prefix: str) -> list[Place]:
    """Where the messages whose keys begin so were sent."""
    rows = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.key.startswith(prefix, autoescape=True), OutboxRow.state == "sent")
        .order_by(OutboxRow.recipient, OutboxRow.ts)
    )
    return [Place(row.recipient, row.channel, row.ts) for row in rows if row.channel and row.ts]


def posted(session: Session, prefix: str) -> list[Message]:
    """Posts whose keys begin so and that were sent, or still wait; what they said is left out."""
    rows = session.scalars(
        select(OutboxRow)
        .where(
            OutboxRow.key.startswith(prefix, autoescape=True),
            OutboxRow.kind == "post",
            OutboxRow.state.in_(["sent", "waiting"]),
        )
        .order_by(OutboxRow.id)
    )
    return [Message(row.key, row.kind, row.recipient, {}) for row in rows]


def place_of(session: Session, key: str) -> Place | None:
    """Where a message was sent; None when it was not."""
    row = _target(session, key)
    return Place(row.recipient, row.channel, row.ts) if row and row.channel and row.ts else None


def forget(session: Session, prefix: str, *, but: str) -> None:
    """Delete every message whose key begins with `prefix`, except those that begin with `but` and still wait."""
    begins = OutboxRow.key.startswith(prefix, autoescape=True)
    kept = and_(OutboxRow.key.startswith(but, autoescape=True), OutboxRow.state == "waiting")
    session.execute(delete(OutboxRow).where(begins, not_(kept)))


def waiting(session: Session) -> int:
    """How many messages are still to be sent."""
    return len(list(session.scalars(select(OutboxRow.id).where(OutboxRow.state == "waiting"))))


def failed(session: Session) -> list[str]:
    """Slack's error codes of the messages that were given up, one for each."""
    return [
        row or "unknown" for row in session.scalars(select(OutboxRow.error).where(OutboxRow.state == "failed"))
    ]
