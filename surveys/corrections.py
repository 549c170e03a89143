"""Questions that were not understood, with what their askers said they meant: examples for the admin to review.

Kept without who asked and without when, so that a question leads to nobody; and not at all when it is about a
person, or holds a word that could be somebody's name.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from analysis.questions import Intent, parse
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.storage.tables import CorrectionRow, PersonRow

# Longer ones are stories, which lead to people.
LONGEST = 200
# More than anybody reviews; then nothing is kept until some are forgotten.
MOST = 500


class NoSuchCorrection(OrgpulseError):
    """There is no kept example {key}. `orgpulse corrections` lists them."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A question as it was asked, and the question that was meant by it, in words; `key` names it."""

    key: str
    asked: str
    meant: str


def keep(session: Session, asked: str, meant: str, *, today: date) -> bool:
    """Keep an example once, however often it comes; whether it may be kept at all."""
    if len(asked) > LONGEST or not _of_nobody(session, asked, today) or len(kept(session)) >= MOST:
        return False
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # By its content: a counter would say in which order people asked.
    key = hashlib.sha256(f"{asked}\n{meant}".encode()).hexdigest()[:12]
    session.execute(insert(CorrectionRow).values(id=key, asked=asked, meant=meant).on_conflict_do_nothing())
    return True


def kept(session: Session) -> Sequence[Correction]:
    """All examples, by what was meant."""
    rows = session.scalars(select(CorrectionRow).order_by(CorrectionRow.meant, CorrectionRow.asked))
    return [Correction(row.id, row.asked, row.meant) for row in rows]


def forget(session: Session, key: str) -> None:
    """Delete an example that was reviewed; raises NoSuchCorrection."""
    if session.get(CorrectionRow, key) is None:
        raise NoSuchCorrection(key=key)
    session.execute(delete(CorrectionRow).where(CorrectionRow.id == key))


def _of_nobody(session: Session, text: str, today: date) -> bool:
    """Whether a question is about no person, as far as it can be told: an unknown word may be a name."""
    # Whoever left is still a person.
    people = frozenset(session.scalars(select(PersonRow.name)))
    question = parse(text, units=directory.units(session), today=today, people=people)
    return question.intent is not Intent.REFUSED and not question.unknown
