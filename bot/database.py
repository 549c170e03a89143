"""Opening the database that the settings name."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.settings import Settings
from surveys.storage.database import Database
from surveys.storage.migrate import check_revision, migrate


def open_database(settings: Settings, *, pool_size: int = 4) -> Database:
    """The database, migrated by itself when it is the embedded one, and checked when it is a server.

    Raises:
        DatabaseIsBehind: a server that `orgpulse migrate` has not brought up.
    """
    database = Database(settings.database, pool_size=pool_size)
    if database.is_sqlite:
        migrate(database)
    else:
        check_revision(database)
    return database


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The same for the length of a command."""
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()
