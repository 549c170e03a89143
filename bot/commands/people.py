"""`orgpulse people`: importing and listing the organisation."""

import json
from pathlib import Path

import click
from slack_sdk import WebClient

from bot.commands.operator import at_the_command_line
from bot.commands.text_file import read_text
from bot.database import opened
from bot.settings import Settings
from bot.slack_directory import sync
from surveys.clock import SystemClock
from surveys.people import directory, enrolment, roster
from surveys.people.directory import Person
from surveys.people.enrolment import Changes
from surveys.people.roster import Role
from surveys.storage.database import Database

MOST_LINES = 20


def import_file(settings: Settings, file: Path, *, yes: bool) -> None:
    """Show what FILE would change, ask, and import it; raises NothingToImport naming every bad line."""
    people = roster.read_roster(read_text(file))
    with opened(settings) as database:
        with database.read() as session:
            changes = enrolment.preview(session, people)
        if not changes:
            click.echo("Nothing would change.")
        else:
            _show(changes)
            if not yes and not click.confirm("Import this?"):
                click.echo("Nothing was imported.")
                return
            with database.work() as session:
                enrolment.apply(session, people, actor=at_the_command_line(), now=SystemClock().now())
            click.echo("Imported.")
        _match(settings, database)


def _show(changes: Changes) -> None:
    for title, lines in (
        ("New units", changes.new_units),
        ("Joining", changes.joined),
        ("Changing", changes.changed),
        ("Leaving (their history stays with their unit)", changes.left),
    ):
        if lines:
            click.echo(f"{title}: {len(lines)}")
            for line in lines[:MOST_LINES]:
                click.echo(f"  {line}")
            if len(lines) > MOST_LINES:
                click.echo(f"  and {len(lines) - MOST_LINES} more")


def _match(settings: Settings, database: Database) -> None:
    if settings.slack_bot_token is None:
        click.echo("Slack is not connected yet; people are matched by email when the bot starts.")
        return
    client = WebClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    match = sync(database, client)
    click.echo(f"Matched with Slack: {match.matched}.")
    for email in match.unknown_to_slack:
        click.echo(f"  {email} is nobody in this Slack workspace; they are not asked until the emails agree.")


def list_people(settings: Settings, *, role: str | None, as_json: bool) -> None:
    """Print everybody, or those with a role."""
    with opened(settings) as database, database.read() as session:
        found = directory.people(session, role=Role(role) if role else None)
        names = {unit.id: unit.name for unit in directory.units(session)}
    if as_json:
        click.echo(json.dumps([_as_json(person, names) for person in found], ensure_ascii=False))
        return
    for person in found:
        slack = "" if person.slack_id else "  (not found in Slack)"
        roles = ", ".join(role.in_words for role in sorted(person.roles))
        click.echo(f"{person.email:<36} {person.name:<26} {names[person.unit_id]:<22} {roles}{slack}")
    if not found:
        click.echo("Nobody yet. Import people first: orgpulse people import people.csv")


def _as_json(person: Person, names: dict[str, str]) -> dict[str, object]:
    return {
        "email": person.email,
        "name": person.name,
        "unit": names[person.unit_id],
        "roles": sorted(person.roles),
        "in_slack": person.slack_id is not None,
    }
