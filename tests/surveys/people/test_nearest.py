"""The nearest match of something mistyped."""

import pytest

from surveys.people.nearest import nearest

KNOWN = ["ana@acme.example", "joe.diaz@acme.example"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("anna@acme.example", "ana@acme.example"),
        ("joe.dias@acme.example", "joe.diaz@acme.example"),
        ("ana@acme.exmaple", "ana@acme.example"),
        ("nobody@acme.example", None),
    ],
)
def test_an_address_is_near_by_what_stands_before_the_at(written: str, meant: str | None) -> None:
    assert nearest(written, KNOWN) == meant
