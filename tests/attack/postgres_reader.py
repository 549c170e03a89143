"""A reader of PostgreSQL: its tables with what they hide, a base backup, its log of changes, a dump."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from surveys.storage.database import Database
from tests.attack.needles import Needles
from tests.attack.sight import Kind, Known, Row, Sight
from tests.postgres import PostgresServer

# From src/include/storage/bufpage.h and access/htup_details.h; a page has 8 kB unless it was compiled otherwise.
_PAGE = 8192
_PAGE_HEADER = 24
_TUPLE = struct.Struct("<II10xHHB")
_XMAX_INVALID, _XMAX_IS_LOCK = 0x0800, 0x0080 | 0x1000
# What an administrator would set who wants to lose nothing: the log of changes is kept.
SETTINGS = ("fsync = off", "wal_keep_size = '16GB'")
_SEGMENT = 16 * 1024 * 1024


class PostgresReader:
    """Asks for what nobody would ask, and copies all files as often as it likes."""

    def __init__(self, database: Database, server: PostgresServer) -> None:
        self._database = database
        self._server = server
        self._began = 0

    def start(self) -> None:
        """From here on."""
        with self._database.read() as session:
            self._began = _end_of_log(session)

    def look(self) -> None:
        """Nothing has to be looked at between: the log of changes keeps everything."""

    def keep_house(self) -> None:
        """What PostgreSQL does by itself now and then: take samples of all columns for its statistics."""
        with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))

    def without(self, sight: Sight, table: str) -> Iterator[bytes]:
        """All files but that of one table; in a dump and in the log of changes it stands, too."""
        with self._database.read() as session:
            file = _file(session, table)
        others = {"dump", "log of changes", file}
        return (blob for name, blob in sight.blobs.items() if name not in others and "pg_wal" not in name)

    def rows(self) -> Sight:
        """All rows at this moment, with what the database hides in them, and no bytes."""
        with self._database.read() as session:
            return Sight({table: _rows(session, table) for table in _tables(session)}, {})

    def sight(self) -> Sight:
        """Everything that there is to be seen at this moment, and in the log of changes since the start."""
        with self._database.read() as session:
            rows = {table: _rows(session, table) for table in _tables(session)}
            chunks = _rows(session, _toast(session, "ballot"))
            ends = _end_of_log(session)
        blobs = self._backup()
        with self._database.read() as session:
            files = {table: _file(session, table) for table in rows}
        sight = Sight(rows, blobs)
        needles = sight.needles()
        self._meet_chunks(sight, chunks)
        for table, file in files.items():
            sight.search(f"file of {table}", f"place in {file}", blobs[file], needles)
            for xmin, xmax, data in tuples(blobs[file]):
                for known in needles.found(data):
                    for xid in (xmin, xmax):
                        if xid:
                            sight.meet("transaction", f"version in {table}", xid, known)
        blobs["log of changes"] = log = self._log(ends)
        sight.search("log of changes", "place in the log of changes", log, needles)
        sight.search("log of changes", "sealed in the log of changes", log, _sealed(rows))
        sight.search("dump", "place in a dump", self._dump(blobs), _dumped(sight.known))
        return sight

    def _meet_chunks(self, sight: Sight, chunks: Sequence[Row]) -> None:
        """Long values lie in pieces, numbered from a counter of their own."""
        beginnings = {bytes(row["sealed"])[:64]: row["key"] for row in sight.rows["ballot"]}
        for chunk in chunks:
            key = beginnings.get(bytes(chunk["chunk_data"])[:64])
            if key is not None:
                for column in ("chunk_id", "ctid", "xmin"):
                    clock = "transaction" if column == "xmin" else f"chunk {column}"
                    sight.meet(clock, f"chunk.{column}", chunk[column], (Kind.BALLOT, key))

    def _backup(self) -> dict[str, bytes]:
        """Every file of a base backup."""
        with tempfile.TemporaryDirectory() as folder:
            self._server.run(
                "pg_basebackup",
                "-h",
                str(self._server.socket),
                "-U",
                "postgres",
                "-c",
                "fast",
                "--no-sync",
                "-D",
                folder,
            )
            files = (file for file in Path(folder).rglob("*") if file.is_file())
            blobs = {str(file.relative_to(folder)): file.read_bytes() for file in files}
        return blobs | {"server log": (self._server.data / "log").read_bytes()}

    def _log(self, ends: int) -> bytes:
        """The log of changes from the start, as it lies on disk."""
        files = sorted(file for file in (self._server.data / "pg_wal").iterdir() if len(file.name) == 24)
        first = self._began // _SEGMENT
        kept = [file for file in files if first <= _number(file.name) <= ends // _SEGMENT]
        whole = b"".join(file.read_bytes() for file in kept)
        return whole[self._began % _SEGMENT : ends - first * _SEGMENT]

    def _dump(self, blobs: dict[str, bytes]) -> bytes:
        blobs["dump"] = self._server.run("pg_dump", *self._who(), str(self._database.url.database))
        return blobs["dump"]

    def _who(self) -> list[str]:
        return ["-h", str(self._server.socket), "-U", "postgres"]


_HIDDEN = "ctid::text AS ctid, xmin::text AS xmin, xmax::text AS xmax"


def _number(segment: str) -> int:
    return int(segment[8:16], 16) * (0x100000000 // _SEGMENT) + int(segment[16:], 16)


def _end_of_log(session: Session) -> int:
    high, low = str(session.scalar(text("SELECT pg_current_wal_insert_lsn()"))).split("/")
    return (int(high, 16) << 32) + int(low, 16)


def _tables(session: Session) -> list[str]:
    names = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [str(name) for name in session.scalars(names)]


def _rows(session: Session, table: str) -> list[Row]:
    found = session.execute(text(f"SELECT {_HIDDEN}, * FROM {table}")).mappings()  # noqa: S608 (its own tables)
    return [_row(row) for row in found]


def _row(row: RowMapping) -> Row:
    page, item = row["ctid"].strip("()").split(",")
    # The number of a transaction that has not been is none.
    numbers = {name: int(row[name]) or None for name in ("xmin", "xmax")}
    hidden = {"ctid": int(page) * _PAGE + int(item), **numbers}
    return dict(row) | hidden


def _toast(session: Session, table: str) -> str:
    of = text("SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = :table")
    return str(session.scalar(of, {"table": table}))


def _file(session: Session, table: str) -> str:
    return str(session.scalar(text("SELECT pg_relation_filepath(CAST(:table AS regclass))"), {"table": table}))


def _sealed(rows: Mapping[str, Sequence[Row]]) -> Needles[Known]:
    return Needles({bytes(row["sealed"])[:64]: (Kind.BALLOT, row["key"]) for row in rows["ballot"]})


def _dumped(known: Mapping[bytes, Known]) -> Needles[Known]:
    """As a dump spells them: bytes in hexadecimal."""
    return Needles(
        {word.hex().encode() if of[0] in {Kind.BALLOT, Kind.DIARY} else word: of for word, of in known.items()}
    )


def tuples(file: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Every version of a row that still lies in a table's file, dead ones too.

    Yields the transaction that wrote it, the one that deleted or replaced it (0 if none), and its bytes.
    """
    for start in range(0, len(file) - _PAGE + 1, _PAGE):
        page = file[start : start + _PAGE]
        (lower,) = struct.unpack_from("<H", page, 12)
        for place in range(_PAGE_HEADER, lower, 4):
            (item,) = struct.unpack_from("<I", page, place)
            offset, state, length = item & 0x7FFF, item >> 15 & 3, item >> 17
            if state == 1 and length:
                xmin, xmax, _, mask, head = _TUPLE.unpack_from(page, offset)
                gone = 0 if mask & (_XMAX_INVALID | _XMAX_IS_LOCK) else xmax
                yield xmin, gone, page[offset + head : offset + length]
