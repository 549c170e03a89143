"""One item in the form: hours as people write them, ways not to say, the follow-up."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.ids import Action
from handlers.pulses import item_blocks
from handlers.pulses.item_blocks import FOLLOW_UP_BLOCK, ITEM_BLOCK, UNSAID_BLOCK, Read, hours
from handlers.words import words
from surveys.bank.items import default_bank

SAY = words("en")
OVERLAY, TRUST = default_bank()["overlay_hours"], default_bank()["trust_rules"]


def typed(text: str, **more: Any) -> dict[str, Any]:
    return {f"{ITEM_BLOCK}overlay_hours": {Action.ANSWER: {"value": text}}} | more


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, 2) for text in ("2", "2h", "2 h", "2 Std", "2 Std.", "2 hours", "2.0", "２", "2時間", "120 min")),
        *(
            (text, 2.5)
            for text in ("2.5", "2,5", "2,5 h", "２．５", "２，５", "2h30", "2:30", "2 h 30 min", "150min")
        ),
        *((text, 1.5) for text in ("1h30", "90 min", "90m", "1時間30分", "1.5 Stunden")),
        *((text, None) for text in ("two", "", "-1", "nan", "inf", "1e3", "2-3", "2h75", "2.5.1", "h", ".")),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, value: float | None) -> None:
    assert hours(text) == value


def test_what_is_no_amount_of_hours_is_said_kindly_and_shows_what_is() -> None:
    for wrong in ("many", "61", "4000 min"):
        problem = item_blocks.read(OVERLAY, typed(wrong), SAY).problem
        assert problem is not None
        assert "1h30 or 90 min" in problem


def test_a_follow_up_counts_beside_an_answer_alone_and_only_a_code_of_the_item() -> None:
    def follow(code: str) -> dict[str, Any]:
        return {f"{FOLLOW_UP_BLOCK}overlay_hours": {Action.ANSWER: {"selected_option": {"value": code}}}}

    assert item_blocks.read(OVERLAY, typed("2") | follow("deal_desk"), SAY) == Read(2, "deal_desk")
    assert item_blocks.read(OVERLAY, typed("2") | follow("the_boss"), SAY) == Read(2)
    assert item_blocks.read(OVERLAY, follow("deal_desk"), SAY) == Read()


def test_who_would_rather_not_say_has_answered_nothing() -> None:
    tick = {f"{UNSAID_BLOCK}overlay_hours": {Action.ANSWER: {"selected_options": [{"value": "unsaid"}]}}}
    assert item_blocks.read(OVERLAY, typed("2") | tick, SAY) == Read(unsaid=True)
    option = {f"{ITEM_BLOCK}trust_rules": {Action.ANSWER: {"selected_option": {"value": "unsaid"}}}}
    assert item_blocks.read(TRUST, option, SAY) == Read(unsaid=True)


def test_a_form_begins_with_what_was_answered_before() -> None:
    question, *_ = item_blocks.blocks(TRUST, SAY, initial=4)
    assert question["element"]["initial_option"]["value"] == "4"
    for language, shown in (("en", "2.5"), ("de", "2,5")):
        question, *_ = item_blocks.blocks(OVERLAY, words(language), initial=2.5)
        assert question["element"]["initial_value"] == shown
        assert hours(shown) == 2.5
