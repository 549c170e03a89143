"""The answering rate: a fall is seen, ordinary weeks are not, and nothing is said where nothing is known."""

import numpy as np

from analysis.detection.answering import FALLEN, answering
from analysis.detection.cycle import Kind, watch
from analysis.detection.grid import lay_out
from analysis.figures import Record
from analysis.stages import CORE, Stage
from analysis.synthetic import Planted, Team, simulate
from analysis.synthetic.model import ANSWERING_SLOPE

MANY = 120
RATES = (0.5, 0.75, 0.82)


def teams(slope: float | None, planted: dict[Stage, Planted]) -> list[Team]:
    slopes = (0.0, ANSWERING_SLOPE, 2 * ANSWERING_SLOPE)
    return [
        Team(f"t{index}", 10, RATES[index % 3], planted, slope=slopes[index // 3 % 3] if slope is None else slope)
        for index in range(MANY)
    ]


def test_ordinary_weeks_are_no_fall() -> None:
    record = simulate(teams(None, {}), 52, seed=5)
    ever = np.zeros(MANY, dtype=bool)
    for week in record.weeks[7:]:
        found = answering(lay_out(record, [f"t{index}" for index in range(MANY)], week))
        ever |= [bool(rate and rate.falling) for rate in found]
    assert 0.005 <= ever.mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / MANY)


def test_the_unhappy_who_stop_answering_are_seen() -> None:
    planted = {stage: Planted(20, 1.5) for stage in CORE}
    states = watch(simulate(teams(1.5, planted), 30, seed=6))
    falling = [state.answering for state in states.values() if state.answering and state.answering.falling]
    assert len(falling) >= 0.7 * MANY
    assert np.median([rate.before - rate.now for rate in falling]) >= 0.2
    onset = simulate(teams(1.5, planted)[:1], 30, seed=6).weeks[20]
    weeks_off = [abs((rate.since - onset).days) / 7 for rate in falling if rate.since]
    assert np.median(weeks_off) <= 3
    assert all(rate.strength >= FALLEN for rate in falling)


def test_a_unit_that_looks_steady_is_watched_when_fewer_answer() -> None:
    record = simulate([Team(f"t{index}", 12, 0.8, slope=0.0) for index in range(20)], 40, seed=7)
    quieter = [
        turnout
        if turnout.week < record.weeks[30]
        else type(turnout)(turnout.week, turnout.units, turnout.invited, turnout.answered // 2)
        for turnout in record.turnouts
    ]
    before = watch(record)
    after = watch(Record(record.units, record.figures, quieter))
    turned = [unit for unit, state in before.items() if state.kind is Kind.STEADY]
    assert len(turned) >= 12
    assert all(after[unit].kind in {Kind.WATCHING, Kind.DRIFT} for unit in turned)


def test_without_turnouts_nothing_is_said() -> None:
    record = simulate([Team("t", 10)], 20, seed=8)
    assert watch(Record(record.units, record.figures))["t"].answering is None
