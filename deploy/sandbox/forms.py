"""Forms: what an element remembers, and what a client checks before it sends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from deploy.sandbox.blocks.walk import elements
from deploy.sandbox.errors import ActError
from deploy.sandbox.state.records import Json

# Element type: the key its value has in state, and the key its first value has in the element.
STATE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
_MANY = {"selected_options", "selected_users", "selected_conversations", "selected_channels"}
_REQUIRED = "Please complete this required field."
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def stateful(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """The elements that hold a value, each with its block."""
    return ((block, element) for block, element in elements(blocks) if element["type"] in STATE_KEYS)


def initial(blocks: list[Json]) -> Json:
    """``state.values`` before anyone touched anything."""
    values: Json = {}
    for block, element in stateful(blocks):
        key, first = STATE_KEYS[element["type"]]
        value = element.get(first, [] if key in _MANY else None)
        values.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"], key: value}
    return values


def carried_over(blocks: list[Json], before: Json) -> Json:
    """The values after an update: Slack keeps an entry whose block id and action id stayed."""
    values = initial(blocks)
    for block_id, actions in values.items():
        for action_id, state in actions.items():
            kept = before.get(block_id, {}).get(action_id)
            if kept and kept["type"] == state["type"]:
                actions[action_id] = kept
    return values


def filled(blocks: list[Json], current: Json, given: Mapping[str, Any], *, lenient: bool = False) -> Json:
    """The values after someone filled in what they chose to.

    Args:
        blocks: what is drawn.
        current: ``state.values`` so far.
        given: by action id or block id, a plain value or Slack's state of the element.
        lenient: pass over what is no longer drawn, as for a page whose form was redrawn meanwhile.

    Raises:
        ActError: a key names nothing that is drawn, or a value is not among the choices.
    """
    values = {block_id: dict(actions) for block_id, actions in current.items()}
    unused = set(given)
    for block, element in stateful(blocks):
        for key in (block["block_id"], element["action_id"]):
            if key not in given:
                continue
            value = given[key]
            if key == block["block_id"] and isinstance(value, Mapping) and "type" not in value:
                # Slack's own nesting: block id, then action id.
                if element["action_id"] not in value:
                    continue
                value = value[element["action_id"]]
            unused.discard(key)
            values.setdefault(block["block_id"], {})[element["action_id"]] = state_of(element, value)
            break
    leftover = {key for key in unused if given[key] != {}}
    if leftover and not lenient:
        raise ActError("no_such_input", f"there is no input {', '.join(map(repr, sorted(leftover)))} on the form")
    return values


def state_of(element: Json, value: Any) -> Json:
    """An element's state from a plain value, or from Slack's own shape of it."""
    key, _ = STATE_KEYS[element["type"]]
    if isinstance(value, Mapping) and key in value:
        value = value[key]
    elif isinstance(value, Mapping) and value.keys() <= {"type"}:
        value = None
    if value in (None, "", []):
        return {"type": element["type"], key: [] if key in _MANY else None}
    if key in {"selected_option", "selected_options"}:
        many = key in _MANY
        chosen = [choice(element, item) for item in (value if many else [value])]
        return {"type": element["type"], key: chosen if many else chosen[0]}
    if element["type"] == "rich_text_input" and isinstance(value, str):
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
        value = {"type": "rich_text", "elements": [section]}
    elif key == "value":
        value = str(value)
    return {"type": element["type"], key: list(value) if key in _MANY else value}


def options(element: Json) -> list[Json]:
    """All choices of an element, those in groups included."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]


def choice(element: Json, wanted: Any) -> Json:
    """The option that someone chose, by its value or as Slack shows it.

    Raises:
        ActError: the element does not offer it.
    """
    if isinstance(wanted, Mapping) and "selected_option" in wanted:
        wanted = wanted["selected_option"]
    value = wanted.get("value") if isinstance(wanted, Mapping) else wanted
    for option in options(element):
        if option["value"] == str(value):
            return option
    raise ActError("no_such_option", f"{element['action_id']!r} offers no {value!r}")


def feedback(element: Json, wanted: Any) -> Json:
    """The text and value of the feedback button that someone pressed, by its value."""
    value = wanted.get("value") if isinstance(wanted, Mapping) else wanted
    for button in (element["positive_button"], element["negative_button"]):
        if button["value"] == value:
            return {"text": button["text"], "value": button["value"]}
    raise ActError("no_such_option", f"{element['action_id']!r} has no button for {value!r}")


def faults_in(blocks: list[Json], values: Json) -> dict[str, str]:
    """What a client would not let pass, by block id; empty when the form can be sent."""
    found: dict[str, str] = {}
    for block, element in stateful(blocks):
        if block["type"] != "input":
            continue
        state = values.get(block["block_id"], {}).get(element["action_id"], {})
        value = state.get(STATE_KEYS[element["type"]][0])
        if value in (None, "", []):
            fault = None if block.get("optional") else _REQUIRED
        else:
            fault = _fault(element, value)
        if fault:
            found[block["block_id"]] = fault
    return found


def _fault(element: Json, value: Any) -> str | None:
    """What is wrong with one entry."""
    checks = {
        "plain_text_input": _text_fault,
        "number_input": _number_fault,
        "email_text_input": _email_fault,
        "url_text_input": _url_fault,
        "datepicker": _date_fault,
        "timepicker": _time_fault,
    }
    if check := checks.get(element["type"]):
        return check(element, value)
    most = element.get("max_selected_items")
    return f"Choose at most {most}." if most and len(value) > most else None


def _text_fault(element: Json, value: str) -> str | None:
    if len(value) > (most := element.get("max_length", 3000)):
        return f"This is {len(value) - most} characters too long."
    if len(value) < (least := element.get("min_length", 0)):
        return f"Enter at least {least} characters."
    return None


def _number_fault(element: Json, value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Enter a number."
    if not number.is_finite():
        return "Enter a number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Enter a whole number."
    if "min_value" in element and number < Decimal(str(element["min_value"])):
        return f"Enter a number that is at least {element['min_value']}."
    if "max_value" in element and number > Decimal(str(element["max_value"])):
        return f"Enter a number that is at most {element['max_value']}."
    return None


def _email_fault(_: Json, value: str) -> str | None:
    return None if _ADDRESS.fullmatch(value) else "Enter an email address."


def _url_fault(_: Json, value: str) -> str | None:
    return None if re.match(r"[a-z][a-z0-9+.-]*://\S+$", value, re.IGNORECASE) else "Enter a link."


def _date_fault(_: Json, value: str) -> str | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "Enter a date."
    return None


def _time_fault(_: Json, value: str) -> str | None:
    return None if _TIME.fullmatch(value) else "Enter a time."
