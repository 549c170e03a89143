"""The sandbox: the emulator behind a web server in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from deploy.sandbox import web
from deploy.sandbox.acts import Acts
from deploy.sandbox.calls import CallLog
from deploy.sandbox.emulator import Emulator
from deploy.sandbox.faults import Faults
from deploy.sandbox.seed import Seed, SeedChannel, SeedUser, SeedUserGroup
from deploy.sandbox.state.app import AppConfig
from deploy.sandbox.state.records import Channel, User
from deploy.sandbox.timing import Timing


class Sandbox(Acts):
    """A Slack to develop against; start it, point a Bolt app at ``api_url``, and act as its people.

    Args:
        seed: the workspace to start with.
        host: where to listen; the loopback address unless there is a good reason.
        port: 0 for any free one.
        clock: epoch seconds for the times that are shown, such as a message's ts; it may stand or leap. No
            time limit follows it.
        rate_limits: multiplies every allowance; 0 turns the limits off.
        timing: the time limits, always of real time.
    """

    def __init__(
        self,
        seed: Seed | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        rate_limits: float = 1.0,
        timing: Timing | None = None,
    ) -> None:
        super().__init__(Emulator(seed or Seed(), clock, rate_limits, timing or Timing()))
        self._host = host
        self._port = port
        self._server: web.Server | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # Life -----------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Listen, and return once the first request would be answered."""
        if self._thread is not None:
            raise RuntimeError("the sandbox runs already")
        listener = socket.create_server((self._host, self._port))
        self._port = listener.getsockname()[1]
        self._workspace.address = f"http://{self._host}:{self._port}"
        ready = threading.Event()
        self._server = web.Server(web.configure(self.emulator, self), ready.set)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(listener)), name="sandbox", daemon=True
        )
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Close every connection and end the server's thread."""
        if self._thread is None or self._server is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._thread = self._server = None
        self.emulator.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _run(self, listener: socket.socket) -> None:
        if self._server is None:
            raise RuntimeError("the sandbox was not started")
        self._loop = asyncio.get_running_loop()
        self.emulator.courier.start(self._loop)
        try:
            await self._server.serve(sockets=[listener])
        finally:
            self._loop = None
            await self.emulator.courier.stop()
            listener.close()

    # What it is -----------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where the page is."""
        return self._workspace.address

    @property
    def api_url(self) -> str:
        """The ``base_url`` for a ``WebClient``."""
        return f"{self._workspace.address}/api/"

    @property
    def app(self) -> AppConfig:
        """The app's identity and credentials."""
        return self._workspace.app

    @property
    def faults(self) -> Faults:
        """Faults on request."""
        return self.emulator.faults

    @property
    def calls(self) -> CallLog:
        """What the app asked of the Web API."""
        return self.emulator.calls

    @property
    def users(self) -> list[User]:
        """Everyone, bots and deactivated people included."""
        with self._workspace.changing():
            return list(self._workspace.users.values())

    @property
    def channels(self) -> list[Channel]:
        """Every conversation, direct messages included."""
        with self._workspace.changing():
            return list(self._workspace.channels.values())

    def user_by_email(self, email: str) -> User:
        """Who has an address.

        Raises:
            LookupError: nobody.
        """
        for user in self.users:
            if user.email.lower() == email.lower():
                return user
        raise LookupError(f"nobody here has the address {email}")

    def subscribe(self, callback: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Hear of every change as a small dict, until the returned function is called.

        The callback runs in whichever thread made the change and must not block.
        """
        return self._workspace.hints.subscribe(callback)

    # What an administrator does -------------------------------------------------------------------

    def add_user(self, user: SeedUser) -> str:
        """Let someone join (``team_join``) and return their id."""
        joined = self._workspace.add_user(user)
        self.emulator.events.person("team_join", joined)
        return joined.id

    def change_user(self, user: str, **fields: Any) -> None:
        """Change someone's profile, or deactivate them with ``deleted=True`` (``user_change``)."""
        changed = self._workspace.change_user(self._workspace.person(user).id, **fields)
        self.emulator.events.person("user_change", changed)

    def add_channel(self, channel: SeedChannel) -> str:
        """Open a channel and return its id."""
        return self._workspace.add_channel(channel).id

    def add_user_group(self, group: SeedUserGroup) -> str:
        """Define a user group and return its id."""
        return self._workspace.add_group(group).id

    # What Slack itself does -----------------------------------------------------------------------

    def refresh_sockets(self) -> None:
        """Ask every Socket Mode connection to come anew, as Slack does every few hours."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self.emulator.sockets.refresh(), self._loop).result()

    def cut_sockets(self) -> None:
        """End every Socket Mode connection without a word."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self.emulator.sockets.cut(), self._loop).result()

    def wait_for_app(self, timeout: float = 10.0) -> None:
        """Return once the app has a Socket Mode connection.

        Raises:
            TimeoutError: it did not connect.
        """
        connected = threading.Event()
        leave = self.subscribe(lambda hint: connected.set() if hint.get("connected") else None)
        try:
            if not self.emulator.sockets.connected and not connected.wait(timeout):
                raise TimeoutError(f"the app did not connect within {timeout} s")
        finally:
            leave()

    def set_request_url(self, url: str | None) -> bool:
        """Deliver by signed HTTP to an address once it echoed Slack's challenge; None for Socket Mode.

        Returns:
            whether the address was accepted.
        """
        if url is None:
            self.emulator.use_request_url(None)
            return True
        accepted = self.emulator.verify_request_url(url)
        if accepted:
            self.emulator.use_request_url(url)
        return accepted
