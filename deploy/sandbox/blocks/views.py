"""Views: modals and Home tabs that Slack would show."""

from __future__ import annotations

import json
from typing import Any

from deploy.sandbox.blocks.check import problems_in
from deploy.sandbox.blocks.layout import Surface
from deploy.sandbox.blocks.rules import Problems, Rule, anything, boolean, problem, shape, string
from deploy.sandbox.blocks.texts import plain
from deploy.sandbox.blocks.walk import nested_blocks
from deploy.sandbox.errors import SlackError
from deploy.sandbox.state.records import Json

LARGEST = 250_000

_COMMON: dict[str, Rule] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_SURFACES: dict[Surface, Rule] = {
    "modal": shape(
        {"title": plain(24), "blocks": anything},
        {
            **_COMMON,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": shape({"blocks": anything}, _COMMON),
}


def check_view(view: Any, surface: str) -> Json:
    """A view that passed.

    Raises:
        SlackError: ``invalid_arguments`` with what is wrong and where, or ``view_too_large``.
    """
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", "missing required field: view")
    kind: Surface = "home" if surface == "home" else "modal"
    if view.get("type") != kind:
        raise SlackError("invalid_arguments", f"unsupported type: {view.get('type')} [json-pointer:/view/type]")
    problems: Problems = []
    _SURFACES[kind](view, "/view", problems)
    problems += problems_in(view.get("blocks"), kind, "/view/blocks")
    if not problems and kind == "modal":
        _check_submit(view, problems)
    if problems:
        raise SlackError("invalid_arguments", *problems)
    if len(json.dumps(view)) > LARGEST:
        raise SlackError("view_too_large")
    return {name: value for name, value in view.items() if value is not None}


def _check_submit(view: Json, problems: Problems) -> None:
    """A form needs a button that sends it."""
    has_input = any(block["type"] == "input" for block in nested_blocks(view["blocks"]))
    if has_input and not view.get("submit"):
        problem(problems, "must define `submit` to use an `input` block in modals", "/view/submit")
