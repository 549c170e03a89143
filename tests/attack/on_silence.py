"""Who answered, over a quarter: somebody who saw who was away looks for the same rhythm in the database.

They know of everybody in which weeks they answered, have a copy of all rows from before each close and from after
it, and look at whatever may change in time with somebody's answers: rows that name a person, and diaries, which
name nobody until they are matched. Each is assigned to the person whose weeks fit it best. The weaker design
writes at the close the diaries of those who answered, and no others.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
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
from tests.attack.witness import MAKERS, Maker, Reader

# The first of a quarter, within which a diary keeps its pseudonym.
FIRST_WEEK = date(2026, 7, 6)
# People and weeks.
SIZES = {Effort.SMALL: (16, 8), Effort.FULL: (400, 13)}
# Blind guesses would have to be so lucky before we call it a link.
TOO_LUCKY = 1e-6
# What the databases add to a row.
HIDDEN = {"rowid_", "ctid", "xmin", "xmax"}


@dataclass(frozen=True)
class Copies:
    """What the attacker copied in one week: just before the close, and just after it."""

    before: Sight
    after: Sight


@dataclass(frozen=True)
class Quarter:
    """Some weeks of a company: the copies, and what really was."""

    weeks: Sequence[Copies]
    # Person's id -> whether they answered, week by week.
    answered: Mapping[Name, tuple[bool, ...]]
    # Diary's key -> person's id.
    writers: Mapping[Name, Name]


def _patterns(company: BusyCompany, weeks: int, dice: random.Random) -> dict[Name, tuple[bool, ...]]:
    """Everybody answers as often as they are used to, and is away for a fortnight."""
    found: dict[Name, tuple[bool, ...]] = {}
    for rep in company.reps:
        usual, away = dice.uniform(0.4, 0.95), dice.randrange(-1, weeks)
        found[rep.id] = tuple(dice.random() < usual and week not in {away, away + 1} for week in range(weeks))
    return found


def _live(company: BusyCompany, reader: Reader, weeks: int, dice: random.Random, progress: Progress) -> Quarter:
    answered = _patterns(company, weeks, dice)
    copies = []
    for number in range(weeks):
        week_on = FIRST_WEEK + timedelta(weeks=number)
        week = company.live(week_on, answering={str(who) for who, found in answered.items() if found[number]})
        before = reader.rows()
        company.close(week)
        copies.append(Copies(before, reader.rows()))
        progress((number + 1) / weeks)
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


def _rhythms(lived: Quarter, kind: Kind, sought: Set[Name]) -> Iterator[tuple[str, list[Name], Beats]]:
    """What may beat in time with somebody's answers, in each table; what beats alike for all is left out."""
    for table, hidden in product(lived.weeks[0].after.rows, (False, True)):
        before = [_by_name(week.before, table, kind, hidden=hidden) for week in lived.weeks]
        after = [_by_name(week.after, table, kind, hidden=hidden) for week in lived.weeks]
        names = sorted(sought & {name for rows in (*before, *after) for name in rows}, key=str)
        none: list[Rows] = [{}] * len(before)
        beats = {
            "changed by the close": _differences(before, after, names),
            "changed since the close before": _differences([{}, *after[:-1]], before, names),
            "there before the close": _differences(none, before, names),
            "there after the close": _differences(none, after, names),
            "in most rows": _most(before, names),
        }
        for what, found in beats.items():
            if len(names) > 1 and np.any(found != found[0]):
                yield f"{table}{', with what it hides' if hidden else ''}: {what}", names, found


def _differences(one: Sequence[Rows], other: Sequence[Rows], names: Sequence[Name]) -> Beats:
    pairs = list(zip(one, other, strict=True))
    return np.array([[these.get(name) != those.get(name) for these, those in pairs] for name in names])


def _most(weeks: Sequence[Rows], names: Sequence[Name]) -> Beats:
    numbers: NDArray[np.int64] = np.array([[len(rows.get(name, ())) for rows in weeks] for name in names])
    fewest: NDArray[np.int64] = np.min(numbers, axis=0, initial=1 << 30)
    return numbers > fewest


def _matched(lived: Quarter, kind: Kind, owners: Mapping[Name, Name], dice: random.Random) -> Linkage:
    """Each thing assigned to the person whose weeks fit its own best, all at once; in time, or against it."""
    linkage = Linkage()
    people = dice.sample(list(lived.answered), len(lived.answered))
    truth = np.array([lived.answered[who] for who in people], dtype=int)
    for what, names, beats in _rhythms(lived, kind, set(owners)):
        fits = np.abs((2 * beats.astype(int) - 1) @ (2 * truth - 1).T)
        things, guessed = linear_sum_assignment(fits, maximize=True)
        pairs = zip(things.tolist(), guessed.tolist(), strict=True)
        hits = sum(owners[names[thing]] == people[who] for thing, who in pairs)
        linkage.scores[what] = Score(len(names), hits, 1.0)
    return linkage


def _told_by_turnout(lived: Quarter) -> int:
    """Of how many people and weeks the released turnout says it: everybody of a group answered, or nobody."""
    told = 0
    for number, week in enumerate(lived.weeks):
        week_on = str(FIRST_WEEK + timedelta(weeks=number))
        releases = {row["id"] for row in week.after.rows["release"] if str(row["week_on"]) == week_on}
        groups = [row for row in week.after.rows["release_group"] if row["release_id"] in releases]
        told += sum(group["invited"] for group in groups if group["answered"] in {0, group["invited"]})
    return told


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


class _OneTry:
    """One design on one kind of database: what was linked, and what turnouts tell."""

    def __init__(self, make: Maker, effort: Effort, dice: random.Random, progress: Progress) -> None:
        size, weeks = SIZES[effort]
        database, reader = make()
        company = BusyCompany(database, MasterKey(secrets.token_bytes(32)), size=size, dice=dice)
        lived = _live(company, reader, weeks, dice, progress)
        database.close()
        self.diaries = _matched(lived, Kind.DIARY, lived.writers, dice)
        self.people = _matched(lived, Kind.PERSON, {who: who for who in lived.answered}, dice)
        self.told, self.of = _told_by_turnout(lived), size * weeks


def _attack(kind: str, effort: Effort, progress: Progress) -> Outcome:
    dice = random.Random(f"{kind} {effort}")  # noqa: S311 (no secrets)
    with MAKERS[kind]() as make:
        found = _OneTry(make, effort, dice, lambda done: progress(done / 2))
        with patch.object(count, "write_anew", _write_those_who_answered):
            weaker = _OneTry(make, effort, dice, lambda done: progress(0.5 + done / 2))
    return Outcome(
        found=f"diaries: {found.diaries.in_words}\npeople: {found.people.in_words}\n"
        f"told by turnout, as all of a group answered: {found.told:,} of {found.of:,} people and weeks",
        held=min(found.diaries.luck, found.people.luck) > TOO_LUCKY > weaker.diaries.luck,
        beside=f"only the diaries of those who answered are written: {weaker.diaries.in_words}",
    )


ATTACKS = [
    Attack(f"who answered, over a quarter, from copies of {kind}", "as many as by chance", partial(_attack, kind))
    for kind in MAKERS
]
