"""A small company to ask: its roster, its people in Slack, and what they do in a round."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import update

from surveys import count, own_data
from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.counting.noise import Noise
from surveys.people import directory, enrolment, roster
from surveys.people.directory import Match, Person, SlackUser
from surveys.people.enrolment import Changes
from surveys.rounds import answering, message_keys, rounds
from surveys.rounds.nudges import still_wanted
from surveys.rounds.rounds import Round
from surveys.rounds.schedule import Schedule, Weekday
from surveys.storage.database import Database
from surveys.storage.tables import PersonRow

COMPANY = "Harbour"
LONDON = ZoneInfo("Europe/London")
# A week whose rotating item is about candor.
MONDAY = date(2026, 9, 7)
WEEKLY = Schedule(
    name="weekly",
    ask_day=Weekday.MONDAY,
    ask_time=time(9, 30),
    remind_day=Weekday.WEDNESDAY,
    remind_time=time(9, 30),
    close_day=Weekday.THURSDAY,
    close_time=time(18),
    digest_day=Weekday.FRIDAY,
    digest_time=time(9),
    company_zone=LONDON,
)
# For tests that add sums up themselves; what noise does has tests of its own.
EXACT = Noise(points=Fraction(0), hours=Fraction(0))
SMALL = {"North / Alpha": 6, "North / Beta": 7}


def email(name: str) -> str:
    """Somebody's email: 'alpha1', 'alpha.lead', 'north.lead', 'chief'."""
    return f"{name}@harbour.example"


def roster_csv(teams: Mapping[str, int], *, without: frozenset[str] = frozenset()) -> str:
    """A roster file: so many reps in each team, a manager for each, a leader for each region, and a chief.

    Args:
        teams: number of reps by path below the company, such as {"North / Alpha": 6}.
        without: names left out, as if they had left.
    """
    rows = [("chief", COMPANY, "", "leader;admin")]
    regions = dict.fromkeys(path.split(" / ")[0] for path in teams if " / " in path)
    rows += [(f"{region.lower()}.lead", f"{COMPANY} / {region}", email("chief"), "leader") for region in regions]
    for path, size in teams.items():
        team = path.split(" / ")[-1].lower()
        rows.append((f"{team}.lead", f"{COMPANY} / {path}", email("chief"), "manager"))
        rows += [
            (f"{team}{number}", f"{COMPANY} / {path}", email(f"{team}.lead"), "rep")
            for number in range(1, size + 1)
        ]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(roster.COLUMNS)
    for name, unit, manager, roles in rows:
        if name not in without:
            kept = "" if manager.split("@")[0] in without else manager
            writer.writerow([email(name), f"Person {name.title()}", kept, unit, roles])
    return file.getvalue()


def import_roster(database: Database, text: str) -> Changes:
    """Import a roster file."""
    with database.work() as session:
        return enrolment.apply(session, roster.read_roster(text), actor="test", now=morning())


def join_slack(database: Database, zones: Mapping[str, str | None] | None = None) -> Match:
    """Everybody becomes a Slack user; in London, or in the zone named for them."""
    zones = zones or {}
    with database.work() as session:
        users = [
            SlackUser(
                id=slack_id(person.email.split("@")[0]),
                email=person.email,
                timezone=zones.get(person.email.split("@")[0], LONDON.key),
                locale="en-GB",
                deactivated=False,
            )
            for person in directory.people(session)
        ]
        found = directory.match_slack(session, users)
    welcome_everybody(database)
    return found


def welcome_everybody(database: Database, *, at: datetime | None = None) -> None:
    """Everybody was told what this is, by default a week ago."""
    with database.work() as session:
        told = at or morning() - timedelta(weeks=1)
        session.execute(update(PersonRow).where(PersonRow.welcomed_at.is_(None)).values(welcomed_at=told))


def slack_id(name: str) -> str:
    """The Slack user of somebody."""
    return f"U{name.upper()}"


def settle(
    database: Database, teams: Mapping[str, int] | None = None, zones: Mapping[str, str | None] | None = None
) -> None:
    """A company that is imported and known to Slack."""
    import_roster(database, roster_csv(SMALL if teams is None else teams))
    join_slack(database, zones)


def person(database: Database, name: str) -> Person:
    """Somebody by the first part of their email."""
    with database.read() as session:
        return directory.by_email(session, email(name))


def unit(path: str) -> str:
    """A unit's id by its path below the company; the company's own when empty."""
    return roster.unit_id([COMPANY, *(part for part in path.split(" / ") if part)])


def morning(week_on: date = MONDAY) -> datetime:
    """When London is asked."""
    return WEEKLY.ask_at(week_on, LONDON)


def open_round(database: Database, master: MasterKey, week_on: date = MONDAY, *, k: int = SMALLEST_GROUP) -> Round:
    """Open a week's round and ask everybody who is at work in London's morning."""
    now = morning(week_on)
    with database.work() as session:
        opened = rounds.open_round(
            session, schedule=WEEKLY, bank=default_bank(), master=master, smallest_group=k, now=now
        )
        assert opened is not None
    with database.work() as session:
        rounds.invite_due(session, schedule=WEEKLY, now=now)
    return opened


def answer(
    database: Database,
    master: MasterKey,
    in_round: Round,
    name: str,
    answers: Mapping[str, float],
    *,
    comment: str = "",
    quotable: bool = True,
    now: datetime | None = None,
) -> None:
    """Somebody answers, as the modal does it."""
    who = person(database, name)
    with database.read() as session:
        pulse = rounds.pulse_of(session, who, round_id=in_round.id, now=now or morning(in_round.week_on))
    keys = master.serving()
    answering.put_ballot(database, keys, who, pulse, answers=answers, comment=comment, quotable=quotable)


def decline(database: Database, master: MasterKey, in_round: Round, name: str) -> None:
    """Somebody skips this week."""
    who = person(database, name)
    with database.read() as session:
        pulse = rounds.pulse_of(session, who, round_id=in_round.id, now=morning(in_round.week_on))
    answering.decline(database, master.serving(), who, pulse)


def erase(database: Database, master: MasterKey, in_round: Round, name: str) -> None:
    """Somebody takes back what they answered, this week and before."""
    who = person(database, name)
    own_data.erase(database, master.serving(), who, now=morning(in_round.week_on))


def keep_diary(database: Database, master: MasterKey, name: str, week_on: date, *, keeps: bool) -> None:
    """Somebody switches their diary on or off."""
    who = person(database, name)
    own_data.keep_diary(database, master.serving(), who, keeps=keeps, now=morning(week_on))


def remind(database: Database, master: MasterKey, now: datetime) -> list[str]:
    """Remind whoever is to be reminded; their names."""
    with database.work() as session:
        due = rounds.remind_due(session, schedule=WEEKLY, now=now)
    keys = [message_keys.reminder(in_round.id, number, who.id) for who, in_round, number in due]
    with database.read() as session:
        sent = [still_wanted(session, master.serving(), key, schedule=WEEKLY, now=now) for key in keys]
    return [who.email.split("@")[0] for (who, *_), wanted in zip(due, sent, strict=True) if wanted]


def close(database: Database, master: MasterKey, in_round: Round, *, noise: Noise = EXACT) -> str | None:
    """Count a round."""
    return count.close_round(database, in_round.id, bank=default_bank(), master=master, noise=noise)


def full_answers(in_round: Round, value: float = 4) -> dict[str, float]:
    """The same value for every item of a round."""
    return dict.fromkeys(in_round.item_ids, value)
