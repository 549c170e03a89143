"""Attainment against a unit's own earlier periods: what is usual, what is more than noise, what is too little."""

from datetime import date, timedelta
from math import inf, isfinite

import numpy as np
import pytest

from analysis.attainment import LINK_ERROR, Attainment, attainment_of, evidence, moves
from analysis.figures import Figure, Record, Scale, Sums, Unit
from analysis.stages import Stage

UNITS = [Unit("c", "Company"), Unit("a", "A", "c"), Unit("b", "B", "c")]


def quarter(number: int, achieved: float, unit: str = "a", target: float = 100.0) -> Attainment:
    """The quarter so many after the first of 2024."""
    year, place = 2024 + number // 4, number % 4
    begins = date(year, 3 * place + 1, 1)
    ends = date(year + place // 3, (3 * place + 3) % 12 + 1, 1) - timedelta(days=1)
    return Attainment(unit, begins, ends, target, achieved)


def month(number: int, achieved: float) -> Attainment:
    begins = date(2024 + (number - 1) // 12, (number - 1) % 12 + 1, 1)
    ends = date(2024 + number // 12, number % 12 + 1, 1) - timedelta(days=1)
    return Attainment("a", begins, ends, 100.0, achieved)


def record(*attainments: Attainment, until: date = date(2027, 1, 4)) -> Record:
    figure = Figure(until, frozenset({"a"}), Stage.TRUST, Scale.AGREEMENT, Sums.of([3, 3, 3, 4, 4]))
    return Record(UNITS, [figure], (), attainments)


def test_a_fall_beyond_what_is_usual_is_told_from_one_within() -> None:
    steady = [quarter(number, share) for number, share in enumerate((100, 104, 97, 101, 99, 102))]
    found = attainment_of(record(*steady, quarter(6, 55)), "a")
    assert found is not None
    assert found.before is not None
    assert (found.now.share, found.before.share, found.earlier) == (0.55, 1.02, 6)
    assert found.usual == pytest.approx(1.0, abs=0.02)
    assert found.more_than_noise is True
    assert found.expected is not None
    low, high = found.expected
    assert 0.55 < low < 0.9
    assert 1.1 < high < 1.5
    within = attainment_of(record(*steady, quarter(6, 93)), "a")
    assert within is not None
    assert within.more_than_noise is False
    better = attainment_of(record(*steady, quarter(6, 180)), "a")
    assert better is not None
    assert better.fall < 0
    assert better.more_than_noise is True


def test_too_few_earlier_periods_say_nothing() -> None:
    for several, earlier in (([quarter(0, 80)], 0), ([quarter(0, 100), quarter(1, 40)], 1)):
        known = record(*several)
        found = attainment_of(known, "a")
        assert found is not None
        assert found.earlier == earlier
        assert found.more_than_noise is None
        assert found.expected is None
        worse, variance = evidence(known, ["a"], [one.week for one in several])
        assert not worse.any()
        assert np.isinf(variance).all()
    assert attainment_of(record(), "a") is None
    assert attainment_of(record(quarter(0, 80, "b")), "a") is None


def test_only_periods_of_about_the_same_length_are_compared() -> None:
    year = Attainment("a", date(2025, 1, 1), date(2025, 12, 31), 400.0, 200.0)
    found = attainment_of(record(*(month(number, 100) for number in range(1, 13)), year), "a")
    assert found is not None
    assert found.now == year
    assert found.earlier == 0


def test_what_is_usual_is_learned_from_all_units() -> None:
    def noisy(unit: str, *shares: float) -> list[Attainment]:
        return [quarter(number, share, unit) for number, share in enumerate(shares)]

    own = noisy("a", 100, 100, 100, 100, 75)
    calm = moves(record(*own, *noisy("b", *(100, 101) * 6)))
    wild = moves(record(*own, *noisy("b", *(40, 160) * 6)))

    def errors(found: object) -> dict[tuple[str, date], float]:
        return {(move.now.unit_id, move.now.ends_on): move.error for move in found}  # type: ignore[attr-defined]

    last = ("a", quarter(4, 1).ends_on)
    assert errors(wild)[last] > 1.5 * errors(calm)[last]


def test_the_spread_is_found_and_its_errors_are_right() -> None:
    # Forty teams whose shares move by 10 percent and never change: errors hold in 95 of 100.
    chance = np.random.default_rng(5)
    shares = 100 * np.exp(0.1 * chance.standard_normal((40, 12)))
    all_of_them = [
        quarter(number, share, f"u{row}") for row in range(40) for number, share in enumerate(shares[row])
    ]
    found = [move for move in moves(record(*all_of_them)) if move.earlier >= 4]
    beyond = [abs(move.fall) > 1.96 * move.error for move in found]
    assert 0.03 <= sum(beyond) / len(beyond) <= 0.075
    assert np.mean([move.fall for move in found]) == pytest.approx(0.0, abs=0.02)


def test_evidence_stands_in_the_week_in_which_a_period_ended() -> None:
    known = record(*(quarter(number, share) for number, share in enumerate((100, 100, 100, 100, 100, 70))))
    ends = quarter(5, 70).week
    weeks = [ends + timedelta(weeks=away) for away in range(-3, 4)]
    worse, variance = evidence(known, ["b", "a", "c"], weeks)
    assert worse.shape == variance.shape == (3, 7)
    assert isfinite(variance[1, 3])
    assert variance[1, 3] > LINK_ERROR**2
    assert 1.0 < worse[1, 3] < 2.0
    assert np.isinf(np.delete(variance.ravel(), 10)).all()
    assert ends.weekday() == 0
    assert ends <= quarter(5, 70).ends_on < ends + timedelta(weeks=1)


def test_what_is_said_about_a_week_does_not_change_later() -> None:
    own = [quarter(number, share) for number, share in enumerate((100, 90, 110, 95, 60, 100, 40, 130))]
    others = [quarter(number, 100 - 9 * number, "b") for number in range(8)]
    whole = record(*own, *others)
    weeks = [one.week for one in own]
    worse, variance = evidence(whole, ["a", "b"], weeks)
    for index, week in enumerate(weeks):
        then, doubt = evidence(whole.up_to(week), ["a", "b"], weeks)
        np.testing.assert_array_equal(then[:, : index + 1], worse[:, : index + 1])
        np.testing.assert_array_equal(doubt[:, : index + 1], variance[:, : index + 1])
        assert (doubt[:, index + 1 :] == inf).all()


def test_a_period_is_known_from_its_last_week_on() -> None:
    early, late = date(2026, 9, 7), date(2026, 9, 28)
    figures = [
        Figure(week, frozenset({"a"}), Stage.TRUST, Scale.AGREEMENT, Sums.of([3, 3, 3, 4, 4]))
        for week in (early, late)
    ]
    third = Attainment("a", date(2026, 7, 1), date(2026, 9, 30), 100.0, 80.0)
    fourth = Attainment("a", date(2026, 10, 1), date(2026, 12, 31), 100.0, 90.0)
    known = Record(UNITS, figures, (), [third, fourth])
    assert known.up_to(early).attainments == []
    assert known.up_to(late).attainments == [third]
    assert known.up_to(date(2026, 12, 28)) is known
    found = attainment_of(known, "a")
    assert found is not None
    assert found.now == third


def test_nothing_and_far_too_much_are_still_numbers() -> None:
    odd = [quarter(0, 0), quarter(1, 1e12), quarter(2, 0), quarter(3, 1, target=1e-9), quarter(4, 100)]
    worse, variance = evidence(record(*odd), ["a"], [one.week for one in odd])
    assert np.isfinite(worse).all()
    assert np.isfinite(variance[0, 2:]).all()
