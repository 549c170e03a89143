"""The doctor: a line for each thing, and for what is not well what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from bot.main import cli
from surveys import audit
from surveys.audit import Deed
from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.rounds import rounds
from surveys.storage.database import Database
from surveys.storage.tables import AuditRow
from tests.company import WEEKLY, morning, settle
from tests.conftest import PostgresServer

NOW = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def installed(here: Path, sqlite_database: Database) -> Database:
    """A company with its key, in the folder where the command runs."""
    assert sqlite_database.url.database == str(here / "orgpulse.db")
    MasterKey.create(here / "orgpulse.key")
    settle(sqlite_database)
    return sqlite_database


def examined(*arguments: str) -> dict[str, str]:
    """What the doctor says of each thing, without the name."""
    lines = CliRunner().invoke(cli, ["doctor", *arguments]).output.splitlines()
    told = [line.split(maxsplit=2) for line in lines if line.startswith(("ok ", "fix "))]
    return {name: f"{verdict}: {what}" for verdict, name, what in told}


def test_a_company_that_is_well(installed: Database) -> None:
    found = examined()
    assert found["key"] == "ok: orgpulse.key, for its owner alone"
    assert found["rotation"] == "ok: no rotation was interrupted"
    assert found["fit"] == "ok: opens all that is sealed in the database"
    assert found["age"].startswith("ok: written on ")
    assert found["groups"] == "ok: figures are about 5 people or more"
    assert found["noise"] == "ok: the mean of 8 people moves by 0.3 points or 0.7 hours; changes are exact"
    assert found["audit"] == "ok: 22 lines, whole"
    assert found["people"].startswith("ok: 17 people, 13 reps")


def test_the_stricter_mode_says_what_it_costs(installed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGPULSE_CONFIDENTIALITY", "noised")
    assert "epsilon 16 a release, 208 a quarter, 832 a year" in examined()["noise"]


def test_a_key_that_others_may_read(installed: Database, here: Path) -> None:
    (here / "orgpulse.key").chmod(0o640)
    assert examined()["key"] == (
        "fix: others may read orgpulse.key. Run chmod 600 orgpulse.key so that only its owner can."
    )


def test_a_key_from_another_installation(installed: Database, here: Path) -> None:
    with installed.work() as session:
        rounds.open_round(
            session,
            schedule=WEEKLY,
            bank=default_bank(),
            master=MasterKey.load(path=here / "orgpulse.key", text=None),
            smallest_group=5,
            now=morning(),
        )
    assert examined()["fit"].startswith("ok")
    (here / "orgpulse.key").unlink()
    MasterKey.create(here / "orgpulse.key")
    assert examined()["fit"].startswith("fix: The master key does not open the round of 2026-09-07. If a rotation")


def test_a_key_from_the_environment(installed: Database, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGPULSE_MASTER_KEY", (here / "orgpulse.key").read_text())
    (here / "orgpulse.key").unlink()
    found = examined()
    assert found["key"] == "ok: from the environment"
    assert found["fit"].startswith("ok")
    assert found["age"] == "ok: in use for longer than the audit log knows"


def test_the_age_of_a_key_that_was_noted(installed: Database) -> None:
    with installed.work() as session:
        audit.note(session, actor="kim", act=Deed.KEYS, about="x", now=NOW)
    assert examined()["age"] == "ok: in use since 2026-09-07, by the audit log"


def test_a_smallest_group_that_was_lowered(installed: Database, here: Path) -> None:
    with installed.work() as session:
        rounds.open_round(
            session,
            schedule=WEEKLY,
            bank=default_bank(),
            master=MasterKey.load(path=here / "orgpulse.key", text=None),
            smallest_group=8,
            now=morning(),
        )
    assert examined()["groups"].startswith("fix: smallest_group is 5, but people were promised")


def test_an_audit_log_that_was_changed(installed: Database) -> None:
    with installed.work() as session:
        session.execute(update(AuditRow).where(AuditRow.id == 4).values(about="nothing"))
    assert examined()["audit"] == ("fix: line 4 of the audit log was changed afterwards. Compare with a backup.")


def test_what_keeps_several_things_from_being_looked_at_is_said_once(here: Path) -> None:
    found = examined()
    assert "orgpulse migrate" in found["database"]
    assert "orgpulse keys init" in found["key"]
    assert {found[name] for name in ("fit", "people", "groups", "audit", "outbox")} == {"fix: the same"}


def test_a_database_that_cannot_be_reached_is_named_without_its_password(here: Path) -> None:
    found = examined("--database", "postgresql+psycopg://kim:secret@127.0.0.1:1/orgpulse")
    assert found["database"].startswith(
        "fix: postgresql+psycopg://kim:***@127.0.0.1:1/orgpulse cannot be used. Check"
    )


def test_a_server_is_looked_at_like_a_file(
    here: Path, postgres_server: PostgresServer, postgres_database: Database
) -> None:
    MasterKey.create(here / "orgpulse.key")
    settle(postgres_database)
    found = examined("--database", postgres_database.url.render_as_string(hide_password=False))
    assert found["database"] == "ok: postgresql, up to date"
    assert found["fit"].startswith("ok")
    assert found["audit"] == "ok: 22 lines, whole"
