"""What the browser page shows to one person."""

from __future__ import annotations

from starlette.requests import Request

from deploy.sandbox.acts import Acts
from deploy.sandbox.blocks.pictures import with_addresses
from deploy.sandbox.emulator import Emulator
from deploy.sandbox.errors import ActError
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Channel, Json, Message, User


class PageReads:
    """The page's answers to GET, each for what that person may see."""

    def __init__(self, emulator: Emulator, acts: Acts) -> None:
        self._emulator = emulator
        self._workspace = emulator.workspace
        self._acts = acts

    def workspace(self, _: Request) -> Json:
        """The workspace, its app and its people."""
        app = self._workspace.app
        with self._workspace.changing():
            people = [self._person(person) for person in self._workspace.users.values()]
        return {
            "team": {"id": self._workspace.team["id"], "name": self._workspace.team["name"]},
            "app": {
                "id": app.app_id,
                "name": app.name,
                "bot_user": app.bot_user,
                "connected": app.request_url is not None or self._emulator.sockets.connected,
                "commands": [
                    {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
                    for c in app.commands
                ],
            },
            "people": people,
        }

    def person(self, request: Request) -> Json:
        """What one person has before them."""
        with self._workspace.changing():
            user = self._workspace.person(request.path_params["user"]).id
            conversations = [
                self._conversation(channel, user)
                for channel in self._workspace.channels.values()
                if channel.kind == "channel" or user in channel.members
            ]
            return {
                "user": user,
                "conversations": conversations,
                "views": with_addresses(self._acts.views(user), self._workspace.files),
                "home": with_addresses(self._acts.home(user), self._workspace.files),
                "now": self._workspace.clock(),
            }

    def messages(self, request: Request) -> Json:
        """The messages of a conversation."""
        with self._workspace.changing():
            user = self._workspace.person(request.path_params["user"]).id
            channel = self._workspace.conversation(request.query_params.get("channel", ""))
            if channel.kind != "channel" and user not in channel.members:
                raise ActError("channel_not_found", "There is no such conversation for this person.")
            return {
                "messages": [
                    self._message(channel, message)
                    for message in channel.messages.values()
                    if message.ephemeral_to in {None, user}
                ]
            }

    def _person(self, person: User) -> Json:
        plain = ("id", "name", "real_name", "title", "email", "tz", "is_bot", "deleted", "status_text")
        shown: Json = {name: getattr(person, name) for name in (*plain, "status_emoji", "dnd")}
        return shown | {"tz_offset": shapes.tz_offset(person.tz, self._workspace.clock())}

    def _conversation(self, channel: Channel, user: str) -> Json:
        others = [member for member in channel.members if member != user]
        other = (others[0] if others else user) if channel.kind == "im" else None
        is_member = user in channel.members
        seen = channel.read.get(user, "")
        visible = [m for m in channel.messages.values() if m.ephemeral_to in {None, user}]
        unread = sum(m.ts > seen and m.user != user for m in visible) if is_member else 0
        return {
            "id": channel.id,
            "kind": channel.kind,
            "name": channel.name or self._workspace.users[other or user].real_name,
            "other": other,
            "is_app_dm": other == self._workspace.app.bot_user,
            "unread": unread,
            "last_ts": visible[-1].ts if visible else None,
            "is_member": is_member,
        }

    def _message(self, channel: Channel, message: Message) -> Json:
        writer = self._workspace.users[message.user]
        files = [self._workspace.files[file_id] for file_id in message.files]
        return {
            "ts": message.ts,
            "user": message.user,
            "username": message.username or writer.real_name,
            "bot": writer.is_bot,
            "text": message.text,
            "blocks": with_addresses(message.blocks, self._workspace.files),
            "attachments": len(message.attachments),
            "edited": message.edited is not None,
            "thread_ts": message.thread_ts,
            "reply_count": len(channel.replies.get(message.ts, ())),
            "reactions": [{"name": name, "users": users} for name, users in message.reactions.items()],
            "files": [
                {
                    "id": file.id,
                    "name": file.name,
                    "mimetype": file.mimetype,
                    "url": f"/files/{file.id}/{file.name}",
                    "alt_txt": file.alt_txt,
                    "title": file.title or file.name,
                }
                for file in files
            ],
            "ephemeral": message.ephemeral_to is not None,
        }
