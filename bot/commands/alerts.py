"""`orgpulse alerts`: what leaders were told, what became of it, and how often it was right."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from bot.database import opened
from bot.settings import Settings
from surveys import alerts, results
from surveys.alerts import ENOUGH_JUDGED, Alert, Deed, Note, Precision, Reason
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.rights import Act, may

HEADS = ("UNIT", "KIND", "STAGE", "BEGAN", "CALLED", "STATE", "WHAT WAS DONE")
REASONS: Mapping[str, str] = {
    Reason.EVENT: "a known event",
    Reason.SEASON: "the season",
    Reason.DATA: "wrong data",
    Reason.HANDLED: "being handled already",
    Reason.OTHER: "something else",
}


class NoAlertsFor(OrgpulseError):
    """Alerts go to leaders, and {email} is none. An import of people can give the role."""


def show(settings: Settings, *, only_open: bool, email: str | None, as_json: bool) -> None:
    """Print the alerts, oldest first, and how often those that people judged were right.

    No figure is printed: whoever runs the machine sees no more than that leaders were told, and what they did.

    Args:
        settings: where the database is.
        only_open: leave out those that are closed; how often alerts were right is of all of them.
        email: only what this leader may see; everything when None.
        as_json: one JSON object instead of a table.

    Raises:
        NoAlertsFor: that person is no leader.
        UnknownPerson: nobody has that email.
    """
    with opened(settings) as database, database.read() as session:
        found = alerts.raised(session)
        names = {unit.id: unit.name for unit in directory.units(session)}
        if email:
            person = directory.by_email(session, email)
            if not may(person, Act.HANDLE_ALERT):
                raise NoAlertsFor(email=email)
            seen = results.visible_units(session, person)
            found = [alert for alert in found if alert.unit_id in seen]
    shown = [alert for alert in found if not only_open or alert.closed_on is None]
    judged = alerts.precision(found)
    if as_json:
        rows = [_as_json(alert, names) for alert in shown]
        click.echo(json.dumps({"alerts": rows, "precision": _precision(judged)}, ensure_ascii=False))
        return
    for line in (*_table([_row(alert, names) for alert in shown]), "", _judgement(judged)):
        click.echo(line)


def _row(alert: Alert, names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        names.get(alert.unit_id, alert.unit_id),
        alert.kind,
        alert.stage.value,
        f"{alert.began_on}" if alert.began_on else "",
        f"{alert.week_on}",
        _state(alert),
        ", ".join(_done(alert)) or "nothing yet",
    )


def _state(alert: Alert) -> str:
    if alert.closed_on is not None:
        return f"closed {alert.closed_on}: {alert.ending}"
    return f"snoozed until {alert.snoozed_until}" if alert.snoozed_until else "open"


def _done(alert: Alert) -> list[str]:
    """What people did, each kind of it once; nobody is named here."""
    acted = sum(note.deed is Deed.ACTED for note in alert.notes)
    said = alert.last(Deed.DISPUTED)
    return [
        *(["acknowledged"] if alert.last(Deed.ACKNOWLEDGED) else []),
        *(["snoozed"] if alert.last(Deed.SNOOZED) else []),
        *([f"{acted} action{'' if acted == 1 else 's'} logged"] if acted else []),
        *([f"disputed ({_reason(said)})"] if said else []),
    ]


def _reason(note: Note) -> str:
    words = " ".join((note.text or "").split())
    return REASONS[note.reason or Reason.OTHER] + (f": {words}" if words else "")


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return ["No alert was raised."]
    widths = [max(len(row[place]) for row in (HEADS, *rows)) for place in range(len(HEADS) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in (HEADS, *rows)
    ]


def _judgement(found: Precision) -> str:
    if found.low is None or found.high is None:
        return (
            f"Held to be right: {found.right} of the {found.judged} that somebody judged, too few to say "
            f"how often (at least {ENOUGH_JUDGED})."
        )
    share = found.right / found.judged
    return (
        f"Held to be right: {found.right} of the {found.judged} that somebody judged, {share:.0%} "
        f"(95% interval {found.low:.0%} to {found.high:.0%})."
    )


def _as_json(alert: Alert, names: Mapping[str, str]) -> dict[str, Any]:
    said = alert.last(Deed.DISPUTED)
    return {
        "id": alert.id,
        "unit": names.get(alert.unit_id, alert.unit_id),
        "kind": alert.kind,
        "stage": alert.stage.value,
        "began": alert.began_on.isoformat() if alert.began_on else None,
        "called": alert.week_on.isoformat(),
        "closed": alert.closed_on.isoformat() if alert.closed_on else None,
        "ending": alert.ending.value if alert.ending else None,
        "snoozed_until": alert.snoozed_until.isoformat() if alert.snoozed_until else None,
        "acknowledged": alert.last(Deed.ACKNOWLEDGED) is not None,
        "actions": sum(note.deed is Deed.ACTED for note in alert.notes),
        "reason": said.reason if said else None,
        "note": said.text if said else None,
        "right": alert.right,
    }


def _precision(found: Precision) -> dict[str, Any]:
    return {"right": found.right, "judged": found.judged, "low": found.low, "high": found.high}
