"""The nearest match of something mistyped."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

# Of 100; two letters changed in a name of ten, and no other person's name.
CLOSE_ENOUGH = 80


def nearest(word: str, known: Iterable[str]) -> str | None:
    """What was probably meant, or None when nothing is close."""
    found = process.extractOne(word, sorted(known), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'; did you mean ada@x.example?', or nothing."""
    found = nearest(word, known)
    return f"; did you mean {found}?" if found else ""
