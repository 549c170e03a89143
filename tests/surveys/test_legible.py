"""What people wrote, as it can be read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.legible import MOST_MARKS, legible, legible_name


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Zwei Zeilen,\nmit 😀 und „Anführung“", "Zwei Zeilen,\nmit 😀 und „Anführung“"),
        ("a\x00b\x1b[31mc\x9b1md\ud800e", "ab[31mc1mde"),
        ("\u202etxt\u2066\u200b\ufeff\u00ad.exe", "txt.exe"),
        ("👩\u200d💻 علی\u200cرضا", "👩\u200d💻 علی\u200cرضا"),
        ("a\tb\u2028c\x85d", "a b\nc\nd"),
        ("Z" + "\u0337" * 50 + "algo", "Z" + "\u0337" * MOST_MARKS + "algo"),
        ("שָּׁלוֹם", "שָּׁלוֹם"),
        (" \u200b\u3164\u2800\u0301 ", ""),
        ("", ""),
    ],
)
def test_what_is_hidden_goes_and_what_is_read_stays(text: str, read: str) -> None:
    assert legible(text) == read


def test_a_name_stands_in_one_line() -> None:
    assert legible_name("  R&D\u2028 North\u00a0\t1 ") == "R&D North 1"


@given(st.text(st.characters()))
def test_anything_can_be_read_and_reading_again_changes_nothing(text: str) -> None:
    read = legible(text)
    assert legible(read) == read
    assert not any(unicodedata.category(sign) in {"Cs", "Co"} or sign in "\x00\x1b\u202e\u2066" for sign in read)
    assert legible_name(read) == " ".join(legible_name(text).split())
