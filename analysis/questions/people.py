"""Questions about a person, which are refused whoever asks them.

The bot never ranks, names or scores a person. A question is about one when it asks who, names somebody, or puts
persons in order. Units are recognised before, so that a team called Jordan is still a team.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from analysis.questions.lexicon import lexicon, read
from analysis.questions.units import UNIT
from analysis.questions.words import Words

_TITLED = re.compile(r"[A-ZÄÖÜ][a-zäöüéèñß]+$")
# Words that make an unknown capitalised word a unit and not a person.
_UNIT_LIKE = {"team", "teams", "region", "unit", "group", "office", "segment", "territory"}


@dataclass(frozen=True, slots=True)
class _Speech:
    """The patterns of `people.toml`."""

    refused: tuple[re.Pattern[str], ...]
    who: re.Pattern[str]
    who_allowed: tuple[re.Pattern[str], ...]
    who_of_persons: re.Pattern[str]
    somebody: tuple[re.Pattern[str], ...]


@cache
def _speech() -> _Speech:
    data = read("people.toml")

    def compiled(pattern: str) -> re.Pattern[str]:
        for name in ("person", "worst", "say"):
            pattern = pattern.replace(f"<{name}>", f"(?:{'|'.join(data[name].split())})")
        return re.compile(pattern)

    return _Speech(
        refused=tuple(compiled(pattern) for pattern in data["refused"]),
        who=compiled(data["who"]),
        who_allowed=tuple(compiled(pattern) for pattern in data["who_allowed"]),
        who_of_persons=compiled(data["who_of_persons"]),
        somebody=tuple(compiled(pattern) for pattern in data["somebody"]),
    )


def about_person(words: Words, *, named: int) -> bool:
    """Whether a question, with its times, units and measures already marked, is about a person.

    Args:
        words: the question.
        named: how many units were named; "who is doing better, A or B" asks about the two.
    """
    text, speech = words.text, _speech()
    if any(pattern.search(text) for pattern in speech.refused):
        return True
    allowed = any(pattern.search(text) for pattern in speech.who_allowed)
    if speech.who.search(text) and not allowed and (named < 2 or speech.who_of_persons.search(text)):
        return True
    return _given_name(words) or _somebody(words)


def _given_name(words: Words) -> bool:
    known = lexicon()
    for place, word in enumerate(words.items):
        if word.mark is not None or word.text not in known.names:
            continue
        beside = {other.text for other in words.items[max(0, place - 2) : place + 2]}
        if not beside & _UNIT_LIKE:
            return True
    return False


def _somebody(words: Words) -> bool:
    """Whether a word that is no known word stands where a person stands: "what did X say", "X's score"."""
    known = lexicon()
    text = words.text
    for pattern in _speech().somebody:
        match = pattern.search(text)
        if match and match["one"] not in known.common and match["one"].islower() and UNIT not in match["one"]:
            return match["one"].isalpha() and not set(match.group(0).split()) & _UNIT_LIKE
    items = words.items
    for first, second in pairwise(items):
        owner = first.mark is None and second.text == "s" and first.text not in known.common
        if owner and _TITLED.match(first.written):
            return True
    return False
