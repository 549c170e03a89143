"""Reactions: whether an action helped, as those it concerns see it; counted, and then nobody's.

A reaction lies under a key that is an HMAC of action and person, so that each counts once and can be changed or
taken back; no name and no time stand beside it. Counts come out with a release, when at least `k` people more
than the last time have reacted, and the keys go when the weeks for reacting are over.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from analysis.effects import LOOKS
from surveys import outcomes
from surveys.ballots.keys import ServingKeys
from surveys.errors import OrgpulseError
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.storage.tables import ActionRow, ReactionRow

# An effect is told twice, the last time after eight weeks; who hears it has a week to say what they think.
OPEN_FOR = timedelta(weeks=LOOKS[-1] + 1)


class NothingToReactTo(OrgpulseError):
    """Nobody can react to this action any more, or it is not about your unit. What was counted stays."""


class Reaction(StrEnum):
    """What somebody thinks that an action did."""

    HELPED = "helped"
    NO_CHANGE = "no_change"


def react(
    session: Session, keys: ServingKeys, person: Person, action_id: str, reaction: Reaction, *, now: datetime
) -> None:
    """Note what somebody thinks of an action in their unit or above it; again, and the last one counts.

    Raises:
        NothingToReactTo: there is no such action, it is not about their unit, or its time is over.
    """
    # It comes from a payload; some of what could stand there no database takes.
    row = session.get(ActionRow, action_id) if action_id.isascii() and action_id.isalnum() else None
    if row is None or not may(person, Act.REACT) or not is_open(row.logged_at, now=now):
        raise NothingToReactTo
    if row.unit_id not in outcomes.line(session, person.unit_id):
        raise NothingToReactTo
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    key = keys.reaction_key(action_id, person.id)
    statement = insert(ReactionRow).values(action_id=action_id, key=key, reaction=reaction.value)
    session.execute(
        statement.on_conflict_do_update(index_elements=["action_id", "key"], set_={"reaction": reaction.value})
    )


def is_open(logged_at: datetime, *, now: datetime) -> bool:
    """Whether people may still react to an action."""
    return now < logged_at + OPEN_FOR


def own(session: Session, keys: ServingKeys, person: Person, action_ids: Iterable[str]) -> dict[str, Reaction]:
    """What somebody thinks of these actions, as far as they said so and it was not counted for good."""
    wanted = {keys.reaction_key(action_id, person.id): action_id for action_id in action_ids}
    rows = session.execute(select(ReactionRow.key, ReactionRow.reaction).where(ReactionRow.key.in_(wanted)))
    return {wanted[key]: Reaction(reaction) for key, reaction in rows}


def all_of(session: Session, keys: ServingKeys, person: Person) -> dict[str, Reaction]:
    """Every reaction of somebody that is not counted for good."""
    return own(session, keys, person, session.scalars(select(ReactionRow.action_id).distinct()).all())


def forget(session: Session, keys: ServingKeys, person: Person) -> None:
    """Take back all that somebody said of actions, as far as it was not counted for good."""
    for action_id in session.scalars(select(ReactionRow.action_id).distinct()).all():
        session.execute(delete(ReactionRow).where(ReactionRow.key == keys.reaction_key(action_id, person.id)))


def release(session: Session, *, k: int) -> None:
    """Bring out the counts that at least `k` people more than the last time stand behind."""
    counts: dict[str, Counter[str]] = {}
    for action_id, reaction in session.execute(select(ReactionRow.action_id, ReactionRow.reaction)):
        counts.setdefault(action_id, Counter())[reaction] += 1
    for action_id, found in counts.items():
        row = session.get_one(ActionRow, action_id)
        if found.total() >= row.helped + row.no_change + k:
            row.helped, row.no_change = found[Reaction.HELPED], found[Reaction.NO_CHANGE]


def settle(session: Session, *, now: datetime) -> int:
    """Delete the reactions to actions whose time is over; the counts that came out stay. Returns how many."""
    over = select(ActionRow.id).where(ActionRow.logged_at <= now - OPEN_FOR)
    gone = delete(ReactionRow).where(ReactionRow.action_id.in_(over)).returning(ReactionRow.key)
    return len(session.execute(gone).all())
