"""The app's registration: what its developer would read on Slack's settings pages."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.sandbox.seed import SeedCommand


@dataclass(frozen=True)
class AppConfig:
    """Identity, credentials and permissions of the one installed app.

    ``request_url`` is None for Socket Mode; an address means signed HTTP.
    """

    app_id: str
    name: str
    bot_user: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str
    scopes: tuple[str, ...]
    commands: tuple[SeedCommand, ...]
    events: tuple[str, ...]
    request_url: str | None = None
    hears_itself: bool = True
