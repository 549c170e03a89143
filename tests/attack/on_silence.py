"""Who answered, over thirteen weeks: somebody who saw who was away looks for the same pattern in the database.

They know of everybody in which weeks they answered, have a copy of all rows from before each close and from after it,
and look at whatever may change in the rhythm of somebody's answering: rows that name a person, and diaries, which
name nobody until they are matched. Each is assigned to the person whose weeks fit it best. The weaker design writes
at the close the diaries of those who answered, and no others.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import product
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sqlalchemy import delete
from sqlalchemy.orm import Session

from surveys import count, diaries
from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import Ballot, Diary, quarter
from surveys.storage.tables import DiaryRow
from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.attack.busy_company import BusyCompany
from tests.attack.linkage import Linkage, Name, Score
from tests.attack.sight import Kind, Sight
from tests.attack.witness import MAKERS, Reader

# A quarter, within which a diary keeps its pseudonym.
FIRST_WEEK, WEEKS = date(2026, 7, 6), 13
SIZES = {Effort.SMALL: 40, Effort.FULL: 400}
TOO_LUCKY = 1e-6
# What the databases add to a row.
HIDDEN = {"rowid_", "ctid", "xmin", "xmax"}
# The weaker design must link so many of the diaries.
MOST = 0.9


@dataclass(frozen=True)
class Weekly:
    """What the attacker copied in one week: just before the close, and just after it."""

    before: Sight
    after: Sight


@dataclass(frozen=True)
class Quarter:
    """Thirteen weeks of a company: the copies, and what really was."""

    weeks: Sequence[Weekly]
    # Person's id -> whether they answered, week by week.
    answered: Mapping[Name, tuple[bool, ...]]
    # Diary's key -> person's id.
    writers: Mapping[Name, Name]


def _patterns(company: BusyCompany, dice: random.Random) -> dict[str, tuple[bool, ...]]:
    """Everybody answers as often as they are used to, and is away for a fortnight."""
    found = {}
    for rep in company.reps:
        usual, away = dice.uniform(0.4, 0.95), dice.randrange(-1, WEEKS)
        found[rep.id] = tuple(dice.random() < usual and number not in {away, away + 1} for number in range(WEEKS))
    return found


def _live(company: BusyCompany, reader: Reader, dice: random.Random, progress: Progress) -> Quarter:
    answered = _patterns(company, dice)
    copies = []
    for number in range(WEEKS):
        reader.start()
        week_on = FIRST_WEEK + timedelta(weeks=number)
        week = company.live(week_on, answering={who for who, weeks in answered.items() if weeks[number]})
        before = reader.rows()
        company.close(week)
        copies.append(Weekly(before, reader.rows()))
        progress((number + 1) / WEEKS)
    serving, on = company.master.serving(), quarter(FIRST_WEEK)
    return Quarter(copies, answered, {serving.diary_key(on, rep.id): rep.id for rep in company.reps})


# -- looking for a rhythm -------------------------------------------------------------------------------

# The rows of one table by what they name.
Rows = Mapping[Name, frozenset[str]]
# For each name, week by week.
Beats = NDArray[np.bool_]


def _by_name(sight: Sight, table: str, kind: Kind, *, hidden: bool) -> Rows:
    """The rows of a table by the people, or the diaries, that they name."""
    found: dict[Name, set[str]] = {}
    for row in sight.rows[table]:
        shown = repr([value for column, value in row.items() if hidden or column not in HIDDEN])
        for named, name in sight.named_in(row):
            if named is kind:
                found.setdefault(name, set()).add(shown)
    return {name: frozenset(rows) for name, rows in found.items()}


def _rhythms(lived: Quarter, kind: Kind) -> Iterator[tuple[str, list[Name], Beats]]:
    """What may beat in time with somebody's answers, in each table; what beats alike for all is left out."""
    for table, hidden in product(lived.weeks[0].after.rows, (False, True)):
        before = [_by_name(week.before, table, kind, hidden=hidden) for week in lived.weeks]
        after = [_by_name(week.after, table, kind, hidden=hidden) for week in lived.weeks]
        names = sorted({name for rows in (*before, *after) for name in rows}, key=str)
        beats = {
            "changed by the close": _differences(before, after, names),
            "changed since the close before": _differences([{}, *after[:-1]], before, names),
            "there before the close": _differences([{}] * WEEKS, before, names),
            "there after the close": _differences([{}] * WEEKS, after, names),
            "in most rows": _most(before, names),
        }
        for what, found in beats.items():
            if len(names) > 1 and np.any(found != found[0]):
                yield f"{table}{', with what it hides' if hidden else ''}: {what}", names, found


def _differences(one: Sequence[Rows], other: Sequence[Rows], names: Sequence[Name]) -> Beats:
    pairs = list(zip(one, other, strict=True))
    return np.array([[these.get(name) != those.get(name) for these, those in pairs] for name in names])


def _most(weeks: Sequence[Rows], names: Sequence[Name]) -> Beats:
    numbers = np.array([[len(rows.get(name, ())) for rows in weeks] for name in names])
    return numbers > np.min(numbers, axis=0, initial=1 << 30)


def _match(linkage: Linkage, lived: Quarter, kind: Kind, owners: Mapping[Name, Name], dice: random.Random) -> None:
    """Assign each thing to the person whose weeks fit its own best, all at once; in time, or against it."""
    people = dice.sample(list(lived.answered), len(lived.answered))
    truth = np.array([lived.answered[who] for who in people], dtype=int)
    for what, names, beats in _rhythms(lived, kind):
        fits = np.abs((2 * beats.astype(int) - 1) @ (2 * truth - 1).T)
        things, guessed = linear_sum_assignment(fits, maximize=True)
        pairs = zip(things.tolist(), guessed.tolist(), strict=True)
        hits = sum(owners.get(names[thing]) == people[who] for thing, who in pairs)
        linkage.scores[what] = Score(len(names), hits, 1.0)


def _known_by_turnout(lived: Quarter) -> int:
    """Of how many people and weeks the released turnout says it: everybody answered, or nobody."""
    known = 0
    for number, week in enumerate(lived.weeks):
        (release,) = (
            row["id"]
            for row in week.after.rows["release"]
            if str(row["week_on"]) == str(FIRST_WEEK + timedelta(weeks=number))
        )
        groups = [row for row in week.after.rows["release_group"] if row["release_id"] == release]
        known += sum(group["invited"] for group in groups if group["answered"] in {0, group["invited"]})
    return known


# -- the weaker design ----------------------------------------------------------------------------------


def _write_those_who_answered(
    session: Session, known: Mapping[bytes, Diary], ballots: Iterable[Ballot], *, week_on: date, master: MasterKey
) -> None:
    """In the place of `diaries.write_anew`: who says nothing keeps the row as it was."""
    public = diaries.keep_pair(session, master).public_key
    for ballot in ballots:
        key = ballot.diary_keys[0]
        diary = known.get(key, Diary()).with_entry(week_on, ballot.answers)
        session.execute(delete(DiaryRow).where(DiaryRow.key == key))
        session.add(DiaryRow(key=key, sealed=diary.seal(public=public)))


def _attack(kind: str, effort: Effort, progress: Progress) -> Outcome:
    dice = random.Random(f"{kind} {effort}")  # noqa: S311 (no secrets)
    turnouts: dict[bool, int] = {}
    linked = {weak: {Kind.DIARY: Linkage(), Kind.PERSON: Linkage()} for weak in (False, True)}
    with MAKERS[kind]() as make:
        for weak in (False, True):
            database, reader = make()
            company = BusyCompany(database, MasterKey(secrets.token_bytes(32)), size=SIZES[effort], dice=dice)
            weaker = patch.object(count, "write_anew", _write_those_who_answered) if weak else nullcontext()
            with weaker:
                lived = _live(company, reader, dice, lambda done, weak=weak: progress((done + weak) / 2))
            _match(linked[weak][Kind.DIARY], lived, Kind.DIARY, lived.writers, dice)
            _match(linked[weak][Kind.PERSON], lived, Kind.PERSON, {who: who for who in lived.answered}, dice)
            database.close()
            turnouts[weak] = _known_by_turnout(lived)
    weak_best = linked[True][Kind.DIARY].best[1]
    return Outcome(
        found=f"diaries: {linked[False][Kind.DIARY].in_words}\npeople: {linked[False][Kind.PERSON].in_words}\n"
        f"told by turnout, as all of a group answered: {turnouts[False]:,} of {SIZES[effort] * WEEKS:,} people and weeks",
        held=all(each.luck > TOO_LUCKY for each in linked[False].values())
        and weak_best.hits > MOST * weak_best.tried,
        beside=f"only the diaries of those who answered are written: {linked[True][Kind.DIARY].in_words}",
    )


ATTACKS = [
    Attack(
        f"who answered, over {WEEKS} weeks, from copies of {kind}", "as many as by chance", partial(_attack, kind)
    )
    for kind in MAKERS
]
