"""A workspace to test against, and real clients for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from deploy.sandbox import Sandbox, Timing
from tests.deploy.sandbox.small_company import client, hang_up, seed


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """One sandbox for the tests of a file that do not disturb each other."""
    with Sandbox(seed(), rate_limits=0) as sandbox:
        yield sandbox


@pytest.fixture
def start() -> Iterator[Callable[..., Sandbox]]:
    """Start a sandbox with settings of its own; it is stopped after the test."""
    running: list[Sandbox] = []

    def start_one(app: dict[str, object] | None = None, **settings: object) -> Sandbox:
        sandbox = Sandbox(seed(**(app or {})), **{"rate_limits": 0, **settings})
        running.append(sandbox)
        return sandbox.start()

    yield start_one
    for sandbox in running:
        sandbox.stop()


@pytest.fixture
def sandbox(start: Callable[..., Sandbox]) -> Sandbox:
    """A sandbox for one test, with short waits before retries."""
    return start(timing=Timing(retries=(0.0, 0.05, 0.05)))


@contextmanager
def _connected(sandbox: Sandbox, register: Callable[[App], None]) -> Iterator[App]:
    app = App(client=client(sandbox), signing_secret=sandbox.app.signing_secret)
    register(app)
    web = WebClient(token=sandbox.app.app_token, base_url=sandbox.api_url)
    handler = SocketModeHandler(app, sandbox.app.app_token, web_client=web)
    handler.connect()
    try:
        sandbox.wait_for_app()
        yield app
    finally:
        hang_up(sandbox, handler.client)


@pytest.fixture
def connected() -> Callable[[Sandbox, Callable[[App], None]], AbstractContextManager[App]]:
    """A Bolt app over Socket Mode, with the listeners that a test registers."""
    return _connected
