"""The thresholds keep what they state, and the code that made them makes them again."""

import json
from dataclasses import asdict
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from analysis.detection import calibrate
from analysis.detection.cycle import follow
from analysis.detection.thresholds import BUDGET, budget, thresholds
from analysis.synthetic import simulate
from tests.bench.released import as_released

TEAMS = 300


def stored() -> dict[str, Any]:
    text = resources.files("analysis.detection").joinpath("thresholds.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def test_what_was_achieved_is_within_the_budget() -> None:
    written = stored()
    assert written["budget"] == asdict(BUDGET)
    assert written["parameters"]["seed"] == calibrate.SEED
    assert written["parameters"]["teams"] == calibrate.TEAMS
    assert written["achieved"]["healthy teams with a cycle in 52 weeks"] <= BUDGET.cycle
    dips = [share for case, share in written["achieved"].items() if case.startswith("isolated dips")]
    assert np.mean(dips) <= BUDGET.dips
    assert thresholds().cycle == written["evidence"]["dips"][str(BUDGET.dips)]
    assert thresholds().drift == written["evidence"]["drift"]["0.1"]


def test_healthy_teams_alarm_as_rarely_as_stated() -> None:
    limits = thresholds()
    teams = calibrate.draw(TEAMS, calibrate.healthy, calibrate.SEED)
    found = list(calibrate.peaks(teams, calibrate.WEEKS, calibrate.SEED))
    drift = np.concatenate([part.drift for part in found]) >= limits.drift
    cycle = np.concatenate([part.cycle for part in found]) >= limits.cycle
    # Three standard errors of a share of 300 above the budget.
    assert drift.mean() <= BUDGET.drift + 3 * np.sqrt(BUDGET.drift * (1 - BUDGET.drift) / TEAMS)
    assert cycle.mean() <= BUDGET.cycle + 3 * np.sqrt(BUDGET.cycle * (1 - BUDGET.cycle) / TEAMS)
    assert drift.mean() >= 0.01  # a threshold that never fires is not calibrated either


def test_isolated_dips_are_called_a_cycle_as_rarely_as_stated() -> None:
    limits, number = thresholds(), 200
    dips = calibrate.draw(number, calibrate.dip(1.0), calibrate.SEED + 5)
    weeks = calibrate.ONSET + calibrate.AFTER
    found = list(calibrate.peaks(dips, weeks, calibrate.SEED + 5, calibrate.ONSET, calibrate.every_week))
    called = np.concatenate([part.cycle for part in found]) >= limits.cycle
    assert called.mean() <= BUDGET.dips + 3 * np.sqrt(BUDGET.dips * (1 - BUDGET.dips) / number)


@pytest.mark.parametrize("units", [1, 8, 40, 60, 100, 500, 5000])
def test_the_budget_holds_for_the_whole_company(units: int) -> None:
    chance = budget(units)
    assert chance.drift <= BUDGET.drift + 1e-9
    assert chance.cycle <= BUDGET.cycle + 1e-9
    assert units * chance.drift <= max(BUDGET.company_drifts, BUDGET.drift * units / 60) * 1.001 + 1e-9
    assert units * chance.cycle <= BUDGET.company_cycles * 1.001 or units < 20


def test_more_units_never_make_an_alarm_easier() -> None:
    limits = [thresholds(units) for units in (1, 10, 50, 100, 1000, 10_000)]
    assert all(one.drift <= other.drift and one.cycle <= other.cycle for one, other in pairwise(limits))
    assert limits[-1].drift > limits[0].drift + 3
    assert len({limit.watch for limit in limits}) == 1


def test_released_figures_alarm_as_rarely_as_exact_ones() -> None:
    limits, number = thresholds(), 100
    teams = calibrate.draw(number, calibrate.healthy, calibrate.SEED + 1)
    record = as_released(simulate(teams, calibrate.WEEKS, calibrate.SEED + 1))
    found = follow(record, units=[team.name for team in teams])
    drift = found.drift.max(axis=(1, 2)) >= limits.drift
    cycle = found.cycle.max(axis=1) >= limits.cycle
    assert drift.mean() <= BUDGET.drift + 3 * np.sqrt(BUDGET.drift * (1 - BUDGET.drift) / number)
    assert cycle.mean() <= BUDGET.cycle + 3 * np.sqrt(BUDGET.cycle * (1 - BUDGET.cycle) / number)


def test_calibrating_again_gives_the_same() -> None:
    steps: list[int] = []
    first = calibrate.calibrate(40, seed=1, step=steps.append)
    assert first == calibrate.calibrate(40, seed=1)
    assert sum(steps) == 40 + 5 * 10
