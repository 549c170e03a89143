"""Changing the master key: every diary is found under the new one, wherever the plug is pulled."""

from __future__ import annotations

import secrets
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from surveys import audit, diaries
from surveys.ballots import rotation
from surveys.ballots.keys import MasterKey
from surveys.ballots.rotation import Rotated
from surveys.ballots.sealed import Diary, quarter, quarter_before
from surveys.errors import (
    KeyDoesNotFit,
    KeyNotReplaced,
    KeyNotWritten,
    NewKeyStillThere,
    RoundStillOpen,
)
from surveys.storage.database import Database
from surveys.storage.tables import DiaryRow, FigureRow, KeyRow, PersonRow, UnitRow
from tests.company import MONDAY, answer, close, full_answers, open_round, settle
from tests.surveys.stored import all_bytes, all_rows
from tests.surveys.test_count import PowerCutError, power_cut_at

NOW = datetime(2026, 10, 6, 12, tzinfo=UTC)
PEOPLE = 300


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "keys" / "orgpulse.key"
    found.parent.mkdir()
    return found


def diary_of(number: int) -> Diary:
    """What nobody else wrote."""
    return Diary(((date(2026, 8, 3) + timedelta(weeks=number % 9), {"trust_rules": float(number)}),))


def write_diaries(database: Database, master: MasterKey, *, people: int = PEOPLE) -> None:
    """Two thirds of the people have a diary of this quarter, one third of the quarter before."""
    serving = master.serving()
    with database.work() as session:
        public = diaries.keep_pair(session, master).public_key
        session.add(UnitRow(id="harbour", name="Harbour", parent_id=None))
        session.flush()
        for number in range(people):
            person_id = f"{number:016x}"
            # Some have left; their diaries wait for retention.
            active = number % 50 != 7
            session.add(
                PersonRow(id=person_id, email=f"p{number}@x.example", name="P", unit_id="harbour", active=active)
            )
            of = quarter(NOW.date()) if number % 3 else quarter_before(NOW.date())
            session.add(
                DiaryRow(key=serving.diary_key(of, person_id), sealed=diary_of(number).seal(public=public))
            )


def found_under(database: Database, master: MasterKey) -> dict[int, Diary]:
    """Everybody's diary, found and opened with one key."""
    serving, found = master.serving(), {}
    with database.work() as session:
        opened = diaries.opened(session, master)
        for person_id in session.scalars(select(PersonRow.id)):
            for key in diaries.keys_of(serving, person_id, NOW.date()):
                if key in opened:
                    found[int(person_id, 16)] = opened.pop(key)
    assert not opened
    return found


EVERYTHING = {number: diary_of(number) for number in range(PEOPLE)}


def rotate(database: Database, path: Path) -> Rotated:
    return rotation.rotate(database, path, text=None, actor="test", now=NOW)


def load(path: Path) -> MasterKey:
    return MasterKey.load(path=path, text=None)


def fits(database: Database, master: MasterKey) -> bool:
    with database.read() as session:
        return not rotation.not_opened(session, master)


# -- what it does ---------------------------------------------------------------------------------------


def test_every_diary_is_found_under_the_new_key_and_none_under_the_old(database: Database, path: Path) -> None:
    old = MasterKey.create(path)
    write_diaries(database, old)
    before = {row[0] for row in rows(database)}
    told: list[tuple[int, int]] = []
    new_path = rotation.upcoming(path)
    done = rotation.seal_anew(
        database, old, new_path, actor="kim", now=NOW, progress=lambda *step: told.append(step)
    )
    assert done == Rotated(diaries=PEOPLE)
    assert told == [(number, PEOPLE) for number in range(1, PEOPLE + 1)]
    rotation.take_place(new_path, path)
    assert not new_path.exists()
    new = load(path)
    assert found_under(database, new) == EVERYTHING
    assert fits(database, new)
    assert not fits(database, old)
    assert not before & {row[0] for row in rows(database)}
    with database.read() as session:
        entry = audit.entries(session)[-1]
    assert (entry.actor, entry.act) == ("kim", "keys")
    assert entry.about == "the master key was changed, and 300 diaries were sealed anew"


def rows(database: Database) -> list[tuple[bytes, bytes]]:
    with database.read() as session:
        return [(key, sealed) for key, sealed in session.execute(select(DiaryRow.key, DiaryRow.sealed))]


def test_the_new_key_is_another_one_and_its_owners_alone(database: Database, path: Path) -> None:
    MasterKey.create(path)
    before = path.read_bytes()
    rotate(database, path)
    assert path.read_bytes() != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["orgpulse.key"]


def test_what_was_sealed_under_the_old_key_is_gone_from_the_disk(
    database: Database, path: Path, request: pytest.FixtureRequest
) -> None:
    data = None if database.is_sqlite else request.getfixturevalue("postgres_server").data
    write_diaries(database, MasterKey.create(path), people=40)
    sealed = [each for _, each in rows(database)]
    assert [each for each in sealed if each[1000:1064] in all_bytes(database, data)] == sealed
    rotate(database, path)
    assert not [each for each in sealed if each[1000:1064] in all_bytes(database, data)]


def test_a_diary_that_is_nobodys_is_dropped_and_told(database: Database, path: Path) -> None:
    old = MasterKey.create(path)
    write_diaries(database, old, people=9)
    with database.work() as session:
        public = diaries.keep_pair(session, old).public_key
        session.add(DiaryRow(key=secrets.token_bytes(32), sealed=Diary().seal(public=public)))
    assert rotate(database, path) == Rotated(diaries=9, dropped=1)


def test_diaries_lie_in_no_order_that_says_anything(database: Database, path: Path) -> None:
    old = MasterKey.create(path)
    write_diaries(database, old, people=40)
    rotate(database, path)
    with database.read() as session:
        stored = list(session.scalars(select(DiaryRow.key)))
        people = list(session.scalars(select(PersonRow.id).order_by(PersonRow.id)))
    serving = load(path).serving()
    of_people = [key for who in people for key in diaries.keys_of(serving, who, NOW.date()) if key in stored]
    assert stored == sorted(stored) != of_people


def test_an_empty_installation_can_change_its_key_too(database: Database, path: Path) -> None:
    old = MasterKey.create(path)
    assert rotate(database, path) == Rotated()
    assert fits(database, load(path))
    assert not fits(database, old)


def test_again_and_again(database: Database, path: Path) -> None:
    write_diaries(database, MasterKey.create(path), people=12)
    for _ in range(3):
        assert rotate(database, path) == Rotated(diaries=12)
    assert found_under(database, load(path)) == {number: diary_of(number) for number in range(12)}


def test_change_is_measured_across_a_rotation(database: Database, path: Path) -> None:
    settle(database, {"North / Alpha": 6})
    MasterKey.create(path)
    for week_on, value in ((MONDAY, 4), (MONDAY + timedelta(weeks=6), 2)):
        week = open_round(database, load(path), week_on)
        for number in range(1, 7):
            answer(database, load(path), week, f"alpha{number}", full_answers(week, value))
        close(database, load(path), week)
        rotation.rotate(database, path, text=None, actor="test", now=week.closes_at + timedelta(minutes=1))
    with database.read() as session:
        moved = session.execute(
            select(FigureRow.change_n, FigureRow.change_total).where(
                FigureRow.change_n.is_not(None), FigureRow.item_id == "trust_rules"
            )
        ).all()
    assert [row.change_n for row in moved] == [6]
    assert moved[0].change_total < -6


# -- where the plug is pulled ---------------------------------------------------------------------------


def test_a_power_cut_at_any_statement_leaves_the_old_key_in_force(database: Database, path: Path) -> None:
    old = MasterKey.create(path)
    write_diaries(database, old)
    before, kept = all_rows(database), path.read_bytes()
    statement, committed = 0, False
    while not committed:
        statement += 1
        with power_cut_at(database, statement), suppress(PowerCutError):
            rotate(database, path)
        committed = not fits(database, old)
        if not committed:
            assert path.read_bytes() == kept
            assert all_rows(database) == before
    # It was tried at the look for the pair, for rounds and people, at the diaries, the log and the commit.
    assert statement > 8
    # The last cut came after the commit: what is left to do is done by the next run.
    with suppress(KeyDoesNotFit):
        rotate(database, path)
    assert found_under(database, load(path)) == EVERYTHING


@pytest.mark.parametrize("after", ["1", "300", "commit"])
def test_a_process_that_is_killed_loses_nothing(database: Database, path: Path, after: str) -> None:
    old = MasterKey.create(path)
    write_diaries(database, old)
    url = database.url.render_as_string(hide_password=False)
    script = [sys.executable, "-m", "tests.surveys.ballots.rotating", url, str(path), after]
    killed = subprocess.run(script, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert fits(database, old) == (after != "commit")
    if after != "commit":
        assert found_under(database, old) == EVERYTHING
    assert rotate(database, path).finished == (after == "commit")
    assert found_under(database, load(path)) == EVERYTHING
    assert not rotation.upcoming(path).exists()


@pytest.mark.parametrize("left", [b"", b"AAAA", b"\xff\xfe", b"A" * 44 + b"\n"])
def test_a_new_key_that_was_half_written_is_written_again(database: Database, path: Path, left: bytes) -> None:
    write_diaries(database, MasterKey.create(path), people=12)
    rotation.upcoming(path).write_bytes(left)
    assert rotate(database, path) == Rotated(diaries=12)
    assert found_under(database, load(path)) == {number: diary_of(number) for number in range(12)}


def test_between_the_commit_and_the_new_place_the_old_key_is_refused_with_what_to_do(
    database: Database, path: Path
) -> None:
    old = MasterKey.create(path)
    write_diaries(database, old, people=12)
    rotation.seal_anew(database, old, rotation.upcoming(path), actor="test", now=NOW)
    with (
        pytest.raises(KeyDoesNotFit, match=r"does not open the diaries\. .* orgpulse keys rotate"),
        database.read() as session,
    ):
        rotation.check_fits(session, old)
    assert rotate(database, path) == Rotated(finished=True)
    with database.work() as session:
        rotation.hold_off(session, load(path))


def test_several_who_rotate_at_once_do_it_one_after_the_other(
    database: Database, path: Path, reopen: Callable[[Database], Database]
) -> None:
    write_diaries(database, MasterKey.create(path))
    processes = [database, reopen(database), reopen(database)]
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda process: rotate(process, path), processes))
    assert done == [Rotated(diaries=PEOPLE)] * 3
    assert found_under(database, load(path)) == EVERYTHING
    assert not rotation.upcoming(path).exists()


def test_two_machines_that_rotate_at_once_leave_a_key_on_one_of_them_that_opens_everything(
    database: Database, path: Path, reopen: Callable[[Database], Database]
) -> None:
    write_diaries(database, MasterKey.create(path))
    elsewhere = path.parent.parent / "elsewhere" / "orgpulse.key"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(path.read_bytes())

    def attempt(process: Database, key: Path) -> bool:
        try:
            rotate(process, key)
        except KeyDoesNotFit:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(attempt, [database, reopen(database)], [path, elsewhere]))
    # Who comes too late is told so.
    assert sorted(done) == [False, True]
    assert found_under(database, load(path if done[0] else elsewhere)) == EVERYTHING


# -- when it refuses ------------------------------------------------------------------------------------


def test_while_a_round_is_open_nothing_is_changed(database: Database, path: Path) -> None:
    settle(database, {"North / Alpha": 6})
    old = MasterKey.create(path)
    week = open_round(database, old)
    before = all_rows(database)
    with pytest.raises(RoundStillOpen, match="Thursday 10 September, 17:00 UTC"):
        rotate(database, path)
    assert {table: found for table, found in all_rows(database).items() if table != "key"} == {
        table: found for table, found in before.items() if table != "key"
    }
    assert [file.name for file in path.parent.iterdir()] == ["orgpulse.key"]
    close(database, old, week)
    assert rotate(database, path) == Rotated(diaries=6)


def test_a_round_that_is_being_opened_keeps_the_rotation_waiting(postgres_database: Database, path: Path) -> None:
    settle(postgres_database, {"North / Alpha": 6})
    old = MasterKey.create(path)
    close(postgres_database, old, open_round(postgres_database, old))
    outcome: list[object] = []

    def attempt() -> None:
        try:
            outcome.append(rotate(postgres_database, path))
        except RoundStillOpen as problem:
            outcome.append(problem)

    rotating = threading.Thread(target=attempt)
    with postgres_database.work() as session:
        rotation.hold_off(session, old)
        rotating.start()
        rotating.join(0.5)
        assert not outcome
        open_round(postgres_database, old, MONDAY + timedelta(weeks=1))
    rotating.join(60)
    assert isinstance(outcome[0], RoundStillOpen)
    assert fits(postgres_database, old)


def test_a_key_that_fits_nothing_changes_nothing(database: Database, path: Path) -> None:
    write_diaries(database, MasterKey(secrets.token_bytes(32)), people=12)
    MasterKey.create(path)
    before = all_rows(database)
    with pytest.raises(KeyDoesNotFit):
        rotate(database, path)
    assert all_rows(database) == before
    assert not rotation.upcoming(path).exists()


def test_the_key_in_use_is_never_overwritten_where_it_was_left(database: Database, path: Path) -> None:
    # As with a key from the environment: it was rotated, the new one was taken over, and its file was left.
    old = MasterKey.create(path)
    new_path = rotation.upcoming(path)
    rotation.seal_anew(database, old, new_path, actor="test", now=NOW)
    with pytest.raises(NewKeyStillThere, match=r"orgpulse\.key\.next still holds the key that is in use"):
        rotation.seal_anew(database, load(new_path), new_path, actor="test", now=NOW)
    assert fits(database, load(new_path))


def test_a_place_that_cannot_be_written_is_named(database: Database, path: Path) -> None:
    old = MasterKey.create(path)
    write_diaries(database, old, people=1)
    with pytest.raises(KeyNotWritten, match="nowhere"):
        rotation.seal_anew(database, old, path.parent / "nowhere" / "new.key", actor="test", now=NOW)
    assert found_under(database, old) == {0: diary_of(0)}


def test_a_key_that_cannot_take_its_place_is_named_and_kept(database: Database, path: Path) -> None:
    old = MasterKey.create(path)
    new_path = rotation.upcoming(path)
    rotation.seal_anew(database, old, new_path, actor="test", now=NOW)
    folder = path.parent / "folder"
    (folder / "with something in it").mkdir(parents=True)
    with pytest.raises(KeyNotReplaced, match=r"new key in .*\.next"):
        rotation.take_place(new_path, folder)
    assert fits(database, load(new_path))


def test_a_link_to_the_key_stays_a_link(database: Database, path: Path) -> None:
    MasterKey.create(path)
    link = path.parent.parent / "link.key"
    link.symlink_to(path)
    # Beside the key itself: only there can it take its place at once.
    assert rotation.upcoming(link) == rotation.upcoming(path)
    rotate(database, link)
    assert link.is_symlink()
    assert fits(database, load(path))


def test_the_pair_is_a_new_one(database: Database, path: Path) -> None:
    MasterKey.create(path)
    rotate(database, path)
    with database.read() as session:
        first = session.scalars(select(KeyRow.public_key)).one()
    rotate(database, path)
    with database.read() as session:
        assert session.scalars(select(KeyRow.public_key)).one() != first
