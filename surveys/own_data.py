"""What is kept about one person, as they may see it, and how they erase or end it.

None of this is noted in the audit log: what somebody does with their own data is their own business.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import actions, alerts, diaries, reactions
from surveys.actions import Action
from surveys.alerts import OwnDeed
from surveys.ballots.keys import ServingKeys
from surveys.people import directory
from surveys.people.directory import Person
from surveys.reactions import Reaction
from surveys.rounds import answering, rounds, wishes
from surveys.rounds.rounds import Pulse
from surveys.rounds.wishes import Wishes
from surveys.storage.database import Database
from surveys.storage.tables import PersonRow, RoundRow


@dataclass(frozen=True, slots=True)
class Kept:
    """What the tables hold about a person now, as far as the serving process can know it.

    Attributes:
        person: their entry in the roster.
        manager: their manager's email, as the roster has it.
        unit: names of the units they are in, from the company down.
        leads: names of the units they lead.
        pulse: the pulse they can answer now.
        in_box: whether something of theirs lies in its box, sealed: an answer or a blank.
        deeds: what they did about alerts, oldest first.
        wishes: when they like to be asked.
        reactions: what they said of actions, oldest action first, as far as it was not counted for good.
    """

    person: Person
    manager: str | None
    unit: tuple[str, ...]
    leads: tuple[str, ...]
    pulse: Pulse | None
    in_box: bool
    deeds: tuple[OwnDeed, ...] = ()
    wishes: Wishes = field(default_factory=Wishes)
    reactions: tuple[tuple[Action, Reaction], ...] = ()


def kept(session: Session, keys: ServingKeys, person: Person, *, now: datetime) -> Kept:
    """What is kept about a person; it can tell that a diary is kept, and not what stands in it."""
    pulse = rounds.open_pulse(session, person, now=now)
    units = {unit.id: unit for unit in directory.units(session)}
    path: list[str] = []
    at: str | None = person.unit_id
    while at is not None:
        path.insert(0, units[at].name)
        at = units[at].parent
    return Kept(
        person,
        session.scalar(select(PersonRow.manager_email).where(PersonRow.id == person.id)),
        tuple(path),
        tuple(sorted(units[unit_id].name for unit_id in person.leads)),
        pulse,
        pulse is not None and answering.is_done(session, keys, person, pulse.round.id),
        tuple(alerts.deeds_of(session, person)),
        wishes.of(session, person),
        tuple(_reactions(session, keys, person)),
    )


def _reactions(session: Session, keys: ServingKeys, person: Person) -> Iterator[tuple[Action, Reaction]]:
    found = reactions.all_of(session, keys, person)
    for action in actions.by_ids(session, found):
        yield action, found[action.id]


def erase(database: Database, keys: ServingKeys, person: Person, *, now: datetime) -> None:
    """Destroy a person's sealed ballot, empty their diary, and take back what they said of actions.

    Nothing else is written, and nothing that was released changes: nobody can tell which part of it was theirs.
    """
    with database.work() as session:
        for round_id in _uncounted(session):
            answering.take_back(session, keys, person, round_id)
            wishes.forget_later(session, keys, person, round_id)
    _empty_diary(database, keys, person, now=now)
    with database.work() as session:
        reactions.forget(session, keys, person)


def keep_diary(database: Database, keys: ServingKeys, person: Person, *, keeps: bool, now: datetime) -> None:
    """Switch a person's diary on or off; switched off, it is emptied at once."""
    with database.work() as session:
        directory.keep_diary(session, person, keeps=keeps)
    if not keeps:
        _empty_diary(database, keys, person, now=now)


def _empty_diary(database: Database, keys: ServingKeys, person: Person, *, now: datetime) -> None:
    with database.work() as session:
        _uncounted(session)
        diaries.empty(session, keys, person, on=now.date())


def _uncounted(session: Session) -> list[str]:
    """Ids of the rounds whose ballots still lie in the box.

    They are held until the commit: a count that had read a diary before it was emptied would write it anew, full.
    """
    return list(session.scalars(select(RoundRow.id).where(RoundRow.counted.is_(False)).with_for_update(read=True)))
