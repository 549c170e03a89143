"""The typed form of a question: what, about which units, in which weeks, compared with what."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from analysis.stages import Stage


class Intent(StrEnum):
    """What an asker wants to know; the value is the name used in every output."""

    LEVEL = "level"
    TREND = "trend"
    COMPARE = "compare"
    RANK = "rank"
    CHANGE = "change"
    DRIVERS = "drivers"
    THEMES = "themes"
    QUOTES = "quotes"
    CYCLE = "cycle"
    EFFECT = "effect"
    PARTICIPATION = "participation"
    OVERLAYS = "overlays"
    FORECAST = "forecast"
    ADVICE = "advice"
    DEFINITION = "definition"
    HELP = "help"
    REFUSED = "refused"
    UNCLEAR = "unclear"


class Against(StrEnum):
    """What a comparison sets side by side."""

    UNITS = "units"
    WEEKS = "weeks"
    ACTION = "action"


class Side(StrEnum):
    """On which side of an action the weeks asked about lie."""

    BEFORE = "before"
    AFTER = "after"


class Among(StrEnum):
    """What a ranking puts in order; never persons."""

    TEAMS = "teams"
    REGIONS = "regions"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included; None is open (the first week, or now)."""

    start: date | None = None
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in the period."""
        return (self.start is None or day >= self.start) and (self.end is None or day <= self.end)


EVER = Period()


@dataclass(frozen=True, slots=True)
class Question:
    """One reading of a question.

    Attributes:
        intent: what is asked.
        measures: stages asked about, in the order of the words; empty when none was named.
        units: ids of the units asked about; empty when none was named.
        unit_names: names of `units`, in the same order.
        start: first day asked about; None when open.
        end: last day asked about; None means until now.
        compare: what a comparison sets side by side.
        against: the second period of a comparison of weeks; None means the latest weeks.
        among: what a ranking orders.
        action: the asker's own words for something that was done ("reorg", "CRM migration"): what an effect is of,
            what a comparison sets side by side (`compare` is `ACTION`: the weeks before it and those after), or
            where the weeks asked about begin or end (`side`). Its day is in the log of actions, not in the words.
        side: whether the weeks asked about lie before the action or after it; None when it is no bound.
        why: whether reasons are asked for: of a cycle, why there was an alert and not how things stand.
        when: whether the beginning is asked for: "since when".
        topic: the asker's own word for a measure ("approvals"), which picks themes and wordings.
        unknown: words that look like a unit and are none.
        unsure: when `intent` is unclear, complete readings to offer the asker, likeliest first.
    """

    intent: Intent
    measures: tuple[Stage, ...] = ()
    units: tuple[str, ...] = ()
    unit_names: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    compare: Against | None = None
    against: Period | None = None
    among: Among | None = None
    action: str | None = None
    side: Side | None = None
    why: bool = False
    when: bool = False
    topic: str | None = None
    unknown: tuple[str, ...] = ()
    unsure: tuple["Question", ...] = ()

    @property
    def period(self) -> Period:
        """The days asked about."""
        return Period(self.start, self.end)

    def reading(self) -> dict[str, object]:
        """The reading as JSON values: names of units, ISO dates, null for what is open or was not said.

        Two compared periods are given as the span from the first day of the earlier one to the last of the later.
        """
        start, end = self.start, self.end
        if self.against is not None:
            start = min((day for day in (start, self.against.start) if day), default=None)
            end = None if end is None or self.against.end is None else max(end, self.against.end)
        return {
            "intent": self.intent.value,
            "measures": [stage.value for stage in self.measures],
            "units": list(self.unit_names),
            "from": start.isoformat() if start else None,
            "to": end.isoformat() if end else None,
            "compare": self.compare.value if self.compare else None,
        }
