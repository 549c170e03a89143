"""A strict emulation of Slack's platform, to develop and test apps against."""

from deploy.sandbox.delivery.ack import Ack
from deploy.sandbox.errors import ActError
from deploy.sandbox.seed import Seed, SeedApp, SeedChannel, SeedCommand, SeedError, SeedUser, SeedUserGroup
from deploy.sandbox.server import Sandbox
from deploy.sandbox.state.app import AppConfig
from deploy.sandbox.timing import Timing

__all__ = [
    "Ack",
    "ActError",
    "AppConfig",
    "Sandbox",
    "Seed",
    "SeedApp",
    "SeedChannel",
    "SeedCommand",
    "SeedError",
    "SeedUser",
    "SeedUserGroup",
    "Timing",
]
