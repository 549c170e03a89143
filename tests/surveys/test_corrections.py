"""What an asker meant is kept as an example, and never who asked or whom a question is about."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, update

from bot.main import cli
from surveys import corrections
from surveys.corrections import LONGEST, NoSuchCorrection
from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from surveys.storage.tables import CorrectionRow, PersonRow
from tests.company import email, settle

TEAMS = {"North / Alpha": 6, "North / Beta": 6}
TODAY = date(2026, 11, 18)
MEANT = "How about trust in Alpha?"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'orgpulse.db'}")
    migrate(database)
    settle(database, TEAMS)
    return database


def keep(database: Database, asked: str) -> bool:
    with database.work() as session:
        return corrections.keep(session, asked, MEANT, today=TODAY)


def kept(database: Database) -> list[str]:
    with database.read() as session:
        return [one.asked for one in corrections.kept(session)]


def test_an_example_is_kept_once_without_who_or_when(database: Database) -> None:
    assert keep(database, "is the vibe in alpha ok")
    assert keep(database, "is the vibe in alpha ok")
    assert kept(database) == ["is the vibe in alpha ok"]
    columns = {column.key for column in inspect(CorrectionRow).columns}
    assert columns == {"id", "asked", "meant"}


@pytest.mark.parametrize(
    "asked",
    ["is Anna fine in alpha", "trust of Oduya in alpha", "trust in Zbigniewia", "who is it", "x" * (LONGEST + 1)],
)
def test_what_may_name_somebody_is_not_kept(database: Database, asked: str) -> None:
    # Somebody who left is in the roster for a while, and a person for good.
    renamed = update(PersonRow).where(PersonRow.email == email("alpha1"))
    with database.work() as session:
        session.execute(renamed.values(name="Thorvald Oduya", active=False))
    assert not keep(database, asked)
    assert kept(database) == []


def test_the_admin_reviews_examples_and_forgets_them(database: Database) -> None:
    keep(database, "is the vibe in alpha ok")
    here = ["--database", str(database.url)]
    listed = CliRunner().invoke(cli, ["corrections", *here])
    assert "is the vibe in alpha ok" in listed.output
    assert MEANT in listed.output
    (example,) = json.loads(CliRunner().invoke(cli, ["corrections", "--json", *here]).output)
    gone = CliRunner().invoke(cli, ["corrections", "--forget", example["key"], *here])
    assert "No examples" in gone.output
    again = CliRunner().invoke(cli, ["corrections", "--forget", example["key"], *here])
    assert isinstance(again.exception, NoSuchCorrection) or "no kept example" in again.output
    assert again.exit_code != 0
