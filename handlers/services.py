"""What the handlers work with; the wiring in `bot` makes one of these."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from surveys.ballots.keys import ServingKeys
from surveys.bank.items import QuestionBank
from surveys.clock import Clock
from surveys.outbox import Place
from surveys.rounds.schedule import Schedule
from surveys.storage.database import Database


@dataclass(frozen=True)
class Services:
    """Database, keys and settings of the serving process. None of these can open a ballot.

    `schedule` is the main one: its times and its zone are the company's. `schedules` are all of them, those first
    that come first where two fall into one week. `outbox_filled` is called after something was written to the
    outbox, so that the sender need not wait; `change_soon` changes a message without writing down that it will.
    """

    database: Database
    keys: ServingKeys
    bank: QuestionBank
    schedule: Schedule
    schedules: Sequence[Schedule]
    clock: Clock
    smallest_group: int
    outbox_filled: Callable[[], None]
    change_soon: Callable[[Place, dict[str, Any]], None]

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self.clock.now()
