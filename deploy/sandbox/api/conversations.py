"""``conversations.*``: which there are, who is in them, opening and joining."""

from __future__ import annotations

from deploy.sandbox.api.method import READ_SCOPES, Call, Method
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import TIER_2, TIER_3, TIER_4
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Channel, Json, Kind

_ANY_READ = ("channels:read", "groups:read", "im:read")
_TYPES: dict[str, Kind | None] = {
    "public_channel": "channel",
    "private_channel": "private",
    "im": "im",
    "mpim": None,
}


def open_(call: Call) -> Json:
    """The direct message with a person, opened if need be."""
    workspace = call.emulator.workspace
    bot = workspace.app.bot_user
    if call.arguments.text("channel"):
        channel, known = call.channel(), True
        if channel.kind != "im":
            raise SlackError("channel_not_found")
    else:
        channel, known = _direct(call)
    if call.arguments.flag("return_im"):
        return {"no_op": known, "already_open": known, "channel": shapes.channel(workspace, channel)}
    opened: Json = {"channel": {"id": channel.id}}
    return opened | ({"no_op": True, "already_open": True} if known and bot in channel.members else {})


def _direct(call: Call) -> tuple[Channel, bool]:
    workspace = call.emulator.workspace
    named = call.arguments.get("users")
    users = named if isinstance(named, list) else str(named or "").split(",")
    users = [user.strip() for user in users if user.strip()]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("invalid_arguments", "the sandbox has no direct messages of several people")
    person = workspace.users.get(users[0])
    if person is None:
        raise SlackError("user_not_found")
    if person.is_bot:
        raise SlackError("cannot_dm_bot")
    if person.deleted:
        raise SlackError("user_disabled")
    return workspace.direct(workspace.app.bot_user, person.id)


def list_(call: Call) -> Json:
    """The conversations of the kinds asked for that the app can see."""
    workspace = call.emulator.workspace
    kinds = set()
    for name in call.arguments.text("types", "public_channel").split(","):
        if name.strip() not in _TYPES:
            raise SlackError("invalid_types")
        if (kind := _TYPES[name.strip()]) is not None:
            call.needs(READ_SCOPES[kind])
            kinds.add(kind)
    bot = workspace.app.bot_user
    seen = [
        shapes.channel(workspace, channel)
        for channel in workspace.channels.values()
        if channel.kind in kinds and (channel.kind == "channel" or bot in channel.members)
    ]
    page, metadata = call.page(seen, call.arguments.whole("limit", 100, 1000))
    return {"channels": page, "response_metadata": metadata}


def info(call: Call) -> Json:
    """One conversation."""
    channel = _readable(call)
    return {"channel": shapes.channel(call.emulator.workspace, channel)}


def members(call: Call) -> Json:
    """Who is in a conversation."""
    channel = _readable(call)
    page, metadata = call.page([{"id": m} for m in channel.members], call.arguments.whole("limit", 100, 1000))
    return {"members": [member["id"] for member in page], "response_metadata": metadata}


def join(call: Call) -> Json:
    """Come into a public channel."""
    workspace = call.emulator.workspace
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    shown: Json = {}
    if workspace.join(channel, workspace.app.bot_user):
        call.emulator.events.joined_channel(channel, workspace.app.bot_user)
    else:
        shown = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"channel": shapes.channel(workspace, channel), **shown}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.needs(READ_SCOPES[channel.kind])
    return channel


METHODS = (
    Method("conversations.open", open_, TIER_3, ("im:write",)),
    Method("conversations.list", list_, TIER_2, _ANY_READ),
    Method("conversations.info", info, TIER_3, _ANY_READ),
    Method("conversations.members", members, TIER_4, _ANY_READ),
    Method("conversations.join", join, TIER_3, ("channels:join",)),
)
