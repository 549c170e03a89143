"""Signed HTTP to a real Bolt app behind a WSGI server, and to bare ones."""

from __future__ import annotations

import io
import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk.signature import SignatureVerifier

from deploy.sandbox import Sandbox, Timing
from tests.deploy.sandbox.block_examples import button, form, modal
from tests.deploy.sandbox.small_company import client, user

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(app: Wsgi) -> Iterator[str]:
    """Serve a WSGI app on a free port."""
    with make_server("127.0.0.1", 0, app, _Server, _Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/slack/events"
        finally:
            server.shutdown()
            thread.join()


class Recorder:
    """A bare endpoint that keeps what came and answers as told."""

    def __init__(self, *statuses: int, headers: list[tuple[str, str]] | None = None) -> None:
        self.requests: queue.Queue[tuple[dict[str, str], str]] = queue.Queue()
        self._statuses = list(statuses)
        self._headers = headers or []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
        headers = {key[5:].replace("_", "-").lower(): v for key, v in environ.items() if key.startswith("HTTP_")}
        headers["content-type"] = environ["CONTENT_TYPE"]
        self.requests.put((headers, body))
        status = self._statuses.pop(0) if self._statuses else 200
        start_response(f"{status} .", [("Content-Length", "0"), *self._headers])
        return []

    def next(self) -> tuple[dict[str, str], str]:
        return self.requests.get(timeout=5)


def test_a_bolt_app_answers_over_http(sandbox: Sandbox) -> None:
    app = App(client=client(sandbox), signing_secret=sandbox.app.signing_secret)

    def open_form(ack: Any, body: dict[str, Any], client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(form(), callback_id="form"))

    app.action("open")(open_form)
    app.view("form")(lambda ack: ack(response_action="errors", errors={"in": "no"}))
    app.command("/greet")(lambda ack: ack("hello"))
    with serving(SlackRequestHandler(app)) as url:
        assert sandbox.set_request_url(url)
        posted = client(sandbox).chat_postMessage(
            channel=user(sandbox, "ada"),
            text="x",
            blocks=[{"type": "actions", "elements": [button("open")]}],
        )
        assert sandbox.click("ada", channel=posted["channel"], ts=posted["ts"], action_id="open").ok
        view = sandbox.wait_for_view("ada", callback_id="form")
        assert sandbox.submit("ada", view["id"], {"in": "x"}).response["errors"] == {"in": "no"}
        assert sandbox.command("ada", posted["channel"], "/greet").response == {"text": "hello"}
        sandbox.set_request_url(None)


def test_an_address_that_echoes_nothing_is_not_accepted(sandbox: Sandbox) -> None:
    with serving(Recorder()) as url:
        assert not sandbox.set_request_url(url)
    assert sandbox.app.request_url is None


def test_payloads_are_signed_and_encoded_as_slack_does(start: Callable[..., Sandbox]) -> None:
    recorder = Recorder()
    with serving(recorder) as url:
        sandbox = start({"request_url": url})
        verifier = SignatureVerifier(sandbox.app.signing_secret)
        dm = sandbox.open_dm("ada")
        sandbox.say("ada", dm, "hello")
        headers, body = recorder.next()
        assert headers["content-type"] == "application/json"
        assert json.loads(body)["event"]["text"] == "hello"
        assert verifier.is_valid(body, headers["x-slack-request-timestamp"], headers["x-slack-signature"])
        sandbox.command("ada", dm, "/greet", "Ada & Ben")
        headers, body = recorder.next()
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert parse_qs(body)["text"] == ["Ada & Ben"]
        assert verifier.is_valid(body, headers["x-slack-request-timestamp"], headers["x-slack-signature"])
        posted = client(sandbox).chat_postMessage(
            channel=dm, text="x", blocks=[{"type": "actions", "elements": [button()]}]
        )
        recorder.next()  # the app's own message
        sandbox.click("ada", channel=dm, ts=posted["ts"], action_id="b")
        assert json.loads(parse_qs(recorder.next()[1])["payload"][0])["type"] == "block_actions"


def test_a_failed_event_is_tried_again_and_says_why(start: Callable[..., Sandbox]) -> None:
    recorder = Recorder(500, 404, 200)
    with serving(recorder) as url:
        sandbox = start({"request_url": url}, timing=Timing(retries=(0.0, 0.0, 0.0)))
        sandbox.say("ada", sandbox.open_dm("ada"), "hello")
        headers = [recorder.next()[0] for _ in range(3)]
    assert [h.get("x-slack-retry-num") for h in headers] == [None, "1", "2"]
    assert [h.get("x-slack-retry-reason") for h in headers] == [None, "http_error", "http_error"]


def test_an_app_can_ask_for_no_more_tries(start: Callable[..., Sandbox]) -> None:
    recorder = Recorder(500, headers=[("X-Slack-No-Retry", "1")])
    with serving(recorder) as url:
        sandbox = start({"request_url": url}, timing=Timing(retries=(0.0,)))
        dm = sandbox.open_dm("ada")
        assert not sandbox.open_home("ada").ok
        recorder.next()
        sandbox.say("ada", dm, "the next thing heard")
        assert "the next thing heard" in recorder.next()[1]


def test_a_slow_app_and_a_failing_one(start: Callable[..., Sandbox]) -> None:
    released = threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        released.wait(5)
        start_response("200 OK", [("Content-Length", "0")])
        return io.BytesIO(b"")

    with serving(slow) as url:
        sandbox = start({"request_url": url}, timing=Timing(ack=0.1, retries=()))
        assert sandbox.command("ada", sandbox.open_dm("ada"), "/greet").error == "operation_timeout"
        released.set()
    with serving(Recorder(500)) as url:
        sandbox = start({"request_url": url}, timing=Timing(retries=()))
        assert sandbox.command("ada", sandbox.open_dm("ada"), "/greet").error == "http_500"
