"""`orgpulse keys`: the master key is written, looked at, and changed."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import SQLAlchemyError

from bot.commands.checkup import Ailing, Check, examine, in_database
from bot.commands.operator import at_the_command_line
from bot.database import opened
from bot.settings import Settings
from surveys import audit
from surveys.audit import Deed
from surveys.ballots import rotation
from surveys.ballots.keys import MasterKey
from surveys.ballots.rotation import Rotated
from surveys.clock import SystemClock
from surveys.errors import OrgpulseError
from surveys.storage.database import Database
from surveys.storage.migrate import check_revision


def init(settings: Settings) -> None:
    """Write a new master key; one that is there already is left alone."""
    path = settings.master_key_file
    try:
        MasterKey.create(path)
    except FileExistsError:
        raise click.ClickException(
            f"{path} exists already, and what is sealed is sealed under it; it is left alone."
        ) from None
    _note_first_key(settings)
    click.echo(f"Wrote {path}. Keep a copy apart from the backups of the database.")


def _note_first_key(settings: Settings) -> None:
    """Into the audit log, where there is a database for it already; usually the key comes first."""
    database = Database(settings.database)
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        return
    with suppress(OrgpulseError, SQLAlchemyError):
        check_revision(database)
        with database.work() as session:
            about, now = "a master key was written where there was none", SystemClock().now()
            audit.note(session, actor=at_the_command_line(), act=Deed.KEYS, about=about, now=now)
    database.close()


def check(settings: Settings) -> int:
    """Print a line for everything that can be told of the key; 0 when all is well, 1 otherwise."""
    return examine(CHECKS, settings)


def _file(settings: Settings) -> str:
    path = settings.master_key_file
    load_key(settings)
    if settings.master_key:
        return "from the environment"
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise Ailing(what=f"others may read {path}. Run chmod 600 {path} so that only its owner can")
    return f"{path}, for its owner alone"


def _left_over(settings: Settings) -> str:
    new_path = rotation.upcoming(settings.master_key_file)
    if new_path.exists():
        raise Ailing(
            what=f"a rotation left its new key in {new_path}. Run: orgpulse keys rotate  (it finishes what was "
            "interrupted, or says why the file can go)"
        )
    return "no rotation was interrupted"


def _fits(database: Database, settings: Settings) -> str:
    with database.read() as session:
        rotation.check_fits(session, load_key(settings))
    return "opens all that is sealed in the database"


def _age(database: Database, settings: Settings) -> str:
    with database.read() as session:
        noted = audit.last_at(session, Deed.KEYS)
    path = settings.master_key_file
    if noted:
        return f"in use since {noted:%Y-%m-%d}, by the audit log"
    if settings.master_key or not path.exists():
        return "in use for longer than the audit log knows"
    return f"written on {datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%d}, by the date of its file"


CHECKS: list[Check] = [
    ("key", _file),
    ("rotation", _left_over),
    ("fit", in_database(_fits)),
    ("age", in_database(_age)),
]


def load_key(settings: Settings) -> MasterKey:
    """The master key that the settings name; raises NoMasterKey or BadMasterKey."""
    return MasterKey.load(path=settings.master_key_file, text=_from_environment(settings))


def _from_environment(settings: Settings) -> str | None:
    return settings.master_key.get_secret_value() if settings.master_key else None


def rotate(settings: Settings, *, yes: bool) -> None:
    """Change the master key, after saying what that means; running it again finishes what was interrupted."""
    load_key(settings)
    click.echo("Stop Orgpulse first: while it runs it goes on with the key that it started with.")
    click.echo("Backups of the database made until now open with the old key alone.")
    if not yes and not click.confirm("Change the master key?"):
        click.echo("Nothing was changed.")
        return
    with opened(settings) as database, _bar() as progress:
        done = rotation.rotate(
            database,
            settings.master_key_file,
            text=_from_environment(settings),
            actor=at_the_command_line(),
            now=SystemClock().now(),
            progress=progress,
        )
    for line in _what_now(settings, done):
        click.echo(line)


@contextmanager
def _bar() -> Iterator[rotation.Progress]:
    """A bar on the screen, if anybody looks at one."""
    columns = (TextColumn("Sealing the diaries anew"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _what_now(settings: Settings, done: Rotated) -> Iterator[str]:
    new_path = rotation.upcoming(settings.master_key_file)
    if done.finished:
        yield "An interrupted rotation was finished."
    else:
        yield f"{done.diaries} diaries were sealed anew."
    if done.dropped:
        yield f"{done.dropped} that belonged to nobody any more were deleted."
    if settings.master_key:
        yield f"The new key is in {new_path}. Put it in the place of the old one:"
        yield f'  export ORGPULSE_MASTER_KEY="$(cat {new_path})"'
        yield "or wherever your environment comes from. Then delete the file."
    else:
        yield f"The new key is in {settings.master_key_file}."
    yield "Keep a copy of the new key apart from the backups of the database, and start Orgpulse again."
    yield "Destroy every copy of the old key: with it and an old backup, diaries can still be read."
