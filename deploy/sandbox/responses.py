"""``response_url``: answering an interaction without a token."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.blocks.messages import check_message
from deploy.sandbox.errors import SlackError
from deploy.sandbox.posts import Draft, Posts
from deploy.sandbox.state.records import Channel, Message
from deploy.sandbox.state.workspace import Workspace
from deploy.sandbox.timing import Timing

MOST_USES = 5


@dataclass
class _Grant:
    user: str
    channel: str
    message: Message | None
    until: float
    uses: int = 0


class ResponseUrls:
    """The addresses handed out, each good for five uses within half an hour."""

    def __init__(self, workspace: Workspace, posts: Posts, timing: Timing) -> None:
        self._workspace = workspace
        self._posts = posts
        self._lifetime = timing.response_url
        self._grants: dict[str, _Grant] = {}

    def issue(self, user: str, channel: Channel, message: Message | None = None) -> str:
        """A new address for what someone did in a conversation, perhaps to a message there."""
        token = secrets.token_urlsafe(18)
        now = time.monotonic()
        with self._workspace.changing():
            while self._grants and self._grants[oldest := next(iter(self._grants))].until < now - self._lifetime:
                del self._grants[oldest]
            self._grants[token] = _Grant(user, channel.id, message, now + self._lifetime)
        return f"{self._workspace.address}/response/{token}"

    def use(self, token: str, body: Any) -> None:
        """Do what an app posted to an address.

        Raises:
            SlackError: the address is unknown, used up or too old, or the message breaks a rule.
        """
        with self._workspace.changing():
            grant = self._grants.get(token)
            if grant is None:
                raise SlackError("no_such_url")
            if grant.until < time.monotonic():
                raise SlackError("expired_url")
            if grant.uses >= MOST_USES:
                raise SlackError("used_url")
            if not isinstance(body, dict):
                raise SlackError("invalid_payload")
            grant.uses += 1
            self._act(grant, body)

    def answer(self, user: str, channel: Channel, body: dict[str, Any]) -> None:
        """Show the message that an app put into its acknowledgement of a command."""
        self._act(_Grant(user, channel.id, None, 0), body)

    def _act(self, grant: _Grant, body: dict[str, Any]) -> None:
        channel = self._workspace.channels[grant.channel]
        target = grant.message
        if body.get("delete_original"):
            if target is None:
                raise SlackError("no_original_message")
            self._posts.remove(channel, target)
            return
        text, blocks = check_message(body.get("text"), body.get("blocks"), body.get("attachments"))
        # Slack replaces only when told so, and then only what the interaction came from.
        if target is not None and body.get("replace_original"):
            self._posts.edit(channel, target, {"text": text, "blocks": blocks})
            return
        thread = Posts.thread_root(channel, body.get("thread_ts"))
        draft = Draft(text, blocks, body.get("attachments") or [], thread_ts=thread)
        in_channel = body.get("response_type") == "in_channel"
        bot = self._workspace.app.bot_user
        self._posts.write(channel, bot, draft, ephemeral_to=None if in_channel else grant.user)
