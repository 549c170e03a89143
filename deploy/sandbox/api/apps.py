"""``apps.*``: the app itself."""

from __future__ import annotations

from deploy.sandbox.api.method import Call, Method
from deploy.sandbox.limits import TIER_2
from deploy.sandbox.state.records import Json


def connections_open(call: Call) -> Json:
    """A one-time address for a Socket Mode connection."""
    workspace = call.emulator.workspace
    address = workspace.address.replace("http", "ws", 1)
    ticket = call.emulator.sockets.ticket()
    return {"url": f"{address}/link/?ticket={ticket}&app_id={workspace.app.app_id}"}


# Slack says tier 1, "once a minute and some bursts"; an app that opens its ten connections must get them.
METHODS = (Method("apps.connections.open", connections_open, TIER_2, app_level=True),)
