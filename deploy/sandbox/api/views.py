"""``views.*``: modals and Home tabs."""

from __future__ import annotations

from deploy.sandbox.api.method import Call, Method
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import TIER_4
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Json, View


def open_(call: Call) -> Json:
    """Put a modal before the person who just acted."""
    body = _body(call, "modal")
    trigger = call.emulator.triggers.exchange(call.arguments.required("trigger_id"))
    return _answer(call, call.emulator.modals.open(trigger.user, body))


def push(call: Call) -> Json:
    """Put a modal on top of the one that the person just acted in."""
    body = _body(call, "modal")
    trigger = call.emulator.triggers.exchange(call.arguments.required("trigger_id"))
    if trigger.view_id is None or call.emulator.modals.find(view_id=trigger.view_id) is None:
        # Slack wants a push to come from inside an open modal.
        raise SlackError("not_found")
    return _answer(call, call.emulator.modals.push(trigger.user, body))


def update(call: Call) -> Json:
    """Draw an open modal anew."""
    given = call.arguments
    modals = call.emulator.modals
    view = modals.find(view_id=given.text("view_id") or None, external_id=given.text("external_id") or None)
    if not given.text("view_id") and not given.text("external_id"):
        raise SlackError("invalid_arguments", "missing required field: view_id")
    if view is None:
        raise SlackError("not_found")
    body = _body(call, view.body["type"])
    return _answer(call, modals.update(view, body, given.text("hash") or None))


def publish(call: Call) -> Json:
    """Draw someone's Home tab."""
    person = call.person("user_id")
    if person.deleted or person.is_bot:
        raise SlackError("user_not_found")
    body = _body(call, "home")
    return _answer(call, call.emulator.modals.publish(person.id, body, call.arguments.text("hash") or None))


def _body(call: Call, surface: str) -> Json:
    try:
        given = call.arguments.structure("view")
    except ValueError:
        raise SlackError("invalid_arguments", "view is not JSON [json-pointer:/view]") from None
    return call.emulator.modals.checked(given, surface=surface)


def _answer(call: Call, view: View) -> Json:
    return {"view": shapes.view(call.emulator.workspace, view)}


METHODS = (
    Method("views.open", open_, TIER_4),
    Method("views.push", push, TIER_4),
    Method("views.update", update, TIER_4),
    Method("views.publish", publish, TIER_4),
)
