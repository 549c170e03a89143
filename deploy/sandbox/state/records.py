"""The things a workspace is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["im", "channel", "private"]


@dataclass
class User:
    """A person or a bot."""

    id: str
    name: str
    real_name: str
    email: str
    tz: str
    title: str = ""
    locale: str = "en-US"
    is_bot: bool = False
    deleted: bool = False
    status_text: str = ""
    status_emoji: str = ""
    status_expiration: int = 0
    dnd: bool = False
    updated: int = 0


@dataclass
class Message:
    """A message, or an ephemeral one when ``ephemeral_to`` names who sees it."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    by_app: bool = False
    username: str | None = None
    thread_ts: str | None = None
    edited: Json | None = None
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    ephemeral_to: str | None = None
    subtype: str | None = None
    states: dict[str, Json] = field(default_factory=dict)
    """What each person has chosen in the message's inputs so far: user id to ``state.values``."""


@dataclass
class Channel:
    """A conversation of any kind; a direct message has no name and two members."""

    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    replies: dict[str, list[str]] = field(default_factory=dict)
    """Root ts to the ts of its replies, oldest first."""
    read: dict[str, str] = field(default_factory=dict)
    last_microsecond: int = 0


@dataclass
class View:
    """A modal or a Home tab that someone has before them."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Json = field(default_factory=dict)
    """What the person has entered so far: block id to action id to element state."""

    @property
    def blocks(self) -> list[Json]:
        """The blocks that are drawn."""
        blocks: list[Json] = self.body["blocks"]
        return blocks


@dataclass
class File:
    """An uploaded file; ``content`` comes with the upload, ``completed`` turns true when the app finished it."""

    id: str
    name: str
    length: int
    user: str
    alt_txt: str = ""
    title: str = ""
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    created: int = 0
    completed: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass
class UserGroup:
    """A named set of people that can be mentioned together."""

    id: str
    handle: str
    name: str
    members: list[str] = field(default_factory=list)
    created: int = 0
