"""Migrations: from nothing to the models and back, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import inspect, text

from surveys.errors import DatabaseIsBehind
from surveys.storage import check, migrate
from surveys.storage.database import Database
from surveys.storage.tables import Table

VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"


@pytest.fixture
def config() -> Callable[[Database], Config]:
    def of(database: Database) -> Config:
        found = Config()
        found.set_main_option("script_location", str(VERSIONS.parent))
        found.attributes["engine"] = database.engine
        return found

    return of


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    migrate.check_models_match(database)
    assert tables(database) == set(Table.metadata.tables)


def test_a_difference_between_models_and_migrations_is_found(database: Database) -> None:
    with database.work() as session:
        session.execute(text("ALTER TABLE told ADD COLUMN more INTEGER"))
    try:
        with pytest.raises(CommandError, match="New upgrade operations detected"):
            migrate.check_models_match(database)
    finally:
        with database.work() as session:
            session.execute(text("ALTER TABLE told DROP COLUMN more"))


def test_migrating_again_does_nothing(database: Database) -> None:
    before = tables(database)
    migrate.migrate(database)
    migrate.check_revision(database)
    assert tables(database) == before


def test_everything_can_be_taken_back_and_made_anew(
    database: Database, config: Callable[[Database], Config]
) -> None:
    command.downgrade(config(database), "base")
    try:
        assert tables(database) == set()
        with pytest.raises(DatabaseIsBehind, match="The database is at revision none, this version needs 0001"):
            migrate.check_revision(database)
    finally:
        migrate.migrate(database)
    migrate.check_models_match(database)
    migrate.check_revision(database)


def test_an_empty_database_says_what_to_run(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    try:
        with pytest.raises(DatabaseIsBehind, match="Run: orgpulse migrate"):
            migrate.check_revision(database)
    finally:
        database.close()


def test_the_check_that_ci_runs_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main() == 0
    assert capsys.readouterr().err == ""


def test_the_check_that_ci_runs_fails_on_a_difference(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "migrate", lambda _: None)
    assert check.main() == 1
    assert "The tables and the migrations differ" in capsys.readouterr().err


def test_migrations_know_nothing_of_our_own_types() -> None:
    for path in VERSIONS.glob("[0-9]*.py"):
        assert "surveys" not in path.read_text(encoding="utf-8")
