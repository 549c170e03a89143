"""The command line: `orgpulse --help`."""

import functools
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bot import logs
from bot.acts import does
from bot.settings import Settings, read_settings
from surveys.errors import OrgpulseError
from surveys.people.rights import Act

Command = Callable[..., Any]


def with_settings(command: Command) -> Command:
    """Give a command `--config` and `--database`, and the settings they lead to."""

    @click.option("--config", type=click.Path(path_type=Path), help="Settings file; default orgpulse.toml.")
    @click.option("--database", metavar="URL", help="Database address; wins over the settings.")
    @functools.wraps(command)
    def wrapped(*args: Any, config: Path | None, database: str | None, **options: Any) -> Any:
        settings = read_settings(config, database=database)
        logs.hide_secrets(settings)
        return command(settings, *args, **options)

    return wrapped


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--log-level",
    envvar="ORGPULSE_LOG_LEVEL",
    type=click.Choice(logs.LEVELS, case_sensitive=False),
    help="How much to log, INFO by default; at no level what people send.",
)
def cli(*, log_level: str | None) -> None:
    """A confidential weekly pulse for sales organisations in Slack."""
    if log_level:
        logs.speak(log_level)


@cli.command()
@click.option("--headless", is_flag=True, help="Say what happened and exit, instead of opening the page.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object (with --headless).")
@click.option("--weeks", default=26, show_default=True, type=click.IntRange(1, 104))
@click.option("--seed", default=None, type=int, help="Another company's fate; the same seed, the same weeks.")
@click.option("--port", default=0, help="Port of the page; any free one by default.")
@click.option("--database", metavar="URL", help="Keep the database here; a temporary one by default.")
@does(Act.RUN)
def demo(*, headless: bool, as_json: bool, weeks: int, seed: int | None, port: int, database: str | None) -> None:
    """Live through 26 weeks of a sales organisation, then click through it."""
    from bot.demo.show import show

    show(headless=headless or as_json, as_json=as_json, weeks=weeks, seed=seed, port=port, database=database)


@cli.command()
@click.option("--http", "over_http", is_flag=True, help="Listen for Slack's requests instead of Socket Mode.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen, behind your proxy.")
@click.option("--port", default=3000, show_default=True, type=click.IntRange(0, 65535))
@does(Act.RUN)
@with_settings
def run(settings: Settings, *, over_http: bool, host: str, port: int) -> None:
    """Run the bot over Socket Mode, or over HTTP, until it is told to stop."""
    from bot.bootstrap import Orgpulse

    bot = Orgpulse(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        bot.sync_people()
        if over_http:
            click.echo(f"Listening on {host}, port {bot.listen(host, port)}.", err=True)
        else:
            bot.connect()
        bot.tick.run()
        bot.keep_time()
        click.echo("Orgpulse is running. Ctrl-C stops it.", err=True)
        stop.wait()
    finally:
        bot.stop()


@cli.command()
@does(Act.MIGRATE)
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the database to this version."""
    from surveys.storage.database import Database
    from surveys.storage.migrate import migrate as bring_up

    database = Database(settings.database)
    bring_up(database)
    database.close()
    click.echo("The database is up to date.")


@cli.group()
def keys() -> None:
    """The master key under which every answer is sealed."""


@keys.command("init")
@does(Act.KEEP_KEYS)
@with_settings
def keys_init(settings: Settings) -> None:
    """Write a new master key; keep a copy of it apart from the database's backups."""
    from bot.commands import keys as keys_command

    keys_command.init(settings)


@keys.command("check")
@does(Act.KEEP_KEYS)
@with_settings
def keys_check(settings: Settings) -> None:
    """Look whether the key is safe and opens what is sealed, and say what to do if not."""
    from bot.commands import keys as keys_command

    sys.exit(keys_command.check(settings))


@keys.command("rotate")
@click.option("--yes", is_flag=True, help="Do not ask before changing the key.")
@does(Act.KEEP_KEYS)
@with_settings
def keys_rotate(settings: Settings, *, yes: bool) -> None:
    """Seal everything anew under a new key, or finish a rotation that was interrupted."""
    from bot.commands import keys as keys_command

    keys_command.rotate(settings, yes=yes)


@cli.group()
def people() -> None:
    """The organisation: who is asked, who is told."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before importing.")
@click.option("--dry-run", is_flag=True, help="Only show what would change, and what follows from it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; imports only with --yes.")
@does(Act.IMPORT_PEOPLE)
@with_settings
def people_import(settings: Settings, file: Path, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Import the organisation from FILE: email, name, manager, unit, roles. Again whenever it changes."""
    from bot.commands import people as people_command

    people_command.import_file(settings, file, people_command.How(yes=yes, dry_run=dry_run, as_json=as_json))


@people.command("from-slack")
@click.option(
    "--group",
    "groups",
    multiple=True,
    required=True,
    metavar="HANDLE=PATH",
    help="A user group and its unit, such as: emea-ent='Larkspur / EMEA / Enterprise'. Several times.",
)
@click.option("--yes", is_flag=True, help="Do not ask before importing.")
@click.option("--dry-run", is_flag=True, help="Only show what would change, and what follows from it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; imports only with --yes.")
@does(Act.IMPORT_PEOPLE)
@with_settings
def people_from_slack(
    settings: Settings, groups: tuple[str, ...], *, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Let Slack's user groups be units. Whoever is in no group stays as they are."""
    from bot.commands import people as people_command

    how = people_command.How(yes=yes, dry_run=dry_run, as_json=as_json)
    people_command.import_groups(settings, groups, how)


@people.command("sync")
@click.option("--json", "as_json", is_flag=True)
@does(Act.SYNC_PEOPLE)
@with_settings
def people_sync(settings: Settings, *, as_json: bool) -> None:
    """Match people with Slack now; the running bot does it every day."""
    from bot.commands import people as people_command

    people_command.sync_now(settings, as_json=as_json)


@people.command("rename-unit")
@click.argument("old")
@click.argument("new")
@does(Act.RENAME_UNIT)
@with_settings
def people_rename_unit(settings: Settings, old: str, new: str) -> None:
    """Call the unit OLD (a name, or a path) NEW from now on; its history stays with it."""
    from bot.commands import people as people_command

    people_command.rename_unit(settings, old, new)


@people.command("list")
@click.option("--role", type=click.Choice(["rep", "manager", "leader", "admin", "works_council"]))
@click.option("--json", "as_json", is_flag=True)
@does(Act.LIST_PEOPLE)
@with_settings
def people_list(settings: Settings, *, role: str | None, as_json: bool) -> None:
    """List the people that Orgpulse knows."""
    from bot.commands import people as people_command

    people_command.list_people(settings, role=role, as_json=as_json)


@cli.group("settings")
def settings_group() -> None:
    """What can be changed while the bot runs; /orgpulse setup shows and writes the same."""


@settings_group.command("list")
@click.option("--json", "as_json", is_flag=True)
@does(Act.CHANGE_SETTINGS)
@with_settings
def settings_list(settings: Settings, *, as_json: bool) -> None:
    """List the settings, and where each stands."""
    from bot.commands import settings as settings_command

    settings_command.list_settings(settings, as_json=as_json)


@settings_group.command("set")
@click.argument("name")
@click.argument("value")
@does(Act.CHANGE_SETTINGS)
@with_settings
def settings_set(settings: Settings, name: str, value: str) -> None:
    """Set NAME to VALUE, such as: orgpulse settings set schedule.ask_day monday."""
    from bot.commands import settings as settings_command

    settings_command.change(settings, name, value)


@settings_group.command("unset")
@click.argument("name")
@does(Act.CHANGE_SETTINGS)
@with_settings
def settings_unset(settings: Settings, name: str) -> None:
    """Let NAME be what it is by default."""
    from bot.commands import settings as settings_command

    settings_command.change(settings, name, None)


@cli.group()
def targets() -> None:
    """What units were to achieve and did, for the stage targets; optional."""


@targets.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before importing.")
@does(Act.IMPORT_TARGETS)
@with_settings
def targets_import(settings: Settings, file: Path, *, yes: bool) -> None:
    """Import what units achieved of their targets from FILE, and show what would change first.

    FILE is a CSV with these columns, in any order, apart by commas, semicolons or tabs:

    \b
      unit      its name, or a path such as Larkspur / EMEA / DACH
      period    2026-Q3, 2026-09, 2026, or days such as 2026-07-01/2026-09-30
      target    any number above 0, such as 1,250,000 or 1.250.000,00 EUR
      achieved  in the same money or pieces

    A unit and period that was imported before is overwritten, and taken out when target and achieved are
    empty. Periods that are not over yet are left out. Units need as many reps, in them and below, as the
    smallest group.
    """  # noqa: D301  # click wants the sign itself, so that the columns stay as they are
    from bot.commands import targets as targets_command

    targets_command.import_file(settings, file, yes=yes)


@targets.command("list")
@click.option("--json", "as_json", is_flag=True)
@does(Act.IMPORT_TARGETS)
@with_settings
def targets_list(settings: Settings, *, as_json: bool) -> None:
    """List the targets that were imported."""
    from bot.commands import targets as targets_command

    targets_command.list_targets(settings, as_json=as_json)


@cli.group()
def questions() -> None:
    """The question bank: the items that come with Orgpulse, and your own."""


@questions.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@does(Act.CHECK_QUESTIONS)
@with_settings
def questions_check(settings: Settings, files: tuple[Path, ...]) -> None:
    """Check your packs, or FILES instead: what is wrong, how long a week takes, which texts are missing."""
    from bot.commands import questions as questions_command

    questions_command.check(settings, files)


@cli.command()
@click.option("--forget", metavar="KEY", help="Delete the example with this key, once it was reviewed.")
@click.option("--json", "as_json", is_flag=True)
@does(Act.REVIEW_CORRECTIONS)
@with_settings
def corrections(settings: Settings, *, forget: str | None, as_json: bool) -> None:
    """List questions that were not understood, with what their askers meant."""
    from bot.commands import corrections as corrections_command

    corrections_command.review(settings, forget=forget, as_json=as_json)


@questions.command("preview")
@click.option("--language", default="en", show_default=True, metavar="XX", help="Such as en, de or ja.")
@click.option("--item", "item_id", metavar="ID", help="Only this item; all that are asked by default.")
@does(Act.CHECK_QUESTIONS)
@with_settings
def questions_preview(settings: Settings, *, language: str, item_id: str | None) -> None:
    """Print each item as a rep sees it on a phone."""
    from bot.commands import questions as questions_command

    questions_command.preview(settings, language=language, item_id=item_id)


@cli.command()
@does(Act.EXAMINE)
@with_settings
def doctor(settings: Settings) -> None:
    """Check settings, database, keys, Slack and clock, and say what to do about each."""
    from bot.commands.doctor import examine

    sys.exit(examine(settings))


@cli.command()
@click.option("--as", "email", metavar="EMAIL", help="Who reads it: an admin or one of the works council.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was noted from this day on.")
@click.option("--json", "as_json", is_flag=True)
@does(Act.READ_AUDIT)
@with_settings
def audit(settings: Settings, *, email: str | None, since: datetime | None, as_json: bool) -> None:
    """Print who changed what about people, settings, keys and retention."""
    from bot.commands import audit as audit_command

    sys.exit(audit_command.show(settings, email=email, since=since.date() if since else None, as_json=as_json))


@cli.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@does(Act.RUN_RETENTION)
@with_settings
def retention(settings: Settings, *, dry_run: bool) -> None:
    """Delete now what is due; the running bot does it every day."""
    from bot.commands import retention as retention_command

    retention_command.delete_due(settings, dry_run=dry_run)


@cli.command()
@click.argument("question")
@click.option("--as", "email", required=True, metavar="EMAIL", help="Whose rights to answer with.")
@click.option("--json", "as_json", is_flag=True)
@does(Act.ASK_FOR_SOMEBODY)
@with_settings
def ask(settings: Settings, question: str, *, email: str, as_json: bool) -> None:
    """Answer QUESTION in plain words, as in Slack."""
    from bot.commands.ask import answer_question

    answer_question(settings, question, email=email, as_json=as_json)


@cli.command()
@click.argument("unit")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "email", metavar="EMAIL", help="Within whose rights, and in whose language.")
@does(Act.EXPORT_FOR_SOMEBODY)
@with_settings
def export(settings: Settings, unit: str, file: Path, *, email: str | None) -> None:
    """Write the newest release of UNIT to FILE, a .pdf or .png page for a slide, as in Slack."""
    from bot.commands.export import write_page

    write_page(settings, unit, file, email=email)


@cli.command()
@click.option("--open", "only_open", is_flag=True, help="Only those that are still open.")
@click.option("--as", "email", metavar="EMAIL", help="Only what this leader may see.")
@click.option("--json", "as_json", is_flag=True)
@does(Act.LIST_ALERTS)
@with_settings
def alerts(settings: Settings, *, only_open: bool, email: str | None, as_json: bool) -> None:
    """List what leaders were alerted to, what they did about it, and how often it was right."""
    from bot.commands import alerts as alerts_command

    alerts_command.show(settings, only_open=only_open, email=email, as_json=as_json)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--k", "most", type=click.IntRange(2, 30), help="At most so many themes, the largest.")
@click.option("--json", "as_json", is_flag=True)
@does(Act.GROUP_COMMENTS)
def themes(file: Path, *, most: int | None, as_json: bool) -> None:
    """Group the comments in FILE, one a line, into named themes."""
    from bot.commands.themes import group_comments

    group_comments(file, most=most, as_json=as_json)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--scales",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML that says how items were answered.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@does(Act.BACKTEST)
def backtest(file: Path, *, scales: Path | None, as_json: bool) -> None:
    """Look back: which alarms would there have been in FILE, your past survey answers, and when?

    FILE is a CSV with a row for each answer and these columns, in any order, among any others:

    \b
      week        date of the week's Monday, such as 2026-01-05
      unit        team, any name
      respondent  who answered: any id that stays the same from week to week within the unit, or empty
      item        targets, trust, candor, overlay, friction, customer or efficiency
      value       1 (bad) to 5 (good); for overlay hours a week, more is worse

    Semicolons or tabs between the columns and decimal commas will do. A row that cannot be read is named
    and left out. When a respondent answers the same item twice in a week, the last answer counts.
    Without respondents only raw means can be compared, which finds less and later.

    --scales names a TOML file for items that were answered in another way. Points are mapped in a
    straight line onto 1 (bad) to 5 (good); hours stay hours:

    \b
      [trust]
      low = 0
      high = 10
      good = "high"
      [customer]
      unit = "hours"
      good = "high"

    An alarm of a week is worked out from that week and those before it alone. Nothing is stored.
    """  # noqa: D301 (click wants the sign itself, to keep the lines below as they are)
    from bot.commands.backtest import look_back

    look_back(file, scales=scales, as_json=as_json)


def main() -> None:
    """Run the command line; an expected error becomes a sentence, not a traceback."""
    logs.set_up()
    try:
        cli(standalone_mode=False)
    except OrgpulseError as problem:
        click.echo(str(problem), err=True)
        sys.exit(2)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
