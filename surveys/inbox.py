"""The inbox: what came from Slack and was taken, so that the same thing is not acted on when it comes again.

A row is a digest and an hour. The digest is of what says nothing by itself: Slack's id of an event, or a request's
signature with its timestamp. A digest of something readable could be guessed: of a short command, by trying words.

No row is written for what could be a ballot, nor for any other click: on PostgreSQL it would stand, by its `xmin`,
beside the sealed ballot that the same request writes, and tell when that came in. `bot.replays` says what keeps
clicks from being played again instead.
"""

import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveys.storage.tables import InboxRow


def event_key(event_id: str) -> bytes:
    """The key of an event, which Slack sends again under the same id and with another signature."""
    return hashlib.sha256(f"event\n{event_id}".encode()).digest()


def request_key(signature: str, timestamp: str) -> bytes:
    """The key of a signed request; both as their headers spell them."""
    return hashlib.sha256(f"request\n{signature}\n{timestamp}".encode()).digest()


def take(session: Session, key: bytes, *, now: datetime) -> bool:
    """Take something in; False when it was taken before, by this process or another one.

    Of two that take the same at once, the later waits for the earlier one's commit.
    """
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # The hour is all that forgetting needs; the minute would be a trace of somebody.
    hour = now.replace(minute=0, second=0, microsecond=0)
    result = session.execute(
        insert(InboxRow)
        .values(key=key, received_at=hour)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(InboxRow.key)
    )
    return result.first() is not None


def forget(session: Session, *, before: datetime) -> int:
    """Delete what came before an instant, to the hour; returns how many rows went.

    Slack tries an event for the last time some minutes after the first, and a signature is good for five: what is
    older than a day is refused or never sent.
    """
    gone = session.execute(delete(InboxRow).where(InboxRow.received_at < before).returning(InboxRow.key))
    return len(gone.all())
