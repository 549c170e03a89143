"""Days, weeks, months, quarters and years as they are said: "4 May", "last quarter", "vor zwei Wochen"."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from analysis.questions.lexicon import read
from analysis.questions.question import Period

# Month names that are everyday words as well: a month only beside a preposition, a day or a year.
ALSO_WORDS = frozenset({"may", "march", "mar", "dec", "sep", "jun", "jan", "now", "jetzt"})


@dataclass(frozen=True, slots=True)
class Calendar:
    """The words of `times.toml`: month names and numbers to integers, words for spans to their kind, patterns."""

    months: dict[str, int]
    numbers: dict[str, int]
    spans: dict[str, str]
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    parts: dict[str, str]

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """A pattern with <month>, <span> and the like filled in."""
        return re.compile(_filled(pattern, self.parts))


def _filled(pattern: str, parts: dict[str, str]) -> str:
    # "(?P<n>..." is a group and no placeholder; a moment holds placeholders itself, so it is filled first.
    for name, words in parts.items():
        pattern = pattern.replace(f"<{name}>", words)
    return pattern


def _any(words: list[str]) -> str:
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


@cache
def calendar() -> Calendar:
    """The calendar of `times.toml`."""
    data = read("times.toml")
    months = {name: number for number, names in enumerate(data["months"], start=1) for name in names}
    numbers = {word: int(number) for number, words in data["numbers"].items() for word in words}
    spans = {word: span for span, words in data["spans"].items() for word in words}
    parts = {
        "moment": f"(?:{'|'.join(data['moments']['patterns'])})",
        "month": _any(list(months)),
        "span": _any(list(spans)),
        "number": rf"(?:\d{{1,3}}|{_any(list(numbers))})",
        "last": f"(?:{data['words']['last']})",
        "this": f"(?:{data['words']['this']})",
        "the": data["words"]["the"],
    }
    patterns = tuple((str(entry["kind"]), re.compile(_filled(entry["words"], parts))) for entry in data["pattern"])
    return Calendar(months, numbers, spans, patterns, parts)


def number(word: str) -> int:
    """A number in digits or words."""
    return int(word) if word.isdigit() else calendar().numbers[word]


def back(day: date, count: int, span: str) -> date:
    """The day so many days, weeks, fortnights, months, quarters or years before."""
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


def whole(span: str, day: date) -> Period:
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


_DAY_MONTH = r"(?P<d>\d{1,2})(?:st|nd|rd|th)? (?:of )?(?P<m><month>)(?: (?P<y>\d{4}))?"
_MONTH_DAY = r"(?P<m><month>) (?P<d>\d{1,2})(?:st|nd|rd|th)?(?: (?P<y>\d{4}))?"
_ONE_MONTH = r"(?:(?P<part>early|mid|late|anfang|mitte|ende) )?(?P<m><month>)(?: (?P<y>\d{4}))?"
_QUARTER = r"q(?P<q>[1-4])(?: (?P<y>\d{4}))?"
_AGO = r"(?:vor )?(?P<n><number>) (?P<s><span>)(?: ago)?"
_NAMED = r"(?P<which><last>|<this>) (?P<s><span>|<month>)"
_OUTSET = r"(?:the )?(?:start|beginning|begin|beginn|anfang) (?:of |der |des )?(?:the |this )?(?P<s><span>)"
_ORDINAL = re.compile(r"(first|second|third|fourth|erste|zweite|dritte|vierte)[nsm]? (?:quarter|quartal)")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "erste": 1, "zweite": 2, "dritte": 3, "vierte": 4}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return calendar().compiled(pattern)


def _match(pattern: str, text: str) -> re.Match[str] | None:
    return _compiled(pattern).fullmatch(text)


def moment(text: str, today: date, *, not_before: date | None = None) -> Period | None:
    """The day, week, month, quarter or year that a phrase names, the latest that has begun."""
    if text in {"yesterday", "gestern"}:
        return whole("day", today - timedelta(days=1))
    if text in {"today", "heute", "now", "jetzt"}:
        return whole("day", today)
    if text in {"year to date", "ytd", "new year", "jahresbeginn", "jahresanfang"}:
        return whole("year", today)
    if re.fullmatch(r"\d{4}", text):
        return whole("year", date(int(text), 1, 1))
    try:
        return _dated(text, today, not_before) or _spoken(text, today)
    except ValueError:  # a day that the calendar does not have
        return None


def _dated(text: str, today: date, not_before: date | None) -> Period | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return whole("day", date.fromisoformat(text))
    if match := _match(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})(?:\.(?P<y>\d{2,4}))?", text):
        year = int(match["y"]) if match["y"] else None
        year = year + 2000 if year is not None and year < 100 else year
        return whole("day", _past(year, int(match["m"]), int(match["d"]), today, not_before))
    if match := _match(_DAY_MONTH, text) or _match(_MONTH_DAY, text):
        return whole("day", _past(_year(match), calendar().months[match["m"]], int(match["d"]), today, not_before))
    if match := _match(_ONE_MONTH, text):
        first = _past(_year(match), calendar().months[match["m"]], 1, today, not_before)
        return _part(whole("month", first), match["part"])
    if match := _match(_QUARTER, _ORDINAL.sub(lambda said: f"q{_ORDINALS[said[1]]}", text)):
        return whole("quarter", _past(_year(match), int(match["q"]) * 3 - 2, 1, today, not_before))
    return None


def _spoken(text: str, today: date) -> Period | None:
    if match := _match(_AGO, text):
        span = calendar().spans[match["s"]]
        day = back(today, number(match["n"]), span)
        return whole("day" if span == "day" else "week", day) if span in {"day", "week"} else Period(day, day)
    if match := _match(_OUTSET, text):
        first = whole(calendar().spans[match["s"]], today).start
        return Period(first, first)
    if match := _match(_NAMED, text):
        if match["s"] in calendar().months:
            return whole("month", _past(None, calendar().months[match["s"]], 1, today, None))
        span, this = calendar().spans[match["s"]], _match("<this>", match["which"]) is not None
        return whole(span, today if this else back(today, 1, span))
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
