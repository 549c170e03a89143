"""``auth.*`` and ``team.*``: who is calling, and where."""

from __future__ import annotations

from deploy.sandbox.api.method import Call, Method
from deploy.sandbox.limits import SPECIAL, TIER_3
from deploy.sandbox.state.records import Json


def test(call: Call) -> Json:
    """The identity behind the token."""
    workspace = call.emulator.workspace
    app = workspace.app
    return {
        "url": f"{workspace.address}/",
        "team": workspace.team["name"],
        "user": workspace.users[app.bot_user].name,
        "team_id": workspace.team["id"],
        "user_id": app.bot_user,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def team_info(call: Call) -> Json:
    """The workspace."""
    return {"team": {**call.emulator.workspace.team, "email_domain": "", "icon": {}}}


METHODS = (
    Method("auth.test", test, SPECIAL),
    Method("team.info", team_info, TIER_3, ("team:read",)),
)
