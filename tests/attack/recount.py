"""A recount of answers: whether every number of an answer is a sum over whole groups of releases that may be seen.

It knows what a question means and does the sums itself, from the figures of releases and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, reduce
from operator import add

from analysis.answers import Answer, Compared, Line, Participation, Reported
from analysis.answers.answering import NEWS_WEEKS, USUAL_WEEKS
from analysis.answers.comparing import LATEST_WEEKS
from analysis.detection.cycle import State
from analysis.figures import Figure, Record, Sums
from analysis.questions import EVER, Against, Intent, Period, Question
from analysis.stages import CORE, Stage

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """Something an answer told: a sum of answers, or of changes, over whole groups of some weeks."""

    stage: Stage
    changes: bool
    groups: frozenset[tuple[date, frozenset[str]]]


@dataclass(frozen=True)
class Window:
    """The figures behind one number: whole groups of some weeks, all inside a unit or one merged group each."""

    figures: Sequence[Figure]
    merged: bool

    @cached_property
    def weeks(self) -> list[date]:
        """Its weeks, oldest first."""
        return sorted({figure.week for figure in self.figures})

    def latest(self, number: int) -> Window:
        """Its last weeks."""
        kept = set(self.weeks[-number:])
        return Window([figure for figure in self.figures if figure.week in kept], self.merged)

    def earliest(self, number: int) -> Window:
        """Its first weeks."""
        kept = set(self.weeks[:number])
        return Window([figure for figure in self.figures if figure.week in kept], self.merged)

    def only(self, week: date) -> Window:
        """One of its weeks."""
        return Window([figure for figure in self.figures if figure.week == week], self.merged)

    @cached_property
    def level(self) -> Sums:
        """All answers."""
        return reduce(add, (figure.level for figure in self.figures))

    @property
    def change(self) -> Sums | None:
        """All changes; None where any group's is withheld."""
        found = [figure.change for figure in self.figures if figure.change is not None]
        return reduce(add, found) if len(found) == len(self.figures) else None

    @property
    def units(self) -> frozenset[str]:
        """Ids of the units counted in it."""
        return NOTHING.union(*(figure.units for figure in self.figures))

    def told(self, *, changes: bool = False) -> Told:
        """Itself, as something that is now known."""
        groups = frozenset((figure.week, figure.units) for figure in self.figures)
        return Told(self.figures[0].stage, changes, groups)


class Recount:
    """Recounts the answers of one asker, who sees some units, as of the last week of a record.

    Args:
        whole: everything released, whether the asker may see it or not.
        seen: ids of the units that the asker leads, with all below.
    """

    def __init__(self, whole: Record, seen: frozenset[str]) -> None:
        self.seen = seen
        self.children: dict[str | None, list[str]] = {}
        for unit in whole.units:
            self.children.setdefault(unit.parent, []).append(unit.id)
        self.figures: dict[Stage, list[Figure]] = {stage: [] for stage in Stage}
        for figure in sorted(whole.figures, key=lambda one: one.week):
            if figure.units & seen:
                self.figures[figure.stage].append(figure)
        self.turnouts = [turnout for turnout in whole.turnouts if turnout.units & seen]
        self.weeks = sorted({one.week for found in self.figures.values() for one in found})
        self.windows: dict[object, Window | None] = {}
        self.last = max(self.weeks, default=None)

    def below(self, unit: str) -> frozenset[str]:
        """Ids of a unit and everything under it."""
        return frozenset({unit}).union(*(self.below(child) for child in self.children.get(unit, [])))

    def window(self, unit: str, stage: Stage, period: Period, without: frozenset[str] = NOTHING) -> Window | None:
        """The weeks of a period in which a unit was counted by itself, or those in which it was as lately."""
        days = tuple(week for week in self.weeks if period.holds(week))
        key = unit, stage, days[:1], days[-1:], without
        if key not in self.windows:
            weeks = [found for day in days if (found := self._week(unit, stage, day, without)) is not None]
            alike = [found for found in weeks if found.merged == weeks[-1].merged]
            alike = [found for found in alike if not found.merged or found.units == weeks[-1].units]
            figures = [figure for found in alike for figure in found.figures]
            self.windows[key] = Window(figures, weeks[-1].merged) if weeks else None
        return self.windows[key]

    def _week(self, unit: str, stage: Stage, day: date, without: frozenset[str]) -> Window | None:
        inside = self.below(unit) & self.seen
        here = [one for one in self.figures[stage] if one.week == day and one.units & inside]
        whole = [one for one in here if one.units <= inside and not one.units & without]
        if whole:
            return Window(whole, merged=False)
        return Window(here, merged=True) if len(here) == 1 and not without else None

    def of(self, answer: Answer) -> Iterator[Told | str]:
        """What an answer told, number by number; in words what it says that no sum of releases says."""
        question = answer.question
        for figure in (*answer.figures, *answer.neighbours):
            yield from self._figure(figure, question)
        for line in answer.lines:
            yield from self._line(line, question)
        for place, compared in enumerate(answer.compared):
            yield from self._compared(compared, question, place)
        for part in answer.participation:
            yield from self._participation(part, question)
        for unit, state in answer.states.items():
            yield from self._state(unit, state)

    def _periods(self, question: Question) -> Iterator[Period]:
        yield question.period
        if question.compare is Against.WEEKS:
            yield question.against or EVER
        if question.intent is Intent.CHANGE and question.start is None and self.last is not None:
            last = max((week for week in self.weeks if question.period.holds(week)), default=self.last)
            yield Period(last - timedelta(weeks=NEWS_WEEKS - 1), question.end)
        if question.intent is Intent.TREND:
            yield self._drawn(question)

    def _drawn(self, question: Question) -> Period:
        if question.start is not None or self.last is None:
            return question.period
        last = min(question.end or self.last, self.last)
        return Period(last - timedelta(weeks=USUAL_WEEKS - 1, days=6), question.end)

    def _figure(self, told: Reported, question: Question) -> Iterator[Told | str]:
        for period in self._periods(question):
            window = self.window(told.unit, told.stage, period)
            if window is None:
                continue
            found = window.latest(told.weeks)
            if _is_about(told, found):
                yield found.told()
                if told.change is not None:
                    yield found.latest(1).told(changes=True)
                return
        yield f"a figure of {told.stage} in {told.unit}: {told}"

    def _line(self, line: Line, question: Question) -> Iterator[Told | str]:
        window = self.window(line.unit, line.stage, self._drawn(question))
        if window is None or list(line.weeks) != window.weeks:
            yield f"the weeks of a line of {line.stage} in {line.unit}: {line.weeks}"
            return
        for day, value in zip(line.weeks, line.values, strict=True):
            here = window.only(day)
            yield here.told() if value == round(here.level.mean, 1) else f"a point of a line on {day}: {value}"

    def _compared(self, compared: Compared, question: Question, place: int) -> Iterator[Told | str]:
        if compared.difference is None:
            return
        first, second = self._sides(compared.stage, question, place)
        if first is None or second is None:
            yield f"a difference in {compared.stage} of nothing"
            return
        difference = first.level.mean - second.level.mean
        low, high = compared.interval or (difference, difference)
        if compared.difference != round(difference, 1) or not _around(low, difference, high):
            yield f"a difference in {compared.stage}: {compared}, not {difference}"
            return
        yield from (first.told(), second.told())

    def _sides(self, stage: Stage, question: Question, place: int) -> tuple[Window | None, Window | None]:
        """What was set side by side: two units, two periods of one unit, or the two ends of a course."""
        if question.intent is Intent.COMPARE and question.compare is Against.UNITS and len(question.units) > 1:
            first, second = question.units[:2]
            return (
                self._now(first, stage, question.period, self._other(first, second)),
                self._now(second, stage, question.period, self._other(second, first)),
            )
        tops = [unit for unit in self.seen if not any(unit in self.below(one) - {one} for one in self.seen)]
        units = question.units or tuple(sorted(tops))
        unit = units[place // len(question.measures or CORE)]
        if question.intent is Intent.COMPARE:
            later = question.against or EVER
            return self._now(unit, stage, question.period), self._now(unit, stage, later)
        window = self.window(unit, stage, self._drawn(question))
        if window is None or len(window.weeks) < 2:
            return None, None
        length = min(LATEST_WEEKS, len(window.weeks) // 2)
        return window.earliest(length), window.latest(length)

    def _other(self, unit: str, other: str) -> frozenset[str]:
        """What is left out of a unit that is compared with a part of itself."""
        return self.below(other) if self.below(other) < self.below(unit) else NOTHING

    def _now(self, unit: str, stage: Stage, period: Period, without: frozenset[str] = NOTHING) -> Window | None:
        window = self.window(unit, stage, period, without)
        return window.latest(LATEST_WEEKS) if window is not None and period.end is None else window

    def _participation(self, part: Participation, question: Question) -> Iterator[Told | str]:
        inside = self.below(part.unit)
        here = [turnout for turnout in self.turnouts if turnout.units <= inside and turnout.week == part.week]
        invited, answered = sum(one.invited for one in here), sum(one.answered for one in here)
        low, high = part.percent
        if (
            not question.period.holds(part.week)
            or part.invited != invited
            or not low * invited <= 100 * answered <= high * invited
        ):
            yield f"a participation: {part}, {answered} of {invited}"

    def _state(self, unit: str, state: State) -> Iterator[Told | str]:
        """The number of answers behind each stage that turned; how far is an estimate from all releases."""
        inside = self.below(unit)
        for drift in state.turned:
            here = [
                figure
                for figure in self.figures[drift.stage]
                if figure.units <= inside and (drift.since is None or figure.week >= drift.since)
            ]
            if unit not in self.seen or drift.n != sum(figure.level.n for figure in here):
                yield f"a drift of {drift.stage} in {unit}: n {drift.n}"


def _is_about(told: Reported, found: Window) -> bool:
    """Whether a figure is what these groups come to, number by number."""
    last = found.latest(1)
    change = last.change
    fullest = max(sum(one.level.n for one in found.figures if one.week == week) for week in found.weeks)
    low, high = told.interval or told.band or (found.level.mean, found.level.mean)
    return (
        (told.week, told.weeks, told.merged) == (found.weeks[-1], len(found.weeks), found.merged)
        and told.units == tuple(sorted(last.units))
        and told.n == fullest
        and told.mean in {None, round(found.level.mean, 1)}
        and (told.mean is not None or told.band is not None)
        and _around(low, found.level.mean, high)
        and (told.change is None or (change is not None and told.change == round(change.mean, 1)))
    )


def _around(low: float, middle: float, high: float) -> bool:
    """Whether an interval, whose ends are rounded to 0.1, has a value inside."""
    return low - 0.05 <= middle <= high + 0.05


def unsupported(found: Iterable[Told | str]) -> list[str]:
    """What was said that no sum of releases says."""
    return [one for one in found if isinstance(one, str)]
