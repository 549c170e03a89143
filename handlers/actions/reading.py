"""`/orgpulse log …` in plain words: what was done, where and when, as far as it can be read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.figures import Unit
from analysis.questions.times import find_times
from analysis.questions.units import UnitFinder
from analysis.questions.words import Words as Read
from handlers.words import FALLBACK, Words, words
from surveys.actions import LONGEST_NOTE, Kind

_BEFORE_TODAY = re.compile(r"^(?:last|letzte[nmrs]?|vergangene[nmrs]?|vorige[nmrs]?)$")
# "cut the second, useless approval": words between those by which a kind is known.
MOST_BETWEEN = 3
_TO_COME = re.compile(r"^(?:next|coming|nächste[nmrs]?|kommende[nmrs]?)$")


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form is filled with; None where nothing was read."""

    unit_id: str | None = None
    kind: Kind | None = None
    done_on: date | None = None
    note: str = ""


def read(text: str, say: Words, *, units: Sequence[Unit], own: Sequence[str], today: date) -> Draft:
    """Read what somebody typed after `log`.

    Args:
        text: their words.
        say: the words of their language; English ones are understood as well.
        units: the units they may choose.
        own: ids of the units they lead.
        today: their local date.

    Returns:
        Unit, day and kind where the words leave no doubt; the whole text is the note.
    """
    spoken = Read.of(text)
    day = _weekday(spoken, say, today) or _day(spoken, today)
    found = UnitFinder(units, own).find(spoken)
    unit_id = found.ids[0] if len(found.ids) == 1 and not found.several else None
    return Draft(unit_id, _kind(text, say), day, text.strip()[:LONGEST_NOTE])


def _weekday(spoken: Read, say: Words, today: date) -> date | None:
    """The newest such day: "Monday" may be today, "last Monday" is not."""
    names = {one(f"weekday.{day}").lower(): day for one in (say, words(FALLBACK)) for day in range(7)}
    for place, word in enumerate(spoken.items):
        before = spoken.items[place - 1].text if place else ""
        if word.text in names and not _TO_COME.match(before):
            ago = (today.weekday() - names[word.text]) % 7
            return today - timedelta(days=7 if ago == 0 and _BEFORE_TODAY.match(before) else ago)
    return None


def _day(spoken: Read, today: date) -> date | None:
    periods = find_times(spoken, today=today).periods
    start = periods[0].start if periods else None
    return start if start is not None and start <= today else None


def _kind(text: str, say: Words) -> Kind | None:
    """The kind of the longest words that stand in the text."""
    lowered = " ".join(re.findall(r"[^\W_]+", text.lower()))
    hits = [
        (len(phrase), kind)
        for kind in Kind
        if kind is not Kind.OTHER
        for one in (say, words(FALLBACK))
        for phrase in one(f"log_words.{kind.value}").split(", ")
        if _said(phrase, lowered)
    ]
    return max(hits, default=(0, None), key=lambda hit: hit[0])[1]


def _said(phrase: str, lowered: str) -> bool:
    """Whether words that begin like these stand in the text in their order, with at most three between two."""
    between = rf"\w*(?: \w+){{0,{MOST_BETWEEN}}} "
    return re.search(r"\b" + between.join(map(re.escape, phrase.split())), lowered) is not None
