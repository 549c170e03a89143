"""How a message's texts are drawn: what is bold, a link, a mention, an emoji, and what is plain.

The grammar is that of the sandbox's page (`deploy/sandbox/page/blocks/text.js`), and stricter where Slack is not
known: every word between two colons is an emoji.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# Styles that only what we write may have, and those that nothing may.
OURS = frozenset({"*", "_", "`"})
LIVE = frozenset({"mention", "link", "emoji", "~", "quote", "fence"})
# Directions are set apart in pairs; everything else that is not seen must not be there.
_ISOLATES = ("\u2068", "\u2069")
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2067\u206a-\u206f"
    "\u3164\u2800\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
# What is no space in JavaScript.
_SIGN = "[^\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
_TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`|<(?P<angle>[^<>\n]+)>"
    rf"|(?<![^\W_])(?P<mark>[*_~])(?={_SIGN})(?P<styled>[^\n]*?{_SIGN})(?P=mark)(?![^\W_])"
    r"|(?P<emoji>:[\w+'-]+:)"
)

Piece = tuple[frozenset[str], str]


def drawn(text: str) -> list[Piece]:
    """A mrkdwn string as pieces of text with the styles they have, in order."""
    pieces: list[Piece] = []
    for place, part in enumerate(re.split(r"```\n?([\s\S]*?)\n?```", text)):
        if place % 2:
            pieces.append((frozenset({"fence", "`"}), _plain(part)))
            continue
        for line in re.split(r"(?<=\n)", part):
            quoted = re.match(r"(?:&gt;|>) ?", line)
            styles = frozenset({"quote"}) if quoted else frozenset[str]()
            pieces += _inline(line[quoted.end() :] if quoted else line, styles)
    return _joined(pieces)


def _inline(text: str, styles: frozenset[str]) -> Iterator[Piece]:
    at = 0
    for match in _TOKEN.finditer(text):
        yield styles, _plain(text[at : match.start()])
        at = match.end()
        if match["code"] is not None:
            yield styles | {"`"}, _plain(match["code"])
        elif match["angle"] is not None:
            yield styles | {"mention" if match["angle"][0] in "@#!" else "link"}, _plain(match["angle"])
        elif match["emoji"] is not None:
            yield styles | {"emoji"}, match["emoji"]
        else:
            yield from _inline(match["styled"], styles | {match["mark"]})
    yield styles, _plain(text[at:])


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbours of the same style as one, and empty ones left out."""
    found: list[Piece] = []
    for styles, text in pieces:
        if found and found[-1][0] == styles:
            found[-1] = (styles, found[-1][1] + text)
        elif text:
            found.append((styles, text))
    return found


def texts(payload: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text of a message or view: where it stands, "mrkdwn" or "plain", and the text."""
    if isinstance(payload, list):
        for place, one in enumerate(payload):
            yield from texts(one, f"{path}/{place}")
    elif isinstance(payload, dict):
        kind = payload.get("type")
        for key, value in payload.items():
            if key in {
                "value",
                "action_id",
                "block_id",
                "private_metadata",
                "url",
                "png",
                "filename",
                "response_url",
            }:
                continue
            if isinstance(value, str):
                # The text beside the blocks is what a notification shows, and mrkdwn as well.
                live = (key == "text" and kind == "mrkdwn") or (path == "" and key == "text")
                yield f"{path}/{key}", "mrkdwn" if live else "plain", value
            else:
                yield from texts(value, f"{path}/{key}")


def disturbing(text: str) -> str | None:
    """What in a text that is shown is not seen or spills over; None when there is nothing of it."""
    if found := _UNSEEN.search(text):
        return f"U+{ord(found.group()):04X}"
    if re.search(r"[\u0300-\u036f\u0489\u0335-\u0338\u0e49]{5}", text):
        return "a flood of marks"
    depth = 0
    for sign in text:
        depth += (sign == _ISOLATES[0]) - (sign == _ISOLATES[1])
        if depth < 0:
            break
    return None if depth == 0 else "a direction that is not ended"


def faults(payload: Any) -> list[str]:
    """What is wrong with a message or view: text that disturbs what is around it, or is live in a wrong way."""
    found = []
    for path, kind, text in texts(payload):
        if wrong := disturbing(text):
            found.append(f"{path} has {wrong}")
        if kind == "mrkdwn":
            live = {style for styles, _ in drawn(text) for style in styles & LIVE}
            found += [f"{path} has a live {style}: {text[:80]!r}" for style in sorted(live)]
    found += [f"{path} is drawn with emoji" for path in _with_emoji(payload)]
    found += [f"a piece of rich text of type {kind}" for kind in _rich_pieces(payload) if kind != "text"]
    return found


def _with_emoji(payload: Any, path: str = "") -> Iterator[str]:
    if isinstance(payload, dict):
        if payload.get("type") == "plain_text" and payload.get("emoji") is not False:
            yield path
        for key, value in payload.items():
            yield from _with_emoji(value, f"{path}/{key}")
    elif isinstance(payload, list):
        for place, one in enumerate(payload):
            yield from _with_emoji(one, f"{path}/{place}")


def _rich_pieces(payload: Any) -> Iterator[str]:
    """Types of the pieces inside rich text; a styled one is of type "styled"."""
    if isinstance(payload, dict):
        if str(payload.get("type", "")).startswith("rich_text_"):
            for piece in payload["elements"]:
                yield "styled" if piece.get("style") else str(piece["type"])
        else:
            for value in payload.values():
                yield from _rich_pieces(value)
    elif isinstance(payload, list):
        for one in payload:
            yield from _rich_pieces(one)
