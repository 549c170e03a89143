"""An item's meaning never changes under the same id."""

from __future__ import annotations

from dataclasses import replace

import pytest

from surveys.bank import meaning
from surveys.bank.items import default_bank
from surveys.errors import ItemMeaningChanged
from surveys.storage.database import Database


def test_another_meaning_under_an_id_is_refused_and_a_translation_is_not(database: Database) -> None:
    item = default_bank()["overlay_hours"]
    with database.work() as session:
        meaning.keep(session, [item])
    with database.work() as session:
        meaning.keep(session, [item, default_bank()["trust_rules"]])
        meaning.keep(session, [replace(item, wordings={**item.wordings, "de": "Anders"}, hints={}, interval=4)])
        meaning.keep(session, [replace(item, follow_up=None)])
    assert item.follow_up is not None
    choices = {**item.follow_up.choices, "telesales": {"en": "Inside sales"}}
    for changed, said in (
        (replace(item, wordings={"en": "Hours lost"}), "Hours lost"),
        (replace(item, scale=default_bank()["customer_hours"].scale), "hours_won"),
        (
            replace(item, follow_up=replace(item.follow_up, choices=choices)),
            "overlay_hours:telesales was",
        ),
    ):
        with database.work() as session, pytest.raises(ItemMeaningChanged, match=said):
            meaning.check(session, [changed])
