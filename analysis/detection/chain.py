"""Evidence that neighbouring stages turned one after the other: an ordered scan over the wheel.

For each stage the scan gives evidence for a beginning in each week. A chain is a run of neighbouring stages, each
beginning after the one before; its evidence is the sum, less a penalty for each stage because its week was
chosen. What counts is how far the best chain beats the best other reading of the same figures: one stage alone,
everything at once, one bad week, or stages turning against the order of the wheel. So a strong drift of one stage
is no cycle, however strong, and neither is a reorganisation that moves every answer in the same week.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from analysis.detection.grid import Array
from analysis.detection.scan import WINDOW, Scan, likelihood_ratio
from analysis.stages import ROTATING, WHEEL, Stage

STAGES = len(WHEEL)
# Longest time from one stage's turn to the next one's, weeks; twice the four weeks between rotating items.
MOST_GAP = 8
# What a stage costs for having its week chosen; 0, 0.5 and 1 find cycles of simulated teams as soon.
PENALTY = 1.0
# A rotating stage may be passed over while it has not been seen to turn; this is what that costs.
PASSED_OVER = 1.0
# "Everything at once": all stages move by about the same size (SD, tried in turn), give or take a share of it, so
# that stages which stand still speak against it.
COMMON_SIZES, COMMON_SPREAD = (0.5, 1.0, 1.5), 0.35
# It is rarer than a turn of one stage, so it costs more. On the teams of `tests/bench/cycle.py` (300 of a kind,
# 10% of isolated dips called a cycle) 5, 6 and 7 miss 2, 1 and 1% of cycles of half an SD within half a year as
# the pulse is asked, and 12, 7 and 3% of those of four stages asked weekly. They call 27, 38 and 50% of changes
# of everything by half an SD a cycle, and 9, 15 and 21% of those by one SD.
COMMON_PENALTY = 6.0
# Stages turning against the order costs as much: while the order cannot be told yet, the wheel's is taken.
AGAINST_PENALTY = 8.0
NEVER = -1e9
FORWARD: tuple[Stage, ...] = WHEEL
BACKWARD: tuple[Stage, ...] = WHEEL[::-1]


def evidence(scans: dict[Stage, Scan]) -> Array:
    """Log likelihood ratio of a step, less the penalty, (units, stages, weeks, ages)."""
    return np.stack([scans[stage].evidence for stage in WHEEL], axis=1) - PENALTY


def at_once(scans: dict[Stage, Scan]) -> Array:
    """Evidence that all stages moved in the same week by about the same size, (units, weeks), less its penalty."""
    score = np.stack([scans[stage].score for stage in WHEEL])
    information = np.stack([scans[stage].information for stage in WHEEL])
    readings = [
        likelihood_ratio(score, information, size, COMMON_SPREAD * size).sum(axis=0) for size in COMMON_SIZES
    ]
    best: Array = np.max(readings, axis=(0, 3)) - COMMON_PENALTY
    return best


def odd_week(scans: dict[Stage, Scan]) -> Array:
    """Evidence that all stages were bad in one week and not after it, (units, weeks), less its penalty.

    What is asked for is a step that begins in the week looked at, which a single bad week looks like at that time.
    """
    total: Array = np.zeros(scans[Stage.TRUST].score.shape[:2])
    for stage in WHEEL:
        total = total + 0.5 * np.maximum(scans[stage].z[:, :, 0], 0.0) ** 2
    worst = sliding_window_view(np.pad(total, ((0, 0), (WINDOW - 1, 0))), WINDOW, axis=1).max(axis=2)
    found: Array = worst - COMMON_PENALTY
    return found


def excess(scans: dict[Stage, Scan]) -> Array:
    """How far the best chain of two stages or more beats any other reading, (units, weeks)."""
    single = evidence(scans)
    forward, backward = (_best(single, order) for order in (FORWARD, BACKWARD))
    other = np.max([single.max(axis=(1, 3)), at_once(scans), odd_week(scans), backward - AGAINST_PENALTY], axis=0)
    best: Array = forward - other
    return best


def trace(scans: dict[Stage, Scan], unit: int) -> list[tuple[Stage, int]]:
    """The best chain of one unit as of the last week.

    Returns:
        Stages in the order they turned, each with its age in weeks: those of the chain whose own figures say that
        they turned, and in any case the two that say it most.
    """
    single = evidence(scans)[unit : unit + 1, :, -1:, :]
    tops = [max(float(layer.max()) for layer in _ends(single, FORWARD, cut)[1]) for cut in range(STAGES)]
    cut = int(np.argmax(tops))
    begun, joined = (np.stack(layers)[:, 0, 0, :] for layers in _ends(single, FORWARD, cut))
    line = _line(FORWARD, cut)
    place, age = (int(index) for index in np.unravel_index(joined.argmax(), joined.shape))
    chain = [(line[place], age)]
    follows = True
    while follows:
        older = slice(age + 1, age + 1 + MOST_GAP)
        options = [(float(begun[place - 1, older].max()), place - 1)]
        if place >= 2 and line[place - 1] in ROTATING:
            options.append((float(begun[place - 2, older].max()) - PASSED_OVER, place - 2))
        place = max(options)[1]
        age += 1 + int(np.argmax(begun[place, older]))
        chain.append((line[place], age))
        follows = place > 0 and joined[place, age] > single[0, line[place].position, 0, age]
    turned = [link for link in chain if single[0, link[0].position, 0, link[1]] > 0]
    if len(turned) < 2:
        turned = sorted(chain, key=lambda link: -float(single[0, link[0].position, 0, link[1]]))[:2]
    return sorted(turned, key=lambda link: -link[1])


def _best(single: Array, order: tuple[Stage, ...]) -> Array:
    """Evidence of the best chain of two stages or more in one order, (units, weeks)."""
    best: Array = np.full(single.shape[::2], NEVER)
    for cut in range(STAGES):
        for layer in _ends(single, order, cut)[1]:
            np.maximum(best, layer.max(axis=2), out=best)
    return best


def _line(order: tuple[Stage, ...], cut: int) -> tuple[Stage, ...]:
    """The wheel cut open: all stages in order, from place `cut` on."""
    return (*order[cut:], *order[:cut])


def _ends(single: Array, order: tuple[Stage, ...], cut: int) -> tuple[list[Array], list[Array]]:
    """Best evidence of chains by the stage and age they end with, the wheel cut open at place `cut` of an order.

    Returns:
        Chains of any length, and of two stages or more; for each place of `_line` (units, weeks, ages).
    """
    line = _line(order, cut)
    begun: list[Array] = []
    joined: list[Array] = []
    reached: list[Array] = []
    for place, stage in enumerate(line):
        own = single[:, stage.position]
        before = reached[place - 1] if place else np.full_like(own, NEVER)
        if place >= 2 and line[place - 1] in ROTATING:
            before = np.maximum(before, reached[place - 2] - PASSED_OVER)
        joined.append(own + before)
        begun.append(np.maximum(own, joined[-1]))
        reached.append(_reach(begun[-1]))
    return begun, joined


def _reach(layer: Array) -> Array:
    """Best of the ages 1 to MOST_GAP weeks older, for each age."""
    best = np.full_like(layer, NEVER)
    best[..., :-1] = layer[..., 1:]
    # The best of two neighbouring spans is the best of both together, so the span doubles with each step.
    span = 1
    while span < MOST_GAP:
        step = min(span, MOST_GAP - span)
        np.maximum(best[..., :-step], best[..., step:], out=best[..., :-step])
        span += step
    return best
