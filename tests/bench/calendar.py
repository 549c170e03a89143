"""A person in every time zone, and years of weeks: one round a week, one ask for each, in their working hours.

The tick's own steps run on real tables by the system's clock, which freezegun moves half an hour at a time. With
`jumps` the clock leaps in every week, by up to 48 hours either way, and is put right later, as that of a machine
which was asleep or set wrongly; what must hold is judged by the clock that the bot sees.
"""

from __future__ import annotations

import random
import secrets
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from freezegun import freeze_time
from rich.table import Table
from sqlalchemy import update

from surveys import count
from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.clock import SystemClock
from surveys.people import countries, directory, enrolment, roster
from surveys.people.directory import SlackUser
from surveys.rounds import rounds
from surveys.rounds.schedule import Schedule, Weekday, monday
from surveys.rounds.working_time import WORKING_HOURS, is_working_day
from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from surveys.storage.tables import PersonRow

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
YEARS = range(2026, 2036)
STEP = timedelta(minutes=30)
MOST_HOURS = 48
SCHEDULE = Schedule(
    name="weekly",
    ask_day=Weekday.MONDAY,
    ask_time=time(9, 30),
    remind_day=Weekday.WEDNESDAY,
    remind_time=time(9, 30),
    close_day=Weekday.FRIDAY,
    close_time=time(9, 30),
    digest_day=Weekday.FRIDAY,
    digest_time=time(12),
    company_zone=ZoneInfo("Europe/London"),
)


def different(zones: Sequence[str] = ZONES) -> list[str]:
    """One name of each kind of zone: those of one country whose clocks never differ in these years are one."""
    hours = [datetime(YEARS[0], 1, 1, tzinfo=UTC) + timedelta(hours=12 * half) for half in range(730 * len(YEARS))]
    found: dict[object, str] = {}
    for key in zones:
        zone = ZoneInfo(key)
        offsets = tuple(hour.astimezone(zone).utcoffset() for hour in hours)
        found.setdefault((countries.of_zone(key), offsets), key)
    return sorted(found.values())


def weeks_of_change(zones: Sequence[str], year: int) -> list[date]:
    """Mondays of the weeks of a year in which a clock is changed somewhere, or was in the week before."""
    first = monday(date(year, 1, 4))
    mornings = [datetime.combine(first + timedelta(weeks=week), time(0), UTC) for week in range(-1, 53)]
    clocks = [tuple(at.astimezone(ZoneInfo(key)).utcoffset() for key in zones) for at in mornings]
    return [
        at.date()
        for at, before, here, after in zip(mornings[1:], clocks, clocks[1:], clocks[2:], strict=False)
        if before != here or here != after
    ]


@dataclass
class Tally:
    """What happened; adds up. `missed` counts people who had a working morning before the close, and no ask."""

    zones: int = 0
    weeks: int = 0
    rounds: int = 0
    weeks_without: int = 0
    weeks_with_two: int = 0
    asks: int = 0
    doubled: int = 0
    missed: int = 0
    off_work: int = 0
    outside: int = 0
    reminders: int = 0
    reminded_outside: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """The same of more weeks."""
        for name, value in vars(other).items():
            if name != "zones":
                setattr(self, name, getattr(self, name) + value)
        self.zones = max(self.zones, other.zones)


class World:
    """A company with one rep in each zone, and a clock that can be wrong."""

    def __init__(self, database: Database, zones: Sequence[str]) -> None:
        self.database = database
        self.master = MasterKey(secrets.token_bytes(32))
        self.clock = SystemClock()
        self.zones = {f"rep{number}@quay.example": zone for number, zone in enumerate(zones)}
        lines = ["email,name,manager,unit,roles"]
        lines += [f"{email},Rep,,Quay,rep" for email in self.zones]
        users = [
            SlackUser(f"U{number}", email, zone, "en", deactivated=False)
            for number, (email, zone) in enumerate(self.zones.items())
        ]
        with database.work() as session:
            enrolment.apply(session, roster.read_roster("\n".join(lines)), actor="test", now=self.clock.now())
            directory.match_slack(session, users)
            # This is about later pulses: everybody was told long ago what it is.
            session.execute(update(PersonRow).values(welcomed_at=self.clock.now() - timedelta(weeks=1)))
        self.opened: Counter[date] = Counter()
        self.asked: Counter[tuple[date, str]] = Counter()
        self.tally = Tally(zones=len(zones))

    def step(self) -> None:
        """What a tick does about rounds, in its order."""
        now = self.clock.now()
        with self.database.read() as session:
            due = rounds.due_to_close(session, now=now)
        for round_id in due:
            count.close_round(self.database, round_id, bank=default_bank(), master=self.master)
        with self.database.work() as session:
            opened = rounds.open_round(
                session, schedule=SCHEDULE, bank=default_bank(), master=self.master, smallest_group=5, now=now
            )
        if opened:
            self.opened[opened.week_on] += 1
        with self.database.work() as session:
            for person, in_round in rounds.invite_due(session, schedule=SCHEDULE, now=now):
                self.asked[in_round.week_on, person.email] += 1
                self.tally.asks += 1
                self.tally.outside += not self._at_work(person.email, now)
        with self.database.work() as session:
            for person, _, _ in rounds.remind_due(session, schedule=SCHEDULE, now=now):
                self.tally.reminders += 1
                self.tally.reminded_outside += not self._at_work(person.email, now)

    def _at_work(self, email: str, now: datetime) -> bool:
        """Written apart from what is tested: by the local clock on the wall and a calendar of the country."""
        local = now.astimezone(ZoneInfo(self.zones[email]))
        return WORKING_HOURS[0] <= local.time() < WORKING_HOURS[1] and is_working_day(local.date(), local.tzinfo)  # type: ignore[arg-type]

    def judge(self, week_on: date) -> None:
        """What must hold of a week that is over."""
        found = self.tally
        found.weeks += 1
        found.rounds += self.opened[week_on]
        found.weeks_without += not self.opened[week_on]
        found.weeks_with_two += self.opened[week_on] > 1
        for email, zone in self.zones.items():
            times = self.asked[week_on, email]
            found.doubled += times > 1
            if times == 0:
                days = [week_on + timedelta(days=day) for day in range(3)]
                worked = any(is_working_day(day, ZoneInfo(zone)) for day in days)
                found.missed += worked
                found.off_work += not worked
                if worked:
                    found.examples.append(f"{zone} in the week of {week_on}")


def simulate(zones: Sequence[str], weeks: Sequence[date], *, jumps: bool, seed: int = 0) -> Tally:
    """Live through some weeks in a fresh database.

    Args:
        zones: one rep in each.
        weeks: their Mondays.
        jumps: whether the clock leaps in each.
        seed: of the leaps.
    """
    dice = random.Random(f"{weeks[0]} {seed}")  # noqa: S311
    with tempfile.TemporaryDirectory() as folder, freeze_time(SCHEDULE.opens_at(weeks[0])) as frozen:
        database = Database(f"sqlite:///{Path(folder) / 'calendar.db'}")
        migrate(database)
        world = World(database, zones)
        for week_on in weeks:
            _live_a_week(world, frozen, week_on, dice if jumps else None)
            world.judge(week_on)
        database.close()
    return world.tally


def _live_a_week(world: World, frozen: object, week_on: date, dice: random.Random | None) -> None:
    """One week of real time; between leaps the clock that the bot sees is right."""
    begin = SCHEDULE.opens_at(week_on)
    leap, wrong_from, wrong_to = timedelta(0), begin, begin
    if dice:
        leap = timedelta(minutes=dice.randint(-MOST_HOURS * 60, MOST_HOURS * 60))
        wrong_from = begin + timedelta(minutes=dice.randint(0, 6 * 24 * 60))
        wrong_to = wrong_from + timedelta(minutes=dice.randint(15, 12 * 60))
    at = begin
    while at < begin + timedelta(weeks=1):
        wrong = wrong_from <= at < wrong_to
        frozen.move_to(at + leap if wrong else at)  # type: ignore[attr-defined]
        world.step()
        at += STEP


HEADINGS = (
    "clock",
    "kinds of zones",
    "weeks",
    "rounds",
    "weeks without or with two",
    "asks",
    "doubled",
    "missed",
    "asked outside hours",
    "reminders",
    "outside hours",
)


def table(found: Mapping[str, Tally], title: str) -> Table:
    """A line for each kind of clock."""
    shown = Table(title=title)
    for heading in HEADINGS:
        shown.add_column(heading, justify="right" if shown.columns else "left")
    for clock, tally in found.items():
        row = (
            tally.zones,
            tally.weeks,
            tally.rounds,
            tally.weeks_without + tally.weeks_with_two,
            tally.asks,
            tally.doubled,
            tally.missed,
            tally.outside,
            tally.reminders,
            tally.reminded_outside,
        )
        shown.add_row(clock, *(f"{number:,}" for number in row))
    return shown


def tables(*, quick: bool) -> list[Table]:
    """Ten years, every kind of zone: the weeks around clock changes, as they are and with a clock that leaps.

    Weeks without a change are like each other; one year of them is lived through whole. `quick` is a handful.
    """
    zones = different()
    years = YEARS[:1] if quick else YEARS
    found = {"as it is": Tally(), "leaps up to 48 h in each week": Tally()}
    for year in years:
        weeks = weeks_of_change(zones, year)[: 4 if quick else None]
        for clock, jumps in zip(found, (False, True), strict=True):
            found[clock].add(simulate(zones, weeks, jumps=jumps))
    if not quick:
        whole = [monday(date(YEARS[0], 1, 5)) + timedelta(weeks=week) for week in range(52)]
        found["as it is, a whole year"] = simulate(zones, whole, jumps=False)
    title = f"one round a week and one ask each: {len(ZONES)} zones of {len(zones)} kinds, "
    return [table(found, f"{title}{years[0]} to {years[-1]}, {changes_of_clock():,} clock changes")]


def changes_of_clock(zones: Sequence[str] = ZONES) -> int:
    """How many clock changes there are in those years."""
    found = 0
    for key in zones:
        zone = ZoneInfo(key)
        at = datetime(YEARS[0], 1, 1, tzinfo=UTC)
        offsets = [(at + timedelta(days=day)).astimezone(zone).utcoffset() for day in range(365 * len(YEARS))]
        found += sum(one != other for one, other in pairwise(offsets))
    return found
