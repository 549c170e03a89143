"""Answers: what an app's acknowledgement does to what a person sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from deploy.sandbox import forms
from deploy.sandbox.delivery.ack import Ack
from deploy.sandbox.emulator import Emulator
from deploy.sandbox.errors import SlackError
from deploy.sandbox.state.records import Channel, Json, View


def to_form(emulator: Emulator, view: View, ack: Ack) -> Ack:
    """Do with the modals what the app answered to a form."""
    return _obeyed(emulator, ack, lambda: _respond(emulator, view, ack.response))


def to_command(emulator: Emulator, user: str, channel: Channel, ack: Ack) -> Ack:
    """Show the message that the app answered to a command, if it did."""
    if not ack.response:
        return ack
    return _obeyed(emulator, ack, lambda: emulator.responses.answer(user, channel, ack.response))


def _obeyed(emulator: Emulator, ack: Ack, act: Callable[[], None]) -> Ack:
    """Act on an answer; one that breaks Slack's rules fails for the person, as in their client."""
    if not ack.ok:
        return ack
    try:
        with emulator.workspace.changing():
            act()
    except SlackError as error:
        return replace(ack, ok=False, error=error.code, response={**ack.response, "messages": error.messages})
    return ack


def _respond(emulator: Emulator, view: View, response: Json) -> None:
    modals = emulator.modals
    action = response.get("response_action")
    if action is None:
        if response:
            raise SlackError("invalid_response", "the body must be empty or have a response_action")
        modals.close(view)
    elif action == "errors":
        _check_errors(view, response.get("errors"))
    elif action == "clear":
        modals.clear(view.user)
    elif action == "update":
        modals.update(view, modals.checked(response.get("view"), surface="modal"))
    elif action == "push":
        modals.push(view.user, modals.checked(response.get("view"), surface="modal"))
    else:
        raise SlackError("invalid_response", f"unknown response_action {action}")


def _check_errors(view: View, errors: Any) -> None:
    """Errors must stand at inputs, or the client has nowhere to draw them."""
    inputs = {block["block_id"] for block, _ in forms.stateful(view.blocks) if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_response", "errors must name at least one input block")
    if strangers := set(errors) - inputs:
        raise SlackError("invalid_response", f"no input block is called {', '.join(sorted(strangers))}")
