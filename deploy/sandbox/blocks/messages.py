"""Messages: text, blocks and metadata that Slack would take."""

from __future__ import annotations

import json
from typing import Any

from deploy.sandbox.blocks.check import problems_in
from deploy.sandbox.blocks.walk import nested_blocks
from deploy.sandbox.errors import SlackError
from deploy.sandbox.state.records import Json

LONGEST_TEXT = 40_000
LONGEST_BLOCKS = 13_200
LONGEST_MARKDOWN = 12_000
MOST_ATTACHMENTS = 100


def check_message(text: Any, blocks: Any, attachments: Any) -> tuple[str, list[Json]]:
    """The text and blocks of a message that passed.

    Raises:
        SlackError: with Slack's code for what is wrong.
    """
    if text is not None and not isinstance(text, str | int | float):
        raise SlackError("invalid_arguments", "must provide a string [json-pointer:/text]")
    words = "" if text is None else str(text)
    if blocks is not None and (not isinstance(blocks, list) or not all(isinstance(b, dict) for b in blocks)):
        raise SlackError("invalid_blocks_format")
    _check_attachments(attachments)
    if not words.strip() and not blocks and not attachments:
        raise SlackError("no_text")
    if len(words) > LONGEST_TEXT:
        # Slack cuts a longer text off; refusing it is the strict reading of the documented code.
        raise SlackError("msg_too_long")
    if blocks:
        if problems := problems_in(blocks, "message", "/blocks"):
            raise SlackError("invalid_blocks", *problems)
        _check_length(blocks)
    return words, blocks or []


def check_metadata(metadata: Any) -> Json:
    """Message metadata that passed.

    Raises:
        SlackError: it is not an event type with a flat enough payload.
    """
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if set(metadata) - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_schema", "must have event_type and event_payload alone")
    if not isinstance(event_type, str) or not event_type or len(event_type) > 255:
        raise SlackError("invalid_metadata_schema", "missing required field: event_type")
    if not isinstance(payload, dict):
        raise SlackError("invalid_metadata_schema", "missing required field: event_payload")
    if len(json.dumps(metadata)) > 16_000:
        raise SlackError("metadata_too_large")
    return metadata


def _check_attachments(attachments: Any) -> None:
    if attachments is None:
        return
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for index, attachment in enumerate(attachments):
        at = f"/attachments/{index}/blocks"
        if attachment.get("blocks") and (problems := problems_in(attachment["blocks"], "message", at)):
            raise SlackError("invalid_blocks", *problems)


def _check_length(blocks: list[Json]) -> None:
    """The whole message: markdown has a limit of its own, and the rest an undocumented one."""
    markdown = sum(len(block["text"]) for block in nested_blocks(blocks) if block["type"] == "markdown")
    if markdown > LONGEST_MARKDOWN:
        raise SlackError("msg_too_long")
    others = [block for block in blocks if block["type"] not in {"markdown", "table", "data_visualization"}]
    if _characters(others) > LONGEST_BLOCKS:
        raise SlackError("msg_blocks_too_long")


def _characters(part: Any) -> int:
    """The characters that a reader would see."""
    if isinstance(part, list):
        return sum(_characters(item) for item in part)
    if isinstance(part, dict):
        own = part.get("text")
        rest = sum(_characters(value) for key, value in part.items() if key != "text" or not isinstance(own, str))
        return rest + (len(own) if isinstance(own, str) else 0)
    return 0
