"""When things are due. Local days and times become instants here, and nowhere else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

# The first place on earth where a day begins is 14 hours ahead of UTC.
EARLIEST_ZONE = timedelta(hours=14)
# Monthly rounds are at most six Mondays apart when their weekday is the first of its month.
MOST_WEEKS_APART = 6
# Somebody asked late is not reminded in the same breath, nor reminded twice in one.
REST_BEFORE_REMINDER = timedelta(days=1)
REST_BETWEEN_REMINDERS = timedelta(hours=12)


class Weekday(IntEnum):
    """Days of the week, Monday first, as in ISO."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class Rhythm(StrEnum):
    """How often a schedule asks."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A pulse that comes again and again, each within one ISO week.

    The ask, the reminders and the digest are in each person's own time; the close is one instant for everybody.

    Attributes:
        remind_again: day and time of a second reminder; None for one alone.
        rhythm: weekly; in every second week, that of `first_week_on` among them; or monthly, in the week that
            holds the month's first ask day.
        first_week_on: the Monday that fortnights are counted from.
        units: ids of the units whose people are asked; empty for everybody.
        items: ids of the items that are asked; empty for the core items and the rotating one of the turn.
    """

    name: str
    ask_day: Weekday
    ask_time: time
    remind_day: Weekday
    remind_time: time
    close_day: Weekday
    close_time: time
    digest_day: Weekday
    digest_time: time
    company_zone: ZoneInfo
    remind_again: tuple[Weekday, time] | None = None
    rhythm: Rhythm = Rhythm.WEEKLY
    first_week_on: date = date(2024, 1, 1)
    units: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    def ask_at(self, week_on: date, zone: ZoneInfo, at: time | None = None) -> datetime:
        """When a person in a zone is asked: at the schedule's time, or at the one they chose themselves."""
        return _instant(week_on, self.ask_day, at or self.ask_time, zone)

    def remind_at(self, week_on: date, zone: ZoneInfo) -> datetime:
        """When a person who has not answered is reminded."""
        return _instant(week_on, self.remind_day, self.remind_time, zone)

    def remind_again_at(self, week_on: date, zone: ZoneInfo) -> datetime | None:
        """When they are reminded for the second and last time."""
        return _instant(week_on, *self.remind_again, zone) if self.remind_again else None

    def digest_at(self, week_on: date, zone: ZoneInfo) -> datetime:
        """When a manager gets the digest."""
        return _instant(week_on, self.digest_day, self.digest_time, zone)

    def opens_at(self, week_on: date) -> datetime:
        """When the round of a week opens: the ask day's midnight in the earliest zone on earth."""
        day = week_on + timedelta(days=self.ask_day)
        return datetime.combine(day, time(0), UTC) - EARLIEST_ZONE

    def closes_at(self, week_on: date) -> datetime:
        """When the round of a week closes for everybody."""
        return _instant(week_on, self.close_day, self.close_time, self.company_zone)

    def takes_place(self, week_on: date) -> bool:
        """Whether it is this week's turn."""
        if self.rhythm is Rhythm.FORTNIGHTLY:
            return (week_on - monday(self.first_week_on)).days % 14 == 0
        # The month's first such weekday is one of its first seven days.
        return self.rhythm is Rhythm.WEEKLY or (week_on + timedelta(days=self.ask_day)).day <= 7

    def turn(self, week_on: date) -> int:
        """A number that goes up by one from round to round, for items that take turns."""
        if self.rhythm is Rhythm.MONTHLY:
            asked_on = week_on + timedelta(days=self.ask_day)
            return asked_on.year * 12 + asked_on.month
        return week_on.toordinal() // (14 if self.rhythm is Rhythm.FORTNIGHTLY else 7)

    def open_week(self, now: datetime) -> date | None:
        """The week whose round should be open at an instant, if any."""
        # Seen from UTC, the round of a week may close on the Monday after it, and open on the Sunday before it.
        for days in (-1, 0, 1):
            week_on = monday(now.date() + timedelta(days=days))
            if self.takes_place(week_on) and self.opens_at(week_on) <= now < self.closes_at(week_on):
                return week_on
        return None

    def next_opening(self, after: datetime) -> datetime:
        """The next instant at which a round opens."""
        first = monday(after.date())
        weeks = (first + timedelta(weeks=ahead) for ahead in range(MOST_WEEKS_APART + 1))
        return next(
            opens for week_on in weeks if self.takes_place(week_on) and (opens := self.opens_at(week_on)) > after
        )


def monday(day: date) -> date:
    """The Monday of the ISO week that a day is in."""
    return day - timedelta(days=day.weekday())


def second_full_week(joined_on: date) -> date:
    """The Monday of the second whole week that somebody is there."""
    return monday(joined_on + timedelta(days=6)) + timedelta(weeks=1)


def _instant(week_on: date, day: Weekday, at: time, zone: ZoneInfo) -> datetime:
    # A time skipped or doubled by a clock change resolves to one instant (PEP 495, fold=0).
    return datetime.combine(week_on + timedelta(days=day), at, zone).astimezone(UTC)
