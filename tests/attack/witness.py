"""What a reader of all files comes to know, round after round: the evidence for `on_database`."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import Ballot, quarter
from surveys.rounds import message_keys
from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from tests.attack.attack import Progress
from tests.attack.busy_company import BusyCompany, Week
from tests.attack.linkage import Linkage, Name, Trace, Truth
from tests.attack.needles import Needles
from tests.attack.postgres_reader import SETTINGS, PostgresReader
from tests.attack.sight import Kind, Row, Sight, by_digest, by_equal_bytes
from tests.attack.sqlite_reader import SqliteReader
from tests.postgres import running

FIRST_WEEK = date(2026, 9, 7)
# One piece of sixteen bytes of so many of each sealed ballot is looked for.
EVERY, PIECE = 512, 16


class Reader(Protocol):
    """Somebody with all files of a database."""

    def start(self) -> None: ...

    def look(self) -> None: ...

    def rows(self) -> Sight: ...

    def sight(self) -> Sight: ...

    def keep_house(self) -> None: ...

    def without(self, sight: Sight, table: str) -> Iterable[bytes]: ...


@dataclass
class Evidence:
    """What came out on one kind of database."""

    ballots: Linkage = field(default_factory=Linkage)
    diaries: Linkage = field(default_factory=Linkage)
    comments: Linkage = field(default_factory=Linkage)
    # Diaries to ballots, of which neither says whose it is: whoever erases changes both, one after the other.
    joined: Linkage = field(default_factory=Linkage)
    weaker: Linkage = field(default_factory=Linkage)
    # People times rounds; ballots that were sealed, and comments and hours that were written in them.
    people: int = 0
    sealed: int = 0
    words: int = 0
    # Words read where they must not be; comments that were released, that were read, and that outside their table.
    readable: int = 0
    released: int = 0
    read: int = 0
    astray: int = 0
    # Sealed ballots and diaries, ballot keys, private keys that were met before the close and after it, and
    # after it in a log of changes.
    there: int = 0
    left: int = 0
    left_in_log: int = 0
    # People of whom reminders tell whether they had answered by then, before the close and after.
    told: int = 0
    told_after: int = 0


# Makes an empty database and somebody who reads it.
Maker = Callable[[], tuple[Database, Reader]]


@contextmanager
def _sqlite() -> Iterator[Maker]:
    with tempfile.TemporaryDirectory() as folder:

        def make() -> tuple[Database, Reader]:
            database = Database(f"sqlite:///{Path(folder) / secrets.token_hex(4)}.db")
            migrate(database)
            return database, SqliteReader(database)

        yield make


@contextmanager
def _postgresql() -> Iterator[Maker]:
    with running(*SETTINGS) as server:

        def make() -> tuple[Database, Reader]:
            database = server.take()
            return database, PostgresReader(database, server)

        yield make


MAKERS = {"SQLite": _sqlite, "PostgreSQL": _postgresql}


@contextmanager
def _everything_sealed() -> Iterator[list[bytes]]:
    """Every ballot as it was sealed, those that were replaced too."""
    sealed: list[bytes] = []
    seal = Ballot.seal

    def remember(ballot: Ballot, *, round_id: str, public: bytes) -> bytes:
        sealed.append(seal(ballot, round_id=round_id, public=public))
        return sealed[-1]

    with patch.object(Ballot, "seal", remember):
        yield sealed


def witness(kind: str, *, size: int, weeks: int, progress: Progress) -> Evidence:
    """Live through some rounds, and one more of the weaker design, and have everything read."""
    evidence = Evidence()
    dice = random.Random(f"{kind} {size}")  # noqa: S311 (no secrets)
    with MAKERS[kind]() as make:
        database, reader = make()
        company = BusyCompany(database, MasterKey(secrets.token_bytes(32)), size=size, dice=dice)
        for number in range(weeks):
            _live_a_week(company, reader, FIRST_WEEK + timedelta(weeks=number), evidence)
            progress((number + 1) / (weeks + 1))
        database.close()
        database, reader = make()
        weak = BusyCompany(
            database, MasterKey(secrets.token_bytes(32)), size=size, dice=dice, marks_who_answered=True
        )
        reader.start()
        week = weak.live(FIRST_WEEK, after_each=reader.look)
        _link_ballots(evidence.weaker, reader.sight(), _truth(weak, week), week)
        database.close()
    return evidence


def _live_a_week(company: BusyCompany, reader: Reader, week_on: date, evidence: Evidence) -> None:
    reader.start()
    with _everything_sealed() as sealed:
        week = company.live(week_on, after_each=reader.look)
    reader.keep_house()
    before = reader.sight()
    truth = _truth(company, week)
    _link_ballots(evidence.ballots, before, truth, week)
    _read_words(evidence, before, week)
    company.close(week)
    after = reader.sight()
    _link_the_rest(evidence, before, after, _Behind(company, week, truth))
    _read_words_after(evidence, after, week, reader)
    rests = Needles(dict(_rests(before, sealed)))
    evidence.there += _met(rests, _files_and_log(before)[0])
    evidence.left += _met(rests, _files_and_log(after)[0])
    evidence.left_in_log += _met(rests, _files_and_log(after)[1])
    evidence.sealed += len(sealed)
    evidence.people += len(company.reps)
    evidence.told += _told(before.blobs.values(), company, week)
    evidence.told_after += _told(_files_and_log(after)[0], company, week)


def _truth(company: BusyCompany, week: Week) -> Truth:
    owners: Mapping[Name, Name] = {key: who for key, who in week.owners.items() if who in week.in_box}
    return Truth(owners, {rep.id: week.class_of(rep) for rep in company.reps})


def _link_ballots(linkage: Linkage, sight: Sight, truth: Truth, week: Week) -> None:
    linkage.try_all(sight.traces(Kind.BALLOT), sight.traces(Kind.PERSON), truth)
    linkage.try_pairs("a digest of what is known", by_digest(sight, week.round.id), truth)
    linkage.try_pairs("equal bytes", by_equal_bytes(sight), truth)


@dataclass(frozen=True)
class _Behind:
    """What is behind a round."""

    company: BusyCompany
    week: Week
    truth: Truth

    def authors(self, comments: Iterable[Row]) -> Truth:
        """Released comments; that their author is one of a unit stands beside them."""
        said = self.week.said
        teams: dict[Name, str] = {rep.id: rep.unit_id for rep in self.company.reps}
        found = {row["id"]: said[word] for row in comments for word in row["text"].split() if word in said}
        homes = {teams[found[row["id"]]]: row["unit_id"] for row in comments if row["id"] in found}
        classes = {who: (known, homes.get(teams[who])) for who, known in self.truth.classes.items()}
        return Truth(found, classes)

    def writers(self) -> Truth:
        """Diaries."""
        serving, on = self.company.master.serving(), quarter(self.week.round.week_on)
        return Truth({serving.diary_key(on, rep.id): rep.id for rep in self.company.reps}, self.truth.classes)


def _link_the_rest(evidence: Evidence, before: Sight, after: Sight, behind: _Behind) -> None:
    """Diaries and released comments, to people and to the ballots of the same round."""
    owners = behind.truth.owners
    ballots = [
        Trace(trace.clock, f"ballot by {trace.what}", [(place, owners[key]) for place, key in trace.met])
        for trace in before.traces(Kind.BALLOT)
    ]
    people = [*after.traces(Kind.PERSON), *_earlier(before, Kind.PERSON)]
    # Within a quarter diaries keep their keys, and so much of their order: one week says as much as all.
    evidence.diaries = Linkage()
    evidence.diaries.try_all(after.traces(Kind.DIARY), people, behind.writers())
    evidence.joined.try_all(_earlier(before, Kind.DIARY), ballots, behind.writers())
    authors = behind.authors(after.rows["comment"])
    evidence.comments.try_all(after.traces(Kind.COMMENT), [*people, *ballots], authors)


def _earlier(before: Sight, kind: Kind) -> list[Trace]:
    return [replace(trace, what=f"{trace.what} before") for trace in before.traces(kind)]


def _read_words(evidence: Evidence, before: Sight, week: Week) -> None:
    """While the round is open, nothing that was written can be read anywhere."""
    words = Needles({word.encode(): word for word in (*week.said, *week.taken_back, *week.given)})
    evidence.words += len(week.said) + len(week.taken_back) + len(week.given)
    evidence.readable += _met(words, before.blobs.values())


def _read_words_after(evidence: Evidence, after: Sight, week: Week, reader: Reader) -> None:
    """After the close, released comments can be read in their table, and nothing anywhere else."""
    hidden = Needles({word.encode(): word for word in (*week.taken_back, *week.given)})
    said = Needles({word.encode(): word for word in week.said})
    evidence.readable += _met(hidden, after.blobs.values())
    evidence.released += len(said.found("\n".join(row["text"] for row in after.rows["comment"]).encode()))
    evidence.read += _met(said, after.blobs.values())
    evidence.astray += _met(said, reader.without(after, "comment"))


def _rests(before: Sight, sealed: list[bytes]) -> Iterator[tuple[bytes, Name]]:
    """Pieces of everything that the close destroys -> what it is a piece of."""
    for number, whole in enumerate(sealed):
        yield from ((whole[at : at + PIECE], ("ballot", number)) for at in range(0, len(whole) - PIECE, EVERY))
    for row in before.rows["ballot"]:
        yield bytes(row["key"]), ("key", bytes(row["key"]))
    for row in before.rows["diary"]:
        yield bytes(row["sealed"])[:PIECE], ("diary", bytes(row["key"]))
    for row in before.rows["round"]:
        if row["sealed_key"] is not None:
            yield bytes(row["sealed_key"]), ("round", row["id"])


def _met(needles: Needles[Any], blobs: Iterable[bytes]) -> int:
    """How many of them lie somewhere in some bytes."""
    return len({owner for blob in blobs for owner in needles.found(blob)})


def _files_and_log(sight: Sight) -> tuple[list[bytes], list[bytes]]:
    """A base backup brings some of the log along."""
    log = {name for name in sight.blobs if name.startswith(("pg_wal", "log of changes"))}
    return [blob for name, blob in sight.blobs.items() if name not in log], [sight.blobs[name] for name in log]


def _told(blobs: Iterable[bytes], company: BusyCompany, week: Week) -> int:
    """Of how many people readable reminders tell rightly whether they had answered; none, where all have one."""
    written = {message_keys.reminder(week.round.id, 1, rep.id).encode(): rep.id for rep in company.reps}
    needles = Needles(written)
    reminded = {who for blob in blobs for who in needles.found(blob)}
    if not 0 < len(reminded) < len(company.reps):
        return 0
    return sum((rep.id in reminded) != (rep.id in week.done_by_reminder) for rep in company.reps)
