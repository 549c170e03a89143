"""Working time: when somebody may be disturbed. Never at night, at the weekend or on a public holiday.

Weekends and holidays are those of a person's country: the one that the roster names, or the one their time zone
lies in. Holidays are national; those of a state or a canton alone are not known.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

from surveys.people import countries

# Whatever comes late waits for these local hours rather than ring at night.
WORKING_HOURS = (time(8), time(18))
# China's longest holidays, with what is bridged, are nine days; after this long something is wrong with the table.
MOST_DAYS_OFF = 21
WEEKEND = (5, 6)


def at_work(now: datetime, zone: ZoneInfo, country: str | None = None) -> bool:
    """Whether somebody may be disturbed at an instant: 8 to 18 on a working day of their country."""
    local = now.astimezone(zone)
    return WORKING_HOURS[0] <= local.time() < WORKING_HOURS[1] and is_working_day(local.date(), zone, country)


def next_at_work(now: datetime, zone: ZoneInfo, country: str | None = None) -> datetime:
    """The first instant from now on at which somebody may be disturbed."""
    if at_work(now, zone, country):
        return now
    today = now.astimezone(zone).date()
    for days in range(MOST_DAYS_OFF):
        begin = datetime.combine(today + timedelta(days=days), WORKING_HOURS[0], zone).astimezone(UTC)
        # Where a day was skipped at the date line, its morning is another day's.
        if begin > now and at_work(begin, zone, country):
            return begin
    return now + timedelta(days=MOST_DAYS_OFF)


def is_working_day(day: date, zone: ZoneInfo, country: str | None = None) -> bool:
    """Whether a country works on a day, those days included that make up for a bridged holiday."""
    calendar = _calendar(country or countries.of_zone(zone.key), day.year)
    return day.weekday() not in WEEKEND if calendar is None else calendar.is_working_day(day)


@lru_cache(maxsize=1024)
def _calendar(country: str | None, year: int) -> HolidayBase | None:
    """The public holidays of a year; None for a country that the package does not know."""
    if country is None:
        return None
    try:
        # Next year's are looked at by rules for bridging days; none are added later, so threads may share it.
        return country_holidays(country, years=year, expand=False)
    except NotImplementedError:
        return None
