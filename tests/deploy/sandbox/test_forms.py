"""What a client checks before it sends a form."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.sandbox import forms
from tests.deploy.sandbox.block_examples import form


def fault(kind: str, value: Any, **fields: Any) -> str | None:
    block = form(kind, **fields)
    values = forms.filled([block], forms.initial([block]), {"in": value})
    return forms.faults_in([block], values).get("in")


@pytest.mark.parametrize(
    ("kind", "fields", "good", "bad"),
    [
        ("plain_text_input", {"max_length": 3}, "abc", "abcd"),
        ("plain_text_input", {"min_length": 3}, "abc", "ab"),
        ("number_input", {"max_value": "80"}, 80, 80.5),
        ("number_input", {"min_value": "0"}, "0", "-1"),
        ("number_input", {"is_decimal_allowed": False}, "7", "7.5"),
        ("number_input", {}, "7.5", "seven"),
        ("number_input", {}, "7", "NaN"),
        ("email_text_input", {}, "ada@example.com", "ada"),
        ("url_text_input", {}, "https://example.com", "example"),
        ("datepicker", {}, "2026-02-28", "2026-02-30"),
        ("timepicker", {}, "23:59", "24:00"),
        ("multi_static_select", {"max_selected_items": 1}, ["0"], ["0", "1"]),
    ],
)
def test_a_client_knows_a_good_entry_from_a_bad_one(
    kind: str, fields: dict[str, Any], good: Any, bad: Any
) -> None:
    assert fault(kind, good, **fields) is None
    assert fault(kind, bad, **fields)


def test_an_optional_entry_may_be_left_out() -> None:
    block = form()
    assert forms.faults_in([block], forms.initial([block])) == {"in": "Please complete this required field."}
    assert forms.faults_in([{**block, "optional": True}], forms.initial([block])) == {}


def test_initial_values_count_as_entries() -> None:
    block = form("radio_buttons")
    values = forms.initial([block])
    assert values["in"]["radio_buttons"]["selected_option"]["value"] == "3"
    assert forms.faults_in([block], values) == {}


def test_slacks_own_shapes_are_taken_as_they_are() -> None:
    block = form("checkboxes")
    own = {"in": {"checkboxes": {"type": "checkboxes", "selected_options": [{"value": "1"}]}}}
    values = forms.filled([block], forms.initial([block]), own)
    chosen = values["in"]["checkboxes"]["selected_options"]
    assert [option["text"]["text"] for option in chosen] == ["1"]
    emptied = forms.filled([block], values, {"checkboxes": []})
    assert emptied["in"]["checkboxes"]["selected_options"] == []


def test_rich_text_from_plain_words() -> None:
    block = form("rich_text_input")
    values = forms.filled([block], forms.initial([block]), {"in": "words"})
    entered = values["in"]["rich_text_input"]["rich_text_value"]
    assert entered["elements"][0]["elements"] == [{"type": "text", "text": "words"}]
