"""Find the thresholds by simulation: `python -m analysis.detection.calibrate [--quick]` writes `thresholds.json`.

Healthy teams, isolated dips of one stage, and everything moving at once are simulated with correlated stages,
shared shocks (some lasting), drop-out that favours the content, 50 to 82% answering and 1.5% turnover a week; half
of them asked as the pulse asks, three stages each week and the others in turn, half four stages each week. What is
written down is how much evidence healthy teams show; `thresholds.BUDGET` says how much of that is accepted.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from analysis.detection.cycle import follow
from analysis.detection.grid import Array
from analysis.detection.thresholds import BUDGET
from analysis.stages import WHEEL, Stage
from analysis.synthetic import model
from analysis.synthetic.model import Planted
from analysis.synthetic.teams import TURNOVER, Asked, Team, simulate

SEED = 20261
TEAMS, QUICK_TEAMS = 4000, 400
# Healthy teams are watched for a year that begins when half a year is known: before that there is less to be wrong
# about (a limit that 10% of teams reached in their first year was reached by 16% in the second).
WARM_UP, WEEKS = 26, 52
ONSET = 13  # planted changes begin after a quarter
AFTER = 26  # and are watched for half a year
CHUNK = 50  # teams simulated together; they share the scale of an item, as one company's do
RATES = (0.5, 0.75, 0.82)
SLOPES = (0.0, model.ANSWERING_SLOPE, 2 * model.ANSWERING_SLOPE)
PERSISTENCES = (0.0, 0.3)
DIP_SIZES = (0.5, 1.0, 1.5)
AT_ONCE_SIZES = (0.6, 1.2)
# Shares of healthy teams whose evidence is written down; beyond the last the tail is known.
SHARES = (0.5, 0.39, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.005)
FOUR = (Stage.TRUST, Stage.CANDOR, Stage.OVERLAY, Stage.FRICTION)


def every_week(week: int) -> Sequence[Stage]:
    """A survey that asks the same four neighbouring stages each week."""
    del week
    return FOUR


ASKED: tuple[Asked, ...] = (model.asked, every_week)


Plan = Callable[[np.random.Generator], dict[Stage, Planted]]


@dataclass(frozen=True, slots=True)
class Peaks:
    """Most evidence each simulated team ever showed, one value for a team."""

    drift: Array
    cycle: Array


def healthy(chance: np.random.Generator) -> dict[Stage, Planted]:
    """Nothing happens."""
    del chance
    return {}


def dip(size: float) -> Plan:
    """One of the stages that are asked either way steps down and stays there."""

    def plan(chance: np.random.Generator) -> dict[Stage, Planted]:
        return {FOUR[int(chance.integers(len(FOUR)))]: Planted(ONSET, size)}

    return plan


def at_once(size: float) -> Plan:
    """All stages step down in the same week, by 0.6 to 1.4 times the size."""

    def plan(chance: np.random.Generator) -> dict[Stage, Planted]:
        return {stage: Planted(ONSET, size * float(chance.uniform(0.6, 1.4))) for stage in WHEEL}

    return plan


def draw(number: int, plan: Plan, seed: int) -> list[Team]:
    """Draw teams: answering, drop-out and lasting shocks in turn, sizes by chance.

    Sizes are such that 5 to 10 answer in most weeks: 10 to 14 people at half answering, else 7 to 11.
    """
    chance = np.random.default_rng([seed, 1])
    teams = []
    for index in range(number):
        rate = RATES[index % 3]
        size = int(chance.integers(10, 15) if rate <= 0.5 else chance.integers(7, 12))
        teams.append(
            Team(
                f"team {index}",
                size,
                rate,
                plan(chance),
                slope=SLOPES[index // 3 % 3],
                persistence=PERSISTENCES[index // 9 % 2],
            )
        )
    return teams


def peaks(
    teams: Sequence[Team], weeks: int, seed: int, since: int = 0, asked: Asked = model.asked
) -> Iterator[Peaks]:
    """Simulate and watch teams, in portions; the most evidence from week `since` on."""
    for start in range(0, len(teams), CHUNK):
        part = teams[start : start + CHUNK]
        paths = follow(simulate(part, weeks, seed + start, asked=asked), units=[team.name for team in part])
        yield Peaks(paths.drift[:, :, since:].max(axis=(1, 2)), paths.cycle[:, since:].max(axis=1))


def calibrate(
    teams: int = TEAMS, seed: int = SEED, step: Callable[[int], None] | None = None
) -> dict[str, object]:
    """Find the thresholds.

    Args:
        teams: number of healthy teams; a quarter as many for each kind of dip.
        seed: everything follows from it.
        step: called with the number of teams done, for a progress bar.

    Returns:
        What `thresholds.json` holds: evidence by share of healthy teams, achieved rates, budget, parameters.
    """

    def run(plan: Plan, number: int, weeks: int, since: int, salt: int) -> Peaks:
        found = []
        for place, asked in enumerate(ASKED):
            part_seed = seed + salt + 7 * place
            for part in peaks(draw(number // len(ASKED), plan, part_seed), weeks, part_seed, since, asked):
                found.append(part)
                if step:
                    step(len(part.cycle))
        return Peaks(np.concatenate([p.drift for p in found]), np.concatenate([p.cycle for p in found]))

    few, span = teams // 4, ONSET + AFTER
    quiet = run(healthy, teams, WARM_UP + WEEKS, WARM_UP, 0)
    dips = {size: run(dip(size), few, span, ONSET, int(1e6 * size)).cycle for size in DIP_SIZES}
    all_at_once = {size: run(at_once(size), few, span, ONSET, int(1e7 * size)).cycle for size in AT_ONCE_SIZES}
    every_dip = np.concatenate(list(dips.values()))
    limit = _limit(every_dip, BUDGET.dips)
    return {
        "made_by": "python -m analysis.detection.calibrate",
        "evidence": {
            "drift": {str(share): _limit(quiet.drift, share) for share in SHARES},
            "cycle": {str(share): _limit(quiet.cycle, share) for share in SHARES},
            "dips": {str(share): _limit(every_dip, share) for share in (*SHARES, BUDGET.dips)},
        },
        "achieved": {
            "healthy teams with a cycle in 52 weeks": _rate(quiet.cycle, limit),
            **{
                f"isolated dips of {size} SD called a cycle in 26 weeks": _rate(found, limit)
                for size, found in dips.items()
            },
            **{
                f"all stages at once by {size} SD called a cycle in 26 weeks": _rate(found, limit)
                for size, found in all_at_once.items()
            },
        },
        "budget": asdict(BUDGET),
        "parameters": {
            "seed": seed,
            "teams": teams,
            "weeks_before": WARM_UP,
            "weeks": WEEKS,
            "answering": list(RATES),
            "drop_out_slopes": list(SLOPES),
            "shock_variance": model.SHOCK_VARIANCE,
            "shock_persistence": list(PERSISTENCES),
            "stage_correlation": model.STAGE_CORRELATION,
            "turnover": TURNOVER,
        },
    }


def _limit(found: Array, share: float) -> float:
    """Threshold, rounded up, that at most this share reaches."""
    return float(np.ceil(100 * np.quantile(found, 1 - share)) / 100)


def _rate(found: Array, threshold: float) -> float:
    return round(float((found >= threshold).mean()), 4)


def main() -> None:
    """Calibrate and write `thresholds.json`, or only show what would be written."""
    parser = argparse.ArgumentParser(prog="python -m analysis.detection.calibrate", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_TEAMS} teams, and nothing is written")
    quick = parser.parse_args().quick
    number = QUICK_TEAMS if quick else TEAMS
    console = Console()
    with Progress(console=console) as progress:
        total = number + (len(DIP_SIZES) + len(AT_ONCE_SIZES)) * (number // 4)
        task = progress.add_task("simulating teams", total=total)
        found = calibrate(number, step=lambda done: progress.advance(task, done))
    text = json.dumps(found, indent=2)
    console.print_json(text)
    if not quick:
        Path(__file__).with_name("thresholds.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
