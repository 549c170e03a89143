"""Rich text: sections, lists, quotes and preformatted text."""

from __future__ import annotations

from deploy.sandbox.blocks.rules import (
    Rule,
    anything,
    boolean,
    by_type,
    many,
    number,
    one_of,
    shape,
    string,
    whole,
)

_MOST = 1000  # Slack publishes no count; a message's character limit binds long before this one.

_STYLE = shape(
    optional=dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
    )
)
_STYLED: dict[str, Rule] = {"style": _STYLE}

PARTS: dict[str, Rule] = {
    "text": shape({"text": string()}, _STYLED),
    "link": shape({"url": string(3000)}, {**_STYLED, "text": string(None, 0), "unsafe": boolean}),
    "user": shape({"user_id": string()}, _STYLED),
    "usergroup": shape({"usergroup_id": string()}, _STYLED),
    "channel": shape({"channel_id": string()}, _STYLED),
    "team": shape({"team_id": string()}, _STYLED),
    "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _STYLED),
    "emoji": shape(
        {"name": string()}, {**_STYLED, "unicode": string(), "skin_tone": whole(1, 6), "url": anything}
    ),
    "date": shape(
        {"timestamp": number, "format": string()}, {**_STYLED, "url": string(3000), "fallback": string()}
    ),
    "color": shape({"value": string()}, _STYLED),
}

_PARTS = many(by_type(PARTS), _MOST, 0)
_SECTION = shape({"elements": _PARTS})

ELEMENTS: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_list": shape(
        {"elements": many(by_type({"rich_text_section": _SECTION}), _MOST), "style": one_of("bullet", "ordered")},
        {"indent": whole(0, 8), "offset": whole(0, 10_000), "border": whole(0, 1)},
    ),
    "rich_text_preformatted": shape({"elements": _PARTS}, {"border": whole(0, 1), "language": string()}),
    "rich_text_quote": shape({"elements": _PARTS}, {"border": whole(0, 1)}),
}

_FIELDS: dict[str, Rule] = {"elements": many(by_type(ELEMENTS), _MOST, 0)}

RICH_TEXT = by_type({"rich_text": shape(_FIELDS, {"block_id": string(255)})})
RICH_TEXT_BLOCK = shape(_FIELDS, {"block_id": string(255)})
