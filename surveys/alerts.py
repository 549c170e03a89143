"""Alerts: what leaders were told, what they did about it, and how often alerts were right.

An alert is opened, followed and closed by `surveys.episodes`; here is what is known of it, and what people do.
Whoever handles one must see the unit it is about; the act itself is checked at the edge.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import sqrt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.figures import Unit
from analysis.stages import Stage
from surveys import results
from surveys.errors import OrgpulseError
from surveys.legible import legible, legible_name
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.storage.tables import AlertNoteRow, AlertRow, PersonRow

CYCLE, DRIFT = "cycle", "drift"
# For how many weeks an alert can be put off: our choice.
SNOOZES = (2, 4)
LONGEST_NOTE = 300
# Fewer judged alerts than this say nothing about how often they are right: our choice.
ENOUGH_JUDGED = 5
# Normal quantile of a 95% interval.
_Z95 = 1.96


class AlertNotThere(OrgpulseError):
    """This alert is not yours to handle, or it is not there any more. Your Orgpulse admin can say whose it is."""


class AlertIsOver(OrgpulseError):
    """This alert is closed already, so nothing was changed."""


class AlertTakenUp(OrgpulseError):
    """{name} has acknowledged this alert already. Nothing was changed."""


class AlertSnoozed(OrgpulseError):
    """This alert is snoozed for that long already. Nothing was changed."""


class Deed(StrEnum):
    """What happened to an alert; the first ones come with time, the others from people."""

    RAISED = "raised"
    GREW = "grew"  # a drift became the cycle
    CHANGED = "changed"
    REOPENED = "reopened"
    WOKE = "woke"
    CLOSED = "closed"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    ACTED = "acted"
    DISPUTED = "disputed"


# By these people say whether an alert is right.
JUDGING = frozenset({Deed.ACKNOWLEDGED, Deed.ACTED, Deed.DISPUTED})


class Reason(StrEnum):
    """Why somebody says that an alert is not it."""

    EVENT = "event"
    SEASON = "season"
    DATA = "data"
    HANDLED = "handled"
    OTHER = "other"


class Ending(StrEnum):
    """How an alert ended."""

    RECOVERED = "recovered"
    FADED = "faded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that happened to an alert. `name` is None when nobody did it, or somebody who is gone."""

    at: datetime
    deed: Deed
    name: str | None = None
    reason: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What leaders were told last: kind of state, strength, the stages of the alarm with their weeks, and when."""

    kind: str
    strength: float
    turned: tuple[tuple[Stage, date | None], ...] = ()
    week: date | None = None

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages that turned."""
        return frozenset(stage for stage, _ in self.turned)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Told":
        """As a row keeps it."""
        turned = ((Stage(stage), date.fromisoformat(on) if on else None) for stage, on in kept["turned"])
        week = date.fromisoformat(kept["week"]) if kept["week"] else None
        return cls(str(kept["kind"]), float(kept["strength"]), tuple(turned), week)

    def row(self) -> dict[str, Any]:
        """As a row keeps it."""
        turned = [[stage.value, on.isoformat() if on else None] for stage, on in self.turned]
        week = self.week.isoformat() if self.week else None
        return {"kind": self.kind, "strength": self.strength, "turned": turned, "week": week}


@dataclass(frozen=True, slots=True)
class Alert:
    """What leaders were told about a unit, and what became of it. `kind` is "cycle" or "drift".

    Attributes:
        id: names it on buttons and in keys of messages.
        unit_id: the unit.
        kind: what it is by now; a drift can grow into the cycle.
        stage: where it began.
        week_on: week in which it was called, as the kind it is.
        began_on: week in which the first stage turned.
        told: what leaders were told last.
        notes: what happened to it, oldest first.
        snoozed_until: day on which it comes back; None when it is not put off.
        closed_on: day on which it ended.
        ending: how.
    """

    id: str
    unit_id: str
    kind: str
    stage: Stage
    week_on: date
    began_on: date | None
    told: Told
    notes: tuple[Note, ...] = ()
    snoozed_until: date | None = None
    closed_on: date | None = None
    ending: Ending | None = None

    def last(self, deed: Deed) -> Note | None:
        """The last time that something happened to it."""
        return next((note for note in reversed(self.notes) if note.deed is deed), None)

    @property
    def acknowledged(self) -> bool:
        """Whether somebody has taken it up since it was news last; they may be gone by now."""
        told = {Deed.ACKNOWLEDGED, Deed.REOPENED, Deed.GREW}
        last = next((note for note in reversed(self.notes) if note.deed in told), None)
        return last is not None and last.deed is Deed.ACKNOWLEDGED

    @property
    def right(self) -> bool | None:
        """Whether people held it to be right by the last thing they did; None when nobody judged it.

        Acknowledged or acted on is right, disputed is wrong; but that it is being handled already says that it
        was right.
        """
        judged = [note for note in self.notes if note.deed in JUDGING]
        return judged[-1].deed is not Deed.DISPUTED or judged[-1].reason == Reason.HANDLED if judged else None


# -- what is known -------------------------------------------------------------------------------------------


def raised(session: Session) -> list[Alert]:
    """Every alert so far, oldest first."""
    rows = session.scalars(select(AlertRow).order_by(AlertRow.week_on, AlertRow.unit_id, AlertRow.id))
    return known(session, rows.all())


def find(session: Session, alert_id: str) -> Alert | None:
    """One alert, as it is now."""
    row = session.get(AlertRow, alert_id)
    return known(session, [row])[0] if row else None


def all_open(session: Session) -> list[Alert]:
    """The alerts that are open, at most one for each unit, oldest first."""
    rows = select(AlertRow).where(AlertRow.closed_on.is_(None)).order_by(AlertRow.week_on, AlertRow.unit_id)
    return known(session, session.scalars(rows))


def known(session: Session, rows: Iterable[AlertRow]) -> list[Alert]:
    """Rows as alerts, with their notes and the names of those who are still there."""
    rows = list(rows)
    notes: dict[str, list[Note]] = {row.id: [] for row in rows}
    found = session.execute(
        select(AlertNoteRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == AlertNoteRow.person_id, isouter=True)
        .where(AlertNoteRow.alert_id.in_(notes))
        .order_by(AlertNoteRow.at, AlertNoteRow.id)
    )
    for note, name in found:
        notes[note.alert_id].append(
            Note(note.at, Deed(note.kind), legible_name(name) if name else None, note.reason, note.note)
        )
    return [_known(row, tuple(notes[row.id])) for row in rows]


def _known(row: AlertRow, notes: tuple[Note, ...]) -> Alert:
    return Alert(
        id=row.id,
        unit_id=row.unit_id,
        kind=row.kind,
        stage=Stage(row.stage),
        week_on=row.week_on,
        began_on=row.began_on,
        told=Told.read(row.told),
        notes=notes,
        snoozed_until=row.snoozed_until,
        closed_on=row.closed_on,
        ending=Ending(row.ending) if row.ending else None,
    )


def readers(session: Session, unit_id: str) -> list[Person]:
    """Who is told about a unit: leaders known to Slack who lead it or a unit above it, by email."""
    above = _up(directory.units(session), unit_id)
    return [person for person in directory.people(session) if _is_reader(person, above)]


def reads(session: Session, person: Person, unit_id: str) -> bool:
    """Whether somebody is told about a unit, by the rights of this moment."""
    return _is_reader(person, _up(directory.units(session), unit_id))


def _is_reader(person: Person, above: frozenset[str]) -> bool:
    return bool(person.slack_id and person.leads & above and may(person, Act.RECEIVE_ALERT))


def _up(tree: list[Unit], unit_id: str) -> frozenset[str]:
    """A unit and all above it."""
    parents = {unit.id: unit.parent for unit in tree}
    found: set[str] = set()
    at: str | None = unit_id
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class OwnDeed:
    """What somebody did about an alert, for the copy of what is kept about them."""

    at: datetime
    deed: Deed
    unit: str
    text: str | None


def deeds_of(session: Session, person: Person) -> list[OwnDeed]:
    """What somebody did about alerts, oldest first."""
    names = {unit.id: unit.name for unit in directory.units(session)}
    rows = session.execute(
        select(AlertNoteRow, AlertRow.unit_id)
        .join(AlertRow, AlertRow.id == AlertNoteRow.alert_id)
        .where(AlertNoteRow.person_id == person.id)
        .order_by(AlertNoteRow.at, AlertNoteRow.id)
    )
    return [OwnDeed(note.at, Deed(note.kind), names.get(unit_id, unit_id), note.note) for note, unit_id in rows]


# -- keys of the messages --------------------------------------------------------------------------------------

# A copy's key ends with its reader, as all messages to somebody do: they go when that person is deleted.


def message_keys(alert_id: str) -> str:
    """How the keys of an alert's posts begin."""
    return f"alert:{alert_id}:"


def message_key(alert: Alert, reader: str) -> str:
    """The key of one reader's copy: there is one for each kind that the alert has been."""
    return f"{message_keys(alert.id)}{alert.kind}:{reader}"


def copy_of(key: str) -> tuple[str, str]:
    """Kind and reader of a copy, by its key."""
    kind, reader = key.split(":")[2:]
    return kind, reader


def change_key(key: str) -> str:
    """The key of what changes a copy; one that still waits is replaced by the next."""
    return f"change:{key}"


# -- what people do ------------------------------------------------------------------------------------------


def to_handle(session: Session, alert_id: str, person: Person) -> Alert:
    """An open alert that somebody may handle.

    Raises:
        AlertNotThere: there is none, or its unit is not theirs to see; which of both is not told.
        AlertIsOver: it is closed.
    """
    return known(session, [_to_handle(session, alert_id, person)])[0]


def acknowledge(session: Session, alert_id: str, person: Person, *, now: datetime) -> None:
    """Note that somebody takes an alert up.

    Raises:
        AlertNotThere, AlertIsOver: as `to_handle`.
        AlertTakenUp: somebody has done so.
    """
    row = _to_handle(session, alert_id, person)
    if row.acknowledged_by is not None:
        by = session.get(PersonRow, row.acknowledged_by)
        raise AlertTakenUp(name=(legible_name(by.name) if by else "") or "Somebody")
    row.acknowledged_by = person.id
    note(session, row, Deed.ACKNOWLEDGED, person=person, now=now)


def snooze(session: Session, alert_id: str, person: Person, *, weeks: int, now: datetime) -> None:
    """Put an alert off: nothing is changed or told until then, unless it grows into the cycle.

    Raises:
        AlertNotThere, AlertIsOver: as `to_handle`.
        AlertSnoozed: it is put off until that day.
    """
    row = _to_handle(session, alert_id, person)
    until = now.date() + timedelta(weeks=weeks)
    if row.snoozed_until == until:
        raise AlertSnoozed
    row.snoozed_until = until
    note(session, row, Deed.SNOOZED, person=person, reason=str(weeks), now=now)


def dispute(
    session: Session, alert_id: str, person: Person, *, reason: Reason, text: str = "", now: datetime
) -> None:
    """Close an alert that is not it, and keep why.

    Args:
        session: the unit of work.
        alert_id: the alert.
        person: who says so.
        reason: why.
        text: their own words, at most 300 characters of which are kept.
        now: the present instant.

    Raises:
        AlertNotThere, AlertIsOver: as `to_handle`.
    """
    row = _to_handle(session, alert_id, person)
    note(session, row, Deed.DISPUTED, person=person, reason=reason.value, text=text, now=now)
    close(row, Ending.DISPUTED, now=now)


def note_action(
    session: Session, alert_id: str, person: Person, *, kind: str | None = None, now: datetime
) -> None:
    """Note that somebody logged an action of a kind on an alert; one that is closed keeps it too.

    Raises:
        AlertNotThere: there is none, or its unit is not theirs to see.
    """
    row = _row_for(session, alert_id, person)
    note(session, row, Deed.ACTED, person=person, reason=kind, now=now)


def _to_handle(session: Session, alert_id: str, person: Person) -> AlertRow:
    row = _row_for(session, alert_id, person)
    if row.closed_on is not None:
        raise AlertIsOver
    return row


def _row_for(session: Session, alert_id: str, person: Person) -> AlertRow:
    # Held until the commit: of two people who press at once, the second is told of the first.
    row = session.get(AlertRow, alert_id, with_for_update=True, populate_existing=True)
    if row is None or row.unit_id not in results.visible_units(session, person):
        raise AlertNotThere
    return row


# -- rows, for `surveys.episodes` ----------------------------------------------------------------------------


def close(row: AlertRow, ending: Ending, *, now: datetime) -> None:
    """End an alert."""
    row.closed_on, row.ending = now.date(), ending.value
    row.snoozed_until = None


def note(
    session: Session,
    row: AlertRow,
    deed: Deed,
    *,
    now: datetime,
    person: Person | None = None,
    reason: str | None = None,
    text: str = "",
) -> None:
    """Keep what happened to an alert."""
    session.add(
        AlertNoteRow(
            alert_id=row.id,
            at=now,
            person_id=person.id if person else None,
            kind=deed.value,
            reason=reason,
            note=legible(text)[:LONGEST_NOTE] or None,
        )
    )
    session.flush()


def new_id() -> str:
    """An id that says nothing."""
    return secrets.token_hex(8)


# -- snoozing ------------------------------------------------------------------------------------------------


def wake(session: Session, *, now: datetime) -> list[str]:
    """End what was put off until today; ids of the alerts that are to be shown as they stand now."""
    due = select(AlertRow).where(AlertRow.snoozed_until <= now.date(), AlertRow.closed_on.is_(None))
    rows = list(session.scalars(due.order_by(AlertRow.id)))
    for row in rows:
        row.snoozed_until = None
        note(session, row, Deed.WOKE, now=now)
    return [row.id for row in rows]


def next_wake(session: Session) -> datetime | None:
    """When the next alert that was put off comes back."""
    waiting = select(AlertRow.snoozed_until).where(
        AlertRow.snoozed_until.is_not(None), AlertRow.closed_on.is_(None)
    )
    days = [day for day in session.scalars(waiting) if day]
    return datetime.combine(min(days), time(0), UTC) if days else None


# -- how often alerts were right -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Precision:
    """How often alerts were held to be right, of those that somebody judged.

    `low` and `high` bound the share with 95% confidence (Wilson 1927); None when too few were judged.
    """

    right: int
    judged: int
    low: float | None = None
    high: float | None = None


def precision(found: Iterable[Alert]) -> Precision:
    """Judge alerts by what people did: acknowledged or acted on is right, disputed is wrong."""
    said = [alert.right for alert in found if alert.right is not None]
    right, judged = sum(said), len(said)
    if judged < ENOUGH_JUDGED:
        return Precision(right, judged)
    share, weight = right / judged, _Z95**2 / judged
    middle = (share + weight / 2) / (1 + weight)
    half = _Z95 * sqrt(share * (1 - share) / judged + weight / (4 * judged)) / (1 + weight)
    return Precision(right, judged, max(0.0, middle - half), min(1.0, middle + half))
