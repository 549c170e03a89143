"""The Web API over HTTP: reads a call, checks who makes it, answers as Slack does.

Written against ASGI itself: an app makes thousands of these calls, and a cut connection is one of the answers.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from deploy.sandbox.api import METHODS
from deploy.sandbox.api.method import Arguments, Call, Method
from deploy.sandbox.calls import ApiCall
from deploy.sandbox.emulator import Emulator
from deploy.sandbox.errors import SlackError
from deploy.sandbox.faults import Fault

PREFIX = "/api/"


class WebApi:
    """Answers ``/api/<method>``.

    Args:
        emulator: what the methods act on.
        cut: ends the connection of a request without an answer.
    """

    def __init__(self, emulator: Emulator, cut: Callable[[Scope], None]) -> None:
        self._emulator = emulator
        self._cut = cut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        name: str = scope["path"][len(PREFIX) :].rstrip("/")
        headers = dict(scope["headers"])
        body = await _read(receive)
        try:
            arguments = _arguments(scope, headers, body)
        except SlackError as error:
            await _answer(send, 200, json.dumps(error.body()).encode())
            return
        token = headers.get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ").strip()
        token = arguments.pop("token", None) or token
        fault = self._emulator.faults.take_call(name, arguments)
        if fault is not None and await self._befell(fault, scope, send):
            return
        status, answer, retry_after = self._call(name, arguments, token, fault)
        if fault is not None and fault.kind == "lost_answer":
            self._cut(scope)
            return
        app = self._emulator.workspace.app
        scopes = app.scopes if token == app.bot_token else None
        await _answer(send, status, answer, retry_after=retry_after, scopes=scopes)

    async def _befell(self, fault: Fault, scope: Scope, send: Send) -> bool:
        """Let a fault happen that comes before the act; True when nothing is left to do."""
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "drop":
            self._cut(scope)
            return True
        elif fault.kind == "error_5xx":
            await _answer(send, 503, b"upstream connect error", content_type=b"text/plain")
            return True
        return False

    def _call(
        self, name: str, arguments: Arguments, token: str, fault: Fault | None
    ) -> tuple[int, bytes, int | None]:
        """Make the call and log it; the status, the body and perhaps the seconds to wait."""
        emulator = self._emulator
        status, retry_after = 200, None
        with emulator.workspace.changing():
            try:
                if fault is not None and fault.kind == "ratelimited":
                    raise SlackError("ratelimited", retry_after=max(1, round(fault.seconds)))  # noqa: TRY301
                method = self._allowed(name, token)
                answer = {"ok": True, **method.act(Call(emulator, arguments))}
            except SlackError as error:
                answer = error.body()
                if error.retry_after is not None:
                    status, retry_after = 429, error.retry_after
            body = json.dumps(answer).encode()
        ok, error_code = answer["ok"], answer.get("error")
        emulator.calls.note(ApiCall(name, arguments, ok, error_code, time.time(), answer))
        return status, body, retry_after

    def _allowed(self, name: str, token: str) -> Method:
        """The method, if this token may call it now."""
        app = self._emulator.workspace.app
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        if not token:
            raise SlackError("not_authed")
        if token not in {app.bot_token, app.app_token}:
            raise SlackError("invalid_auth")
        if (token == app.app_token) != method.app_level:
            raise SlackError("not_allowed_token_type")
        if method.scopes and not set(method.scopes) & set(app.scopes):
            raise SlackError("missing_scope", needed=",".join(method.scopes), provided=",".join(app.scopes))
        self._emulator.rates.spend((name, method.allowance))
        return method


async def _read(receive: Receive) -> bytes:
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _arguments(scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Arguments:
    arguments = Arguments(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    content_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if not body:
        return arguments
    if content_type == b"application/json":
        try:
            given: Any = json.loads(body)
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(given, dict):
            raise SlackError("json_not_object")
        arguments.update(given)
    elif content_type == b"application/x-www-form-urlencoded":
        arguments.update(parse_qsl(body.decode(), keep_blank_values=True))
    else:
        raise SlackError("invalid_post_type")
    return arguments


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    *,
    retry_after: int | None = None,
    content_type: bytes = b"application/json; charset=utf-8",
    scopes: Sequence[str] | None = None,
) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    if scopes is not None:
        # Slack tells an app with every answer what it was granted.
        headers.append((b"x-oauth-scopes", ",".join(scopes).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
