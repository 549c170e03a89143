"""The unit of work, the look, and what the databases are really set to."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from surveys.errors import SqliteTooOld
from surveys.storage.database import Database
from surveys.storage.tables import DigestRow, OutboxRow, PersonRow, ToldRow, UnitRow

NOON = datetime(2026, 10, 25, 12, 0, 0, 123456, tzinfo=UTC)


def add_units(database: Database, *unit_ids: str) -> None:
    with database.work() as session:
        session.add_all(UnitRow(id=unit_id, name=unit_id, parent_id=None) for unit_id in unit_ids)


def unit_ids(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(UnitRow.id)))


def outbox_row(key: str, due_at: datetime) -> OutboxRow:
    return OutboxRow(key=key, kind="post", recipient="U1", payload={"text": "ö"}, state="waiting", due_at=due_at)


def test_a_unit_of_work_commits_when_it_ends(database: Database) -> None:
    add_units(database, "a", "b")
    assert unit_ids(database) == {"a", "b"}


def test_a_unit_of_work_rolls_back_when_it_raises(database: Database) -> None:
    add_units(database, "a")

    def fail() -> None:
        with database.work() as session:
            session.add(UnitRow(id="b", name="B", parent_id=None))
            session.get_one(UnitRow, "a").name = "changed"
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert unit_ids(database) == {"a"}
    with database.read() as session:
        assert session.get_one(UnitRow, "a").name == "a"


def test_what_is_read_in_a_unit_of_work_can_be_used_after_it(database: Database) -> None:
    add_units(database, "a")
    with database.work() as session:
        row = session.get_one(UnitRow, "a")
    assert row.name == "a"


def test_a_look_does_not_wait_for_a_writer_and_sees_nothing_unfinished(database: Database) -> None:
    add_units(database, "a")
    with database.work() as session:
        session.add(UnitRow(id="b", name="B", parent_id=None))
        session.flush()
        seen: list[set[str]] = []
        looking = threading.Thread(target=lambda: seen.append(unit_ids(database)))
        looking.start()
        looking.join(10)
        assert seen == [{"a"}]
    assert unit_ids(database) == {"a", "b"}


def test_a_look_sees_one_moment(database: Database, reopen: Callable[[Database], Database]) -> None:
    add_units(database, "a")
    elsewhere = reopen(database)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(UnitRow)) == 1
        add_units(elsewhere, "b")
        assert session.scalar(select(func.count()).select_from(UnitRow)) == 1
    assert unit_ids(database) == {"a", "b"}


def test_writers_in_many_threads_and_processes_queue_up(
    database: Database, reopen: Callable[[Database], Database]
) -> None:
    processes = [database, reopen(database)]
    threads = [
        threading.Thread(target=add_units, args=(processes[number % 2], f"u{number}")) for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert unit_ids(database) == {f"u{number}" for number in range(12)}


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.work() as session:
        session.add(PersonRow(id="p", email="p@x.example", name="P", unit_id="nothing", active=True))
    with pytest.raises(IntegrityError), database.work() as session:
        session.add(ToldRow(release_id="nothing"))


def test_a_naive_datetime_is_refused(database: Database) -> None:
    with (
        pytest.raises(StatementError, match="naive datetime; pass an aware one in UTC"),
        database.work() as session,
    ):
        session.add(outbox_row("a", NOON.replace(tzinfo=None)))
    with pytest.raises(StatementError, match="naive datetime"), database.read() as session:
        session.scalars(select(OutboxRow).where(OutboxRow.due_at <= NOON.replace(tzinfo=None)))


def test_an_instant_comes_back_in_utc_whatever_zone_it_came_from(database: Database) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    with database.work() as session:
        session.add(outbox_row("a", NOON.astimezone(kathmandu)))
    with database.read() as session:
        row = session.scalars(select(OutboxRow)).one()
        assert row.due_at == NOON
        assert row.due_at.tzinfo is UTC
        assert row.leased_until is None
        assert session.scalar(select(OutboxRow.key).where(OutboxRow.due_at == NOON.astimezone(kathmandu))) == "a"
        assert session.scalar(select(OutboxRow.key).where(OutboxRow.due_at < NOON)) is None
        assert session.scalar(select(func.min(OutboxRow.due_at))) == NOON
        assert row.payload == {"text": "ö"}
        assert session.scalars(select(DigestRow)).all() == []


def test_sqlite_is_set_as_the_design_says(sqlite_database: Database) -> None:
    def pragma(name: str) -> object:
        with sqlite_database.read() as session:
            return session.scalar(text(f"PRAGMA {name}"))

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2
    assert pragma("secure_delete") == 1
    assert pragma("foreign_keys") == 1
    assert pragma("busy_timeout") == 30_000


def test_every_connection_of_sqlite_is_set_so(sqlite_database: Database) -> None:
    with sqlite_database.read() as one, sqlite_database.read() as other:
        assert one.connection().connection is not other.connection().connection
        for session in (one, other):
            assert session.scalar(text("PRAGMA secure_delete")) == 1


def test_a_second_writer_on_sqlite_cannot_begin_in_between(sqlite_database: Database) -> None:
    with sqlite_database.work() as session:
        session.execute(text("SELECT 1"))
        impatient = sqlite3.connect(str(sqlite_database.url.database), timeout=0)
        try:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                impatient.execute("BEGIN IMMEDIATE")
        finally:
            impatient.close()


def test_a_sqlite_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    with pytest.raises(SqliteTooOld, match=r"SQLite 3\.34\.1 is too old"):
        Database("sqlite:///never.db")


def test_a_look_on_postgresql_cannot_write(postgres_database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"), postgres_database.read() as session:
        session.execute(text("DELETE FROM unit"))
    add_units(postgres_database, "a")
    assert unit_ids(postgres_database) == {"a"}
