"""Signed HTTP: payloads posted to the app's request URL."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.delivery.ack import Ack, Kind, Retry
from deploy.sandbox.timing import Timing

# Enough for an app under test; beyond it deliveries queue, and the wait counts against the app as with Slack.
_THREADS = 32


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes
    no_retry: bool


class SignedHttp:
    """Posts to one address, each signed as Slack signs (scheme ``v0``)."""

    def __init__(self, url: str, signing_secret: str, timing: Timing) -> None:
        self.url = url
        self._secret = signing_secret.encode()
        self._timing = timing
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="sandbox-http")
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())

    async def carry(self, kind: Kind, payload: dict[str, Any], retry: Retry) -> Ack:
        """Post one payload; the body of a 200 answer is the acknowledgement."""
        started = time.monotonic()
        content_type, body = _encode(kind, payload)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (sandbox)"}
        if retry.attempt:
            headers |= {"X-Slack-Retry-Num": str(retry.attempt), "X-Slack-Retry-Reason": retry.reason}
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timing.ack):
                answer = await loop.run_in_executor(self._pool, self._post, body, headers)
        except TimeoutError:
            return Ack(ok=False, error="operation_timeout", seconds=time.monotonic() - started)
        except (OSError, urllib.error.URLError):
            return Ack(ok=False, error="no_app", seconds=time.monotonic() - started)
        seconds = time.monotonic() - started
        if answer.status != 200:
            return Ack(
                ok=False,
                error=f"http_{answer.status}",
                seconds=seconds,
                response={"no_retry": True} if answer.no_retry else {},
            )
        return Ack(ok=True, seconds=seconds, response=_decode(answer.body))

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _post(self, body: bytes, headers: dict[str, str]) -> _Answer:
        stamp = str(int(time.time()))
        base = b"v0:" + stamp.encode() + b":" + body
        signature = "v0=" + hmac.new(self._secret, base, hashlib.sha256).hexdigest()
        signed = {**headers, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        request = urllib.request.Request(self.url, data=body, headers=signed, method="POST")  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timing.ack) as response:
                return _Answer(response.status, response.read(), no_retry=False)
        except urllib.error.HTTPError as error:
            with error:
                return _Answer(error.code, error.read(), error.headers.get("X-Slack-No-Retry") == "1")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Slack follows redirects for events alone; the strict reading is none."""


def _encode(kind: Kind, payload: dict[str, Any]) -> tuple[str, bytes]:
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urllib.parse.urlencode(fields).encode()


def _decode(body: bytes) -> dict[str, Any]:
    text = body.decode(errors="replace").strip()
    if not text:
        return {}
    try:
        parsed = json.loads(text)
    except ValueError:
        # Plain words are an answer to a slash command.
        return {"text": text}
    return parsed if isinstance(parsed, dict) else {"text": text}
