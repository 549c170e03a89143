"""``data_visualization``: line, bar, area and pie charts."""

from __future__ import annotations

from typing import Any

from deploy.sandbox.blocks.rules import Problems, Rule, by_type, many, number, problem, shape, string

# Slack's page names these; its number of points in a series it leaves open.
MOST_SERIES = 6
MOST_SEGMENTS = 6
LABEL = string(20)
_MOST_POINTS = 100

_POINT = shape({"label": LABEL, "value": number})
_SERIES = shape({"name": LABEL, "data": many(_POINT, _MOST_POINTS)})
_AXES = shape({"categories": many(LABEL, _MOST_POINTS)}, {"x_label": string(50), "y_label": string(50)})


def _series_fit(chart: Any, at: str, problems: Problems) -> None:
    """Every series has a name of its own and the labels of the axis, in their order."""
    names = [series["name"] for series in chart["series"]]
    if len(set(names)) < len(names):
        problem(problems, "series names must be unique", f"{at}/series")
    categories = chart["axis_config"]["categories"]
    if len(set(categories)) < len(categories):
        problem(problems, "categories must be unique", f"{at}/axis_config/categories")
    for index, series in enumerate(chart["series"]):
        if [point["label"] for point in series["data"]] != categories:
            problem(problems, "labels must match axis_config.categories", f"{at}/series/{index}/data")


def _segments_fit(chart: Any, at: str, problems: Problems) -> None:
    """A slice has a name of its own and is no less than nothing."""
    labels = [segment["label"] for segment in chart["segments"]]
    if len(set(labels)) < len(labels):
        problem(problems, "segment labels must be unique", f"{at}/segments")
    if any(segment["value"] < 0 for segment in chart["segments"]):
        problem(problems, "segment values must not be negative", f"{at}/segments")


_PLOT = shape({"series": many(_SERIES, MOST_SERIES), "axis_config": _AXES}, then=_series_fit)

CHARTS: dict[str, Rule] = {
    "line": _PLOT,
    "bar": _PLOT,
    "area": _PLOT,
    "pie": shape({"segments": many(_POINT, MOST_SEGMENTS)}, then=_segments_fit),
}

DATA_VISUALIZATION = shape({"title": string(50), "chart": by_type(CHARTS)}, {"block_id": string(255)})
