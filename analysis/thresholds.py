"""The thresholds that simulation found (`thresholds.json`, made by `python -m analysis.calibrate`)."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When to call what.

    Attributes:
        watch: standard errors of one stage at which a unit is worth watching.
        drift: standard errors of one stage at which a drift is called.
        cycle: evidence for the ordered cycle beyond any other reading at which it is called.
    """

    watch: float
    drift: float
    cycle: float


@cache
def thresholds() -> Thresholds:
    """The calibrated thresholds."""
    text = resources.files("analysis").joinpath("thresholds.json").read_text(encoding="utf-8")
    values = json.loads(text)["thresholds"]
    return Thresholds(float(values["watch"]), float(values["drift"]), float(values["cycle"]))
