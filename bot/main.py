"""The command line: `orgpulse --help`."""

import functools
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bot.settings import Settings, read_settings
from surveys.errors import OrgpulseError

Command = Callable[..., Any]


def with_settings(command: Command) -> Command:
    """Give a command `--config` and `--database`, and the settings they lead to."""

    @click.option("--config", type=click.Path(path_type=Path), help="Settings file; default orgpulse.toml.")
    @click.option("--database", metavar="URL", help="Database address; wins over the settings.")
    @functools.wraps(command)
    def wrapped(*args: Any, config: Path | None, database: str | None, **options: Any) -> Any:
        return command(read_settings(config, database=database), *args, **options)

    return wrapped


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """A confidential weekly pulse for sales organisations in Slack."""


@cli.command()
@click.option("--headless", is_flag=True, help="Say what happened and exit, instead of opening the page.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object (with --headless).")
@click.option("--weeks", default=26, show_default=True, type=click.IntRange(1, 104))
@click.option("--seed", default=None, type=int, help="Another company's fate; the same seed, the same weeks.")
@click.option("--port", default=0, help="Port of the page; any free one by default.")
@click.option("--database", metavar="URL", help="Keep the database here; a temporary one by default.")
def demo(*, headless: bool, as_json: bool, weeks: int, seed: int | None, port: int, database: str | None) -> None:
    """Live through 26 weeks of a sales organisation, then click through it."""
    from bot.demo.show import show

    show(headless=headless or as_json, as_json=as_json, weeks=weeks, seed=seed, port=port, database=database)


@cli.command()
@with_settings
def run(settings: Settings) -> None:
    """Run the bot over Socket Mode until it is told to stop."""
    from bot.bootstrap import Orgpulse

    bot = Orgpulse(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        bot.sync_people()
        bot.connect()
        bot.tick.run()
        bot.keep_time()
        click.echo("Orgpulse is running. Ctrl-C stops it.", err=True)
        stop.wait()
    finally:
        bot.stop()


@cli.command()
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
@with_settings
def keys_init(settings: Settings) -> None:
    """Write a new master key; keep a copy of it apart from the database's backups."""
    from surveys.ballots.keys import MasterKey

    try:
        MasterKey.create(settings.master_key_file)
    except FileExistsError:
        raise click.ClickException(
            f"{settings.master_key_file} exists already. Open rounds are sealed under it, so it is left alone."
        ) from None
    click.echo(f"Wrote {settings.master_key_file}. Keep a copy apart from the backups of the database.")


@cli.group()
def people() -> None:
    """The organisation: who is asked, who is told."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before importing.")
@with_settings
def people_import(settings: Settings, file: Path, *, yes: bool) -> None:
    """Import the organisation from FILE: email, name, manager, unit, roles."""
    from bot import people_command

    people_command.import_file(settings, file, yes=yes)


@people.command("list")
@click.option("--role", type=click.Choice(["rep", "manager", "leader", "admin"]))
@click.option("--json", "as_json", is_flag=True)
@with_settings
def people_list(settings: Settings, *, role: str | None, as_json: bool) -> None:
    """List the people that Orgpulse knows."""
    from bot import people_command

    people_command.list_people(settings, role=role, as_json=as_json)


@cli.command()
@with_settings
def doctor(settings: Settings) -> None:
    """Check settings, database, keys, Slack and clock, and say what to do about each."""
    from bot.doctor import examine

    sys.exit(examine(settings))


@cli.command()
@click.argument("question")
@click.option("--as", "email", required=True, metavar="EMAIL", help="Whose rights to answer with.")
@click.option("--json", "as_json", is_flag=True)
@with_settings
def ask(settings: Settings, question: str, *, email: str, as_json: bool) -> None:
    """Answer QUESTION in plain words, as in Slack."""
    from bot.ask_command import answer_question

    answer_question(settings, question, email=email, as_json=as_json)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--k", "most", type=click.IntRange(2, 30), help="At most so many themes, the largest.")
@click.option("--json", "as_json", is_flag=True)
def themes(file: Path, *, most: int | None, as_json: bool) -> None:
    """Group the comments in FILE, one a line, into named themes."""
    from bot.themes_command import group_comments

    group_comments(file, most=most, as_json=as_json)


def main() -> None:
    """Run the command line; an expected error becomes a sentence, not a traceback."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # Below INFO these log the bodies of requests, answers included.
    for name in ("slack_sdk", "slack_bolt", "apscheduler", "alembic", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
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
