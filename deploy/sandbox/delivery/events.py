"""Events: what the app subscribed to hear of."""

from __future__ import annotations

import secrets
from concurrent.futures import Future
from typing import Any

from deploy.sandbox.delivery.ack import Ack
from deploy.sandbox.delivery.courier import Courier, event_envelope
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Channel, Json, Message, User
from deploy.sandbox.state.workspace import Workspace

# The scope an app needs to be sent each event; None where Slack asks for none.
EVENT_SCOPES: dict[str, str | None] = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "team_join": "users:read",
    "user_change": "users:read",
}

_MESSAGE_EVENTS = {
    "im": ("message.im", "im"),
    "channel": ("message.channels", "channel"),
    "private": ("message.groups", "group"),
}


class Events:
    """Builds the events and sends those that the app may have."""

    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self._workspace = workspace
        self._courier = courier

    def wanted(self, name: str) -> bool:
        """Whether the app subscribed to an event and holds the scope for it."""
        app = self._workspace.app
        scope = EVENT_SCOPES[name]
        return name in app.events and (scope is None or scope in app.scopes)

    def send(self, name: str, event: Json) -> Future[Ack] | None:
        """Send an event; None when the app is not to have it."""
        if not self.wanted(name):
            return None
        app = self._workspace.app
        stamped = {"event_ts": self._workspace.stamp(), **event}
        return self._courier.report(
            event_envelope(
                app_id=app.app_id,
                team_id=self._workspace.team["id"],
                token=app.verification_token,
                bot_user=app.bot_user,
                event_id=f"Ev{secrets.token_hex(5).upper()}",
                event=stamped,
            )
        )

    def message(self, channel: Channel, message: Message) -> None:
        """A new message, and its mention of the app."""
        app = self._workspace.app
        if app.bot_user not in channel.members:
            return
        if message.by_app and not app.hears_itself:
            return
        name, channel_type = _MESSAGE_EVENTS[channel.kind]
        mentions = f"<@{app.bot_user}>" in message.text and channel.kind != "im" and not message.by_app
        if not (mentions or self.wanted(name)):
            return
        event = shapes.message(self._workspace, message) | {"channel": channel.id, "event_ts": message.ts}
        self.send(name, {**event, "channel_type": channel_type})
        if mentions:
            self.send("app_mention", {**event, "type": "app_mention"})

    def message_changed(self, channel: Channel, before: Json, message: Message) -> None:
        """A message was edited."""
        after = shapes.message(self._workspace, message)
        extra = {"message": after, "previous_message": before}
        self._altered("message_changed", channel, message, extra)

    def message_deleted(self, channel: Channel, before: Json, message: Message) -> None:
        """A message was taken away."""
        self._altered("message_deleted", channel, message, {"previous_message": before, "deleted_ts": message.ts})

    def _altered(self, subtype: str, channel: Channel, message: Message, extra: Json) -> None:
        app = self._workspace.app
        if app.bot_user not in channel.members or (message.by_app and not app.hears_itself):
            return
        name, channel_type = _MESSAGE_EVENTS[channel.kind]
        stamp = self._workspace.stamp()
        event = {"type": "message", "subtype": subtype, "channel": channel.id, "channel_type": channel_type}
        self.send(name, {**event, "ts": stamp, "event_ts": stamp, "hidden": True, **extra})

    def joined_channel(self, channel: Channel, user: str, *, inviter: str | None = None) -> None:
        """Someone, or the app itself, came into a channel that the app is in."""
        if self._workspace.app.bot_user not in channel.members:
            return
        kind = "C" if channel.kind == "channel" else "G"
        event = {"type": "member_joined_channel", "user": user, "channel": channel.id, "channel_type": kind}
        event |= {"inviter": inviter} if inviter else {}
        self.send("member_joined_channel", {**event, "team": self._workspace.team["id"]})

    def person(self, name: str, user: User) -> None:
        """Someone joined (``team_join``) or changed (``user_change``)."""
        with_email = "users:read.email" in self._workspace.app.scopes
        self.send(name, {"type": name, "user": shapes.user(self._workspace, user, with_email=with_email)})

    def reaction(self, channel: Channel, message: Message, user: str, name: str) -> None:
        """Someone reacted to a message."""
        if self._workspace.app.bot_user not in channel.members:
            return
        item = {"type": "message", "channel": channel.id, "ts": message.ts}
        event: dict[str, Any] = {"type": "reaction_added", "user": user, "reaction": name, "item": item}
        self.send("reaction_added", {**event, "item_user": message.user})
