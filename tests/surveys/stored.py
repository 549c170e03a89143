"""What lies in a database, row by row and byte by byte."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select, text

from surveys.storage.database import Database
from surveys.storage.tables import Table


def all_rows(database: Database) -> dict[str, list[str]]:
    """Every row of every table, in an order that depends on nothing but the rows."""
    with database.read() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in Table.metadata.sorted_tables
        }


def all_bytes(database: Database, data: Path | None = None) -> bytes:
    """Every byte of a database on disk.

    Of SQLite the file, its write-ahead log and its shared memory; of PostgreSQL, whose folder is `data`, the files
    of this database after a checkpoint, which its administrator would copy.
    """
    if database.is_sqlite:
        path = Path(str(database.url.database))
        files = sorted(path.parent.glob(f"{path.name}*"))
        assert path in files
    else:
        assert data is not None
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
            number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        files = [file for file in (data / "base" / str(number)).iterdir() if file.is_file()]
    return b"".join(file.read_bytes() for file in files)
