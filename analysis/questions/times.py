"""Times in a question: "since March", "last quarter", "zwischen dem 4. Mai und dem 1. Juni"."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analysis.questions.moments import ALSO_WORDS, back, calendar, moment, number, whole
from analysis.questions.question import Period
from analysis.questions.words import Words

TIME = "TIME"
FUTURE = "FUTURE"


@dataclass(frozen=True, slots=True)
class Times:
    """The periods of a question, in the order of its words, and whether it speaks of the future."""

    periods: tuple[Period, ...]
    running: bool
    future: bool


def find_times(words: Words, *, today: date) -> Times:
    """Read and mark the times of a question.

    Args:
        words: the question; what is read here is marked `TIME` or `FUTURE`.
        today: the asker's local date.

    Returns:
        The periods. An end on or after today is open (None). `running` says that a period was worded as one
        that leads up to now ("since", "over the last ..."), which asks for a course and not for one figure.
    """
    found: list[tuple[int, Period]] = []
    running = future = False
    for name, pattern in calendar().patterns:
        for match in pattern.finditer(words.plain):
            start = words.plain[: match.start()].count(" ")
            end = start + match.group(0).strip().count(" ") + 1
            if not words.free(start, end):
                continue
            if name == "next":
                words.mark(start, end, FUTURE)
                future = True
                continue
            period = _period(name, match, today)
            if period is None:
                continue
            words.mark(start, end, f"{TIME}:{start}")
            found.append((start, period))
            running |= name in {"since", "rolling"}
    return Times(tuple(period for _, period in sorted(found, key=lambda pair: pair[0])), running, future)


def _period(name: str, match: re.Match[str], today: date) -> Period | None:
    parts = match.groupdict()
    if name == "rolling" or (name == "since" and parts.get("n")):
        if parts.get("half"):
            return Period(back(today, 6, "month"))
        return Period(back(today, number(parts.get("n") or "one"), calendar().spans[parts["s"]]))
    if name == "said":
        return _said(parts["how"], parts["said"], today)
    first = moment(parts["a"], today)
    if first is None or (name == "bare" and parts["a"] in ALSO_WORDS):
        return None
    if name == "between":
        last = moment(parts["b"], today, not_before=first.start)
        return None if last is None or last.end is None else _open(Period(first.start, last.end), today)
    return _leading(name, first, today)


def _leading(name: str, moment: Period, today: date) -> Period:
    """A moment with the word that leads to it: since, after, before, until or within."""
    match name:
        case "since":
            return Period(moment.start)
        case "after":
            return Period(moment.end + timedelta(days=1) if moment.end else None)
        case "before":
            return Period(None, moment.start - timedelta(days=1) if moment.start else None)
        case "until":
            return _open(Period(None, moment.end), today)
    return _open(moment, today)


def _open(period: Period, today: date) -> Period:
    return Period(period.start, None) if period.end and period.end >= today else period


def _said(how: str, said: str, today: date) -> Period | None:
    """What is left to dateparser: weekdays and dates with slashes."""
    import dateparser  # noqa: PLC0415 - a second of start-up that few questions need

    found: datetime | None = dateparser.parse(
        said,
        languages=["en", "de"],
        settings={
            "RELATIVE_BASE": datetime(today.year, today.month, today.day),  # noqa: DTZ001 - a local date
            "PREFER_DATES_FROM": "past",
            "TIMEZONE": "UTC",
        },
    )
    if found is None:
        return None
    name = {"till": "until", "bis": "until", "seit": "since", "on": "in"}.get(how, how)
    return _leading(name, whole("day", found.date()), today)
