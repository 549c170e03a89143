"""A reader of SQLite's files: the database, its write-ahead log as it grows, page by page."""

from __future__ import annotations

import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby, pairwise
from pathlib import Path

from surveys.storage.database import Database
from tests.attack.needles import Needles, Owner
from tests.attack.sight import Kind, Row, Sight

# From https://www.sqlite.org/fileformat2.html#the_write_ahead_log
_HEADER = struct.Struct(">8x I 4x 8s 8x")
_FRAME = struct.Struct(">I I 8s 8x")
# From https://www.sqlite.org/fileformat2.html#b_tree_pages: where the list of records begins, by the kind of page.
_POINTERS = {2: 12, 5: 12, 10: 8, 13: 8}


class SqliteReader:
    """Copies the files as often as it likes, and follows the log as a replica would: frame by frame."""

    def __init__(self, database: Database) -> None:
        self._path = Path(str(database.url.database))
        self._database = database
        self._pages: dict[int, bytes] = {}
        self._salts = b""
        self._frames = self._commits = 0
        # The pages that each commit changed, as they were and as they are.
        self._changes: list[tuple[int, bytes, bytes]] = []

    def start(self) -> None:
        """Know every page as it is, to see what becomes of it from here on."""
        whole = self._path.read_bytes()
        size = int.from_bytes(whole[16:18], "big")
        self._pages = {at // size + 1: whole[at : at + size] for at in range(0, len(whole), size)}
        self._frames = 0
        self.look()
        self._changes.clear()

    def look(self) -> None:
        """Read what came to the log since the last look; to be called before it is begun anew."""
        file = Path(f"{self._path}-wal")
        if not file.exists():
            return
        with file.open("rb") as log:
            header = log.read(_HEADER.size)
            if len(header) < _HEADER.size:
                return
            size, salts = _HEADER.unpack(header)
            if salts != self._salts:
                self._salts, self._frames = salts, 0
            log.seek(_HEADER.size + self._frames * (_FRAME.size + size))
            while len(frame := log.read(_FRAME.size + size)) == _FRAME.size + size:
                number, end, found = _FRAME.unpack(frame[: _FRAME.size])
                if found != salts:
                    break
                self._frames += 1
                page = frame[_FRAME.size :]
                self._changes.append((self._commits, self._pages.get(number, bytes(size)), page))
                self._pages[number] = page
                self._commits += end > 0

    def keep_house(self) -> None:
        """SQLite keeps no statistics of its own accord."""

    def without(self, sight: Sight, table: str) -> Iterator[bytes]:
        """All bytes but those of one table: what is left once it is emptied, with zeros for deleted rows."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.db"
            for name, blob in sight.blobs.items():
                Path(f"{copy}{name.removeprefix('file')}").write_bytes(blob)
            with closing(sqlite3.connect(copy)) as connection:
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 (our own table)
                connection.commit()
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            yield copy.read_bytes()

    def rows(self) -> Sight:
        """All rows at this moment, and no bytes."""
        return Sight(self._copy()[1], {})

    def sight(self) -> Sight:
        """Everything that there is to be seen at this moment, and in the log since the start."""
        blobs, rows, whole = self._copy()
        sight = Sight(rows, blobs)
        sight.search("file", "place in the file", whole)
        sight.search("log file", "place in the log file", blobs["file-wal"])
        tails = {bytes(row["sealed"])[-32:]: (Kind.BALLOT, row["key"]) for row in rows["ballot"]}
        sight.search("file", "last page", whole, Needles(tails))
        for commit, names in self.changes(sight.needles()):
            for known in names:
                sight.meet("log", "commit", commit, known)
        return sight

    def changes(self, needles: Needles[Owner]) -> Iterator[tuple[int, set[Owner]]]:
        """The commits since the start: the number of each, and who is named in what it changed."""
        for commit, pages in groupby(self._changes, key=lambda change: change[0]):
            cells = {cell for _, before, after in pages for cell in _cells(before) ^ _cells(after)}
            yield commit, {owner for cell in cells for owner in needles.found(cell)}

    def _copy(self) -> tuple[dict[str, bytes], dict[str, list[Row]], bytes]:
        """The files, the rows in them, and the database file with the log worked into it."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.db"
            blobs = {}
            for ending in ("", "-wal", "-shm"):
                file = Path(f"{self._path}{ending}")
                blobs[f"file{ending}"] = file.read_bytes()
                shutil.copy(file, f"{copy}{ending}")
            return blobs, dict(_rows(copy)), copy.read_bytes()


def _rows(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """Every table of a copy, the log worked into it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        for name, sql in tables:
            place = "" if "WITHOUT ROWID" in sql else "rowid AS rowid_,"
            yield name, [dict(row) for row in connection.execute(f"SELECT {place} * FROM {name}")]  # noqa: S608


def _cells(page: bytes) -> set[bytes]:
    """The records of a page of a table or an index, each up to the beginning of the next one."""
    head = _POINTERS.get(page[0])
    if head is None:
        return set()
    number = int.from_bytes(page[3:5], "big")
    places = sorted(struct.unpack_from(f">{number}H", page, head))
    return {page[place:end] for place, end in pairwise([*places, len(page)])}
