"""A doubt: another explanation of an alarm, with the figures that speak for it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DoubtKind(StrEnum):
    """Another explanation."""

    REORGANISATION = "reorganisation"
    FEW_ANSWERS = "few_answers"
    SEASON = "season"
    FEWER_ANSWER = "fewer_answer"
    ALL_AT_ONCE = "all_at_once"
    ONE_WEEK = "one_week"


class Ground(StrEnum):
    """What in the record speaks for it; what is in brackets are the fields of the `Doubt` that say so."""

    NEWCOMERS = "newcomers"  # share of respondents who have earlier answers (before, now, n respondents)
    GROUP = "group"  # counted with others than before (units that came or went)
    INVITED = "invited"  # how many are asked (before, now)
    RESPONDENTS = "respondents"  # few answer (n in a usual week lately)
    WEEKS = "weeks"  # few weeks with figures since it began (n, of so many weeks)
    OTHER_TEAMS = "other_teams"  # others moved as well (n, of so many; now is their move in SD, before ours)
    TURN_OF_QUARTER = "turn_of_quarter"  # the same, at the turn of a quarter (week is where it began)
    ANSWERING = "answering"  # share of those invited who answer (before, now)
    STAGES = "stages"  # stages that moved within the same weeks (n, of so many asked; week)
    ONE_WEEK = "one_week"  # share of the evidence that comes from one week (now; week)


KINDS: dict[Ground, DoubtKind] = {
    Ground.NEWCOMERS: DoubtKind.REORGANISATION,
    Ground.GROUP: DoubtKind.REORGANISATION,
    Ground.INVITED: DoubtKind.REORGANISATION,
    Ground.RESPONDENTS: DoubtKind.FEW_ANSWERS,
    Ground.WEEKS: DoubtKind.FEW_ANSWERS,
    Ground.OTHER_TEAMS: DoubtKind.SEASON,
    Ground.TURN_OF_QUARTER: DoubtKind.SEASON,
    Ground.ANSWERING: DoubtKind.FEWER_ANSWER,
    Ground.STAGES: DoubtKind.ALL_AT_ONCE,
    Ground.ONE_WEEK: DoubtKind.ONE_WEEK,
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One other explanation with the figures that speak for it.

    Attributes:
        ground: what speaks for it; says which of the fields below are filled.
        weight: share, 0 to 1, of the respondents, weeks or size in question that it touches.
        before: what was before it began.
        now: what is since.
        n: how many.
        of: of how many.
        week: Monday of a week.
        units: ids of units, sorted.
    """

    ground: Ground
    weight: float
    before: float | None = None
    now: float | None = None
    n: int | None = None
    of: int | None = None
    week: date | None = None
    units: tuple[str, ...] = ()

    @property
    def kind(self) -> DoubtKind:
        """Which explanation it is."""
        return KINDS[self.ground]
