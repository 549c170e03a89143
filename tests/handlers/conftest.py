"""The small company: once for each file, and once with a history that all read-only tests share."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from office import Office, opened, steady

# Comments of the south: enough on one subject for a theme and a quotation, with everything a person can type.
MARKUP = "approvals <@U0000> take *days* :fire: see [this](http://evil.example) & `rm` <!channel> \u202etxt\x07"
APPROVALS = [
    MARKUP,
    "approvals for every discount take days",
    "waiting for approvals again and the discount was gone",
    "approvals held up my discount for days",
    "discount approvals take days and nobody knows why",
    "approvals approvals approvals, a discount takes days",
]
WEEKS = 8


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


def entries(rep: str, week: int) -> dict[str, object]:
    """What a rep fills in: two weeks with comments, and two with a turn in the north."""
    filled = dict(steady(rep))
    number = int(rep[-1])
    # Nobody is of one mind: a unanimous group is shown as a band.
    filled["trust"] = str(max(1, int(filled["trust"]) - (number + week) % 2))
    filled["friction"] = str(max(1, int(filled["friction"]) - (number + week) % 3 // 2))
    if week >= WEEKS - 2 and rep.startswith("north"):
        filled["overlay"] = f"{9 + number / 2:g}"
    if week >= WEEKS - 2:
        filled["comment"] = APPROVALS[number - 1]
    return filled


def pytest_configure(config: pytest.Config) -> None:
    """Tests that make something go wrong on purpose say so."""
    config.addinivalue_line("markers", "expects_trouble: something is meant to fail in this test")


@pytest.fixture(autouse=True)
def _nothing_went_wrong(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """After every test: no message was given up, Slack refused no call, no listener failed."""
    used = [name for name in ("office", "fresh_office", "seasoned") if name in request.fixturenames]
    offices: list[Office] = [request.getfixturevalue(name) for name in used]
    yield
    if "expects_trouble" in request.keywords:
        return
    for office in offices:
        assert office.given_up() == []
        assert office.refused_calls() == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
