"""Questions about a person, which are refused whoever asks them.

The bot never ranks, names or scores a person. A question is about one when it asks who, names somebody, or puts
persons in order. Units are recognised before, so that a team called Jordan is still a team.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from unicodedata import combining, normalize

from analysis.questions.lexicon import lexicon, read
from analysis.questions.units import UNIT
from analysis.questions.words import Word, Words

_TITLED = re.compile(r"[A-ZÄÖÜ][a-zäöüéèñß]+$")
_LETTERS = re.compile(r"[^\W\d_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# Shorter parts of a name are particles and initials: "de", "Li" is told by the words around it.
SHORTEST_NAME = 3
# After these stands a subject.
_ABOUT = {"about", "on", "regarding", "concerning", "über", "zu", "zum", "zur"}
# Words that make an unknown capitalised word a unit and not a person.
_UNIT_LIKE = {"team", "teams", "region", "unit", "group", "office", "segment", "territory"}


@dataclass(frozen=True, slots=True)
class _Speech:
    """The patterns of `people.toml`."""

    promise: tuple[re.Pattern[str], ...]
    refused: tuple[re.Pattern[str], ...]
    refused_as_written: tuple[re.Pattern[str], ...]
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
        promise=tuple(compiled(pattern) for pattern in data["promise"]),
        refused=tuple(compiled(pattern) for pattern in data["refused"]),
        refused_as_written=tuple(compiled(pattern) for pattern in data["refused_as_written"]),
        who=compiled(data["who"]),
        who_allowed=tuple(compiled(pattern) for pattern in data["who_allowed"]),
        who_of_persons=compiled(data["who_of_persons"]),
        somebody=tuple(compiled(pattern) for pattern in data["somebody"]),
    )


def about_person(words: Words, *, named: int, people: frozenset[str] = frozenset()) -> bool:
    """Whether a question, with its times, units and measures already marked, is about a person.

    Args:
        words: the question.
        named: how many units were named; "who is doing better, A or B" asks about the two.
        people: names of people as the roster writes them; common given names are known without it.
    """
    text, speech = words.text, _speech()
    if any(pattern.search(words.plain) for pattern in speech.promise):
        return False
    if any(pattern.search(text) for pattern in speech.refused):
        return True
    if any(pattern.search(words.plain) for pattern in speech.refused_as_written):
        return True
    allowed = any(pattern.search(text) for pattern in speech.who_allowed)
    if speech.who.search(text) and not allowed and (named < 2 or speech.who_of_persons.search(text)):
        return True
    return _named(words, people) or _somebody(words)


def _named(words: Words, people: frozenset[str]) -> bool:
    """Whether a name stands in it; units were marked before, so that a team called Jordan is still a team."""
    names = _in_roster(people)
    for place, word in enumerate(words.items):
        before = words.items[place - 1].text if place else ""
        if word.mark is not None or not _is_name(word, before, names):
            continue
        beside = {other.text for other in words.items[max(0, place - 2) : place + 2]}
        if not beside & _UNIT_LIKE:
            return True
    return False


def _is_name(word: Word, before: str, names: frozenset[str]) -> bool:
    """Whether a word is a given name, or somebody's in the roster; also in the German genitive, "Annas".

    In lower case after "about" it is more likely a subject: people write about prices, whatever Ms Price thinks.
    """
    known = lexicon()
    if word.text in known.names:
        return True
    if word.text in known.common or word.text in known.measures:
        return False
    if word.text in names:
        return before not in _ABOUT or not word.written.islower()
    return word.text.endswith("s") and word.text[:-1] in known.names | names and not word.written.islower()


@lru_cache(maxsize=4)
def _in_roster(people: frozenset[str]) -> frozenset[str]:
    """The words of people's names, also as they are typed without umlauts and accents."""
    found: set[str] = set()
    for name in people:
        for word in _LETTERS.findall(name.lower()):
            if len(word) >= SHORTEST_NAME:
                bare = "".join(letter for letter in normalize("NFKD", word) if not combining(letter))
                found |= {word, bare, word.translate(_UMLAUTS)}
    return frozenset(found)


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
