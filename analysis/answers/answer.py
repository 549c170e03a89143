"""The typed answer to a question: figures and findings, no sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from analysis.detection.cycle import State
from analysis.effects import Acted
from analysis.figures import Scale
from analysis.questions import Question
from analysis.stages import Stage
from analysis.themes import Theme


class Withheld(StrEnum):
    """Why something that was asked for is not in the answer."""

    BELOW_K = "below_k"  # too few answered for a figure of the unit
    MERGED = "merged"  # counted together with siblings; the figure is of all of them
    NO_RELEASE_YET = "no_release_yet"
    NONE_IN_PERIOD = "none_in_period"
    NOT_ALLOWED = "not_allowed"  # outside of what the asker may see, or unknown
    ABOUT_A_PERSON = "about_a_person"
    NOT_YET = "not_yet"  # understood, but not answered by this version
    TOO_FEW_COMMENTS = "too_few_comments"
    COMMENTS_HIGHER_UP = "comments_higher_up"  # comments of small teams stay with the unit above


class Verdict(StrEnum):
    """What a comparison comes to."""

    FIRST_WORSE = "first_worse"
    SECOND_WORSE = "second_worse"
    NO_DIFFERENCE = "no_difference"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"


@dataclass(frozen=True, slots=True)
class Reported:
    """One figure as it may be shown.

    Attributes:
        unit: id of the unit that was asked about.
        units: ids of the teams counted in it; more than the unit's own when `merged`.
        label: name of the unit, or the names of merged teams joined by " + ".
        merged: whether teams outside of the unit are counted in it.
        stage: the measure.
        scale: how it is answered.
        week: Monday of the week, the last one when several are averaged.
        weeks: how many weeks are averaged.
        mean: rounded to 0.1; None when the group was unanimous, and `band` is given instead.
        band: lowest and highest value for a unanimous group.
        n: people who answered, in the fullest week.
        change: mean change within persons on the item's own scale, rounded to 0.1; None where withheld.
        more_than_noise: whether the change is; None when that cannot be said.
        interval: 95% interval of the mean, rounded to 0.1; None for a unanimous group.
        rank: place in a ranking, 1 is worst; equal where the difference is noise. None elsewhere.
    """

    unit: str
    units: tuple[str, ...]
    label: str
    merged: bool
    stage: Stage
    scale: Scale
    week: date
    weeks: int
    mean: float | None
    band: tuple[float, float] | None
    n: int
    change: float | None = None
    more_than_noise: bool | None = None
    interval: tuple[float, float] | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the chart: a measure of a unit by week; the middle of the band where a group was unanimous."""

    unit: str
    label: str
    stage: Stage
    scale: Scale
    weeks: tuple[date, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison in one measure: units, or an earlier (first) against a later period (second).

    Attributes:
        stage: the measure.
        verdict: which is worse, if that can be said.
        difference: first minus second on the item's own scale, rounded to 0.1; None without figures, and
            where one side was unanimous.
        interval: 95% interval of the difference, with the shock that a team shares in a week.
    """

    stage: Stage
    verdict: Verdict
    difference: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A theme as it may be shown to this asker.

    Attributes:
        theme: the theme.
        size: its comments within what was asked.
        quotes: indices of comments that may be quoted, most central first.
    """

    theme: Theme
    size: int
    quotes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Participation:
    """Answering in one week: people invited, and the share that answered as a band in percent."""

    unit: str
    label: str
    week: date
    invited: int
    percent: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a question is answered with; what does not apply is empty.

    Attributes:
        question: the reading that is answered, shown with the answer.
        figures: what was asked for; the worst first in a ranking or a list of changes.
        lines: for the chart, at most six.
        neighbours: figures of the stages beside the one asked about.
        compared: for comparisons and trends (the trend's first weeks against its last).
        states: for the cycle: unit id to state, the most serious first.
        heard: themes, the largest first.
        participation: for participation, by unit.
        acted: for effects, the actions asked about, the newest first.
        withheld: what is not in the answer, and why.
        next: two or three questions that lead on.
    """

    question: Question
    figures: tuple[Reported, ...] = ()
    lines: tuple[Line, ...] = ()
    neighbours: tuple[Reported, ...] = ()
    compared: tuple[Compared, ...] = ()
    states: Mapping[str, State] = field(default_factory=dict)
    heard: tuple[Heard, ...] = ()
    participation: tuple[Participation, ...] = ()
    acted: tuple[Acted, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    next: tuple[Question, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of a comparison in one measure; None for none or several."""
        return self.compared[0].verdict if len(self.compared) == 1 else None
