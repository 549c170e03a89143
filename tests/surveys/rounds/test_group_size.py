"""The smallest group is raised or kept, never lowered below what was promised."""

from __future__ import annotations

import pytest

from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.errors import SmallestGroupLowered
from surveys.rounds import rounds
from surveys.rounds.group_size import smallest_group_allowed
from surveys.storage.database import Database
from tests.company import WEEKLY, morning, settle


def test_before_the_first_round_any_size_is_allowed(database: Database) -> None:
    with database.read() as session:
        assert smallest_group_allowed(session, 5) == 5
        assert smallest_group_allowed(session, 9) == 9


def test_what_a_round_promised_is_never_lowered_and_may_be_raised(database: Database, master: MasterKey) -> None:
    settle(database)
    with database.work() as session:
        opened = rounds.open_round(
            session, schedule=WEEKLY, bank=default_bank(), master=master, smallest_group=7, now=morning()
        )
    assert opened
    with database.read() as session:
        assert smallest_group_allowed(session, 7) == 7
        assert smallest_group_allowed(session, 8) == 8
        with pytest.raises(
            SmallestGroupLowered, match=r"(?s)smallest_group is 6, .* Write smallest_group = 7 or more"
        ):
            smallest_group_allowed(session, 6)
