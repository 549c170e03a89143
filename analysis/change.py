"""Change within one person: an answer against the same person's own earlier answers."""

from collections.abc import Iterable

# Answers younger than this are left out of a person's baseline, so that a slow decline is not learned as
# normal; six weeks did best in our simulation of ten-person teams (`make bench` shows it again).
LAG_WEEKS = 6
# A single week can move a person's hours by a whole conference; beyond this it says nothing more. Points are
# capped because a change of three or four is so rare that a sum would point at the one person who had it.
MOST_HOURS_OF_CHANGE = 10
MOST_POINTS_OF_CHANGE = 2
# Sums of changes are released without noise, so each person's change is a round number before it is summed: the
# thirds of a mean of three answers would tell who is in a sum.
STEP_OF_HOURS = 1.0
STEP_OF_POINTS = 0.5


def change(value: float, earlier: Iterable[tuple[int, float]], *, hours: bool = False) -> float | None:
    """An answer minus the mean of the person's own answers to the same item, lagged, as a round number.

    Args:
        value: this week's answer, on the item's own scale.
        earlier: pairs of weeks ago (1 = last week) and answer.
        hours: whether the item is answered in hours.

    Returns:
        The change in half points, at most 2 either way, or in whole hours, at most 10; None when no answer is
        old enough to compare with.
    """
    baseline = [answer for weeks_ago, answer in earlier if weeks_ago >= LAG_WEEKS]
    if not baseline:
        return None
    step, most = (STEP_OF_HOURS, MOST_HOURS_OF_CHANGE) if hours else (STEP_OF_POINTS, MOST_POINTS_OF_CHANGE)
    difference = value - sum(baseline) / len(baseline)
    return max(-most, min(most, step * round(difference / step)))
