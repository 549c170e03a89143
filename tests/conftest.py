"""What every test may ask for: a migrated database of each kind, a clock that is moved, a master key."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from surveys.ballots.keys import MasterKey
from surveys.clock import MovableClock
from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from tests.postgres import NoPostgresError, PostgresServer, running

# The same examples on every run: a failure belongs to the change that caused it.
settings.register_profile("orgpulse", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("orgpulse")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for each test process, with an empty migrated database to copy."""
    stack = ExitStack()
    try:
        # Nothing here has to survive a power cut.
        server = stack.enter_context(running("fsync = off", "full_page_writes = off"))
    except NoPostgresError as problem:
        pytest.skip(str(problem))
    with stack:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on; it runs on both."""
    return str(request.param)


@pytest.fixture
def new_database(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Make fresh migrated databases; they are closed and gone after the test."""
    made: list[Database] = []

    def on_sqlite() -> Database:
        path = tmp_path / f"{len(made)}.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        made.append(Database(f"sqlite:///{path}"))
        return made[-1]

    def on_postgresql() -> Database:
        made.append(request.getfixturevalue("postgres_server").take())
        return made[-1]

    # A test that cannot have its server is skipped before it begins.
    if kind == "postgresql":
        request.getfixturevalue("postgres_server")
    yield on_sqlite if kind == "sqlite" else on_postgresql
    for database in made:
        if database.is_sqlite:
            database.close()
        else:
            request.getfixturevalue("postgres_server").give_back(database)


@pytest.fixture
def database(new_database: Callable[[], Database]) -> Database:
    """A fresh migrated database, SQLite in one run of the test and PostgreSQL in another."""
    return new_database()


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh migrated SQLite database, for what is peculiar to it."""
    path = tmp_path / "orgpulse.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[Database]:
    """A fresh migrated PostgreSQL database, for what is peculiar to it."""
    database = postgres_server.take()
    yield database
    postgres_server.give_back(database)


@pytest.fixture
def reopen() -> Iterator[Callable[[Database], Database]]:
    """Open a database once more, as another process would."""
    opened: list[Database] = []

    def once_more(database: Database) -> Database:
        opened.append(Database(database.url.render_as_string(hide_password=False)))
        return opened[-1]

    yield once_more
    for database in opened:
        with suppress(Exception):
            database.close()


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands at a Monday morning until it is moved."""
    return MovableClock(datetime(2026, 9, 7, 8, 30, tzinfo=UTC))


@pytest.fixture
def master() -> MasterKey:
    """A master key of its own for each test."""
    return MasterKey(secrets.token_bytes(32))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for each test process; Playwright allows no second one beside it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip(f"no browser to try pages in: none of {', '.join(names)} is installed")
    quiet = ["background-networking", "component-update", "sync"]
    args = ["--no-sandbox", "--disable-gpu", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=args)
        yield chromium
        chromium.close()
