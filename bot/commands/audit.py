"""`orgpulse audit`: who changed what, for admins and the works council."""

import json
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import click

from bot.database import opened
from bot.settings import Settings
from surveys import audit
from surveys.audit import Entry
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.rights import Act, may


class NotYourLog(OrgpulseError):
    """The audit log is for admins and the works council, and {email} is neither. An import can give a role."""


def show(settings: Settings, *, email: str | None, since: date | None, as_json: bool) -> int:
    """Print the log, and whether it is whole; returns 1 when it was changed afterwards.

    Args:
        settings: where the database is, and the company's time zone.
        email: who reads it; whoever runs the machine, when None.
        since: only what was noted from this day on.
        as_json: one JSON object instead of lines.

    Raises:
        NotYourLog: that person is neither an admin nor of the works council.
        UnknownPerson: nobody has that email.
    """
    zone = ZoneInfo(settings.timezone)
    begins = datetime.combine(since, time(), zone) if since else None
    with opened(settings) as database, database.read() as session:
        if email and not may(directory.by_email(session, email), Act.READ_AUDIT):
            raise NotYourLog(email=email)
        entries, broken = audit.entries(session, since=begins), audit.broken_at(session)
    if as_json:
        click.echo(json.dumps({"broken_at": broken, "entries": list(map(_as_json, entries))}, ensure_ascii=False))
    else:
        for line in (*(_line(entry, zone) for entry in entries), *_verdict(entries, broken)):
            click.echo(line)
    return 0 if broken is None else 1


def _as_json(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "act": entry.act,
        "about": entry.about,
        "seal": entry.seal,
    }


def _line(entry: Entry, zone: ZoneInfo) -> str:
    return f"{entry.id:>5}  {entry.at.astimezone(zone):%Y-%m-%d %H:%M}  {entry.actor}: {entry.about}"


def _verdict(entries: list[Entry], broken: int | None) -> list[str]:
    if broken is not None:
        return [
            f"This log was changed afterwards: line {broken} does not follow from the one before it.",
            "Ask whoever runs the database, and compare with a backup.",
        ]
    if not entries:
        return ["Nothing was noted."]
    return [
        "The log is whole. The seal of its last line:",
        f"  {entries[-1].seal}",
        "Write it down. If it is missing when you look again (--json shows every seal), lines were taken out.",
    ]
