"""When somebody may be disturbed: by the hour, the weekend and the holidays of their country."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from surveys.people import countries
from surveys.rounds.working_time import at_work, is_working_day, next_at_work

TOKYO, BERLIN, DUBAI = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Dubai")


def test_working_hours_are_eight_to_eighteen_from_monday_to_friday() -> None:
    def at(day: int, hour: int, minute: int = 0) -> bool:
        return at_work(datetime(2026, 9, 7 + day, hour, minute, tzinfo=TOKYO).astimezone(UTC), TOKYO)

    assert [hour for hour in range(24) if at(0, hour)] == list(range(8, 18))
    assert at(0, 17, 59)
    assert not at(0, 7, 59)
    assert [day for day in range(7) if at(day, 12)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("day", "zone", "country", "works"),
    [
        (date(2026, 10, 3), BERLIN, None, False),
        (date(2026, 12, 25), BERLIN, None, False),
        (date(2026, 9, 22), TOKYO, None, False),
        (date(2026, 9, 7), ZoneInfo("America/Chicago"), None, False),
        (date(2026, 9, 7), ZoneInfo("US/Central"), None, False),
        # Sunday to Thursday, for somebody whose zone lies in a country that works from Monday to Friday.
        (date(2026, 9, 6), DUBAI, "SA", True),
        (date(2026, 9, 4), DUBAI, "SA", False),
        (date(2026, 9, 6), DUBAI, None, False),
        # A Saturday that makes up for a long holiday.
        (date(2026, 2, 14), ZoneInfo("Asia/Shanghai"), None, True),
        (date(2026, 12, 25), ZoneInfo("UTC"), None, True),
    ],
)
def test_days_off_are_those_of_the_country(day: date, zone: ZoneInfo, country: str | None, *, works: bool) -> None:
    assert is_working_day(day, zone, country) is works


def test_what_comes_late_waits_for_the_next_working_morning() -> None:
    friday_night = datetime(2026, 12, 24, 19, tzinfo=BERLIN).astimezone(UTC)
    assert next_at_work(friday_night, BERLIN) == datetime(2026, 12, 28, 8, tzinfo=BERLIN)
    noon = datetime(2026, 12, 23, 12, tzinfo=BERLIN).astimezone(UTC)
    assert next_at_work(noon, BERLIN) == noon


def test_where_a_day_was_skipped_at_the_date_line_the_next_one_counts() -> None:
    apia = ZoneInfo("Pacific/Apia")
    # Samoa had no Friday, 30 December 2011.
    thursday_night = datetime(2011, 12, 29, 20, tzinfo=apia).astimezone(UTC)
    found = next_at_work(thursday_night, apia).astimezone(apia)
    assert found.date() >= date(2011, 12, 31)
    assert is_working_day(found.date(), apia)


def test_a_country_is_known_by_its_zone_under_any_of_its_names() -> None:
    assert countries.of_zone("Asia/Calcutta") == "IN"
    assert countries.of_zone("Europe/Oslo") == "NO"
    assert countries.of_zone("Australia/Lord_Howe") == "AU"
    assert countries.of_zone("UTC") is None
    assert countries.of_zone("Nowhere/Else") is None
    assert "DE" in countries.known()
