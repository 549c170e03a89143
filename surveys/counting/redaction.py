"""What is taken out of a comment before it is released: whatever points at somebody.

Names are found whatever their case, accents and endings ("hannahs", "Mueller" for Müller). A name that is a word
as well ("mark", "klein") is left where it stands as one: in lower case, or before its subject at the beginning of
a sentence ("Will we …"). Where that is unclear it goes. Nicknames, misspellings, single initials and the
inflection of other languages than English and German are not found.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise

from analysis.themes.content import stop_words

# What nobody sees and what would cut a name or an address in two: soft hyphens, marks of direction, empty joiners.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Endings of addresses that people type without http; "it" or "me" would be words after a full stop.
_ENDINGS = "com|org|net|io|de|eu|uk|fr|es|nl|ch|app|dev|ai|cloud|biz|info|example"
_DATE = r"(?:\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d\d(?:\d\d)?)(?!\w|[\s().\-/]*\d)"
# In this order: an email would otherwise be taken for a mention.
_POINTERS = [
    (re.compile(r"<(?:https?|mailto|tel|ftp):[^>]*>", re.IGNORECASE), "[link]"),
    (re.compile(r"[\w.+\-]+[@＠][\w.\-]+"), "[email]"),
    (re.compile(r"<[@#!][^>]*>|[@＠]+[\w.\-]+"), "[name]"),
    (re.compile(r"(?:[\w+.\-]*://|www\.)\S+", re.IGNORECASE), "[link]"),
    (re.compile(rf"\b(?:[\w\-]+\.)+(?:{_ENDINGS})\b(?:[/?#:]\S*)?"), "[link]"),
    (re.compile(rf"(?<!\d)(?<!\d[.\-/])(?!{_DATE})\+?\d[\d\s().\-/]{{6,}}\d"), "[number]"),
]
# A word with the marks on its letters and the apostrophes inside; what was taken out before is left alone.
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_LETTER = rf"[^\W\d_][{_MARKS}]*"
_WORD = re.compile(rf"\[(?:name|email|link|number)\]|(?:{_LETTER})+(?:['’´`ʼ](?:{_LETTER})+)*")
_APOSTROPHE = re.compile("['’´`ʼ]")
_OWNER = re.compile("['’´`ʼ]s$", re.IGNORECASE)
# A title tells as much as half a name, and so does an initial.
_LEADS_IN = re.compile(
    rf"(?:\b(?:(?:mr|mrs|ms|miss|sir|dr|prof|herrn?|frau|hr|fr)\b\.?|{_LETTER}\.)\s*)+(?=\[name\])", re.IGNORECASE
)
_NEIGHBOURS = re.compile(r"\[name\](?:[\s\-–]+\[name\])+")
# Scripts that put no space between words: there a name is looked for inside of them.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
# "Rep7" and "north.lead" are accounts and nobody's names; they are looked for as they stand, and "rep" is not.
_ACCOUNT = re.compile(r"\w*\d\w*|\w{2,}(?:\.\w{2,})+")
_FLAT = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# A name of fewer letters is not looked for without its vowel pairs ("Baer", "Joel").
_LONG_ENOUGH = 5


def _fold(text: str) -> str:
    """Letters alone, small, without accents: "O’Brien" and "obrien", "Müller" and "muller" are the same."""
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_FLAT)
    return "".join(sign for sign in flat if sign.isalpha())


@cache
def _words(kind: str) -> frozenset[str]:
    """The "particles", "subjects" or "ordinary" words of `names.toml`, folded."""
    lists = tomllib.loads((files(__package__) / "names.toml").read_text(encoding="utf-8"))
    functional = stop_words() if kind == "ordinary" else ()
    return frozenset(_fold(word) for word in [*lists[kind].split(), *functional])


def _spellings(part: str) -> set[str]:
    """How a part of a name may be written."""
    small = unicodedata.normalize("NFC", part).casefold()
    found = {_fold(small), _fold(small.translate(_SPELLED_OUT))}
    if len(part) >= _LONG_ENOUGH:
        found.add(re.sub("([aou])e", r"\1", _fold(small)))
    return found


def _parts(name: str) -> list[str]:
    """The words of a name that are somebody's: no initials, no particles, no accounts."""
    words = [match.group() for match in _WORD.finditer(_ACCOUNT.sub(" ", name))]
    return [word for word in words if len(_fold(word)) > 1 and _fold(word) not in _words("particles")]


class Redaction:
    """Takes names of the roster, mentions, emails, links and phone numbers out of comments.

    Args:
        names: full names of everybody.
        emails: their addresses, whose part before the "@" people use as names too.
    """

    def __init__(self, names: Iterable[str], emails: Iterable[str] = ()) -> None:
        self._names: set[str] = set()
        self._full: set[tuple[str, str]] = set()
        as_written: set[str] = set()
        for name in names:
            spelled = [_spellings(part) for part in _parts(name)]
            self._names.update(*spelled)
            for first, second in pairwise(spelled):
                self._full.update((one, other) for one in first for other in second)
            as_written.update(re.escape(found) for found in _UNSPACED.findall(f"{name} {''.join(name.split())}"))
            as_written.update(rf"(?<!\w){re.escape(found)}(?!\w)" for found in _ACCOUNT.findall(name))
        handles = (_fold(email.partition("@")[0]) for email in emails if email.partition("@")[0].isalpha())
        self._names.update(handle for handle in handles if len(handle) > 2 and handle not in _words("ordinary"))
        longest_first = sorted(as_written, key=len, reverse=True)
        self._as_written = re.compile("|".join(longest_first), re.IGNORECASE) if as_written else None

    def __call__(self, comment: str) -> str:
        """The comment with everything that points at somebody replaced by a word in brackets."""
        comment, before = _UNSEEN.sub("", comment), None
        # What was taken out can part one pointer from another; each turn takes something, so it ends.
        while comment != before:
            before, comment = comment, self._once(comment)
        return comment

    def _once(self, comment: str) -> str:
        for pattern, word in _POINTERS:
            comment = pattern.sub(word, comment)
        if self._as_written:
            comment = self._as_written.sub("[name]", comment)
        return _NEIGHBOURS.sub("[name]", _LEADS_IN.sub("", self._without_names(comment)))

    def _without_names(self, comment: str) -> str:
        words = list(_WORD.finditer(comment))
        kept, end = [], 0
        for place, word in enumerate(words):
            if self._is_name(comment, words, place):
                kept += [comment[end : word.start()], "[name]"]
                end = word.end()
        return "".join([*kept, comment[end:]])

    def _is_name(self, comment: str, words: list[re.Match[str]], place: int) -> bool:
        word = _OWNER.sub("", words[place].group())
        if word.startswith("["):
            return False
        if self._of_full_name(comment, words, place) or self._named(word):
            return not _as_verb(comment, words, place)
        return any(self._named(part) for part in _APOSTROPHE.split(word)[1:])

    def _of_full_name(self, comment: str, words: list[re.Match[str]], place: int) -> bool:
        """Whether a word and its neighbour are first and last name of somebody, however they are written."""
        pairs = [(at, at + 1) for at in (place - 1, place) if 0 <= at < len(words) - 1]
        return any(
            not comment[words[first].end() : words[second].start()].strip(" -")
            and (_fold(words[first].group()), ending) in self._full
            for first, second in pairs
            for ending in _without_ending(words[second].group())
        )

    def _named(self, word: str) -> bool:
        """Whether a word by itself is a name: no ordinary word, or written as a name is."""
        whole, *shorter = _without_ending(word)
        capital, ordinary = word[0].isupper(), _words("ordinary")
        if whole in self._names:
            return capital and whole not in ordinary if len(whole) < 3 else capital or whole not in ordinary
        if whole in ordinary:
            return False
        return any(base in self._names and (capital or base not in ordinary) for base in shorter)


def _without_ending(word: str) -> Iterator[str]:
    """A word as it stands, and without the s of a genitive."""
    whole = _fold(word)
    yield whole
    if whole.endswith("s") and len(whole) > 3:
        yield whole[:-1]


def _as_verb(comment: str, words: list[re.Match[str]], place: int) -> bool:
    """Whether a word begins a sentence as "Will we" or "Mark the" do, and may be an ordinary word."""
    if _fold(words[place].group()) not in _words("ordinary") or place + 1 == len(words):
        return False
    before = comment[: words[place].start()].rstrip(" \t")
    begins = not before or before[-1] in ".!?:;\n"
    between = comment[words[place].end() : words[place + 1].start()]
    return begins and between == " " and _fold(words[place + 1].group()) in _words("subjects")
