"""When things are due, in every time zone there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rounds.schedule import Schedule, Weekday, monday
from tests.company import MONDAY, WEEKLY

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
WEEKS = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(104)]
DAY = timedelta(days=1)

company_zones = st.sampled_from(
    [
        ZoneInfo(key)
        for key in ("Europe/London", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC")
    ]
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Any schedule that the settings allow: ask, remind, close, digest, in this order within a week."""
    quarters = sorted(draw(st.sets(st.integers(0, 7 * 96 - 1), min_size=4, max_size=4)))
    days = [(Weekday(at // 96), time(at % 96 // 4, at % 4 * 15)) for at in quarters]
    (ask_day, ask), (remind_day, remind), (close_day, close), (digest_day, digest) = days
    return Schedule(
        "any", ask_day, ask, remind_day, remind, close_day, close, digest_day, digest, draw(company_zones)
    )


@pytest.mark.parametrize("part", range(8))
def test_everywhere_on_earth_people_are_asked_on_the_morning_of_the_ask_day(part: int) -> None:
    for key in ZONES[part::8]:
        zone = ZoneInfo(key)
        for week_on in WEEKS:
            asked = WEEKLY.ask_at(week_on, zone)
            local = asked.astimezone(zone)
            assert local.date() == week_on, key
            assert local.time() == time(9, 30), key
            assert WEEKLY.opens_at(week_on) <= asked < WEEKLY.closes_at(week_on), key
            assert asked < WEEKLY.remind_at(week_on, zone) < WEEKLY.closes_at(week_on), key


def test_the_digest_comes_after_the_close_everywhere() -> None:
    for key in ZONES:
        zone = ZoneInfo(key)
        for week_on in WEEKS[::8]:
            assert WEEKLY.digest_at(week_on, zone) > WEEKLY.closes_at(week_on), key


@pytest.mark.parametrize("week_on", [date(2026, 3, 23), date(2026, 3, 30), date(2026, 10, 19), date(2026, 10, 26)])
def test_a_clock_change_moves_the_instant_and_not_the_local_time(week_on: date) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    asked = WEEKLY.ask_at(week_on, berlin)
    assert asked.astimezone(berlin).time() == time(9, 30)
    summer = date(2026, 3, 29) <= week_on < date(2026, 10, 25)
    assert asked.time() == (time(7, 30) if summer else time(8, 30))


def test_a_time_that_a_clock_change_skips_or_doubles_is_one_instant() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = replace(WEEKLY, ask_day=Weekday.SUNDAY, ask_time=time(2, 30))
    assert night.ask_at(date(2026, 3, 23), berlin) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert night.ask_at(date(2026, 10, 19), berlin) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(st.sampled_from(ZONES), st.sampled_from(WEEKS), schedules())
def test_every_moment_falls_on_its_own_local_day_or_in_the_hour_that_was_skipped(
    key: str, week_on: date, schedule: Schedule
) -> None:
    zone = ZoneInfo(key)
    for at, day in (
        (schedule.ask_at(week_on, zone), schedule.ask_day),
        (schedule.remind_at(week_on, zone), schedule.remind_day),
        (schedule.digest_at(week_on, zone), schedule.digest_day),
    ):
        assert at.tzinfo is UTC
        assert abs((at.astimezone(zone) - timedelta(hours=1)).date() - week_on - day * DAY) <= DAY
        assert at.astimezone(zone).date() == week_on + day * DAY
    assert schedule.opens_at(week_on) <= schedule.ask_at(week_on, zone)


@given(schedules(), st.sampled_from(WEEKS), st.floats(0, 1, exclude_max=True))
def test_exactly_one_week_is_open_at_any_instant_of_a_round(
    schedule: Schedule, week_on: date, share: float
) -> None:
    opens, closes = schedule.opens_at(week_on), schedule.closes_at(week_on)
    now = opens + (closes - opens) * share
    found = schedule.open_week(now)
    assert found is not None
    assert schedule.opens_at(found) <= now < schedule.closes_at(found)
    # Where one round closes after the next opens, the earlier one is still the open one.
    assert found in {week_on, week_on - 7 * DAY}
    if now >= schedule.closes_at(week_on - 7 * DAY):
        assert found == week_on


@given(schedules(), st.sampled_from(WEEKS))
def test_a_round_opens_at_its_first_instant_and_is_over_at_its_last(schedule: Schedule, week_on: date) -> None:
    instant = timedelta(microseconds=1)
    opens, closes = schedule.opens_at(week_on), schedule.closes_at(week_on)
    assert schedule.open_week(opens - instant) != week_on
    assert schedule.open_week(closes - instant) == week_on
    assert schedule.open_week(closes) != week_on


def test_no_week_is_open_between_two_rounds() -> None:
    assert WEEKLY.open_week(WEEKLY.closes_at(MONDAY)) is None
    assert WEEKLY.open_week(WEEKLY.opens_at(MONDAY) - timedelta(seconds=1)) is None
    assert WEEKLY.open_week(WEEKLY.opens_at(MONDAY)) == MONDAY


def test_a_round_that_closes_on_monday_seen_from_utc_is_open_until_then() -> None:
    late = replace(
        WEEKLY, close_day=Weekday.SUNDAY, close_time=time(23), company_zone=ZoneInfo("America/New_York")
    )
    closes = datetime(2026, 9, 14, 3, 0, tzinfo=UTC)
    assert late.closes_at(MONDAY) == closes
    assert late.open_week(closes - timedelta(minutes=1)) == MONDAY
    assert late.open_week(closes) == MONDAY + 7 * DAY


@given(st.dates(date(1970, 1, 5), date(2100, 1, 1)))
def test_the_monday_of_a_day_is_in_its_iso_week(day: date) -> None:
    found = monday(day)
    assert found.weekday() == 0
    assert found.isocalendar()[:2] == day.isocalendar()[:2]
    assert timedelta(0) <= day - found < timedelta(weeks=1)
