"""The wheel: the seven stages as a picture, the turned ones filled and numbered in their order."""

import io
from collections.abc import Sequence
from math import cos, degrees, pi, sin
from typing import TYPE_CHECKING

from analysis.stages import WHEEL, Stage
from handlers.words import COMPLETE, FALLBACK, Words, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Dark orange against white tells turned from calm for every kind of colour vision, and carries white type at a
# contrast of 5.6 to 1 (WCAG asks for 4.5); turned stages are also filled and numbered.
TURNED, CALM, RIM, INK, QUIET, PAPER = "#B84A00", "#F4F6F8", "#C3CCD3", "#1E2B34", "#55646F", "#FFFFFF"
_INCHES, _DPI = 5.0, 200
_NODE, _BADGE, _HALF = 0.355, 0.1, 1.53
# The ring has more above its middle than below.
_LIFT = 0.07
# Type in points; at the width of a phone (about 330 px) the picture is shown at a third of its size.
_NAME, _LONG_NAME, _DATE, _UNIT, _COUNT, _NUMBER = 12.5, 11.0, 11.0, 18.0, 11.5, 11.5
# A line of bold type that a stage holds at its usual size.
_LETTERS = 9


def drawable(say: Words) -> Words:
    """The catalogue that a picture can be drawn in: the reader's own, or English where the type has no letters."""
    return say if say.language in COMPLETE else words(FALLBACK)


def draw_wheel(turned: Sequence[tuple[Stage, str]], *, title: str, say: Words) -> bytes:
    """Draw the cycle as a PNG of 1000 x 1000 pixels, readable at the width of a phone.

    Args:
        turned: stages that turned, in order, each with its date in words.
        title: what stands in the middle, such as the unit's name.
        say: the catalogue of the reader's language; in one that the type has no letters for, English is drawn, and
            the text beside the picture says it in theirs.
    """
    say = drawable(say)
    # Drawing is rare; whoever only sends messages should not wait for the import.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_INCHES, _INCHES), dpi=_DPI, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-_HALF, _HALF)
    axes.set_ylim(-_HALF + _LIFT, _HALF + _LIFT)
    axes.set_axis_off()
    order = {stage: place for place, (stage, _) in enumerate(turned, start=1)}
    dates = dict(turned)
    for stage in WHEEL:
        _draw_turn(axes, stage, lit=stage in order and stage.next in order)
    for stage in WHEEL:
        _draw_stage(axes, stage, _in_lines(say.stage(stage)), dates.get(stage), order.get(stage))
    _draw_middle(axes, title, say("wheel.count", count=len(turned)))
    png = io.BytesIO()
    FigureCanvasAgg(figure).print_png(png)  # type: ignore[no-untyped-call]
    return png.getvalue()


def _draw_turn(axes: "Axes", stage: Stage, *, lit: bool) -> None:
    """The arc from a stage to the one that it feeds, with a point half-way."""
    from matplotlib.patches import Arc, RegularPolygon

    start, end = degrees(_angle(stage)), degrees(_angle(stage)) - 360 / len(WHEEL)
    colour = TURNED if lit else RIM
    axes.add_patch(Arc((0, 0), 2, 2, theta1=end, theta2=start, linewidth=4.5 if lit else 2.5, color=colour))
    middle = _angle(stage) - pi / len(WHEEL)
    # A triangle points up at 0; clockwise along the ring is its angle less a right one, twice over.
    axes.add_patch(
        RegularPolygon(
            (cos(middle), sin(middle)), 3, radius=0.075, orientation=middle - pi, facecolor=colour, zorder=2
        )
    )


def _draw_stage(axes: "Axes", stage: Stage, name: list[str], date: str | None, place: int | None) -> None:
    """One stage: its name, and once it has turned its date and number."""
    from matplotlib.patches import Circle

    x, y = cos(_angle(stage)), sin(_angle(stage))
    fill, rim, ink = (TURNED, TURNED, PAPER) if place else (CALM, RIM, QUIET)
    axes.add_patch(Circle((x, y), _NODE, facecolor=fill, edgecolor=rim, linewidth=2, zorder=3))
    size = _NAME if max(len(line) for line in name) <= _LETTERS else _LONG_NAME
    lines = [(line, size, "bold" if place else "normal") for line in name]
    lines += [(date, _DATE, "normal")] if date else []
    step = 0.125
    for row, (text, size, weight) in enumerate(lines):
        at = y + step * ((len(lines) - 1) / 2 - row)
        _write(axes, x, at, text, size, colour=ink, weight=weight)
    if place:
        bx, by = (1.05 + _NODE) * x, (1.05 + _NODE) * y
        axes.add_patch(Circle((bx, by), _BADGE, facecolor=INK, edgecolor=PAPER, linewidth=2.5, zorder=5))
        _write(axes, bx, by, str(place), _NUMBER, colour=PAPER, weight="bold", above=6)


def _draw_middle(axes: "Axes", title: str, count: str) -> None:
    lines = _in_lines(title)
    step = 0.2
    top = step * len(lines) / 2
    for row, line in enumerate(lines):
        _write(axes, 0, top - step * row, line, _UNIT, colour=INK, weight="bold")
    _write(axes, 0, top - step * len(lines) - 0.02, count, _COUNT, colour=QUIET, weight="normal")


def _write(
    axes: "Axes", x: float, y: float, text: str, size: float, *, colour: str, weight: str, above: int = 4
) -> None:
    # A "$" in a unit's name would otherwise begin a formula.
    plain = text.replace("$", r"\$")
    axes.text(
        x,
        y,
        plain,
        ha="center",
        va="center_baseline",
        fontsize=size,
        color=colour,
        fontweight=weight,
        zorder=above,
    )


def _in_lines(text: str, most: int = 13) -> list[str]:
    """Words in lines of at most `most` letters where they allow it; a hyphen may end a line."""
    lines: list[str] = []
    for word in text.replace("-", "- ").split():
        last = lines[-1] if lines else ""
        joined = f"{last}{word}" if last.endswith("-") else f"{last} {word}"
        if last and len(joined) <= most and len(lines) > 1:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def describe_wheel(turned: Sequence[tuple[Stage, str]], *, title: str, say: Words) -> str:
    """The same in words, for whoever cannot see the picture."""
    if not turned:
        return say("wheel.none", unit=title)
    parts = [f"{say.stage(stage)} ({since})" for stage, since in turned]
    calm = [say.stage(stage) for stage in WHEEL if stage not in dict(turned)]
    return say("wheel.turned", unit=title, turned=", ".join(parts), calm=", ".join(calm))


def _angle(stage: Stage) -> float:
    """Where a stage stands on the ring: the first at the top, the rest clockwise."""
    return pi / 2 - 2 * pi * stage.position / len(WHEEL)
