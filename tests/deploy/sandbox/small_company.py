"""A small company to test against, and how to find one's way in it."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.socket_mode.client import BaseSocketModeClient

from deploy.sandbox import Sandbox, Seed, SeedApp, SeedChannel, SeedCommand, SeedUser, SeedUserGroup
from deploy.sandbox.seed import DEFAULT_EVENTS

PEOPLE = (
    SeedUser("ada", "Ada Marlow", "ada@example.com", "Europe/London", "Engineer"),
    SeedUser("ben", "Ben Okafor", "ben@example.com", "America/New_York", dnd=True),
    SeedUser("cyd", "Cyd Reyes", "cyd@example.com", "Asia/Tokyo"),
    SeedUser("gone", "Gone Away", "gone@example.com", "UTC", deleted=True),
    SeedUser("robot", "Another Bot", "", "UTC", is_bot=True),
)
CHANNELS = (
    SeedChannel("general", ("ada", "ben")),
    SeedChannel("random", ("ada", "ben", "cyd"), app_in=False),
    SeedChannel("secret", ("ada",), is_private=True),
    SeedChannel("hidden", ("ben",), is_private=True, app_in=False),
)
EVENTS = (*DEFAULT_EVENTS, "message.channels", "message.groups", "reaction_added")


def seed(**app: object) -> Seed:
    """The test workspace, with what a test wants different about the app."""
    settings = {"commands": (SeedCommand("/greet", "Say hello", "[name]"),), "events": EVENTS, **app}
    return Seed(
        app=SeedApp(**settings),
        users=PEOPLE,
        channels=CHANNELS,
        user_groups=(SeedUserGroup("leads", "Team leads", ("ada", "ben")),),
    )


def client(sandbox: Sandbox) -> WebClient:
    """The bot's client."""
    return WebClient(token=sandbox.app.bot_token, base_url=sandbox.api_url)


def user(sandbox: Sandbox, name: str) -> str:
    """A person's id by their name."""
    return next(person.id for person in sandbox.users if person.name == name)


def channel(sandbox: Sandbox, name: str) -> str:
    """A channel's id by its name."""
    return next(found.id for found in sandbox.channels if found.name == name)


def hang_up(sandbox: Sandbox, client: BaseSocketModeClient) -> None:
    """Close a Socket Mode client at once; by itself it sits out a read of three seconds first."""
    client.auto_reconnect_enabled = False
    sandbox.cut_sockets()
    try:
        client.close()
    except AttributeError:
        # Its reader closed the same socket at the same moment; the rest of closing is still to be done.
        client.close()
