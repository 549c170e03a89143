"""The inbox: each thing is taken once, whoever takes it, and is forgotten in time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from surveys import inbox
from surveys.storage.database import Database
from surveys.storage.tables import InboxRow
from tests.surveys.stored import all_rows

NOW = datetime(2026, 9, 7, 8, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = inbox.event_key("Ev0AAAAAAA")


def take(database: Database, key: bytes, now: datetime = NOW) -> bool:
    with database.work() as session:
        return inbox.take(session, key, now=now)


def test_the_same_thing_is_taken_once(database: Database) -> None:
    assert take(database, KEY)
    assert not take(database, KEY)
    assert not take(database, KEY, NOW + 3 * HOUR)
    assert take(database, inbox.event_key("Ev0BBBBBBB"))


def test_what_was_rolled_back_was_not_taken(database: Database) -> None:
    def take_and_fail() -> None:
        with database.work() as session:
            inbox.take(session, KEY, now=NOW)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        take_and_fail()
    assert take(database, KEY)


def test_two_processes_that_take_at_once(database: Database, reopen: Callable[[Database], Database]) -> None:
    doors = [database, reopen(database), reopen(database), reopen(database)]
    keys = [inbox.event_key(f"Ev{number}") for number in range(25)]
    together = threading.Barrier(len(doors))

    def take_all(door: Database) -> list[bool]:
        taken = []
        for key in keys:
            together.wait(30)
            taken.append(take(door, key))
        return taken

    with ThreadPoolExecutor(len(doors)) as processes:
        answers = list(processes.map(take_all, doors))
    assert [sum(taken) for taken in zip(*answers, strict=True)] == [1] * len(keys)


def test_keys_of_events_and_of_requests_do_not_meet() -> None:
    keys = {
        inbox.event_key("v0=ab\n1"),
        inbox.request_key("v0=ab", "1"),
        inbox.request_key("v0=a", "b1"),
        inbox.request_key("v0=ab", "11"),
    }
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_forgetting_deletes_what_is_old_and_nothing_else(database: Database) -> None:
    for age in range(48):
        take(database, inbox.event_key(f"Ev{age}"), NOW - age * HOUR)
    with database.work() as session:
        assert inbox.forget(session, before=NOW - timedelta(days=1)) == 48 - 24
    with database.work() as session:
        assert inbox.forget(session, before=NOW - timedelta(days=1)) == 0
    assert not take(database, inbox.event_key("Ev23"))
    assert take(database, inbox.event_key("Ev24"))


def test_a_row_says_a_digest_and_an_hour_and_nothing_else_is_written(database: Database) -> None:
    before = all_rows(database)
    take(database, KEY, NOW)
    after = all_rows(database)
    assert [table for table in after if after[table] != before[table]] == ["inbox"]
    with database.read() as session:
        row = session.scalars(select(InboxRow)).one()
    assert (row.key, row.received_at) == (KEY, NOW.replace(minute=0, second=0))
