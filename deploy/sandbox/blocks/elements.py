"""Block elements: buttons, menus and inputs."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from deploy.sandbox.blocks.rich_text import RICH_TEXT
from deploy.sandbox.blocks.rules import (
    Problems,
    Rule,
    boolean,
    many,
    number,
    one_of,
    problem,
    shape,
    string,
    whole,
)
from deploy.sandbox.blocks.texts import (
    BUTTON_OPTION,
    CHOICES,
    CONFIRM,
    IMAGE_SOURCE,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    PLACEHOLDER,
    SELECT_CHOICES,
    SELECT_OPTION,
    SLACK_FILE,
    plain,
)

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_ID: dict[str, Rule] = {"action_id": string(255)}
_FOCUS: dict[str, Rule] = {"focus_on_load": boolean}
_COMMON: dict[str, Rule] = {**_ID, **_FOCUS, "confirm": CONFIRM}
_PICKER: dict[str, Rule] = {**_COMMON, "placeholder": PLACEHOLDER}
_MULTI: dict[str, Rule] = {**_PICKER, "max_selected_items": whole(1, 100)}
_DISPATCH: dict[str, Rule] = {
    "dispatch_action_config": shape(
        optional={"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2)}
    )
}
_TYPED: dict[str, Rule] = {**_ID, **_FOCUS, **_DISPATCH, "placeholder": PLACEHOLDER}
_LISTS: dict[str, Rule] = {"options": many(SELECT_OPTION, 100), "option_groups": many(OPTION_GROUP, 100)}
_FILTER: dict[str, Rule] = {
    "filter": shape(
        optional={
            "include": many(one_of("im", "mpim", "private", "public"), 4),
            "exclude_external_shared_channels": boolean,
            "exclude_bot_users": boolean,
        }
    )
}
_CONVERSATION: dict[str, Rule] = {**_FILTER, "default_to_current_conversation": boolean}
_RESPONSE: dict[str, Rule] = {"response_url_enabled": boolean}


def _date(value: Any, at: str, problems: Problems) -> None:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        problem(problems, "must be a date of the form YYYY-MM-DD", at)


def _time(value: Any, at: str, problems: Problems) -> None:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        problem(problems, "must be a time of the form HH:mm", at)


def _ordered_lengths(value: Any, at: str, problems: Problems) -> None:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        problem(problems, "min_length must not be more than max_length", at)


def _ordered_values(value: Any, at: str, problems: Problems) -> None:
    low, high = (_as_number(value.get(name)) for name in ("min_value", "max_value"))
    if low is not None and high is not None and low > high:
        problem(problems, "min_value must not be more than max_value", at)


def _as_number(value: object) -> float | None:
    try:
        return None if value is None else float(str(value))
    except ValueError:
        return None


def _numeral(value: Any, at: str, problems: Problems) -> None:
    if not isinstance(value, str) or _as_number(value) is None:
        problem(problems, "must be a number in a string", at)


IMAGE = shape({"alt_text": string(2000)}, {"image_url": string(3000), "slack_file": SLACK_FILE}, then=IMAGE_SOURCE)

BUTTON = shape(
    {"text": plain(75)},
    {
        **_ID,
        "url": string(3000),
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)

_FEEDBACK = shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})

ELEMENTS: dict[str, Rule] = {
    "button": BUTTON,
    "image": IMAGE,
    "static_select": shape(optional={**_PICKER, **_LISTS, "initial_option": SELECT_OPTION}, then=SELECT_CHOICES),
    "multi_static_select": shape(
        optional={**_MULTI, **_LISTS, "initial_options": many(SELECT_OPTION, 100)}, then=SELECT_CHOICES
    ),
    "users_select": shape(optional={**_PICKER, "initial_user": string()}),
    "multi_users_select": shape(optional={**_MULTI, "initial_users": many(string(), 100, 0)}),
    "conversations_select": shape(
        optional={**_PICKER, **_CONVERSATION, **_RESPONSE, "initial_conversation": string()}
    ),
    "multi_conversations_select": shape(
        optional={**_MULTI, **_CONVERSATION, "initial_conversations": many(string(), 100, 0)}
    ),
    "channels_select": shape(optional={**_PICKER, **_RESPONSE, "initial_channel": string()}),
    "multi_channels_select": shape(optional={**_MULTI, "initial_channels": many(string(), 100, 0)}),
    "overflow": shape({"options": many(OVERFLOW_OPTION, 5)}, {**_ID, "confirm": CONFIRM}, then=CHOICES),
    "radio_buttons": shape(
        {"options": many(BUTTON_OPTION, 10)}, {**_COMMON, "initial_option": BUTTON_OPTION}, then=CHOICES
    ),
    "checkboxes": shape(
        {"options": many(BUTTON_OPTION, 10)},
        {**_COMMON, "initial_options": many(BUTTON_OPTION, 10)},
        then=CHOICES,
    ),
    "plain_text_input": shape(
        optional={
            **_TYPED,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        then=_ordered_lengths,
    ),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**_TYPED, "initial_value": _numeral, "min_value": _numeral, "max_value": _numeral},
        then=_ordered_values,
    ),
    "email_text_input": shape(optional={**_TYPED, "initial_value": string(3000)}),
    "url_text_input": shape(optional={**_TYPED, "initial_value": string(3000)}),
    "rich_text_input": shape(optional={**_TYPED, "initial_value": RICH_TEXT}),
    "datepicker": shape(optional={**_PICKER, "initial_date": _date}),
    "timepicker": shape(optional={**_PICKER, "initial_time": _time, "timezone": string()}),
    "datetimepicker": shape(optional={**_COMMON, "initial_date_time": number}),
    "feedback_buttons": shape({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, _ID),
    "icon_button": shape(
        {"icon": one_of("trash"), "text": plain(75)},
        {
            **_ID,
            "value": string(2000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": many(string(), 100, 0),
        },
    ),
}

IN_INPUT = frozenset(ELEMENTS) - {"button", "image", "overflow", "feedback_buttons", "icon_button"}
IN_ACTIONS = frozenset(
    {
        "button",
        "channels_select",
        "checkboxes",
        "conversations_select",
        "datepicker",
        "datetimepicker",
        "multi_channels_select",
        "multi_conversations_select",
        "multi_static_select",
        "multi_users_select",
        "overflow",
        "radio_buttons",
        "static_select",
        "timepicker",
        "users_select",
    }
)
IN_SECTION = (IN_ACTIONS - {"datetimepicker"}) | {"image"}
