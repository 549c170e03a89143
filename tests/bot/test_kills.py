"""A tick that is killed between any two statements, and two ticks at once: one round, one ask for each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import event, func, select

from bot.tick import Tick
from handlers.services import Services
from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.clock import MovableClock
from surveys.rounds import wishes
from surveys.rounds.rounds import open_pulse
from surveys.rounds.wishes import Later
from surveys.settings import InForce, Unchanging
from surveys.storage.database import Database
from surveys.storage.tables import OutboxRow, RoundRow
from tests.company import LONDON, MONDAY, WEEKLY, morning, person, settle

OPENS = WEEKLY.opens_at(MONDAY)
REMIND = WEEKLY.remind_at(MONDAY, LONDON)
STEPS = (OPENS, morning(), morning() + timedelta(hours=1), REMIND, WEEKLY.closes_at(MONDAY))
REPS = 13


class Killed(BaseException):
    """The process is gone: nothing in it catches this."""


@contextmanager
def killed_at(database: Database, statement: int) -> Iterator[None]:
    """Let the process die before the statement with this number, or before a commit, which counts as one."""
    seen = count(1)

    def stop(*_: object) -> None:
        if next(seen) == statement:
            raise Killed

    for name in ("before_cursor_execute", "commit"):
        event.listen(database.engine, name, stop)
    try:
        yield
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(database.engine, name, stop)


def tick(database: Database, master: MasterKey, now: datetime) -> Tick:
    """A new process's tick."""
    services = Services(
        database=database,
        keys=master.serving(),
        settings=Unchanging(InForce(WEEKLY, default_bank(), 5, (WEEKLY,))),
        clock=MovableClock(now),
        outbox_filled=lambda: None,
        change_soon=lambda *_: None,
    )
    return Tick(services, master)


def written(database: Database) -> Counter[str]:
    """How many messages of each kind there are."""
    with database.read() as session:
        return Counter(key.split(":")[1] for key in session.scalars(select(OutboxRow.key)))


def wish(database: Database, master: MasterKey) -> None:
    """Somebody asks to be asked again in an hour."""
    who = person(database, "alpha1")
    with database.work() as session:
        pulse = open_pulse(session, who, now=morning())
        assert pulse is not None
        wishes.later(session, master.serving(), who, pulse, Later.ONE_HOUR, schedule=WEEKLY, now=morning())


def test_a_tick_killed_between_any_two_statements_asks_nobody_twice_and_forgets_nobody(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    expected = Counter[str]()
    kills = 0
    for place, now in enumerate(STEPS[:-1]):
        if place == 2:
            wish(database, master)
        statement, through = 0, False
        while not through:
            statement += 1
            with killed_at(database, statement), suppress(Killed):
                tick(database, master, now).run()
                through = True
            kills += not through
            # What was written is all of a step, or nothing.
            assert set(written(database).values()) <= {1, REPS}
        expected += Counter([{}, {"ask": REPS}, {"again": 1}, {"remind": REPS}][place])
        assert written(database) == expected
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(RoundRow)) == 1
    assert kills > 60


def test_two_ticks_at_once_open_one_round_and_ask_everybody_once(
    postgres_database: Database, master: MasterKey, reopen: Callable[[Database], Database]
) -> None:
    database = postgres_database
    settle(database)
    processes = [database, reopen(database), reopen(database)]
    together = threading.Barrier(len(processes))

    def run(process: Database, now: datetime) -> None:
        together.wait()
        tick(process, master, now).run()

    for now in (OPENS, morning(), REMIND):
        with ThreadPoolExecutor(len(processes)) as threads:
            list(threads.map(run, processes, [now] * len(processes)))
    assert written(database) == {"ask": REPS, "remind": REPS}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(RoundRow)) == 1


@pytest.mark.parametrize("hours", [-48, -25, -1, 1, 25, 47])
def test_a_clock_that_leaps_after_the_ask_asks_nobody_again(
    database: Database, master: MasterKey, hours: int
) -> None:
    settle(database)
    for now in (OPENS, morning(), morning() + timedelta(hours=hours), morning() + timedelta(minutes=1)):
        tick(database, master, now).run()
    assert written(database)["ask"] == REPS
