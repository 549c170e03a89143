"""What other people wrote, as it stands in our messages: never live, never invisible."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from analysis.figures import Record, Turnout, Unit
from analysis.themes import Comment, Theme, Trend
from handlers.digests.digest import Said
from handlers.home.own_data_view import copy_message, stored_blocks
from handlers.pulses.preview_view import Shown, preview
from handlers.showing.blocks import SECTION, cut, escape, quote
from handlers.words import words
from surveys.ballots.sealed import Diary
from surveys.bank.items import default_bank
from surveys.own_data import Kept
from tests.handlers.office import words_of
from tests.handlers.test_own_data import rep


def quoted(text: str) -> str:
    [element] = quote(text)["elements"]
    [piece] = element["elements"]
    assert piece["type"] == "text"
    return str(piece["text"])


@pytest.mark.parametrize(
    "text", ["<@U1>", "*bold*", "from 9:30 to 10:15", "<http://x.example|here>", "`code` & <b>", "<!here>"]
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
        (":fire: :+1: x:100", "∶fire: ∶+1: x∶100"),
        ("Read as: who", "Read as: who"),
        ("> North > South", "› North &gt; South"),
        ("\u202eNo\u200brth\x1b[31m", "North[31m"),
        ("צפון", "\u2068צפון\u2069"),
        ("\u2068\u2068", "…"),
    ],
)
def test_escaped_text_is_not_live_inside_our_formatting(text: str, harmless: str) -> None:
    assert escape(text) == harmless


def test_emoji_in_a_quotation_stay_names() -> None:
    assert quoted(":fire: and :+1:") == "∶fire: and ∶+1:"


def test_text_is_cut_where_slack_would_refuse_it() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"


def test_entry_of_somebody_with_a_live_name_is_plain_on_home_and_in_the_copy() -> None:
    name, unit = "<!channel> & <@U1>", "<http://x.example|North>"
    kept = Kept(replace(rep("en"), name=name), f"{name}@x.example", ("Quay", unit), (unit,), None, in_box=False)
    zone = ZoneInfo("Europe/London")
    shown = stored_blocks(kept, words("en"), zone=zone, done=None)
    copied = copy_message(kept, Diary(((date(2026, 1, 5), {"<!here>": 3.0}),)), default_bank(), zone=zone)
    for blocks in (shown, copied["blocks"]):
        text = words_of({"blocks": blocks})
        assert escape(name) in text
        assert escape(unit) in text
        assert not re.search("<[^>]*>", text)


def test_preview_of_a_unit_with_a_live_name_is_plain() -> None:
    units = [Unit("a", "<!channel>"), Unit("b", "<@U1>"), Unit("all", "<!here>")]
    together = frozenset({"a", "b"})
    record = Record(units, [], [Turnout(date(2026, 1, 5), together, 9, 7)])
    theme = Theme("k", "<!everyone>", None, None, (0,), (0,), (date(2026, 1, 5),), Trend.STEADY, ())
    said = Said(units[2], [Comment("c", date(2026, 1, 5), "all")], [theme])
    view = preview(replace(rep("en"), unit_id="a"), Shown(record, date(2026, 1, 5), [], said), k=5)
    live = [block for block in view["blocks"] if block["type"] != "header"]
    assert "&lt;!here&gt;" in words_of({"blocks": live})
    assert not re.search("<[^>]*>", words_of({"blocks": live}))
    [title] = [block["text"] for block in view["blocks"] if block["type"] == "header"]
    assert (title["type"], title["text"].startswith("<!channel> with <@U1>")) == ("plain_text", True)
