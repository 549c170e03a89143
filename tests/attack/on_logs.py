"""Everything that a running bot leaves behind: its log at DEBUG, its crash dumps, its database, byte by byte."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.attack.noisy_office import FIRST_HOURS, HOURS, LAST_HOURS

FAILURES = {Effort.SMALL: 12, Effort.FULL: 500}
# The same with the log as Python sets it up, to see that there is something to find; it takes as long again.
FAILURES_BARE = {Effort.SMALL: 0, Effort.FULL: 100}
SEED = 20260903
# The longest that a process may take, in seconds.
PATIENCE = 1200

COMMENTS = re.compile(rb"zebra\d{5}quartz")
# Not within a longer number, such as the fraction of a second.
ANSWERED_HOURS = re.compile(
    rb"(?<![\d:.])(%s)(?!\d)"
    % b"|".join(re.escape(HOURS.format(whole=whole)).encode() for whole in range(FIRST_HOURS, LAST_HOURS + 1))
)


@dataclass(frozen=True)
class Leavings:
    """What a process left: what it printed, and its database.

    Attributes:
        failures: how many errors were raised, by `where`.
        people: Slack ids by name.
        printed: its log, its dumps and its last words.
        sealed: answers that were put in while their round was open, and `unsealed` those of them that could be
            found in the bytes of the open database.
        rows: of the database in the end.
        files: what lies in its folder.
    """

    failures: int
    where: dict[str, int]
    people: dict[str, str]
    printed: bytes
    sealed: int
    unsealed: int
    rows: list[bytes]
    files: list[str]


def spied(failures: int, mode: str) -> Leavings:
    """Let a process fail so often and crash (see noisy_office), and collect what it left."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "tests.attack.noisy_office", name, str(failures), str(SEED), mode]
        with (folder / "stderr").open("wb") as stderr:
            said = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=stderr, timeout=PATIENCE)
        printed = (folder / "stderr").read_bytes()
        if not said.stdout:
            raise AssertionError(printed[-2000:].decode(errors="replace"))
        return Leavings(
            **json.loads(said.stdout),
            printed=printed,
            rows=list(rows_of(folder / "orgpulse.db")),
            files=sorted(file.name for file in folder.iterdir()),
        )


def rows_of(database: Path) -> Iterator[bytes]:
    """Every row of every table, the audit log among them, as one line each."""
    connection = sqlite3.connect(database)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 (a name out of the database)
                yield f"{table} {row!r}".encode()
    finally:
        connection.close()


def identifiers(left: Leavings) -> re.Pattern[bytes]:
    """Whatever says who somebody is: Slack's id, email, name, and our own id of them."""
    found = set(left.people.values())
    for name in left.people:
        found |= {f"{name}@quay.example", f"{name.title()} Quay"}
    person = re.compile(rb"person \('([^']+)'")
    ours = {match[1].decode() for row in left.rows if (match := person.match(row))}
    return re.compile(b"|".join(re.escape(word).encode() for word in sorted(found | ours)))


def pairs(lines: Iterable[bytes], people: re.Pattern[bytes]) -> int:
    """Lines in which a person and an answer stand together."""
    return sum(
        1 for line in lines if (COMMENTS.search(line) or ANSWERED_HOURS.search(line)) and people.search(line)
    )


def read_all(effort: Effort, progress: Progress) -> Outcome:
    """Let the bot fail at random points at DEBUG, crash it, and search every byte."""
    safe = spied(FAILURES[effort], "safe")
    progress(0.8)
    bare = spied(FAILURES_BARE[effort], "bare") if FAILURES_BARE[effort] else None
    people, lines = identifiers(safe), safe.printed.splitlines()
    canaries = len(COMMENTS.findall(safe.printed)) + len(ANSWERED_HOURS.findall(safe.printed))
    together = pairs(lines, people) + pairs(safe.rows, people)
    named = sum(1 for line in lines if people.search(line))
    traces = safe.printed.count(b"Traceback")
    cores = [name for name in safe.files if name.startswith("core")]
    dumped = b"most recent call first" in safe.printed and b"reference" in lines[-1]
    return Outcome(
        f"{safe.failures} errors in {len(safe.where)} functions, {len(lines):,} lines of log and dumps "
        f"({len(safe.printed):,} bytes), {len(safe.rows)} rows: {canaries} answers and {named} people in the log, "
        f"{traces} tracebacks, {together} pairs, {safe.unsealed} of {safe.sealed} answers in open databases, "
        f"{len(cores)} core dumps",
        held=not (canaries or together or named or traces or safe.unsealed or cores)
        and dumped
        and safe.failures >= FAILURES[effort]
        and safe.sealed > 0,
        beside=as_python_logs(bare) if bare else "",
    )


def as_python_logs(left: Leavings) -> str:
    """What the same bot leaves when the log is as Python sets it up."""
    answers = len(COMMENTS.findall(left.printed)) + len(ANSWERED_HOURS.findall(left.printed))
    together = pairs(left.printed.splitlines(), identifiers(left))
    return (
        f"logging as Python sets it up, {left.failures} errors: {answers} answers in the log, {together} pairs, "
        f"{left.printed.count(b'Traceback')} tracebacks"
    )


ATTACKS = [
    Attack(
        "DEBUG logs, exceptions at random points, crash dumps, database",
        "0 answers in a log, 0 pairs of person and answer anywhere",
        read_all,
    )
]
