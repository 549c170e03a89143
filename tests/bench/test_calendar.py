"""The calendar in small: zones with odd clocks, in weeks in which clocks change, and with a clock that leaps."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

from tests.bench.calendar import YEARS, ZONES, Tally, changes_of_clock, different, simulate, weeks_of_change

ODD = (
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "America/Los_Angeles",
    "America/Nuuk",
    "Asia/Kathmandu",
    "Asia/Riyadh",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)


def lived(weeks: list[date], *, jumps: bool, seed: int = 0) -> Tally:
    """Some weeks, in a process of their own: a frozen clock stops the event loops of a sandbox for ever."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(simulate, ODD, weeks, jumps=jumps, seed=seed).result()


def held(found: Tally, weeks: int) -> bool:
    """One round a week, one ask each, nothing outside working hours; reminders at most as many."""
    broken = (found.weeks_without, found.weeks_with_two, found.doubled, found.missed, found.outside)
    return (
        not any(broken)
        and not found.reminded_outside
        and found.rounds == weeks
        and found.asks + found.off_work == weeks * found.zones
        and 0 < found.reminders <= found.asks
    )


def test_where_clocks_change_everybody_is_asked_once_in_their_working_hours() -> None:
    found = lived([date(2026, 10, 26)], jumps=False)
    assert held(found, 1), found


def test_a_clock_that_leaps_by_days_asks_nobody_twice_and_forgets_nobody() -> None:
    found = lived([date(2026, 3, 16), date(2026, 3, 23)], jumps=True)
    assert held(found, 2), found


def test_every_zone_is_of_one_kind_and_every_change_falls_into_a_week() -> None:
    kinds = different(ODD)
    # Western Sahara and Morocco keep the same time, and are two countries.
    assert kinds == sorted(ODD)
    assert set(kinds) <= set(ZONES)
    assert changes_of_clock(["Europe/Berlin"]) == 2 * len(YEARS)
    assert date(2026, 3, 30) in weeks_of_change(["Europe/Berlin"], 2026)
    assert date(2026, 7, 6) not in weeks_of_change(["Europe/Berlin"], 2026)
