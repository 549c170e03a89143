"""Forged and replayed requests over HTTP, sent to the real bot while it serves real people."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import random
import re
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from slack_bolt import Ack, App
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from bot.http import MOST_BYTES, PATH, WebServer
from bot.replays import WINDOW_SECONDS
from handlers.ids import Action
from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.handlers.office import steady
from tests.served import FORM, HOST, JSON, Letter, Post, Served, served, sign
from tests.surveys.stored import all_rows

CANARY = "CANARY-5e1f"
COMMENT = "approvals"
EVENT = b"event_callback"
MOST_BESIDE = 400
HOW_MANY = {Effort.SMALL: 500, Effort.FULL: 100_000}

STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
ODD_STAMPS = ["", "abc", "1e9", "NaN", "inf", "-1", "0", "+1", "9" * 300, "0x10", "1_0", "٣٤", "1 2", "²", "1.5"]
ODD_SIGNATURES = [b"", b"v0=", b"v1=" + b"0" * 64, b"\xff" * 67, b"v0=" + b"\xe9" * 64, b"v0=" + b"0" * 64]
ODD_BODIES = [
    b"\xff\xfe\xfd",
    b'{"a": ',
    b"payload={",
    b"payload=%ff",
    b"[]",
    b"5",
    b"null",
    b"{}",
    b"",
    b"&&&",
    b'{"a":' + b"[" * 50_000,
    b'{"type": "x", "team": 5}',
    b"text=hello",
    b'{"event": 7, "type": "event_callback"',
    b"x" * (MOST_BYTES + 1),
]
ODD_REQUESTS = [
    b"GARBAGE\r\n\r\n",
    b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nX-Slack-Signature: v0=\x00\r\n\r\n",
    b"DELETE " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
]


def header(letter: Letter, name: str) -> bytes:
    return next((value for known, value in letter.headers if known.lower() == name.lower()), b"")


def with_header(letter: Letter, name: str, value: bytes) -> Letter:
    kept = tuple(pair for pair in letter.headers if pair[0].lower() != name.lower())
    return replace(letter, headers=(*kept, (name, value)))


class Forger:
    """Somebody with copies of real requests, Slack's true secret for some tricks, and much patience.

    With the secret is signed only what must be refused all the same: what is too old, and what no Slack sends.
    """

    def __init__(self, copies: list[Letter], slack: Served) -> None:
        self.copies = copies
        self.secret = slack.secret
        self.people = [slack.office.id(name).encode() for name in ("north1", "north2", "south1", "sam", "chief")]
        self.dice = random.Random(20260903)  # noqa: S311 (the same forgeries on every run)

    def any_copy(self) -> Letter:
        return self.dice.choice(self.copies)

    def forgeries(self) -> Iterator[Letter]:
        """One of each kind, again and again."""
        for trick in itertools.cycle(
            (
                self.another_signature,
                self.signature_of_another,
                self.another_stamp,
                self.other_headers,
                self.another_body,
                self.another_person,
                self.another_secret,
                self.outside_the_window,
                self.unreadable,
            )
        ):
            yield trick(self.any_copy())

    def signature_of_another(self, one: Letter) -> Letter:
        signatures = {header(copy, SIGNATURE) for copy in self.copies} - {header(one, SIGNATURE)}
        return with_header(one, SIGNATURE, self.dice.choice(sorted(signatures)))

    def another_signature(self, one: Letter) -> Letter:
        if self.dice.random() < 0.4:
            return with_header(one, SIGNATURE, self.dice.choice(ODD_SIGNATURES))
        digits = bytearray(header(one, SIGNATURE))
        place = self.dice.randrange(len(digits))
        digits[place] = self.dice.choice([byte for byte in range(33, 127) if byte != digits[place]])
        return with_header(one, SIGNATURE, bytes(digits))

    def another_stamp(self, one: Letter) -> Letter:
        near = str(int(time.time()) + self.dice.choice([-200, -100, 1, 100]) * 3)
        stamp = self.dice.choice([*ODD_STAMPS, near])
        changed = with_header(one, STAMP, stamp.encode())
        signed = self.dice.random() < 0.5 and stamp != near
        return with_header(changed, SIGNATURE, sign(self.secret, stamp, one.body).encode()) if signed else changed

    def other_headers(self, one: Letter) -> Letter:
        name = self.dice.choice([STAMP, SIGNATURE])
        kept = tuple(pair for pair in one.headers if pair[0].lower() != name.lower())
        doubled = ((name, header(one, name)),) * 2 if self.dice.random() < 0.5 else ()
        return replace(one, headers=kept + doubled)

    def another_body(self, one: Letter) -> Letter:
        place = self.dice.randrange(len(one.body))
        changed = bytes([(one.body[place] + self.dice.randrange(1, 256)) % 256])
        body = one.body[:place] + changed + one.body[place + 1 :]
        return replace(one, body=self.dice.choice([body, one.body[:place], one.body + CANARY.encode()]))

    def another_person(self, one: Letter) -> Letter:
        found = re.search(rb"U0SBX\d{6}", one.body)
        if not found:
            return self.another_body(one)
        other = self.dice.choice([person for person in self.people if person != found[0]])
        return replace(one, body=one.body.replace(found[0], other))

    def another_secret(self, one: Letter) -> Letter:
        secret = self.dice.choice([CANARY, "0", self.secret[:-1], self.secret.upper(), self.secret + "\n"])
        return Letter.signed(secret, one.body, kind=header(one, "content-type").decode())

    def outside_the_window(self, one: Letter) -> Letter:
        away = self.dice.choice([-1, 1]) * self.dice.choice([WINDOW_SECONDS + 2, 3600, 10**8, 10**10])
        kind = header(one, "content-type").decode()
        return Letter.signed(self.secret, one.body, kind=kind, stamp=str(int(time.time()) + away))

    def unreadable(self, one: Letter) -> Letter:
        body = self.dice.choice(ODD_BODIES)
        return Letter.signed(self.secret, body, kind=self.dice.choice([JSON, FORM, "", "text/plain"]))

    def played_again(self, one: Letter) -> Letter:
        """An exact copy, with headers beside that nobody signed."""
        extra = [("X-Slack-Retry-Num", b"1"), ("X-Slack-Bolt-Lazy-Only", b"1"), ("X-Forwarded-For", b"::1")]
        kind = self.dice.choice([JSON, FORM, "text/plain"]).encode()
        again = with_header(one, "Content-Type", kind) if self.dice.random() < 0.3 else one
        return replace(again, headers=again.headers + tuple(self.dice.sample(extra, self.dice.randrange(3))))


def live_a_day(slack: Served) -> list[Letter]:
    """People do everything that can be done; what goes over the wire is copied."""
    office = slack.office
    office.open_pulse()
    office.answer("north1", {**steady("north1"), "comment": f"too many {COMMENT}"})
    office.answer("north1", {**steady("north1"), "trust": "2"})
    office.press("north2", Action.DECLINE_PULSE)
    office.home("north3")
    office.ask("chief", "how is trust")
    before = {message["ts"] for message in office.messages("chief")}
    office.sandbox.say(office.id("chief"), office.dm("chief"), "how is friction")
    office.new_message("chief", office.dm("chief"), before)
    return list(slack.wire.copies)


def footprint(slack: Served) -> str:
    """Everything that being acted on would change: the tables, and what Slack was asked to do."""
    tables = json.dumps(all_rows(slack.office.bot.database), sort_keys=True)
    return hashlib.sha256(f"{tables} {slack.office.sandbox.calls.count()}".encode()).hexdigest()


@contextmanager
def listening() -> Iterator[list[str]]:
    """Everything that is logged from INFO on, tracebacks included."""
    lines: list[str] = []
    handler = logging.Handler()
    formatter = logging.Formatter("%(name)s %(message)s")
    handler.emit = lambda record: lines.append(formatter.format(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


@dataclass
class Tally:
    """What came of many requests."""

    statuses: Counter[int] = field(default_factory=Counter)

    def count(self, status: int) -> None:
        self.statuses[status] += 1

    @property
    def sent(self) -> int:
        return self.statuses.total()

    @property
    def passed(self) -> int:
        return sum(number for status, number in self.statuses.items() if status < 400)

    @property
    def failed(self) -> int:
        return sum(number for status, number in self.statuses.items() if status >= 500)


@dataclass
class Traces:
    """What the log tells of requests."""

    lines: list[str]

    @property
    def bodies(self) -> int:
        return sum(CANARY in line or COMMENT in line for line in self.lines)

    @property
    def tracebacks(self) -> int:
        return sum("Traceback" in line for line in self.lines)

    def __str__(self) -> str:
        return f"{self.tracebacks} tracebacks, {self.bodies} bodies in the log"


def raw(post: Post, request: bytes) -> int:
    """The status of bytes that are hardly a request; 400 when the line is simply closed."""
    with socket.create_connection((HOST, post.port), timeout=10) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        answer = line.recv(64)
    found = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return int(found[1]) if found else 400


def attempt(post: Post, letter: Letter) -> int:
    try:
        return post.send(letter)[0]
    except OSError:
        # Refused while it was still talking.
        return 413


@contextmanager
def bare_bolt(slack: Served) -> Iterator[tuple[Post, list[str]]]:
    """Bolt's own web adapter with its own check, and a listener for everything."""
    acted: list[str] = []

    def act(ack: Ack) -> None:
        acted.append("acted")
        ack()

    app = App(
        signing_secret=slack.secret,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T", bot_token="xoxb-1", bot_id="B"),
    )
    app.action(re.compile(".*"))(act)
    app.view(re.compile(".*"))(act)
    app.command(re.compile(".*"))(act)
    for kind in ("message", "app_home_opened"):
        app.event(kind)(act)
    handler = SlackRequestHandler(app)

    server = WebServer(handler.handle, host=HOST, port=0)
    try:
        yield Post(server.start()), acted
    finally:
        server.stop()


def beside(slack: Served, forger: Forger) -> str:
    """Forgeries and copies to Bolt's own check."""
    tally = Tally()
    with listening() as lines, bare_bolt(slack) as (post, acted):
        for letter in itertools.islice(forger.forgeries(), MOST_BESIDE):
            tally.count(attempt(post, letter))
        for letter in forger.copies:
            tally.count(attempt(post, letter))
    what_came = f"{len(acted)} acted on, {tally.failed} answered 5xx, {Traces(lines)}"
    return f"Bolt's own check, {tally.sent} of them: {what_came}"


def at_another_process(slack: Served, forger: Forger) -> tuple[str, bool]:
    """Copies to a process that did not get the originals: a click passes, and can only be what it was."""
    clicks = [letter for letter in forger.copies if letter.body.startswith(b"payload=")]
    others = [letter for letter in forger.copies if letter not in clicks]
    before = footprint(slack)
    answers = {slack.posts[1].send(letter)[0] for letter in others}
    unchanged = footprint(slack) == before
    ballots = len(all_rows(slack.office.bot.database)["ballot"])
    for letter in clicks:
        slack.posts[1].send(letter)
    same = len(all_rows(slack.office.bot.database)["ballot"]) == ballots
    told = (
        f"at another process {len(others)} commands and events change nothing, {len(clicks)} clicks add no ballot"
    )
    return told, unchanged and same and answers <= {200, 409}


def forge_and_replay(effort: Effort, progress: Progress) -> Outcome:
    """Thousands of mutated and copied requests; none may be acted on, fail, or leave a trace of its body."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), doors=2) as slack:
        forger = Forger(live_a_day(slack), slack)
        forged, replayed, odd = Tally(), Tally(), itertools.cycle(ODD_REQUESTS)
        with listening() as lines:
            before = footprint(slack)
            for number, letter in enumerate(itertools.islice(forger.forgeries(), HOW_MANY[effort])):
                forged.count(attempt(slack.posts[0], letter))
                if number % 20 == 0:
                    forged.count(raw(slack.posts[0], next(odd)))
                    copy = forger.any_copy()
                    status = attempt(slack.posts[0], forger.played_again(copy))
                    # An event is answered 200 and left at that; whether it was, the footprint tells.
                    replayed.count(409 if status == 200 and EVENT in copy.body else status)
                    progress(number / HOW_MANY[effort])
            acted = footprint(slack) != before
        elsewhere, harmless = at_another_process(slack, forger)
        weaker = beside(slack, forger)
    traces = Traces(lines)
    bad = forged.passed + forged.failed + replayed.passed + replayed.failed + traces.bodies + traces.tracebacks
    return Outcome(
        f"{forged.sent:,} forged and {replayed.sent:,} copied requests of {len(forger.copies)} real ones: "
        f"{forged.passed + replayed.passed} passed, {'something' if acted else 'nothing'} changed, "
        f"{forged.failed + replayed.failed} answered 5xx, {traces}; {elsewhere}",
        held=not acted and not bad and harmless,
        beside=weaker,
    )


ATTACKS = [
    Attack(
        "forged and replayed requests over HTTP",
        "0 acted on, 0 tracebacks, 0 answered 5xx, nothing of a body in the log",
        forge_and_replay,
    )
]
