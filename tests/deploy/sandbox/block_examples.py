"""A sound example of every block and element, for tests to use as they are or to spoil."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str = "words") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "words") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a") -> Json:
    return {"text": plain(value), "value": value}


def options(count: int) -> list[Json]:
    return [option(str(index)) for index in range(count)]


def rich_text(text: str = "words") -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": {"bold": True}}]}
    return {"type": "rich_text", "elements": [section]}


def series(name: str = "one", values: tuple[float, ...] = (1, 2.5)) -> Json:
    return {"name": name, "data": [{"label": f"w{i}", "value": v} for i, v in enumerate(values)]}


def chart(kind: str = "line", count: int = 1) -> Json:
    axis = {"categories": ["w0", "w1"], "x_label": "week", "y_label": "hours"}
    drawn: Json = {"type": kind, "series": [series(f"s{i}") for i in range(count)], "axis_config": axis}
    if kind == "pie":
        drawn = {"type": "pie", "segments": [{"label": "a", "value": 1}, {"label": "b", "value": 2}]}
    return {"type": "data_visualization", "title": "Hours", "chart": drawn}


def button(action_id: str = "b") -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Press"), "value": "v"}


PICTURE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a picture"}

ELEMENTS: dict[str, Json] = {
    "button": button(),
    "channels_select": {},
    "checkboxes": {"options": options(2), "initial_options": [option("1")]},
    "conversations_select": {"response_url_enabled": True, "filter": {"include": ["public"]}},
    "datepicker": {"initial_date": "2026-02-28"},
    "datetimepicker": {"initial_date_time": 1767225600},
    "email_text_input": {},
    "feedback_buttons": {
        "positive_button": {"text": plain("Good"), "value": "up"},
        "negative_button": {"text": plain("Bad"), "value": "down"},
    },
    "icon_button": {"icon": "trash", "text": plain("Remove"), "value": "x"},
    "image": PICTURE,
    "multi_channels_select": {"max_selected_items": 2},
    "multi_conversations_select": {},
    "multi_static_select": {"options": options(3)},
    "multi_users_select": {"initial_users": []},
    "number_input": {"is_decimal_allowed": True, "min_value": "0", "max_value": "80"},
    "overflow": {"options": options(5)},
    "plain_text_input": {"multiline": True, "max_length": 200, "placeholder": plain()},
    "radio_buttons": {"options": options(10), "initial_option": option("3")},
    "rich_text_input": {},
    "static_select": {"option_groups": [{"label": plain("group"), "options": options(2)}]},
    "timepicker": {"initial_time": "09:30"},
    "url_text_input": {},
    "users_select": {},
}


def element(kind: str, **changes: Any) -> Json:
    """A sound element; a change to None takes the field away."""
    whole = {"type": kind, **ELEMENTS[kind]}
    if kind != "image":
        whole["action_id"] = kind
    return {key: value for key, value in {**whole, **changes}.items() if value is not None}


def form(kind: str = "plain_text_input", **changes: Any) -> Json:
    return {"type": "input", "block_id": "in", "label": plain(), "element": element(kind, **changes)}


BLOCKS: dict[str, Json] = {
    "actions": {"elements": [button()]},
    "alert": {"text": mrkdwn(), "level": "warning"},
    "card": {"title": mrkdwn(), "body": mrkdwn(), "actions": [button()], "hero_image": PICTURE},
    "carousel": {"elements": [{"type": "card", "title": mrkdwn()}]},
    "container": {"title": plain(), "child_blocks": [{"type": "divider"}], "width": "wide"},
    "context": {"elements": [mrkdwn(), PICTURE]},
    "context_actions": {"elements": [element("feedback_buttons"), element("icon_button")]},
    "data_visualization": chart(),
    "divider": {},
    "file": {"external_id": "f", "source": "remote"},
    "header": {"text": plain()},
    "image": {**PICTURE, "title": plain()},
    "input": form(),
    "markdown": {"text": "**bold**"},
    "rich_text": rich_text(),
    "section": {"text": mrkdwn(), "fields": [mrkdwn(), plain()], "accessory": button()},
    "table": {
        "rows": [[{"type": "raw_text", "text": "a"}, rich_text()]],
        "column_settings": [{"align": "right", "is_wrapped": True}],
    },
    "video": {
        "title": plain(),
        "alt_text": "a video",
        "video_url": "https://example.com/v",
        "thumbnail_url": "https://example.com/t.png",
    },
}


def block(kind: str, **changes: Any) -> Json:
    """A sound block; a change to None takes the field away."""
    whole = {"type": kind, **BLOCKS[kind], **changes}
    return {key: value for key, value in whole.items() if value is not None}


def modal(*blocks: Json, **changes: Any) -> Json:
    whole = {"type": "modal", "title": plain("Form"), "submit": plain("Send"), "blocks": list(blocks), **changes}
    return {key: value for key, value in whole.items() if value is not None}


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}
