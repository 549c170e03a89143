"""Answering a round: a sealed ballot in, or out again. Nothing here can look inside one."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveys.ballots.keys import ServingKeys
from surveys.ballots.sealed import Ballot
from surveys.diaries import keys_of
from surveys.errors import RoundIsClosed
from surveys.people.directory import Person
from surveys.rounds.rounds import Pulse, in_box
from surveys.storage.database import Database
from surveys.storage.tables import BallotRow, RoundRow


def put_ballot(
    database: Database,
    keys: ServingKeys,
    person: Person,
    pulse: Pulse,
    *,
    answers: Mapping[str, float],
    comment: str,
    quotable: bool,
    chosen: Mapping[str, str] | None = None,
    replaces: bool = True,
) -> bool:
    """Seal a person's answers into the round's box; answering again replaces the first ballot.

    With `replaces` off a ballot that lies there stays: one tap must not take the place of a whole form, with its
    comment, that was sent before. Returns whether these answers lie in the box now.

    This is all that is written when somebody answers: whatever else stood beside it, in this transaction or the
    next, would join the person to the ballot. Raises RoundIsClosed when the round was counted meanwhile.
    """
    diary_keys = keys_of(keys, person.id, pulse.round.week_on) if person.keeps_diary else ()
    ballot = Ballot(
        unit_id=pulse.unit_id,
        answers=dict(answers),
        comment=comment,
        quotable=quotable,
        diary_keys=diary_keys,
        chosen=dict(chosen or {}),
    )
    return _put(database, keys, person, pulse, ballot, replaces=replaces)


def decline(database: Database, keys: ServingKeys, person: Person, pulse: Pulse) -> None:
    """Put in a blank ballot, in place of any before: no more reminders, and nobody can tell it from an answer."""
    blank = Ballot(pulse.unit_id, {}, "", quotable=False, diary_keys=())
    _put(database, keys, person, pulse, blank, replaces=True)


def _put(
    database: Database, keys: ServingKeys, person: Person, pulse: Pulse, ballot: Ballot, *, replaces: bool
) -> bool:
    key = keys.ballot_key(pulse.round.id, person.id)
    sealed = ballot.seal(round_id=pulse.round.id, public=pulse.round.public_key)
    with database.work() as session:
        # Held until the ballot lies in the box, so that the count cannot miss it.
        counted = select(RoundRow.counted).where(RoundRow.id == pulse.round.id).with_for_update(read=True)
        if session.scalar(counted) is not False:
            raise RoundIsClosed
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        statement = insert(BallotRow).values(round_id=pulse.round.id, key=key, sealed=sealed)
        place = ["round_id", "key"]
        if replaces:
            session.execute(statement.on_conflict_do_update(index_elements=place, set_={"sealed": sealed}))
            return True
        statement = statement.on_conflict_do_nothing(index_elements=place)
        return session.execute(statement.returning(BallotRow.round_id)).first() is not None


def take_back(session: Session, keys: ServingKeys, person: Person, round_id: str) -> None:
    """Destroy a person's ballot of an open round; they may answer again."""
    session.execute(
        delete(BallotRow).where(
            BallotRow.round_id == round_id, BallotRow.key == keys.ballot_key(round_id, person.id)
        )
    )


def is_done(session: Session, keys: ServingKeys, person: Person, round_id: str) -> bool:
    """Whether a person answered or skipped an open round; which of the two, nobody can tell."""
    return bool(in_box(session, keys, [(round_id, person.id)]))
