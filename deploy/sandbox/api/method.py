"""What a Web API method is: its name, its permissions, its allowance and what it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.emulator import Emulator
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import Allowance
from deploy.sandbox.state.records import Channel, Json, User


class Arguments(dict[str, Any]):
    """A call's arguments as they came, from a form (all text) or from JSON."""

    def text(self, name: str, default: str = "") -> str:
        """A text argument.

        Raises:
            SlackError: it is a list or an object.
        """
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, dict | list):
            raise SlackError("invalid_arguments", f"must provide a string [json-pointer:/{name}]")
        return str(value)

    def required(self, name: str) -> str:
        """A text argument that must not be empty."""
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A yes or no."""
        value = self.get(name)
        return default if value is None else str(value).lower() in {"1", "true"}

    def whole(self, name: str, default: int, most: int) -> int:
        """A whole number from 0 to ``most``."""
        text = self.text(name)
        if not text:
            return default
        if not text.isdecimal() or int(text) > most:
            raise SlackError("invalid_limit" if name == "limit" else "invalid_arguments")
        return int(text)

    def structure(self, name: str) -> Any:
        """A list or object, from JSON text when the call came as a form; None when it is not there.

        Raises:
            ValueError: the text is not JSON.
        """
        value = self.get(name)
        if isinstance(value, str):
            return json.loads(value) if value.strip() else None
        return value


@dataclass(frozen=True)
class Call:
    """One call that may be made: the token fits and the scopes are there."""

    emulator: Emulator
    arguments: Arguments

    def needs(self, scope: str) -> None:
        """Refuse unless the app holds a scope that only this use of the method asks for."""
        held = self.emulator.workspace.app.scopes
        if scope not in held:
            raise SlackError("missing_scope", needed=scope, provided=",".join(held))

    def person(self, name: str = "user") -> User:
        """The user an argument names."""
        found = self.emulator.workspace.users.get(self.arguments.required(name))
        if found is None:
            raise SlackError("user_not_found")
        return found

    def channel(self, name: str = "channel") -> Channel:
        """The conversation an argument names, if the app can see it."""
        workspace = self.emulator.workspace
        found = workspace.channels.get(self.arguments.required(name))
        if found is None or (found.kind != "channel" and workspace.app.bot_user not in found.members):
            raise SlackError("channel_not_found")
        return found

    def page(self, items: list[Json], limit: int) -> tuple[list[Json], Json]:
        """One page of a list, and the metadata with the cursor of the next."""
        start = 0
        if cursor := self.arguments.text("cursor"):
            if not cursor.startswith("next:") or not cursor[5:].isdecimal():
                raise SlackError("invalid_cursor")
            start = int(cursor[5:])
        end = start + (limit or len(items))
        following = f"next:{end}" if end < len(items) else ""
        return items[start:end], {"next_cursor": following}


Act = Callable[[Call], Json]


@dataclass(frozen=True)
class Method:
    """A Web API method.

    Attributes:
        name: as in the address.
        act: does it and returns what stands beside ``ok`` in the answer.
        allowance: how often it may be called.
        scopes: any one of these is needed; none means that the token is enough.
        app_level: whether it takes the app-level token in place of the bot's.
    """

    name: str
    act: Act
    allowance: Allowance
    scopes: tuple[str, ...] = ()
    app_level: bool = False


READ_SCOPES = {"im": "im:read", "channel": "channels:read", "private": "groups:read"}
HISTORY_SCOPES = {"im": "im:history", "channel": "channels:history", "private": "groups:history"}
