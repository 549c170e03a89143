"""``chat.*``: writing, editing and removing messages."""

from __future__ import annotations

import json
from typing import Any

from deploy.sandbox.api.method import Call, Method
from deploy.sandbox.blocks.messages import check_message, check_metadata
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import POSTS_PER_CHANNEL, POSTS_PER_WORKSPACE, SPECIAL, TIER_3, TIER_4
from deploy.sandbox.posts import Draft, Posts
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Channel, Json, Message


def post_message(call: Call) -> Json:
    """Write into a conversation, or to a person by their user id."""
    emulator = call.emulator
    channel = _destination(call)
    emulator.rates.spend(
        (("chat.postMessage", channel.id), POSTS_PER_CHANNEL), ("chat.postMessage", POSTS_PER_WORKSPACE)
    )
    message = emulator.posts.write(channel, emulator.workspace.app.bot_user, _draft(call, channel))
    shown = shapes.message(emulator.workspace, message)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(call: Call) -> Json:
    """Write something that only one person sees."""
    emulator = call.emulator
    channel = _destination(call)
    person = call.person()
    if person.id not in channel.members:
        raise SlackError("user_not_in_channel")
    bot = emulator.workspace.app.bot_user
    message = emulator.posts.write(channel, bot, _draft(call, channel), ephemeral_to=person.id)
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    """Change one of the app's own messages; blocks that are not given stay, as Slack documents."""
    channel, message = _own_message(call, "cant_update_message")
    given = call.arguments
    changes: dict[str, Any] = {}
    blocks = _structure(call, "blocks", "invalid_blocks_format")
    attachments = _structure(call, "attachments", "invalid_attachments")
    if given.get("text") is None and blocks is None and attachments is None:
        raise SlackError("no_text")
    kept = message.blocks if blocks is None else blocks
    text, checked = check_message(given.get("text") or "", kept, attachments or message.attachments)
    if given.get("text") is not None:
        changes["text"] = text
    if blocks is not None:
        changes["blocks"] = checked
    if attachments is not None:
        changes["attachments"] = attachments
    if (metadata := _metadata(call)) is not None:
        changes["metadata"] = metadata
    call.emulator.posts.edit(channel, message, changes)
    shown = shapes.message(call.emulator.workspace, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Call) -> Json:
    """Take one of the app's own messages away."""
    channel, message = _own_message(call, "cant_delete_message")
    call.emulator.posts.remove(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """A link to a message."""
    channel = call.channel()
    ts = call.arguments.required("message_ts")
    if ts not in channel.messages:
        raise SlackError("message_not_found")
    address = f"{call.emulator.workspace.address}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": address}


def _destination(call: Call) -> Channel:
    """Where a message goes: a conversation by id or name, or the direct message with a person."""
    workspace = call.emulator.workspace
    app = workspace.app
    name = call.arguments.required("channel")
    if person := workspace.users.get(name):
        if person.is_bot:
            raise SlackError("cannot_dm_bot")
        if person.deleted:
            # Documented for conversations.open; the strict reading is that a post fares no better.
            raise SlackError("user_disabled")
        channel, _ = workspace.direct(app.bot_user, person.id)
        return channel
    by_name = [c for c in workspace.channels.values() if c.kind != "im" and c.name == name.lstrip("#")]
    channel_or_none = workspace.channels.get(name) or (by_name[0] if by_name else None)
    if channel_or_none is None:
        raise SlackError("channel_not_found")
    channel = channel_or_none
    if app.bot_user not in channel.members:
        if channel.kind != "channel":
            raise SlackError("channel_not_found")
        if "chat:write.public" not in app.scopes:
            raise SlackError("not_in_channel")
    if channel.kind == "im" and any(workspace.users[member].deleted for member in channel.members):
        raise SlackError("user_disabled")
    return channel


def _draft(call: Call, channel: Channel) -> Draft:
    given = call.arguments
    attachments = _structure(call, "attachments", "invalid_attachments")
    blocks = _structure(call, "blocks", "invalid_blocks_format")
    text, checked = check_message(given.get("text"), blocks, attachments)
    if username := given.text("username") or None:
        call.needs("chat:write.customize")
    return Draft(
        text=text,
        blocks=checked,
        attachments=attachments or [],
        thread_ts=Posts.thread_root(channel, given.text("thread_ts")),
        metadata=_metadata(call),
        username=username,
    )


def _own_message(call: Call, refusal: str) -> tuple[Channel, Message]:
    channel = call.channel()
    message = channel.messages.get(call.arguments.required("ts"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    if not message.by_app:
        raise SlackError(refusal)
    return channel, message


def _structure(call: Call, name: str, refusal: str) -> Any:
    try:
        return call.arguments.structure(name)
    except json.JSONDecodeError:
        raise SlackError(refusal) from None


def _metadata(call: Call) -> Json | None:
    metadata = _structure(call, "metadata", "invalid_metadata_format")
    return None if metadata is None else check_metadata(metadata)


METHODS = (
    Method("chat.postMessage", post_message, SPECIAL, ("chat:write",)),
    Method("chat.postEphemeral", post_ephemeral, TIER_4, ("chat:write",)),
    Method("chat.update", update, TIER_3, ("chat:write",)),
    Method("chat.delete", delete, TIER_3, ("chat:write",)),
    Method("chat.getPermalink", get_permalink, SPECIAL),
)
