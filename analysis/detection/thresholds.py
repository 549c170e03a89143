"""The thresholds that simulation found (`thresholds.json`, made by `python -m analysis.detection.calibrate`)."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


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


@dataclass(frozen=True, slots=True)
class Budget:
    """What the thresholds were set to: the share of healthy teams that raise a false alarm within 52 weeks."""

    drift: float
    cycle: float


@cache
def budget() -> Budget:
    """The stated false-alarm rates, to be shown with every alarm."""
    values = _read()["budget"]
    return Budget(float(values["drift"]), float(values["cycle"]))


@cache
def thresholds() -> Thresholds:
    """The calibrated thresholds."""
    values = _read()["thresholds"]
    return Thresholds(float(values["watch"]), float(values["drift"]), float(values["cycle"]))


def _read() -> dict[str, Any]:
    text = resources.files("analysis.detection").joinpath("thresholds.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
