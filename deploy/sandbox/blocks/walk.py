"""Finding elements in blocks, and completing blocks as Slack stores them."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator

from deploy.sandbox.state.records import Json

# Where a block keeps the elements and blocks inside it.
_SINGLE = ("accessory", "element", "slack_icon_button")
_LISTS = ("elements", "actions", "child_blocks", "cards")


def nested_blocks(blocks: list[Json]) -> Iterator[Json]:
    """Every block, those inside containers and carousels included."""
    for block in blocks:
        yield block
        if block["type"] == "container":
            yield from nested_blocks(block.get("child_blocks", []))
        elif block["type"] == "carousel":
            yield from nested_blocks(block.get("elements", []))


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with the block that it stands in."""
    for block in nested_blocks(blocks):
        if block["type"] in {"container", "carousel", "rich_text", "context"}:
            continue
        inside = [block[key] for key in _SINGLE if key in block]
        inside += [element for key in _LISTS for element in block.get(key, [])]
        for element in inside:
            if "action_id" in element:
                yield block, element


def as_stored(blocks: list[Json]) -> list[Json]:
    """The blocks with the ids and defaults that Slack fills in."""
    stored = copy.deepcopy(blocks)
    for block in nested_blocks(stored):
        if not block.get("block_id"):
            block["block_id"] = _short_id()
        for key in _SINGLE:
            if isinstance(block.get(key), dict):
                _name(block[key])
        if block["type"] not in {"rich_text", "container", "carousel"}:
            for key in _LISTS:
                for element in block.get(key, []):
                    _name(element)
        _complete_text(block)
    return stored


def _name(element: Json) -> None:
    if element.get("type") not in {"image", "mrkdwn", "plain_text"} and not element.get("action_id"):
        element["action_id"] = _short_id()


def _complete_text(part: object) -> None:
    if isinstance(part, list):
        for item in part:
            _complete_text(item)
    elif isinstance(part, dict):
        if part.get("type") == "plain_text":
            part.setdefault("emoji", True)
        elif part.get("type") == "mrkdwn":
            part.setdefault("verbatim", False)
        else:
            for value in part.values():
                if isinstance(value, dict | list):
                    _complete_text(value)


def _short_id() -> str:
    return secrets.token_urlsafe(4)
