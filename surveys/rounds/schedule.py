"""When things are due. Local days and times become instants here, and nowhere else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

# The first place on earth where a day begins is 14 hours ahead of UTC.
EARLIEST_ZONE = timedelta(hours=14)
# A late invitation waits for these local hours rather than ring at night.
WORKING_HOURS = (time(8), time(18))


class Weekday(IntEnum):
    """Days of the week, Monday first, as in ISO."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Schedule:
    """A weekly pulse.

    The ask, the reminder and the digest are in each person's own time; the close is one instant for everybody.
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

    def ask_at(self, week_on: date, zone: ZoneInfo) -> datetime:
        """When a person in a zone is asked."""
        return _instant(week_on, self.ask_day, self.ask_time, zone)

    def remind_at(self, week_on: date, zone: ZoneInfo) -> datetime:
        """When a person who has not answered is reminded."""
        return _instant(week_on, self.remind_day, self.remind_time, zone)

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

    def open_week(self, now: datetime) -> date | None:
        """The week whose round should be open at an instant, if any."""
        # Seen from UTC, the round of a week may close on the Monday after it, and open on the Sunday before it.
        for days in (-1, 0, 1):
            week_on = monday(now.date() + timedelta(days=days))
            if self.opens_at(week_on) <= now < self.closes_at(week_on):
                return week_on
        return None


def monday(day: date) -> date:
    """The Monday of the ISO week that a day is in."""
    return day - timedelta(days=day.weekday())


def in_working_hours(now: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody in a zone may be disturbed at an instant: 8 to 18, Monday to Friday."""
    local = now.astimezone(zone)
    return local.weekday() < Weekday.SATURDAY and WORKING_HOURS[0] <= local.time() < WORKING_HOURS[1]


def _instant(week_on: date, day: Weekday, at: time, zone: ZoneInfo) -> datetime:
    # A time skipped or doubled by a clock change resolves to one instant (PEP 495, fold=0).
    return datetime.combine(week_on + timedelta(days=day), at, zone).astimezone(UTC)
