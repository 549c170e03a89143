"""How right the effects of actions are, beside difference in differences, all from the same simulated teams.

Teams of ten, 75% answering, as they are released, with noise. A team that acts is set beside eight that do not. In
the last column nothing was done that helps: teams act after four weeks that look bad by chance alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from analysis.effects import SURE, effect
from analysis.figures import Record
from analysis.series import series
from analysis.stages import CORE, Stage
from analysis.synthetic import Planted, Team, simulate
from tests.bench.released import as_released

Array = NDArray[np.float64]
# An estimate of the effect on trust of what a team did on a day, in SD, and its 95% interval.
Interval = tuple[float, float, float]
Rule = Callable[[Record, str, date, int], Interval | None]
ON, LOOK, COMPARED = 26, 8, 8
# Weeks that are compared with those before by somebody who looks at a chart, and the fall that makes them act.
LOW_WEEKS, LOW = 4, 0.5
SIZE = 0.5
# Correlation of a team's shocks from week to week: none, and as strong as moods.
LASTING = (0.0, 0.6)
SEED = 29


@dataclass(frozen=True)
class Row:
    """One rule: coverage with no effect and with half an SD, half width, shares called better."""

    rule: str
    lasting: float
    quiet: float
    covered: float
    width: float
    power: float
    false_lift: float
    lift: float


def ours(record: Record, unit: str, on: date, weeks: int) -> Interval | None:
    """As shipped."""
    return _known(record, unit, on, weeks, {})


def with_weeks_before(record: Record, unit: str, on: date, weeks: int) -> Interval | None:
    """The same with the weeks just before the action in the baseline."""
    return _known(record, unit, on, weeks, {"left_out": 0})


def _known(record: Record, unit: str, on: date, weeks: int, options: dict[str, int]) -> Interval | None:
    found = effect(record, unit, Stage.TRUST, on, weeks=weeks, **options)
    return None if found.size is None or found.interval is None else (found.size, *found.interval)


def difference_in_differences(record: Record, unit: str, on: date, weeks: int) -> Interval | None:
    """Mean after minus mean before, as many weeks each, against that of the others; weeks as if independent."""
    own = _before_and_after(record, unit, on, weeks)
    others = [_before_and_after(record, other.id, on, weeks) for other in record.units if other.id != unit]
    sides = [sides for sides in (own, *others) if sides is not None and min(len(side) for side in sides) > 1]
    if own is None or len(sides) < 2:
        return None
    changes = [float(after.mean() - before.mean()) for before, after in sides]
    errors = [float(sum(side.var(ddof=1) / len(side) for side in both)) for both in sides]
    size = changes[0] - float(np.mean(changes[1:]))
    error = sqrt(errors[0] + sum(errors[1:]) / len(errors[1:]) ** 2)
    return size, size - SURE * error, size + SURE * error


def _before_and_after(record: Record, unit: str, on: date, weeks: int) -> tuple[Array, Array] | None:
    """Levels in SD, up is better, in so many weeks before and after a day."""
    found = series(record, unit, Stage.TRUST)
    if not found.points or record.parents.get(unit) is None:
        return None
    ago = np.array([(point.week - on).days // 7 for point in found.points])
    levels = np.array([point.level / found.sd for point in found.points])
    return levels[(ago >= -weeks) & (ago < 0)], levels[(ago >= 0) & (ago < weeks)]


def part(record: Record, teams: Sequence[str]) -> Record:
    """The record of a company with these teams alone."""
    kept = set(teams)
    return Record(
        [unit for unit in record.units if unit.parent is None or unit.id in kept],
        [figure for figure in record.figures if figure.units <= kept],
        [turnout for turnout in record.turnouts if turnout.units <= kept],
    )


def company(acting: int, calm: int, *, size: float, lasting: float, weeks: int = ON + LOOK) -> Record:
    """Teams that act in week `ON`, with an effect on trust, and teams that do nothing, as they are released.

    `lasting` is the correlation of a team's shocks from week to week.
    """
    planted = {Stage.TRUST: Planted(ON, -size)} if size else {}
    made = [Team(f"acting {number}", planted=planted, persistence=lasting) for number in range(acting)]
    made += [Team(f"calm {number}", persistence=lasting) for number in range(calm)]
    return as_released(simulate(made, weeks, SEED, asked=lambda _: CORE))


def beside(record: Record, unit: str, place: int, calm: int) -> Record:
    """One team among eight that did nothing, others each time."""
    others = [f"calm {(COMPARED * place + step) % calm}" for step in range(COMPARED + 1)]
    return part(record, [unit, *[other for other in others if other != unit][:COMPARED]])


def acted_on_a_low(record: Record, calm: int) -> list[tuple[Record, str, date]]:
    """Teams in which nothing happens, and the day on which four weeks have looked bad beside all before."""
    found = []
    for place in range(calm):
        unit = f"calm {place}"
        points = series(record, unit, Stage.TRUST).points
        sd = series(record, unit, Stage.TRUST).sd
        for end in range(ON - LOOK, len(points) - LOOK):
            before, low = points[: end - LOW_WEEKS], points[end - LOW_WEEKS : end]
            fall = np.mean([point.level for point in before]) - np.mean([point.level for point in low])
            if fall / sd >= LOW:
                found.append((beside(record, unit, place + 1, calm), unit, points[end].week))
                break
    return found


def estimates(rule: Rule, cases: Sequence[tuple[Record, str, date]], weeks: int = LOOK) -> Array:
    """What a rule says about each case: rows of size, low and high; those it says nothing about are left out."""
    found = [rule(record, unit, on, weeks) for record, unit, on in cases]
    return np.array([row for row in found if row is not None]).reshape(-1, 3)


def true_size(record: Record, acting: int) -> float:
    """What an effect of `SIZE` in the model comes to in answers: the mean change of all that acted."""
    sides = [_before_and_after(record, f"acting {number}", record.weeks[ON], LOOK) for number in range(acting)]
    return float(np.mean([side[1].mean() - side[0].mean() for side in sides if side is not None]))


RULES: tuple[tuple[str, Rule], ...] = (
    ("ours", ours),
    ("ours, the 8 weeks before kept", with_weeks_before),
    ("difference in differences", difference_in_differences),
)


def measure(teams: int, *, lasting: float = 0.0) -> list[Row]:
    """Every rule on the same teams."""
    calm = max(2 * COMPARED, teams)
    quiet = company(teams, calm, size=0.0, lasting=lasting)
    helped = company(teams, calm, size=SIZE, lasting=lasting)
    truth = true_size(company(4 * teams, 0, size=SIZE, lasting=lasting), 4 * teams)
    lows = acted_on_a_low(company(0, 3 * teams, size=0.0, lasting=lasting, weeks=ON + 3 * LOOK), 3 * teams)
    still, moved = (
        [(beside(record, f"acting {n}", n, calm), f"acting {n}", record.weeks[ON]) for n in range(teams)]
        for record in (quiet, helped)
    )
    return [
        _row(name, [estimates(rule, cases) for cases in (still, moved, lows)], truth=truth, lasting=lasting)
        for name, rule in RULES
    ]


def _row(rule: str, found: Sequence[Array], *, truth: float, lasting: float) -> Row:
    still, moved, low = found
    return Row(
        rule,
        lasting,
        quiet=coverage(still, 0.0),
        covered=coverage(moved, truth),
        width=float(np.mean(moved[:, 2] - moved[:, 1]) / 2),
        power=better(moved),
        false_lift=better(low),
        lift=float(low[:, 0].mean()),
    )


def coverage(found: Array, truth: float) -> float:
    """Share of intervals that hold the truth."""
    return float(np.mean((found[:, 1] <= truth) & (truth <= found[:, 2])))


def better(found: Array) -> float:
    """Share called better."""
    return float(np.mean(found[:, 1] > 0))


def table(console: Console, quick: bool) -> None:
    """Print the table."""
    teams = 30 if quick else 150
    shown = Table(
        "rule",
        "shocks last",
        "covers no effect",
        f"covers {SIZE} SD",
        "half width, SD",
        f"finds {SIZE} SD",
        "lift after a chance low, SD",
        "called better",
        title=f"Effect on trust after {LOOK} weeks: ten people, {COMPARED} teams beside, {teams} teams each",
        title_justify="left",
    )
    for lasting in LASTING:
        for row in measure(teams, lasting=lasting):
            shares = (f"{row.quiet:.2f}", f"{row.covered:.2f}", f"{row.width:.2f}", f"{row.power:.2f}")
            after_low = (f"{row.lift:+.2f}", f"{row.false_lift:.2f}")
            shown.add_row(row.rule, f"{row.lasting:g}", *shares, *after_low)
    console.print(shown)
