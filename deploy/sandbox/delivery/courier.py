"""The courier: hands payloads to the app and brings back what it said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Protocol

from deploy.sandbox.delivery.ack import Ack, Kind, Retry
from deploy.sandbox.faults import Faults
from deploy.sandbox.timing import Timing

Settle = Callable[[Ack], Ack]


class Transport(Protocol):
    """A way to the app."""

    async def carry(self, kind: Kind, payload: dict[str, Any], retry: Retry) -> Ack:
        """Hand one payload over and wait for the acknowledgement."""


class Courier:
    """Takes payloads from any thread and carries them on the server's event loop."""

    def __init__(self, transport: Callable[[], Transport], timing: Timing, faults: Faults) -> None:
        self._transport = transport
        self._timing = timing
        self._faults = faults
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Carry on this loop from now on."""
        self._loop = loop

    async def stop(self) -> None:
        """Give up everything that is under way."""
        self._loop = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ask(self, kind: Kind, payload: dict[str, Any], settle: Settle) -> Future[Ack]:
        """Send an interaction or a command, once.

        ``settle`` runs on the loop the moment the answer is there, before anything else the app may send,
        and says what the person gets to see.
        """
        result: Future[Ack] = Future()
        return self._begin(self._ask(kind, payload, settle, result), result)

    def report(self, payload: dict[str, Any]) -> Future[Ack]:
        """Send an event, and again while it is not acknowledged; the result is of the first attempt."""
        result: Future[Ack] = Future()
        return self._begin(self._report(payload, result), result)

    def _begin(self, work: Coroutine[Any, Any, None], result: Future[Ack]) -> Future[Ack]:
        loop = self._loop
        if loop is None:
            work.close()
            result.set_result(Ack(ok=False, error="no_app"))
            return result

        def spawn() -> None:
            task = loop.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            # A task cancelled before its first step never reaches its own handler.
            task.add_done_callback(lambda _: _give(result, Ack(ok=False, error="no_app")))

        loop.call_soon_threadsafe(spawn)
        return result

    async def _ask(self, kind: Kind, payload: dict[str, Any], settle: Settle, result: Future[Ack]) -> None:
        ack = await self._transport().carry(kind, payload, Retry())
        try:
            _give(result, settle(ack))
        except Exception as error:
            result.set_exception(error)

    async def _report(self, payload: dict[str, Any], result: Future[Ack]) -> None:
        if self._faults.take_delivery("duplicate_event", payload):
            await self._transport().carry("events_api", payload, Retry())
        ack = await self._transport().carry("events_api", payload, Retry())
        _give(result, ack)
        for attempt, pause in enumerate(self._timing.retries, start=1):
            if ack.ok or ack.response.get("no_retry"):
                return
            await asyncio.sleep(pause)
            ack = await self._transport().carry("events_api", payload, Retry(attempt, _reason(ack)))


def _give(result: Future[Ack], ack: Ack) -> None:
    if not result.done():
        result.set_result(ack)


def _reason(ack: Ack) -> str:
    """Slack's word for why an attempt failed."""
    if ack.error == "operation_timeout":
        return "http_timeout"
    return "connection_failed" if ack.error == "no_app" else "http_error"


def event_envelope(
    *, app_id: str, team_id: str, token: str, bot_user: str, event_id: str, event: dict[str, Any]
) -> dict[str, Any]:
    """The outer payload of an event."""
    return {
        "token": token,
        "team_id": team_id,
        "context_team_id": team_id,
        "api_app_id": app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team_id,
                "user_id": bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }
