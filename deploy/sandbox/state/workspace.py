"""The workspace: one store under one lock."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from deploy.sandbox.errors import ActError
from deploy.sandbox.seed import Seed, SeedChannel, SeedError, SeedUser, SeedUserGroup
from deploy.sandbox.state.app import AppConfig
from deploy.sandbox.state.hints import Hint, Hints
from deploy.sandbox.state.records import Channel, File, Kind, Message, User, UserGroup, View


class Workspace:
    """Everything the sandbox remembers, changed only inside ``changing()``.

    Args:
        seed: what it starts with.
        clock: epoch seconds for message times; it may stand still or leap.
    """

    def __init__(self, seed: Seed, clock: Callable[[], float]) -> None:
        self.team = {"id": seed.team_id, "domain": seed.team_domain, "name": seed.team_name}
        self.clock = clock
        self.address = ""
        """Where the sandbox listens; known once it has started."""
        self.hints = Hints()
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.dms: dict[frozenset[str], str] = {}
        self.homes: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = {}
        self.files: dict[str, File] = {}
        self.groups: dict[str, UserGroup] = {}
        self._lock = threading.RLock()
        self._depth = 0
        self._due: list[Hint] = []
        self._counters: dict[str, Iterator[int]] = {}
        self._last_stamp = 0
        self.app = self._install(seed)
        for user in seed.users:
            self.add_user(user)
        for channel in seed.channels:
            self.add_channel(channel)
        for group in seed.user_groups:
            self.add_group(group)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock; listeners hear of what changed once the outermost holder has left."""
        due: list[Hint] = []
        try:
            with self._lock:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                    if not self._depth:
                        due, self._due = self._due, []
        finally:
            for hint in due:
                self.hints.tell(hint)

    def changed(self, what: str, **whom: Any) -> None:
        """Note a change for the listeners."""
        hint = {"what": what, **whom}
        if hint not in self._due:
            self._due.append(hint)

    def next_id(self, prefix: str) -> str:
        """A new id that looks like Slack's and is the same in every run."""
        with self._lock:
            counter = self._counters.setdefault(prefix, itertools.count(1))
            return f"{prefix}0SBX{next(counter):06d}"

    def stamp(self) -> str:
        """A unique, growing time mark for events and actions."""
        with self._lock:
            self._last_stamp = max(self._last_stamp + 1, int(self.clock() * 1_000_000))
            return f"{self._last_stamp // 1_000_000}.{self._last_stamp % 1_000_000:06d}"

    def message_ts(self, channel: Channel) -> str:
        """The next ts in a channel: unique and growing there even when the clock stands still."""
        channel.last_microsecond = max(channel.last_microsecond + 1, int(self.clock() * 1_000_000))
        return f"{channel.last_microsecond // 1_000_000}.{channel.last_microsecond % 1_000_000:06d}"

    def now(self) -> int:
        """The displayed time in whole epoch seconds."""
        return int(self.clock())

    # People ---------------------------------------------------------------------------------------

    def add_user(self, seed: SeedUser) -> User:
        """Let someone join; their name and address must be new."""
        with self.changing():
            if any(seed.name == u.name for u in self.users.values()):
                raise SeedError(f"two users have the name {seed.name}")
            if any(seed.email.lower() == u.email.lower() for u in self.users.values() if seed.email):
                raise SeedError(f"two people have the address {seed.email}")
            _check_zone(seed.name, seed.tz)
            user = User(
                id=seed.id or self.next_id("U"),
                name=seed.name,
                real_name=seed.real_name,
                email=seed.email,
                tz=seed.tz,
                title=seed.title,
                locale=seed.locale,
                is_bot=seed.is_bot,
                deleted=seed.deleted,
                status_text=seed.status_text,
                status_emoji=seed.status_emoji,
                status_expiration=seed.status_expiration,
                dnd=seed.dnd,
                updated=self.now(),
            )
            if user.id in self.users:
                raise SeedError(f"two users have the id {user.id}")
            self.users[user.id] = user
            self.changed("people")
            return user

    def change_user(self, user_id: str, **fields: Any) -> User:
        """Change what a profile says; deactivating someone also takes them out of their channels."""
        with self.changing():
            user = self.person(user_id)
            for name, value in fields.items():
                if name == "id" or not hasattr(user, name):
                    raise ActError("invalid_field", f"a user has no {name!r} to change")
                setattr(user, name, value)
            user.updated = self.now()
            if user.deleted:
                self.stacks.pop(user_id, None)
                for channel in self.channels.values():
                    if channel.kind != "im" and user_id in channel.members:
                        channel.members.remove(user_id)
            self.changed("people")
            return user

    def person(self, user_id: str) -> User:
        """The user of this id, or of this name.

        Raises:
            ActError: nobody has it.
        """
        if found := self.users.get(user_id):
            return found
        for user in self.users.values():
            if user.name == user_id:
                return user
        raise ActError("user_not_found", f"nobody here has the id or name {user_id!r}")

    # Conversations --------------------------------------------------------------------------------

    def add_channel(self, seed: SeedChannel) -> Channel:
        """Open a channel with its first members."""
        with self.changing():
            name = seed.name.lstrip("#")
            if any(name == other.name for other in self.channels.values() if other.kind != "im"):
                raise SeedError(f"two channels are called {name}")
            members = [self.person(member).id for member in seed.members]
            if seed.app_in:
                members.append(self.app.bot_user)
            kind: Kind = "private" if seed.is_private else "channel"
            creator = members[0] if members else self.app.bot_user
            channel = Channel(seed.id or self.next_id("C"), name, kind, creator, self.now(), members)
            self.channels[channel.id] = channel
            self.changed("conversations")
            return channel

    def direct(self, one: str, other: str) -> tuple[Channel, bool]:
        """The direct message of two people, and whether it stood already."""
        pair = frozenset((one, other))
        with self.changing():
            if known := self.dms.get(pair):
                return self.channels[known], True
            channel = Channel(self.next_id("D"), "", "im", one, self.now(), [one, other])
            self.channels[channel.id] = channel
            self.dms[pair] = channel.id
            for user in pair:
                self.changed("conversations", user=user)
            return channel, False

    def conversation(self, channel_id: str) -> Channel:
        """The channel of this id or name.

        Raises:
            ActError: there is none.
        """
        if found := self.channels.get(channel_id):
            return found
        name = channel_id.lstrip("#")
        for channel in self.channels.values():
            if channel.kind != "im" and channel.name == name:
                return channel
        raise ActError("channel_not_found", f"there is no conversation {channel_id!r}")

    def join(self, channel: Channel, user: str) -> bool:
        """Add a member; False when they were in already."""
        with self.changing():
            if user in channel.members:
                return False
            channel.members.append(user)
            self.changed("conversations", user=user)
            return True

    # Messages -------------------------------------------------------------------------------------

    def put_message(self, message: Message) -> Message:
        """Store a message under its ts and tell those who can see it."""
        with self.changing():
            channel = self.channels[message.channel]
            channel.messages[message.ts] = message
            if message.thread_ts and message.thread_ts != message.ts and message.ephemeral_to is None:
                channel.replies.setdefault(message.thread_ts, []).append(message.ts)
            self.message_changed(message)
            return message

    def message_changed(self, message: Message) -> None:
        """Tell those who can see a message that it is different now."""
        whom = {"user": message.ephemeral_to} if message.ephemeral_to else {}
        self.changed("messages", channel=message.channel, **whom)

    def remove_message(self, message: Message) -> None:
        """Take a message away, and out of its thread."""
        with self.changing():
            channel = self.channels[message.channel]
            channel.messages.pop(message.ts, None)
            if message.thread_ts in channel.replies and message.ts in channel.replies[message.thread_ts]:
                channel.replies[message.thread_ts].remove(message.ts)
            self.message_changed(message)

    # Files and groups -----------------------------------------------------------------------------

    def add_group(self, seed: SeedUserGroup) -> UserGroup:
        """Define a user group."""
        with self.changing():
            members = [self.person(member).id for member in seed.members]
            group = UserGroup(seed.id or self.next_id("S"), seed.handle, seed.name, members, self.now())
            self.groups[group.id] = group
            return group

    def _install(self, seed: Seed) -> AppConfig:
        given = seed.app
        bot = self.add_user(SeedUser(given.bot_name, given.name, "", is_bot=True))
        return AppConfig(
            app_id=given.app_id,
            name=given.name,
            bot_user=bot.id,
            bot_id=self.next_id("B"),
            bot_token=given.bot_token,
            app_token=given.app_token,
            signing_secret=given.signing_secret,
            verification_token="sandbox-verification",  # noqa: S106 (deprecated by Slack, still in payloads)
            scopes=given.scopes,
            commands=given.commands,
            events=given.events,
            request_url=given.request_url,
            hears_itself=given.hears_itself,
        )


def _check_zone(name: str, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise SeedError(f"{name} has the time zone {zone!r}; write an IANA name such as Europe/Berlin") from error
