"""Answering: one sealed ballot a person, taken back on request, and joined to nobody by anything stored."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import OperationalError

from surveys.ballots.keys import MasterKey
from surveys.errors import RoundIsClosed
from surveys.rounds import answering, rounds
from surveys.storage.database import Database
from surveys.storage.tables import BallotRow, FigureRow, GroupRow, RoundRow
from tests.company import answer, close, decline, full_answers, morning, open_round, person, settle
from tests.surveys.stored import all_rows

NAMES = [f"alpha{number}" for number in range(1, 7)] + [f"beta{number}" for number in range(1, 8)]


def box(database: Database) -> dict[bytes, bytes]:
    with database.read() as session:
        return {row.key: row.sealed for row in session.scalars(select(BallotRow))}


def test_answering_again_overwrites_the_one_ballot(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    answer(database, master, week, "alpha1", full_answers(week, 1))
    before = box(database)
    assert len(before) == 1
    for value in (2, 3, 3):
        answer(database, master, week, "alpha1", full_answers(week, value))
    after = box(database)
    assert after.keys() == before.keys()
    assert after != before
    for name in NAMES[1:5]:
        answer(database, master, week, name, full_answers(week, 5))
    close(database, master, week)
    with database.read() as session:
        assert {(row.n, row.total) for row in session.scalars(select(FigureRow))} == {(5, 23.0)}


def test_declining_puts_in_a_blank_ballot_that_looks_like_any_other(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    for name in NAMES[:6]:
        answer(database, master, week, name, full_answers(week))
    kept = box(database)
    decline(database, master, week, "alpha1")
    blank = box(database)
    assert blank.keys() == kept.keys()
    assert len({len(sealed) for sealed in blank.values()}) == 1
    decline(database, master, week, "beta1")
    assert len(box(database)) == 7
    answer(database, master, week, "beta1", full_answers(week))
    close(database, master, week)
    with database.read() as session:
        assert {row.n for row in session.scalars(select(FigureRow))} == {6}
        assert session.scalars(select(GroupRow.answered)).one() == 6


def test_whether_somebody_is_done_is_known_by_the_index_key_alone(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    answer(database, master, week, "alpha1", full_answers(week))
    decline(database, master, week, "alpha2")
    foreign = MasterKey(secrets.token_bytes(32))
    with database.read() as session:
        for key, done in ((master, {"alpha1", "alpha2"}), (foreign, set())):
            found = {
                name
                for name in NAMES
                if answering.is_done(session, key.serving(), person(database, name), week.id)
            }
            assert found == done


def test_a_ballot_says_nothing_but_round_place_and_seal(database: Database) -> None:
    columns = {column["name"]: column for column in inspect(database.engine).get_columns("ballot")}
    assert set(columns) == {"round_id", "key", "sealed"}
    assert all(column.get("default") is None for column in columns.values())
    assert not inspect(database.engine).get_foreign_keys("ballot")
    assert not inspect(database.engine).get_indexes("ballot")
    assert {column["name"] for column in inspect(database.engine).get_columns("diary")} == {"key", "sealed"}


def test_all_ballots_are_of_one_length_whatever_was_answered(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    answer(database, master, week, "alpha1", {})
    answer(database, master, week, "alpha2", full_answers(week), comment="x" * 1000)
    answer(database, master, week, "beta1", {"overlay_hours": 1 / 3}, comment="😀" * 500, quotable=False)
    assert len({len(sealed) for sealed in box(database).values()}) == 1


def test_no_value_of_a_ballot_stands_with_any_person(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    for name in NAMES:
        answer(database, master, week, name, full_answers(week))
    ballots = box(database)
    assert len(ballots) == len(NAMES)
    with database.read() as session:
        for table in inspect(database.engine).get_table_names():
            if table == "ballot":
                continue
            for row in session.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 (our own tables)
                values = {bytes(value) for value in row if isinstance(value, bytes | memoryview)}
                written = repr(tuple(row))
                assert not values & ballots.keys()
                assert not any(key.hex() in written for key in ballots)


def test_on_sqlite_a_ballot_has_no_row_number(sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        sql = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'ballot'"))
        assert "WITHOUT ROWID" in str(sql)
        with pytest.raises(OperationalError, match="no such column: rowid"):
            session.execute(text("SELECT rowid FROM ballot"))


def test_on_postgresql_a_ballot_shares_its_transaction_with_nothing(
    postgres_database: Database, master: MasterKey
) -> None:
    settle(postgres_database)
    week = open_round(postgres_database, master)

    def transactions(table: str) -> set[str]:
        with postgres_database.read() as session:
            rows = session.execute(text(f"SELECT xmin::text, xmax::text FROM {table}"))  # noqa: S608 (ours)
            return {number for row in rows for number in row} - {"0"}

    for name in NAMES:
        answer(postgres_database, master, week, name, full_answers(week))
    decline(postgres_database, master, week, "alpha1")
    answer(postgres_database, master, week, "alpha2", full_answers(week, 1))
    ballots = transactions("ballot")
    assert len(ballots) == len(NAMES)
    # The round is locked, by all alike; it names nobody.
    others = set(inspect(postgres_database.engine).get_table_names()) - {"ballot", "round"}
    assert not ballots & set().union(*(transactions(table) for table in others))


def test_taking_a_ballot_back_leaves_the_row_of_nobody_else_and_no_trace(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = open_round(database, master)
    answer(database, master, week, "alpha2", full_answers(week))
    before = all_rows(database)
    answer(database, master, week, "alpha1", full_answers(week))
    with database.work() as session:
        answering.take_back(session, master.serving(), person(database, "alpha1"), week.id)
    assert all_rows(database) == before


def test_a_late_answer_is_told_so_and_leaves_nothing_behind(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    who = person(database, "alpha1")
    with database.read() as session:
        pulse = rounds.pulse_of(session, who, round_id=week.id, now=morning())
    close(database, master, week)
    # The modal was open while the round closed.
    for late in (pulse, replace(pulse, round=replace(week, id="nothing"))):
        with pytest.raises(RoundIsClosed):
            answering.put_ballot(
                database, master.serving(), who, late, answers={}, comment="too late", quotable=True
            )
    assert box(database) == {}
    with database.read() as session, pytest.raises(RoundIsClosed):
        rounds.pulse_of(session, who, round_id=week.id, now=morning())


def test_answers_that_come_while_the_round_is_counted_are_counted_or_told_late(
    database: Database, master: MasterKey, reopen: Callable[[Database], Database]
) -> None:
    settle(database)
    week = open_round(database, master)
    for name in NAMES[:6]:
        answer(database, master, week, name, full_answers(week))
    elsewhere = reopen(database)

    def late(name: str) -> bool:
        try:
            answer(elsewhere, master, week, name, full_answers(week))
        except RoundIsClosed:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        pending = [threads.submit(late, name) for name in NAMES[6:]]
        closing = threads.submit(close, database, master, week)
        in_time = sum(answered.result() for answered in pending)
        assert closing.result()
    assert box(database) == {}
    with database.read() as session:
        counted = session.scalars(select(FigureRow.n).where(FigureRow.item_id == "trust_rules")).all()
    assert sum(counted) == 6 + in_time


def test_what_a_person_answers_is_never_logged(
    database: Database, master: MasterKey, caplog: pytest.LogCaptureFixture
) -> None:
    settle(database)
    caplog.set_level("DEBUG")
    week = open_round(database, master)
    answer(database, master, week, "alpha1", full_answers(week), comment="the canary sings")
    close(database, master, week)
    assert "canary" not in caplog.text


def test_the_public_key_is_all_that_a_pulse_carries(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    with database.read() as session:
        row = session.scalars(select(RoundRow)).one()
    assert row.public_key == week.public_key
    assert row.sealed_key is not None
    assert not [name for name in vars(type(week))["__slots__"] if "sealed" in name or "private" in name]
