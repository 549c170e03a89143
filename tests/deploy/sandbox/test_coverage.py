"""The coverage tables say what the code does, no more and no less."""

from __future__ import annotations

from typing import get_args

from deploy.sandbox import coverage, forms
from deploy.sandbox.acts import _NO_STATE
from deploy.sandbox.api import METHODS
from deploy.sandbox.blocks.elements import ELEMENTS
from deploy.sandbox.blocks.layout import BLOCKS
from deploy.sandbox.delivery import payloads
from deploy.sandbox.delivery.ack import Kind
from deploy.sandbox.delivery.events import EVENT_SCOPES
from deploy.sandbox.seed import DEFAULT_EVENTS, DEFAULT_SCOPES


def test_methods() -> None:
    assert set(coverage.METHODS) == set(METHODS)


def test_events() -> None:
    assert set(coverage.EVENTS) == set(EVENT_SCOPES)
    assert set(DEFAULT_EVENTS) <= set(EVENT_SCOPES)


def test_interactions() -> None:
    built = {name for name in vars(payloads) if name in coverage.INTERACTIONS}
    assert built | {"slash_commands"} == set(coverage.INTERACTIONS)
    assert "slash_commands" in get_args(Kind)


def test_blocks_and_elements() -> None:
    assert set(coverage.BLOCKS) == set(BLOCKS)
    assert set(coverage.ELEMENTS) == set(ELEMENTS)


def test_every_element_either_holds_a_value_or_is_known_to_hold_none() -> None:
    assert set(ELEMENTS) == set(forms.STATE_KEYS) | _NO_STATE | {"image"}


def test_every_scope_that_is_asked_for_is_granted_by_default_or_special() -> None:
    asked = {scope for method in METHODS.values() for scope in method.scopes}
    asked |= {scope for scope in EVENT_SCOPES.values() if scope}
    assert asked <= set(DEFAULT_SCOPES)


def test_what_is_left_out_is_not_there() -> None:
    named = {name.strip() for names in coverage.LEFT_OUT for name in names.split(",")}
    assert not named & (set(METHODS) | set(BLOCKS) | set(ELEMENTS) | set(EVENT_SCOPES))
    assert not any(method.startswith(("bookmarks.", "pins.")) for method in METHODS)
