"""Follow-ups: summed over whole groups of k or more who answered them, noised, never about all or about few."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction

from analysis.figures import Unit
from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import BALLOT_BYTES, Ballot, Diary
from surveys.bank.items import default_bank
from surveys.counting.noise import BLURRED, Noise, deviation, released
from surveys.counting.tally import Group, tally
from tests.surveys.row_space import NOBODY, Figure, smallest_recovered

OVERLAY = default_bank()["overlay_hours"]
assert OVERLAY.follow_up is not None
CODES = list(OVERLAY.follow_up.choices)
UNITS = [Unit("c", "C"), *(Unit(f"c/{name}", name, "c") for name in "abd")]
WEEK = date(2026, 11, 30)


def ballot(unit: str, code: str | None, hours: float | None = 2.0) -> Ballot:
    answers = {} if hours is None else {"overlay_hours": hours}
    return Ballot(unit, answers, "", True, (), {} if code is None else {"overlay_hours": code})


def counted(ballots: list[Ballot], k: int = 5) -> list[Group]:
    pairs = [(one, Diary()) for one in ballots]
    return tally(pairs, units=UNITS, items=[OVERLAY], week_on=WEEK, k=k)


def test_only_whole_groups_who_said_so_are_counted() -> None:
    full = [ballot("c/a", "deal_desk")] * 4 + [ballot("c/a", "telesales")]
    (group,) = counted(full)
    assert group.namings[0].n == 5
    assert group.namings[0].named == dict.fromkeys(CODES, 0) | {"deal_desk": 4, "telesales": 1}
    # One who said nothing, one who left out the item itself, and one who made up a code.
    for silent in (ballot("c/a", None), ballot("c/a", "telesales", None), ballot("c/a", "the_boss")):
        (group,) = counted([*full[:4], silent, silent])
        assert group.namings == ()


def test_noise_of_its_own_lies_on_each_number_and_none_is_about_all() -> None:
    exact = counted([ballot("c/a", "deal_desk")] * 6)
    (naming,) = released(exact, Noise(shares=Fraction(0)))[0].namings
    assert (naming.named["deal_desk"], naming.n) == (4, 6)
    draws: list[Fraction] = []

    def drawn(scale: Fraction) -> int:
        draws.append(scale)
        return -9

    (naming,) = released(exact, BLURRED, drawn)[0].namings
    assert set(naming.named.values()) == {0}
    assert BLURRED.shares is not None
    assert draws.count(BLURRED.shares) == len(CODES)
    assert naming.noise == deviation(BLURRED.shares)
    assert released(exact, Noise.within(16))[0].namings == ()


def test_no_set_of_fewer_than_k_is_recovered_from_follow_ups_of_a_year() -> None:
    """The numbers as sums over people and codes, without any noise, of people who come and go and stay silent."""
    dice = random.Random(5)  # noqa: S311 (the same people every time)
    figures: list[Figure] = []
    for week in range(26):
        people = [
            (person, f"c/{'abd'[person % 3]}", dice.choice([*CODES, None]))
            for person in range(27)
            if dice.random() < 0.8
        ]
        for group in counted([ballot(unit, code) for _, unit, code in people]):
            said = [person for person, unit, code in people if unit in group.units and code]
            for naming in group.namings:
                assert naming.n == len(said) >= 5
                # Each person's ones over all codes are one: the last code is all of them less the others.
                figures += [{(person, (week, code)): 1 for person in said} for code in CODES[:-1]]
    assert len(figures) > 100
    assert smallest_recovered(figures, below=5) is None
    # The instrument does find a group that is one short of another.
    assert smallest_recovered([figures[0], dict(list(figures[0].items())[1:])], below=5) is not None
    assert all(column[0] is not NOBODY for figure in figures for column in figure)


def test_a_ballot_keeps_its_length() -> None:
    plain, full = ballot("c/a", None), Ballot("c/a", {}, "\U0001f600" * 1000, True, (b"x" * 32,) * 2)
    many = {f"{'i' * 38}_{number}": "c" * 40 for number in range(5)}
    full = Ballot("c" * 60, dict.fromkeys(many, 59.75), full.comment, True, full.diary_keys, many)
    pair = MasterKey(bytes(32)).new_pair("round r")
    assert len({len(one.seal(round_id="r", public=pair.public)) for one in (plain, full)}) == 1
    assert BALLOT_BYTES == 6144
