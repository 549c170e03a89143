"""Comparisons with an honest interval: worse, no difference, or not enough evidence."""

from collections.abc import Sequence
from math import sqrt

from analysis.answers.answer import Compared, Verdict
from analysis.answers.measured import SURE, Measured
from analysis.answers.rounding import unanimous
from analysis.stages import Stage

# Differences below half a standard deviation are called none when the interval says so; half an SD is the drop
# that the detectors are built for (Cohen 1988: medium).
SMALLEST_DIFFERENCE = 0.5
# Weeks that stand for "now".
LATEST_WEEKS = 4


def compare(stage: Stage, first: Measured | None, second: Measured | None, *, same_unit: bool = False) -> Compared:
    """Set two levels side by side.

    Args:
        stage: the measure.
        first: one unit, or the earlier period.
        second: the other, or the later period.
        same_unit: whether both are of one unit, where most persons are the same in both.

    Returns:
        `no_difference` only when the whole 95% interval is smaller than half an SD; when the interval holds 0
        and is wider than that, there is not enough evidence to say either.
    """
    if first is None or second is None or (not same_unit and first.weeks[-1].units & second.weeks[-1].units):
        return Compared(stage, Verdict.NOT_ENOUGH_EVIDENCE)
    errors = (first.error_of_course, second.error_of_course) if same_unit else (first.error, second.error)
    error = sqrt(errors[0] ** 2 + errors[1] ** 2)
    difference = first.level.mean - second.level.mean
    low, high = difference - SURE * error, difference + SURE * error
    limit = SMALLEST_DIFFERENCE * max(first.sd, second.sd)
    worse = difference * first.scale.worse
    if low > 0 or high < 0:
        verdict = Verdict.FIRST_WORSE if worse > 0 else Verdict.SECOND_WORSE
    elif -limit < low and high < limit:
        verdict = Verdict.NO_DIFFERENCE
    else:
        verdict = Verdict.NOT_ENOUGH_EVIDENCE
    if unanimous(first.level) or unanimous(second.level):
        return Compared(stage, verdict)  # with the other mean, the difference would tell every answer
    return Compared(stage, verdict, round(difference, 1), (round(low, 1), round(high, 1)))


def course(stage: Stage, whole: Measured | None) -> Compared:
    """A trend: the first weeks of a period against its last, up to four each."""
    if whole is None or len(whole.weeks) < 2:
        return Compared(stage, Verdict.NOT_ENOUGH_EVIDENCE)
    length = min(LATEST_WEEKS, len(whole.weeks) // 2)
    return compare(stage, _part(whole, whole.weeks[:length]), _part(whole, whole.weeks[-length:]), same_unit=True)


def _part(whole: Measured, weeks: Sequence[object]) -> Measured:
    kept = [week for week in whole.weeks if week in weeks]
    return Measured(whole.record, whole.unit, whole.stage, whole.scale, kept, whole.series)


def ranks(found: Sequence[tuple[float, float]]) -> list[int]:
    """Places for scores with standard errors, worst (highest) first, shared while the difference is noise.

    Args:
        found: (score, standard error), sorted from the highest score.

    Returns:
        1, 1, 3, ...: each item shares the place of the first one that it cannot be told from.
    """
    places: list[int] = []
    head = 0
    for at, (score, error) in enumerate(found):
        top_score, top_error = found[head]
        if top_score - score > SURE * sqrt(error**2 + top_error**2):
            head = at
        places.append(head + 1)
    return places
