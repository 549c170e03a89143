"""The answering rate as a stream of its own: the unhappy stop answering before they say so."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import betaln

from analysis.detection.grid import Array, Grid

# Latest beginnings that are looked at, weeks; after half a year a rate is the unit's normal.
WINDOW = 26
# Weeks with a known turnout on either side of a beginning, so that one holiday is no fall.
LEAST_BEFORE, LEAST_AFTER = 4, 3
# A fall of less than this share of those invited is nothing to act on.
LEAST_FALL = 0.15
# Shares of a unit vary more from week to week than coins do: the same people stay away, and holidays come. A
# week's invited people count as this many times fewer independent ones.
OVERDISPERSION = 1.5
# Log likelihood ratio at which the rate is said to have fallen: 5% of healthy simulated teams reach it within 52
# weeks (`tests/analysis/test_answering_rate.py` counts again).
FALLEN = 2.1


@dataclass(frozen=True, slots=True)
class Answering:
    """How many answer, as of one week.

    Attributes:
        falling: whether fewer answer than before, by more than chance.
        since: Monday of the week in which they began to be fewer; None when not.
        before: share of those invited who answered before, 0 to 1; the whole time's when not falling.
        now: the same since then; of the last weeks when not falling.
        strength: log likelihood ratio of a fall at its best beginning, 0 or more.
    """

    falling: bool
    since: date | None
    before: float
    now: float
    strength: float


def answering(grid: Grid) -> list[Answering | None]:
    """Say for each unit of a grid whether fewer answer; None where no turnout is known.

    A fall at each possible beginning is compared with one rate throughout; both rates are unknown, and averaged
    over evenly (a beta-binomial; the Bayes factor of two rates against one).
    """
    found: list[Answering | None] = []
    for invited, answered in zip(*grid.turnout, strict=True):
        if not invited.any():
            found.append(None)
            continue
        ratio, before, now = _falls(invited / OVERDISPERSION, answered / OVERDISPERSION)
        best = int(np.argmax(ratio))
        falls = bool(ratio[best] >= FALLEN)
        share = float(answered.sum() / invited.sum())
        lately = float(answered[-LEAST_AFTER:].sum() / max(1.0, invited[-LEAST_AFTER:].sum()))
        found.append(
            Answering(
                falls,
                grid.weeks[best] if falls else None,
                float(before[best]) if falls else share,
                float(now[best]) if falls else lately,
                max(0.0, float(ratio[best])),
            )
        )
    return found


def _falls(invited: Array, answered: Array) -> tuple[Array, Array, Array]:
    """Log Bayes factor of a fall in each week, and the shares before it and since; each (weeks,)."""
    weeks = len(invited)
    asked, said = (np.concatenate([[0.0], np.cumsum(part)]) for part in (invited, answered))
    known = np.concatenate([[0], np.cumsum(invited > 0)])
    starts = np.arange(weeks)
    n_before, n_after = asked[starts], asked[-1] - asked[starts]
    k_before, k_after = said[starts], said[-1] - said[starts]
    before, now = k_before / np.maximum(n_before, 1e-9), k_after / np.maximum(n_after, 1e-9)
    two = betaln(1 + k_before, 1 + n_before - k_before) + betaln(1 + k_after, 1 + n_after - k_after)
    one = betaln(1 + said[-1], 1 + asked[-1] - said[-1])
    enough = (known[starts] >= LEAST_BEFORE) & (known[-1] - known[starts] >= LEAST_AFTER)
    recent = starts >= weeks - WINDOW
    falls = enough & recent & (before - now >= LEAST_FALL)
    return np.where(falls, two - one, 0.0), before, now
