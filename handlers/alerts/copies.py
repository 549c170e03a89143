"""The copies of an alert: one in the leaders' channel, one for each leader; posted once, changed in place."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from analysis.detection.cycle import Kind, State, watch
from analysis.detection.doubts import Doubt, doubts
from analysis.figures import Record
from handlers.actions.marks import action_marks
from handlers.alerts.alert import Case, alert_message, moved_on_message
from handlers.words import FALLBACK, words
from surveys import alerts, episodes, outbox, results
from surveys.alerts import Alert, Deed
from surveys.outbox import Message
from surveys.people import directory
from surveys.people.directory import Person

NEWS = frozenset({Deed.RAISED, Deed.GREW})
CHANNEL = "channel"


def tell(session: Session, *, leaders_channel: str | None, now: datetime) -> None:
    """Tell leaders what the newest release shows for the first time, and change what they were told before."""
    states = results.whole_record(session).once(watch)
    for turn in episodes.follow(session, states, now=now):
        # What is there already changes first: a new message is as it should be.
        refresh(session, turn.alert_id, now=now)
        if turn.deed in NEWS:
            _post(session, turn.alert_id, leaders_channel=leaders_channel, now=now)


def wake(session: Session, *, now: datetime) -> None:
    """Show how the alerts stand that were put off until now."""
    for alert_id in alerts.wake(session, now=now):
        refresh(session, alert_id, now=now)


def refresh(session: Session, alert_id: str, *, now: datetime) -> None:
    """Change every copy of an alert to what it is now, in the commit of whatever changed it.

    A copy of somebody who may not read about the unit any more stays as it is.
    """
    alert = alerts.find(session, alert_id)
    if alert is None:
        return
    for posted in outbox.posted(session, alerts.message_keys(alert.id)):
        kind, reader = alerts.copy_of(posted.key)
        person = None if reader == CHANNEL else directory.by_id(session, reader)
        if reader != CHANNEL and (person is None or not alerts.reads(session, person, alert.unit_id)):
            continue
        payload = _payload(session, alert, person, moved_on=kind != alert.kind)
        key = alerts.change_key(posted.key)
        outbox.replace(session, Message(key, "update", posted.recipient, payload, after=posted.key), now=now)


def _post(session: Session, alert_id: str, *, leaders_channel: str | None, now: datetime) -> None:
    alert = alerts.find(session, alert_id)
    if alert is None:
        return
    for reader, recipient, person in _readers(session, alert, leaders_channel):
        key = alerts.message_key(alert, reader)
        outbox.post(session, Message(key, "post", recipient, _payload(session, alert, person)), now=now)


def _readers(
    session: Session, alert: Alert, leaders_channel: str | None
) -> Iterator[tuple[str, str, Person | None]]:
    """The name of each copy in its key, where it goes, and who reads it; None for everybody in the channel."""
    if leaders_channel:
        yield CHANNEL, leaders_channel, None
    for person in alerts.readers(session, alert.unit_id):
        yield person.id, person.slack_id or "", person


def _payload(session: Session, alert: Alert, person: Person | None, *, moved_on: bool = False) -> dict[str, Any]:
    """A copy's message as its reader may see it."""
    record = results.whole_record(session)
    # What is known about the unit comes from all teams, as in every digest; what is compared with others does not.
    state = record.once(watch).get(alert.unit_id) or State(alert.unit_id, None, Kind.NOT_ENOUGH_EVIDENCE)
    seen = results.visible_units(session, person) if person else frozenset(record.names)
    say = words(person.language if person else FALLBACK)
    marks = action_marks(session, record, alert.unit_id, say)
    case = Case(alert, record, state, say, _doubts(record, state, seen), marks)
    return moved_on_message(case) if moved_on else alert_message(case)


def _doubts(record: Record, state: State, seen: frozenset[str]) -> tuple[Doubt, ...]:
    """What else could explain it, by the units that a reader sees; worked out once for each release."""
    known = record.once(_no_doubts_yet)
    key = (state.unit_id, seen & frozenset(record.names))
    if key not in known:
        whole = key[1] == frozenset(record.names)
        known[key] = doubts(record if whole else results.visible(record, seen), state)
    return known[key]


def _no_doubts_yet(record: Record) -> dict[tuple[str, frozenset[str]], tuple[Doubt, ...]]:  # noqa: ARG001
    return {}
