"""The thresholds keep what they state, and the code that made them makes them again."""

import json
from dataclasses import asdict
from importlib import resources

import numpy as np

from analysis.detection import calibrate
from analysis.detection.cycle import follow
from analysis.detection.thresholds import thresholds
from analysis.synthetic import simulate
from tests.bench.released import as_released

TEAMS = 300


def stored() -> dict[str, dict[str, float]]:
    text = resources.files("analysis.detection").joinpath("thresholds.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, float]] = json.loads(text)
    return found


def test_what_was_achieved_is_within_the_budget() -> None:
    written = stored()
    assert written["budget"] == asdict(calibrate.BUDGET)
    assert written["parameters"]["seed"] == calibrate.SEED
    assert written["parameters"]["teams"] == calibrate.TEAMS
    assert written["achieved"]["healthy teams with a drift in 52 weeks"] <= calibrate.BUDGET.drift
    assert written["achieved"]["healthy teams with a cycle in 52 weeks"] <= calibrate.BUDGET.cycle


def test_healthy_teams_alarm_as_rarely_as_stated() -> None:
    limits = thresholds()
    teams = calibrate.draw(TEAMS, calibrate.healthy, calibrate.SEED)
    found = list(calibrate.peaks(teams, calibrate.WEEKS, calibrate.SEED))
    drift = np.concatenate([part.drift for part in found]) >= limits.drift
    cycle = np.concatenate([part.cycle for part in found]) >= limits.cycle
    # Three standard errors of a share of 300 above the budget.
    budget = calibrate.BUDGET
    assert drift.mean() <= budget.drift + 3 * np.sqrt(budget.drift * (1 - budget.drift) / TEAMS)
    assert cycle.mean() <= budget.cycle + 3 * np.sqrt(budget.cycle * (1 - budget.cycle) / TEAMS)
    assert drift.mean() >= 0.01  # a threshold that never fires is not calibrated either


def test_released_figures_alarm_as_rarely_as_exact_ones() -> None:
    limits, number = thresholds(), 100
    teams = calibrate.draw(number, calibrate.healthy, calibrate.SEED + 1)
    record = as_released(simulate(teams, calibrate.WEEKS, calibrate.SEED + 1))
    found = follow(record, units=[team.name for team in teams])
    drift = found.drift.max(axis=(1, 2)) >= limits.drift
    cycle = found.cycle.max(axis=1) >= limits.cycle
    budget = calibrate.BUDGET
    assert drift.mean() <= budget.drift + 3 * np.sqrt(budget.drift * (1 - budget.drift) / number)
    assert cycle.mean() <= budget.cycle + 3 * np.sqrt(budget.cycle * (1 - budget.cycle) / number)


def test_calibrating_again_gives_the_same() -> None:
    steps: list[int] = []
    first = calibrate.calibrate(40, seed=1, step=steps.append)
    assert first == calibrate.calibrate(40, seed=1)
    assert sum(steps) == 40 + 5 * 10
