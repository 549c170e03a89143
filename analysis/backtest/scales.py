"""How the items of a past survey were answered, and the way from there to our own scales."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.figures import Scale
from analysis.stages import Stage

MOST_HOURS = 168.0  # a week has no more
LEAST_POINTS, MOST_POINTS = 1.0, 5.0
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)
_KEYS = frozenset({"low", "high", "good", "unit"})


class WrongScales(ValueError):
    """The scales cannot be used; the message says which and why, in plain words."""


@dataclass(frozen=True, slots=True)
class ItemScale:
    """How one item was answered.

    Attributes:
        scale: what it becomes. Hours stay hours; everything else is mapped onto 1 (bad) to 5 (good).
        low: lowest answer there is.
        high: highest answer there is.
        high_is_good: which end is the good one.
    """

    scale: Scale
    low: float
    high: float
    high_is_good: bool

    def fit(self, text: str) -> float:
        """Our value of an answer as it was written, with a decimal point or comma.

        Points go linearly: `low` becomes 1 and `high` 5, or the other way round where low is good.

        Raises:
            ValueError: when it is no number or outside of the scale; the message is the reason.
        """
        if not _NUMBER.fullmatch(text):
            raise ValueError("the value is empty" if not text else f"the value “{text}” is not a number")
        value = float(text.replace(",", "."))
        if not self.low <= value <= self.high:
            raise ValueError(
                f"the value {text} is outside of {self.low:g} to {self.high:g}; --scales can say otherwise"
            )
        if self.scale is not Scale.AGREEMENT:
            return value
        share = (value - self.low) / (self.high - self.low)
        return LEAST_POINTS + (MOST_POINTS - LEAST_POINTS) * (share if self.high_is_good else 1 - share)


def _points(low: float = LEAST_POINTS, high: float = MOST_POINTS, *, high_is_good: bool = True) -> ItemScale:
    return ItemScale(Scale.AGREEMENT, low, high, high_is_good)


def _hours(low: float = 0.0, high: float = MOST_HOURS, *, high_is_good: bool = False) -> ItemScale:
    return ItemScale(Scale.HOURS_WON if high_is_good else Scale.HOURS_LOST, low, high, high_is_good)


DEFAULT: Mapping[Stage, ItemScale] = {stage: _hours() if stage is Stage.OVERLAY else _points() for stage in Stage}


def read_scales(text: str) -> dict[Stage, ItemScale]:
    """Read a TOML text with a table for each stage that was asked in another way than by default.

    `unit` is "points" or "hours" (by default hours for overlay without `low` and `high`, else points), `good` is
    "high" or "low" (by default high for points, low for hours of overlay, high for other hours), `low` and `high`
    are the ends of the scale (by default 1 and 5 points, 0 and 168 hours).

    Raises:
        WrongScales: naming the table and what is wrong with it.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise WrongScales(f"this is not TOML: {problem}") from problem
    found = dict(DEFAULT)
    for name, table in tables.items():
        if name not in set(Stage) or not isinstance(table, dict):
            raise WrongScales(f"“{name}” is not one of the tables {', '.join(Stage)}")
        found[Stage(name)] = _item_scale(Stage(name), table)
    return found


def _item_scale(stage: Stage, table: dict[str, Any]) -> ItemScale:
    for key in table:
        if key not in _KEYS:
            raise WrongScales(f"[{stage}] has “{key}”; it takes {', '.join(sorted(_KEYS))}")
    ends = {key: _end(stage, key, table[key]) for key in ("low", "high") if key in table}
    plain = DEFAULT[stage].scale is Scale.AGREEMENT or bool(ends)
    hours = _choice(stage, table, "unit", ("points", "hours"), "points" if plain else "hours") == "hours"
    usual = "low" if hours and stage is Stage.OVERLAY else "high"
    high_is_good = _choice(stage, table, "good", ("high", "low"), usual) == "high"
    made = (_hours if hours else _points)(**ends, high_is_good=high_is_good)
    if made.low >= made.high:
        raise WrongScales(f"[{stage}] low = {made.low:g} is not below high = {made.high:g}")
    return made


def _end(stage: Stage, key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise WrongScales(f"[{stage}] {key} = {value!r} is not a number")
    return float(value)


def _choice(stage: Stage, table: dict[str, Any], key: str, allowed: tuple[str, str], usual: str) -> str:
    value = table.get(key, usual)
    if value not in allowed:
        raise WrongScales(f'[{stage}] {key} = {value!r} is neither "{allowed[0]}" nor "{allowed[1]}"')
    return str(value)
