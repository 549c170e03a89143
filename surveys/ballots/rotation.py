"""Changing the master key: what outlives a round is sealed anew under another one.

The new key is written beside the old one, one transaction seals everything anew, and the new key takes the old
one's place. It may be stopped between these steps or within one: whoever runs it again finds out from the database
which of the two keys holds, and goes on from there.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.audit import Deed
from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import Diary
from surveys.diaries import PAIR, keep_pair, keys_of
from surveys.errors import (
    BadMasterKey,
    KeyDoesNotFit,
    KeyNotReplaced,
    KeyNotWritten,
    NewKeyStillThere,
    NoMasterKey,
    RoundStillOpen,
)
from surveys.storage.database import Database
from surveys.storage.tables import DiaryRow, KeyRow, PersonRow, ReactionRow, RoundRow

# Called after each diary with how many are done, and of how many.
Progress = Callable[[int, int], None]


def unwatched(_done: int, _of: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did. `dropped` diaries belonged to nobody any more; `finished` only ended an earlier one."""

    diaries: int = 0
    dropped: int = 0
    finished: bool = False


def upcoming(path: Path) -> Path:
    """Where the new key lies until it takes the place of the one at `path`."""
    place = path.resolve()
    return place.with_name(f"{place.name}.next")


def not_opened(session: Session, master: MasterKey) -> list[str]:
    """What is sealed in the database and this key does not open, in words; empty when the key fits."""
    pairs = session.execute(select(KeyRow.name, KeyRow.sealed_key))
    rounds = session.execute(
        select(RoundRow.week_on, RoundRow.id, RoundRow.sealed_key).where(RoundRow.sealed_key.is_not(None))
    )
    sealed = [("the diaries", name, key) for name, key in pairs]
    sealed += [(f"the round of {week_on}", f"round {round_id}", key) for week_on, round_id, key in rounds if key]
    return [words for words, name, key in sealed if not _opens(master, name, key)]


def _opens(master: MasterKey, name: str, sealed: bytes) -> bool:
    try:
        master.open_pair(name, sealed)
    except InvalidTag:
        return False
    return True


def check_fits(session: Session, master: MasterKey) -> None:
    """Raise KeyDoesNotFit unless this key opens all that is sealed in the database."""
    if closed := not_opened(session, master):
        raise KeyDoesNotFit(what=" and ".join(closed))


def hold_off(session: Session, master: MasterKey) -> None:
    """The same in a unit of work that seals something, and no rotation comes in between until that ends.

    Without it a round could be opened under a key that was given up at that moment.
    """
    session.scalar(select(KeyRow.name).where(KeyRow.name == PAIR).with_for_update(read=True))
    check_fits(session, master)


def rotate(
    database: Database, path: Path, *, text: str | None, actor: str, now: datetime, progress: Progress = unwatched
) -> Rotated:
    """Change the master key, or finish what was interrupted.

    The bot must not be running: it goes on with the key that it started with.

    Args:
        database: where the sealed diaries are.
        path: the key's file. A key from the environment stays there: the new one is left at `upcoming(path)`.
        text: the key as the environment has it, None when it is in the file.
        actor: who does it, for the audit log.
        now: the instant.
        progress: is told after each diary.

    Raises:
        KeyNotReplaced: everything is sealed anew, and the new key is not where the old one was.
        OrgpulseError: as `seal_anew`, and nothing was changed.
    """
    new_path = upcoming(path)
    with _alone(new_path.parent):
        old = MasterKey.load(path=path, text=text)
        done = seal_anew(database, old, new_path, actor=actor, now=now, progress=progress)
        if not text:
            take_place(new_path, path)
    return done


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others on this machine from rotating the same key: one's new key must not become another's."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def seal_anew(
    database: Database,
    old: MasterKey,
    new_path: Path,
    *,
    actor: str,
    now: datetime,
    progress: Progress = unwatched,
) -> Rotated:
    """Write a new key to `new_path` and seal everything anew under it, or find that this was done already.

    Until the transaction commits the old key holds, from then on the new one. Diaries are found by their
    pseudonyms of this quarter and the one before.

    Raises:
        KeyDoesNotFit: the database is sealed under neither key.
        RoundStillOpen: its ballots are found by keys that come from the old one.
        NewKeyStillThere: the last rotation's new key is in use, and still lies at `new_path`.
        KeyNotWritten: `new_path` cannot be written.
    """
    with database.work() as session:
        pair = _locked_pair(session, old)
        if _done_before(pair, old, new_path):
            found = Rotated(finished=True)
        else:
            check_fits(session, old)
            _check_no_round(session)
            found = _write_anew(session, pair, (old, _write(new_path)), now=now, progress=progress)
            about = f"the master key was changed, and {found.diaries} diaries were sealed anew"
            audit.note(session, actor=actor, act=Deed.KEYS, about=about, now=now)
    database.forget_freed_pages()
    return found


def take_place(new_path: Path, path: Path) -> None:
    """Put the new key where the old one was, at once or not at all; raises KeyNotReplaced."""
    place = path.resolve()
    try:
        new_path.replace(place)
        _keep_on_disk(place.parent)
    except OSError as problem:
        raise KeyNotReplaced(new=new_path, path=path, problem=problem.strerror) from problem


def _locked_pair(session: Session, old: MasterKey) -> KeyRow:
    """The diaries' key pair, which nobody else rotates or opens a round under until this unit of work ends."""
    keep_pair(session, old)
    return session.get_one(KeyRow, PAIR, with_for_update=True, populate_existing=True)


def _done_before(pair: KeyRow, old: MasterKey, new_path: Path) -> bool:
    """Whether everything is sealed under the key at `new_path` already."""
    try:
        new = MasterKey.load(path=new_path, text=None)
    except (NoMasterKey, BadMasterKey):
        # Not begun, or stopped while it was being written.
        return False
    if not _opens(new, PAIR, pair.sealed_key):
        return False
    if _opens(old, PAIR, pair.sealed_key):
        raise NewKeyStillThere(path=new_path)
    return True


def _check_no_round(session: Session) -> None:
    closes_at = session.scalar(select(RoundRow.closes_at).where(RoundRow.counted.is_(False)))
    if closes_at is not None:
        raise RoundStillOpen(closes=closes_at)


def _write(new_path: Path) -> MasterKey:
    """A new key on disk. One that lies there holds nothing: its transaction never ended."""
    try:
        new_path.unlink(missing_ok=True)
        new = MasterKey.create(new_path)
        _keep_on_disk(new_path)
        _keep_on_disk(new_path.parent)
    except OSError as problem:
        raise KeyNotWritten(path=new_path, problem=problem.strerror) from problem
    return new


def _keep_on_disk(path: Path) -> None:
    """Let a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_anew(
    session: Session, pair: KeyRow, keys: tuple[MasterKey, MasterKey], *, now: datetime, progress: Progress
) -> Rotated:
    """Every diary under the new key's pseudonym, sealed to a new pair; one that is nobody's is dropped."""
    old, new = keys
    private, fresh = old.open_pair(PAIR, pair.sealed_key), new.new_pair(PAIR)
    places = _places(session, old, new, on=now.date())
    rows = session.execute(select(DiaryRow.key, DiaryRow.sealed)).all()
    written = {}
    for done, (key, sealed) in enumerate(rows, start=1):
        if key in places:
            written[places[key]] = Diary.unseal(sealed, private=private).seal(public=fresh.public)
        progress(done, len(rows))
    session.execute(delete(DiaryRow))
    # By pseudonym, which is as good as shuffled.
    session.add_all(DiaryRow(key=key, sealed=sealed) for key, sealed in sorted(written.items()))
    _key_anew(session, old, new)
    pair.public_key, pair.sealed_key = fresh.public, fresh.sealed_private
    return Rotated(diaries=len(written), dropped=len(rows) - len(written))


def _key_anew(session: Session, old: MasterKey, new: MasterKey) -> None:
    """Every reaction under the new key's key, or whoever reacted could do so a second time."""
    before, after = old.serving(), new.serving()
    rows = session.execute(select(ReactionRow.action_id, ReactionRow.key, ReactionRow.reaction)).all()
    people = list(session.scalars(select(PersonRow.id)))
    places = {
        before.reaction_key(action_id, person_id): after.reaction_key(action_id, person_id)
        for action_id in {row.action_id for row in rows}
        for person_id in people
    }
    session.execute(delete(ReactionRow))
    # By key, which is as good as shuffled.
    kept = sorted((places[row.key], row.action_id, row.reaction) for row in rows if row.key in places)
    session.add_all(ReactionRow(action_id=action, key=key, reaction=said) for key, action, said in kept)


def _places(session: Session, old: MasterKey, new: MasterKey, *, on: date) -> dict[bytes, bytes]:
    """Everybody's pseudonyms under the old key, and the same under the new one."""
    before, after = old.serving(), new.serving()
    return {
        key: place
        for person_id in session.scalars(select(PersonRow.id))
        for key, place in zip(keys_of(before, person_id, on), keys_of(after, person_id, on), strict=True)
    }
