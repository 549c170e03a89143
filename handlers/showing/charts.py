"""Charts as Slack draws them itself, each with a table to fall back on."""

from collections.abc import Mapping, Sequence
from datetime import date

from handlers.showing.blocks import Block, cut, table
from handlers.words import Words

# Limits of a data_visualization block (slack-facts): characters of title and label, series of one chart, charts of
# one message.
TITLE, LABEL, SERIES, CHARTS = 50, 20, 6, 2
# A line that leaves fewer labels than this share to all lines is not drawn, rather than hide the rest: our choice.
LEAST_SHARED = 0.5


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
    categories = [cut(labels[place], LABEL) for place in whole]
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


def week_labels(weeks: Sequence[date], say: Words) -> list[str]:
    """A label for each week, with its year when the same day comes twice."""
    labels = [say.day(week) for week in weeks]
    return labels if len(set(labels)) == len(labels) else [say.day_of_year(week) for week in weeks]
