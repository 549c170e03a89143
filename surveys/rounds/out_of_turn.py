"""A round out of turn: an admin asks now, in place of what the week would have asked.

It has the guarantees of any other: one a week, nobody asked twice, groups of k, one close. The next tick opens it,
for only the tick holds the key that its ballots are sealed under.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from analysis.figures import Unit
from surveys import audit
from surveys.audit import Deed
from surveys.bank.items import QuestionBank
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Person
from surveys.rounds.rounds import OUT_OF_TURN, askable, items_of
from surveys.rounds.schedule import Schedule, Weekday, monday
from surveys.storage.tables import RoundRow, WantedRoundRow

# How long people have, in days; the close is at the schedule's own time, on Friday at the latest.
DAYS = 2
LEAST_TIME = timedelta(hours=24)


class AlreadyThisWeek(OrgpulseError):
    """There was a pulse out of turn this week already. The next one can start on Monday."""


class TooLateInTheWeek(OrgpulseError):
    """There is too little of this week left to ask people and give them a day. Start it on Monday."""


class NobodyToAsk(OrgpulseError):
    """Nobody is left to ask: everybody there was asked this week already. The next pulse can start on Monday."""


class NoSuchUnit(OrgpulseError):
    """No unit is called {name}. Write its name as it stands in the list of people."""


@dataclass(frozen=True, slots=True)
class OutOfTurn:
    """A round that could start now: whom it would ask, what, and until when. `unit` is None for everybody."""

    week_on: date
    unit: Unit | None
    people: Sequence[Person]
    closes_at: datetime
    items: Sequence[str]


def unit_called(session: Session, name: str) -> Unit | None:
    """The unit of a name, in any case; None for no name. Raises NoSuchUnit."""
    if not name:
        return None
    found = [unit for unit in directory.units(session) if unit.name.casefold() == name.casefold()]
    if len(found) != 1:
        raise NoSuchUnit(name=name)
    return found[0]


def plan(
    session: Session, unit: Unit | None, *, schedule: Schedule, bank: QuestionBank, now: datetime
) -> OutOfTurn:
    """What would happen if a round started now; nothing is written.

    Raises:
        AlreadyThisWeek: there was one.
        TooLateInTheWeek: less than a day would be left.
        NobodyToAsk: everybody is in another round of the week.
    """
    today = now.astimezone(schedule.company_zone).date()
    week_on = monday(today)
    closes_on = min(today + timedelta(days=DAYS), week_on + timedelta(days=Weekday.FRIDAY))
    closes_at = datetime.combine(closes_on, schedule.close_time, schedule.company_zone).astimezone(now.tzinfo)
    if closes_at - now < LEAST_TIME:
        raise TooLateInTheWeek
    there_was = select(RoundRow.id).where(RoundRow.schedule == OUT_OF_TURN, RoundRow.week_on == week_on)
    if session.scalar(there_was) or session.get(WantedRoundRow, week_on):
        raise AlreadyThisWeek
    people = askable(session, week_on=week_on, units=(unit.id,) if unit else ())
    if not people:
        raise NobodyToAsk
    items = [item.id for item in items_of(schedule, bank, week_on)]
    return OutOfTurn(week_on, unit, people, closes_at, items)


def start(session: Session, planned: OutOfTurn, *, actor: Person, now: datetime) -> None:
    """Let the next tick open it, and note who started it; raises AlreadyThisWeek when somebody else just did."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    written = session.execute(
        insert(WantedRoundRow)
        .values(
            week_on=planned.week_on,
            unit_id=planned.unit.id if planned.unit else None,
            starts_at=now,
            closes_at=planned.closes_at,
        )
        .on_conflict_do_nothing(index_elements=["week_on"])
        .returning(WantedRoundRow.week_on)
    )
    if written.first() is None:
        raise AlreadyThisWeek
    where = planned.unit.name if planned.unit else "everybody"
    about = f"a pulse out of turn for {where}, until {planned.closes_at:%Y-%m-%d %H:%M} UTC"
    audit.note(session, actor=audit.mark(actor.id), act=Deed.PULSE, about=about, now=now)
