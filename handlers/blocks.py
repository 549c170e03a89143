"""Block Kit in short: the few blocks our messages are made of, cut to Slack's limits."""

import unicodedata
from typing import Any

Block = dict[str, Any]

# Slack's limits, in characters (shared with the tests through the sandbox, which enforces them).
SECTION, HEADER, BUTTON, CONTEXT = 3000, 150, 75, 2000

# Unicode categories of what is not seen: control, format, surrogate, private use.
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
# A line break, and the joiner that makes one emoji of several.
SEEN = frozenset({"\n", "\u200d"})


def escape(text: str) -> str:
    """Text of others inside our formatting: Slack's three control characters made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def printable(text: str) -> str:
    """Text without control characters and without marks that turn the direction of what follows."""
    kept = (character for character in text if character in SEEN or unicodedata.category(character) not in HIDDEN)
    return "".join(kept) or "\u2026"


def cut(text: str, most: int) -> str:
    """Text no longer than Slack takes."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def header(text: str) -> Block:
    """A title line."""
    return {"type": "header", "text": plain(text, HEADER)}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """A paragraph in Slack's formatting; what comes from people must be escaped, or be `quote`d."""
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION), "verbatim": True}}
    return block | ({"accessory": accessory} if accessory else {})


def quote(text: str) -> Block:
    """A comment, drawn as plain text so that no mention, link, emoji or formatting in it is live."""
    element = {"type": "text", "text": cut(printable(text), SECTION)}
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [element]}]}


def context(text: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(text, CONTEXT), "verbatim": True}]}


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def button(text: str, action_id: str, *, value: str = "", style: str | None = None) -> Block:
    """A button; `style` is None, "primary" or "danger"."""
    element: Block = {"type": "button", "text": plain(text, BUTTON), "action_id": action_id}
    if value:
        element["value"] = value
    if style:
        element["style"] = style
    return element


def actions(*elements: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def image(file_id: str, alt: str) -> Block:
    """A picture that was uploaded to Slack."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": cut(alt, CONTEXT)}


def table(rows: list[list[str]]) -> Block:
    """A table of plain text; the first row is its heading."""
    cells = [[{"type": "raw_text", "text": cell or "\u2013"} for cell in row] for row in rows]
    return {"type": "table", "rows": cells}


def plain(text: str, most: int = SECTION) -> Block:
    """A text object without any formatting and without emoji shortcuts."""
    return {"type": "plain_text", "text": cut(text, most), "emoji": False}
