"""``usergroups.*``: named sets of people."""

from __future__ import annotations

from deploy.sandbox.api.method import Call, Method
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import TIER_2
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Json


def list_(call: Call) -> Json:
    """All user groups."""
    workspace = call.emulator.workspace
    with_users = call.arguments.flag("include_users")
    return {"usergroups": [shapes.group(workspace, g, with_users=with_users) for g in workspace.groups.values()]}


def users_list(call: Call) -> Json:
    """The people of one group."""
    group = call.emulator.workspace.groups.get(call.arguments.required("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group.members}


METHODS = (
    Method("usergroups.list", list_, TIER_2, ("usergroups:read",)),
    Method("usergroups.users.list", users_list, TIER_2, ("usergroups:read",)),
)
