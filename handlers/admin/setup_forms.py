"""What admins filled in, and what came with a view: read without trusting that it is whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.admin.setup_view import LED, NAMES, ROLES, WHO, Part
from handlers.ids import Action
from surveys.audit import Value
from surveys.errors import OrgpulseError

# What `private_metadata` holds, in characters.
METADATA = 3000


class StaleForm(OrgpulseError):
    """This form is out of date. Close it and type /orgpulse setup again."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be saved: values of settings, or somebody's roles as pairs of role and unit id."""

    values: Mapping[str, Value]
    person_id: str | None = None
    held: frozenset[tuple[str, str]] = frozenset()

    def as_text(self) -> str:
        """For the metadata of the view that asks once more; raises StaleForm when it is too long."""
        text = json.dumps([dict(self.values), self.person_id, sorted(self.held)])
        if len(text) > METADATA:
            raise StaleForm
        return text


def wish(text: str) -> Wish:
    """The same back again; raises StaleForm."""
    try:
        values, person_id, held = json.loads(text)
        return Wish(dict(values), person_id, frozenset((str(role), str(unit)) for role, unit in held))
    except (ValueError, TypeError) as problem:
        raise StaleForm from problem


def part_of(text: str) -> Part:
    """The part that a form or button is about; raises StaleForm."""
    try:
        return Part(text)
    except ValueError as problem:
        raise StaleForm from problem


def values_in(view: Mapping[str, Any], part: Part) -> dict[str, Value]:
    """What was chosen, by setting."""
    found: dict[str, Value] = {}
    for name, element in _elements(view).items():
        if name in NAMES[part]:
            chosen = _chosen(element)
            numeric = name in {"smallest_group", "reminders"}
            found[name] = int(chosen) if numeric and chosen and chosen.isdecimal() else chosen
    return found


def who_in(view: Mapping[str, Any]) -> str:
    """The Slack user who was chosen."""
    return _chosen(_elements(view).get(WHO, {})) or ""


def roles_in(view: Mapping[str, Any], *, own: str) -> set[tuple[str, str]]:
    """Pairs of role and unit id; `own` is the unit that somebody is in."""
    elements = _elements(view)
    held = {(role, own) for role in _several(elements.get(ROLES, {}))}
    for role in LED:
        held |= {(role.value, unit) for unit in _several(elements.get(role.value, {}))}
    return held


def _elements(view: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    values = view.get("state", {}).get("values", {})
    return {
        block_id: found[Action.SETUP_INPUT] for block_id, found in values.items() if Action.SETUP_INPUT in found
    }


def _chosen(element: Mapping[str, Any]) -> str | None:
    option = element.get("selected_option")
    if option:
        return str(option["value"])
    for key in ("selected_time", "selected_conversation", "selected_user", "value"):
        if element.get(key):
            return str(element[key]).strip()
    return None


def _several(element: Mapping[str, Any]) -> list[str]:
    return [str(option["value"]) for option in element.get("selected_options") or []]
