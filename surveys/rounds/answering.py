"""Answering a round: a sealed ballot in, or out again. Nothing here can look inside one."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveys.ballots.keys import ServingKeys
from surveys.ballots.sealed import Ballot, quarter, quarter_before
from surveys.errors import RoundIsClosed
from surveys.people.directory import Person
from surveys.rounds.rounds import Pulse
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
) -> None:
    """Seal a person's answers into the round's box; answering again replaces the first ballot.

    This commits a transaction of its own, apart from the one that marks the person as having answered, so that
    no transaction id joins the two. Raises RoundIsClosed when the round was counted meanwhile.
    """
    week_on = pulse.round.week_on
    ballot = Ballot(
        unit_id=pulse.unit_id,
        answers=dict(answers),
        comment=comment,
        quotable=quotable,
        diary_keys=(
            keys.diary_key(quarter(week_on), person.id),
            keys.diary_key(quarter_before(week_on), person.id),
        ),
    )
    key = keys.ballot_key(pulse.round.id, person.id)
    sealed = ballot.seal(round_id=pulse.round.id, public=pulse.round.public_key)
    with database.work() as session:
        # Held until the ballot lies in the box, so that the count cannot miss it.
        counted = select(RoundRow.counted).where(RoundRow.id == pulse.round.id).with_for_update(read=True)
        if session.scalar(counted) is not False:
            raise RoundIsClosed
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        statement = insert(BallotRow).values(round_id=pulse.round.id, key=key, sealed=sealed)
        session.execute(
            statement.on_conflict_do_update(index_elements=["round_id", "key"], set_={"sealed": sealed})
        )


def take_back(session: Session, keys: ServingKeys, person: Person, round_id: str) -> None:
    """Destroy a person's ballot of an open round.

    Noting that they declined is for a transaction of its own, as with the ballot that was put in.
    """
    session.execute(
        delete(BallotRow).where(
            BallotRow.round_id == round_id, BallotRow.key == keys.ballot_key(round_id, person.id)
        )
    )
