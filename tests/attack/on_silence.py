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
from typing import Any
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
from tests.attack.busy_company import BusyCompany, Week
from tests.attack.linkage import Linkage, Name, Score, Truth
from tests.attack.sight import Kind, Sight
from tests.attack.witness import MAKERS, Reader

# A quarter, within which a diary keeps its pseudonym.
FIRST_WEEK, WEEKS = date(2026, 7, 6), 13
SIZES = {Effort.SMALL: 40, Effort.FULL: 400}
TOO_LUCKY = 1e-6
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
        found[rep.id] = tuple(
            dice.random() < usual and number not in {away, away + 1} for number in range(WEEKS)
        )
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


def _rhythms(lived: Quarter, kind: Kind) -> Iterator[tuple[str, list[Name], NDArray[np.bool_]]]:
    """What may beat in time with somebody's answers: for each thing of a kind, something in each week or not."""
    for hidden in (False, True):
        before = [_by_name(week.before, kind, hidden=hidden) for week in lived.weeks]
        after = [_by_name(week.after, kind, hidden=hidden) for week in lived.weeks]
        for table in lived.weeks[0].after.rows:
            names = sorted({name for copies in (*before, *after) for name in copies[table]})
            if not names:
                continue
            earlier: list[Mapping[str, Rows]] = [{table: {}}, *after[:-1]]
            closing = [[one[table].get(name) != other[table].get(name) for name in names] for one, other in zip(before, after, strict=True)]
            between = [[one[table].get(name) != other[table].get(name) for name in names] for one, other in zip(earlier, before, strict=True)]
            number = [[len(one[table].get(name, ())) for name in names] for one in before]
            what = f"{table}{' with what it hides' if hidden else ''}"
            yield f"{what}, changed by the close", names, np.array(closing).T
            yield f"{what}, changed before the close", names, np.array(between).T
            yield f"{what}, more rows", names, np.array([[n > min(week) for n in week] for week in number]).T
