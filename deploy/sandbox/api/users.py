"""``users.*``: who is in the workspace."""

from __future__ import annotations

from deploy.sandbox.api.method import Call, Method
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import TIER_2, TIER_3, TIER_4
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Json, User


def list_(call: Call) -> Json:
    """Everyone, deactivated people and bots included, page by page."""
    workspace = call.emulator.workspace
    people = [_shape(call, person) for person in workspace.users.values()]
    page, metadata = call.page(people, call.arguments.whole("limit", 0, 1000))
    return {"members": page, "cache_ts": workspace.now(), "response_metadata": metadata}


def info(call: Call) -> Json:
    """One person."""
    return {"user": _shape(call, call.person())}


def lookup_by_email(call: Call) -> Json:
    """The active person with an address."""
    email = call.arguments.required("email").strip().lower()
    for person in call.emulator.workspace.users.values():
        # Slack does not find deactivated people by their address.
        if person.email.lower() == email and not (person.deleted or person.is_bot):
            return {"user": _shape(call, person)}
    raise SlackError("users_not_found")


def get_presence(call: Call) -> Json:
    """Whether someone is there."""
    person = call.person()
    return {"presence": "away" if person.dnd or person.deleted else "active"}


def _shape(call: Call, person: User) -> Json:
    workspace = call.emulator.workspace
    shape = shapes.user(workspace, person, with_email="users:read.email" in workspace.app.scopes)
    if not call.arguments.flag("include_locale"):
        shape.pop("locale", None)
    return shape


METHODS = (
    Method("users.list", list_, TIER_2, ("users:read",)),
    Method("users.info", info, TIER_4, ("users:read",)),
    Method("users.lookupByEmail", lookup_by_email, TIER_3, ("users:read.email",)),
    Method("users.getPresence", get_presence, TIER_3, ("users:read",)),
)
