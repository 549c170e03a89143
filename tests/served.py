"""The small company of tests/handlers/office.py with its bot behind a web server, and somebody who posts to it."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.bootstrap import Orgpulse
from bot.http import PATH
from bot.settings import Settings
from deploy.sandbox import Sandbox
from surveys.ballots.keys import MasterKey
from surveys.clock import MovableClock
from surveys.people import enrolment, roster
from tests.handlers import office as small_company
from tests.handlers.office import Office

Json = dict[str, Any]
HOST = "127.0.0.1"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_HANDED_ON = {
    "content-type",
    "x-slack-request-timestamp",
    "x-slack-signature",
    "x-slack-retry-num",
    "x-slack-retry-reason",
}


def sign(secret: str, stamp: str, body: bytes) -> str:
    """Slack's signature, v0."""
    base = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Letter:
    """A request as it goes over the wire; headers are pairs, for they may come twice or in any bytes."""

    body: bytes
    headers: tuple[tuple[str, bytes], ...]

    @classmethod
    def signed(cls, secret: str, body: bytes, *, kind: str = JSON, stamp: str | None = None) -> Letter:
        """As Slack would send it, now or at another time."""
        stamp = str(int(time.time())) if stamp is None else stamp
        return cls.with_headers(
            body, kind=kind, stamp=stamp.encode(), signature=sign(secret, stamp, body).encode()
        )

    @classmethod
    def with_headers(cls, body: bytes, *, kind: str, stamp: bytes | None, signature: bytes | None) -> Letter:
        """With any stamp and signature, or without them."""
        named = (("X-Slack-Request-Timestamp", stamp), ("X-Slack-Signature", signature))
        given = tuple((name, value) for name, value in named if value is not None)
        return cls(body, (("Content-Type", kind.encode()), *given))


class Post:
    """Somebody who can reach the bot's port."""

    def __init__(self, port: int) -> None:
        self.port = port

    def send(self, letter: Letter, *, path: str = PATH, method: str = "POST") -> tuple[int, bytes]:
        """Send it and read status and body of the answer."""
        status, body, _ = self.ask(letter, path=path, method=method)
        return status, body

    def ask(self, letter: Letter, *, path: str = PATH, method: str = "POST") -> tuple[int, bytes, str]:
        """The same, and the type of the answer."""
        line = http.client.HTTPConnection(HOST, self.port, timeout=20)
        try:
            line.putrequest(method, path)
            line.putheader("Content-Length", str(len(letter.body)))
            for name, value in letter.headers:
                line.putheader(name, value)
            line.endheaders(letter.body)
            answer = line.getresponse()
            return answer.status, answer.read(), answer.getheader("Content-Type", "")
        finally:
            line.close()


def event(kind: str, event_id: str, **fields: Any) -> bytes:
    """An event's body."""
    inner = {"type": kind, "event_ts": "1.0", **fields}
    outer = {"type": "event_callback", "team_id": "T0SANDBOX01", "api_app_id": "A0SANDBOX01", "event_id": event_id}
    return json.dumps({**outer, "event": inner}).encode()


def form(payload: Mapping[str, Any]) -> bytes:
    """The body of a click or of a modal that is sent."""
    return urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()


class Wire:
    """Whoever sits between Slack and the bot: keeps a copy of every request, and hands it on."""

    def __init__(self, post: Post) -> None:
        self.copies: list[Letter] = []
        self._post = post
        self._server = ThreadingHTTPServer((HOST, 0), self._hearer())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        """Where Slack is to post."""
        return f"http://{HOST}:{self._server.server_port}{PATH}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _hearer(self) -> type[BaseHTTPRequestHandler]:
        wire = self

        class Hearer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept = tuple((k, v.encode()) for k, v in self.headers.items() if k.lower() in _HANDED_ON)
                letter = Letter(body, kept)
                wire.copies.append(letter)
                status, answer, kind = wire._post.ask(letter)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        return Hearer


@dataclass(frozen=True)
class Served:
    """The company, the doors of its bots, and the wire from Slack to the first of them."""

    office: Office
    posts: list[Post]
    wire: Wire

    @property
    def secret(self) -> str:
        return self.office.sandbox.app.signing_secret

    def copies(self, word: bytes) -> list[Letter]:
        """What went over the wire with a word in its body."""
        return [letter for letter in self.wire.copies if word in letter.body]


@contextmanager
def served(folder: Path, *, database: str | None = None, doors: int = 1) -> Iterator[Served]:
    """The company on the Sunday before its first week; its Slack posts to the first of the bot's processes.

    Args:
        folder: where the key lies, and the database unless one is named.
        database: address of a migrated database.
        doors: how many bots listen, on one database.
    """
    clock = MovableClock(small_company.BEGINS)
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(small_company.seed(), clock=clock.timestamp, rate_limits=0))
        MasterKey.create(folder / "master.key")
        settings = Settings(
            database=database or f"sqlite:///{folder / 'orgpulse.db'}",
            master_key_file=folder / "master.key",
            slack_api_url=sandbox.api_url,
            slack_bot_token=SecretStr(sandbox.app.bot_token),
            slack_signing_secret=SecretStr(sandbox.app.signing_secret),
            leaders_channel=next(channel.id for channel in sandbox.channels if channel.name == "leaders"),
        )
        bots = []
        for _ in range(doors):
            bots.append(Orgpulse(settings, clock=clock))
            stack.callback(bots[-1].stop)
        with bots[0].database.work() as session:
            people = roster.read_roster(small_company.roster_csv())
            enrolment.apply(session, people, actor="test", now=clock.now())
        bots[0].sync_people()
        posts = [Post(bot.listen(HOST, 0)) for bot in bots]
        wire = Wire(posts[0])
        stack.callback(wire.close)
        assert sandbox.set_request_url(wire.url)
        stack.callback(sandbox.set_request_url, None)
        office = Office(sandbox, bots[0], clock)
        office._seen = {}
        yield Served(office, posts, wire)
