"""Weekly series: orientation, uncertainty, merging, gaps, and the way up the tree."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.figures import Figure, Record, Scale, Sums, Unit
from analysis.series import series
from analysis.stages import Stage
from analysis.synthetic import Planted, Team, larkspur, simulate
from tests.bench.released import as_released
from tests.larkspur import counted


def test_up_is_worse_whatever_the_scale() -> None:
    planted = {stage: Planted(12, 1.5) for stage in (Stage.TRUST, Stage.OVERLAY)}
    record = simulate([Team("t", 14, 0.85, planted)], 18, seed=3)
    for stage in (Stage.TRUST, Stage.OVERLAY):
        points = series(record, "t", stage).points
        before = [p.change for p in points if p.change is not None and p.week < record.weeks[12]]
        after = [p.change for p in points if p.change is not None and p.week >= record.weeks[12]]
        assert np.mean(after) - np.mean(before) == pytest.approx(1.5, abs=0.6)


def test_errors_hold_what_they_promise() -> None:
    record = simulate([Team(f"t{number}", 10, 0.75) for number in range(40)], 30, seed=5)
    ratios = [
        point.change / point.change_error
        for number in range(40)
        for point in series(record, f"t{number}", Stage.TRUST).points[-3:]
        if point.change is not None and point.change_error is not None
    ]
    # The error is that of the week; the baseline adds a little.
    assert 0.85 < float(np.std(ratios)) < 1.3
    assert abs(float(np.mean(ratios))) < 0.35


def test_merged_weeks_are_shown_and_are_no_evidence() -> None:
    record = counted(larkspur(7))
    unit = "larkspur-systems/emea/dach"
    points = series(record, unit, Stage.TRUST).points
    merged = [point for point in points if not point.alone]
    assert merged
    assert all(point.change is None for point in merged)
    assert any(point.change is not None for point in points if point.alone)


def test_a_region_adds_the_groups_inside_it() -> None:
    record = counted(larkspur(7))
    region = series(record, "larkspur-systems/emea", Stage.TRUST).points
    first = [f for f in record.figures if f.week == record.weeks[0] and f.stage is Stage.TRUST]
    inside = [f.level for f in first if all("/emea/" in unit for unit in f.units)]
    assert region[0].n == sum(level.n for level in inside)
    assert region[0].level == pytest.approx(sum(level.total for level in inside) / region[0].n)
    company = series(record, "larkspur-systems", Stage.TRUST).points
    assert company[0].n == sum(figure.level.n for figure in first)
    assert company[0].shown == company[0].level


def test_missing_weeks_are_not_filled_in() -> None:
    record = simulate([Team("t", 10)], 20, seed=4)
    gone = record.weeks[9]
    kept = Record(record.units, [figure for figure in record.figures if figure.week != gone])
    weeks = series(kept, "t", Stage.TRUST).weeks
    assert gone not in weeks
    assert weeks == [week for week in record.weeks if week != gone]
    assert len(series(record, "t", Stage.TARGETS).points) == 5


def test_few_answers_are_drawn_towards_the_parent() -> None:
    units = [Unit("c", "C"), Unit("small", "S", "c"), Unit("large", "L", "c")]
    week = simulate([Team("t", 10)], 1, seed=1).weeks[0]

    def figure(unit: str, values: list[float]) -> Figure:
        return Figure(week, frozenset({unit}), Stage.TRUST, Scale.AGREEMENT, Sums.of(values))

    record = Record(units, [figure("small", [1, 1, 2, 1, 2]), figure("large", [4.0, 5.0] * 20)])
    small, large = (series(record, unit, Stage.TRUST).points[0] for unit in ("small", "large"))
    assert small.level < small.shown < large.shown < large.level
    assert small.shown - small.level > large.level - large.shown
    assert small.level_error > large.level_error


def test_a_withheld_change_falls_back_on_the_level() -> None:
    record = simulate([Team("t", 10)], 20, seed=6)
    bare = Record(record.units, [replace(figure, change=None) for figure in record.figures])
    full, raw = (series(each, "t", Stage.TRUST).points[-1] for each in (record, bare))
    assert full.within
    assert not raw.within
    assert full.change_error is not None
    assert raw.change_error is not None
    assert raw.change_error > full.change_error


def test_noise_in_the_figures_is_part_of_every_error() -> None:
    exact = simulate([Team("t", 10), Team("u", 10)], 20, seed=6)
    merged = frozenset({"t", "u"})
    exact = Record(
        exact.units,
        [
            replace(figure, units=merged if figure.week == exact.weeks[3] else figure.units)
            for figure in exact.figures
            if figure.week != exact.weeks[3] or figure.units == {"t"}
        ],
    )
    noised = Record(exact.units, [replace(figure, level_noise=3.0, change_noise=2.0) for figure in exact.figures])
    before, after = (series(record, "t", Stage.TRUST) for record in (exact, noised))
    assert any(not point.alone for point in after.points)
    for quiet, loud in zip(before.points, after.points, strict=True):
        assert loud.level_error**2 - quiet.level_error**2 == pytest.approx(9 / loud.n**2)
        assert (loud.change_error is None) == (quiet.change_error is None)
        if loud.change_error is not None and quiet.change_error is not None and loud.within:
            wider = loud.change_error**2 - quiet.change_error**2
            assert wider == pytest.approx(4 / loud.change_n**2 / after_sd(noised, loud.week) ** 2)
    company = series(noised, "company", Stage.TRUST).points[0]
    quiet = series(exact, "company", Stage.TRUST).points[0]
    assert company.level_error**2 - quiet.level_error**2 == pytest.approx(2 * 9 / company.n**2)


def after_sd(record: Record, week: date) -> float:
    """Standard deviation of one answer as it was known in a week."""
    return series(record.up_to(week), "t", Stage.TRUST).sd


def test_errors_hold_what_they_promise_on_noised_levels() -> None:
    names = [f"t{number}" for number in range(60)]
    exact = simulate([Team(name, 9, 0.75) for name in names], 22, seed=5)
    noised = as_released(exact)
    bare = Record(exact.units, [replace(figure, change=None) for figure in noised.figures])

    def spread(record: Record) -> float:
        points = [point for name in names for point in series(record, name, Stage.TRUST).points[-4:]]
        known = [(p.change, p.change_error) for p in points if p.change is not None and p.change_error]
        return float(np.std([change / error for change, error in known]))

    untold = Record(exact.units, [replace(figure, level_noise=0.0) for figure in bare.figures])
    assert 0.8 < spread(bare) < 1.15
    assert spread(untold) > 1.2 * spread(bare)


def test_nothing_released() -> None:
    empty = series(Record([Unit("t", "T")], []), "t", Stage.TRUST)
    assert empty.points == []
    assert empty.scale is None
    record = simulate([Team("t", 10)], 2, seed=1)
    assert series(record, "t", Stage.EFFICIENCY).points == []
    later = series(record, "t", Stage.TRUST).weeks
    assert later[1] - later[0] == timedelta(weeks=1)
