"""What lies inside a ballot and a diary, and how it is padded so that every one is of one length."""

import json
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from surveys.ballots.keys import seal, unseal

# The longest comment is 1,000 characters of at most 4 bytes; the rest of a ballot is under 2 kB.
LONGEST_COMMENT = 1000
BALLOT_BYTES = 6144
# Twelve rounds of at most five answers.
DIARY_BYTES = 4096
DIARY_ROUNDS = 12
KEPT = timedelta(weeks=26)


def quarter(day: date) -> str:
    """'2026-Q4': how long a diary keeps one pseudonym."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarter_before(day: date) -> str:
    """The quarter before the one that a day is in."""
    year, number = day.year, (day.month + 2) // 3
    return f"{year}-Q{number - 1}" if number > 1 else f"{year - 1}-Q4"


def _pad(plain: bytes, length: int) -> bytes:
    if len(plain) > length - 4:
        raise ValueError(f"{len(plain)} bytes do not fit into {length}")
    return len(plain).to_bytes(4, "big") + plain + bytes(length - 4 - len(plain))


def _unpad(padded: bytes) -> bytes:
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def _plain(comment: str) -> str:
    """The comment without what no database keeps and no screen shows: control characters, halves of a pair."""
    kept = (sign for sign in comment if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"})
    return "".join(kept)[:LONGEST_COMMENT]


@dataclass(frozen=True, slots=True)
class Ballot:
    """One person's answers in one round, with the team they were asked in and their diary's pseudonyms.

    `answers` maps item id to value; an item left out is missing. `diary_keys` are this quarter's and the last
    one's pseudonym, empty when the person keeps no diary. A ballot without answers and comment is a blank one:
    somebody skipped the week, and from outside that looks like any answer. `chosen` maps item id to the code that
    was chosen in its follow-up; diaries do not keep it.
    """

    unit_id: str
    answers: dict[str, float]
    comment: str
    quotable: bool
    diary_keys: tuple[bytes, ...]
    chosen: dict[str, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        """Whether the person skipped the week."""
        return not self.answers and not self.comment

    def seal(self, *, round_id: str, public: bytes) -> bytes:
        """Seal to the round's public key; the same length whatever was answered."""
        plain = json.dumps(
            [
                self.unit_id,
                self.answers,
                _plain(self.comment),
                self.quotable,
                [key.hex() for key in self.diary_keys],
                self.chosen,
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        return seal(_pad(plain, BALLOT_BYTES), public=public, context=f"ballot {round_id}")

    @classmethod
    def unseal(cls, sealed: bytes, *, round_id: str, private: X25519PrivateKey) -> "Ballot":
        """Open a ballot of this round."""
        plain = _unpad(unseal(sealed, private=private, context=f"ballot {round_id}"))
        unit_id, answers, comment, quotable, diary_keys, chosen = json.loads(plain)
        return cls(unit_id, answers, comment, quotable, tuple(bytes.fromhex(key) for key in diary_keys), chosen)


@dataclass(frozen=True, slots=True)
class Diary:
    """A person's own last answers: pairs of week (a Monday) and answers by item id, oldest first."""

    entries: tuple[tuple[date, dict[str, float]], ...] = ()

    def earlier(self, item_id: str, *, week: date) -> list[tuple[int, float]]:
        """Pairs of weeks ago and answer to one item, before a week."""
        return [
            ((week - on).days // 7, answers[item_id])
            for on, answers in self.entries
            if on < week and item_id in answers
        ]

    def with_entry(self, week: date, answers: dict[str, float]) -> "Diary":
        """The diary with one more round, and without those older than the last twelve."""
        kept = [entry for entry in self.entries if entry[0] != week]
        return Diary(tuple(sorted([*kept, (week, answers)], key=lambda entry: entry[0])[-DIARY_ROUNDS:]))

    def since(self, week: date) -> "Diary":
        """The diary without what is older than half a year before a week; it no longer tells how a person is."""
        return Diary(tuple(entry for entry in self.entries if entry[0] >= week - KEPT))

    def seal(self, *, public: bytes) -> bytes:
        """Seal to the diary key; the same length whatever it holds."""
        plain = json.dumps([[on.isoformat(), answers] for on, answers in self.entries]).encode()
        return seal(_pad(plain, DIARY_BYTES), public=public, context="diary")

    @classmethod
    def unseal(cls, sealed: bytes, *, private: X25519PrivateKey) -> "Diary":
        """Open a diary."""
        entries = json.loads(_unpad(unseal(sealed, private=private, context="diary")))
        return cls(tuple((date.fromisoformat(on), answers) for on, answers in entries))
