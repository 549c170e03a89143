"""How soon a change in trust is found, beside simpler rules, all on the same simulated teams.

Ours gets the figures as they are released, with noise; the simpler rules get exact levels, which no release has.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from analysis.detection.cycle import follow
from analysis.detection.thresholds import thresholds
from analysis.figures import Record
from analysis.stages import Stage
from analysis.synthetic import Planted, Team, simulate
from tests.bench.released import as_released

Array = NDArray[np.float64]
# A path is the evidence of each team in each week, (teams, weeks); a rule alarms when it reaches a limit.
Path = Callable[[Record, list[str]], Array]
WEEKS, ONSET, HORIZON = 60, 20, 40
FALSE_ALARM, WATCHED = 0.10, 52
SEED = 11


@dataclass(frozen=True)
class Row:
    """One rule at one size of change."""

    rule: str
    rate: float
    size: float
    false_alarms: float
    median: float
    missed: float


def ours(record: Record, teams: list[str]) -> Array:
    """Standard errors of our detector for trust alone."""
    return follow(as_released(record), units=teams).drift[:, Stage.TRUST.position, :]


def _means(record: Record, teams: list[str]) -> Array:
    """Raw weekly means of trust; the last known one where a week is withheld."""
    columns = {week: index for index, week in enumerate(record.weeks)}
    rows = {team: index for index, team in enumerate(teams)}
    means = np.full((len(teams), len(columns)), np.nan)
    for figure in record.figures:
        if figure.stage is Stage.TRUST:
            (team,) = figure.units
            means[rows[team], columns[figure.week]] = figure.level.mean
    for week in range(1, means.shape[1]):
        means[:, week] = np.where(np.isnan(means[:, week]), means[:, week - 1], means[:, week])
    return np.nan_to_num(means, nan=3.0)


def four_week_mean(record: Record, teams: list[str]) -> Array:
    """Share by which the mean of four weeks lies below that of the four before."""
    means = _means(record, teams)
    drop = np.zeros_like(means)
    for week in range(7, means.shape[1]):
        before, now = means[:, week - 7 : week - 3].mean(axis=1), means[:, week - 3 : week + 1].mean(axis=1)
        drop[:, week] = (before - now) / before
    return drop


def raw_cusum(record: Record, teams: list[str]) -> Array:
    """CUSUM (k = 0.5) of raw means, standardised by each team's first eight weeks."""
    means = _means(record, teams)
    centre = means[:, :8].mean(axis=1, keepdims=True)
    spread = means[:, :8].std(axis=1, ddof=1, keepdims=True).clip(0.1)
    path = np.zeros_like(means)
    for week in range(8, means.shape[1]):
        step = (centre - means[:, week : week + 1]) / spread - 0.5
        path[:, week : week + 1] = np.maximum(0.0, path[:, week - 1 : week] + step)
    return path


def _limit(path: Array) -> float:
    """The limit that so many healthy teams reach within a year."""
    return float(np.quantile(path[:, :WATCHED].max(axis=1), 1 - FALSE_ALARM))


def _row(rule: str, case: tuple[float, float], healthy: Array, changed: Array, limit: float) -> Row:
    alarms = changed[:, ONSET : ONSET + HORIZON] >= limit
    delays = np.where(alarms.any(axis=1), alarms.argmax(axis=1) + 1.0, np.inf)
    return Row(
        rule,
        *case,
        float((healthy[:, :WATCHED].max(axis=1) >= limit).mean()),
        float(np.median(delays)),
        float(np.isinf(delays).mean()),
    )


def measure(teams: int) -> list[Row]:
    """Every rule at every size and answering rate."""
    rules: list[tuple[str, Path, float | None]] = [
        ("ours, trust alone", ours, None),
        ("ours, as shipped", ours, thresholds().drift),
        ("raw mean, CUSUM", raw_cusum, None),
        ("4-week mean, tuned", four_week_mean, None),
        ("4-week mean down 10%", four_week_mean, 0.10),
    ]
    rows = []
    cases = [(rate, size) for rate in (0.75, 0.5) for size in (0.5, 1.0)]
    for rate, size in track(cases, description="simulating teams", transient=True):
        names = [f"team {number}" for number in range(teams)]
        healthy = simulate([Team(name, rate=rate) for name in names], WEEKS, SEED)
        planted = {Stage.TRUST: Planted(ONSET, size)}
        changed = simulate([Team(name, rate=rate, planted=planted) for name in names], WEEKS, SEED + 1)
        for rule, path, fixed in rules:
            calm = path(healthy, names)
            limit = _limit(calm) if fixed is None else fixed
            rows.append(_row(rule, (rate, size), calm, path(changed, names), limit))
    return rows
