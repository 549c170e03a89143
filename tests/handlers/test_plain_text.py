"""What other people wrote, as it stands in our messages: never live, never invisible."""

from __future__ import annotations

import pytest

from handlers.blocks import SECTION, cut, escape, quote


def quoted(text: str) -> str:
    [element] = quote(text)["elements"]
    [piece] = element["elements"]
    assert piece["type"] == "text"
    return str(piece["text"])


@pytest.mark.parametrize(
    "text", ["<@U1>", "*bold*", "at 9:30:15", "<http://x.example|here>", "`code` & <b>", "<!here>"]
)
def test_quotation_shows_what_was_typed_letter_by_letter(text: str) -> None:
    assert quoted(text) == text


@pytest.mark.parametrize("hidden", ["\x07", "\x00", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800"])
def test_quotation_holds_nothing_that_cannot_be_seen(hidden: str) -> None:
    assert quoted(f"a{hidden}b") == "ab"


def test_quotation_keeps_lines_and_is_never_empty_or_too_long() -> None:
    assert quoted("one\ntwo") == "one\ntwo"
    assert quoted("\u200b") == "…"
    assert len(quoted("x" * 5000)) == SECTION


def test_escaped_text_has_no_control_characters_of_slack() -> None:
    assert escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("*North*", "∗North∗"),
        ("~North~ `South`", "∼North∼ ˋSouthˋ"),
        ("_North_ a_b", "ˍNorthˍ a_b"),
        (":fire: 9:30:15", "∶fire: 9:30:15"),
        ("> North > South", "› North &gt; South"),
        ("\u202eNo\u200brth\x1b[31m", "North[31m"),
        ("צפון", "\u2068צפון\u2069"),
        ("\u2068\u2068", "…"),
    ],
)
def test_escaped_text_is_not_live_inside_our_formatting(text: str, harmless: str) -> None:
    assert escape(text) == harmless


def test_emoji_in_a_quotation_stay_names() -> None:
    assert quoted(":fire: and :+1:") == "∶fire: and :+1:"


def test_text_is_cut_where_slack_would_refuse_it() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"
