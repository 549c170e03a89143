"""How soon the cycle is called, and how often a dip of one stage is taken for it, beside simpler rules.

All rules get the same teams. Each limit is set, on teams of its own, so that at most one in ten isolated dips of
one stage (half an SD and one SD, any of the stages asked, watched for half a year) and at most one in ten healthy
teams in a year are called a cycle. Simpler rules get each person's exact answers, which no release has.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Column, Table

from analysis.detection.thresholds import thresholds
from analysis.stages import WHEEL, Stage
from analysis.synthetic import Planted, model
from analysis.synthetic.teams import Asked
from tests.bench.estimates import Estimate, centred, cusum, true
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

AFTER = 26  # weeks watched after a change
GAP = 2  # weeks between the turns of two stages
SIZES = (0.5, 1.0)
SHARE = 0.10
SEED = 4100
SETTING = Setting("ten people, 75% answering")
# The size that simpler rules are tuned for, and what that leaves in the mean of the stages while they turn.
TUNED, TUNED_INDEX = 0.5, 0.35


@dataclass(frozen=True)
class Pulse:
    """Which stages turn, in order, and which are asked when."""

    title: str
    turning: tuple[Stage, ...]
    stages: tuple[Stage, ...]
    asked: Asked

    def turned(self, size: float, week: int = ONSET) -> dict[Stage, Planted]:
        """The cycle: one stage after the other."""
        return {stage: Planted(week + GAP * place, size) for place, stage in enumerate(self.turning)}


FOUR = (Stage.TRUST, Stage.CANDOR, Stage.OVERLAY, Stage.FRICTION)


def every_week(week: int) -> tuple[Stage, ...]:
    """The four stages, whatever the week."""
    del week
    return FOUR


WEEKLY = Pulse("four neighbouring stages asked every week, all four turning", FOUR, FOUR, every_week)
ROTATING = Pulse(
    "the pulse as it is asked (three stages weekly, four in rotation), five turning",
    (Stage.TARGETS, *FOUR),
    WHEEL,
    model.asked,
)


@dataclass(frozen=True)
class Trials:
    """All that a table needs; those `to_tune` set the limits, the others are measured."""

    healthy_to_tune: Trial
    dips_to_tune: Trial
    healthy: Trial
    dips: dict[float, Trial]
    at_once: Trial
    cycles: dict[float, Trial]


def _trials(pulse: Pulse, teams: int) -> Trials:
    """Simulate; two trials for tuning of twice as many teams, the rest of `teams`."""
    seeds = iter(range(SEED, SEED + 10))

    def run(plans: Sequence[Mapping[Stage, Planted]], weeks: int = ONSET + AFTER) -> Trial:
        return Trial(SETTING, plans, weeks, next(seeds), pulse.asked)

    def dips(number: int, sizes: Sequence[float]) -> list[Mapping[Stage, Planted]]:
        kinds = [{stage: Planted(ONSET, size)} for size in sizes for stage in pulse.stages]
        return [kinds[index % len(kinds)] for index in range(number)]

    chance = np.random.default_rng(SEED)
    together = [
        {stage: Planted(ONSET, size * float(chance.uniform(0.6, 1.4))) for stage in WHEEL}
        for size in SIZES * (teams // 2)
    ]
    return Trials(
        run([{}] * (2 * teams), YEAR),
        run(dips(2 * teams, SIZES)),
        run([{}] * teams, YEAR),
        {size: run(dips(teams, [size])) for size in SIZES},
        run(together),
        {size: run([pulse.turned(size)] * teams) for size in SIZES},
    )


def _cusums(trial: Trial, pulse: Pulse) -> dict[Stage, Array]:
    """Person-centred CUSUM of each stage."""
    return {stage: cusum(trial.once(centred, stage), TUNED) for stage in pulse.stages}


def _index(trial: Trial, pulse: Pulse) -> Array:
    """CUSUM of the person-centred mean of all stages that were asked."""
    parts = [trial.once(centred, stage) for stage in pulse.stages]
    x, variance = (np.stack(each) for each in zip(*parts, strict=True))
    known = np.isfinite(variance)
    number = np.maximum(known.sum(axis=0), 1)
    # Stages are correlated, so the variance of the mean does not fall with their number.
    own = np.where(known, variance, 0.0).sum(axis=0) / number
    of_mean = own * (1 + (number - 1) * model.STAGE_CORRELATION) / number
    mean = np.where(known, x, 0.0).sum(axis=0) / number
    return cusum((mean, np.where(known.any(axis=0), of_mean, np.inf)), TUNED_INDEX)


def _neighbours(found: Mapping[Stage, Array], pairs: Sequence[tuple[Stage, Stage]]) -> Array:
    """Both stages of a pair, the best pair."""
    best: Array = np.max([np.minimum(found[one], found[other]) for one, other in pairs], axis=0)
    return best


def pairs(pulse: Pulse) -> list[tuple[Stage, Stage]]:
    """Neighbours on the wheel among the stages asked."""
    return [(stage, stage.next) for stage in pulse.stages if stage.next in pulse.stages]


def oracle(trial: Trial, pulse: Pulse, size: float) -> Array:
    """The limit: persons, order, gaps and sizes are known, only the week of the beginning is not.

    Log likelihood ratio of the cycle, at its best beginning, over nothing and over the best dip of one stage, of
    each of the sizes there are. Answers of one person to several items, and of a team, are correlated as they are.
    """
    found = [true(trial, stage, size) for stage in pulse.stages]
    weights, x = _precision(found)
    last = GAP * (len(pulse.turning) - 1)
    ages = [
        np.array(
            [
                size if stage in pulse.turning and age >= GAP * pulse.turning.index(stage) else 0.0
                for stage in pulse.stages
            ]
        )
        for age in range(last + 1)
    ]
    cycle = _patterned([_ratio(weights, x, shift) for shift in ages])
    others = [
        _patterned([_ratio(weights, x, other * unit)]) for unit in np.eye(len(pulse.stages)) for other in SIZES
    ]
    return cycle - np.maximum(0.0, np.max(others, axis=0))


def _precision(found: Sequence[Estimate]) -> tuple[Array, Array]:
    """Inverse covariance of a week's estimates, (teams, weeks, stages, stages), and the estimates themselves."""
    x, variance = (np.stack(each, axis=-1) for each in zip(*found, strict=True))
    variance = np.where(np.isfinite(variance), variance, 1e9)
    # Noise and shock are both correlated by the same number over the stages; an unasked one knows nothing.
    spread = np.sqrt(np.where(variance < 1e8, variance, 0.0))
    covariance = model.STAGE_CORRELATION * spread[..., :, None] * spread[..., None, :]
    diagonal = np.arange(x.shape[-1])
    covariance[..., diagonal, diagonal] = variance
    return np.linalg.inv(covariance), x


def _ratio(weights: Array, x: Array, shift: Array) -> Array:
    """Log likelihood ratio of a shift of the stages in each week, over none."""
    ratio: Array = np.einsum("s,twsr,twr->tw", shift, weights, x - shift / 2)
    return ratio


def _patterned(ratios: Sequence[Array]) -> Array:
    """Best log likelihood ratio of a pattern by age, the last of which lasts, over all weeks of beginning."""
    teams, weeks = ratios[0].shape
    sums = np.full((len(ratios), teams), -np.inf)
    path = np.zeros((teams, weeks))
    for week in range(weeks):
        older = np.maximum(sums[-1], sums[-2] if len(ratios) > 1 else 0.0)
        younger = np.concatenate([np.zeros((1, teams)), sums[:-2]]) if len(ratios) > 1 else np.zeros((0, teams))
        sums = np.concatenate([younger, older[None]]) + np.stack([ratio[:, week] for ratio in ratios])
        path[:, week] = sums.max(axis=0)
    return path


def _ours(trial: Trial) -> Array:
    return trial.ours_released.cycle


def rules(pulse: Pulse) -> list[Callable[[float], Rule]]:
    """Every rule, given the size of the change, which only the oracle looks at."""
    trust = [pair for pair in pairs(pulse) if Stage.TRUST in pair]

    def plain(
        name: str,
        path: Callable[[Trial], Array],
        fixed: float | None = None,
        judged_by: Sequence[Stage] | None = None,
    ) -> Callable[[float], Rule]:
        return lambda size: Rule(name, path, fixed, judged_by)

    def near_trust(trial: Trial) -> Array:
        return _neighbours(_cusums(trial, pulse), trust)

    return [
        lambda size: Rule("oracle: knows persons, order, gaps and size", lambda t: t.once(oracle, pulse, size)),
        plain("ours, exact figures", lambda t: t.ours.cycle),
        plain("ours, as released", _ours),
        plain("ours, as released, at the shipped threshold", _ours, thresholds().cycle),
        plain(f"the same in a company of {MANY} teams", _ours, thresholds(MANY).cycle),
        plain("person-centred CUSUMs: trust and a neighbour", near_trust),
        plain(
            "the same, 10% of dips of those stages",
            near_trust,
            judged_by=[stage for stage in pulse.stages if any(stage in pair for pair in trust)],
        ),
        plain("person-centred CUSUMs: any two neighbours", lambda t: _neighbours(_cusums(t, pulse), pairs(pulse))),
        plain("sum of person-centred CUSUMs", lambda t: np.sum(list(_cusums(t, pulse).values()), axis=0)),
        plain("CUSUM of the mean of the stages", lambda t: _index(t, pulse)),
        plain("best single stage: trust", lambda t: cusum(t.once(centred, Stage.TRUST), TUNED)),
    ]


def limit_of(rule: Rule, trials: Trials) -> float:
    """The rule's own limit, or the one at which both kinds of false cycles are rare enough."""
    if rule.fixed is not None:
        return rule.fixed
    stages = rule.judged_by or WHEEL
    return max(
        limit(peaks(rule.path(trials.healthy_to_tune)), SHARE),
        limit(peaks(rule.path(trials.dips_to_tune), AFTER, ONSET)[_dips_of(trials.dips_to_tune, stages)], SHARE),
    )


def _dips_of(trial: Trial, stages: Sequence[Stage]) -> "np.typing.NDArray[np.bool_]":
    """Which teams dip in one of these stages."""
    return np.array([any(stage in stages for stage in team.planted) for team in trial.teams])


def _dips(rule: Rule, at: float, pulse: Pulse, trials: Trials) -> list[str]:
    """Shares of dips called a cycle: of each size, and of both sizes of the stage that is called most."""
    called = {size: peaks(rule.path(trial), AFTER, ONSET) >= at for size, trial in trials.dips.items()}
    by_stage = []
    for stage in pulse.stages:
        hit = np.concatenate([called[size][_dips_of(trial, [stage])] for size, trial in trials.dips.items()])
        by_stage.append(hit.sum() / max(1, hit.size))
    return [*(f"{found.mean():.0%}" for found in called.values()), f"{max(by_stage):.0%}"]


def rows(pulse: Pulse, trials: Trials) -> Iterator[list[str]]:
    """One row of the table for each rule."""
    for make in rules(pulse):
        half, full = make(SIZES[0]), make(SIZES[1])
        at = limit_of(half, trials)
        # The oracle of a full SD is another rule with a limit of its own.
        at_full = limit_of(full, trials) if half.name.startswith("oracle") else at
        found = {
            size: Delays.of(rule.path(trials.cycles[size]), level, AFTER)
            for rule, size, level in ((half, SIZES[0], at), (full, SIZES[1], at_full))
        }
        yield [
            half.name,
            *(_delay(found[size]) for size in SIZES),
            f"{found[0.5].missed:.0%}",
            *_dips(half, at, pulse, trials),
            f"{reached(half.path(trials.at_once), at, AFTER, ONSET):.0%}",
            f"{reached(half.path(trials.healthy), at):.0%}",
        ]


def _delay(found: Delays) -> str:
    low, high = found.interval
    return (
        f"{weeks_shown(found.median)} ({weeks_shown(low)} to {weeks_shown(high)}) / "
        f"{weeks_shown(found.quantile(0.9))}"
    )


def table(pulse: Pulse, teams: int) -> Table:
    """The table of one pulse, of so many teams for each share and delay."""
    trials = _trials(pulse, teams)
    shown = Table(
        Column("rule", no_wrap=True),
        "half an SD: median (95%) / p90",
        "1 SD",
        f"missed in {AFTER} (half)",
        "dips of 0.5 SD",
        "dips of 1 SD",
        "dips, worst stage",
        "all at once",
        "healthy",
        title=(
            f"The cycle: {pulse.title}, {GAP} weeks apart. Weeks from the first stage's onset to the call, and "
            f"shares called a cycle. {SETTING.title}; {teams} teams a column, limits from {2 * teams} healthy and "
            f"{2 * teams} dipping ones at {SHARE:.0%}; a share of 10% is +-{margin(SHARE, teams):.1%}."
        ),
        title_justify="left",
    )
    for row in rows(pulse, trials):
        shown.add_row(*row)
    return shown
