"""The JSON that Slack shows of each thing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from deploy.sandbox.state.records import Channel, File, Json, Message, User, UserGroup, View
from deploy.sandbox.state.workspace import Workspace


def tz_offset(zone: str, epoch: float) -> int:
    """Seconds east of UTC at an instant."""
    offset = datetime.fromtimestamp(epoch, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def user(workspace: Workspace, person: User, *, with_email: bool) -> Json:
    """A user object; the address only for an app with ``users:read.email``."""
    profile: Json = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "title": person.title,
        "status_text": person.status_text,
        "status_emoji": person.status_emoji,
        "status_expiration": person.status_expiration,
        "team": workspace.team["id"],
    }
    if with_email and not person.is_bot:
        profile["email"] = person.email
    if person.id == workspace.app.bot_user:
        profile |= {"api_app_id": workspace.app.app_id, "bot_id": workspace.app.bot_id}
    shape: Json = {
        "id": person.id,
        "team_id": workspace.team["id"],
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.real_name,
        "profile": profile,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": person.updated,
    }
    if person.deleted:
        # Slack leaves these out for someone who was deactivated.
        return shape
    return shape | {
        "tz": person.tz,
        "tz_label": person.tz.rpartition("/")[2].replace("_", " "),
        "tz_offset": tz_offset(person.tz, workspace.clock()),
        "locale": person.locale,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
    }


def channel(workspace: Workspace, conversation: Channel) -> Json:
    """A conversation object as the app sees it."""
    bot = workspace.app.bot_user
    shape: Json = {
        "id": conversation.id,
        "created": conversation.created,
        "is_archived": False,
        "is_im": conversation.kind == "im",
        "is_mpim": False,
        "is_channel": conversation.kind == "channel",
        "is_group": conversation.kind == "private",
        "is_private": conversation.kind != "channel",
        "context_team_id": workspace.team["id"],
        "is_org_shared": False,
    }
    if conversation.kind == "im":
        others = [member for member in conversation.members if member != bot]
        other = others[0] if others else bot
        return shape | {"user": other, "is_user_deleted": workspace.users[other].deleted}
    return shape | {
        "name": conversation.name,
        "name_normalized": conversation.name,
        "creator": conversation.creator,
        "is_member": bot in conversation.members,
        "is_general": conversation.name == "general",
        "num_members": len(conversation.members),
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def message(workspace: Workspace, item: Message) -> Json:
    """A message object as in a history, an event or an answer."""
    app = workspace.app
    shape: Json = {
        "type": "message",
        "user": item.user,
        "text": item.text,
        "ts": item.ts,
        "team": workspace.team["id"],
    }
    if item.by_app:
        shape |= {"bot_id": app.bot_id, "app_id": app.app_id}
        shape["bot_profile"] = {
            "id": app.bot_id,
            "app_id": app.app_id,
            "name": app.name,
            "deleted": False,
            "team_id": workspace.team["id"],
        }
    optional: Json = {
        "username": item.username,
        "blocks": item.blocks,
        "attachments": item.attachments,
        "edited": item.edited,
        "metadata": item.metadata,
        "thread_ts": item.thread_ts,
        "subtype": item.subtype,
        "files": [file(workspace, workspace.files[f]) for f in item.files],
        "reactions": [{"name": n, "users": u, "count": len(u)} for n, u in item.reactions.items()],
    }
    shape |= {key: value for key, value in optional.items() if value}
    return shape | _thread(workspace, item)


def _thread(workspace: Workspace, item: Message) -> Json:
    """What a root adds about its replies, and a reply about its root."""
    conversation = workspace.channels[item.channel]
    if item.thread_ts and item.thread_ts != item.ts:
        root = conversation.messages.get(item.thread_ts)
        return {"parent_user_id": root.user} if root else {}
    replies = conversation.replies.get(item.ts)
    if not replies:
        return {}
    writers = [conversation.messages[ts].user for ts in replies]
    return {
        "thread_ts": item.ts,
        "reply_count": len(replies),
        "reply_users": list(dict.fromkeys(writers)),
        "reply_users_count": len(set(writers)),
        "latest_reply": replies[-1],
    }


def view(workspace: Workspace, item: View) -> Json:
    """A view object as in an answer or a payload."""
    body = item.body
    shape: Json = {
        "id": item.id,
        "team_id": workspace.team["id"],
        "type": body["type"],
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata") or "",
        "callback_id": body.get("callback_id") or "",
        "external_id": body.get("external_id") or "",
        "state": {"values": item.values},
        "hash": item.hash,
        "title": body.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(body.get("clear_on_close")),
        "notify_on_close": bool(body.get("notify_on_close")),
        "submit": body.get("submit"),
        "close": body.get("close"),
        "previous_view_id": item.previous_id,
        "root_view_id": item.root_id,
        "app_id": workspace.app.app_id,
        "app_installed_team_id": workspace.team["id"],
        "bot_id": workspace.app.bot_id,
    }
    return shape


def file(workspace: Workspace, item: File) -> Json:
    """A file object; addresses are relative to wherever the sandbox listens."""
    address = f"{workspace.address}/files/{item.id}/{item.name}"
    return {
        "id": item.id,
        "created": item.created,
        "timestamp": item.created,
        "name": item.name,
        "title": item.title or item.name,
        "mimetype": item.mimetype,
        "filetype": item.name.rpartition(".")[2].lower() or "binary",
        "user": item.user,
        "size": item.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "alt_txt": item.alt_txt,
        "url_private": address,
        "url_private_download": address,
        "permalink": address,
        "channels": [c for c in item.channels if c.startswith("C")],
        "ims": [c for c in item.channels if c.startswith("D")],
        "groups": [],
    }


def group(workspace: Workspace, item: UserGroup, *, with_users: bool) -> Json:
    """A user group object."""
    shape: Json = {
        "id": item.id,
        "team_id": workspace.team["id"],
        "is_usergroup": True,
        "name": item.name,
        "description": "",
        "handle": item.handle,
        "is_external": False,
        "date_create": item.created,
        "date_update": item.created,
        "date_delete": 0,
        "user_count": len(item.members),
    }
    return shape | ({"users": item.members} if with_users else {})


def short_user(workspace: Workspace, user_id: str) -> dict[str, Any]:
    """The user as interaction payloads name them."""
    name = workspace.users[user_id].name
    return {"id": user_id, "username": name, "name": name, "team_id": workspace.team["id"]}
