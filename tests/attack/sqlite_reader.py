"""A reader of SQLite's files: the database, its write-ahead log as it grows, page by page."""

from __future__ import annotations

import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from surveys.storage.database import Database
from tests.attack.needles import SHORTEST, Needles
from tests.attack.sight import Kind, Known, Sight

# From https://www.sqlite.org/fileformat2.html#the_write_ahead_log
_HEADER = struct.Struct(">8x I 4x 8s 8x")
_FRAME = struct.Struct(">I I 8s 8x")
# Bytes after a change in which its record's name is looked for, and how near two changes are one.
_BEHIND, _APART = 160, 64


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
        """From here on."""
        self.look()
        self._changes.clear()

    def look(self) -> None:
        """Read what came to the log since the last look; to be called before it is begun anew."""
        with Path(f"{self._path}-wal").open("rb") as log:
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

    def sight(self) -> Sight:
        """Everything that there is to be seen at this moment, and in the log since the start."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.db"
            blobs = {}
            for ending in ("", "-wal", "-shm"):
                file = Path(f"{self._path}{ending}")
                blobs[f"file{ending}"] = file.read_bytes()
                shutil.copy(file, f"{copy}{ending}")
            rows = dict(_rows(copy))
            whole = copy.read_bytes()
        sight = Sight(rows, blobs)
        sight.search("file", "place in the file", whole)
        sight.search("log file", "place in the log file", blobs["file-wal"])
        tails = {bytes(row["sealed"])[-32:]: (Kind.BALLOT, row["key"]) for row in rows["ballot"]}
        sight.search("file", "last page", whole, Needles(tails))
        needles = sight.needles()
        for commit, before, after in self._changes:
            for known in _changed(before, after, needles):
                sight.meet("log", "commit", commit, known)
        return sight


def _rows(path: Path) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Every table of a copy, the log worked into it."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        for name, sql in tables:
            place = "" if "WITHOUT ROWID" in sql else "rowid AS rowid_,"
            yield name, [dict(row) for row in connection.execute(f"SELECT {place} * FROM {name}")]  # noqa: S608
    finally:
        connection.close()


def _changed(before: bytes, after: bytes, needles: Needles[Known]) -> set[Known]:
    """Who stands where a page changed."""
    places = np.flatnonzero(np.frombuffer(before, np.uint8) != np.frombuffer(after, np.uint8))
    if not len(places):
        return set()
    found: set[Known] = set()
    for part in np.split(places, np.flatnonzero(np.diff(places) > _APART) + 1):
        # A few bytes more: some may be as they were by chance.
        first, last = max(0, int(part[0]) - SHORTEST), int(part[-1]) + SHORTEST
        inside = needles.found(after[first:last])
        # A mark stands in the head of its record, before the names.
        found |= inside or {known for _, known in islice(needles.places(after[first : last + _BEHIND]), 1)}
    return found
