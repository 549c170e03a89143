"""The words of a comment that carry its meaning."""

import re
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"[^\W\d_]{2,}(?:['’][^\W\d_]+)?")


@cache
def stop_words() -> frozenset[str]:
    """English and German words without a subject of their own."""
    return frozenset(_list("stopwords.txt"))


@cache
def fillers() -> frozenset[str]:
    """Words of comments that say nothing: "all good", "busy week"."""
    return frozenset(_list("fillers.txt"))


def _list(name: str) -> list[str]:
    return (files(__package__) / name).read_text(encoding="utf-8").split()


def words(text: str) -> list[str]:
    """All words in lower case, apostrophes dropped."""
    return [re.sub("['’]", "", word) for word in _WORD.findall(text.lower())]


def content(text: str) -> list[str]:
    """The words that carry meaning, in their order; empty for "all good"."""
    kept = [word for word in words(text) if word not in stop_words()]
    return [] if all(word in fillers() for word in kept) else kept
