"""Attainment in a sentence: what share of its target a unit achieved, and whether that is more than noise."""

from calendar import monthrange
from datetime import date

from analysis.attainment import Move, attainment_of
from analysis.figures import Attainment, Record
from handlers.words import Words

MONTHS_A_QUARTER, MONTHS_A_YEAR = 3, 12


def attainment_line(record: Record, unit_id: str, say: Words) -> str | None:
    """'82 percent of target in Q3 2026, after 101 percent in Q2 2026; ...'; None without a target for the unit."""
    move = attainment_of(record, unit_id)
    return None if move is None else move_text(move, say)


def move_text(move: Move, say: Words) -> str:
    """The same for one period beside the ones before it."""
    now, period = _percent(move.now.share), period_text(move.now, say)
    if move.before is None:
        return say("attainment.first", now=now, period=period)
    compared = say(
        "attainment.after",
        now=now,
        period=period,
        before=_percent(move.before.share),
        period_before=period_text(move.before, say),
    )
    if move.expected is None:
        return say("attainment.too_few", compared=compared, n=move.earlier)
    key = "attainment.moved" if move.more_than_noise else "attainment.within_noise"
    low, high = map(_percent, move.expected)
    return say(key, compared=compared, n=move.earlier, low=low, high=high)


def period_text(attainment: Attainment, say: Words) -> str:
    """'Q3 2026', 'Sep 2026', '2026', or its first and last day."""
    starts, ends = attainment.starts_on, attainment.ends_on
    months = MONTHS_A_YEAR * (ends.year - starts.year) + ends.month - starts.month + 1
    if starts.day != 1 or ends.day != monthrange(ends.year, ends.month)[1]:
        months = 0
    if months == 1:
        return say("attainment.month", month=say(f"month.{starts.month}"), year=starts.year)
    if months == MONTHS_A_QUARTER and starts.month % MONTHS_A_QUARTER == 1:
        return say("attainment.quarter", quarter=_quarter(starts), year=starts.year)
    if months == MONTHS_A_YEAR and starts.month == 1:
        return say("attainment.year", year=starts.year)
    return say("attainment.days", start=say.day_of_year(starts), end=say.day_of_year(ends))


def _quarter(day: date) -> int:
    return (day.month - 1) // MONTHS_A_QUARTER + 1


def _percent(share: float) -> int:
    return round(100 * share)
