"""What the browser page reads and does: a thin layer over the acts and the state."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from deploy.sandbox.acts import Acts
from deploy.sandbox.delivery.ack import Ack
from deploy.sandbox.emulator import Emulator
from deploy.sandbox.errors import ActError
from deploy.sandbox.page_reads import PageReads
from deploy.sandbox.state.records import Json

_WORDS = {
    "operation_timeout": "The app did not answer in time.",
    "no_app": "The app is not connected.",
}


def routes(emulator: Emulator, acts: Acts) -> list[Route | WebSocketRoute]:
    """The page's addresses."""
    reads = PageReads(emulator, acts)
    writes = _Writes(acts)
    person = "/page/api/as/{user}"
    posts: dict[str, Callable[[str, Json], Json]] = {
        "/messages": writes.say,
        "/command": writes.command,
        "/action": writes.act,
        "/home/open": writes.open_home,
        "/read": writes.read,
        "/dm": writes.open_dm,
        "/join": writes.join,
        "/react": writes.react,
        "/view/{view_id}/submit": writes.submit,
        "/view/{view_id}/close": writes.close,
    }
    return [
        Route("/page/api/workspace", _reading(reads.workspace)),
        Route(person, _reading(reads.person)),
        Route(person + "/messages", _reading(reads.messages), methods=["GET"]),
        *(Route(person + path, _writing(act), methods=["POST"]) for path, act in posts.items()),
        WebSocketRoute("/page/live", _Live(emulator).serve),
    ]


Endpoint = Callable[[Request], Awaitable[Response]]


def _refusal(code: str, message: str, status: int = 200) -> Response:
    return JSONResponse({"ok": False, "error": code, "message": message}, status)


def _at_home(connection: HTTPConnection) -> bool:
    """Whether a request comes from this machine's own page, and not from another site in the browser."""
    host = connection.headers.get("host", "")
    name = urlsplit(f"//{host}").hostname
    if name not in {"127.0.0.1", "localhost", "::1"}:
        return False
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host


def _reading(read: Callable[[Request], Json]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if not _at_home(request):
            return _refusal("cross_origin", "This address is for the sandbox's own page.", 403)
        try:
            return JSONResponse(read(request), headers={"Cache-Control": "no-store"})
        except ActError as error:
            return _refusal(error.code, error.message, 404)

    return endpoint


def _writing(act: Callable[[str, Json], Json]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if not _at_home(request):
            return _refusal("cross_origin", "This address is for the sandbox's own page.", 403)
        try:
            body = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict):
                return _refusal("invalid_json", "The request must be a JSON object.", 400)
            given = body | {k: v for k, v in request.path_params.items() if k != "user"}
            # An act waits for the app, so it must not hold the server's loop.
            return JSONResponse(await run_in_threadpool(act, request.path_params["user"], given))
        except ActError as error:
            return _refusal(error.code, error.message)
        except (ValueError, TypeError, KeyError) as error:
            return _refusal(
                "invalid_arguments", f"The request lacks something or has it in the wrong shape: {error}"
            )

    return endpoint


def _told(ack: Ack) -> Json:
    """An acknowledgement in the page's terms."""
    shown = {k: ack.response[k] for k in ("response_action", "errors") if k in ack.response}
    if ack.ok or ack.error == "invalid_input":
        return {"ok": True, "ack": shown}
    error = ack.error or "failed"
    messages = ack.response.get("messages") or []
    words = _WORDS.get(error) or "; ".join(["The app's answer was refused.", error, *messages])
    return {"ok": False, "error": error, "message": words}


@dataclass(frozen=True)
class _Writes:
    """What the person at the page does."""

    acts: Acts

    def say(self, user: str, given: Json) -> Json:
        """Send a message."""
        return {"ok": True, "ts": self.acts.say(user, given["channel"], given["text"], given.get("thread_ts"))}

    def command(self, user: str, given: Json) -> Json:
        """Type a slash command."""
        return _told(self.acts.command(user, given["channel"], given["command"], given.get("text", "")))

    def act(self, user: str, given: Json) -> Json:
        """Use an element."""
        container = given["container"]
        where: dict[str, Any] = {
            "message": {"channel": container.get("channel"), "ts": container.get("ts")},
            "view": {"view_id": container.get("view_id")},
            "home": {"home": True},
        }[container["type"]]
        ack = self.acts.click(
            user,
            action_id=given["action_id"],
            block_id=given.get("block_id"),
            value=given.get("value"),
            state=given.get("state"),
            **where,
        )
        return _told(ack)

    def submit(self, user: str, given: Json) -> Json:
        """Send a form."""
        return _told(self.acts.submit(user, given["view_id"], given.get("values")))

    def close(self, user: str, given: Json) -> Json:
        """Close a modal; it is closed whatever the app says to that."""
        self.acts.close_view(user, given["view_id"], clear=bool(given.get("clear")))
        return {"ok": True}

    def open_home(self, user: str, _: Json) -> Json:
        """Open the Home tab."""
        return _told(self.acts.open_home(user))

    def read(self, user: str, given: Json) -> Json:
        """Mark as read."""
        self.acts.read(user, given["channel"], given["ts"])
        return {"ok": True}

    def open_dm(self, user: str, given: Json) -> Json:
        """Open a direct message."""
        return {"ok": True, "channel": self.acts.open_dm(user, given.get("other"))}

    def join(self, user: str, given: Json) -> Json:
        """Join a channel."""
        self.acts.join(user, given["channel"])
        return {"ok": True}

    def react(self, user: str, given: Json) -> Json:
        """React to a message."""
        self.acts.react(user, given["channel"], given["ts"], given["name"])
        return {"ok": True}


class _Live:
    """The page's WebSocket: hints of what changed, for what that person can see."""

    def __init__(self, emulator: Emulator) -> None:
        self._workspace = emulator.workspace

    async def serve(self, socket: WebSocket) -> None:
        """Send hints until the page leaves."""
        try:
            user = self._workspace.person(socket.query_params.get("as", "")).id
        except ActError:
            await socket.close(4004)
            return
        if not _at_home(socket):
            await socket.close(4003)
            return
        hints: asyncio.Queue[Json] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def listen(hint: Json) -> None:
            if self._concerns(hint, user):
                shown = {key: value for key, value in hint.items() if key != "user"}
                loop.call_soon_threadsafe(hints.put_nowait, shown)

        # Before the page knows that it is connected, so that it misses nothing from then on.
        leave = self._workspace.hints.subscribe(listen)
        sending: asyncio.Task[None] | None = None
        try:
            await socket.accept()
            sending = asyncio.create_task(self._send(socket, hints))
            while True:
                await socket.receive_text()
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            leave()
            if sending is not None:
                sending.cancel()

    @staticmethod
    async def _send(socket: WebSocket, hints: asyncio.Queue[Json]) -> None:
        while True:
            await socket.send_text(json.dumps(await hints.get()))

    def _concerns(self, hint: Json, user: str) -> bool:
        if hint.get("user") not in {None, user}:
            return False
        channel = self._workspace.channels.get(hint.get("channel", ""))
        return channel is None or channel.kind == "channel" or user in channel.members
