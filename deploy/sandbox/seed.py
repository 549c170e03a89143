"""What a workspace starts with: people, channels, user groups and the one app."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

DEFAULT_SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "dnd:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)

DEFAULT_EVENTS = (
    "app_home_opened",
    "app_mention",
    "member_joined_channel",
    "message.im",
    "team_join",
    "user_change",
)


class SeedError(ValueError):
    """The seed names something that does not exist or cannot be read."""


@dataclass(frozen=True)
class SeedUser:
    """A person, or another bot, of the workspace; ``tz`` is an IANA name."""

    name: str
    real_name: str
    email: str
    tz: str = "UTC"
    title: str = ""
    locale: str = "en-US"
    is_bot: bool = False
    deleted: bool = False
    status_text: str = ""
    status_emoji: str = ""
    status_expiration: int = 0
    dnd: bool = False
    id: str | None = None


@dataclass(frozen=True)
class SeedChannel:
    """A channel; members are user names or ids."""

    name: str
    members: tuple[str, ...] = ()
    is_private: bool = False
    app_in: bool = True
    id: str | None = None


@dataclass(frozen=True)
class SeedUserGroup:
    """A user group; members are user names or ids."""

    handle: str
    name: str
    members: tuple[str, ...] = ()
    id: str | None = None


@dataclass(frozen=True)
class SeedCommand:
    """A slash command of the app, as its manifest declares it."""

    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True)
class SeedApp:
    """The app under development, as its manifest describes it.

    Attributes:
        events: the subscribed bot events; an event whose scope is missing is not sent, as with Slack.
        request_url: None for Socket Mode, an address for signed HTTP.
        hears_itself: whether the app receives ``message`` events of its own posts, as it does from Slack;
            a large simulation can turn the echo off to save half the work.
    """

    name: str = "App"
    bot_name: str = "app"
    app_id: str = "A0SANDBOX01"
    bot_token: str = "xoxb-sandbox-bot"  # noqa: S105 (a token of the sandbox, worth nothing elsewhere)
    app_token: str = "xapp-sandbox-app"  # noqa: S105 (as above)
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105 (as above)
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    commands: tuple[SeedCommand, ...] = ()
    events: tuple[str, ...] = DEFAULT_EVENTS
    request_url: str | None = None
    hears_itself: bool = True


@dataclass(frozen=True)
class Seed:
    """A whole workspace to start from."""

    team_name: str = "Sandbox"
    team_domain: str = "sandbox"
    team_id: str = "T0SANDBOX01"
    app: SeedApp = field(default_factory=SeedApp)
    users: tuple[SeedUser, ...] = ()
    channels: tuple[SeedChannel, ...] = ()
    user_groups: tuple[SeedUserGroup, ...] = ()

    @classmethod
    def from_json(cls, path: str | Path) -> Seed:
        """Read a seed file whose keys are the field names of these classes.

        Raises:
            SeedError: the file is not JSON, or holds a key or shape that no field has.
        """
        try:
            raw = json.loads(Path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise SeedError(f"{path} is not JSON: {error}") from error
        if not isinstance(raw, dict):
            raise SeedError(f"{path} must hold one JSON object, with keys such as users and channels")
        app = dict(raw.pop("app", {}))
        app["commands"] = tuple(_build(SeedCommand, command) for command in app.get("commands", ()))
        parts = {
            "app": _build(SeedApp, app),
            "users": tuple(_build(SeedUser, user) for user in raw.pop("users", ())),
            "channels": tuple(_build(SeedChannel, channel) for channel in raw.pop("channels", ())),
            "user_groups": tuple(_build(SeedUserGroup, group) for group in raw.pop("user_groups", ())),
        }
        return _build(cls, {**raw, **parts})


def example() -> Seed:
    """A small workspace for a first look, used when no seed is given on the command line."""
    people = (
        SeedUser("ada", "Ada Marlow", "ada@example.com", "Europe/London", "Engineer"),
        SeedUser("ben", "Ben Okafor", "ben@example.com", "America/New_York", "Designer"),
        SeedUser("chie", "Chie Tanaka", "chie@example.com", "Asia/Tokyo", "Product manager"),
    )
    names = tuple(person.name for person in people)
    return Seed(users=people, channels=(SeedChannel("general", names), SeedChannel("random", names, app_in=False)))


def _build(kind: type[T], fields: Mapping[str, Any]) -> T:
    """Construct a seed class from JSON, turning lists into tuples and naming a wrong key."""
    known = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if unknown := set(fields) - known:
        raise SeedError(f"{kind.__name__} has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()})
    except TypeError as error:
        raise SeedError(f"{kind.__name__}: {error}") from error
