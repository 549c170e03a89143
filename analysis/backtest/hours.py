"""Hours far outside of what is usual: such an answer counts as the end of what is usual.

Hours have no top, and a slip of the finger or a week of travel is many times an ordinary answer. The scale of an
item is the pooled spread of its answers, so a few of them blind the stage. In 100 simulated teams of ten a rise of
.7 SD was found in 94, after a median of 6 weeks; with one answer in 200 made 60 hours in 54, after 20 weeks; with
one in 50 in 4 (`tests/analysis/test_backtest.py` repeats the last on fewer).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analysis.backtest.reading import Answers, Indices
from analysis.figures import Scale
from analysis.stages import WHEEL

Array = NDArray[np.float64]

# Beyond the upper quartile by more than three times the distance of the quartiles is far out (Tukey 1977).
FAR_OUT = 3.0
# Hours that the quartiles are apart at the least: answers are whole hours, and many of them are the same.
LEAST_APART = 1.0


def within_the_usual(answers: Answers) -> tuple[Answers, int]:
    """Draw hours that are far out to the end of what is usual, by the weeks up to each alone.

    Usual is what is so for the item in the whole file or in the unit itself, whichever reaches further.

    Returns:
        The answers, and how many of them were drawn in.
    """
    value, drawn = answers.value.copy(), 0
    for place, stage in enumerate(WHEEL):
        if answers.scales[stage] is Scale.AGREEMENT:
            continue
        rows = np.flatnonzero(answers.stage == place)
        if rows.size:
            ends = _ends(answers.weeks[rows], answers.unit[rows], value[rows])
            drawn += int((value[rows] > ends).sum())
            value[rows] = np.minimum(value[rows], ends)
    return replace(answers, value=value), drawn


def _ends(weeks: Indices, unit: Indices, value: Array) -> Array:
    """The end of what is usual for each answer to one item, hours."""
    ends = _of_all(weeks, value)
    far = value > ends
    # Few answers are that far out, so only their units are looked at by themselves.
    for one in np.unique(unit[far]):
        own = np.flatnonzero(unit == one)
        ends[own] = np.maximum(ends[own], _of_all(weeks[own], value[own]))
    return ends


def _of_all(weeks: Indices, value: Array) -> Array:
    """The end of what is usual in all of these answers up to the week of each."""
    which, week = np.unique(weeks, return_inverse=True)
    sizes, size = np.unique(value, return_inverse=True)
    counts = np.bincount(week * len(sizes) + size, minlength=len(which) * len(sizes)).reshape(-1, len(sizes))
    up_to = np.cumsum(np.cumsum(counts, axis=0), axis=1)
    low, high = (sizes[(up_to >= share * up_to[:, -1:]).argmax(axis=1)] for share in (0.25, 0.75))
    ends: Array = (high + FAR_OUT * np.maximum(high - low, LEAST_APART))[week]
    return ends
