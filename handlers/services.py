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
from surveys.settings import SettingsSource
from surveys.storage.database import Database


@dataclass(frozen=True)
class Services:
    """Database, keys and settings of the serving process. None of these can open a ballot.

    `outbox_filled` is called after something was written to the
    outbox, so that the sender need not wait; `change_soon` changes a message without writing down that it will.
    """

    database: Database
    keys: ServingKeys
    settings: SettingsSource
    clock: Clock
    outbox_filled: Callable[[], None]
    change_soon: Callable[[Place, dict[str, Any]], None]

    @property
    def schedule(self) -> Schedule:
        """The main schedule as it holds now: its times and its zone are the company's."""
        return self.settings.in_force.schedule

    @property
    def schedules(self) -> Sequence[Schedule]:
        """All of them, those first that come first where two fall into one week."""
        return self.settings.in_force.schedules

    @property
    def bank(self) -> QuestionBank:
        """The items, with those chosen by which stages are measured."""
        return self.settings.in_force.bank

    @property
    def smallest_group(self) -> int:
        """The smallest group from the next round on."""
        return self.settings.in_force.smallest_group

    @property
    def leaders_channel(self) -> str | None:
        """The channel that alerts go to, besides the leaders themselves."""
        return self.settings.in_force.leaders_channel

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self.clock.now()
