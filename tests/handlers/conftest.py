"""The small company: once for each file, and once with a history that all read-only tests share."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.handlers.office import WEEKS, Office, entries, opened


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A company whose first pulse is open; the tests of a file use different people."""
    with opened(tmp_path_factory.mktemp("office")) as found:
        found.open_pulse()
        yield found


@pytest.fixture
def fresh_office(tmp_path: Path) -> Iterator[Office]:
    """The same for one test that moves the clock."""
    with opened(tmp_path) as found:
        found.open_pulse()
        yield found


@pytest.fixture(scope="session")
def seasoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Eight weeks later, the ninth pulse open; in the last weeks the north spends more hours on overlays."""
    with ExitStack() as stack:
        found = stack.enter_context(opened(tmp_path_factory.mktemp("seasoned")))
        for week in range(WEEKS):
            found.live_week(lambda rep, week=week: entries(rep, week))
        found.open_pulse()
        yield found


# What slack_sdk's Socket Mode client sometimes logs when it is closed while it looks after its session.
CLOSING = "'NoneType' object has no attribute 'close'"


def pytest_configure(config: pytest.Config) -> None:
    """Tests that make something go wrong on purpose say so."""
    config.addinivalue_line("markers", "expects_trouble: something is meant to fail in this test")


@pytest.fixture(autouse=True)
def _nothing_went_wrong(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """After every test: no message was given up, Slack refused no call, no listener failed."""
    used = [
        name for name in ("office", "fresh_office", "either_office", "seasoned") if name in request.fixturenames
    ]
    offices: list[Office] = [request.getfixturevalue(name) for name in used]
    yield
    if "expects_trouble" in request.keywords:
        return
    for office in offices:
        assert office.given_up() == []
        assert office.refused_calls() == []
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert [error for error in errors if CLOSING not in error] == []
