"""A question as words, in which what was recognised is marked so that it is read once only."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

# A Slack mention, an address, a date in digits, or a word: "mid-market" is two, "Japan's" is "japan" and "s".
_WORD = re.compile(r"<@\w+>|@[\w.]+|[\w.+-]+@[\w.-]+\w|\d+(?:[./-]\d+)+|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: lower case, as written, and the mark of what it was recognised as."""

    text: str
    written: str
    mark: str | None = None


@dataclass(slots=True)
class Words:
    """The words of a question, marked step by step."""

    items: list[Word] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> "Words":
        """Split a text."""
        return cls([Word(found.lower(), found) for found in _WORD.findall(text.replace("’", "'"))])

    def __len__(self) -> int:
        return len(self.items)

    def free(self, start: int, end: int) -> bool:
        """Whether none of the words from `start` to before `end` is marked yet."""
        return all(word.mark is None for word in self.items[start:end])

    def mark(self, start: int, end: int, mark: str) -> None:
        """Mark the words from `start` to before `end`."""
        for place in range(start, end):
            self.items[place] = replace(self.items[place], mark=mark)

    def runs(self, most: int) -> Iterator[tuple[int, int, str]]:
        """Runs of unmarked words as (start, end, text), the longest first, then from left to right."""
        for length in range(min(most, len(self.items)), 0, -1):
            for start in range(len(self.items) - length + 1):
                if self.free(start, start + length):
                    yield start, start + length, " ".join(word.text for word in self.items[start : start + length])

    @property
    def text(self) -> str:
        """The words in lower case, with marks in place of what was recognised ("how is MEASURE in UNIT")."""
        return " ".join(self._marked())

    def _marked(self) -> Iterable[str]:
        before: str | None = None
        for word in self.items:
            if word.mark is None:
                yield word.text
            elif word.mark != before:
                yield word.mark.partition(":")[0]
            before = word.mark

    @property
    def plain(self) -> str:
        """All words in lower case, unmarked."""
        return " ".join(word.text for word in self.items)
