"""Posting: one way in for every message, whoever writes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deploy.sandbox.blocks.pictures import unknown_pictures
from deploy.sandbox.blocks.walk import as_stored
from deploy.sandbox.delivery.events import Events
from deploy.sandbox.errors import SlackError
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Channel, Json, Message
from deploy.sandbox.state.workspace import Workspace


@dataclass(frozen=True)
class Draft:
    """What a message is to say, checked already."""

    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    username: str | None = None
    files: tuple[str, ...] = ()
    subtype: str | None = None


class Posts:
    """Writes, edits and removes messages, and reports them as events."""

    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events

    def write(self, channel: Channel, user: str, draft: Draft, *, ephemeral_to: str | None = None) -> Message:
        """Post a message; an ephemeral one is seen by one person and reported to nobody."""
        with self._workspace.changing():
            message = Message(
                ts=self._workspace.message_ts(channel),
                channel=channel.id,
                user=user,
                text=draft.text,
                blocks=self._stored(draft.blocks),
                attachments=draft.attachments,
                by_app=user == self._workspace.app.bot_user,
                username=draft.username,
                thread_ts=draft.thread_ts,
                metadata=draft.metadata,
                files=list(draft.files),
                ephemeral_to=ephemeral_to,
                subtype=draft.subtype,
            )
            if ephemeral_to is None:
                channel.read[user] = message.ts
            self._workspace.put_message(message)
        if ephemeral_to is None:
            self._events.message(channel, message)
        return message

    def edit(self, channel: Channel, message: Message, changes: dict[str, Any]) -> Message:
        """Change what a message says; ``changes`` are fields of a message."""
        with self._workspace.changing():
            before = shapes.message(self._workspace, message)
            if "blocks" in changes:
                changes = {**changes, "blocks": self._stored(changes["blocks"])}
                message.states.clear()
            for name, value in changes.items():
                setattr(message, name, value)
            if message.ephemeral_to is None:
                message.edited = {"user": message.user, "ts": self._workspace.stamp()}
            self._workspace.message_changed(message)
        if message.ephemeral_to is None:
            self._events.message_changed(channel, before, message)
        return message

    def remove(self, channel: Channel, message: Message) -> None:
        """Take a message away."""
        with self._workspace.changing():
            before = shapes.message(self._workspace, message)
            self._workspace.remove_message(message)
        if message.ephemeral_to is None:
            self._events.message_deleted(channel, before, message)

    def _stored(self, blocks: list[Json]) -> list[Json]:
        if unknown := unknown_pictures(blocks, self._workspace.files, "/blocks"):
            raise SlackError("invalid_blocks", *unknown)
        return as_stored(blocks)

    @staticmethod
    def thread_root(channel: Channel, thread_ts: str | None) -> str | None:
        """The ts under which a reply is kept.

        Raises:
            SlackError: ``thread_not_found``, where Slack would post into the void.
        """
        if not thread_ts:
            return None
        parent = channel.messages.get(thread_ts)
        if parent is None or parent.ephemeral_to is not None:
            raise SlackError("thread_not_found")
        return parent.thread_ts or parent.ts
