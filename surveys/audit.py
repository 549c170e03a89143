"""The audit log: who changed what about people, targets, settings, keys and retention. Only ever added to.

Each line has a seal: SHA-256 over the line and the seal before it. Whoever changes a line or takes one out must
write all later ones anew, and then the last seal is no longer the one that the works council wrote down.

People stand in it by a mark and get their name when the log is read: once somebody's row is deleted, nothing here
says who they were.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.storage.tables import AuditRow, PersonRow

# What the column holds.
LONGEST_LINE = 4000
# Any number that nobody else in the database locks by; this one spells our name.
_LOCK = int.from_bytes(b"orgpulse", "big")
_MARK = re.compile(r"person:([0-9a-f]+)")
_SOMEBODY = "somebody who left"

Value = str | int | None


class Deed(StrEnum):
    """What the log is about."""

    PEOPLE = "people"
    SETTING = "setting"
    KEYS = "keys"
    RETENTION = "retention"
    TARGETS = "targets"
    PULSE = "pulse"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log as people read it; `seal` is in hexadecimal."""

    id: int
    at: datetime
    actor: str
    act: str
    about: str
    seal: str


def mark(person_id: str) -> str:
    """How a person is named in a line; it becomes their name when the log is read."""
    return f"person:{person_id}"


def note(session: Session, *, actor: str, act: Deed, about: str, now: datetime) -> None:
    """Add a line, in the transaction of what it tells of, after everything else that this writes.

    Args:
        session: the unit of work.
        actor: who did it, such as "command line (kim)", or a person's mark.
        act: what it is about.
        about: what was done; people by their marks, and never an answer or who answered.
        now: the instant it was done.
    """
    note_each(session, actor=actor, act=act, abouts=[about], now=now)


def note_each(session: Session, *, actor: str, act: Deed, abouts: Iterable[str], now: datetime) -> None:
    """Add several lines of one deed, in order."""
    _take_turn(session)
    last = session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(1)).first()
    number, seal = (last.id, last.digest) if last else (0, b"")
    for place, about in enumerate(abouts, start=number + 1):
        line = about if len(about) <= LONGEST_LINE else about[: LONGEST_LINE - 1] + "…"
        row = AuditRow(id=place, at=now, actor=actor, act=act, about=line)
        seal = row.digest = _seal(row, after=seal)
        session.add(row)
    session.flush()


def _take_turn(session: Session) -> None:
    """Wait until nobody else is adding: two lines after the same one would break the chain.

    A writer on SQLite is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _seal(row: AuditRow, *, after: bytes) -> bytes:
    line = json.dumps([row.at.astimezone(UTC).isoformat(), row.actor, str(row.act), row.about])
    return hashlib.sha256(after + line.encode()).digest()


def entries(session: Session, *, since: datetime | None = None) -> list[Entry]:
    """The log, oldest line first, with people's names for their marks. For those who may read it."""
    query = select(AuditRow).order_by(AuditRow.id)
    if since is not None:
        query = query.where(AuditRow.at >= since)
    people = session.execute(select(PersonRow.id, PersonRow.name, PersonRow.email))
    names = {person_id: f"{name} <{email}>" for person_id, name, email in people}
    return [
        Entry(row.id, row.at, _named(row.actor, names), row.act, _named(row.about, names), row.digest.hex())
        for row in session.scalars(query)
    ]


def _named(text: str, names: Mapping[str, str]) -> str:
    return _MARK.sub(lambda found: names.get(found[1], _SOMEBODY), text)


def broken_at(session: Session) -> int | None:
    """The first line that does not follow from the one before it; None when the log is whole.

    It finds lines that were changed, taken out, put in or put in another order. Lines cut off at the end it cannot
    find; for that, somebody else must have kept a later seal.
    """
    seal = b""
    for place, row in enumerate(session.scalars(select(AuditRow).order_by(AuditRow.id)), start=1):
        seal = _seal(row, after=seal)
        if (row.id, row.digest) != (place, seal):
            return row.id
    return None


def last_at(session: Session, act: Deed) -> datetime | None:
    """When a deed was last noted."""
    return session.scalar(select(AuditRow.at).where(AuditRow.act == act).order_by(AuditRow.id.desc()).limit(1))


def note_settings(session: Session, values: Mapping[str, Value], *, now: datetime) -> list[str]:
    """Note the settings that are not as they were last noted; returns their names.

    Args:
        session: the unit of work.
        values: setting -> value, such as {"smallest_group": 5, "schedule.ask_day": "tuesday"}.
        now: the instant at which the bot started with them.
    """
    _take_turn(session)
    known = _noted_settings(session)
    changed = [name for name in values if name not in known or known[name] != values[name]]
    lines = (setting_line(name, values[name], known) for name in changed)
    note_each(session, actor="settings file or environment", act=Deed.SETTING, abouts=list(lines), now=now)
    return changed


def setting_line(name: str, value: Value, known: Mapping[str, Value]) -> str:
    """How a setting that changed is noted, with what it was."""
    before = f" (was {json.dumps(known[name], ensure_ascii=False)})" if name in known else ""
    return f"{name} = {json.dumps(value, ensure_ascii=False)}{before}"


def _noted_settings(session: Session) -> dict[str, Value]:
    """What each setting was when it was last noted."""
    read = json.JSONDecoder().raw_decode
    lines = session.scalars(select(AuditRow.about).where(AuditRow.act == Deed.SETTING).order_by(AuditRow.id))
    pairs = (line.split(" = ", 1) for line in lines)
    return {name: read(rest)[0] for name, rest in pairs}
