"""Socket Mode: payloads to the app over the WebSocket connections that it opened."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from deploy.sandbox.delivery.ack import Ack, Kind, Retry
from deploy.sandbox.faults import Faults
from deploy.sandbox.timing import Timing

MOST_CONNECTIONS = 10


class SocketMode:
    """The open connections of the app; each payload goes to one of them, in turn.

    Everything but ``ticket`` and ``connected`` runs on the server's event loop.
    """

    def __init__(self, app_id: str, timing: Timing, faults: Faults, on_change: Callable[[], None]) -> None:
        self._app_id = app_id
        self._timing = timing
        self._faults = faults
        self._on_change = on_change
        self._tickets: dict[str, float] = {}
        self._links: list[WebSocket] = []
        self._turn = itertools.count()
        self._waiting: dict[str, asyncio.Future[Any]] = {}

    @property
    def connected(self) -> bool:
        """Whether the app has a connection open."""
        return bool(self._links)

    def ticket(self) -> str:
        """A one-time right to connect."""
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = time.monotonic() + self._timing.ticket
        return ticket

    async def serve(self, link: WebSocket) -> None:
        """Hold one connection from hello to the end."""
        deadline = self._tickets.pop(link.query_params.get("ticket", ""), 0.0)
        if deadline < time.monotonic():
            await link.close(4001)
            return
        await link.accept()
        if len(self._links) >= MOST_CONNECTIONS:
            await self._disconnect(link, "too_many_websockets")
            return
        self._links.append(link)
        try:
            await link.send_text(json.dumps(self._hello()))
            self._on_change()
            while True:
                self._take_ack(await link.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            # A RuntimeError is Starlette's word for reading on after our own close.
            pass
        finally:
            self._drop(link)

    async def carry(self, kind: Kind, payload: dict[str, Any], retry: Retry) -> Ack:
        """Send one payload and wait for its acknowledgement."""
        if not self._links:
            return Ack(ok=False, error="no_app")
        started = time.monotonic()
        link = self._links[next(self._turn) % len(self._links)]
        envelope_id = str(uuid.uuid4())
        answer = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            if self._faults.take_delivery("cut_socket", payload):
                self._drop(link)
                await self._close(link, 1011)
            else:
                await self._send(link, _envelope(envelope_id, kind, payload, retry))
            async with asyncio.timeout(self._timing.ack):
                response = await answer
        except TimeoutError:
            return Ack(ok=False, error="operation_timeout", seconds=time.monotonic() - started)
        finally:
            del self._waiting[envelope_id]
        body = response if isinstance(response, dict) else {"text": response} if response else {}
        return Ack(ok=True, seconds=time.monotonic() - started, response=body)

    async def refresh(self) -> None:
        """Ask every connection to come anew, as Slack does every few hours."""
        for link in list(self._links):
            self._drop(link)
            await self._disconnect(link, "refresh_requested")

    async def cut(self) -> None:
        """End every connection without a word."""
        for link in list(self._links):
            self._drop(link)
            await self._close(link, 1011)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._links),
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    def _take_ack(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        waiting = self._waiting.get(str(message.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(message.get("payload"))

    def _drop(self, link: WebSocket) -> None:
        if link in self._links:
            self._links.remove(link)
            if not self._links:
                self._on_change()

    async def _disconnect(self, link: WebSocket, reason: str) -> None:
        word = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
        await self._send(link, json.dumps(word))
        await self._close(link, 1000)

    @staticmethod
    async def _send(link: WebSocket, text: str) -> None:
        # A connection that broke meanwhile shows as a payload that nobody acknowledged, as with Slack.
        with suppress(RuntimeError, WebSocketDisconnect):
            await link.send_text(text)

    @staticmethod
    async def _close(link: WebSocket, code: int) -> None:
        if link.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, WebSocketDisconnect):
                await link.close(code)


def _envelope(envelope_id: str, kind: Kind, payload: dict[str, Any], retry: Retry) -> str:
    envelope: dict[str, Any] = {
        "envelope_id": envelope_id,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": retry.attempt, "retry_reason": retry.reason}
    return json.dumps(envelope)
