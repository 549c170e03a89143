"""The wheel: the seven stages as a picture, the turned ones filled and numbered in their order."""

from collections.abc import Sequence
from datetime import date
from math import cos, degrees, hypot, pi, sin

from analysis.stages import WHEEL, Stage
from handlers.showing.pictures.style import (
    BODY,
    CALM,
    INK,
    LEADING,
    MARGIN,
    PAPER,
    PHONE,
    QUIET,
    RIM,
    SMALL,
    TITLE,
    TURNED,
    Card,
    Picture,
    drawable,
    has_letters,
    legend,
    named,
)
from handlers.words import Words

# Stages that turned, in order, each with the Monday of its week where that is known.
Turned = Sequence[tuple[Stage, date | None]]

# Radius of the ring and of a stage on it, in pixels of a phone.
_RING, _NODE, _BADGE = 121.0, 40.0, 11.0
_SMALL_RING, _SMALL_NODE = 52.0, 13.0
_ROW = 148.0


def draw_wheel(turned: Turned, *, title: str, say: Words) -> Picture:
    """Draw the cycle on a square card.

    Args:
        turned: stages that turned, in order, each with its week.
        title: what stands in the middle, such as the unit's name; left out where the type has no letters for it.
        say: the reader's words, for the text beside the picture; in the picture those of `drawable`.
    """
    inside = drawable(say)
    card = Card(PHONE, PHONE)
    # The badges reach further out above than below.
    middle = (PHONE / 2, PHONE / 2 + 6)
    draw_ring(card, middle, turned, ring=_RING, node=_NODE)
    order = {stage: place for place, (stage, _) in enumerate(turned, start=1)}
    dates = dict(turned)
    for stage in WHEEL:
        x, y = _at(middle, _RING, stage)
        place, colour = order.get(stage), PAPER if stage in order else QUIET
        lines = [(line, place is not None) for line in _in_lines(card, inside.stage(stage), 2 * _NODE - 6)]
        since = dates.get(stage)
        lines += [(inside.day(since), False)] if since else []
        for row, (text, bold) in enumerate(lines):
            at = y + SMALL * 1.15 * (row - (len(lines) - 1) / 2)
            card.write(
                x,
                at,
                text,
                size=_fitting(card, text, 2 * _NODE - 5, bold=bold),
                colour=colour,
                bold=bold,
                align="center",
            )
        if place:
            _badge(card, (x, y), stage, place)
    _write_middle(card, middle, title if has_letters(title) else "", inside("wheel.count", count=len(turned)))
    return Picture(card.png(), describe_wheel(turned, title=title, say=say))


def draw_wheels(units: Sequence[tuple[str, Turned]], *, say: Words) -> Picture:
    """Draw the wheels of several units, one below the other, what turned in words beside each.

    Args:
        units: names, each with the stages that turned, in order, with their weeks.
        say: the reader's words.
    """
    inside = drawable(say)
    card = Card(PHONE, MARGIN + _ROW * len(units))
    for row, (name, turned) in enumerate(units):
        top = MARGIN / 2 + _ROW * row
        if row:
            card.rule([MARGIN, PHONE - MARGIN], [top, top])
        middle = (MARGIN + _SMALL_RING + _SMALL_NODE, top + _ROW / 2)
        draw_ring(card, middle, turned, ring=_SMALL_RING, node=_SMALL_NODE)
        _write_beside(card, middle, named(name, row + 1), turned, inside)
    alt = " ".join(describe_wheel(turned, title=name, say=say) for name, turned in units)
    return Picture(card.png(), alt, legend([name for name, _ in units]))


def _write_beside(card: Card, middle: tuple[float, float], name: str, turned: Turned, say: Words) -> None:
    """The numbers in a small ring, and the name and what turned to the right of it."""
    for place, (stage, _) in enumerate(turned, start=1):
        x, y = _at(middle, _SMALL_RING, stage)
        card.write(x, y, str(place), size=BODY, colour=PAPER, bold=True, align="center")
    card.write(*middle, f"{len(turned)}/{len(WHEEL)}", size=TITLE, bold=True, align="center")
    left = middle[0] + _SMALL_RING + _SMALL_NODE + 14
    width = PHONE - MARGIN - left
    heading = card.lines(name, width, most=1, bold=True, size=BODY + 1)
    told = [f"{place}  {_dated(stage, since, say)}" for place, (stage, since) in enumerate(turned, start=1)]
    told = told or card.lines(say("wheel.count", count=0), width, size=SMALL)
    step = SMALL * (LEADING if len(told) < 7 else 1.22)
    y = middle[1] - (step * len(told) + 20) / 2
    card.write(left, y + 8, heading[0], size=BODY + 1, bold=True)
    for row, text in enumerate(told):
        at = y + 22 + step * (row + 0.5)
        card.write(
            left, at, card.lines(text, width, most=1, size=SMALL)[0], size=SMALL, colour=INK if turned else QUIET
        )


def draw_ring(card: Card, middle: tuple[float, float], turned: Turned, *, ring: float, node: float) -> None:
    """The ring alone: arcs with points, turned stages filled; what has to be read is written by the caller."""
    from matplotlib.patches import Circle

    stages = [stage for stage, _ in turned]
    for stage in WHEEL:
        _draw_turn(card, middle, stage, ring=ring, lit=stage in stages and stage.next in stages)
    for stage in WHEEL:
        fill, rim = (TURNED, TURNED) if stage in stages else (CALM, RIM)
        circle = Circle(_at(middle, ring, stage), node, facecolor=fill, edgecolor=rim, linewidth=1.4, zorder=3)
        card.axes.add_patch(circle)


def _draw_turn(card: Card, middle: tuple[float, float], stage: Stage, *, ring: float, lit: bool) -> None:
    """The arc from a stage to the one that it feeds, with a point half-way."""
    from matplotlib.patches import Arc, RegularPolygon

    # The sheet's heights grow downwards, so clockwise is the way in which angles grow.
    start = degrees(_angle(stage))
    colour = TURNED if lit else RIM
    card.axes.add_patch(
        Arc(
            middle,
            2 * ring,
            2 * ring,
            theta1=start,
            theta2=start + 360 / len(WHEEL),
            linewidth=3 if lit else 1.8,
            color=colour,
            zorder=1,
        )
    )
    half = _angle(stage) + pi / len(WHEEL)
    point = (middle[0] + ring * cos(half), middle[1] + ring * sin(half))
    # At 0 the triangle's first corner points along growing heights; it is to point along the ring.
    size = 7.5 if ring > _SMALL_RING else 5
    card.axes.add_patch(RegularPolygon(point, 3, radius=size, orientation=half, facecolor=colour, zorder=2))


def _badge(card: Card, node: tuple[float, float], stage: Stage, place: int) -> None:
    """The number of a turned stage, on its rim: outside, and on the sides above the line of its name."""
    from matplotlib.patches import Circle

    out, up = cos(_angle(stage)), sin(_angle(stage)) - 0.8 * abs(cos(_angle(stage)))
    at = (node[0] + _NODE * out / hypot(out, up), node[1] + _NODE * up / hypot(out, up))
    card.axes.add_patch(Circle(at, _BADGE, facecolor=INK, edgecolor=PAPER, linewidth=1.5, zorder=5))
    card.write(*at, str(place), size=SMALL, colour=PAPER, bold=True, align="center", above=7)


def _write_middle(card: Card, middle: tuple[float, float], title: str, count: str) -> None:
    width = 2 * (_RING - _NODE) - 18
    lines = card.lines(title, width, most=3, size=TITLE, bold=True) if title else []
    step = TITLE * LEADING
    below = card.lines(count, width, size=SMALL)
    top = middle[1] - (step * len(lines) + SMALL * LEADING * len(below)) / 2
    for row, line in enumerate(lines):
        card.write(middle[0], top + step * (row + 0.5), line, size=TITLE, bold=True, align="center")
    for row, line in enumerate(below):
        at = top + step * len(lines) + SMALL * LEADING * (row + 0.5)
        card.write(middle[0], at, line, size=SMALL, colour=QUIET, align="center")


def _in_lines(card: Card, name: str, width: float) -> list[str]:
    """A stage's name in at most three lines, none of them much shorter than the others."""
    lines = card.lines(name, width, most=3, size=SMALL, bold=True)
    for narrower in range(int(width), int(width / 2), -3):
        tried = card.lines(name, narrower, size=SMALL, bold=True)
        if len(tried) > len(lines) or any("…" in line for line in tried):
            break
        lines = tried
    return lines


def _fitting(card: Card, text: str, width: float, *, bold: bool) -> float:
    """The usual size of type in a stage, or the smallest where a long word asks for it."""
    return BODY if card.width_of(text, size=BODY, bold=bold) <= width - 6 else SMALL


def describe_wheel(turned: Turned, *, title: str, say: Words) -> str:
    """The same in words, for whoever cannot see the picture."""
    if not turned:
        return say("wheel.none", unit=title)
    parts = [
        say("wheel.since", stage=say.stage(stage), since=say.day(since)) if since else say.stage(stage)
        for stage, since in turned
    ]
    calm = [say.stage(stage) for stage in WHEEL if stage not in dict(turned)]
    return say("wheel.turned", unit=title, turned=", ".join(parts), calm=", ".join(calm))


def _dated(stage: Stage, since: date | None, say: Words) -> str:
    return f"{say.stage(stage)} · {say.day(since)}" if since else say.stage(stage)


def _at(middle: tuple[float, float], radius: float, stage: Stage) -> tuple[float, float]:
    return middle[0] + radius * cos(_angle(stage)), middle[1] + radius * sin(_angle(stage))


def _angle(stage: Stage) -> float:
    """Where a stage stands on the ring: the first at the top, the rest clockwise (heights grow downwards)."""
    return -pi / 2 + 2 * pi * stage.position / len(WHEEL)
