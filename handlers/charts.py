"""Charts as Slack draws them itself, each with a table to fall back on."""

from collections.abc import Mapping, Sequence

from handlers.blocks import Block, cut, table

# Limits of a data_visualization block (slack-facts): characters of title and label, series of one chart.
TITLE, LABEL, SERIES = 50, 20, 6


def line_chart(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[float | None]], *, y_label: str = ""
) -> Block | None:
    """A line for each series over the same labels, or None when fewer than two points are left to draw.

    Slack wants a value of every series at every label, and we fill nothing in: a label at which any series has no
    value (None) is left out.
    """
    drawn = {name: values for name, values in list(series.items())[:SERIES] if any(v is not None for v in values)}
    whole = [place for place in range(len(labels)) if all(values[place] is not None for values in drawn.values())]
    if not drawn or len(whole) < 2:
        return None
    categories = [cut(labels[place], LABEL) for place in whole]
    axis: Block = {"categories": categories}
    if y_label:
        axis["y_label"] = cut(y_label, TITLE)
    lines = [
        {
            "name": cut(name, LABEL),
            "data": [
                {"label": cut(labels[place], LABEL), "value": round(values[place] or 0.0, 1)} for place in whole
            ],
        }
        for name, values in drawn.items()
    ]
    return {
        "type": "data_visualization",
        "title": cut(title, TITLE),
        "chart": {"type": "line", "series": lines, "axis_config": axis},
    }


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
