"""The web server: what is served under which address."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from deploy.sandbox import page_api
from deploy.sandbox.acts import Acts
from deploy.sandbox.emulator import Emulator
from deploy.sandbox.errors import SlackError
from deploy.sandbox.web_api import PREFIX, WebApi

PAGE = Path(__file__).parent / "page"
_NO_STORE = {"Cache-Control": "no-store"}


class Server(uvicorn.Server):
    """A uvicorn server that says when it listens and leaves signals to its host program."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening and say so."""
        await super().startup(sockets)
        self._started()


def configure(emulator: Emulator, acts: Acts) -> uvicorn.Config:
    """The server's configuration with everything mounted."""
    lines: dict[Any, asyncio.Transport] = {}

    class Line(H11Protocol):
        """A connection that can be cut by the address of its other end, as a network would."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Remember the connection."""
            super().connection_made(transport)
            lines[self.client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            """Forget it."""
            lines.pop(self.client, None)
            super().connection_lost(exc)

    def cut(scope: Scope) -> None:
        if transport := lines.get(tuple(scope["client"])):
            transport.abort()

    return uvicorn.Config(
        _front(WebApi(emulator, cut), _routes(emulator, acts)),
        http=Line,
        ws="websockets-sansio",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=1,
    )


def _front(web_api: ASGIApp, rest: ASGIApp) -> ASGIApp:
    """The Web API first: it is asked a thousand times as often as the rest."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_call = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (web_api if is_call else rest)(scope, receive, send)

    return app


def _routes(emulator: Emulator, acts: Acts) -> Starlette:
    files = _Files(emulator)
    return Starlette(
        routes=[
            WebSocketRoute("/link/", emulator.sockets.serve),
            Route("/response/{token}", _Responses(emulator).post, methods=["POST"]),
            Route("/upload/v1/{file_id}", files.receive, methods=["POST"]),
            Route("/files/{file_id}/{name}", files.send),
            *page_api.routes(emulator, acts),
            Route("/page/static/{path:path}", _static),
            Route("/", _index),
        ]
    )


class _Responses:
    """``response_url``."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def post(self, request: Request) -> Response:
        """Take what an app posts; Slack answers plain ``ok``."""
        try:
            body = json.loads(await request.body())
        except ValueError:
            return PlainTextResponse("invalid_payload", 400)
        try:
            self._emulator.responses.use(request.path_params["token"], body)
        except SlackError as error:
            status = 404 if error.code.endswith("_url") else 400
            return Response(json.dumps(error.body()), status, media_type="application/json")
        return PlainTextResponse("ok")


class _Files:
    """The bytes of files, in and out."""

    def __init__(self, emulator: Emulator) -> None:
        self._workspace = emulator.workspace

    async def receive(self, request: Request) -> Response:
        """Take an upload, raw or as a form."""
        file = self._workspace.files.get(request.path_params["file_id"])
        if file is None or file.content is not None:
            return PlainTextResponse("not found", 404)
        if request.headers.get("content-type", "").startswith("multipart/"):
            async with request.form() as form:
                parts = [part for part in form.values() if isinstance(part, UploadFile)]
                content = await parts[0].read() if parts else b""
        else:
            content = await request.body()
        if len(content) != file.length:
            # The announced length is part of the address's grant.
            return PlainTextResponse("length does not match", 400)
        file.content = content
        return PlainTextResponse(f"OK - {len(content)}")

    async def send(self, request: Request) -> Response:
        """Give a file out; on a loopback address no token is asked for."""
        file = self._workspace.files.get(request.path_params["file_id"])
        if file is None or file.content is None:
            return PlainTextResponse("not found", 404)
        # Never let an uploaded page run in the sandbox's own name.
        safe = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"}
        return Response(
            file.content, media_type=file.mimetype, headers={"X-Content-Type-Options": "nosniff", **safe}
        )


_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
}


async def _index(_: Request) -> Response:
    page = PAGE / "index.html"
    text = page.read_text(encoding="utf-8") if page.exists() else "<p>The sandbox runs; its page is not here.</p>"
    return HTMLResponse(text, headers=_NO_STORE)


async def _static(request: Request) -> Response:
    path = (PAGE / request.path_params["path"]).resolve()
    if not path.is_relative_to(PAGE.resolve()) or not path.is_file():
        return PlainTextResponse("not found", 404, headers=_NO_STORE)
    media_type = _TYPES.get(path.suffix, "application/octet-stream")
    return Response(path.read_bytes(), media_type=media_type, headers=_NO_STORE)
