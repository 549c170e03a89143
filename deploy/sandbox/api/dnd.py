"""``dnd.*``: who does not want to be disturbed."""

from __future__ import annotations

from deploy.sandbox.api.method import Call, Method
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import TIER_2, TIER_3
from deploy.sandbox.state.records import Json, User

_HOUR = 3600


def info(call: Call) -> Json:
    """One person's do-not-disturb."""
    return _state(call, call.person())


def team_info(call: Call) -> Json:
    """Several people's do-not-disturb."""
    workspace = call.emulator.workspace
    wanted = [user.strip() for user in call.arguments.required("users").split(",")]
    if len(wanted) > 50:
        raise SlackError("too_many_users")
    return {"users": {user: _state(call, workspace.users[user]) for user in wanted if user in workspace.users}}


def _state(call: Call, person: User) -> Json:
    now = call.emulator.workspace.now()
    if not person.dnd:
        return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
    # The sandbox knows that someone is undisturbed now, and not since when: an hour ago, for eight hours.
    return {"dnd_enabled": True, "next_dnd_start_ts": now - _HOUR, "next_dnd_end_ts": now + 7 * _HOUR}


METHODS = (
    Method("dnd.info", info, TIER_3, ("dnd:read",)),
    Method("dnd.teamInfo", team_info, TIER_2, ("dnd:read",)),
)
