"""The wheel: the seven stages as a picture, the turned ones filled and numbered in their order."""

import io
from collections.abc import Sequence
from math import cos, pi, sin

from analysis.stages import WHEEL, Stage
from handlers.words import Words

# Okabe and Ito's palette, told apart by every kind of colour vision; turned stages are also filled and numbered.
TURNED, CALM, INK, PAPER = "#D55E00", "#E8ECEF", "#22303A", "#FFFFFF"
_INCHES, _DPI = 5.0, 144
_RADIUS, _NODE = 1.0, 0.29


def draw_wheel(turned: Sequence[tuple[Stage, str]], *, title: str, say: Words) -> bytes:
    """Draw the cycle as a PNG of 720 x 720 pixels, readable at the width of a phone.

    Args:
        turned: stages that turned, in order, each with its date in words.
        title: what stands in the middle, such as the unit's name.
        say: the catalogue of the reader's language.
    """
    # Drawing is rare; whoever only sends messages should not wait for the import.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle, FancyArrowPatch

    figure = Figure(figsize=(_INCHES, _INCHES), dpi=_DPI, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-1.45, 1.45)
    axes.set_ylim(-1.45, 1.45)
    axes.set_axis_off()
    order = {stage: place for place, (stage, _) in enumerate(turned, start=1)}
    dates = dict(turned)
    for stage in WHEEL:
        x, y = _place(stage)
        is_turned = stage in order
        both = is_turned and stage.next in order
        axes.add_patch(
            FancyArrowPatch(
                (x, y),
                _place(stage.next),
                connectionstyle="arc3,rad=-0.22",
                arrowstyle="-|>",
                mutation_scale=16,
                shrinkA=44,
                shrinkB=46,
                linewidth=3.0 if both else 1.6,
                color=TURNED if both else "#9AA5AD",
            )
        )
        axes.add_patch(
            Circle((x, y), _NODE, facecolor=TURNED if is_turned else CALM, edgecolor=INK, linewidth=1.4, zorder=3)
        )
        name = say(f"stage.{stage.value}").replace(" ", "\n")
        colour = PAPER if is_turned else INK
        label = f"{name}\n{dates[stage]}" if is_turned else name
        axes.text(
            x,
            y,
            label,
            ha="center",
            va="center",
            fontsize=9.5,
            color=colour,
            zorder=4,
            fontweight="bold" if is_turned else "normal",
            linespacing=1.15,
        )
        if is_turned:
            bx, by = x * 1.31, y * 1.31
            axes.add_patch(Circle((bx, by), 0.1, facecolor=INK, edgecolor=PAPER, linewidth=1.5, zorder=5))
            axes.text(
                bx,
                by - 0.005,
                str(order[stage]),
                ha="center",
                va="center",
                fontsize=10,
                color=PAPER,
                fontweight="bold",
                zorder=6,
            )
    axes.text(
        0,
        0,
        title.replace(" ", "\n"),
        ha="center",
        va="center",
        fontsize=14,
        color=INK,
        fontweight="bold",
        linespacing=1.2,
    )
    png = io.BytesIO()
    FigureCanvasAgg(figure).print_png(png)  # type: ignore[no-untyped-call]
    return png.getvalue()


def describe_wheel(turned: Sequence[tuple[Stage, str]], *, title: str, say: Words) -> str:
    """The same in words, for whoever cannot see the picture."""
    if not turned:
        return say("wheel.none", unit=title)
    parts = [f"{say(f'stage.{stage.value}')} ({since})" for stage, since in turned]
    calm = [say(f"stage.{stage.value}") for stage in WHEEL if stage not in dict(turned)]
    return say("wheel.turned", unit=title, turned=", ".join(parts), calm=", ".join(calm))


def _place(stage: Stage) -> tuple[float, float]:
    angle = pi / 2 - 2 * pi * stage.position / len(WHEEL)
    return _RADIUS * cos(angle), _RADIUS * sin(angle)
