"""Layout blocks, and on which surface each may stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from deploy.sandbox.blocks.charts import DATA_VISUALIZATION
from deploy.sandbox.blocks.elements import BUTTON, ELEMENTS, IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION
from deploy.sandbox.blocks.rich_text import RICH_TEXT_BLOCK
from deploy.sandbox.blocks.rules import (
    Problems,
    Rule,
    at_least_one,
    boolean,
    by_type,
    many,
    one_of,
    problem,
    shape,
    string,
)
from deploy.sandbox.blocks.texts import IMAGE_SOURCE, SLACK_FILE, plain, text

Surface = Literal["message", "modal", "home"]

_ID: dict[str, Rule] = {"block_id": string(255)}


def _of(types: Iterable[str]) -> Rule:
    return by_type({name: ELEMENTS[name] for name in types})


def _input_fits(block: Any, at: str, problems: Problems) -> None:
    """A rich text input reports nothing until the form is sent."""
    if block.get("dispatch_action") and block["element"]["type"] == "rich_text_input":
        problem(problems, "dispatch_action is not supported for this element", f"{at}/dispatch_action")


def _table_fits(block: Any, at: str, problems: Problems) -> None:
    """A table's rows are of one length."""
    if len({len(row) for row in block["rows"]}) > 1:
        problem(problems, "rows must have the same number of columns", f"{at}/rows")


def _https(address: Any, at: str, problems: Problems) -> None:
    if not str(address).startswith("https://"):
        problem(problems, "must be a valid https URL", at)


_CELL = by_type(
    {
        "raw_text": shape({"text": string(3000, 0)}),
        "rich_text": RICH_TEXT_BLOCK,
    }
)
_COLUMN = shape(optional={"align": one_of("left", "center", "right"), "is_wrapped": boolean})
_CARD = shape(
    optional={
        **_ID,
        "title": text(150),
        "subtitle": text(150),
        "subtext": text(200),
        "body": text(200),
        "hero_image": by_type({"image": IMAGE}),
        "icon": by_type({"image": IMAGE}),
        "slack_icon": shape({"name": string(255)}),
        "slack_icon_button": by_type({"icon_button": ELEMENTS["icon_button"]}),
        "actions": many(by_type({"button": BUTTON}), 3),
    },
    then=at_least_one("hero_image", "title", "actions", "body"),
)

_IN_CONTEXT = by_type({"image": IMAGE, "plain_text": text(3000), "mrkdwn": text(3000)})

_PLAIN: dict[str, Rule] = {
    "section": shape(
        optional={
            **_ID,
            "text": text(3000),
            "fields": many(text(2000), 10),
            "accessory": _of(IN_SECTION),
            "expand": boolean,
        },
        then=at_least_one("text", "fields"),
    ),
    "header": shape({"text": plain(150)}, _ID),
    "divider": shape(optional=_ID),
    "context": shape({"elements": many(_IN_CONTEXT, 10)}, _ID),
    "actions": shape({"elements": many(_of(IN_ACTIONS), 25)}, _ID),
    "input": shape(
        {"label": plain(2000), "element": _of(IN_INPUT)},
        {**_ID, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
        then=_input_fits,
    ),
    "image": shape(
        {"alt_text": string(2000)},
        {**_ID, "image_url": string(3000), "slack_file": SLACK_FILE, "title": plain(2000)},
        then=IMAGE_SOURCE,
    ),
    "rich_text": RICH_TEXT_BLOCK,
    "markdown": shape({"text": string(12_000)}, _ID),
    "video": shape(
        {"alt_text": string(2000), "title": plain(200), "thumbnail_url": string(3000), "video_url": _https},
        {
            **_ID,
            "author_name": string(50),
            "description": plain(200),
            "provider_icon_url": string(3000),
            "provider_name": string(),
            "title_url": _https,
        },
    ),
    "table": shape(
        {"rows": many(many(_CELL, 20), 100)}, {**_ID, "column_settings": many(_COLUMN, 20)}, then=_table_fits
    ),
    "data_visualization": DATA_VISUALIZATION,
    "alert": shape(
        {"text": text(200)}, {**_ID, "level": one_of("default", "info", "warning", "error", "success")}
    ),
    "file": shape({"external_id": string(255), "source": one_of("remote")}, _ID),
    "context_actions": shape({"elements": many(_of(("feedback_buttons", "icon_button")), 5)}, _ID),
    "card": _CARD,
    "carousel": shape({"elements": many(by_type({"card": _CARD}), 10)}, _ID),
}

_IN_CONTAINER = (
    "actions",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "table",
    "video",
)

BLOCKS: dict[str, Rule] = {
    **_PLAIN,
    "container": shape(
        {"child_blocks": many(by_type({name: _PLAIN[name] for name in _IN_CONTAINER}), 10)},
        {
            **_ID,
            "title": plain(150),
            "rich_text_title": by_type({"rich_text": RICH_TEXT_BLOCK}),
            "subtitle": text(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": by_type({"image": IMAGE}),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        then=at_least_one("title", "rich_text_title"),
    ),
}

# The blocks that Slack documents for some surfaces alone; every other may stand anywhere.
SURFACES: dict[str, frozenset[Surface]] = {
    "alert": frozenset({"modal"}),
    "card": frozenset({"message"}),
    "carousel": frozenset({"message"}),
    "context_actions": frozenset({"message"}),
    "data_visualization": frozenset({"message", "home"}),
    "file": frozenset({"message"}),
    "input": frozenset({"modal", "home"}),
    "markdown": frozenset({"message"}),
    "table": frozenset({"message"}),
}


def allowed_on(surface: Surface) -> Rule:
    """The rule for one block on a surface."""
    return by_type({name: rule for name, rule in BLOCKS.items() if surface in SURFACES.get(name, {surface})})
