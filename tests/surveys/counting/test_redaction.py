"""What is taken out of a comment before it is released."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.ballots.sealed import LONGEST_COMMENT
from surveys.counting.redaction import Redaction

REDACT = Redaction(["Ada Marlow", "Ben Okafor", "José Álvarez", "Li Wu", ""])
KEPT_AT_MOST = 4000  # what the table of comments holds


@pytest.mark.parametrize(
    ("comment", "released"),
    [
        ("Ada Marlow moved my account", "[name] moved my account"),
        ("Ask Marlow, or Ben.", "Ask [name], or [name]."),
        ("Ben's rule, Okafor’s exception", "[name] rule, [name]’s exception"),
        ("José and Álvarez", "[name] and [name]"),
        ("Li Wu said so", "[name] said so"),
        ("Adamant benefits", "Adamant benefits"),
        ("<@U0123ABC> and @ada.marlow and <!channel>", "[name] and [name] and [name]"),
        ("write to ada+crm@harbour.example please", "write to [email] please"),
        ("see https://crm.example/deal?id=7 or www.harbour.example/x", "see [link] or [link]"),
        ("see <https://crm.example|the deal>", "see [link]"),
        ("call +49 (0)30 1234-5678 or 0171.2345678", "call [number] or [number]"),
        ("12 deals in 2026, 40% up, 3.5 hours", "12 deals in 2026, 40% up, 3.5 hours"),
        ("", ""),
    ],
)
def test_whatever_points_at_somebody_is_replaced_by_a_word_in_brackets(comment: str, released: str) -> None:
    assert REDACT(comment) == released


def test_without_a_roster_only_pointers_are_taken_out() -> None:
    assert Redaction([])("Ada, @ada") == "Ada, [name]"


def test_a_name_is_never_read_as_a_pattern() -> None:
    assert Redaction(["A.a (Sales) [*"])("Aba, A.a (Sales) [*") == "Aba, [name]"


@given(st.text("@.X+7 <>:/a\n-", max_size=LONGEST_COMMENT))
def test_no_comment_grows_beyond_what_is_kept(comment: str) -> None:
    assert len(Redaction(["X", "a"])(comment)) <= KEPT_AT_MOST


@given(st.text(max_size=200))
def test_redacting_again_changes_nothing(comment: str) -> None:
    once = REDACT(comment)
    assert REDACT(once) == once
