"""``reactions.*``: emoji on messages."""

from __future__ import annotations

import re

from deploy.sandbox.api.method import Call, Method
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import TIER_2, TIER_3
from deploy.sandbox.state.records import Channel, Json, Message

EMOJI_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def add(call: Call) -> Json:
    """React to a message."""
    channel, message, name = _target(call)
    workspace = call.emulator.workspace
    users = message.reactions.setdefault(name, [])
    if workspace.app.bot_user in users:
        raise SlackError("already_reacted")
    users.append(workspace.app.bot_user)
    workspace.message_changed(message)
    if workspace.app.hears_itself:
        call.emulator.events.reaction(channel, message, workspace.app.bot_user, name)
    return {}


def remove(call: Call) -> Json:
    """Take the app's reaction back."""
    _, message, name = _target(call)
    workspace = call.emulator.workspace
    if workspace.app.bot_user not in message.reactions.get(name, []):
        raise SlackError("no_reaction")
    message.reactions[name].remove(workspace.app.bot_user)
    if not message.reactions[name]:
        del message.reactions[name]
    workspace.message_changed(message)
    return {}


def _target(call: Call) -> tuple[Channel, Message, str]:
    name = call.arguments.required("name").strip(":")
    if not EMOJI_NAME.fullmatch(name):
        raise SlackError("invalid_name")
    channel = call.channel()
    message = channel.messages.get(call.arguments.required("timestamp"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    if call.emulator.workspace.app.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel, message, name


METHODS = (
    Method("reactions.add", add, TIER_3, ("reactions:write",)),
    Method("reactions.remove", remove, TIER_2, ("reactions:write",)),
)
