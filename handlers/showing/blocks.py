"""Block Kit in short: the few blocks our messages are made of, cut to Slack's limits."""

import re
import unicodedata
from typing import Any

from surveys.legible import legible

Block = dict[str, Any]

# Slack's limits, in characters (shared with the tests through the sandbox, which enforces them).
SECTION, HEADER, BUTTON, CONTEXT, VALUE = 3000, 150, 75, 2000, 2000

# Slack knows no escape for its formatting, so in what others wrote it gives way to signs that look alike and mean
# nothing to it: operators and modifier letters. An underscore inside a word is no formatting.
_LOOK_ALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# Of two colons the first; and beside a name one that could be the first of two, for ours may come behind it.
_EMOJI = re.compile(r":(?=[^\s:]+:)")
_COLON = re.compile(r":(?!\s)")
# A line that begins so is a quotation.
_QUOTED = re.compile(r"(?m)^(\s*)>")
_FROM_RIGHT = frozenset({"R", "AL"})


def escape(text: str) -> str:
    """Text of others inside our formatting: nothing in it is live, and it turns nothing that stands beside it."""
    plain = _COLON.sub("\u2236", printable(text).translate(_LOOK_ALIKES))
    plain = _UNDERSCORE.sub("\u02cd", plain)
    plain = _QUOTED.sub("\\1\u203a", plain)
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if any(unicodedata.bidirectional(sign) in _FROM_RIGHT for sign in plain):
        # Set apart, or figures behind a Hebrew or Arabic name would be read from the right as well.
        return f"\u2068{plain}\u2069"
    return plain


def printable(text: str) -> str:
    """What others wrote as it can be read; three dots where there is nothing to see."""
    return legible(text) or "\u2026"


def cut(text: str, most: int) -> str:
    """Text no longer than Slack takes."""
    if len(text) <= most:
        return text
    short = text[: most - 1]
    if short.count("\u2068") > short.count("\u2069"):
        # The end of a name that was set apart went with the rest.
        short = f"{text[: most - 2]}\u2069"
    return f"{short}…"


def header(text: str) -> Block:
    """A title line."""
    return {"type": "header", "text": plain(text, HEADER)}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """A paragraph in Slack's formatting; what comes from people must be escaped, or be `quote`d."""
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION), "verbatim": True}}
    return block | ({"accessory": accessory} if accessory else {})


def quote(text: str) -> Block:
    """A comment, drawn as plain text so that no mention, link, emoji or formatting in it is live."""
    element = {"type": "text", "text": cut(_EMOJI.sub("\u2236", printable(text)), SECTION)}
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
        element["value"] = cut(value, VALUE)
    if style:
        element["style"] = style
    return element


def actions(*elements: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def image(file_id: str, alt: str) -> Block:
    """A picture that was uploaded to Slack."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": cut(printable(alt), CONTEXT)}


def table(rows: list[list[str]]) -> Block:
    """A table of plain text; the first row is its heading."""
    cells = [[{"type": "raw_text", "text": printable(cell) if cell else "\u2013"} for cell in row] for row in rows]
    return {"type": "table", "rows": cells}


def plain(text: str, most: int = SECTION) -> Block:
    """A text object without any formatting and without emoji shortcuts."""
    return {"type": "plain_text", "text": cut(printable(text), most), "emoji": False}
