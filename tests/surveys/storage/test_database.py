"""The unit of work, the look, and what the databases are really set to."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from surveys.errors import SqliteTooOld
from surveys.storage.database import Database
from surveys.storage.tables import BallotRow, DiaryRow, DigestRow, KeyRow, OutboxRow, PersonRow, ToldRow, UnitRow
from tests.postgres import PostgresServer
from tests.surveys.stored import all_bytes

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


# -- what is gone is gone -------------------------------------------------------------------------------


def somebody(name: str) -> PersonRow:
    return PersonRow(
        id=f"{name}-person", email=f"{name}@x.example", name=f"The {name}", slack_id=f"U-{name}", unit_id="unit"
    )


def test_no_byte_is_left_of_somebody_whose_rows_were_deleted(
    database: Database, request: pytest.FixtureRequest
) -> None:
    data = None if database.is_sqlite else request.getfixturevalue("postgres_server").data
    add_units(database, "unit")
    names = [f"heron{number:04}" for number in range(300)]
    with database.work() as session:
        session.add_all(somebody(name) for name in names)
        session.add_all(outbox_row(f"to:{name}", NOON) for name in names)
        session.add_all(BallotRow(round_id="round", key=name.encode() * 3, sealed=bytes(6192)) for name in names)
    take_statistics(database)
    assert all_bytes(database, data).count(b"heron") > 1000
    with database.work() as session:
        for table in (PersonRow, OutboxRow, BallotRow):
            session.execute(delete(table))
    database.forget_freed_pages()
    assert b"heron" not in all_bytes(database, data)


def take_statistics(database: Database) -> None:
    """PostgreSQL does so by itself now and then."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT", orgpulse_read=True) as found:
        found.execute(text("ANALYZE"))


def test_postgresql_keeps_no_samples_of_what_is_to_be_gone(postgres_database: Database) -> None:
    add_units(postgres_database, "unit")
    with postgres_database.work() as session:
        session.add_all(somebody(f"heron{number}") for number in range(50))
        for number in range(50):
            key = bytes([number]) * 32
            session.add(BallotRow(round_id="round", key=key, sealed=key))
            session.add(DiaryRow(key=key, sealed=key))
            session.add(KeyRow(name=str(number), public_key=key, sealed_key=key))
    take_statistics(postgres_database)
    with postgres_database.read() as session:
        sampled = {tuple(row) for row in session.execute(text("SELECT tablename, attname FROM pg_stats"))}
    # It does take samples, of other columns.
    assert ("person", "active") in sampled
    assert not {(table, column) for table, column in sampled if table in {"ballot", "diary"}}
    assert not sampled & {("person", column) for column in ("id", "email", "name", "slack_id", "manager_email")}
    assert ("key", "sealed_key") not in sampled


@pytest.mark.parametrize("setting", ["log_statement = 'all'", "log_min_duration_statement = 100"])
def test_a_server_that_writes_statements_down_is_noticed(
    postgres_database: Database,
    postgres_server: PostgresServer,
    reopen: Callable[[Database], Database],
    setting: str,
) -> None:
    assert not postgres_database.logs_statements()
    name = postgres_database.url.database
    postgres_server.execute(f"ALTER DATABASE {name} SET {setting}")
    try:
        assert reopen(postgres_database).logs_statements()
    finally:
        postgres_server.execute(f"ALTER DATABASE {name} RESET ALL")


def test_sqlite_writes_no_statements_down(sqlite_database: Database) -> None:
    assert not sqlite_database.logs_statements()
