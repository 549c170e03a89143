"""A page for a slide: what a release says about a unit, on a sheet of 16 to 9."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.showing.charts import Mark
from handlers.showing.pictures.style import BODY, QUIET, SMALL, TITLE, TURNED, Card
from handlers.showing.pictures.timeline import Course, draw_panels, mark_lines, told_marks, write_marks
from handlers.words import Words

# Half the pixels of a full HD screen: type of 11 is as large there as 22 in a presentation of that size.
WIDTH, HEIGHT = 960.0, 540.0
_EDGE, _COLUMN, _RIGHT = 32.0, 556.0, 624.0
_TOP, _PANEL, _FOOT = 116.0, 112.0, 486.0
_HEADLINE = 24.0
# More would not fit, and what moved most comes first: our choice.
MOST_MOVED, MOST_STATES = 4, 3
_ROOM = 6


@dataclass(frozen=True, slots=True)
class Moved:
    """A measure that moved more than noise: the change, its level with n, and whether for the worse."""

    change: str
    level: str
    worse: bool


@dataclass(frozen=True, slots=True)
class Slide:
    """What stands on the page, in words that can be drawn.

    Attributes:
        title: whose page it is, and of which week.
        states: the state in a sentence; of a unit above teams, a line for each, the most urgent first.
        courses: the core measures, week by week.
        weeks: Mondays from the first to the last drawn.
        marks: what was done in them.
        moved: what moved more than noise.
        calm: the other measures in a sentence, or that none moved.
        answered: how many answered, in a band.
        small_print: how it is counted, and whom that protects.
    """

    title: str
    states: Sequence[str]
    courses: Sequence[Course]
    weeks: Sequence[date]
    marks: Sequence[Mark]
    moved: Sequence[Moved]
    calm: str
    answered: str
    small_print: str


def draw_slide(slide: Slide, say: Words) -> Card:
    """Lay out the page; `say` is a catalogue that can be drawn."""
    card, width = Card(WIDTH, HEIGHT), WIDTH - 2 * _EDGE
    title = card.lines(slide.title, width, most=1, size=_HEADLINE, bold=True)[0]
    card.write(_EDGE, 38, title, size=_HEADLINE, bold=True)
    alone = len(slide.states) == 1
    at = 60.0
    for line in slide.states[:MOST_STATES]:
        at = card.paragraph(_EDGE, at, line, width, most=1, size=TITLE if alone else BODY, bold=alone)
    courses = [course for course in slide.courses if course]
    marks = told_marks(slide.marks, slide.weeks)
    if courses:
        draw_panels(
            card,
            courses,
            left=_EDGE,
            top=_TOP,
            width=_COLUMN,
            weeks=slide.weeks,
            marks=marks,
            say=say,
            panel=_PANEL,
        )
    _write_right(card, slide, marks, say)
    card.rule([_EDGE, WIDTH - _EDGE], [_FOOT - 6] * 2)
    card.paragraph(_EDGE, _FOOT, slide.small_print, width, most=3, size=SMALL, colour=QUIET)
    return card


def _write_right(card: Card, slide: Slide, marks: Sequence[Mark], say: Words) -> None:
    """What moved, what was done, and how many answered."""
    width, at = WIDTH - _EDGE - _RIGHT, _TOP
    if slide.moved:
        at = card.paragraph(_RIGHT, at, say("digest.moved"), width, most=1, bold=True) + 3
    for one in slide.moved[:MOST_MOVED]:
        colour = TURNED if one.worse else QUIET
        at = card.paragraph(_RIGHT, at, f"▸ {one.change}", width, most=1, colour=colour, bold=True)
        at = card.paragraph(_RIGHT + 13, at, one.level, width - 13, most=1, size=SMALL) + 5
    at = card.paragraph(_RIGHT, at, slide.calm, width, most=2, size=SMALL, colour=QUIET) + 10
    # Notes take two lines where there is room for them.
    most = 2 if len(slide.moved[:MOST_MOVED]) + len(marks) <= _ROOM else 1
    if marks:
        at = card.paragraph(_RIGHT, at, say("export.done"), width, most=1, bold=True) + 4
        at = write_marks(card, mark_lines(card, marks, width, say, most=most), _RIGHT, at) + 8
    card.paragraph(_RIGHT, at, slide.answered, width, most=2, size=BODY, bold=True)
