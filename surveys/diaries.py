"""Diaries: everybody's own last answers, sealed, so that change can be measured within persons.

There is a row for every rep, whether or not they keep a diary or have answered, and the close writes all anew:
what changes in the table tells nothing about who answered. The process that serves Slack can empty a row; only
whoever holds the master key can read one.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveys.ballots.keys import MasterKey, ServingKeys
from surveys.ballots.sealed import Ballot, Diary, quarter, quarter_before
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.roster import Role
from surveys.storage.tables import DiaryRow, KeyRow

PAIR = "diary"


def keep_pair(session: Session, master: MasterKey) -> KeyRow:
    """The diaries' key pair, made when it is first needed."""
    row = _pair(session)
    if row is None:
        pair = master.new_pair(PAIR)
        row = KeyRow(name=PAIR, public_key=pair.public, sealed_key=pair.sealed_private)
        session.add(row)
        session.flush()
    return row


def _pair(session: Session) -> KeyRow | None:
    return session.scalar(select(KeyRow).where(KeyRow.name == PAIR))


def keys_of(keys: ServingKeys, person_id: str, on: date) -> tuple[bytes, bytes]:
    """A person's pseudonyms of a day's quarter and of the one before, under which the diary may still lie."""
    return keys.diary_key(quarter(on), person_id), keys.diary_key(quarter_before(on), person_id)


def opened(session: Session, master: MasterKey) -> dict[bytes, Diary]:
    """Every diary by its pseudonym; for the count alone."""
    private = _private(session, master)
    return {
        row.key: Diary.unseal(row.sealed, private=private)
        for row in session.scalars(select(DiaryRow).order_by(DiaryRow.key))
    }


def write_anew(
    session: Session,
    known: Mapping[bytes, Diary],
    ballots: Iterable[Ballot],
    *,
    week_on: date,
    master: MasterKey,
) -> None:
    """Write every rep's diary again, with what they answered this week, under the pseudonym of this quarter.

    Those who switched it off get an empty one; those who are no reps any more get none.
    """
    public = keep_pair(session, master).public_key
    answered = {ballot.diary_keys[0]: ballot.answers for ballot in ballots if ballot.diary_keys}
    written = {}
    for person in directory.people(session, role=Role.REP):
        key, before = keys_of(master.serving(), person.id, week_on)
        diary = Diary()
        if person.keeps_diary:
            diary = (known.get(key) or known.get(before) or diary).since(week_on)
            diary = diary.with_entry(week_on, answered[key]) if key in answered else diary
        written[key] = diary.seal(public=public)
    session.execute(delete(DiaryRow))
    # By pseudonym, which is as good as shuffled.
    session.add_all(DiaryRow(key=key, sealed=sealed) for key, sealed in sorted(written.items()))


def read(session: Session, person: Person, *, master: MasterKey, on: date) -> Diary:
    """A person's own diary, for themselves."""
    row = session.scalars(
        select(DiaryRow).where(DiaryRow.key.in_(keys_of(master.serving(), person.id, on)))
    ).first()
    return Diary.unseal(row.sealed, private=_private(session, master)) if row else Diary()


def empty(session: Session, keys: ServingKeys, person: Person, *, on: date) -> None:
    """Replace a person's diary by an empty one, which nobody can tell from a full one."""
    pair = _pair(session)
    if pair is None:
        return
    key, before = keys_of(keys, person.id, on)
    kept = select(DiaryRow.key).where(DiaryRow.key.in_([key, before]))
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    sealed = Diary().seal(public=pair.public_key)
    for found in session.scalars(kept).all() or [key]:
        statement = insert(DiaryRow).values(key=found, sealed=sealed)
        session.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"sealed": sealed}))


def _private(session: Session, master: MasterKey) -> X25519PrivateKey:
    pair = keep_pair(session, master)
    return master.open_pair(pair.name, pair.sealed_key)
