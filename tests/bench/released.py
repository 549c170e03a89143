"""Simulated records as a company would release them: with noise."""

import random
from collections.abc import Callable
from fractions import Fraction

from analysis.figures import Figure, Record
from surveys.bank.items import default_bank
from surveys.counting.noise import BLURRED, Noise, discrete_laplace, released
from surveys.counting.tally import Group, Tally


def noise_of(seed: int) -> Callable[[Fraction], int]:
    """The real noise, the same in every run."""
    dice = random.Random(seed)  # noqa: S311 (the same noise every time)
    return lambda scale: discrete_laplace(scale, dice.randrange)


def as_released(record: Record, noise: Noise = BLURRED, *, seed: int = 1) -> Record:
    """An exact record with the noise of a release on every week of it, the teams as one company."""
    draw = noise_of(seed)
    figures = []
    for week in record.weeks:
        groups: dict[frozenset[str], list[Figure]] = {}
        for figure in record.figures:
            if figure.week == week:
                groups.setdefault(figure.units, []).append(figure)
        found = released([_group(units, part) for units, part in groups.items()], noise, draw)
        figures += [
            Figure(
                week,
                group.units,
                tallied.item.stage,
                tallied.item.scale,
                tallied.level,
                tallied.change,
                tallied.level_noise,
                tallied.change_noise,
            )
            for group in found
            for tallied in group.tallies
        ]
    return Record(record.units, figures, record.turnouts)


def _group(units: frozenset[str], figures: list[Figure]) -> Group:
    bank = default_bank()
    tallies = tuple(Tally(bank.asked_about(figure.stage), figure.level, figure.change) for figure in figures)
    return Group(units, max(figure.level.n for figure in figures), tallies)
