"""The page's interface: what it reads, what it does and what it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest
from slack_bolt import App
from websockets.sync.client import connect

from deploy.sandbox import Sandbox
from tests.deploy.sandbox.block_examples import button, form, home, modal
from tests.deploy.sandbox.small_company import channel, client, user

Connected = Callable[[Sandbox, Callable[[App], None]], AbstractContextManager[App]]


@pytest.fixture
def page(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url) as browser:
        yield browser


def do(page: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = page.post(f"/page/api/as/ada{path}", json=body).json()
    assert isinstance(answer, dict)
    return answer


def test_the_workspace(sandbox: Sandbox, page: httpx.Client) -> None:
    shown = page.get("/page/api/workspace").json()
    assert shown["team"]["name"] == "Sandbox"
    assert shown["app"]["commands"] == [{"command": "/greet", "description": "Say hello", "usage_hint": "[name]"}]
    ben = next(person for person in shown["people"] if person["name"] == "ben")
    assert (ben["id"], ben["dnd"], ben["tz"]) == (user(sandbox, "ben"), True, "America/New_York")


def test_a_person_sees_their_conversations_and_what_is_unread(sandbox: Sandbox, page: httpx.Client) -> None:
    posted = client(sandbox).chat_postMessage(channel=user(sandbox, "ada"), text="hello")
    client(sandbox).views_publish(user_id=user(sandbox, "ada"), view=home())
    shown = page.get("/page/api/as/ada").json()
    seen = {c["name"]: c for c in shown["conversations"]}
    assert set(seen) == {"general", "random", "secret", "App"}
    assert (seen["secret"]["kind"], seen["random"]["is_member"]) == ("private", True)
    assert (seen["App"]["unread"], seen["App"]["is_app_dm"], seen["App"]["last_ts"]) == (1, True, posted["ts"])
    assert shown["home"]["type"] == "home"
    assert do(page, "/read", channel=posted["channel"], ts=posted["ts"])["ok"]
    again = {c["name"]: c for c in page.get("/page/api/as/ada").json()["conversations"]}
    assert again["App"]["unread"] == 0


def test_messages_are_shown_to_those_who_may_see_them(sandbox: Sandbox, page: httpx.Client) -> None:
    where = channel(sandbox, "general")
    client(sandbox).chat_postEphemeral(channel=where, user=user(sandbox, "ben"), text="psst")
    root = do(page, "/messages", channel=where, text="root")["ts"]
    do(page, "/messages", channel=where, text="reply", thread_ts=root)
    do(page, "/react", channel=where, ts=root, name="tada")
    shown = page.get("/page/api/as/ada/messages", params={"channel": where}).json()["messages"]
    assert [(m["text"], m["reply_count"], m["ephemeral"]) for m in shown] == [
        ("root", 1, False),
        ("reply", 0, False),
    ]
    assert shown[0]["reactions"] == [{"name": "tada", "users": [user(sandbox, "ada")]}]
    assert shown[0]["username"] == "Ada Marlow"
    bens = page.get("/page/api/as/ben/messages", params={"channel": where}).json()["messages"]
    assert bens[0]["ephemeral"]
    hidden = page.get("/page/api/as/ada/messages", params={"channel": channel(sandbox, "hidden")})
    assert hidden.json()["error"] == "channel_not_found"


def test_a_person_goes_through_a_form(sandbox: Sandbox, page: httpx.Client, connected: Connected) -> None:
    def register(app: App) -> None:
        def show(ack: Any, body: Any, client: Any) -> None:
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=modal(form(), callback_id="form"))

        app.action("b")(show)
        app.view("form")(lambda ack: ack(response_action="errors", errors={"in": "not that"}))
        app.command("/greet")(lambda ack: ack("hello"))
        app.event("app_home_opened")(lambda event: None)

    with connected(sandbox, register):
        blocks = [{"type": "actions", "elements": [button()]}]
        posted = client(sandbox).chat_postMessage(channel=user(sandbox, "ada"), text="x", blocks=blocks)
        container = {"type": "message", "channel": posted["channel"], "ts": posted["ts"]}
        act = {"container": container, "action_id": "b", "value": None, "state": {"old": {"x": {"type": "y"}}}}
        assert do(page, "/action", **act)["ok"]
        view = sandbox.wait_for_view("ada")
        assert page.get("/page/api/as/ada").json()["views"][0]["id"] == view["id"]
        held_back = do(page, f"/view/{view['id']}/submit", values={})
        assert held_back["ok"]
        assert set(held_back["ack"]["errors"]) == {"in"}
        values = {"in": {"plain_text_input": {"type": "plain_text_input", "value": "x"}}}
        sent = do(page, f"/view/{view['id']}/submit", values=values)
        assert sent == {"ok": True, "ack": {"response_action": "errors", "errors": {"in": "not that"}}}
        assert do(page, f"/view/{view['id']}/close")["ok"]
        assert do(page, "/command", channel=posted["channel"], command="/greet", text="")["ok"]
        assert do(page, "/home/open")["ok"]
    gone = do(page, f"/view/{view['id']}/submit", values={})
    assert (gone["ok"], gone["error"]) == (False, "view_not_found")


def test_what_fails_is_told_in_words(sandbox: Sandbox, page: httpx.Client) -> None:
    dm = do(page, "/dm")["channel"]
    alone = do(page, "/command", channel=dm, command="/greet", text="")
    assert alone == {"ok": False, "error": "no_app", "message": "The app is not connected."}
    assert do(page, "/messages", channel=dm)["error"] == "invalid_arguments"
    assert do(page, "/join", channel=channel(sandbox, "secret"))["error"] == "channel_not_found"
    assert page.get("/page/api/as/nobody").json()["error"] == "user_not_found"
    assert page.post("/page/api/as/ada/join", content=b"[]").status_code == 400


@pytest.mark.parametrize("headers", [{"Origin": "https://example.com"}, {"Host": "example.com"}])
def test_another_site_can_neither_read_nor_write(page: httpx.Client, headers: dict[str, str]) -> None:
    assert page.get("/page/api/workspace", headers=headers).status_code == 403
    assert page.post("/page/api/as/ada/dm", json={}, headers=headers).status_code == 403


def test_hints_come_live_and_only_to_those_concerned(sandbox: Sandbox) -> None:
    live = sandbox.url.replace("http", "ws") + "/page/live?as=ada"
    with connect(live) as socket:
        sandbox.say("ben", channel(sandbox, "hidden"), "not for Ada")
        sandbox.open_dm("ben", "cyd")
        sandbox.say("ben", channel(sandbox, "general"), "for Ada")
        assert json.loads(socket.recv(timeout=5)) == {"what": "messages", "channel": channel(sandbox, "general")}
        sandbox.change_user(user(sandbox, "ben"), status_text="away")
        assert json.loads(socket.recv(timeout=5)) == {"what": "people"}
        client(sandbox).views_publish(user_id=user(sandbox, "ben"), view=home())
        client(sandbox).views_publish(user_id=user(sandbox, "ada"), view=home())
        assert json.loads(socket.recv(timeout=5)) == {"what": "home"}


def test_the_page_and_its_parts_are_served(page: httpx.Client) -> None:
    front = page.get("/")
    assert front.status_code == 200
    assert front.headers["cache-control"] == "no-store"
    assert page.get("/page/static/../server.py").status_code == 404
    assert page.get("/page/static/%2e%2e/server.py").status_code == 404
