"""What is taken out of a comment before it is released: whatever points at somebody."""

import re
from collections.abc import Iterable

# In this order: an email would otherwise be taken for a mention.
_POINTERS = [
    (re.compile(r"[\w.+\-]+@[\w\-]+\.[\w.\-]+"), "[email]"),
    (re.compile(r"<[@#!][^>]*>|(?<!\w)@[\w.\-]+"), "[name]"),
    (re.compile(r"(?:https?://|www\.)\S+|<https?:[^>]*>", re.IGNORECASE), "[link]"),
    (re.compile(r"(?<!\w)\+?\d[\d\s().\-/]{6,}\d"), "[number]"),
]


class Redaction:
    """Takes names of the roster, mentions, emails, links and phone numbers out of comments."""

    def __init__(self, names: Iterable[str]) -> None:
        words = {name for name in names if name}
        words |= {part for name in words for part in name.split() if len(part) > 2}
        longest_first = sorted(words, key=len, reverse=True)
        pattern = "|".join(re.escape(word) for word in longest_first)
        # Names only as they are written, with a capital: "mark" and "will" are words too.
        self._names = re.compile(rf"(?<!\w)(?:{pattern})(?:'s)?(?!\w)") if pattern else None

    def __call__(self, comment: str) -> str:
        """The comment with everything that points at somebody replaced by a word in brackets."""
        for pattern, word in _POINTERS:
            comment = pattern.sub(word, comment)
        return self._names.sub("[name]", comment) if self._names else comment
