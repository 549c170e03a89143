"""The effect of an action: how a unit's stage stands in the weeks after it, against comparable units.

Each unit's weekly levels y, in SD of one answer and up is better, are modelled as

    y[unit, week] = usual[unit] + drift[unit](week) + common(week) + effect * after(week) + noise[unit, week]

`drift` is a random walk of the unit's own (people come and go, moods turn slowly), `common` one that all units
share, with a shock each week; the noise has the known variance of each point. The effect is the generalised least
squares estimate of the step, averaged over the drift's variance and the common part's by how well each explains
the figures (restricted likelihood, Harville 1977); the drift's is drawn towards that of all teams. This is the
local level with a step and comparison series of Brodersen et al. (2015), in closed form.

The weeks just before the action are left out: people act when things look worst, and by chance alone what looks
worst looks better later. `tests/bench/effects.py` shows what that is worth.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import sqrt

import numpy as np

from analysis.detection.grid import Array, leaves
from analysis.figures import Record, Scale
from analysis.series import series
from analysis.stages import Stage

# Weeks before the action that are no part of the baseline. When nothing helped and people acted on a chance low, a
# stage is called better in 3 of 100 cases with them in, in none without, and in 10 by difference in differences
# (`tests/bench/effects.py`; with baselines that are short of weeks it is more).
LEFT_OUT = 8
LOOKS = (4, 8)
# Two-sided 95%.
SURE = 1.96
# An effect of half an SD is worth knowing; where the interval is wider than that on each side, nothing is said.
USEFUL = 0.5
# Weeks with a figure before and after the action below which nothing is said: our choice.
LEAST_BEFORE, LEAST_AFTER = 3, 2
# Older weeks say little about now, and cost time.
MOST_BEFORE = 34
# Fewer comparable units than these are no comparison, and would be one other team's figures.
LEAST_COMPARED, MOST_COMPARED = 2, 8
# Variance that a random walk gains in a week, as a share of one answer's variance. Turnover of 1.5% a week in a
# team of ten gives .001; with .01 a team moves by .7 SD within a year. More than that is no drift but an event:
# among the units compared it makes one count for less.
DRIFTS = (0.0, 0.001, 0.003, 0.01)
EVENTS = (0.03, 0.1)
# The same for what all units share, each with the variance of its shock in a week.
COMMON = ((0.0, 0.0), (0.0, 0.02), (0.003, 0.0), (0.003, 0.02), (0.02, 0.02))
# What the known variances of the points are to be multiplied by: they allow for larger shocks than most teams
# have.
SHARES = (0.6, 0.7, 0.85, 1.0, 1.2)
# Series whose word the company's drift has in a unit's own, share of them that may hold a true event, and most
# teams that are asked: our choice.
PRIOR_SERIES, EVENT, MOST_ASKED = 30, 0.1, 40


class Verdict(StrEnum):
    """What an effect comes to."""

    BETTER = "better"
    WORSE = "worse"
    NO_CLEAR_DIFFERENCE = "no_clear_difference"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Effect:
    """The estimated effect of an action on one stage of one unit.

    Attributes:
        unit_id: the unit.
        stage: the stage.
        scale: how it is answered; None when it never was.
        weeks: how many weeks after the action were looked at.
        verdict: what it comes to.
        size: mean difference after the action in SD of one answer, up is better; None where nothing can be said.
        interval: its 95% interval, SD.
        own: the same difference on the item's own scale, with its own sign (more hours is above 0).
        own_interval: its 95% interval.
        n: answers after the action.
        compared: ids of the units that it was compared with.
    """

    unit_id: str
    stage: Stage
    scale: Scale | None
    weeks: int
    verdict: Verdict
    size: float | None = None
    interval: tuple[float, float] | None = None
    own: float | None = None
    own_interval: tuple[float, float] | None = None
    n: int = 0
    compared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acted:
    """An action with what came of it.

    Attributes:
        id: the action's.
        unit_id: the unit in which it was done.
        kind: what was done, by its code.
        on: the day it was done.
        note: what somebody wrote about it.
        weeks: weeks after it that are looked at.
        effects: on each stage, the one it aims at first; empty while those weeks are not over.
    """

    id: str
    unit_id: str
    kind: str
    on: date
    note: str
    weeks: int
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """Levels of one unit: weeks from the action's first, values in SD (up is better), variances, answers."""

    unit_id: str
    weeks: Array
    values: Array
    variances: Array
    n: Array


def first_week(on: date) -> date:
    """The Monday of the first week that lies wholly after an action; the week it was done in is a mixture."""
    return on + timedelta(days=-on.weekday() % 7)


def last_week(on: date, weeks: int) -> date:
    """The Monday of the last week of a look `weeks` weeks after an action."""
    return first_week(on) + timedelta(weeks=weeks - 1)


def effects(record: Record, unit_id: str, stages: Iterable[Stage], on: date, *, weeks: int) -> tuple[Effect, ...]:
    """Estimate what an action changed in several stages, those that were never asked left out."""
    found = (effect(record, unit_id, stage, on, weeks=weeks) for stage in stages)
    return tuple(one for one in found if one.scale is not None)


def effect(
    record: Record, unit_id: str, stage: Stage, on: date, *, weeks: int, left_out: int = LEFT_OUT
) -> Effect:
    """Estimate what an action changed in one stage of one unit.

    Args:
        record: what was released, of comparable units as well.
        unit_id: the unit in which something was done.
        stage: the stage.
        on: the day it was done.
        weeks: weeks after it to look at, such as 4 or 8.
        left_out: weeks just before it that are no part of the unit's baseline; others are for the benchmark.

    Returns:
        The effect; its verdict is "cannot tell" with no numbers where there are too few weeks or nothing to
        compare with, and with numbers where the interval is too wide to be of use.
    """
    own = series(record, unit_id, stage)
    treated = _line(record, unit_id, stage, on, weeks)
    after = treated.weeks >= 0
    n = int(treated.n[after].sum())
    nothing = Effect(unit_id, stage, own.scale, weeks, Verdict.CANNOT_TELL, n=n)
    # The weeks just before are left out of the unit's own line alone; of the others they say what all share.
    kept = after | (treated.weeks < -left_out)
    if own.scale is None or after.sum() < LEAST_AFTER or (kept & ~after).sum() < LEAST_BEFORE:
        return nothing
    others = _comparable(record, unit_id, stage, on, weeks)
    if len(others) < LEAST_COMPARED:
        return nothing
    size, error = _step(record, _some(treated, kept), others)
    low, high = size - SURE * error, size + SURE * error
    way = -own.scale.worse * own.sd
    ends = sorted((low * way, high * way))
    return Effect(
        unit_id,
        stage,
        own.scale,
        weeks,
        _verdict(low, high),
        size=size,
        interval=(low, high),
        own=size * way,
        own_interval=(ends[0], ends[1]),
        n=n,
        compared=tuple(line.unit_id for line in others),
    )


def _verdict(low: float, high: float) -> Verdict:
    if low > 0:
        return Verdict.BETTER
    if high < 0:
        return Verdict.WORSE
    return Verdict.CANNOT_TELL if high - low > 2 * USEFUL else Verdict.NO_CLEAR_DIFFERENCE


def _line(record: Record, unit_id: str, stage: Stage, on: date, weeks: int) -> _Line:
    """A unit's levels from well before the action to the last week looked at; merged weeks are no evidence."""
    found = series(record, unit_id, stage)
    start, sd = first_week(on), found.sd or 1.0
    worse = found.scale.worse if found.scale else 1
    points = [
        (ago, -worse * point.level / sd, (point.level_error / sd) ** 2, point.n)
        for point in found.points
        if point.alone and -MOST_BEFORE <= (ago := (point.week - start).days // 7) < weeks
    ]
    columns = np.array(points, dtype=float).reshape(-1, 4).T
    return _Line(unit_id, *columns)


def _some(line: _Line, kept: "np.typing.NDArray[np.bool_]") -> _Line:
    return _Line(line.unit_id, line.weeks[kept], line.values[kept], line.variances[kept], line.n[kept])


def _comparable(record: Record, unit_id: str, stage: Stage, on: date, weeks: int) -> list[_Line]:
    """Lines of the units under the same parent, or of all other teams where those are fewer than two."""

    def lines(units: Sequence[str]) -> list[_Line]:
        found = [_line(record, unit, stage, on, weeks) for unit in units]
        return [
            line
            for line in found
            if (line.weeks >= 0).sum() >= LEAST_AFTER and (line.weeks < 0).sum() >= LEAST_BEFORE
        ]

    parent = record.parents.get(unit_id)
    inside = record.below(unit_id)
    beside = lines([unit.id for unit in record.units if unit.parent == parent and unit.id != unit_id])
    if parent is None or len(beside) < LEAST_COMPARED:
        beside = lines([unit for unit in leaves(record) if unit not in inside])
    beside.sort(key=lambda line: -len(line.weeks))
    return beside[:MOST_COMPARED]


def _step(record: Record, treated: _Line, others: Sequence[_Line]) -> tuple[float, float]:
    """The step and its standard error, averaged over the variances by how well each explains the figures."""
    company = record.once(_company)
    own, *beside = (_scaled(line, company.share) for line in (treated, *others))
    prior = [*company.drifts, *(np.log(EVENT) for _ in EVENTS)]
    drifts = [(DRIFTS + EVENTS)[int(np.argmax(_likelihoods(line) + prior))] for line in beside]
    sizes, variances, likelihoods = np.concatenate([_steps(own, beside, drifts, shared) for shared in COMMON]).T
    likelihoods = likelihoods + np.tile(company.drifts, len(COMMON))
    weights = np.exp(likelihoods - likelihoods.max())
    weights /= weights.sum()
    size = float(weights @ sizes)
    return size, sqrt(float(weights @ (variances + (sizes - size) ** 2)))


def _scaled(line: _Line, share: float) -> _Line:
    return replace(line, variances=line.variances * share)


def _steps(own: _Line, beside: Sequence[_Line], drifts: Sequence[float], shared: tuple[float, float]) -> Array:
    """Step, its variance and log likelihood for each drift of the unit's own, (drifts, 3), given what is shared.

    What the others say of the shared part is worked out first, and taken out of the unit's own line.
    """
    expected, uncertain, likelihood = _shared_part(own.weeks, beside, drifts, shared)
    walks = np.array(DRIFTS)[:, None, None] * _walk(own.weeks, own.weeks)
    covariances = walks + np.diag(own.variances) + uncertain
    design = np.column_stack([own.weeks >= 0, np.ones(len(own.weeks))]).astype(float)
    estimates, spreads, own_likelihoods = _least_squares(own.values - expected, design, covariances)
    return np.column_stack([estimates[:, 0], spreads[:, 0, 0], own_likelihoods + likelihood])


def _shared_part(
    weeks: Array, beside: Sequence[_Line], drifts: Sequence[float], shared: tuple[float, float]
) -> tuple[Array, Array, float]:
    """Mean and covariance of what all units share in these weeks, as the others show it, and their likelihood."""
    theirs = np.concatenate([line.weeks for line in beside])
    owner = np.repeat(np.arange(len(beside)), [len(line.weeks) for line in beside])
    same = owner[:, None] == owner
    covariance = _shared_covariance(theirs, theirs, shared) + np.diag(
        np.concatenate([line.variances for line in beside])
    )
    covariance += np.asarray(drifts)[owner] * same * _walk(theirs, theirs)
    design = (owner[:, None] == np.arange(len(beside))).astype(float)
    values = np.concatenate([line.values for line in beside])
    estimate, _, likelihood = _least_squares(values, design, covariance[None])
    across = _shared_covariance(weeks, theirs, shared)
    solved = np.linalg.solve(covariance, np.column_stack([values - design @ estimate[0], across.T, design]))
    left, weighed, levels = solved[:, 0], solved[:, 1 : 1 + len(weeks)], solved[:, 1 + len(weeks) :]
    # The others' usual levels are estimated as well, and that is uncertain too.
    unsure = across @ levels
    uncertain = _shared_covariance(weeks, weeks, shared) - across @ weighed
    uncertain += unsure @ np.linalg.solve(design.T @ levels, unsure.T)
    return across @ left, uncertain, float(likelihood[0])


def _walk(weeks: Array, others: Array) -> Array:
    """Covariance of a random walk that gains a variance of 1 a week, from before the first of all weeks."""
    return np.minimum(weeks[:, None], others) + MOST_BEFORE


def _shared_covariance(weeks: Array, others: Array, shared: tuple[float, float]) -> Array:
    covariance: Array = shared[0] * _walk(weeks, others) + shared[1] * (weeks[:, None] == others)
    return covariance


def _least_squares(values: Array, design: Array, covariances: Array) -> tuple[Array, Array, Array]:
    """Generalised least squares under several covariances: estimates, spreads, restricted log likelihoods."""
    root = np.linalg.cholesky(covariances)
    both = np.broadcast_to(np.column_stack([design, values]), (len(root), len(values), design.shape[1] + 1))
    solved = np.linalg.solve(root, both)
    fitted, whitened = solved[..., :-1], solved[..., -1:]
    turned = np.swapaxes(fitted, 1, 2)
    information = turned @ fitted
    spread = np.linalg.inv(information)
    estimate = spread @ (turned @ whitened)
    left = (whitened - fitted @ estimate)[..., 0]
    volume = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1) + 0.5 * np.linalg.slogdet(information)[1]
    return estimate[..., 0], spread, -0.5 * (left * left).sum(axis=1) - volume


def _likelihoods(line: _Line, shares: Sequence[float] = (1.0,)) -> Array:
    """Restricted log likelihood of each drift and each event for one line alone, under each share in turn."""
    walk, noise = _walk(line.weeks, line.weeks), np.diag(line.variances)
    covariances = np.array([drift * walk + share * noise for share in shares for drift in DRIFTS + EVENTS])
    found: Array = _least_squares(line.values, np.ones((len(walk), 1)), covariances)[2]
    return found


@dataclass(frozen=True, slots=True)
class _Company:
    """What all teams say: the share of the known variances, and a log weight for each drift."""

    share: float
    drifts: Array


def _company(record: Record) -> _Company:
    """Variances as all teams together show them: a unit's own few weeks say little about them.

    Some lines hold a true event, such as a cycle that forms; they say nothing about how teams usually drift, so
    each line counts with the chance `EVENT` as one of those.
    """
    teams = leaves(record)
    now = record.weeks[-1] + timedelta(weeks=1)
    lines = [
        line
        for unit in teams[:: 1 + len(teams) // MOST_ASKED]
        for stage in Stage
        if len((line := _line(record, unit, stage, now, 1)).weeks) > LEAST_BEFORE
    ]
    if not lines:
        return _Company(1.0, np.zeros(len(DRIFTS)))
    likelihoods = np.array([_likelihoods(line, SHARES).reshape(len(SHARES), -1) for line in lines])
    found = [_usual(likelihoods[:, place]) for place in range(len(SHARES))]
    best = int(np.argmax([usual.max() for usual in found]))
    drifts: Array = (found[best] - found[best].max()) * min(1.0, PRIOR_SERIES / len(lines))
    return _Company(SHARES[best], drifts)


def _usual(likelihoods: Array) -> Array:
    """How well each drift explains all lines, (lines, drifts and events), when some of them hold an event."""
    most = likelihoods.max(axis=1, keepdims=True)
    drifts = np.exp(likelihoods - most)[:, : len(DRIFTS)]
    explained: Array = (most + np.log((1 - EVENT) * drifts + EVENT)).sum(axis=0)
    return explained
