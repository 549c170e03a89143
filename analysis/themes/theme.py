"""Comments and the themes they make, and what of a theme may be shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from analysis.stages import Stage

# A person leaves at most one comment a round, so a theme's authors number at least its comments in its fullest
# round (`design`, The count): a theme is shown from three authors, a quotation only from five.
LEAST_TO_SHOW = 3
LEAST_TO_QUOTE = 5


class Area(StrEnum):
    """Where to look for a cause: the system before the person."""

    MARKET = "market"
    EFFECTIVENESS = "effectiveness"
    OPERATIONS = "operations"
    TALENT = "talent"
    MARKETING = "marketing"
    CULTURE = "culture"
    DIRECTION = "direction"
    LEADERSHIP = "leadership"
    NON_SELLING_WORK = "non_selling_work"
    HANDOFFS = "handoffs"


class Trend(StrEnum):
    """Whether a theme's share of all comments changed by more than chance."""

    GROWING = "growing"
    SHRINKING = "shrinking"
    STEADY = "steady"
    TOO_EARLY = "too_early"


@dataclass(frozen=True, slots=True)
class Comment:
    """What one rep wrote in one round, without who it was.

    Attributes:
        text: their own words.
        week: Monday of the round.
        unit: id of the unit the comment stays with, of at least ten respondents.
        quotable: False when its author marked it "never quote".
    """

    text: str
    week: date
    unit: str
    quotable: bool = True


@dataclass(frozen=True, slots=True)
class Theme:
    """Comments that say something alike.

    Attributes:
        key: made from the name's words; the same comments give the same key.
        name: two to four words of the comments.
        area: where to look; None when the words do not tell.
        stage: the stage of the cycle that it speaks about, if clear.
        members: indices of its comments, ascending.
        examples: the same indices, most central first.
        weeks: Mondays in which it came up, oldest first.
        trend: course of its share of all comments.
        words: its most characteristic words.
    """

    key: str
    name: str
    area: Area | None
    stage: Stage | None
    members: tuple[int, ...]
    examples: tuple[int, ...]
    weeks: tuple[date, ...]
    trend: Trend
    words: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of comments."""
        return len(self.members)


def fullest_round(theme: Theme, comments: Sequence[Comment], *, inside: frozenset[str] | None = None) -> int:
    """Comments of a theme in the week that has most of them: the least number of its authors.

    Args:
        theme: a theme of these comments.
        comments: what `find_themes` was given.
        inside: ids of units; only comments that stay with one of them count. None for all.
    """
    weeks = Counter(
        comments[index].week for index in theme.members if inside is None or comments[index].unit in inside
    )
    return max(weeks.values(), default=0)


def shown(theme: Theme, comments: Sequence[Comment], *, inside: frozenset[str] | None = None) -> bool:
    """Whether a theme may be named to somebody who sees the units `inside`."""
    return fullest_round(theme, comments, inside=inside) >= LEAST_TO_SHOW


def quotable(
    theme: Theme, comments: Sequence[Comment], *, inside: frozenset[str] | None = None
) -> tuple[int, ...]:
    """Indices of the comments of a theme that may be quoted, most central first."""
    if fullest_round(theme, comments, inside=inside) < LEAST_TO_QUOTE:
        return ()
    return tuple(
        index
        for index in theme.examples
        if comments[index].quotable and (inside is None or comments[index].unit in inside)
    )
