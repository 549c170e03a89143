"""Times in a question: "since March", "last quarter", "zwischen dem 4. Mai und dem 1. Juni"."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analysis.questions.question import Period
from analysis.questions.words import Words

TIME = "TIME"
FUTURE = "FUTURE"
# "The last few weeks": our own reading of a vague number.
FEW = 4

_MONTHS = (
    ("january", "jan", "januar", "jänner"), ("february", "feb", "februar"), ("march", "mar", "märz", "maerz"),
    ("april", "apr"), ("may", "mai"), ("june", "jun", "juni"), ("july", "jul", "juli"), ("august", "aug"),
    ("september", "sep", "sept"), ("october", "oct", "oktober", "okt"), ("november", "nov"),
    ("december", "dec", "dezember", "dez"),
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
# Month names that are everyday words as well: a month only beside a preposition, a day or a year.
_ALSO_WORDS = {"may", "march", "mar", "dec", "sep", "jun", "jan"}
_NUMBERS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "couple of": 2, "a couple of": 2, "few": FEW, "a few": FEW, "several": FEW, "half a": 0,
    "ein": 1, "einem": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "neun": 9, "zehn": 10, "zwölf": 12, "paar": FEW,
}  # fmt: skip
_SPAN = {
    "day": "day", "days": "day", "tag": "day", "tage": "day", "tagen": "day",
    "week": "week", "weeks": "week", "wk": "week", "wks": "week", "woche": "week", "wochen": "week",
    "fortnight": "fortnight", "month": "month", "months": "month", "monat": "month", "monate": "month", "monaten": "month", "monats": "month",
    "quarter": "quarter", "quarters": "quarter", "quartal": "quarter", "quartale": "quarter", "quartals": "quarter", "quartalen": "quarter",
    "year": "year", "years": "year", "jahr": "year", "jahre": "year", "jahren": "year", "jahres": "year",
}  # fmt: skip
_M = "|".join(sorted(_MONTH, key=len, reverse=True))
_S = "|".join(sorted(_SPAN, key=len, reverse=True))
_N = r"\d{1,3}|" + "|".join(sorted((name for name in _NUMBERS if name != "half a"), key=len, reverse=True))
_LAST = r"last|past|previous|prior|letzte[nmrs]?|vergangene[nmrs]?|vorige[nmrs]?|vorherige[nmrs]?|recent"
_THIS = r"this|current|diese[nmrs]?|aktuelle[nmrs]?|laufende[nmrs]?"
_THE = r"(?:the|der|die|das|dem|den|des)"
_MOMENT = rf"""(?:
    \d{{4}}-\d{{2}}-\d{{2}} | \d{{1,2}}\.\d{{1,2}}(?:\.\d{{2,4}})? |
    \d{{1,2}}(?:st|nd|rd|th)?\ (?:of\ )?(?:{_M})(?:\ \d{{4}})? | (?:{_M})\ \d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:\ \d{{4}})? |
    (?:(?:early|mid|late|anfang|mitte|ende)\ )?(?:{_M})(?:\ \d{{4}})? |
    q[1-4](?:\ \d{{4}})? | (?:first|second|third|fourth)\ quarter |
    (?:{_LAST})\ (?:{_S}|{_M}) | (?:{_THIS})\ (?:{_S}) |
    (?:{_N})\ (?:{_S})\ ago | vor\ (?:{_N})\ (?:{_S}) |
    (?:the\ )?(?:start|beginning|begin|beginn|anfang)\ (?:of\ |der\ |des\ )?(?:the\ |this\ )?(?:{_S}) | new\ year |
    year\ to\ date | ytd | yesterday | gestern | today | heute | now | jetzt | 20[0-9]{{2}} | jahresbeginn | jahresanfang
)"""


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
    for name, pattern in _PATTERNS:
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


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE)


_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("next", _compiled(rf"\b(?:(?:in|for|over|during|within|für|im)\ )?(?:{_THE}\ )?(?:next|coming|upcoming|following|nächste[nmrs]?|kommende[nmrs]?)\ (?:(?:{_N})\ )?(?:{_S})\b|\btomorrow\b|\bmorgen\b")),
    ("between", _compiled(rf"\b(?:between|from|zwischen|von|vom)\ (?:{_THE}\ )?(?P<a>{_MOMENT})\ (?:and|to|until|till|und|bis|through)\ (?:zum\ |{_THE}\ )?(?P<b>{_MOMENT})(?!\w)")),
    ("since", _compiled(rf"\b(?:since|ever\ since|starting|starting\ in|beginning|seit|ab)\ (?:{_THE}\ )?(?P<a>{_MOMENT})(?!\w)(?:\ (?:on|onwards?|an))?")),
    ("since", _compiled(rf"\b(?:from|von|vom)\ (?:{_THE}\ )?(?P<a>{_MOMENT})\ (?:on|onwards?|an)\b")),
    ("since", _compiled(rf"\b(?:since|seit)\ (?P<n>{_N})\ (?P<s>{_S})\b")),
    ("after", _compiled(rf"\b(?:after|nach)\ (?:{_THE}\ )?(?P<a>{_MOMENT})(?!\w)")),
    ("before", _compiled(rf"\b(?:before|vor)\ (?:{_THE}\ )?(?P<a>{_MOMENT})(?!\w)(?!\ ago)")),
    ("until", _compiled(rf"\b(?:until|till|up\ to|bis|bis\ zum)\ (?:{_THE}\ )?(?P<a>{_MOMENT})(?!\w)")),
    ("rolling", _compiled(rf"\b(?:(?:over|in|during|for|within|across|through|throughout|im|über|während)\ )?(?:{_THE}\ )?(?:{_LAST})\ (?P<n>{_N})\ (?P<s>{_S})\b")),
    ("rolling", _compiled(rf"\b(?:over|throughout|during|across|über)\ (?:{_THE}\ )?(?:{_LAST})\ (?P<s>{_S})\b")),
    ("rolling", _compiled(rf"\b(?:{_LAST})\ (?P<half>half)\ (?P<s>year)\b")),
    ("in", _compiled(rf"\b(?:in|during|for|on|at|of|by|im|am|vom|over|as\ of|throughout|across)\ (?:{_THE}\ )?(?P<a>{_MOMENT})(?!\w)")),
    ("bare", _compiled(rf"\b(?P<a>{_MOMENT})(?!\w)")),
    ("said", _compiled(r"\b(?P<how>since|until|till|before|after|on|seit|bis)\ (?P<said>(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|(?:last\ |letzten\ )?(?:monday|tuesday|wednesday|thursday|friday|montag|dienstag|mittwoch|donnerstag|freitag)))(?!\w)")),
)  # fmt: skip


def _period(name: str, match: re.Match[str], today: date) -> Period | None:
    parts = match.groupdict()
    if name == "rolling" or (name == "since" and parts.get("n")):
        if parts.get("half"):
            return Period(_back(today, 6, "month"))
        return Period(_back(today, _number(parts.get("n") or "one"), _SPAN[parts["s"]]))
    if name == "said":
        return _said(parts["how"], parts["said"], today)
    first = _moment(parts["a"], today)
    if first is None or (name == "bare" and parts["a"] in _ALSO_WORDS | {"now", "jetzt"}):
        return None
    if name == "between":
        last = _moment(parts["b"], today, not_before=first.start)
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


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


def _back(day: date, count: int, span: str) -> date:
    match span:
        case "day":
            return day - timedelta(days=count)
        case "week":
            return day - timedelta(weeks=count)
        case "fortnight":
            return day - timedelta(weeks=2 * count)
        case "month":
            return _months_back(day, count)
        case "quarter":
            return _months_back(day, 3 * count)
    return _months_back(day, 12 * count)


def _months_back(day: date, count: int) -> date:
    month = day.year * 12 + day.month - 1 - count
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _whole(span: str, day: date) -> Period:
    """The calendar week (Monday to Sunday), month, quarter or year that holds a day."""
    if span == "day":
        return Period(day, day)
    if span in {"week", "fortnight"}:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    length = {"month": 1, "quarter": 3, "year": 12}[span]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    last_month = first.month + length - 1
    return Period(first, date(day.year, last_month, monthrange(day.year, last_month)[1]))


_DAY_MONTH = re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m>{_M})(?: (?P<y>\d{{4}}))?$")
_MONTH_DAY = re.compile(rf"(?P<m>{_M}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<y>\d{{4}}))?$")
_ONE_MONTH = re.compile(rf"(?:(?P<part>early|mid|late|anfang|mitte|ende) )?(?P<m>{_M})(?: (?P<y>\d{{4}}))?$")
_QUARTER = re.compile(r"q(?P<q>[1-4])(?: (?P<y>\d{4}))?$")
_DOTTED = re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})(?:\.(?P<y>\d{2,4}))?$")
_AGO = re.compile(rf"(?:vor )?(?P<n>{_N}) (?P<s>{_S})(?: ago)?$")
_NAMED = re.compile(rf"(?P<which>{_LAST}|{_THIS}) (?P<s>{_S}|{_M})$")
_OUTSET = re.compile(
    rf"(?:the )?(?:start|beginning|begin|beginn|anfang) (?:of |der |des )?(?:the |this )?(?P<s>{_S})$"
)
_ORDINALS = {"first quarter": "q1", "second quarter": "q2", "third quarter": "q3", "fourth quarter": "q4"}


def _moment(text: str, today: date, *, not_before: date | None = None) -> Period | None:
    """The day, week, month, quarter or year that a phrase names, the latest that has begun."""
    if text in {"yesterday", "gestern"}:
        return _whole("day", today - timedelta(days=1))
    if text in {"today", "heute", "now", "jetzt"}:
        return _whole("day", today)
    if text in {"year to date", "ytd", "new year", "jahresbeginn", "jahresanfang"}:
        return _whole("year", today)
    if re.fullmatch(r"\d{4}", text):
        return _whole("year", date(int(text), 1, 1))
    try:
        return _dated(text, today, not_before) or _spoken(text, today)
    except ValueError:  # a day that the calendar does not have
        return None


def _dated(text: str, today: date, not_before: date | None) -> Period | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _whole("day", date.fromisoformat(text))
    if match := _DOTTED.match(text):
        year = int(match["y"]) if match["y"] else None
        year = year + 2000 if year is not None and year < 100 else year
        return _whole("day", _past(year, int(match["m"]), int(match["d"]), today, not_before))
    if match := _DAY_MONTH.match(text) or _MONTH_DAY.match(text):
        return _whole("day", _past(_year(match), _MONTH[match["m"]], int(match["d"]), today, not_before))
    if match := _ONE_MONTH.match(text):
        whole = _whole("month", _past(_year(match), _MONTH[match["m"]], 1, today, not_before))
        return _part(whole, match["part"])
    if match := _QUARTER.match(_ORDINALS.get(text, text)):
        return _whole("quarter", _past(_year(match), int(match["q"]) * 3 - 2, 1, today, not_before))
    return None


def _spoken(text: str, today: date) -> Period | None:
    if match := _AGO.match(text):
        span = _SPAN[match["s"]]
        day = _back(today, _number(match["n"]), span)
        return _whole("day" if span == "day" else "week", day) if span in {"day", "week"} else Period(day, day)
    if match := _OUTSET.match(text):
        first = _whole(_SPAN[match["s"]], today).start
        return Period(first, first)
    if match := _NAMED.match(text):
        if match["s"] in _MONTH:
            return _whole("month", _past(None, _MONTH[match["s"]], 1, today, None))
        span, this = _SPAN[match["s"]], re.fullmatch(_THIS, match["which"]) is not None
        return _whole(span, today if this else _back(today, 1, span))
    return None


def _year(match: re.Match[str]) -> int | None:
    return int(match["y"]) if match["y"] else None


def _past(year: int | None, month: int, day: int, today: date, not_before: date | None) -> date:
    """A day and month in the year that was said, else in the latest year in which it has begun."""
    if year is not None:
        return date(year, month, day)
    found = date(today.year, month, day)
    if found > today and (not_before is None or not_before.year < today.year):
        found = date(today.year - 1, month, day)
    if not_before is not None and found < not_before:
        found = date(not_before.year + (month < not_before.month), month, day)
    return found


def _part(month: Period, part: str | None) -> Period:
    """A third of a month: "early", "mid" or "late"."""
    if part is None or month.start is None or month.end is None:
        return month
    if part in {"early", "anfang"}:
        return Period(month.start, month.start + timedelta(days=9))
    if part in {"mid", "mitte"}:
        return Period(month.start + timedelta(days=10), month.start + timedelta(days=19))
    return Period(month.start + timedelta(days=20), month.end)


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
    return _leading(name, _whole("day", found.date()), today)
