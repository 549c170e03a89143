"""The close: one transaction from sealed ballots to figures about groups, and nothing left to count again."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from itertools import count as count_from
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import event, func, select, text

from surveys import count, outbox
from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.counting.noise import BLURRED, HOURS, POINTS, deviation
from surveys.outbox import Message
from surveys.rounds.message_keys import CLOSING
from surveys.rounds.rounds import Round
from surveys.storage.database import LOCK_WAIT_MS, Database
from surveys.storage.tables import (
    BallotRow,
    CommentRow,
    DiaryRow,
    FigureRow,
    GroupRow,
    OutboxRow,
    ParticipationRow,
    ReleaseRow,
    RoundRow,
    UnitRow,
)
from tests.company import (
    MONDAY,
    answer,
    close,
    decline,
    full_answers,
    import_roster,
    morning,
    open_round,
    person,
    roster_csv,
    settle,
    slack_id,
    unit,
)
from tests.postgres import PostgresServer
from tests.surveys.stored import all_bytes, all_rows

WEEK = timedelta(weeks=1)
NAMES = [f"alpha{number}" for number in range(1, 7)] + [f"beta{number}" for number in range(1, 8)]
CANARY = "the yellow canary sang at noon"


def verse(name: str) -> str:
    """What somebody comments: no name is in it, as those are taken out."""
    return f"{CANARY}, verse {NAMES.index(name)}"


class PowerCutError(Exception):
    """What a test pulls the plug with."""


@contextmanager
def power_cut_at(database: Database, statement: int) -> Iterator[None]:
    """Let the statement with this number fail; the commit counts as one."""
    seen = count_from(1)

    def stop(*_: object) -> None:
        if next(seen) == statement:
            raise PowerCutError

    event.listen(database.engine, "before_cursor_execute", stop)
    event.listen(database.engine, "commit", stop)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", stop)
        event.remove(database.engine, "commit", stop)


def answered_round(database: Database, master: MasterKey, week_on: date = MONDAY, value: float = 4) -> Round:
    week = open_round(database, master, week_on)
    for name in NAMES:
        answer(database, master, week, name, full_answers(week, value), comment=verse(name))
    return week


def number_of(database: Database, *tables: type) -> list[int]:
    with database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def totals(database: Database, item_id: str = "trust_rules") -> dict[tuple[str, ...], tuple[int, float]]:
    with database.read() as session:
        rows = session.execute(
            select(GroupRow.unit_ids, FigureRow.n, FigureRow.total)
            .join(FigureRow, FigureRow.group_id == GroupRow.id)
            .where(FigureRow.item_id == item_id)
        )
        return {tuple(units): (n, total) for units, n, total in rows}


def test_a_close_releases_each_groups_figures_and_turnout(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    for number, name in enumerate(NAMES[:5] + NAMES[6:12]):
        answer(database, master, week, name, {"trust_rules": 1 + number % 5, "overlay_hours": number + 0.25})
    decline(database, master, week, "alpha6")
    release_id = close(database, master, week)
    assert release_id
    assert totals(database) == {(unit("North / Alpha"),): (5, 15.0), (unit("North / Beta"),): (6, 16.0)}
    assert totals(database, "overlay_hours")[(unit("North / Beta"),)] == (6, sum(range(5, 11)))
    with database.read() as session:
        release = session.get_one(ReleaseRow, release_id)
        assert (release.round_id, release.week_on, release.smallest_group) == (week.id, MONDAY, 5)
        turnout = {tuple(row.unit_ids): (row.invited, row.answered) for row in session.scalars(select(GroupRow))}
    assert turnout == {(unit("North / Alpha"),): (6, 5), (unit("North / Beta"),): (7, 6)}


def test_levels_get_noise_unless_they_are_to_be_exact(database: Database, master: MasterKey) -> None:
    settle(database, {"North / Alpha": 12})
    week = open_round(database, master)
    for number in range(1, 13):
        answer(database, master, week, f"alpha{number}", full_answers(week, 3))
    assert count.close_round(database, week.id, bank=default_bank(), master=master)
    with database.read() as session:
        rows = list(session.scalars(select(FigureRow)))
    assert {row.item_id for row in rows} == set(week.item_ids)
    for row in rows:
        part = HOURS if row.item_id == "overlay_hours" else POINTS
        scale = BLURRED.hours if part is HOURS else BLURRED.points
        assert row.n == 12
        assert row.level_noise == deviation(scale) > 0
        assert part.lowest * 12 <= row.total <= part.highest * 12
        # Nobody differs from anybody, and the row does not say so.
        assert row.squares > row.total**2 / 12


def test_a_team_that_stayed_silent_is_counted_among_the_asked(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    for name in NAMES[:6]:
        answer(database, master, week, name, full_answers(week))
    close(database, master, week)
    with database.read() as session:
        row = session.scalars(select(GroupRow)).one()
    assert (row.unit_ids, row.invited, row.answered) == ([unit("North / Alpha"), unit("North / Beta")], 13, 6)


def test_who_was_not_reached_in_time_does_not_count_as_asked(database: Database, master: MasterKey) -> None:
    settle(database, zones={"beta7": "America/Los_Angeles"})
    week = open_round(database, master)
    for name in NAMES[:12]:
        answer(database, master, week, name, full_answers(week))
    close(database, master, week)
    with database.read() as session:
        assert sorted(session.scalars(select(GroupRow.invited))) == [6, 6]


def test_a_company_of_fewer_than_k_releases_nothing(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    for name in NAMES[:4]:
        answer(database, master, week, name, full_answers(week), comment=CANARY)
    assert close(database, master, week)
    assert number_of(database, GroupRow, FigureRow, CommentRow, BallotRow) == [0, 0, 0, 0]


def test_a_round_that_nobody_answered_is_closed_as_any_other(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    assert close(database, master, week)
    assert number_of(database, ReleaseRow, GroupRow, ParticipationRow) == [1, 0, 0]


def test_after_the_close_ballots_participation_key_and_messages_of_the_round_are_gone(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = answered_round(database, master)
    now = morning()
    with database.work() as session:
        for key in ("ask:a", "state:a", f"{CLOSING}:D1:1.0"):
            outbox.post(session, Message(f"{week.id}:{key}", "post", "U1", {"text": "x"}), now=now)
        outbox.post(session, Message("alert:1", "post", "C1", {"text": "x"}), now=now)
    close(database, master, week)
    assert number_of(database, BallotRow, ParticipationRow) == [0, 0]
    with database.read() as session:
        row = session.get_one(RoundRow, week.id)
        assert row.counted
        assert row.sealed_key is None
        # What tells people that the round is over is still to be sent.
        assert set(session.scalars(select(OutboxRow.key))) == {f"{week.id}:{CLOSING}:D1:1.0", "alert:1"}


def test_the_messages_that_told_the_end_go_with_the_next_round(database: Database, master: MasterKey) -> None:
    settle(database)
    first = answered_round(database, master)
    now = morning()
    with database.work() as session:
        for place in ("1", "2"):
            message = Message(f"{first.id}:{CLOSING}:D{place}", "post", f"U{place}", {"text": "x"})
            outbox.post(session, message, now=now)
    close(database, master, first)
    with database.work() as session:
        (leased, _) = outbox.lease(session, now=now)
        outbox.sent(session, leased, channel="D1", ts="1.0")
    assert number_of(database, OutboxRow) == [2]
    close(database, master, answered_round(database, master, MONDAY + WEEK))
    with database.read() as session:
        assert list(session.scalars(select(OutboxRow.state))) == ["waiting"]


def test_closing_again_does_nothing(database: Database, master: MasterKey) -> None:
    settle(database)
    week = answered_round(database, master)
    assert close(database, master, week)
    before = all_rows(database)
    assert close(database, master, week) is None
    assert count.close_round(database, "nothing", bank=count.QuestionBank([]), master=master) is None
    assert all_rows(database) == before


def test_two_processes_that_close_at_once_release_once(
    database: Database, master: MasterKey, reopen: Callable[[Database], Database]
) -> None:
    settle(database)
    week = answered_round(database, master)
    processes = [database, reopen(database), reopen(database), database]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda process: close(process, master, week), processes))
    assert sum(release_id is not None for release_id in found) == 1
    assert number_of(database, ReleaseRow, GroupRow, CommentRow, DiaryRow) == [1, 2, 13, 13]


def test_a_power_cut_at_any_statement_leaves_the_open_round(database: Database, master: MasterKey) -> None:
    settle(database)
    close(database, master, answered_round(database, master))
    week = answered_round(database, master, MONDAY + WEEK)
    before = all_rows(database)
    statement, committed = 0, False
    while not committed:
        statement += 1
        with power_cut_at(database, statement), suppress(PowerCutError):
            close(database, master, week)
        with database.read() as session:
            committed = session.get_one(RoundRow, week.id).counted
        if not committed:
            assert all_rows(database) == before
    # It was tried at every look, at the writing of release, groups, figures, comments and diaries, at each kind of
    # destruction, and at the commit.
    assert statement > 20
    assert close(database, master, week) is None
    assert number_of(database, ReleaseRow, BallotRow, ParticipationRow) == [2, 0, 0]
    with database.read() as session:
        figures = session.execute(select(FigureRow.n, FigureRow.total).where(FigureRow.item_id == "trust_rules"))
        assert sorted(tuple(row) for row in figures) == [(6, 24.0), (6, 24.0), (7, 28.0), (7, 28.0)]


def test_a_wrong_master_key_or_a_foreign_ballot_stops_the_close_and_loses_nothing(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = answered_round(database, master)
    before = all_rows(database)
    with pytest.raises(InvalidTag):
        close(database, MasterKey(secrets.token_bytes(32)), week)
    assert all_rows(database) == before
    with database.work() as session:
        session.add(BallotRow(round_id=week.id, key=bytes(32), sealed=secrets.token_bytes(6192)))
    with pytest.raises(InvalidTag):
        close(database, master, week)
    with database.work() as session:
        session.delete(session.get_one(BallotRow, (week.id, bytes(32))))
    assert all_rows(database) == before
    assert close(database, master, week)


def test_each_close_takes_its_own_round_and_no_other(database: Database, master: MasterKey) -> None:
    settle(database)
    first = answered_round(database, master, value=2)
    second = answered_round(database, master, MONDAY + WEEK, value=5)
    close(database, master, first)
    assert totals(database)[(unit("North / Alpha"),)] == (6, 12.0)
    assert number_of(database, BallotRow, ParticipationRow) == [13, 13]
    assert close(database, master, second)


# -- comments -------------------------------------------------------------------------------------------


def released_comments(database: Database) -> list[CommentRow]:
    with database.read() as session:
        return list(session.scalars(select(CommentRow).order_by(CommentRow.id)))


def test_comments_go_to_the_lowest_unit_with_ten_respondents_redacted_and_marked(
    database: Database, master: MasterKey
) -> None:
    settle(database, {"North / Alpha": 6, "North / Beta": 7, "South / Delta": 12})
    week = open_round(database, master)
    for name in [*NAMES, *(f"delta{number}" for number in range(1, 13))]:
        comment = f"Person said {name[-1]}, call @lead or +49 30 123456" if name != "beta1" else ""
        answer(database, master, week, name, full_answers(week), comment=comment, quotable=name != "alpha1")
    close(database, master, week)
    found = released_comments(database)
    assert Counter(row.unit_id for row in found) == {unit("North"): 12, unit("South / Delta"): 12}
    assert {row.text for row in found} == {
        f"[name] said {digit}, call [name] or [number]" for digit in "0123456789"
    }
    assert sum(not row.quotable for row in found) == 1


def test_comments_are_told_in_no_order(database: Database, master: MasterKey) -> None:
    settle(database)
    orders = set()
    for number in range(3):
        week = answered_round(database, master, MONDAY + number * WEEK)
        release_id = close(database, master, week)
        with database.read() as session:
            stored = session.scalars(select(CommentRow.text).where(CommentRow.release_id == release_id))
            orders.add(tuple(stored))
    assert len(orders) == 3
    assert tuple(map(verse, NAMES)) not in orders


def test_comments_do_not_lie_in_the_order_of_the_ballots_or_the_diaries(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = answered_round(database, master)
    serving = master.serving()
    authors = sorted(NAMES, key=lambda name: serving.ballot_key(week.id, person(database, name).id))
    close(database, master, week)
    written = "rowid" if database.is_sqlite else "ctid"
    with database.read() as session:
        query = f"SELECT text FROM comment ORDER BY {written}"  # noqa: S608 (one of the two words above)
        stored = list(session.scalars(text(query)))
    assert len(stored) == len(NAMES)
    assert stored != [verse(name) for name in authors]


def test_a_comment_without_answers_is_released_and_its_author_counted(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = open_round(database, master)
    for name in NAMES[:10]:
        answer(database, master, week, name, {}, comment=CANARY)
    close(database, master, week)
    assert number_of(database, CommentRow, FigureRow) == [10, 0]


def test_a_comment_that_the_database_could_not_keep_does_not_stop_the_close(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = open_round(database, master)
    wild = [
        "a\0b",
        "\ud800",
        "\x1b[31m",
        "<@U1>" * 200,
        "@a " * 333,
        "😀" * 1000,
        "%s {0} \\",
        "'; DROP TABLE ballot",
    ]
    for name, comment in zip(NAMES, [*wild, *["plain"] * 5], strict=True):
        answer(database, master, week, name, {}, comment=comment)
    close(database, master, week)
    texts = {row.text for row in released_comments(database)}
    assert {"ab", "[31m", "😀" * 1000, "%s {0} \\", "'; DROP TABLE ballot"} <= texts


# -- what is left ---------------------------------------------------------------------------------------


def test_nothing_that_was_answered_is_in_any_byte_before_the_close_or_after_it(
    database: Database, master: MasterKey, request: pytest.FixtureRequest
) -> None:
    data = None
    if not database.is_sqlite:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        data = server.data
    settle(database, {"North / Alpha": 9})
    week = open_round(database, master)
    for number in range(1, 10):
        answers = {"trust_rules": 3, "overlay_hours": 31.40625 + number / 256}
        answer(database, master, week, f"alpha{number}", answers, comment=f"a green heron waits {number}")
    decline(database, master, week, "alpha9")
    written = [b"green heron", b'trust_rules":3', *(str(31.40625 + n / 256).encode() for n in range(1, 10))]
    before = all_bytes(database, data)
    assert not [words for words in written if words in before]
    with database.read() as session:
        sealed = list(session.scalars(select(BallotRow.sealed)))
        keys = list(session.scalars(select(BallotRow.key)))
        secret = session.scalars(select(RoundRow.sealed_key)).one()
    assert secret is not None
    assert all(each[:64] in before for each in sealed)
    assert secret in before
    close(database, master, week)
    after = all_bytes(database, data)
    assert number_of(database, CommentRow) == [0]
    assert not [words for words in written if words in after]
    assert secret not in after
    assert not [key for key in keys if key in after]
    # Ciphertext, too: whoever finds the key one day finds nothing to open.
    assert not [each for each in sealed for at in range(0, len(each) - 32, 64) if each[at : at + 32] in after]


def test_a_released_comment_is_all_that_is_left_of_a_ballot(sqlite_database: Database, master: MasterKey) -> None:
    settle(sqlite_database)
    week = answered_round(sqlite_database, master)
    close(sqlite_database, master, week)
    after = all_bytes(sqlite_database)
    assert after.count(CANARY.encode()) == len(NAMES)


def test_the_write_ahead_log_is_empty_after_a_close(sqlite_database: Database, master: MasterKey) -> None:
    settle(sqlite_database)
    close(sqlite_database, master, answered_round(sqlite_database, master))
    path = str(sqlite_database.url.database)
    assert Path(f"{path}-wal").read_bytes() == b""


def test_somebody_who_reads_on_and_on_does_not_hold_up_the_close(
    database: Database,
    master: MasterKey,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setattr("surveys.storage.database._PATIENCE_SECONDS", 0.2)
    data = None if database.is_sqlite else request.getfixturevalue("postgres_server").data
    settle(database)
    week = answered_round(database, master)
    with database.read() as backup:
        sealed = list(backup.scalars(select(BallotRow.sealed)))
        assert close(database, master, week)
        assert "deleted rows stay on disk until the next close" in caplog.text
        # Others write on, and the one who reads still sees what was there.
        with database.work() as session:
            session.add(UnitRow(id="new", name="New", parent_id=None))
        assert list(backup.scalars(select(BallotRow.sealed))) == sealed
    caplog.clear()
    close(database, master, answered_round(database, master, MONDAY + WEEK))
    assert caplog.text == ""
    assert not [each for each in sealed if each[1000:1064] in all_bytes(database, data)]
    with database.read() as session:
        # Whoever gets the same connection waits for a lock as long as ever.
        waits = "PRAGMA busy_timeout" if database.is_sqlite else "SELECT current_setting('lock_timeout')"
        assert session.scalar(text(waits)) in {LOCK_WAIT_MS, "0"}


# -- change and movement --------------------------------------------------------------------------------


def test_change_is_counted_over_the_end_of_a_quarter(database: Database, master: MasterKey) -> None:
    settle(database, {"North / Alpha": 6})
    # Six weeks apart, the first in the third quarter and the second in the fourth.
    for week_on, value in ((date(2026, 8, 31), 4), (date(2026, 10, 12), 3)):
        week = open_round(database, master, week_on)
        for place in range(1, 7):
            answer(database, master, week, f"alpha{place}", {"trust_rules": value})
        close(database, master, week)
    with database.read() as session:
        rows = session.execute(
            select(ReleaseRow.week_on, FigureRow.change_n, FigureRow.change_total)
            .join(GroupRow, GroupRow.release_id == ReleaseRow.id)
            .join(FigureRow, FigureRow.group_id == GroupRow.id)
            .order_by(ReleaseRow.week_on)
        ).all()
    assert [tuple(row[1:]) for row in rows] == [(None, None), (6, -6.0)]


def test_who_leaves_or_moves_changes_nothing_that_was_released(database: Database, master: MasterKey) -> None:
    settle(database)
    close(database, master, answered_round(database, master))
    released = ("release", "release_group", "figure", "comment")
    before = {table: rows for table, rows in all_rows(database).items() if table in released}
    import_roster(database, roster_csv({"North / Alpha": 2, "South / Delta": 3}))
    assert {table: rows for table, rows in all_rows(database).items() if table in released} == before
    assert slack_id("alpha1") not in str(before)
    assert person(database, "alpha1").id not in str(before)
