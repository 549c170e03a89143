"""Change within one person: an answer against the same person's own earlier answers."""

from collections.abc import Iterable

# Answers younger than this are left out of a person's baseline, so that a slow decline is not learned as
# normal; six weeks did best in our simulation of ten-person teams (`make bench` shows it again).
LAG_WEEKS = 6
# A single week can move a person's hours by a whole conference; beyond this it says nothing more.
MOST_HOURS_OF_CHANGE = 10.0


def change(value: float, earlier: Iterable[tuple[int, float]], *, hours: bool = False) -> float | None:
    """An answer minus the mean of the person's own answers to the same item, lagged.

    Args:
        value: this week's answer, on the item's own scale.
        earlier: pairs of weeks ago (1 = last week) and answer.
        hours: whether the item is answered in hours, where the change is capped at +-10.

    Returns:
        The change on the item's scale, or None when no answer is old enough to compare with.
    """
    baseline = [answer for weeks_ago, answer in earlier if weeks_ago >= LAG_WEEKS]
    if not baseline:
        return None
    difference = value - sum(baseline) / len(baseline)
    if hours:
        return max(-MOST_HOURS_OF_CHANGE, min(MOST_HOURS_OF_CHANGE, difference))
    return difference
