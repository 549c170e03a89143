"""A database reader without the master key, on SQLite and on PostgreSQL.

The reader has all files at any moment, with the logs of changes from the beginning of a round on, and all that the
database tells beside its rows: numbers of rows, transactions and pages, dead versions of rows, statistics, a base
backup and a dump. They know everybody in the company, and when each was asked. They want to know whose ballot,
diary or comment lies where, and to read one.

The order in which ballots came in can be read: on SQLite from the pages that their second half lies on, on
PostgreSQL from nearly everything. That is worth something only beside an order in which people did something,
and none is stored. What is known nevertheless: a ballot that came in before a time zone was asked is from nobody
there. The outbox names for a moment everybody who was asked, when reminders are due, whether they answered or not.
The score counts what is linked beyond this.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.attack.witness import MAKERS, Evidence, witness

# People and rounds; the weaker design lives through one round of as many people.
SIZES = {Effort.SMALL: (60, 1), Effort.FULL: (2_700, 4)}
# Blind guesses would have to be so lucky before we call it a link.
TOO_LUCKY = 1e-6

_witnessed: dict[tuple[str, Effort], Evidence] = {}


def _evidence(kind: str, effort: Effort, progress: Progress) -> Evidence:
    """Gathered once for all attacks on a kind of database."""
    if (kind, effort) not in _witnessed:
        size, weeks = SIZES[effort]
        _witnessed[kind, effort] = witness(kind, size=size, weeks=weeks, progress=progress)
    return _witnessed[kind, effort]


def _whose(kind: str, effort: Effort, progress: Progress) -> Outcome:
    """Ballots, diaries and comments to people."""
    found = _evidence(kind, effort, progress)
    named = {"ballots": found.ballots, "diaries": found.diaries, "comments": found.comments}
    return Outcome(
        found="\n".join(f"{what}: {linkage.in_words}" for what, linkage in named.items())
        + f"\ndiaries to ballots, neither of which says whose: {found.joined.in_words}",
        held=min(linkage.luck for linkage in named.values()) > TOO_LUCKY > found.weaker.luck,
        beside=f"a mark at the person in the transaction after: {found.weaker.in_words}",
    )


def _words(kind: str, effort: Effort, progress: Progress) -> Outcome:
    """What people wrote."""
    found = _evidence(kind, effort, progress)
    comments = f"{found.astray} of {found.released:,} released comments outside their table"
    return Outcome(
        found=f"{found.readable} of {found.words:,} words and hours; {comments}",
        held=found.readable == found.astray == 0 and found.read == found.released > 0,
        beside=f"in their table: {found.read:,}",
    )


def _rests(kind: str, effort: Effort, progress: Progress) -> Outcome:
    """What is left after the close."""
    found = _evidence(kind, effort, progress)
    log = "" if kind == "SQLite" else f" (the log of changes keeps {found.left_in_log:,})"
    told = f"by reminders, who had answered: of {found.told_after} of {found.people:,} people"
    return Outcome(
        found=f"{found.left} rests of {found.sealed:,} sealed ballots, of keys and diaries{log}; "
        f"{told} (before the close: {found.told:,})",
        held=found.left == found.told_after == 0 and found.there > found.sealed,
        beside=f"before the close: {found.there:,}",
    )


def _on(kind: str) -> list[Attack]:
    questions: list[tuple[str, str, Callable[[str, Effort, Progress], Outcome]]] = [
        ("whose ballot, diary, comment", "as many as by chance", _whose),
        ("reading what was written", "nothing but released comments", _words),
        ("rests after the close", "0", _rests),
    ]
    return [
        Attack(f"a reader of {kind} without the master key: {name}", must_show, partial(run, kind))
        for name, must_show, run in questions
    ]


ATTACKS = [attack for kind in MAKERS for attack in _on(kind)]
