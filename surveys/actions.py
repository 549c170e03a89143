"""Actions: what was done in a unit and when, logged by whoever leads it, and what became of it."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.effects import LOOKS, Acted, effects, last_week
from analysis.figures import Record
from analysis.stages import WHEEL, Stage
from surveys import alerts, results
from surveys.errors import OrgpulseError
from surveys.legible import legible
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.rounds.schedule import Schedule
from surveys.storage.tables import ActionRow, ReleaseRow

# The note stands below charts and in messages: our choice.
LONGEST_NOTE = 300
# Charts show a quarter, questions reach back a year: an older action is of no use to either.
OLDEST = timedelta(days=365)


class ActionInFuture(OrgpulseError):
    """This day is still to come. Choose the day on which it was done, today at the latest; log it then."""


class ActionTooOld(OrgpulseError):
    """This is more than a year ago, and no chart reaches back that far. Choose a day within the last year."""


class NoteTooLong(OrgpulseError):
    """This note is longer than {most} characters. Say in a sentence what was done; it stands below charts."""


class UnitNotYours(OrgpulseError):
    """You can log what was done in the units you lead and the ones below them. Choose one of those."""


class Kind(StrEnum):
    """What was done."""

    DEEP_DIVE = "deep_dive"
    ROOT_CAUSE = "root_cause"
    NO_NEW_OVERLAY = "no_new_overlay"  # an overlay was retired or not brought in
    HOLD_RULE = "hold_rule"
    GIVE_ROOM = "give_room"
    OVERLAY_ADDED = "overlay_added"
    OVERLAY_REMOVED = "overlay_removed"
    QUOTA_CHANGED = "quota_changed"
    PROCESS_ADDED = "process_added"
    PROCESS_REMOVED = "process_removed"
    RULE_OVERRIDE = "rule_override"
    REORGANISATION = "reorganisation"
    OTHER = "other"


# The stage that each kind should move first, by the wheel; it leads what is said about an effect.
AIMS_AT: Mapping[Kind, Stage] = {
    Kind.DEEP_DIVE: Stage.TRUST,
    Kind.ROOT_CAUSE: Stage.TRUST,
    Kind.NO_NEW_OVERLAY: Stage.OVERLAY,
    Kind.HOLD_RULE: Stage.TRUST,
    Kind.GIVE_ROOM: Stage.FRICTION,
    Kind.OVERLAY_ADDED: Stage.OVERLAY,
    Kind.OVERLAY_REMOVED: Stage.OVERLAY,
    Kind.QUOTA_CHANGED: Stage.TARGETS,
    Kind.PROCESS_ADDED: Stage.FRICTION,
    Kind.PROCESS_REMOVED: Stage.FRICTION,
    Kind.RULE_OVERRIDE: Stage.TRUST,
    Kind.REORGANISATION: Stage.TRUST,
    Kind.OTHER: Stage.TRUST,
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something that was done in a unit. `note` is what somebody wrote; `person_id` is None when they are gone.

    `helped` and `no_change` are how many of those it concerns said so (`surveys.reactions`), as it came out last.
    """

    id: str
    unit_id: str
    kind: Kind
    done_on: date
    note: str
    person_id: str | None
    alert_id: str | None
    logged_at: datetime
    helped: int = 0
    no_change: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """An effect to tell whoever logged the action: so many weeks after it, the last of them released."""

    action: Action
    weeks: int
    person: Person


def log(
    session: Session,
    person: Person,
    *,
    unit_id: str,
    kind: Kind,
    done_on: date,
    note: str,
    today: date,
    now: datetime,
    alert_id: str | None = None,
) -> Action:
    """Log what was done in a unit.

    Args:
        session: the unit of work.
        person: who logs it.
        unit_id: where it was done; a unit whose results they see.
        kind: what was done.
        done_on: the day, not after `today` and not more than a year before it.
        note: in their own words, at most 300 characters; may be empty.
        today: the person's local date.
        now: the instant.
        alert_id: the alert that led to it; the alert's history names the action too.

    Raises:
        UnitNotYours, ActionInFuture, ActionTooOld, NoteTooLong: what cannot be logged, and what to do.
        AlertNotThere: there is no such alert, or it is about a unit that is not theirs.
    """
    written = legible(note).strip()
    if not may(person, Act.LOG_ACTION) or unit_id not in results.visible_units(session, person):
        raise UnitNotYours
    if done_on > today:
        raise ActionInFuture
    if done_on < today - OLDEST:
        raise ActionTooOld
    if len(written) > LONGEST_NOTE:
        raise NoteTooLong(most=LONGEST_NOTE)
    row = ActionRow(
        id=secrets.token_hex(8),
        unit_id=unit_id,
        kind=kind.value,
        done_on=done_on,
        note=written,
        person_id=person.id,
        logged_at=now,
        alert_id=alert_id,
        reported_weeks=0,
        helped=0,
        no_change=0,
    )
    session.add(row)
    if alert_id is not None:
        alerts.note_action(session, alert_id, person, kind=kind.value, now=now)
    session.flush()
    return _action(row)


def logged(session: Session, unit_ids: Iterable[str]) -> list[Action]:
    """The actions logged in these units, the oldest first; whoever reads them must see the units."""
    query = select(ActionRow).where(ActionRow.unit_id.in_(list(unit_ids)))
    return [_action(row) for row in session.scalars(query.order_by(ActionRow.done_on, ActionRow.id))]


def by_ids(session: Session, action_ids: Iterable[str]) -> list[Action]:
    """Actions by their ids, the oldest first; for whoever has something to do with them."""
    query = select(ActionRow).where(ActionRow.id.in_(list(action_ids)))
    return [_action(row) for row in session.scalars(query.order_by(ActionRow.done_on, ActionRow.id))]


def around(session: Session, unit_ids: frozenset[str]) -> list[Action]:
    """What was done in these units and in those above them, the oldest first, for somebody who sees these.

    An action in a unit above concerns them as well; what is written about it is for those who see that unit, so
    its note is empty here.
    """
    parents = {unit.id: unit.parent for unit in directory.units(session)}
    above = {parents.get(unit_id) for unit_id in unit_ids} - {None}
    while further := {parents.get(unit_id or "") for unit_id in above} - above - {None}:
        above |= further
    found = logged(session, unit_ids | {unit_id for unit_id in above if unit_id})
    return [action if action.unit_id in unit_ids else replace(action, note="") for action in found]


def outcome(record: Record, action: Action, *, weeks: int, stages: Iterable[Stage] = WHEEL) -> Acted:
    """An action with its effect on each stage so many weeks later; without effects when that is not over yet."""
    over = bool(record.weeks) and last_week(action.done_on, weeks) <= record.weeks[-1]
    found = effects(record, action.unit_id, stages, action.done_on, weeks=weeks) if over else ()
    aim = AIMS_AT[action.kind]
    found = tuple(sorted(found, key=lambda effect: effect.stage is not aim))
    return Acted(action.id, action.unit_id, action.kind.value, action.done_on, action.note, weeks, found)


def newest_look(record: Record, action: Action) -> int:
    """After how many weeks an action's effect can be looked at by now; the first look while there is none."""
    over = [weeks for weeks in LOOKS if record.weeks and last_week(action.done_on, weeks) <= record.weeks[-1]]
    return max(over, default=LOOKS[0])


def take_due(session: Session, *, schedule: Schedule, now: datetime) -> list[Report]:
    """Mark the effects whose time to be told has come as told, and say which they are to whom.

    Nobody is told who may not see the unit by now; the same effect does not come later, either.
    """
    reports = []
    for told in _due(session, schedule):
        if told.due_at > now:
            continue
        told.row.reported_weeks = told.weeks
        person, seen = told.person, frozenset[str]()
        if person is not None and person.slack_id and may(person, Act.LOG_ACTION):
            seen = results.visible_units(session, person)
        if person is not None and told.row.unit_id in seen:
            reports.append(Report(_action(told.row), told.weeks, person))
    return reports


def next_due(session: Session, *, schedule: Schedule) -> datetime | None:
    """When the next effect is to be told, of those whose weeks are released."""
    return min((told.due_at for told in _due(session, schedule)), default=None)


@dataclass(frozen=True, slots=True)
class _Due:
    """An effect that can be looked at: of which action, after how many weeks, for whom, and when it is told."""

    row: ActionRow
    weeks: int
    person: Person | None
    due_at: datetime


def _due(session: Session, schedule: Schedule) -> list[_Due]:
    """Of each action the latest look that was not told and whose weeks are all released.

    It is told on the morning of the digest about the last of these weeks, or of the first release after it.
    """
    rows = session.scalars(
        select(ActionRow)
        .where(ActionRow.person_id.is_not(None), ActionRow.reported_weeks < LOOKS[-1])
        .order_by(ActionRow.done_on, ActionRow.id)
    ).all()
    released = sorted(session.scalars(select(ReleaseRow.week_on))) if rows else []
    found = []
    for row in rows:
        ends = {weeks: last_week(row.done_on, weeks) for weeks in LOOKS if weeks > row.reported_weeks}
        over = [weeks for weeks, end in ends.items() if released and end <= released[-1]]
        if over:
            told = next(week for week in released if week >= ends[over[-1]])
            person = directory.by_id(session, row.person_id or "")
            company = schedule.company_zone
            zone = person.zone(company.key) if person else company
            found.append(_Due(row, over[-1], person, schedule.digest_at(told, zone)))
    return found


def _action(row: ActionRow) -> Action:
    return Action(
        row.id,
        row.unit_id,
        Kind(row.kind),
        row.done_on,
        row.note,
        row.person_id,
        row.alert_id,
        row.logged_at,
        row.helped,
        row.no_change,
    )
