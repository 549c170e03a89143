"""Slack over HTTP: signed requests to `/slack/events`, checked before anything else looks at them.

Bolt has a check of its own, and it is not relied on: it reads a body before it looks at the signature, fails
with a traceback on a timestamp such as "abc" or a signature that is not ASCII, logs the whole body of what it
refuses, and drops a command whose text has the word "payload" in it. Here a request is refused with a 4xx and
one word, and Bolt is given the payload that was read here, as in Socket Mode, so that both ways run the same
code.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import re
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from slack_bolt import App, BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.replays import WINDOW_SECONDS, Seen
from handlers.edge.incident import note
from handlers.services import Services
from surveys import inbox
from surveys.clock import Clock, SystemClock
from surveys.errors import OrgpulseError

log = logging.getLogger(__name__)

PATH = "/slack/events"
# A modal's submission carries its whole view, which Slack limits to 250 kB.
MOST_BYTES = 1_000_000
# Slack gives up after three seconds.
READ_SECONDS = 10.0
# Exactly as Slack writes them: int() would take " 12 ", "1_2" and digits of every script.
_STAMP = re.compile(r"[0-9]{1,11}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
# What Bolt may hear of the headers. They are not signed, and others of them steer it.
_RETRY_HEADERS = ("x-slack-retry-num", "x-slack-retry-reason")


class NowhereToListen(OrgpulseError):
    """Nothing can listen on {host}, port {port}: {problem}. Choose another with --host and --port."""


class Refused(Exception):
    """A request that is not answered; `reason` is logged and says nothing of what was in it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Signed:
    """A request whose signature is Slack's."""

    stamp: str
    signature: str
    payload: dict[str, Any]
    retries: dict[str, str]


class Edge:
    """Takes requests, refuses what is not Slack's or came before, and lets Bolt deal with the rest.

    Args:
        app: Bolt's app, which checks no signatures in this way of use.
        services: where the inbox is.
        secret: Slack's signing secret.
        clock: the wall's time, by which Slack stamps.
    """

    def __init__(self, app: App, services: Services, *, secret: str, clock: Clock) -> None:
        self._app = app
        self._services = services
        self._secret = secret.encode()
        self._clock = clock
        self._seen = Seen(began=clock.now().timestamp())

    async def receive(self, request: Request) -> Response:
        """Answer one request; Bolt waits for listeners, so it has a thread of a pool."""
        try:
            signed = await self._checked(request)
            answer = await run_in_threadpool(self._deal, signed)
        except Refused as refused:
            log.warning("request refused: %s", refused.reason, extra={"action": "refused"})
            return PlainTextResponse("refused", refused.status)
        except ClientDisconnect:
            return _Silence()
        except Exception as error:
            # The database is away, say: Slack sends an event again, and shows its own notice for anything else.
            note(error)
            return PlainTextResponse("failed", 500)
        return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())

    async def _checked(self, request: Request) -> Signed:
        body = await _read(request)
        stamp = _only(request, "x-slack-request-timestamp", _STAMP)
        signature = _only(request, "x-slack-signature", _SIGNATURE)
        if abs(self._clock.now().timestamp() - int(stamp)) > WINDOW_SECONDS:
            raise Refused(401, "too old or too new")
        ours = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v0={ours}", signature):
            raise Refused(401, "wrong signature")
        payload = read_payload(body)
        retries = {name: request.headers[name] for name in _RETRY_HEADERS if name in request.headers}
        return Signed(stamp, signature, payload, retries)

    def _deal(self, signed: Signed) -> BoltResponse:
        if not self._take(signed):
            # Not 200: the sender of a copy shall not learn what came of the original, and its being there shows.
            raise Refused(409, "came before")
        try:
            request = BoltRequest(mode="socket_mode", body=signed.payload, headers=dict(signed.retries))
        except Exception:  # whatever a payload of no known shape makes of Bolt's reading
            raise Refused(400, "no payload of Slack's") from None
        return self._app.dispatch(request)

    def _take(self, signed: Signed) -> bool:
        payload = signed.payload
        if payload.get("type") == "event_callback" and isinstance(payload.get("event_id"), str):
            # Known again by its id (bot.replays.EventsOnce), for Slack may send it twice within a second.
            return True
        if not self._seen.take(signed.signature, int(signed.stamp), now=self._clock.now().timestamp()):
            return False
        # A click may be a ballot, and nothing is written beside one; a command never is. See bot.replays.
        if "type" in payload or "command" not in payload:
            return True
        with self._services.database.work() as session:
            key = inbox.request_key(signed.signature, signed.stamp)
            return inbox.take(session, key, now=self._services.now())


def read_payload(body: bytes) -> dict[str, Any]:
    """The payload of a signed body: JSON of an event, JSON within a form of a click, the form itself of a command.

    What it is stands in the body. The header that says it too is not signed: a message that somebody wrote could
    be read as a form, and say that it is another person's command.

    Raises:
        Refused: the body is not UTF-8, not JSON, or nothing that Slack sends.
    """
    try:
        text = body.decode()
        form = {} if text.startswith("{") else dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
        found = json.loads(form.get("payload", text)) if not form or "payload" in form else form
    except (ValueError, RecursionError):
        raise Refused(400, "unreadable") from None
    known = found is form and not form.keys().isdisjoint({"command", "ssl_check"})
    if not known and not (isinstance(found, dict) and isinstance(found.get("type"), str)):
        raise Refused(400, "no payload of Slack's")
    return dict(found)


def _only(request: Request, name: str, shape: re.Pattern[str]) -> str:
    """The one value of a header, of exactly this shape."""
    values = request.headers.getlist(name)
    if len(values) != 1 or not shape.fullmatch(values[0]):
        raise Refused(401, f"no proper {name}")
    return values[0]


async def _read(request: Request) -> bytes:
    """The body, as long as it is short and comes soon."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > MOST_BYTES:
                    raise Refused(413, "too long")
                parts.append(part)
    except TimeoutError:
        raise Refused(408, "too slow") from None
    return b"".join(parts)


class _Silence(Response):
    """No answer, since nobody is there any more to hear one."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


class WebServer:
    """A web server for one path, in a thread of its own. TLS is the business of a proxy in front of it."""

    def __init__(self, receive: Callable[[Request], Awaitable[Response]], *, host: str, port: int) -> None:
        self._host = host
        self._port = port
        routes = [Route(PATH, receive, methods=["POST"])]
        config = uvicorn.Config(
            Starlette(routes=routes),
            http="h11",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
        self._server = _Server(config)
        self._thread: threading.Thread | None = None

    def start(self) -> int:
        """Listen, and return the port once a request would be answered.

        Raises:
            NowhereToListen: the address is taken, or is not ours to use.
        """
        try:
            listener = socket.create_server((self._host, self._port))
        except OSError as problem:
            raise NowhereToListen(host=self._host, port=self._port, problem=problem.strerror) from problem
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="web", daemon=True)
        self._thread.start()
        self._server.listening.wait()
        return int(listener.getsockname()[1])

    def stop(self) -> None:
        """Answer what is under way, and listen no more."""
        self._server.should_exit = True
        if self._thread:
            self._thread.join()


class _Server(uvicorn.Server):
    """Says when it listens; outside the main thread it leaves signals alone by itself."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening and say so."""
        await super().startup(sockets)
        self.listening.set()


def web_server(app: App, services: Services, *, secret: str, host: str, port: int) -> WebServer:
    """A server of Slack's requests to a Bolt app, by the machine's own clock."""
    edge = Edge(app, services, secret=secret, clock=SystemClock())
    return WebServer(edge.receive, host=host, port=port)
