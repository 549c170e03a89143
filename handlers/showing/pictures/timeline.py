"""The timeline: the measures of a unit week by week, each on a scale of its own, with what was done in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil

from analysis.answers import Reported
from analysis.figures import Scale
from handlers.showing.charts import ACTION, Mark
from handlers.showing.figures import change_text, level_text
from handlers.showing.pictures.style import (
    INK,
    LEADING,
    MARGIN,
    PAPER,
    PHONE,
    QUIET,
    SMALL,
    TITLE,
    Card,
    Picture,
    drawable,
    has_letters,
    look,
)
from handlers.words import Words

# One measure, week by week, oldest first (`analysis.answers.course`).
Course = Sequence[Reported]

# The newest marks are told; more would be longer than the picture is high.
MOST_MARKS = 4
_PLOT, _HEAD, _PANEL, _TICKS = 62.0, 38.0, 116.0, 22.0
# Room for the numbers left of a plot.
_LEFT = 24.0


@dataclass(frozen=True, slots=True)
class Plot:
    """A field with weeks from left to right and values from bottom to top, in the sheet's pixels."""

    left: float
    top: float
    width: float
    height: float
    first: date
    last: date
    low: float
    high: float

    def x(self, week: date) -> float:
        """Where a week stands."""
        span = max(1, (self.last - self.first).days)
        return self.left + self.width * (week - self.first).days / span

    def y(self, value: float) -> float:
        """At what height a value stands."""
        share = (value - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - min(1.0, max(0.0, share)))


def draw_timeline(
    courses: Sequence[Course], *, title: str, weeks: Sequence[date], marks: Sequence[Mark] = (), say: Words
) -> Picture:
    """Draw measures below each other over the same weeks.

    Args:
        courses: each measure's weeks; those without any are left out.
        title: the unit's name; left out where the type has no letters for it.
        weeks: Mondays from the first to the last drawn.
        marks: what was done, or began, in those weeks; the newest are numbered and told below.
        say: the reader's words, for the text beside the picture; in the picture those of `drawable`.
    """
    inside, drawn = drawable(say), [course for course in courses if course]
    told = told_marks(marks, weeks)
    heading = [title] if has_letters(title) else []
    measuring = Card(PHONE, PHONE)
    width = PHONE - 2 * MARGIN
    top = MARGIN + (TITLE * LEADING + 6 if heading else 0)
    notes = mark_lines(measuring, told, width, inside)
    bars = measuring.lines(inside("picture.bars"), width, size=SMALL)
    below = (
        SMALL * LEADING * (len(bars) + sum(len(lines) for lines in notes)) + 3 * len(notes) + (8 if notes else 0)
    )
    card = Card(PHONE, top + _PANEL * len(drawn) + _TICKS + below + MARGIN)
    for line in heading:
        card.write(
            MARGIN,
            MARGIN + TITLE * LEADING / 2,
            card.lines(line, width, most=1, size=TITLE, bold=True)[0],
            size=TITLE,
            bold=True,
        )
    at = draw_panels(card, drawn, left=MARGIN, top=top, width=width, weeks=weeks, marks=told, say=inside)
    at = write_marks(card, notes, MARGIN, at + (4 if notes else 0))
    card.paragraph(MARGIN, at + (4 if notes else 0), inside("picture.bars"), width, size=SMALL, colour=QUIET)
    return Picture(card.png(), describe_timeline(drawn, title=title, weeks=weeks, marks=told, say=say))


def draw_panels(
    card: Card,
    courses: Sequence[Course],
    *,
    left: float,
    top: float,
    width: float,
    weeks: Sequence[date],
    marks: Sequence[Mark],
    say: Words,
    panel: float = _PANEL,
) -> float:
    """A field for each measure with its newest figure in words, then the weeks; returns where more may stand."""
    plot = None
    for row, course in enumerate(courses):
        newest, head = course[-1], top + panel * row
        colour, shape = look(newest.stage)
        card.dot(left + 4, head + 8, shape, colour=colour, size=7)
        card.write(left + 13, head + 8, say.stage(newest.stage), bold=True)
        value = say("figure.no_change", level=level_text(newest, say), n=newest.n)
        card.write(left + width, head + 8, value, align="right")
        low, high = span(course)
        plot = Plot(
            left + _LEFT, head + _HEAD, width - _LEFT - 8, panel - _HEAD - 16, weeks[0], weeks[-1], low, high
        )
        better = good_end(newest.scale, say)
        card.write(left, head + 23, better, size=SMALL, colour=QUIET)
        room = width - card.width_of(better, size=SMALL) - 8
        change = card.lines(_change(newest, say), room, most=1, size=SMALL)[0]
        card.write(left + width, head + 23, change, size=SMALL, colour=QUIET, align="right")
        draw_course(card, plot, course)
        for number, mark in enumerate(marks, start=1):
            x = plot.x(mark.week)
            card.rule([x, x], [plot.top, plot.top + plot.height], colour=QUIET, dashed=True, above=2)
            if row == len(courses) - 1:
                _numbered(card, x, plot.top + plot.height + 10, number)
    if plot is None:
        return top
    return _write_weeks(card, plot, weeks, top + panel * len(courses), say)


def draw_course(card: Card, plot: Plot, course: Course, *, ticks: bool = True) -> None:
    """A measure's weeks: a marker each, joined where no week lies between, with a bar for what is not sure."""
    colour, shape = look(course[-1].stage)
    for value in (plot.low, (plot.low + plot.high) / 2, plot.high):
        card.rule([plot.left, plot.left + plot.width], [plot.y(value)] * 2)
        if ticks and value != (plot.low + plot.high) / 2:
            card.write(plot.left - 6, plot.y(value), f"{value:g}", size=SMALL, colour=QUIET, align="right")
    for before, after in pairwise(course):
        if (after.week - before.week).days <= 7:
            xs, ys = (
                [plot.x(one.week) for one in (before, after)],
                [plot.y(middle(one)) for one in (before, after)],
            )
            card.rule(xs, ys, colour=colour, width=1.8, above=3)
    for one in course:
        ends = one.interval or one.band
        if ends:
            card.rule([plot.x(one.week)] * 2, [plot.y(end) for end in ends], colour=colour, width=1.1, above=3)
        hollow = one.mean is None
        card.dot(plot.x(one.week), plot.y(middle(one)), shape, colour=colour, size=5.5, hollow=hollow)


def middle(one: Reported) -> float:
    """The mean, or the middle of the band of a group that was of one mind."""
    return one.mean if one.mean is not None else sum(one.band or (0.0, 0.0)) / 2


def span(course: Course) -> tuple[float, float]:
    """The lowest and highest value of a field: all points, or hours from none to a round number."""
    if course[-1].scale is Scale.AGREEMENT:
        return 1.0, 5.0
    top = max(max(one.interval or one.band or (0.0, middle(one))) for one in course)
    return 0.0, max(4.0, 4.0 * ceil(top / 4))


def good_end(scale: Scale, say: Words) -> str:
    """Which way is better."""
    return say("picture.higher_better" if scale.worse < 0 else "picture.lower_better")


def _change(newest: Reported, say: Words) -> str:
    """How far the newest week moved, and whether that is more than noise; nothing where that is not known."""
    if newest.change is None or newest.more_than_noise is None:
        return ""
    key = "picture.moved" if newest.more_than_noise else "picture.within_noise"
    return say(key, change=change_text(newest.change, newest.scale, say))


def _numbered(card: Card, x: float, y: float, number: int) -> None:
    """The number of a mark, in the shape that marks have."""
    card.dot(x, y, "D", colour=INK, size=13.5, above=5)
    card.write(x, y, str(number), size=SMALL, colour=PAPER, bold=True, align="center", above=7)


def _write_weeks(card: Card, plot: Plot, weeks: Sequence[date], top: float, say: Words) -> float:
    """The first and the last week, and as many between as there is room for."""
    at, free = top + 10, plot.left
    last = say.day(weeks[-1])
    ends = plot.left + plot.width
    card.write(ends, at, last, size=SMALL, colour=QUIET, align="right")
    limit = ends - card.width_of(last, size=SMALL) - 8
    for week in list(weeks)[:-1:2]:
        text = say.day(week)
        half = card.width_of(text, size=SMALL) / 2
        x = max(plot.x(week), plot.left + half - 6) if week == weeks[0] else plot.x(week)
        if x - half >= free - 6 and x + half <= limit:
            card.write(x, at, text, size=SMALL, colour=QUIET, align="center")
            free = x + half + 14
    return top + _TICKS


def told_marks(marks: Sequence[Mark], weeks: Sequence[date]) -> list[Mark]:
    """The newest marks within these weeks, oldest first, each once."""
    within = [mark for mark in dict.fromkeys(marks) if weeks and weeks[0] <= mark.week <= weeks[-1]]
    return sorted(within, key=lambda mark: mark.week)[-MOST_MARKS:]


def mark_lines(card: Card, marks: Sequence[Mark], width: float, say: Words, *, most: int = 2) -> list[list[str]]:
    """What each mark is, in so many lines at most; the date alone where the type has no letters for the note."""
    texts = [
        f"{say.day(mark.week)}: {mark.text}" if has_letters(mark.text) else say.day(mark.week) for mark in marks
    ]
    return [card.lines(text, width - 20, most=most, size=SMALL) for text in texts]


def write_marks(card: Card, notes: Sequence[Sequence[str]], left: float, top: float) -> float:
    """The marks' numbers with what each is; returns where more may stand."""
    at = top
    for number, lines in enumerate(notes, start=1):
        _numbered(card, left + 7, at + SMALL * LEADING / 2, number)
        for row, line in enumerate(lines):
            card.write(left + 20, at + SMALL * LEADING * (row + 0.5), line, size=SMALL)
        at += SMALL * LEADING * len(lines) + 3
    return at


def describe_timeline(
    courses: Sequence[Course], *, title: str, weeks: Sequence[date], marks: Sequence[Mark], say: Words
) -> str:
    """The same in words, for whoever cannot see the picture."""
    lines = (
        [say("picture.timeline", unit=title, first=say.day(weeks[0]), last=say.day(weeks[-1]))] if weeks else []
    )
    lines += [describe_course(course, say) for course in courses if course]
    lines += [say("chart.mark", sign=ACTION, week=say.day(mark.week), text=mark.text) for mark in marks]
    return " ".join(lines)


def describe_course(course: Course, say: Words) -> str:
    """Where a measure was at first, where it is now with its n, and how far that moved."""
    first, newest = course[0], course[-1]
    change = _change(newest, say)
    return say(
        "picture.course_changed" if change else "picture.course",
        stage=say.stage(newest.stage),
        first=level_text(first, say),
        last=level_text(newest, say),
        n=newest.n,
        change=change,
    )
