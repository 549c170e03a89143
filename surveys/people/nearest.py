"""The nearest match of something mistyped."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

# Of 100; two letters changed in a name of ten, and no other person's name.
CLOSE_ENOUGH = 80
# What stands before the @ of an address is short: of three letters, one may be another.
CLOSE_ENOUGH_BEFORE_AT = 60


def nearest(word: str, known: Iterable[str]) -> str | None:
    """What was probably meant, or None when nothing is close."""
    # Two addresses of one company are alike by their ends alone.
    alike = [one for one in known if fuzz.ratio(_before_at(word), _before_at(one)) >= CLOSE_ENOUGH_BEFORE_AT]
    found = process.extractOne(word, sorted(alike), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH)
    return found[0] if found else None


def _before_at(text: str) -> str:
    return text.partition("@")[0]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'; did you mean ada@x.example?', or nothing."""
    found = nearest(word, known)
    return f"; did you mean {found}?" if found else ""
