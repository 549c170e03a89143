"""Clocks: the machine's own, and one that is moved."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from surveys.clock import MovableClock, SystemClock


def test_the_system_clock_tells_the_present_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert before <= now <= before + timedelta(minutes=1)


def test_a_movable_clock_stands_still_until_it_is_moved(clock: MovableClock) -> None:
    start = clock.now()
    assert clock.now() == start
    clock.move_to(datetime(2026, 12, 24, 18, 0, tzinfo=ZoneInfo("Europe/Berlin")))
    assert clock.now() == datetime(2026, 12, 24, 17, 0, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.timestamp() == clock.now().timestamp()
    clock.move_to(start)
    assert clock.now() == start
