"""Faults happen when asked for, and only then."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import RemoteDisconnected

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from deploy.sandbox import Sandbox
from tests.deploy.sandbox.small_company import channel


def fragile(sandbox: Sandbox) -> WebClient:
    """A client that does not try again by itself."""
    return WebClient(token=sandbox.app.bot_token, base_url=sandbox.api_url, retry_handlers=[])


def posts(sandbox: Sandbox) -> list[str]:
    return [message["text"] for message in sandbox.messages(channel(sandbox, "general"))]


@pytest.mark.parametrize(("kind", "kept"), [("drop", []), ("lost_answer", ["x"])])
def test_a_connection_is_cut_before_or_after_the_act(sandbox: Sandbox, kind: str, kept: list[str]) -> None:
    sandbox.faults.add(method="chat.postMessage", kind=kind)
    with pytest.raises((RemoteDisconnected, ConnectionError)):
        fragile(sandbox).chat_postMessage(channel="#general", text="x")
    assert posts(sandbox) == kept
    assert fragile(sandbox).chat_postMessage(channel="#general", text="y")["ok"]


def test_the_client_librarys_own_retry_posts_twice(sandbox: Sandbox) -> None:
    sandbox.faults.add(method="chat.postMessage", kind="lost_answer")
    WebClient(token=sandbox.app.bot_token, base_url=sandbox.api_url).chat_postMessage(channel="#general", text="x")
    assert posts(sandbox) == ["x", "x"]


@pytest.mark.parametrize(("kind", "status"), [("error_5xx", 503), ("ratelimited", 429)])
def test_an_answer_says_that_slack_is_unwell(sandbox: Sandbox, kind: str, status: int) -> None:
    sandbox.faults.add(kind=kind, seconds=7)
    with pytest.raises(SlackApiError) as caught:
        fragile(sandbox).chat_postMessage(channel="#general", text="x")
    assert caught.value.response.status_code == status
    if status == 429:
        assert caught.value.response.headers["Retry-After"] == "7"
    assert posts(sandbox) == []


def test_an_answer_is_late(sandbox: Sandbox) -> None:
    sandbox.faults.add(method="auth.test", kind="delay", seconds=0.2)
    started = time.monotonic()
    fragile(sandbox).auth_test()
    assert time.monotonic() - started >= 0.2


def test_a_fault_picks_its_calls_and_runs_out(sandbox: Sandbox) -> None:
    web = fragile(sandbox)
    sandbox.faults.add(kind="error_5xx", times=2, where=lambda arguments: arguments.get("text") == "bad")
    outcomes = []
    for text in ("good", "bad", "good", "bad", "bad"):
        try:
            web.chat_postMessage(channel="#general", text=text)
            outcomes.append("sent")
        except SlackApiError:
            outcomes.append("failed")
    assert outcomes == ["sent", "failed", "sent", "failed", "sent"]


def test_faults_are_forgotten_and_must_exist(sandbox: Sandbox, start: Callable[..., Sandbox]) -> None:
    sandbox.faults.add(kind="drop", times=100)
    sandbox.faults.clear()
    assert fragile(sandbox).auth_test()["ok"]
    with pytest.raises(ValueError, match="no fault is called 'gremlins'"):
        sandbox.faults.add(kind="gremlins")
