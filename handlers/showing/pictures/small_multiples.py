"""Small multiples: the same measure of several teams, a small field each, all on one scale."""

from collections.abc import Sequence
from datetime import date

from handlers.showing.figures import change_text, level_text
from handlers.showing.pictures.style import (
    BODY,
    INK,
    LEADING,
    MARGIN,
    PHONE,
    QUIET,
    SMALL,
    TITLE,
    TURNED,
    Card,
    Picture,
    drawable,
    legend,
    named,
)
from handlers.showing.pictures.timeline import Course, Plot, describe_course, draw_course, good_end, span
from handlers.words import Words

# A dozen fields is what can be compared at a glance; our choice.
MOST_FIELDS = 12
_COLUMNS, _GAP, _FIELD, _HEAD = 2, 18.0, 122.0, 54.0
# Before a change that is more than noise.
MOVED = "▸"


def draw_small_multiples(teams: Sequence[Course], *, weeks: Sequence[date], say: Words) -> Picture:
    """Draw one measure of several teams, in the order given, two in a row.

    Args:
        teams: the weeks of the same measure for each of them; those without any are left out, teams that are
            counted together are drawn once, and at most `MOST_FIELDS` are.
        weeks: Mondays from the first to the last drawn.
        say: the reader's words, for the text beside the picture; in the picture those of `drawable`.

    Raises:
        ValueError: no team has a figure.
    """
    inside = drawable(say)
    drawn = {course[-1].label: course for course in reversed(teams) if course}
    names = [*reversed(drawn)][:MOST_FIELDS]
    courses = [drawn[name] for name in names]
    if not courses:
        raise ValueError("nothing to draw")
    newest = courses[0][-1]
    low, high = min(span(course)[0] for course in courses), max(span(course)[1] for course in courses)
    rows = -(-len(courses) // _COLUMNS)
    width = PHONE - 2 * MARGIN
    small = _small_print(courses, weeks, inside)
    below = Card(PHONE, PHONE).lines(small, width, size=SMALL)
    top = MARGIN + TITLE * LEADING + SMALL * LEADING + 10
    card = Card(PHONE, top + _FIELD * rows + SMALL * LEADING * len(below) + MARGIN)
    card.write(MARGIN, MARGIN + TITLE * LEADING / 2, inside.stage(newest.stage), size=TITLE, bold=True)
    card.write(MARGIN, MARGIN + TITLE * LEADING + 7, good_end(newest.scale, inside), size=SMALL, colour=QUIET)
    each = (width - _GAP) / _COLUMNS
    for place, (name, course) in enumerate(zip(names, courses, strict=True)):
        left = MARGIN + (each + _GAP) * (place % _COLUMNS)
        head = top + _FIELD * (place // _COLUMNS)
        _write_head(card, named(name, place + 1), course, left=left, top=head, width=each, say=inside)
        field = Plot(left + 18, head + _HEAD, each - 24, _FIELD - _HEAD - 18, weeks[0], weeks[-1], low, high)
        draw_course(card, field, course)
    card.paragraph(MARGIN, top + _FIELD * rows, small, width, size=SMALL, colour=QUIET)
    alt = " ".join(f"{name}: {describe_course(course, say)}" for name, course in zip(names, courses, strict=True))
    return Picture(card.png(), alt, legend(names))


def _small_print(courses: Sequence[Course], weeks: Sequence[date], say: Words) -> str:
    period = say("picture.weeks", first=say.day(weeks[0]), last=say.day(weeks[-1]))
    moved = any(course[-1].more_than_noise for course in courses)
    return " ".join([period, say("picture.bars"), *([say("picture.sign", sign=MOVED)] if moved else [])])


def _write_head(
    card: Card, name: str, course: Course, *, left: float, top: float, width: float, say: Words
) -> None:
    """The team, its newest figure with n, and how far that moved; with a sign and bold where that is no noise."""
    newest = course[-1]
    card.write(left, top + 7, card.lines(name, width, most=1, bold=True)[0], size=BODY, bold=True)
    card.write(left, top + 22, say("figure.no_change", level=level_text(newest, say), n=newest.n), size=SMALL)
    if newest.change is None or newest.more_than_noise is None:
        return
    moved, worse = newest.more_than_noise, newest.change * newest.scale.worse > 0
    text = f"{MOVED} {change_text(newest.change, newest.scale, say)}" if moved else say("picture.calm")
    colour = (TURNED if worse else INK) if moved else QUIET
    short = card.lines(text, width, most=1, size=SMALL, bold=moved)[0]
    card.write(left, top + 36, short, size=SMALL, colour=colour, bold=moved)
