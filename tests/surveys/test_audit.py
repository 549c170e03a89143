"""The audit log: a chain that shows what was done to it, and that keeps nobody's name."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import surveys
from surveys import audit
from surveys.audit import LONGEST_LINE, Deed
from surveys.people import enrolment, roster
from surveys.storage.database import Database
from surveys.storage.tables import AuditRow, PersonRow, RoleRow
from tests.company import SMALL, email, person, roster_csv, settle

NOW = datetime(2026, 9, 7, 8, 30, 0, 123456, tzinfo=UTC)


def note(database: Database, *abouts: str, now: datetime = NOW) -> None:
    for about in abouts:
        with database.work() as session:
            audit.note(session, actor="command line (kim)", act=Deed.KEYS, about=about, now=now)


def broken_at(database: Database) -> int | None:
    with database.read() as session:
        return audit.broken_at(session)


def abouts(database: Database) -> list[str]:
    with database.read() as session:
        return [entry.about for entry in audit.entries(session)]


def test_a_line_says_when_who_and_what(database: Database) -> None:
    note(database, "first", "second")
    with database.read() as session:
        first, second = audit.entries(session)
    assert (first.id, first.at, first.actor, first.act, first.about) == (
        1,
        NOW,
        "command line (kim)",
        "keys",
        "first",
    )
    assert second.id == 2
    assert len({first.seal, second.seal}) == 2
    assert len(first.seal) == 64


def test_an_empty_log_is_whole(database: Database) -> None:
    assert broken_at(database) is None
    assert abouts(database) == []


def test_the_log_from_a_day_on(database: Database) -> None:
    note(database, "before", now=NOW - timedelta(days=1))
    note(database, "after")
    with database.read() as session:
        assert [entry.about for entry in audit.entries(session, since=NOW)] == ["after"]


def test_a_line_that_is_too_long_is_cut_and_the_chain_is_whole(database: Database) -> None:
    note(database, "ü" * (LONGEST_LINE + 1), "after")
    assert [len(line) for line in abouts(database)] == [LONGEST_LINE, 5]
    assert broken_at(database) is None


def change_a_word(session: Session) -> None:
    session.execute(update(AuditRow).where(AuditRow.id == 3).values(about="something else"))


def change_the_actor(session: Session) -> None:
    session.execute(update(AuditRow).where(AuditRow.id == 3).values(actor="somebody else"))


def change_the_act(session: Session) -> None:
    session.execute(update(AuditRow).where(AuditRow.id == 3).values(act=Deed.PEOPLE))


def change_the_time(session: Session) -> None:
    session.execute(update(AuditRow).where(AuditRow.id == 3).values(at=NOW + timedelta(microseconds=1)))


def change_the_seal(session: Session) -> None:
    session.execute(update(AuditRow).where(AuditRow.id == 3).values(digest=bytes(32)))


def swap_two(session: Session) -> None:
    for number, other in ((3, 90), (4, 3), (90, 4)):
        session.execute(update(AuditRow).where(AuditRow.id == number).values(id=other))


def seal_a_changed_line_anew(session: Session) -> None:
    row = session.get_one(AuditRow, 2)
    row.about = "something else"
    row.digest = audit._seal(row, after=session.get_one(AuditRow, 1).digest)


@pytest.mark.parametrize(
    "tamper",
    [
        change_a_word,
        change_the_actor,
        change_the_act,
        change_the_time,
        change_the_seal,
        swap_two,
        seal_a_changed_line_anew,
    ],
)
def test_what_is_changed_afterwards_shows(database: Database, tamper: Callable[[Session], None]) -> None:
    note(database, *"abcde")
    assert broken_at(database) is None
    with database.work() as session:
        tamper(session)
    assert broken_at(database) == 3


@pytest.mark.parametrize(("gone", "shows_at"), [(1, 2), (3, 4)])
def test_a_line_taken_out_shows_at_the_next(database: Database, gone: int, shows_at: int) -> None:
    note(database, *"abcde")
    with database.work() as session:
        session.execute(delete(AuditRow).where(AuditRow.id == gone))
    assert broken_at(database) == shows_at


def test_lines_cut_off_at_the_end_show_only_against_a_seal_that_was_kept(database: Database) -> None:
    note(database, *"abcde")
    with database.read() as session:
        kept = audit.entries(session)[-1].seal
    with database.work() as session:
        session.execute(delete(AuditRow).where(AuditRow.id == 5))
    note(database, "another end")
    assert broken_at(database) is None
    with database.read() as session:
        assert kept not in {entry.seal for entry in audit.entries(session)}


def test_many_who_add_at_once_make_one_chain(database: Database, reopen: Callable[[Database], Database]) -> None:
    processes = [database, reopen(database), reopen(database)]
    lines = [f"line {number}" for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda line: note(processes[int(line[-1]) % 3], line), lines))
    assert sorted(abouts(database)) == sorted(lines)
    assert broken_at(database) is None


def test_what_is_rolled_back_was_never_noted(database: Database) -> None:
    note(database, "first")
    with suppress(ZeroDivisionError), database.work() as session:
        audit.note(session, actor="kim", act=Deed.KEYS, about="never", now=NOW)
        raise ZeroDivisionError
    note(database, "second")
    assert abouts(database) == ["first", "second"]
    assert broken_at(database) is None


def test_an_import_is_noted_line_by_line_as_the_admin_saw_it(database: Database) -> None:
    settle(database)
    with database.read() as session:
        (counts, *lines) = [entry.about for entry in audit.entries(session)]
    assert counts == "imported: 4 new units, 17 joined"
    assert "new unit: Harbour / North / Beta" in lines
    assert f"joined: Person Chief <{email('chief')}>, Harbour: admin, leader" in lines
    assert len(lines) == 21
    text = roster_csv(SMALL, without=frozenset({"alpha6"})).replace(
        f"Person Alpha1,{email('alpha.lead')},Harbour / North / Alpha,rep",
        f"Somebody Else,{email('beta.lead')},Harbour / North / Beta,rep;admin",
    )
    with database.work() as session:
        shown = enrolment.apply(session, roster.read_roster(text), actor="kim", now=NOW + timedelta(days=1))
    with database.read() as session:
        found = audit.entries(session, since=NOW + timedelta(days=1))
    told = shown.changed[0]
    # The new name stands in the people's table; the old one is kept nowhere.
    told = told.replace("name Person Alpha1 becomes Somebody Else", "name … becomes …")
    for name in ("alpha.lead", "beta.lead"):
        told = told.replace(email(name), f"Person {name.title()} <{email(name)}>")
    assert [entry.about for entry in found] == [
        "imported: 1 changed, 1 left",
        f"changed: {told}",
        f"left: {shown.left[0]}",
    ]
    assert {(entry.actor, entry.act) for entry in found} == {("kim", "people")}
    assert broken_at(database) is None


def test_an_import_that_changes_nothing_is_not_noted(database: Database) -> None:
    settle(database)
    before = abouts(database)
    settle(database)
    assert abouts(database) == before


def test_the_log_itself_holds_nobodys_name_and_forgets_who_is_deleted(database: Database) -> None:
    settle(database)
    with database.read() as session:
        kept = str(session.execute(select(AuditRow.actor, AuditRow.about)).all())
    assert "person:" in kept
    assert "Person" not in kept
    assert "@" not in kept
    chief = person(database, "chief")
    with database.work() as session:
        audit.note(session, actor=audit.mark(chief.id), act=Deed.KEYS, about="something", now=NOW)
    with database.read() as session:
        assert audit.entries(session)[-1].actor == f"Person Chief <{email('chief')}>"
    with database.work() as session:
        session.execute(delete(RoleRow).where(RoleRow.person_id == chief.id))
        session.execute(delete(PersonRow).where(PersonRow.id == chief.id))
    with database.read() as session:
        assert audit.entries(session)[-1].actor == "somebody who left"
    assert not [line for line in abouts(database) if "Chief" in line]
    assert broken_at(database) is None


def test_settings_are_noted_when_they_differ_from_the_last_noted(database: Database) -> None:
    def start(**values: str | int | None) -> list[str]:
        with database.work() as session:
            return audit.note_settings(session, values, now=NOW)

    assert start(smallest_group=5, ask_day="tuesday", channel=None) == ["smallest_group", "ask_day", "channel"]
    assert start(smallest_group=5, ask_day="tuesday", channel=None) == []
    assert start(smallest_group=6, ask_day='a "day" (was 3) = 4', channel=None) == ["smallest_group", "ask_day"]
    assert start(smallest_group=6, ask_day='a "day" (was 3) = 4') == []
    assert start(smallest_group=5, ask_day="monday", channel="C1") == ["smallest_group", "ask_day", "channel"]
    assert abouts(database) == [
        "smallest_group = 5",
        'ask_day = "tuesday"',
        "channel = null",
        "smallest_group = 6 (was 5)",
        'ask_day = "a \\"day\\" (was 3) = 4" (was "tuesday")',
        "smallest_group = 5 (was 6)",
        'ask_day = "monday" (was "a \\"day\\" (was 3) = 4")',
        'channel = "C1" (was null)',
    ]


def test_processes_that_start_at_once_note_a_setting_once(
    database: Database, reopen: Callable[[Database], Database]
) -> None:
    def start(process: Database) -> None:
        with process.work() as session:
            audit.note_settings(session, {"smallest_group": 7}, now=NOW)

    processes = [database, reopen(database), reopen(database), database]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(start, processes))
    assert abouts(database) == ["smallest_group = 7"]


def test_when_a_deed_was_last_done(database: Database) -> None:
    with database.read() as session:
        assert audit.last_at(session, Deed.KEYS) is None
    note(database, "first")
    note(database, "second", now=NOW + timedelta(days=3))
    with database.work() as session:
        audit.note(session, actor="kim", act=Deed.RETENTION, about="x", now=NOW + timedelta(days=4))
    with database.read() as session:
        assert audit.last_at(session, Deed.KEYS) == NOW + timedelta(days=3)


def test_nothing_but_the_log_touches_its_rows_and_it_only_adds() -> None:
    root = Path(str(surveys.__file__)).parent.parent
    sources = [file for folder in ("bot", "handlers", "surveys") for file in (root / folder).rglob("*.py")]
    touching = {file.relative_to(root).as_posix() for file in sources if "AuditRow" in file.read_text("utf-8")}
    assert touching == {"surveys/audit.py", "surveys/storage/tables.py"}
    log = (root / "surveys" / "audit.py").read_text("utf-8")
    assert not [word for word in ("delete", "update") if f"{word}(" in log]
