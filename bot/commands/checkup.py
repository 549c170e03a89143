"""Checks that say what is well, or what is not and what to do about it; one line each."""

from collections.abc import Callable, Iterable

import click
from sqlalchemy.exc import OperationalError

from bot.settings import Settings
from surveys.errors import OrgpulseError
from surveys.storage.database import Database
from surveys.storage.migrate import check_revision

# A name in a few letters, and what looks: it returns what it found, or raises what is wrong.
Check = tuple[str, Callable[[Settings], str]]


class Ailing(OrgpulseError):
    """{what}."""


def examine(checks: Iterable[Check], settings: Settings) -> int:
    """Run every check and print a line for each; returns 0 when all are well, 1 otherwise."""
    problems: list[str] = []
    for name, check in checks:
        try:
            click.echo(f"ok    {name:<9} {check(settings)}")
        except OrgpulseError as problem:
            what = str(problem)
            click.echo(f"fix   {name:<9} {'the same' if what in problems else what}")
            problems.append(what)
    return 1 if problems else 0


def in_database(look: Callable[[Database, Settings], str]) -> Callable[[Settings], str]:
    """A check that looks into the database, which must be up to date for it."""

    def check(settings: Settings) -> str:
        database = Database(settings.database)
        try:
            check_revision(database)
            return look(database, settings)
        except OperationalError as problem:
            address = database.url.render_as_string(hide_password=True)
            raise Ailing(
                what=f"{address} cannot be used. Check that it is running and that the address is right"
            ) from problem
        finally:
            database.close()

    return check
