"""The part of the form that asks one item: its blocks, and what was filled into them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.ids import Action
from handlers.showing.blocks import Block, plain
from handlers.words import Words
from surveys.bank.items import HIGHEST, LOWEST, MOST_HOURS, Item

# Input blocks are named after their item, so that an error can stand under its field.
ITEM_BLOCK = "item:"
FOLLOW_UP_BLOCK = "follow_up:"
UNSAID_BLOCK = "unsaid:"
# The option of somebody who does not know, or would rather not say.
UNSAID = "unsaid"
# "12 h 30 min" and its kin are shorter than this in every language.
LONGEST_HOURS = 20

_HOUR = r"(?:(?:h|hrs?|hours?|std|stunden?|時間)\.?)"
_MINUTE = r"(?:(?:m|min|mins|minutes?|minuten?|分)\.?)"
_HOURS = re.compile(rf"(\d+(?:[.,]\d*)?|[.,]\d+)\s*{_HOUR}?")
_MINUTES = re.compile(rf"(\d+)\s*{_MINUTE}")
_BOTH = re.compile(rf"(\d+)\s*(?::|{_HOUR})\s*([0-5]?\d)\s*{_MINUTE}?")


@dataclass(frozen=True, slots=True)
class Read:
    """What one item's blocks hold.

    `value` is None where nothing was answered, and `unsaid` tells that somebody chose to say nothing. `problem` is
    in the rep's words, and `chosen` the code of the follow-up.
    """

    value: float | None = None
    chosen: str | None = None
    unsaid: bool = False
    problem: str | None = None


def blocks(item: Item, say: Words, *, initial: float | None = None, language: str = "") -> list[Block]:
    """What asks an item: its question, a way not to say, and its follow-up.

    Args:
        item: the item.
        say: the rep's words.
        initial: an answer that was given before, which the form begins with.
        language: of the item's own texts, if another than that of `say`.
    """
    language = language or say.language
    hint = item.hint(language)
    question: Block = {
        "type": "input",
        "block_id": f"{ITEM_BLOCK}{item.id}",
        "optional": True,
        "label": plain(item.wording(language), 2000),
        "element": _hours_input(initial, say) if item.in_hours else _points_input(item, initial, say, language),
    }
    return [
        question | ({"hint": plain(hint, 2000)} if hint else {}),
        *([_unsaid_block(item, say)] if item.in_hours else []),
        *_follow_up_blocks(item, say, language),
    ]


def label(item: Item, value: int, say: Words, language: str = "") -> str:
    """What one of an item's five steps means, in the item's own words or else in those of agreement."""
    return item.label(value, language or say.language) or say(f"agreement.{value}")


def _hours_input(initial: float | None, say: Words) -> Block:
    # A number_input refuses "2 h", and "2,5" in most languages.
    element: Block = {
        "type": "plain_text_input",
        "action_id": Action.ANSWER,
        "max_length": LONGEST_HOURS,
        "placeholder": plain(say("item.hours_example"), 150),
    }
    return element if initial is None else element | {"initial_value": say.number(initial).removesuffix(".0")}


def _points_input(item: Item, initial: float | None, say: Words, language: str) -> Block:
    named = [(label(item, value, say, language), str(value)) for value in range(HIGHEST, LOWEST - 1, -1)]
    options = [{"text": plain(text, 75), "value": value} for text, value in (*named, (say("item.unsaid"), UNSAID))]
    element: Block = {"type": "radio_buttons", "action_id": Action.ANSWER, "options": options}
    chosen = [option for option in options if initial is not None and option["value"] == f"{initial:g}"]
    return element | ({"initial_option": chosen[0]} if chosen else {})


def _unsaid_block(item: Item, say: Words) -> Block:
    return {
        "type": "input",
        "block_id": f"{UNSAID_BLOCK}{item.id}",
        "optional": True,
        "label": plain(say("item.or")),
        "element": {
            "type": "checkboxes",
            "action_id": Action.ANSWER,
            "options": [{"text": plain(say("item.unsaid"), 75), "value": UNSAID}],
        },
    }


def _follow_up_blocks(item: Item, say: Words, language: str) -> list[Block]:
    if item.follow_up is None:
        return []
    options = [
        {"text": plain(item.follow_up.label(code, language), 75), "value": code} for code in item.follow_up.choices
    ]
    element = {
        "type": "static_select",
        "action_id": Action.ANSWER,
        "placeholder": plain(say("item.choose"), 150),
        "options": options,
    }
    return [
        {
            "type": "input",
            "block_id": f"{FOLLOW_UP_BLOCK}{item.id}",
            "optional": True,
            "label": plain(item.follow_up.wording(language), 2000),
            "element": element,
        }
    ]


def read(item: Item, values: Mapping[str, Mapping[str, Any]], say: Words) -> Read:
    """What somebody filled in for an item, from Slack's `state.values`; the payload comes from outside."""
    raw = _entered(values, f"{ITEM_BLOCK}{item.id}")
    ticked = values.get(f"{UNSAID_BLOCK}{item.id}", {}).get(Action.ANSWER, {}).get("selected_options")
    if ticked or raw == UNSAID:
        return Read(unsaid=True)
    if not raw:
        return Read()
    value = hours(raw) if item.in_hours else _points(raw)
    if value is None or not item.accepts(value):
        key = "item.bad_hours" if item.in_hours else "pulse.bad_answer"
        return Read(problem=say(key, most=f"{MOST_HOURS:.0f}"))
    code = _entered(values, f"{FOLLOW_UP_BLOCK}{item.id}")
    known = item.follow_up is not None and code in item.follow_up.choices
    return Read(value, chosen=code if known else None)


def _entered(values: Mapping[str, Mapping[str, Any]], block_id: str) -> str:
    element = values.get(block_id, {}).get(Action.ANSWER, {})
    return str((element.get("selected_option") or {}).get("value") or element.get("value") or "").strip()


def _points(raw: str) -> float | None:
    return float(raw) if raw in {str(value) for value in range(LOWEST, HIGHEST + 1)} else None


def hours(raw: str) -> float | None:
    """Hours as people write them: 2, 2.5, 2,5, 2h, 2 Std, 1h30, 1:30, 90 min, 2時間; None for anything else.

    Keyboards for Japanese write digits and signs at full width.
    """
    text = unicodedata.normalize("NFKC", raw).strip().lower().replace("。", ".").replace("、", ",")
    if both := _BOTH.fullmatch(text):
        return int(both[1]) + int(both[2]) / 60
    if minutes := _MINUTES.fullmatch(text):
        return int(minutes[1]) / 60
    if plain_hours := _HOURS.fullmatch(text):
        return float(plain_hours[1].replace(",", "."))
    return None
