"""What a reader of the database sees: all bytes, and where ballots, diaries, comments and people stand in them."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.attack.linkage import Name, Place, Trace
from tests.attack.needles import Needles

# In the order in which SQL gives the columns.
Row = Mapping[str, Any]
_TOKEN = re.compile(r"[\w@.]+")


class Kind(StrEnum):
    """What has a name or a number of its own."""

    PERSON = "person"
    BALLOT = "ballot"
    DIARY = "diary"
    COMMENT = "comment"


Known = tuple[Kind, Name]


@dataclass
class Sight:
    """All rows, all bytes, and every place at which somebody or something was met.

    Attributes:
        rows: of every table; beside their own columns they have what the database adds (`rowid`, `ctid`, `xmin`).
        blobs: every file, by name.
        known: how people, ballots, diaries and comments are written -> which one that is.
    """

    rows: dict[str, list[Row]]
    blobs: dict[str, bytes]
    known: dict[bytes, Known] = field(default_factory=dict)
    _met: dict[tuple[Kind, str, str], list[tuple[Place, Name]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Learn the names, and go through the rows."""
        for table, kind, columns in (
            ("person", Kind.PERSON, ("id", "slack_id", "email")),
            ("ballot", Kind.BALLOT, ("key",)),
            ("diary", Kind.DIARY, ("key",)),
            ("comment", Kind.COMMENT, ("id",)),
        ):
            for row in self.rows[table]:
                for column in columns:
                    if row[column] is not None:
                        self.known[_bytes(row[column])] = (kind, row[columns[0]])
        for table, rows in self.rows.items():
            self._go_through(table, rows)

    def _go_through(self, table: str, rows: Sequence[Row]) -> None:
        named = [self.named_in(row) for row in rows]
        for column in rows[0] if rows else ():
            clock = "transaction" if column in {"xmin", "xmax"} else f"{table}.{column}"
            places = [_place(row[column]) for row in rows]
            if len(set(places)) > 1:
                for place, names in zip(places, named, strict=True):
                    for known in names if place is not None else ():
                        self.meet(clock, f"{table}.{column}", place, known)

    def named_in(self, row: Row) -> set[Known]:
        """Everybody and everything that a row names."""
        words = {word for value in row.values() for word in _words(value)}
        return {self.known[word] for word in words if word in self.known}

    def meet(self, clock: str, what: str, place: Place, known: Known) -> None:
        """Note that somebody or something was met at a place."""
        kind, name = known
        self._met.setdefault((kind, clock, what), []).append((place, name))

    def search(self, clock: str, what: str, hay: bytes, needles: Needles[Known] | None = None) -> None:
        """Note where in some bytes everything lies that has a name."""
        for place, known in (needles or self.needles()).places(hay):
            self.meet(clock, what, place, known)

    def needles(self) -> Needles[Known]:
        """Everything that has a name, to be searched for."""
        return Needles(self.known)

    def traces(self, kind: Kind) -> list[Trace]:
        """Where things of one kind were met."""
        return [Trace(clock, what, met) for (found, clock, what), met in self._met.items() if found is kind]


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _words(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes | memoryview):
        yield bytes(value)
    elif isinstance(value, str | dict | list):
        for found in _TOKEN.finditer(str(value)):
            yield found.group().encode()


def _place(value: Any) -> Place:
    """Something that can be sorted beside others of its column."""
    if isinstance(value, memoryview):
        return bytes(value)
    return value if value is None or isinstance(value, int | float | bytes) else str(value)


def by_digest(sight: Sight, round_id: str) -> Iterator[tuple[Name, Name]]:
    """Ballots whose key is a digest of what everybody can read, keyed or not: pairs of ballot and person."""
    ballots = {bytes(row["key"]) for row in sight.rows["ballot"]}
    secrets = {b"", *(_bytes(value) for value in _short_values(sight.rows))}
    for row in sight.rows["person"]:
        for message in _messages(row, round_id):
            for secret in secrets:
                for digest in (hmac.digest(secret, message, "sha256"), hashlib.sha256(secret + message).digest()):
                    if digest in ballots:
                        yield digest, row["id"]


def _short_values(rows: Mapping[str, Sequence[Row]]) -> Iterator[Any]:
    for table in ("round", "key", "release"):
        for row in rows[table]:
            yield from (value for value in row.values() if isinstance(value, str | bytes | memoryview))


def _messages(row: Row, round_id: str) -> Iterable[bytes]:
    for own in filter(None, (row["id"], row["slack_id"], row["email"])):
        for text in (own, f"{round_id}|{own}", f"{round_id}{own}", f"{round_id}:{own}", f"{own}|{round_id}"):
            yield text.encode()


def by_equal_bytes(sight: Sight) -> Iterator[tuple[Name, Name]]:
    """Ballots in which a person is named, or whose beginning stands beside a person: pairs of the two."""
    needles = sight.needles()
    for row in sight.rows["ballot"]:
        for kind, name in needles.found(bytes(row["sealed"])):
            if kind is Kind.PERSON:
                yield bytes(row["key"]), name
    pieces: dict[bytes, bytes] = {}
    for row in sight.rows["ballot"]:
        key, sealed = bytes(row["key"]), bytes(row["sealed"])
        for piece in (key[:8], key[-8:], sealed[:8], sealed[-8:]):
            pieces |= {piece: key, piece.hex().encode(): key}
    searched = Needles(pieces)
    for table, rows in sight.rows.items():
        if table != "ballot":
            for row in rows:
                for key in searched.found(b"\0".join(_bytes(value) for value in row.values())):
                    yield from ((key, name) for kind, name in sight.named_in(row) if kind is Kind.PERSON)
