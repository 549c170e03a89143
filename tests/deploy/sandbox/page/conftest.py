"""A tab, and the workspace and app that the page is tried on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from deploy.sandbox import Sandbox
from tests.deploy.sandbox.page.harbour import SEED, Harbour, listen


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desktop-sized tab. An error in the page's own scripts fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
    tab = context.new_page()
    tab.set_default_timeout(10_000)
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []


expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def running() -> Iterator[Harbour]:
    """The workspace with the app connected over Socket Mode."""
    with Sandbox(SEED, rate_limits=0) as sandbox:
        client = WebClient(token=sandbox.app.bot_token, base_url=sandbox.api_url)
        harbour = Harbour(sandbox, client)
        app = App(client=client, signing_secret=sandbox.app.signing_secret)
        listen(app, harbour)
        web = WebClient(token=sandbox.app.app_token, base_url=sandbox.api_url)
        handler = SocketModeHandler(app, sandbox.app.app_token, web_client=web)
        handler.connect()
        sandbox.wait_for_app()
        yield harbour
        handler.close()


@pytest.fixture
def harbour(running: Harbour) -> Harbour:
    """The same workspace, with a channel of its own for the test."""
    running.clear()
    return running
