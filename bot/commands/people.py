"""`orgpulse people`: importing, matching and listing the organisation."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from slack_sdk import WebClient

from bot.commands.operator import at_the_command_line
from bot.commands.text_file import read_text
from bot.database import opened
from bot.live_settings import LiveSettings
from bot.settings import Settings
from bot.slack_directory import slack_groups, slack_users, sync
from surveys.clock import SystemClock
from surveys.errors import OrgpulseError
from surveys.people import consequences, directory, enrolment, roster, user_groups
from surveys.people.directory import Match, Person
from surveys.people.enrolment import Changes, Outlook
from surveys.people.nearest import did_you_mean
from surveys.people.roster import Role, RosterPerson
from surveys.rounds.rounds import promised_group
from surveys.storage.database import Database

MOST_LINES = 20


class NoSlack(OrgpulseError):
    """Slack is not connected: set ORGPULSE_SLACK_BOT_TOKEN in the environment."""


class NotAGroup(OrgpulseError):
    """{text!r} is not HANDLE=PATH; write such as: --group emea-ent='Larkspur / EMEA / Enterprise'."""


@dataclass(frozen=True, slots=True)
class How:
    """How an import goes about it."""

    yes: bool
    dry_run: bool
    as_json: bool


# Importing ------------------------------------------------------------------------------------------------


def import_file(settings: Settings, file: Path, how: How) -> None:
    """Show what FILE would change, ask, and import it; raises NothingToImport naming every bad line."""
    people = roster.read_roster(read_text(file))
    with opened(settings) as database:
        _import(settings, database, people, how)


def import_groups(settings: Settings, groups: Sequence[str], how: How) -> None:
    """The same for members of Slack's user groups; raises NoSuchGroup, NotAGroup, NothingToImport."""
    paths = dict(_group(text) for text in groups)
    members = slack_groups(_client(settings), paths)
    with opened(settings) as database:
        with database.read() as session:
            found = {paths[handle]: users for handle, users in members.items()}
            people = user_groups.with_groups(session, found)
        _import(settings, database, people, how)


def _group(text: str) -> tuple[str, tuple[str, ...]]:
    handle, _, path = (part.strip() for part in text.partition("="))
    parts = tuple(part.strip() for part in path.split("/") if part.strip())
    if not handle or not parts or not all(roster.unit_id([part]) for part in parts):
        raise NotAGroup(text=text)
    return handle.removeprefix("@"), parts


def _import(settings: Settings, database: Database, people: list[RosterPerson], how: How) -> None:
    wanted = LiveSettings(settings, database).in_force.smallest_group
    with database.read() as session:
        changes = enrolment.preview(session, people)
        k = max(wanted, promised_group(session))
        outlook = enrolment.outlook(session, people, k=k)
    warnings = [*_unknown(settings, people), *_warnings(outlook)]
    follows = consequences.in_words(outlook.showing, k=k)
    if not how.as_json:
        _show(changes, warnings, follows)
    goes = bool(changes) and not how.dry_run and (how.yes or (not how.as_json and click.confirm("Import this?")))
    if goes:
        with database.work() as session:
            enrolment.apply(session, people, actor=at_the_command_line(), now=SystemClock().now())
    if how.as_json:
        said = asdict(changes) | {"warnings": warnings, "consequences": follows, "imported": goes}
        click.echo(json.dumps(said, ensure_ascii=False))
    elif goes:
        click.echo("Imported. Who moved answers an open pulse for the unit they were asked in.")
    elif changes:
        click.echo("Nothing was imported.")
    if settings.slack_bot_token is not None and not how.dry_run and (goes or not changes):
        match = sync(database, _client(settings))
        if not how.as_json:
            click.echo(f"Matched with Slack: {match.matched}.")
    elif settings.slack_bot_token is None and goes and not how.as_json:
        click.echo("Slack is not connected yet; people are matched by email when the bot starts.")


def _unknown(settings: Settings, people: list[RosterPerson]) -> list[str]:
    """Emails that Slack does not know, each with what was probably meant."""
    if settings.slack_bot_token is None:
        return []
    users = slack_users(_client(settings))
    known = {user.email.lower(): user for user in users if user.email}
    free = set(known) - {person.email for person in people}
    off = [one.email for one in people if one.email in known and known[one.email].deactivated]
    return [
        *(
            f"{one.email} is nobody in Slack, and not asked until emails agree{did_you_mean(one.email, free)}"
            for one in people
            if one.email not in known
        ),
        *(f"{email} is deactivated in Slack and is not asked" for email in off),
    ]


def _warnings(outlook: Outlook) -> list[str]:
    return [
        *(
            f"{unit} has {len(managers)} managers, and each gets its digest: {', '.join(managers)}"
            for unit, managers in outlook.several_managers.items()
        ),
        *(f"{unit} has no reps, so nothing is known about it" for unit in outlook.without_reps),
        *(
            f"everybody of {old} goes to {new}, a new unit without history. If that is a new name for it, do this "
            f'first: orgpulse people rename-unit "{old}" "{new.rsplit(" / ", 1)[-1]}"'
            for old, new in outlook.renamed
        ),
    ]


def _show(changes: Changes, warnings: list[str], follows: list[str]) -> None:
    if not changes:
        click.echo("Nothing would change.")
    for title, lines in (
        ("New units", changes.new_units),
        ("Joining", changes.joined),
        ("Changing", changes.changed),
        ("Leaving (their history stays with their unit)", changes.left),
        ("Look at", warnings),
        ("Then", follows if changes else []),
    ):
        if lines:
            click.echo(f"{title}: {len(lines)}" if title != "Then" else "What can be shown then:")
            for line in lines[:MOST_LINES]:
                click.echo(f"  {line}")
            if len(lines) > MOST_LINES:
                click.echo(f"  and {len(lines) - MOST_LINES} more")


def rename_unit(settings: Settings, old: str, new: str) -> None:
    """Give a unit another name, history kept."""
    with opened(settings) as database, database.work() as session:
        path = enrolment.rename_unit(session, old, new, actor=at_the_command_line(), now=SystemClock().now())
    click.echo(f"It is called {path} now, with all its history. Write it so in the roster file as well.")


# Slack ----------------------------------------------------------------------------------------------------


def sync_now(settings: Settings, *, as_json: bool) -> None:
    """Match people with Slack, and say what changed."""
    client = _client(settings)
    with opened(settings) as database:
        match = sync(database, client)
    if as_json:
        click.echo(json.dumps(asdict(match), ensure_ascii=False))
        return
    Console(width=100, soft_wrap=False).print(_sync_table(match))


def _sync_table(match: Match) -> Table:
    """A row for each kind of change, with the people it is about."""
    table = Table("people", "number", "who", box=None, pad_edge=False)
    table.add_row("matched with Slack", str(match.matched), "")
    for title, emails in (
        ("found now", match.found),
        ("back again, and asked", match.came_back),
        ("switched off, and not asked", match.switched_off),
        ("time zone, language or title changed", match.changed),
        ("deactivated in Slack", match.deactivated),
        ("not in Slack", match.unknown_to_slack),
    ):
        shown = emails[:MOST_LINES] + (
            [f"and {len(emails) - MOST_LINES} more"] if len(emails) > MOST_LINES else []
        )
        table.add_row(title, str(len(emails)), "\n".join(shown))
    return table


def _client(settings: Settings) -> WebClient:
    if settings.slack_bot_token is None:
        raise NoSlack
    return WebClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)


# Listing --------------------------------------------------------------------------------------------------


def list_people(settings: Settings, *, role: str | None, as_json: bool) -> None:
    """Print everybody, or those with a role."""
    with opened(settings) as database, database.read() as session:
        found = directory.people(session, role=Role(role) if role else None)
        names = {unit.id: unit.name for unit in directory.units(session)}
    if as_json:
        click.echo(json.dumps([_as_json(person, names) for person in found], ensure_ascii=False))
        return
    for person in found:
        slack = (
            ""
            if person.slack_id
            else "  (not found in Slack)"
            if not person.deactivated
            else "  (deactivated in Slack)"
        )
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
        "deactivated": person.deactivated,
    }
