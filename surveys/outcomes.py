"""What became of a round, for everybody who was asked: told once, whether they answered or not.

The close forgets who was asked. So whoever is a rep in the units of the release is told; that joins nobody to an
answer, and a row that says so is gone once the message is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from analysis.effects import LOOKS, last_week
from surveys import actions
from surveys.actions import Action
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.rounds.schedule import Schedule
from surveys.storage.tables import ActionRow, GroupRow, OutcomeRow, ReleaseRow, RoundRow

# How far the first outcome looks back for what was done.
BEFORE_THE_FIRST = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person is to be told now.

    Attributes:
        release_id: of the release it is about.
        week_on: Monday of its week.
        person: who is told.
        done: what was logged in their units since the round before, the newest last.
        looked_at: what was done in them earlier, with the weeks after which its effect can be told now.
    """

    release_id: str
    week_on: date
    person: Person
    done: Sequence[Action]
    looked_at: Sequence[tuple[Action, int]]


def plan(session: Session, release_id: str, *, schedule: Schedule) -> None:
    """Owe everybody who may have been asked in a round an account of it, on the morning of the digests.

    Nobody is owed one of a round in which nobody was asked, after a standstill.
    """
    release = session.get_one(ReleaseRow, release_id)
    if not release.invited:
        return
    counted = {
        unit_id
        for units in session.scalars(select(GroupRow.unit_ids).where(GroupRow.release_id == release_id))
        for unit_id in units
    }
    for person in directory.people(session):
        # Too few for any figure: what was done is told all the same.
        concerned = not counted or person.unit_id in counted
        if person.slack_id and concerned and may(person, Act.HEAR_RESULTS):
            due_at = schedule.digest_at(release.week_on, person.zone(schedule.company_zone.key))
            session.add(OutcomeRow(release_id=release_id, person_id=person.id, due_at=due_at))


def take_due(session: Session, *, now: datetime) -> list[Outcome]:
    """Take out what is due now, and say what it is."""
    rows = session.execute(
        select(OutcomeRow.release_id, OutcomeRow.person_id, ReleaseRow.week_on)
        .join(ReleaseRow, ReleaseRow.id == OutcomeRow.release_id)
        .where(OutcomeRow.due_at <= now)
        .order_by(OutcomeRow.due_at, OutcomeRow.person_id)
        .with_for_update(of=OutcomeRow, skip_locked=True)
    ).all()
    found = []
    for release_id, person_id, week_on in rows:
        session.execute(
            delete(OutcomeRow).where(OutcomeRow.release_id == release_id, OutcomeRow.person_id == person_id)
        )
        person = directory.by_id(session, person_id)
        # Rights are those of this moment.
        if person is not None and person.slack_id and may(person, Act.HEAR_RESULTS):
            done, looked_at = _done(session, person, release_id)
            found.append(Outcome(release_id, week_on, person, done, looked_at))
    return found


def next_due(session: Session) -> datetime | None:
    """When the next one is due."""
    return session.scalar(select(func.min(OutcomeRow.due_at)))


def line(session: Session, unit_id: str) -> list[str]:
    """Ids of a unit and of those above it, from itself up."""
    parents = {unit.id: unit.parent for unit in directory.units(session)}
    found: list[str] = []
    here: str | None = unit_id
    while here is not None and here in parents:
        found.append(here)
        here = parents.get(here)
    return found


def _done(session: Session, person: Person, release_id: str) -> tuple[list[Action], list[tuple[Action, int]]]:
    """What was logged in somebody's units between the round before and this one, and what can be told by now."""
    closed_at, week_on = session.execute(
        select(RoundRow.closes_at, ReleaseRow.week_on)
        .join(ReleaseRow, ReleaseRow.round_id == RoundRow.id)
        .where(ReleaseRow.id == release_id)
    ).one()
    before = session.execute(
        select(RoundRow.closes_at, ReleaseRow.week_on)
        .join(ReleaseRow, ReleaseRow.round_id == RoundRow.id)
        .where(RoundRow.closes_at < closed_at)
        .order_by(RoundRow.closes_at.desc())
        .limit(1)
    ).first()
    since, week_before = before or (closed_at - BEFORE_THE_FIRST, week_on - timedelta(weeks=1))
    logged = actions.logged(session, line(session, person.unit_id))
    window = (ActionRow.logged_at > since, ActionRow.logged_at <= closed_at)
    new = set(session.scalars(select(ActionRow.id).where(*window)))
    looked_at = [
        (action, weeks)
        for action in logged
        for weeks in LOOKS
        if week_before < last_week(action.done_on, weeks) <= week_on
    ]
    return [action for action in logged if action.id in new], looked_at
