"""The database and the unit of work: one use case, one commit, rolled back unless it ends well."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from surveys.errors import SqliteTooOld

log = logging.getLogger(__name__)

# WITHOUT ROWID, RETURNING and upsert all work from here on.
OLDEST_SQLITE = (3, 35)
# Longer than any transaction of ours; a second writer waits rather than fails.
LOCK_WAIT_MS = 30_000
# Where a close, retention or a change of the master key deletes what nobody may find again.
_SHREDDED = (
    *("ballot", "participation", "round", "diary", "outbox", "key", "person", "role", "digest", "inbox"),
    # In these the names of people who are gone are overwritten.
    *("alert", "alert_note", "action"),
)
_LOG_SETTINGS = text(
    "SELECT name, setting FROM pg_settings"
    " WHERE name IN ('log_statement', 'log_min_duration_statement', 'log_min_duration_sample')"
)
# How long a close waits for those who still read what it deleted, and how often it looks.
_PATIENCE_SECONDS = 5.0
_LOOK_SECONDS = 0.05


class Database:
    """An engine with our settings, and the units of work on it.

    Args:
        url: SQLAlchemy address, `sqlite:///orgpulse.db` or `postgresql+psycopg://…`.
        pool_size: connections kept; as many as there are threads that may write at once.
    """

    def __init__(self, url: str, *, pool_size: int = 36) -> None:
        # An error must not quote what was being written: it could be a comment.
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = (
            self._sqlite(pool_size)
            if self.is_sqlite
            else create_engine(url, pool_size=pool_size, hide_parameters=True)
        )
        self._reading: dict[str, Any] = {"orgpulse_read": True}
        if not self.is_sqlite:
            self._reading |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        # SQLite has one writer at a time anyway: queueing here is fair and spares its sleeping busy loop.
        self._one_writer: Any = threading.RLock() if self.is_sqlite else nullcontext()

    def _sqlite(self, pool_size: int) -> Engine:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise SqliteTooOld(found=sqlite3.sqlite_version)
        engine = create_engine(
            self.url,
            pool_size=pool_size,
            hide_parameters=True,
            connect_args={"timeout": LOCK_WAIT_MS / 1000},
        )
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_immediate)
        return engine

    @contextmanager
    def work(self) -> Iterator[Session]:
        """A unit of work: commits when the block ends, rolls back when it raises."""
        with self._one_writer, Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A look that writes nothing, waits for nobody and sees one moment, however many queries it takes."""
        with (
            self.engine.connect().execution_options(**self._reading) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session

    def forget_freed_pages(self) -> None:
        """Leave no deleted row behind once ballots were destroyed.

        On SQLite deleted rows are overwritten with zeros, and their copies go from the write-ahead log. PostgreSQL
        keeps them in its tables until they are written anew; its own log is its administrator's to expire. Where
        somebody reads for too long (a backup), what is left goes with the next close.
        """
        done = self._truncate_log() if self.is_sqlite else self._write_tables_anew()
        if not done:
            log.warning("deleted rows stay on disk until the next close", extra={"action": "shred"})

    def _truncate_log(self) -> bool:
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            # Looked at again and again, rather than waited for in SQLite, so that others can write meanwhile.
            with self._one_writer, self.engine.connect().execution_options(orgpulse_read=True) as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout=0")
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
                connection.exec_driver_sql(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
            if not busy:
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_SECONDS)

    def _write_tables_anew(self) -> bool:
        done = True
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"SET lock_timeout = {int(1000 * _PATIENCE_SECONDS / len(_SHREDDED))}"))
            for table in _SHREDDED:
                try:
                    connection.execute(text(f'VACUUM (FULL) "{table}"'))
                except OperationalError:
                    done = False
            connection.execute(text("RESET lock_timeout"))
        return done

    def logs_statements(self) -> bool:
        """Whether the server writes down what is asked of it, and with it who answered and when.

        PostgreSQL can be told to; in such a log a person's id stands just above the ballot that they put in.
        """
        if self.is_sqlite:
            return False
        with self.read() as session:
            settings = {str(row.name): str(row.setting) for row in session.execute(_LOG_SETTINGS)}
        return settings.pop("log_statement") == "all" or any(limit != "-1" for limit in settings.values())

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # Our own BEGIN decides when a transaction starts; the driver would begin one too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        f"busy_timeout={LOCK_WAIT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # A write transaction takes the lock at once, so it cannot fail half-way for want of it.
    reading = connection.get_execution_options().get("orgpulse_read", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
