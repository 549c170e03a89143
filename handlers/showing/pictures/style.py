"""The one look of our pictures: a card with its colours, type and sizes, drawn in the pixels of a phone.

Matplotlib is imported where something is drawn: whoever only sends messages should not wait a second for it.
"""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from analysis.stages import Stage
from handlers.showing.blocks import CONTEXT, cut, printable
from handlers.words import FALLBACK, Words, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

# One file is shown on white and on dark: a white card with a rim of its own, and nothing outside of it.
PAPER, RIM, RULE = "#FFFFFF", "#B6C1C9", "#DDE3E7"
# Type: on `PAPER` and `CALM` at a contrast of 4.5 to 1 or more (WCAG 2).
INK, QUIET = "#1E2B34", "#55646F"
CALM = "#F4F6F8"
# What turned: dark orange tells from calm for every kind of colour vision, and carries white type at 5.6 to 1.
TURNED = "#B84A00"
# A colour and a shape for each core measure; blue and green of Okabe and Ito (2008), darkened until they can be
# read as type, and the orange above.
MEASURES: dict[Stage, tuple[str, str]] = {
    Stage.TRUST: ("#0072B2", "o"),
    Stage.OVERLAY: (TURNED, "s"),
    Stage.FRICTION: ("#00745A", "^"),
}
OTHER = ("#4A4E8C", "D")
# Units are pixels of a phone, and points of type: a picture of 360 is drawn 720 pixels wide.
PHONE, SCALE = 360.0, 2
SMALL, BODY, TITLE = 11.0, 12.0, 15.0
MARGIN = 16.0
# A line of type takes so much of its size.
LEADING = 1.32
# What Slack takes as the alternative text of a file (slack-facts), and of a block.
MOST_ALT = min(1000, CONTEXT)
# Matplotlib brings letters for European languages; where a machine has one of these, East Asian ones as well.
_EUROPEAN = "DejaVu Sans"
_EAST_ASIAN = (
    *("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAexGothic", "IPAGothic", "Hiragino Sans"),
    *("Yu Gothic", "Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture, and what it says in words.

    Attributes:
        png: the file.
        alt: the same for whoever cannot see it.
        legend: what must stand beside it, such as names that no type here has letters for; mostly empty.
    """

    png: bytes
    alt: str
    legend: str = ""

    def carried(self, *, filename: str, title: str) -> dict[str, str]:
        """As the outbox carries a picture."""
        png = base64.b64encode(self.png).decode()
        return {"png": png, "filename": filename, "title": title, "alt": cut(printable(self.alt), MOST_ALT)}


class Card:
    """A sheet to draw on, from the top left corner, in pixels of a phone (or of a slide half its size).

    It holds a figure and a canvas of its own and nothing global, so that several threads may draw at once.
    """

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.patches import FancyBboxPatch

        self.width, self.height = width, height
        self.figure: Figure = Figure(figsize=(width / 72, height / 72), dpi=72 * SCALE)
        self.figure.patch.set_alpha(0)
        self._canvas = FigureCanvasAgg(self.figure)
        self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.set_axis_off()
        self.axes.add_patch(
            FancyBboxPatch(
                (1, 1),
                width - 2,
                height - 2,
                boxstyle="round,pad=0,rounding_size=9",
                facecolor=PAPER,
                edgecolor=RIM,
                linewidth=1,
                zorder=0,
            )
        )

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = BODY,
        colour: str = INK,
        bold: bool = False,
        align: str = "left",
        above: float = 6,
    ) -> "Text":
        """One line of type, its middle at the height `y`."""
        return self.axes.text(
            x,
            y,
            text,
            ha=align,
            va="center_baseline",
            color=colour,
            fontproperties=type_of(size, bold=bold),
            zorder=above,
            # A "$" in a unit's name would otherwise begin a formula.
            parse_math=False,
        )

    def width_of(self, text: str, *, size: float = BODY, bold: bool = False) -> float:
        """How wide a line of type is."""
        from matplotlib.backends.backend_agg import RendererAgg

        type_ = type_of(size, bold=bold)
        renderer: RendererAgg = self._canvas.get_renderer()  # type: ignore[no-untyped-call]
        width, _, _ = renderer.get_text_width_height_descent(text, type_, ismath=False)  # type: ignore[no-untyped-call]
        return float(width) / SCALE

    def lines(
        self, text: str, width: float, *, most: int = 99, size: float = BODY, bold: bool = False
    ) -> list[str]:
        """A text in lines that are no wider than `width`; what does not fit into so many ends in three dots."""
        kept = [""]
        for word in _words(text):
            joined = f"{kept[-1]}{word}"
            if not kept[-1] or self.width_of(joined.rstrip(), size=size, bold=bold) <= width:
                kept[-1] = joined
            else:
                kept.append(word)
        found = [line.strip() for line in kept]
        if len(found) > most:
            found = [*found[: most - 1], f"{found[most - 1]} …"]
        return [self._shortened(line, width, size=size, bold=bold) for line in found]

    def _shortened(self, line: str, width: float, *, size: float, bold: bool) -> str:
        short = line
        while len(short) > 1 and self.width_of(short, size=size, bold=bold) > width:
            short = f"{short.rstrip('…').rstrip()[:-1].rstrip()}…"
        return short

    def paragraph(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        *,
        most: int = 99,
        size: float = BODY,
        colour: str = INK,
        bold: bool = False,
    ) -> float:
        """A text in lines from the height `y` on; returns where the next may begin."""
        step = size * LEADING
        lines = self.lines(text, width, most=most, size=size, bold=bold)
        for row, line in enumerate(lines):
            self.write(x, y + step * (row + 0.5), line, size=size, colour=colour, bold=bold)
        return y + step * len(lines)

    def rule(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        colour: str = RULE,
        width: float = 1,
        dashed: bool = False,
        above: float = 1,
    ) -> None:
        """A line through points."""
        self.axes.plot(
            xs,
            ys,
            color=colour,
            linewidth=width,
            linestyle=(0, (3, 2)) if dashed else "-",
            zorder=above,
            solid_capstyle="round",
        )

    def dot(
        self,
        x: float,
        y: float,
        shape: str,
        *,
        colour: str,
        size: float = 6,
        hollow: bool = False,
        above: float = 4,
    ) -> None:
        """A marker of a shape of matplotlib's."""
        # A triangle looks smaller than a circle of the same width.
        size *= 1.3 if shape == "^" else 1
        self.axes.plot(
            [x],
            [y],
            marker=shape,
            markersize=size,
            markerfacecolor=PAPER if hollow else colour,
            markeredgecolor=colour if hollow else PAPER,
            markeredgewidth=1.3 if hollow else 0.8,
            linestyle="",
            zorder=above,
        )

    def png(self) -> bytes:
        """The picture; the same drawing gives the same bytes."""
        file = io.BytesIO()
        self._canvas.print_png(file, metadata={"Software": None})  # type: ignore[no-untyped-call]
        return file.getvalue()

    def pdf(self) -> bytes:
        """The same on one page, in curves that stay sharp; the same drawing gives the same bytes."""
        from matplotlib.backends.backend_pdf import FigureCanvasPdf

        file = io.BytesIO()
        nothing: dict[str, Any] = {"Creator": None, "Producer": None, "CreationDate": None}
        FigureCanvasPdf(self.figure).print_pdf(file, metadata=nothing)  # type: ignore[no-untyped-call]
        return file.getvalue()


def look(stage: Stage) -> tuple[str, str]:
    """The colour and the shape of a measure."""
    return MEASURES.get(stage, OTHER)


def drawable(say: Words) -> Words:
    """The catalogue that a picture can be drawn in: the reader's own, or English where the type has no letters."""
    return say if has_letters("".join(say.stage(stage) for stage in Stage)) else words(FALLBACK)


def has_letters(text: str) -> bool:
    """Whether every sign of a text can be drawn with the type of this machine."""
    return all(sign.isspace() or _drawn(ord(sign)) for sign in text)


def named(name: str, number: int) -> str:
    """A name, or a number in its place where it would be drawn as boxes; `legend` says which is which."""
    return name if has_letters(name) else f"#{number}"


def legend(names: Iterable[str]) -> str:
    """Which numbers stand for which names, where a picture has any: '#1: 東京, #3: 大阪'."""
    numbered = enumerate(names, start=1)
    return ", ".join(f"#{number}: {printable(name)}" for number, name in numbered if not has_letters(name))


@cache
def type_of(size: float, *, bold: bool) -> "FontProperties":
    """Type of a size."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=list(_families()), size=size, weight="bold" if bold else "normal")


@cache
def _families() -> tuple[str, ...]:
    from matplotlib.font_manager import fontManager

    here = {font.name for font in fontManager.ttflist}
    # One of them is enough, and each more would be looked through for every sign that none has.
    return (_EUROPEAN, *[family for family in _EAST_ASIAN if family in here][:1])


@cache
def _drawn(sign: int) -> bool:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    files = [findfont(FontProperties(family=family)) for family in _families()]
    return any(get_font(file).get_char_index(sign) for file in files)


def _words(text: str) -> list[str]:
    """Where a line may end: behind a space or a hyphen, and between East Asian signs."""
    found: list[str] = []
    for sign in text:
        whole = not found or found[-1][-1] in " -\u00ad" or ord(sign) >= 0x2E80 or ord(found[-1][-1]) >= 0x2E80
        if whole and sign not in "、。，．」』）":
            found.append(sign)
        else:
            found[-1] += sign
    return found
