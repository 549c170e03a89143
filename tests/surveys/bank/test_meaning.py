"""An item's meaning never changes under the same id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from surveys.ballots.keys import MasterKey
from surveys.bank import meaning
from surveys.bank.items import QuestionBank, default_bank
from surveys.errors import ItemMeaningChanged, ItemStillAsked
from surveys.rounds import rounds
from surveys.storage.database import Database
from surveys.storage.tables import RoundRow
from tests.company import MONDAY, WEEKLY, close, morning, open_round, settle


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


def test_a_round_notes_what_it_asks_and_none_opens_with_another_meaning(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    first = open_round(database, master)
    with database.read() as session:
        assert meaning.check(session, [default_bank()[item_id] for item_id in first.item_ids]) == {}
    items = default_bank().items | {
        "trust_rules": replace(default_bank()["trust_rules"], wordings={"en": "I like the rules."})
    }
    week_on = MONDAY + timedelta(weeks=1)
    with pytest.raises(ItemMeaningChanged) as refused, database.work() as session:
        rounds.open_round(
            session,
            schedule=WEEKLY,
            bank=QuestionBank(list(items.values())),
            master=master,
            smallest_group=5,
            now=morning(week_on),
        )
    assert "I can rely on management" in str(refused.value)
    assert "an id of\nits own" in str(refused.value)
    with database.read() as session:
        assert [row.week_on for row in session.query(RoundRow)] == [MONDAY]


def test_an_item_stays_in_the_bank_until_the_round_that_asks_it_is_counted(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    asked = open_round(database, master)
    without = QuestionBank([item for item in default_bank().items.values() if item.id != "trust_rules"])
    with database.read() as session:
        meaning.check_open_rounds(session, default_bank())
        with pytest.raises(ItemStillAsked, match="trust_rules"):
            meaning.check_open_rounds(session, without)
    close(database, master, asked)
    with database.read() as session:
        meaning.check_open_rounds(session, without)
