"""Ballots and diaries: one length whatever is inside, and the same inside after opening."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import DIARY_ROUNDS, LONGEST_COMMENT, Ballot, Diary, quarter, quarter_before
from surveys.bank.items import MOST_HOURS, default_bank

MASTER = MasterKey(secrets.token_bytes(32))
PAIR = MASTER.new_pair("round a")
PRIVATE = MASTER.open_pair("round a", PAIR.sealed_private)
ITEMS = sorted(default_bank().items)
MONDAY = date(2026, 9, 7)

values = st.one_of(st.integers(1, 5).map(float), st.floats(0, MOST_HOURS))
answers = st.dictionaries(st.sampled_from(ITEMS), values, max_size=5)
# Nothing is left out: control characters and halves of surrogate pairs come too.
comments = st.text(st.characters(), max_size=LONGEST_COMMENT + 50)
ballots = st.builds(
    Ballot,
    unit_id=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255),
    answers=answers,
    comment=comments,
    quotable=st.booleans(),
    diary_keys=st.sampled_from([(), (bytes(32), bytes(range(32)))]),
)


def sealed(ballot: Ballot) -> bytes:
    return ballot.seal(round_id="a", public=PAIR.public)


def opened(ballot: Ballot) -> Ballot:
    return Ballot.unseal(sealed(ballot), round_id="a", private=PRIVATE)


LENGTH = len(sealed(Ballot("harbour", {}, "", quotable=True, diary_keys=())))


@given(ballots)
def test_every_ballot_is_of_one_length_and_opens_to_what_was_sealed(ballot: Ballot) -> None:
    assert len(sealed(ballot)) == LENGTH
    found = opened(ballot)
    assert (found.unit_id, found.answers, found.quotable, found.diary_keys) == (
        ballot.unit_id,
        ballot.answers,
        ballot.quotable,
        ballot.diary_keys,
    )
    assert len(found.comment) <= LONGEST_COMMENT


@pytest.mark.parametrize(
    "sign", ["x", "ß", "\u4e2d", "\U0001f600", '"', "\\", "\n", "\x00", "\x1b", "\ud800", "\u2028"]
)
def test_the_longest_comment_of_any_sign_fits(sign: str) -> None:
    everything = dict.fromkeys(ITEMS[:5], MOST_HOURS / 7)
    ballot = Ballot(
        "\U0001f600" * 200, everything, sign * LONGEST_COMMENT, quotable=True, diary_keys=(bytes(32),) * 2
    )
    assert len(sealed(ballot)) == LENGTH


def test_a_comment_keeps_everything_that_a_screen_can_show() -> None:
    kept = "Zwei Zeilen,\n\tein Tab, ein 😀, „Anführung“ und <@U123>"
    assert opened(Ballot("u", {}, kept, quotable=True, diary_keys=())).comment == kept
    assert opened(Ballot("u", {}, "a\0b\x1b[31mc\ud83dd", quotable=True, diary_keys=())).comment == "ab[31mcd"


def test_a_comment_too_long_is_cut_and_not_refused() -> None:
    assert opened(Ballot("u", {}, "x" * 5000, quotable=True, diary_keys=())).comment == "x" * LONGEST_COMMENT


def test_a_ballot_opens_in_its_own_round_only() -> None:
    with pytest.raises(InvalidTag):
        Ballot.unseal(sealed(Ballot("u", {}, "", quotable=True, diary_keys=())), round_id="b", private=PRIVATE)


@given(st.lists(answers, max_size=DIARY_ROUNDS + 3))
def test_every_diary_is_of_one_length_and_opens_to_its_last_twelve_rounds(rounds: list[dict[str, float]]) -> None:
    diary = Diary()
    for week, found in enumerate(rounds):
        diary = diary.with_entry(MONDAY + timedelta(weeks=week), found)
    written = diary.seal(public=PAIR.public)
    assert len(written) == len(Diary().seal(public=PAIR.public))
    again = Diary.unseal(written, private=PRIVATE)
    assert again == diary
    assert [found for _, found in again.entries] == rounds[-DIARY_ROUNDS:]


def test_a_diary_says_how_many_weeks_ago_and_nothing_of_the_week_itself() -> None:
    diary = Diary()
    for week in (0, 1, 4):
        diary = diary.with_entry(MONDAY + timedelta(weeks=week), {"trust_rules": float(week)})
    assert diary.earlier("trust_rules", week=MONDAY + timedelta(weeks=4)) == [(4, 0.0), (3, 1.0)]
    assert diary.earlier("overlay_hours", week=MONDAY + timedelta(weeks=4)) == []


def test_a_round_written_twice_stands_once() -> None:
    diary = Diary().with_entry(MONDAY, {"trust_rules": 1.0}).with_entry(MONDAY, {"trust_rules": 5.0})
    assert diary.entries == ((MONDAY, {"trust_rules": 5.0}),)


def test_rounds_out_of_order_are_put_in_order() -> None:
    later = MONDAY + timedelta(weeks=1)
    assert [week for week, _ in Diary().with_entry(later, {}).with_entry(MONDAY, {}).entries] == [MONDAY, later]


@pytest.mark.parametrize(
    ("day", "this", "before"),
    [
        (date(2026, 1, 1), "2026-Q1", "2025-Q4"),
        (date(2026, 3, 31), "2026-Q1", "2025-Q4"),
        (date(2026, 4, 1), "2026-Q2", "2026-Q1"),
        (date(2026, 9, 30), "2026-Q3", "2026-Q2"),
        (date(2026, 12, 31), "2026-Q4", "2026-Q3"),
    ],
)
def test_quarters_follow_each_other(day: date, this: str, before: str) -> None:
    assert (quarter(day), quarter_before(day)) == (this, before)
