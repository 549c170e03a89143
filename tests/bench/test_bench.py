"""The benchmark's own rules and estimates do what they say: a baseline that is wrong flatters ours."""

from itertools import pairwise, product

import numpy as np
import pytest
import ruptures
from rich.table import Table

from analysis.stages import Stage
from analysis.synthetic import Planted
from tests.bench import cycle, detection
from tests.bench.estimates import centred, cusum, raw, true
from tests.bench.markdown import markdown
from tests.bench.rules import LEAST_SEGMENT, segment
from tests.bench.trials import ONSET, Array, Delays, Setting, Trial, limit, peaks, reached

TEAMS = 60
SETTING = Setting("ten people")


def trial(size: float, seed: int, stages: tuple[Stage, ...] = cycle.FOUR) -> Trial:
    planted = {stage: Planted(ONSET, size) for stage in stages} if size else {}
    return Trial(SETTING, [planted] * TEAMS, 52, seed, cycle.every_week)


@pytest.fixture(scope="module")
def healthy() -> Trial:
    return trial(0.0, 1)


def _cost(series: Array, bounds: list[int], penalty: float) -> float:
    parts = [series[start:end] for start, end in pairwise([0, *bounds])]
    return sum(float(((part - part.mean()) ** 2).sum()) for part in parts) + penalty * (len(parts) - 1)


def test_segments_are_those_of_ruptures_or_better() -> None:
    chance = np.random.default_rng(3)
    y = chance.normal(size=(6, 40)) + np.where(np.arange(40) >= 22, -1.5, 0.0) * (np.arange(6) % 2)[:, None]
    penalties = np.array([0.7, 2.0, 6.0])
    last, lower = segment(y, penalties)
    same = []
    for (team, series), weeks, place in product(enumerate(y), range(4, 41, 3), range(len(penalties))):
        bounds, penalty = [weeks], float(penalties[place])
        while begin := int(last[team, bounds[0] - 1, place]):
            bounds = [begin, *bounds]
        fitted = ruptures.Pelt(model="l2", min_size=LEAST_SEGMENT, jump=1).fit(series[:weeks])
        theirs = [int(bound) for bound in fitted.predict(pen=penalty)]
        same.append(bounds == theirs)
        # With a shortest segment its pruning may miss the best by a little; the full recursion cannot.
        assert _cost(series, bounds, penalty) <= _cost(series, theirs, penalty) + 1e-9
        means = [series[start:end].mean() for start, end in pairwise([0, *bounds])]
        assert lower[team, weeks - 1, place] == (len(means) > 1 and means[-1] < means[-2])
    assert np.mean(same) > 0.98


def test_estimates_have_the_planted_size_and_the_stated_variance(healthy: Trial) -> None:
    changed = trial(0.5, 2)
    for stage in (Stage.TRUST, Stage.OVERLAY):
        for make, least, most in (
            (raw, 0.75, 1.05),
            (centred, 0.85, 1.1),
            (lambda t, s: true(t, s, 0.5), 0.9, 1.1),
        ):
            x, variance = make(healthy, stage)
            known = np.isfinite(variance)
            z = x[known] / np.sqrt(variance[known])
            assert abs(z.mean()) < 0.15
            assert least < z.std() < most
            assert make(changed, stage)[0][:, ONSET : ONSET + 6].mean() == pytest.approx(0.48, abs=0.1)


def test_an_item_that_is_not_asked_says_nothing(healthy: Trial) -> None:
    for make in (raw, centred):
        x, variance = make(healthy, Stage.TARGETS)
        assert not x.any()
        assert np.isinf(variance).all()
        assert not cusum((x, variance), 0.5).any()


def test_the_limit_is_reached_by_no_more_than_its_share() -> None:
    for number in (10, 37, 400):
        found = np.random.default_rng(number).normal(size=number)
        for share in (0.1, 0.39):
            at = limit(found, share)
            assert (found >= at).sum() == int(share * number)
    assert (np.zeros(50) >= limit(np.zeros(50), 0.1)).sum() == 0


def test_delays_count_from_the_onset_and_leave_early_calls_out() -> None:
    path = np.zeros((4, ONSET + 10))
    path[0, ONSET - 3] = path[1, ONSET] = path[2, ONSET + 4] = 1.0
    found = Delays.of(path, 1.0, 10)
    assert found.weeks.tolist() == [1.0, 5.0, np.inf]
    assert (found.median, found.within(4), found.missed) == (5.0, pytest.approx(1 / 3), pytest.approx(1 / 3))
    low, high = Delays(np.arange(1.0, 401.0)).interval
    assert (low, high) == (pytest.approx(180, abs=2), pytest.approx(220, abs=2))


def test_every_rule_finds_a_change_of_one_sd_and_few_healthy_teams() -> None:
    trials = detection._trials(SETTING, TEAMS)
    half = detection.HALF
    slowest = 0.0
    for make in detection.rules(trials):
        rule = make(half)
        if rule.fixed is not None:
            continue
        at = limit(peaks(rule.path(trials.to_tune)), 0.1)
        assert reached(rule.path(trials.healthy), at) < 0.25, rule.name
        found = Delays.of(rule.path(trials.changed[detection.CHANGES[2]]), at, detection.HORIZON)
        assert found.missed < 0.1, rule.name
        slowest = max(slowest, found.median)
    assert slowest >= 4
    knowing = detection.rules(trials)[0](half)
    at = limit(peaks(knowing.path(trials.to_tune)), 0.1)
    assert 3 <= Delays.of(knowing.path(trials.changed[half]), at, detection.HORIZON).median <= 5


def test_the_oracle_tells_the_cycle_from_a_dip_and_from_the_reverse(healthy: Trial) -> None:
    turns = cycle.WEEKLY.turned(1.0)
    backward = {stage: turns[other] for stage, other in zip(cycle.FOUR, cycle.FOUR[::-1], strict=True)}
    made = {
        name: Trial(SETTING, [planted] * TEAMS, 40, 7, cycle.every_week)
        for name, planted in (
            ("cycle", turns),
            ("dip", {Stage.CANDOR: Planted(ONSET, 1.0)}),
            ("backward", backward),
        )
    }
    most = {name: np.median(peaks(cycle.oracle(found, cycle.WEEKLY, 1.0))) for name, found in made.items()}
    quiet = np.median(peaks(cycle.oracle(healthy, cycle.WEEKLY, 1.0)))
    assert most["cycle"] > 30
    assert most["cycle"] > 2 * most["backward"]
    assert max(quiet, most["dip"]) < 3


def test_the_tables_have_a_row_for_each_rule() -> None:
    drift = detection.tables(SETTING, 8)
    assert [table.row_count for table in drift] == [13, 10]
    both = cycle.table(cycle.WEEKLY, 8)
    assert both.row_count == len(cycle.rules(cycle.WEEKLY))
    for table in (*drift, both):
        assert "oracle" in next(iter(table.columns[0].cells))
        assert all("nan" not in str(cell) for column in table.columns for cell in column.cells)


def test_markdown() -> None:
    table = Table("rule", "weeks", title="Delays")
    table.add_row("ours", "5")
    assert markdown(table) == "**Delays**\n\n| rule | weeks |\n|---|---|\n| ours | 5 |\n"
