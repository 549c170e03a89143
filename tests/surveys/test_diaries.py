"""Diaries: a row for every rep, all written anew at each close, and read with the master key alone."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select, text

from surveys import diaries
from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import DIARY_ROUNDS, Diary, quarter
from surveys.rounds.rounds import Round
from surveys.storage.database import Database
from surveys.storage.tables import DiaryRow, FigureRow, KeyRow
from tests.company import (
    MONDAY,
    answer,
    close,
    decline,
    erase,
    full_answers,
    import_roster,
    keep_diary,
    morning,
    open_round,
    person,
    roster_csv,
    settle,
)
from tests.surveys.stored import all_bytes

WEEK = timedelta(weeks=1)
TEAM = {"North / Alpha": 6}
NAMES = [f"alpha{number}" for number in range(1, 7)]


def stored(database: Database) -> dict[bytes, bytes]:
    with database.read() as session:
        return {row.key: row.sealed for row in session.scalars(select(DiaryRow))}


def key(database: Database, master: MasterKey, name: str, on: date) -> bytes:
    return master.serving().diary_key(quarter(on), person(database, name).id)


def diary(database: Database, master: MasterKey, name: str, on: date) -> list[tuple[date, dict[str, float]]]:
    with database.read() as session:
        return list(diaries.read(session, person(database, name), master=master, on=on).entries)


def live(
    database: Database, master: MasterKey, week_on: date, names: list[str] = NAMES, value: float = 4
) -> Round:
    week = open_round(database, master, week_on)
    for name in names:
        answer(database, master, week, name, {"trust_rules": value})
    close(database, master, week)
    return week


def test_after_a_close_every_rep_has_one_row_whatever_they_did(database: Database, master: MasterKey) -> None:
    settle(database, TEAM)
    keep_diary(database, master, "alpha4", MONDAY, keeps=False)
    week = open_round(database, master)
    for name in ("alpha1", "alpha2", "alpha4", "alpha5"):
        answer(database, master, week, name, full_answers(week))
    erase(database, master, week, "alpha2")
    decline(database, master, week, "alpha3")
    close(database, master, week)
    rows = stored(database)
    assert rows.keys() == {key(database, master, name, MONDAY) for name in NAMES}
    assert len({len(sealed) for sealed in rows.values()}) == 1
    kept = {name for name in NAMES if diary(database, master, name, MONDAY)}
    assert kept == {"alpha1", "alpha5"}


def test_every_close_writes_all_rows_anew(database: Database, master: MasterKey) -> None:
    settle(database, TEAM)
    live(database, master, MONDAY)
    before = stored(database)
    live(database, master, MONDAY + WEEK, names=NAMES[:1])
    after = stored(database)
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())


def test_on_postgresql_rows_lie_by_pseudonym_and_share_one_transaction(
    postgres_database: Database, master: MasterKey
) -> None:
    settle(postgres_database, TEAM)
    live(postgres_database, master, MONDAY)
    live(postgres_database, master, MONDAY + WEEK, names=NAMES[2:4])
    with postgres_database.read() as session:
        rows = session.execute(text("SELECT key, xmin::text FROM diary ORDER BY ctid")).all()
    lying = [bytes(row.key) for row in rows]
    assert lying == sorted(key(postgres_database, master, name, MONDAY) for name in NAMES)
    assert len({row.xmin for row in rows}) == 1


def test_a_diary_keeps_the_last_twelve_rounds_under_one_pseudonym_a_quarter(
    database: Database, master: MasterKey
) -> None:
    settle(database, TEAM)
    start = date(2026, 8, 3)
    for number in range(DIARY_ROUNDS + 2):
        week_on = start + number * WEEK
        live(database, master, week_on, value=1 + number % 5)
        assert stored(database).keys() == {key(database, master, name, week_on) for name in NAMES}
    last = start + (DIARY_ROUNDS + 1) * WEEK
    expected = [(start + n * WEEK, {"trust_rules": 1 + n % 5}) for n in range(2, DIARY_ROUNDS + 2)]
    for name in NAMES:
        assert diary(database, master, name, last) == expected


def test_what_is_older_than_half_a_year_goes(database: Database, master: MasterKey) -> None:
    settle(database, TEAM)
    live(database, master, date(2026, 1, 5))
    live(database, master, date(2026, 1, 12))
    live(database, master, date(2026, 4, 6), names=[])
    live(database, master, date(2026, 7, 13), names=["alpha1"], value=2)
    second = (date(2026, 1, 12), {"trust_rules": 4.0})
    assert diary(database, master, "alpha2", date(2026, 7, 13)) == [second]
    assert diary(database, master, "alpha1", date(2026, 7, 13)) == [
        second,
        (date(2026, 7, 13), {"trust_rules": 2.0}),
    ]


def test_erasing_empties_ones_own_diary_and_nobody_elses(database: Database, master: MasterKey) -> None:
    settle(database, TEAM)
    live(database, master, MONDAY)
    before = stored(database)
    week = open_round(database, master, MONDAY + WEEK)
    answer(database, master, week, "alpha1", {"trust_rules": 1})
    erase(database, master, week, "alpha1")
    after = stored(database)
    changed = {each for each in before.keys() | after.keys() if before.get(each) != after.get(each)}
    assert changed == {key(database, master, "alpha1", MONDAY)}
    assert len({len(sealed) for sealed in after.values()}) == 1
    assert diary(database, master, "alpha1", MONDAY + WEEK) == []
    answer(database, master, week, "alpha1", {"trust_rules": 3})
    close(database, master, week)
    assert diary(database, master, "alpha1", MONDAY + WEEK) == [(MONDAY + WEEK, {"trust_rules": 3.0})]
    assert diary(database, master, "alpha2", MONDAY + WEEK) == [(MONDAY, {"trust_rules": 4.0})]


def test_erasing_after_the_quarter_changed_reaches_the_old_row(database: Database, master: MasterKey) -> None:
    settle(database, TEAM)
    third, fourth = date(2026, 9, 28), date(2026, 10, 5)
    live(database, master, third)
    week = open_round(database, master, fourth)
    erase(database, master, week, "alpha1")
    assert stored(database).keys() == {key(database, master, name, third) for name in NAMES}
    assert diary(database, master, "alpha1", fourth) == []
    close(database, master, week)
    assert stored(database).keys() == {key(database, master, name, fourth) for name in NAMES}
    assert diary(database, master, "alpha1", fourth) == []
    assert diary(database, master, "alpha2", fourth) == [(third, {"trust_rules": 4.0})]


def test_whoever_switches_the_diary_off_is_counted_without_change(database: Database, master: MasterKey) -> None:
    settle(database, TEAM)
    live(database, master, MONDAY)
    keep_diary(database, master, "alpha1", MONDAY, keeps=False)
    week = open_round(database, master, MONDAY + 6 * WEEK)
    for name in NAMES:
        answer(database, master, week, name, {"trust_rules": 5})
    close(database, master, week)
    with database.read() as session:
        found = session.execute(
            select(FigureRow.n, FigureRow.change_n, FigureRow.change_total).where(FigureRow.change_n.is_not(None))
        ).one()
    assert tuple(found) == (6, 5, 5.0)
    assert diary(database, master, "alpha1", MONDAY + 6 * WEEK) == []


def test_a_diary_that_is_switched_off_while_the_round_is_open_does_not_get_this_weeks_answer(
    database: Database, master: MasterKey
) -> None:
    settle(database, TEAM)
    week = open_round(database, master)
    answer(database, master, week, "alpha1", {"trust_rules": 5})
    keep_diary(database, master, "alpha1", MONDAY, keeps=False)
    close(database, master, week)
    assert diary(database, master, "alpha1", MONDAY) == []
    keep_diary(database, master, "alpha1", MONDAY, keeps=True)
    live(database, master, MONDAY + WEEK)
    assert [on for on, _ in diary(database, master, "alpha1", MONDAY + WEEK)] == [MONDAY + WEEK]


@pytest.mark.parametrize("becomes", ["gone", "manager"])
def test_the_row_of_whoever_is_no_rep_any_more_goes_with_the_next_close(
    database: Database, master: MasterKey, becomes: str
) -> None:
    settle(database, TEAM)
    live(database, master, MONDAY)
    row = key(database, master, "alpha6", MONDAY)
    roster = roster_csv(TEAM, without=frozenset({"alpha6"} if becomes == "gone" else ()))
    if becomes == "manager":
        lines = roster.splitlines(keepends=True)
        roster = "".join(line.replace(",rep", ",manager") if "alpha6" in line else line for line in lines)
    import_roster(database, roster)
    assert row in stored(database)
    live(database, master, MONDAY + WEEK, names=NAMES[:5])
    assert stored(database).keys() == {key(database, master, name, MONDAY) for name in NAMES[:5]}


def test_nobody_reads_a_diary_without_the_master_key(database: Database, master: MasterKey) -> None:
    settle(database, TEAM)
    week = open_round(database, master)
    for name in NAMES:
        answer(database, master, week, name, {"trust_rules": 4, "overlay_hours": 31})
    close(database, master, week)
    foreign = MasterKey(secrets.token_bytes(32))
    with database.read() as session:
        # Under another key there is no such row, and the rows that are there cannot be opened.
        assert diaries.read(session, person(database, "alpha1"), master=foreign, on=MONDAY) == Diary()
        with pytest.raises(InvalidTag):
            diaries.opened(session, foreign)
        assert len(diaries.opened(session, master)) == len(NAMES)
        assert {row.name for row in session.scalars(select(KeyRow))} == {diaries.PAIR}
    assert not [name for name in vars(master.serving()) if "master" in name or "private" in name]


def test_a_diary_names_nobody_and_no_answer(sqlite_database: Database, master: MasterKey) -> None:
    settle(sqlite_database, TEAM)
    live(sqlite_database, master, MONDAY)
    ids = [person(sqlite_database, name).id.encode() for name in NAMES]
    for sealed in stored(sqlite_database).values():
        assert b"trust_rules" not in sealed
        assert not [each for each in ids if each in sealed]
    assert b'"trust_rules":' not in all_bytes(sqlite_database)


def test_emptying_before_there_is_any_diary_writes_nothing(database: Database, master: MasterKey) -> None:
    settle(database, TEAM)
    with database.work() as session:
        diaries.empty(session, master.serving(), person(database, "alpha1"), on=morning().date())
    assert stored(database) == {}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(KeyRow)) == 0
