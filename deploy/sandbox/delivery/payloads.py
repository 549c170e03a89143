"""The payloads of interactions and commands, in Slack's exact shape."""

from __future__ import annotations

from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Channel, Json, Message, View
from deploy.sandbox.state.workspace import Workspace


def block_actions(workspace: Workspace, user: str, trigger_id: str, action: Json, where: Json) -> Json:
    """Someone used an element; ``where`` comes from ``in_message`` or ``in_view``."""
    return (
        _interaction(workspace, user, "block_actions") | {"trigger_id": trigger_id} | where | {"actions": [action]}
    )


def in_message(workspace: Workspace, channel: Channel, message: Message, user: str, response_url: str) -> Json:
    """The parts of a payload that say it came from a message."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    where: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": message.states.get(user, {})},
        "response_url": response_url,
    }
    # Slack sends no message with an action in an ephemeral one.
    return where if message.ephemeral_to else where | {"message": shapes.message(workspace, message)}


def in_view(workspace: Workspace, view: View) -> Json:
    """The parts of a payload that say it came from a modal or a Home tab."""
    return {"container": {"type": "view", "view_id": view.id}, "view": shapes.view(workspace, view)}


def view_submission(
    workspace: Workspace, user: str, trigger_id: str, view: View, response_urls: list[Json]
) -> Json:
    """Someone sent a modal's form."""
    return _interaction(workspace, user, "view_submission") | {
        "trigger_id": trigger_id,
        "view": shapes.view(workspace, view),
        "response_urls": response_urls,
    }


def view_closed(workspace: Workspace, view: View, *, is_cleared: bool) -> Json:
    """Someone closed a modal that asked to be told."""
    return _interaction(workspace, view.user, "view_closed") | {
        "view": shapes.view(workspace, view),
        "is_cleared": is_cleared,
    }


def slash_command(
    workspace: Workspace,
    user: str,
    channel: Channel,
    command: str,
    text: str,
    *,
    trigger_id: str,
    response_url: str,
) -> Json:
    """Someone typed a command; these travel as flat form fields."""
    return {
        "token": workspace.app.verification_token,
        "team_id": workspace.team["id"],
        "team_domain": workspace.team["domain"],
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": workspace.users[user].name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def channel_name(channel: Channel) -> str:
    """What payloads call a conversation."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def _interaction(workspace: Workspace, user: str, kind: str) -> Json:
    return {
        "type": kind,
        "team": {"id": workspace.team["id"], "domain": workspace.team["domain"]},
        "user": shapes.short_user(workspace, user),
        "api_app_id": workspace.app.app_id,
        "token": workspace.app.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }
