"""What a reader of all files comes to know, round after round: the evidence for `on_database`."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import Ballot, quarter
from surveys.rounds.message_keys import reminders as reminders_of
from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from tests.attack.attack import Progress
from tests.attack.busy_company import BusyCompany, Week
from tests.attack.linkage import Linkage, Name, Trace, Truth
from tests.attack.needles import Needles
from tests.attack.postgres_reader import SETTINGS, PostgresReader
from tests.attack.sight import Kind, Sight, by_digest, by_equal_bytes
from tests.attack.sqlite_reader import SqliteReader
from tests.postgres import running

FIRST_WEEK = date(2026, 9, 7)
# One piece of sixteen bytes of so many of each sealed ballot is looked for.
EVERY, PIECE = 512, 16


class Reader(Protocol):
    """Somebody with all files of a database."""

    def start(self) -> None: ...

    def look(self) -> None: ...

    def sight(self) -> Sight: ...

    def keep_house(self) -> None: ...

    def without(self, sight: Sight, table: str) -> Iterable[bytes]: ...


@dataclass
class Evidence:
    """What came out on one kind of database."""

    ballots: Linkage = field(default_factory=Linkage)
    diaries: Linkage = field(default_factory=Linkage)
    comments: Linkage = field(default_factory=Linkage)
    weaker: Linkage = field(default_factory=Linkage)
    # Ballots that were put in, and comments and hours that were written in them.
    sealed: int = 0
    words: int = 0
    # Words read where they must not be, and released comments met outside their table.
    readable: int = 0
    astray: int = 0
    released: int = 0
    # Sealed ballots, ballot keys and rounds' private keys met after the close, in files and in the log of changes.
    left: int = 0
    left_in_log: int = 0
    # Reminders that were sent, and those that could be read before and after the close.
    reminded: int = 0
    reminders_read: int = 0
    reminders_left: int = 0


@contextmanager
def _sqlite() -> Iterator[Callable[[], tuple[Database, Reader]]]:
    with tempfile.TemporaryDirectory() as folder:

        def make() -> tuple[Database, Reader]:
            database = Database(f"sqlite:///{Path(folder) / secrets.token_hex(4)}.db")
            migrate(database)
            return database, SqliteReader(database)

        yield make


@contextmanager
def _postgresql() -> Iterator[Callable[[], tuple[Database, Reader]]]:
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
    dice = random.Random(f"{kind} {size}")
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
    evidence.sealed += len(sealed)
    _read_words(evidence, before, week)
    company.close(week)
    after = reader.sight()
    _link_the_rest(evidence, before, after, company, truth, week)
    _look_for_rests(evidence, before, after, sealed, week, reader)
    _look_for_reminders(evidence, before, after, company, week)


def _truth(company: BusyCompany, week: Week) -> Truth:
    owners: Mapping[Name, Name] = {key: who for key, who in week.owners.items() if who in week.in_box}
    return Truth(owners, {rep.id: week.class_of(rep) for rep in company.reps})


def _link_ballots(linkage: Linkage, sight: Sight, truth: Truth, week: Week) -> None:
    linkage.try_all(sight.traces(Kind.BALLOT), sight.traces(Kind.PERSON), truth)
    linkage.try_pairs("a digest of what is known", by_digest(sight, week.round.id), truth)
    linkage.try_pairs("equal bytes", by_equal_bytes(sight), truth)


def _link_the_rest(
    evidence: Evidence, before: Sight, after: Sight, company: BusyCompany, truth: Truth, week: Week
) -> None:
    """Diaries and released comments, to people and to the ballots of the same round."""
    ballots = [
        Trace(trace.clock, f"ballot by {trace.what}", [(place, week.owners[key]) for place, key in trace.met])
        for trace in before.traces(Kind.BALLOT)
    ]
    people = [*before.traces(Kind.PERSON), *after.traces(Kind.PERSON), *ballots]
    serving = company.master.serving()
    on = quarter(week.round.week_on)
    diaries = Truth({serving.diary_key(on, rep.id): rep.id for rep in company.reps}, truth.classes)
    evidence.diaries.try_all(after.traces(Kind.DIARY), people, diaries)
    authors = {
        row["id"]: week.said[word]
        for row in after.rows["comment"]
        for word in row["text"].split()
        if word in week.said
    }
    evidence.comments.try_all(after.traces(Kind.COMMENT), people, Truth(authors, truth.classes))


def _read_words(evidence: Evidence, before: Sight, week: Week) -> None:
    """While the round is open, nothing that was written can be read anywhere."""
    words = Needles({word.encode(): word for word in (*week.said, *week.taken_back, *week.given)})
    evidence.words += len(week.said) + len(week.taken_back) + len(week.given)
    evidence.readable += len({word for blob in before.blobs.values() for word in words.found(blob)})


def _look_for_rests(
    evidence: Evidence, before: Sight, after: Sight, sealed: list[bytes], week: Week, reader: Reader
) -> None:
    """After the close, only released comments can be read, in their table; and nothing is left of ballots."""
    hidden = Needles({word.encode(): word for word in (*week.taken_back, *week.given)})
    said = Needles({word.encode(): word for word in week.said})
    evidence.readable += len({word for blob in after.blobs.values() for word in hidden.found(blob)})
    evidence.released += len(said.found(b"\n".join(row["text"].encode() for row in after.rows["comment"])))
    evidence.astray += len({word for blob in reader.without(after, "comment") for word in said.found(blob)})
    rests = Needles(dict(_rests(before, sealed)))
    files, log = _files_and_log(after)
    evidence.left += len({rest for blob in files for rest in rests.found(blob)})
    evidence.left_in_log += len({rest for blob in log for rest in rests.found(blob)})


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


def _files_and_log(sight: Sight) -> tuple[list[bytes], list[bytes]]:
    """A base backup brings some of the log along."""
    log = {name for name in sight.blobs if name.startswith(("pg_wal", "log of changes"))}
    return [blob for name, blob in sight.blobs.items() if name not in log], [sight.blobs[name] for name in log]


def _look_for_reminders(evidence: Evidence, before: Sight, after: Sight, company: BusyCompany, week: Week) -> None:
    reminders = Needles({f"{reminders_of(week.round.id)}{rep.id}".encode(): rep.id for rep in company.reps})
    evidence.reminded += len(company.reps) - len(week.done_by_reminder)
    evidence.reminders_read += len({who for blob in before.blobs.values() for who in reminders.found(blob)})
    files, _ = _files_and_log(after)
    evidence.reminders_left += len({who for blob in files for who in reminders.found(blob)})
