"""How soon a change in trust is found, beside simpler rules and the limit, all on the same simulated teams.

Each rule's limit is set on healthy teams of the same setting, other ones than those it is then measured on. All
see the stage trust alone, asked every week. Ours gets figures as they are released, or exact ones; simpler rules
get exact means, which no release has; the oracle and the person-centred rule get every single answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Column, Table

from analysis.detection.thresholds import thresholds
from analysis.stages import Stage
from analysis.synthetic import Planted, model
from tests.bench.estimates import centred, cusum, true
from tests.bench.rules import ewma, fixed_cusum, four_week_mean, online_change_points, segmented, starting_cusum
from tests.bench.trials import (
    MANY,
    ONSET,
    YEAR,
    Array,
    Delays,
    Rule,
    Setting,
    Trial,
    limit,
    margin,
    peaks,
    reached,
    weeks_shown,
)

HORIZON = 40  # weeks after the onset
SHARES = (0.10, 0.39)
SEED = 1100
SOON = 4
SETTINGS = (
    Setting("ten people, 75% answering"),
    Setting("ten people, 50% answering", rate=0.5),
    Setting("ten people, 75% answering, shocks that last (correlation .5 from week to week)", persistence=0.5),
    Setting(
        "ten people, 75% answering, those without trust stop answering (log odds 1.4 for each SD)",
        slope=4 * model.ANSWERING_SLOPE,
        mood=(Stage.TRUST,),
    ),
)


@dataclass(frozen=True)
class Change:
    """A change in trust: its full size in SD, and the weeks it takes."""

    title: str
    size: float
    ramp: int = 1


CHANGES = (Change("0.25 SD", 0.25), Change("0.5 SD", 0.5), Change("1 SD", 1.0), Change("ramp to 0.5 SD", 0.5, 8))
HALF = CHANGES[1]


@dataclass(frozen=True)
class Trials:
    """Healthy teams to set limits on, healthy teams to measure, and teams of each change."""

    to_tune: Trial
    healthy: Trial
    changed: dict[Change, Trial]


def _trials(setting: Setting, teams: int) -> Trials:
    def run(number: int, weeks: int, seed: int, change: Change | None = None) -> Trial:
        planted = {Stage.TRUST: Planted(ONSET, change.size, change.ramp)} if change else {}
        return Trial(setting, [planted] * number, weeks, SEED + seed, lambda week: (Stage.TRUST,))

    return Trials(
        run(2 * teams, YEAR, 0),
        run(teams, YEAR, 1),
        {change: run(teams, ONSET + HORIZON, 2 + place, change) for place, change in enumerate(CHANGES)},
    )


def oracle(trial: Trial, change: Change, usual: float = 0.0) -> Array:
    """The limit: persons, cut points, shocks and the change are known, only the week of its beginning is not.

    Log likelihood ratio over no change, at the best beginning. Nothing is read into silence but `usual`: by how
    much those who answer seem worse than usual when nothing has changed.
    """
    x, variance = trial.once(true, Stage.TRUST, change.size)
    weeks = np.arange(trial.weeks)
    lasting = model.SHOCK_VARIANCE * trial.setting.persistence ** np.abs(weeks[:, None] - weeks[None, :])
    own = np.where(np.isfinite(variance), variance - model.SHOCK_VARIANCE, 1e9)
    root = np.linalg.inv(np.linalg.cholesky(lasting + own[:, :, None] * np.eye(trial.weeks)))
    age = weeks[:, None] - weeks[None, :] + 1.0
    shape = change.size * np.clip(age / change.ramp, 0.0, 1.0)
    fitted, found = root @ shape, root @ (x - usual)[..., None]
    path: Array = np.cumsum(fitted * (found - fitted / 2), axis=1).max(axis=2)
    return path


def _ours(trial: Trial) -> Array:
    return trial.ours_released.drift[:, Stage.TRUST.position]


def rules(trials: Trials) -> list[Callable[[Change], Rule]]:
    """Every rule, given the change, which only the oracle looks at."""

    def knowing(change: Change) -> Rule:
        x, variance = trials.to_tune.once(true, Stage.TRUST, change.size)
        usual = float(x[np.isfinite(variance)].mean())
        return Rule("oracle: knows persons, cut points and the change", lambda t: oracle(t, change, usual))

    def plain(name: str, path: Callable[[Trial], Array], fixed: float | None = None) -> Callable[[Change], Rule]:
        return lambda change: Rule(name, path, fixed)

    return [
        knowing,
        plain("ours, exact figures", lambda t: t.ours.drift[:, Stage.TRUST.position]),
        plain("ours, as released", _ours),
        plain("ours, as released, at the shipped threshold", _ours, thresholds().drift),
        plain(f"the same in a company of {MANY} teams", _ours, thresholds(MANY).drift),
        plain("person-centred CUSUM, every answer", lambda t: cusum(t.once(centred, Stage.TRUST), HALF.size)),
        plain("raw mean, CUSUM, self-starting", starting_cusum),
        plain("raw mean, CUSUM, first 8 weeks as baseline", fixed_cusum),
        plain("raw mean, EWMA", ewma),
        plain("Bayesian online change points", online_change_points),
        plain("PELT, refitted weekly", segmented),
        plain("4-week mean, re-tuned", four_week_mean),
        plain("4-week mean down 10%", four_week_mean, 0.10),
    ]


def _row(make: Callable[[Change], Rule], trials: Trials, share: float) -> list[str]:
    delays, wrong = {}, 0.0
    limits: dict[Change, float] = {}
    for change in CHANGES:
        rule = make(change)
        at = rule.fixed
        if at is None:
            at = limits[change] = limit(peaks(rule.path(trials.to_tune)), share)
        delays[change] = Delays.of(rule.path(trials.changed[change]), at, HORIZON)
        if change is HALF:
            wrong = reached(rule.path(trials.healthy), at)
    return [
        make(HALF).name,
        f"{wrong:.0%}",
        *(_delay(delays[change], interval=change is HALF) for change in CHANGES),
        " / ".join(f"{100 * delays[change].within(SOON):.0f}" for change in CHANGES) + "%",
        " / ".join(f"{100 * delays[change].missed:.0f}" for change in CHANGES) + "%",
    ]


def _delay(found: Delays, *, interval: bool) -> str:
    low, high = found.interval
    sure = f" ({weeks_shown(low)} to {weeks_shown(high)})" if interval else ""
    return f"{weeks_shown(found.median)}{sure} / {weeks_shown(found.quantile(0.9))}"


def tables(setting: Setting, teams: int, shares: Sequence[float] = SHARES) -> list[Table]:
    """One table for each share of false alarms."""
    trials = _trials(setting, teams)
    found = []
    for share in shares:
        table = Table(
            Column("rule", no_wrap=True),
            f"false alarms in {YEAR} weeks",
            *(f"{change.title}: median / p90" for change in CHANGES),
            f"found within {SOON} weeks",
            f"missed in {HORIZON} weeks",
            title=(
                f"A change in trust, {setting.title}. Weeks to the call at {share:.0%} false alarms in "
                f"{YEAR} weeks; {teams} teams a column, limits from {2 * teams}; a share of 10% is "
                f"+-{margin(0.1, teams):.1%}."
            ),
            title_justify="left",
        )
        for make in rules(trials):
            if share == shares[0] or make(HALF).fixed is None:
                table.add_row(*_row(make, trials, share))
        found.append(table)
    return found
