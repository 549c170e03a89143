"""Socket Mode through slack_sdk's own client."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from deploy.sandbox import Sandbox, SeedUser, Timing
from tests.deploy.sandbox.small_company import channel, hang_up, user

Answer = Callable[[SocketModeRequest], bool]


class Listener:
    """A bare Socket Mode client that keeps what came."""

    def __init__(self, sandbox: Sandbox, answers: Answer) -> None:
        web = WebClient(token=sandbox.app.app_token, base_url=sandbox.api_url)
        self.requests: queue.Queue[SocketModeRequest] = queue.Queue()
        self.words: queue.Queue[dict[str, Any]] = queue.Queue()
        self.client = SocketModeClient(app_token=sandbox.app.app_token, web_client=web)
        self._answers = answers
        self.client.socket_mode_request_listeners.append(self._take)
        self.client.on_message_listeners.append(lambda raw: self.words.put(json.loads(raw)))

    def _take(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        self.requests.put(request)
        if self._answers(request):
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    def next(self) -> SocketModeRequest:
        return self.requests.get(timeout=5)

    def word(self, kind: str) -> dict[str, Any]:
        while (message := self.words.get(timeout=5)).get("type") != kind:
            pass
        return message


@contextmanager
def listening(sandbox: Sandbox, answers: Answer = lambda _: True) -> Iterator[Listener]:
    listener = Listener(sandbox, answers)
    listener.client.connect()
    try:
        listener.word("hello")
        yield listener
    finally:
        hang_up(sandbox, listener.client)


def address(sandbox: Sandbox) -> str:
    web = WebClient(token=sandbox.app.app_token, base_url=sandbox.api_url)
    return str(web.apps_connections_open(app_token=sandbox.app.app_token)["url"])


def test_an_event_comes_in_an_envelope(sandbox: Sandbox) -> None:
    with listening(sandbox) as app:
        dm = sandbox.open_dm("ada")
        ts = sandbox.say("ada", dm, "hello")
        request = app.next()
    assert (request.type, request.retry_attempt) == ("events_api", 0)
    assert request.payload["api_app_id"] == sandbox.app.app_id
    event = request.payload["event"]
    assert (event["type"], event["channel_type"], event["ts"]) == ("message", "im", ts)
    assert (event["user"], event["text"]) == (user(sandbox, "ada"), "hello")


def test_an_address_is_good_for_one_connection(sandbox: Sandbox) -> None:
    url = address(sandbox)
    with connect(url) as link:
        assert '"hello"' in link.recv(timeout=5)
    with pytest.raises(Exception, match="rejected"), connect(url):
        pass


def test_the_eleventh_connection_is_sent_away(sandbox: Sandbox) -> None:
    with ExitStack() as links:
        for _ in range(10):
            links.enter_context(connect(address(sandbox))).recv(timeout=5)
        extra = links.enter_context(connect(address(sandbox)))
        assert '"too_many_websockets"' in extra.recv(timeout=5)
        with pytest.raises(ConnectionClosed):
            extra.recv(timeout=5)


def test_each_payload_goes_to_one_connection_in_turn(sandbox: Sandbox) -> None:
    dm = sandbox.open_dm("ada")
    with listening(sandbox) as one, listening(sandbox) as other:
        for number in range(4):
            sandbox.say("ada", dm, str(number))
        heard = [app.next().payload["event"]["text"] for app in (one, one, other, other)]
        assert sorted(heard) == ["0", "1", "2", "3"]
        assert one.requests.empty()
        assert other.requests.empty()


def test_an_event_without_an_acknowledgement_comes_again(start: Callable[..., Sandbox]) -> None:
    sandbox = start(timing=Timing(ack=0.1, retries=(0.0, 0.02, 0.02)))
    with listening(sandbox, lambda request: request.retry_attempt == 2) as app:
        sandbox.say("ada", sandbox.open_dm("ada"), "hello")
        requests = [app.next() for _ in range(3)]
    assert [(r.retry_attempt, r.retry_reason) for r in requests] == [
        (0, ""),
        (1, "http_timeout"),
        (2, "http_timeout"),
    ]
    assert len({request.payload["event_id"] for request in requests}) == 1
    assert len({request.envelope_id for request in requests}) == 3


def test_a_command_without_an_acknowledgement_fails_and_does_not_come_again(start: Callable[..., Sandbox]) -> None:
    sandbox = start(timing=Timing(ack=0.1, retries=(0.0,)))
    with listening(sandbox, lambda _: False) as app:
        ack = sandbox.command("ada", sandbox.open_dm("ada"), "/greet", "x")
        assert (ack.ok, ack.error) == (False, "operation_timeout")
        assert app.next().type == "slash_commands"
        sandbox.command("ada", sandbox.open_dm("ada"), "/greet", "second")
        assert app.next().payload["text"] == "second"


def test_nobody_there(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    assert sandbox.command("ada", sandbox.open_dm("ada"), "/greet", "").error == "no_app"


def test_an_event_can_come_twice(sandbox: Sandbox) -> None:
    with listening(sandbox) as app:
        sandbox.faults.add(kind="duplicate_event")
        sandbox.say("ada", sandbox.open_dm("ada"), "hello")
        first, second = app.next(), app.next()
    assert first.payload["event_id"] == second.payload["event_id"]
    assert first.envelope_id != second.envelope_id


def test_a_cut_connection_loses_nothing_that_is_retried(start: Callable[..., Sandbox]) -> None:
    sandbox = start(timing=Timing(ack=0.1, retries=(0.0, 0.1, 0.1)))
    with listening(sandbox) as app, listening(sandbox) as other:
        sandbox.faults.add(kind="cut_socket")
        sandbox.say("ada", sandbox.open_dm("ada"), "hello")
        both = [app, other]
        heard = None
        while heard is None:
            for each in both:
                if not each.requests.empty():
                    heard = each.next()
    assert heard.retry_attempt == 1


def test_the_client_comes_anew_when_asked(sandbox: Sandbox) -> None:
    with listening(sandbox) as app:
        sandbox.refresh_sockets()
        assert app.word("disconnect")["reason"] == "refresh_requested"
        app.word("hello")
        sandbox.say("ada", sandbox.open_dm("ada"), "still there?")
        assert app.next().payload["event"]["text"] == "still there?"


def test_people_and_channels_are_reported(sandbox: Sandbox) -> None:
    with listening(sandbox) as app:
        new = sandbox.add_user(SeedUser("eve", "Eve Lin", "eve@example.com", "Asia/Seoul"))
        joined = app.next().payload["event"]
        assert (joined["type"], joined["user"]["id"], joined["user"]["tz"]) == ("team_join", new, "Asia/Seoul")
        sandbox.change_user(new, status_text="away", tz="UTC")
        changed = app.next().payload["event"]
        assert (changed["type"], changed["user"]["tz"]) == ("user_change", "UTC")
        sandbox.join("eve", channel(sandbox, "general"))
        assert app.next().payload["event"]["type"] == "member_joined_channel"
        sandbox.invite("ada", channel(sandbox, "random"))
        invited = app.next().payload["event"]
        assert (invited["user"], invited["inviter"]) == (sandbox.app.bot_user, user(sandbox, "ada"))


def test_a_mention_is_reported_where_the_app_is(sandbox: Sandbox) -> None:
    words = f"<@{sandbox.app.bot_user}> how are we?"
    with listening(sandbox) as app:
        sandbox.say("ada", channel(sandbox, "random"), words)
        sandbox.say("ada", channel(sandbox, "secret"), words)
        events = [app.next().payload["event"] for _ in range(2)]
        assert [event["type"] for event in events] == ["message", "app_mention"]
        assert {event["channel"] for event in events} == {channel(sandbox, "secret")}


def test_an_event_without_its_scope_is_not_sent(start: Callable[..., Sandbox]) -> None:
    sandbox = start({"scopes": ("users:read",)})
    with listening(sandbox) as app:
        sandbox.say("ada", sandbox.open_dm("ada"), "hello")
        sandbox.change_user(user(sandbox, "ada"), title="Lead")
        assert app.next().payload["event"]["type"] == "user_change"


def test_the_app_hears_itself_edit_and_delete(sandbox: Sandbox) -> None:
    web = WebClient(token=sandbox.app.bot_token, base_url=sandbox.api_url)
    with listening(sandbox) as app:
        posted = web.chat_postMessage(channel=user(sandbox, "ada"), text="one")
        web.chat_update(channel=posted["channel"], ts=posted["ts"], text="two")
        web.chat_delete(channel=posted["channel"], ts=posted["ts"])
        events = [app.next().payload["event"] for _ in range(3)]
    assert [event.get("subtype") for event in events] == [None, "message_changed", "message_deleted"]
    assert events[0]["bot_id"] == sandbox.app.bot_id
    assert (events[1]["previous_message"]["text"], events[1]["message"]["text"]) == ("one", "two")
