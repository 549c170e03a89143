"""Charts as Slack draws them itself, each with a table to fall back on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.showing.blocks import Block, cut, escape, table
from handlers.words import Words

# Limits of a data_visualization block (slack-facts): characters of title and label, series of one chart, charts of
# one message.
TITLE, LABEL, SERIES, CHARTS = 50, 20, 6, 2
# A line that leaves fewer labels than this share to all lines is not drawn, rather than hide the rest: our choice.
LEAST_SHARED = 0.5
# Slack's charts take no annotation, so what happened in a week is a sign before its label: the week it began, and
# an action. A line below the chart says what each is.
ONSET, ACTION = "\u25bc", "\u25c6"
SIGNS = (ONSET, ACTION)
# The newest marks are told below a chart; more would be longer than the chart is high. Our choice.
MOST_MARKS = 5
MARK_TEXT = 120


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, on a chart.

    Attributes:
        week: Monday of its week.
        sign: `ONSET` or `ACTION`.
        text: what it is, in plain words that may be anybody's; escaped when it is shown.
    """

    week: date
    sign: str
    text: str


def line_chart(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[float | None]], *, y_label: str = ""
) -> Block | None:
    """A line for each series over the same labels, or None when fewer than two points are left to draw.

    Slack wants a value of every series at every label, and we fill nothing in: a label at which any series has no
    value (None) is left out, and so is a series that would take most labels with it.
    """
    drawn = _drawable(series, len(labels))
    whole = _shared(drawn)
    if not drawn or len(whole) < 2:
        return None
    categories = [cut(label, LABEL) for label in _kept(labels, whole)]
    axis: Block = {"categories": categories}
    if y_label:
        axis["y_label"] = cut(y_label, TITLE)
    lines = [
        {
            "name": name,
            "data": [
                {"label": label, "value": round(values[place] or 0.0, 1)}
                for label, place in zip(categories, whole, strict=True)
            ],
        }
        for name, values in drawn.items()
    ]
    return {
        "type": "data_visualization",
        "title": cut(title, TITLE),
        "chart": {"type": "line", "series": lines, "axis_config": axis},
    }


def _drawable(series: Mapping[str, Sequence[float | None]], labels: int) -> dict[str, Sequence[float | None]]:
    """The series that can be drawn together, under names that fit and differ."""
    known = {name: values for name, values in series.items() if any(value is not None for value in values)}
    drawn = dict(list(known.items())[:SERIES])
    while len(drawn) > 1 and len(_shared(drawn)) < LEAST_SHARED * labels:
        gaps = {name: sum(value is None for value in values) for name, values in drawn.items()}
        sparsest = max(reversed(gaps), key=lambda name: gaps[name])
        if gaps[sparsest] == 0:
            break
        del drawn[sparsest]
    named: dict[str, Sequence[float | None]] = {}
    for name, values in drawn.items():
        named.setdefault(cut(name, LABEL), values)
    return named


def _shared(drawn: Mapping[str, Sequence[float | None]]) -> list[int]:
    """Places at which every series has a value."""
    return [place for place, values in enumerate(zip(*drawn.values(), strict=True)) if None not in values]


def _kept(labels: Sequence[str], whole: Sequence[int]) -> list[str]:
    """The labels that are drawn; the sign of one that is not goes to the next, or else to the last."""
    kept = [labels[place] for place in whole]
    for place in sorted(set(range(len(labels))) - set(whole)):
        signs = _signs(labels[place])
        if signs:
            after = next((at for at, drawn in enumerate(whole) if drawn > place), len(whole) - 1)
            kept[after] = _signed(_signs(kept[after]) + signs, kept[after].lstrip("".join(SIGNS)).strip())
    return kept


def _signs(label: str) -> str:
    """The signs that a label begins with."""
    return label[: len(label) - len(label.lstrip("".join(SIGNS)))]


def _signed(signs: str, label: str) -> str:
    """A label with each of these signs once before it."""
    own = "".join(sign for sign in SIGNS if sign in signs)
    return f"{own} {label}" if own else label


def as_table(block: Block) -> Block:
    """The same chart as a table, for a workspace that does not draw charts yet."""
    chart = block["chart"]
    categories = chart["axis_config"]["categories"]
    rows = [["", *[line["name"] for line in chart["series"]]]]
    for category in categories:
        values = [
            next((f"{point['value']:g}" for point in line["data"] if point["label"] == category), "")
            for line in chart["series"]
        ]
        rows.append([category, *values])
    return table(rows)


def without_charts(blocks: Sequence[Block]) -> list[Block]:
    """Blocks with every chart replaced by its table; Slack takes one table a message, so the first."""
    kept: list[Block] = []
    tables = 0
    for block in blocks:
        if block["type"] != "data_visualization":
            kept.append(block)
        elif tables == 0:
            kept.append(as_table(block))
            tables += 1
    return kept


def week_labels(weeks: Sequence[date], say: Words, marks: Sequence[Mark] = ()) -> list[str]:
    """A label for each week, with its year when the same day comes twice, and the signs of its marks before it.

    A mark in a week without a figure stands at the next week that has one.
    """
    labels = [say.day(week) for week in weeks]
    if len(set(labels)) < len(labels):
        labels = [say.day_of_year(week) for week in weeks]
    signs = dict.fromkeys(weeks, "")
    for mark in _inside(marks, weeks):
        signs[next(week for week in sorted(weeks) if week >= mark.week)] += mark.sign
    return [_signed(signs[week], label) for week, label in zip(weeks, labels, strict=True)]


def marks_text(marks: Sequence[Mark], weeks: Sequence[date], say: Words) -> str:
    """What the signs on a chart of these weeks mean, a line for each mark; empty when none lies in them."""
    told = sorted(_inside(marks, weeks), key=lambda mark: mark.week)[-MOST_MARKS:]
    lines = [
        say("chart.mark", sign=mark.sign, week=say.day(mark.week), text=escape(cut(mark.text, MARK_TEXT)))
        for mark in told
    ]
    return "\n".join(dict.fromkeys(lines))


def _inside(marks: Sequence[Mark], weeks: Sequence[date]) -> list[Mark]:
    """The marks that lie in the weeks of a chart."""
    return [mark for mark in marks if weeks and min(weeks) <= mark.week <= max(weeks)]
