"""The emulator: the parts of the sandbox, put together."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from deploy.sandbox.calls import CallLog
from deploy.sandbox.delivery.ack import Retry
from deploy.sandbox.delivery.courier import Courier, Transport
from deploy.sandbox.delivery.events import Events
from deploy.sandbox.delivery.signed_http import SignedHttp
from deploy.sandbox.delivery.socket_mode import SocketMode
from deploy.sandbox.faults import Faults
from deploy.sandbox.limits import RateLimits, Triggers
from deploy.sandbox.modals import Modals
from deploy.sandbox.posts import Posts
from deploy.sandbox.responses import ResponseUrls
from deploy.sandbox.seed import Seed
from deploy.sandbox.state.workspace import Workspace
from deploy.sandbox.timing import Timing


class Emulator:
    """One workspace with one app, and everything between them."""

    def __init__(self, seed: Seed, clock: Callable[[], float], rate_limits: float, timing: Timing) -> None:
        self.timing = timing
        self.workspace = Workspace(seed, clock)
        self.faults = Faults()
        self.calls = CallLog()
        self.rates = RateLimits(rate_limits)
        self.triggers = Triggers(timing.trigger)
        self.sockets = SocketMode(self.workspace.app.app_id, timing, self.faults, self._link_changed)
        self.courier = Courier(self._transport, timing, self.faults)
        self.events = Events(self.workspace, self.courier)
        self.modals = Modals(self.workspace)
        self.posts = Posts(self.workspace, self.events)
        self.responses = ResponseUrls(self.workspace, self.posts, timing)
        self._http: SignedHttp | None = None

    def use_request_url(self, url: str | None) -> None:
        """Deliver by signed HTTP to an address, or by Socket Mode."""
        self.workspace.app = replace(self.workspace.app, request_url=url)

    def verify_request_url(self, url: str) -> bool:
        """Ask an address to echo a challenge, as Slack does before it accepts it."""
        probe = SignedHttp(url, self.workspace.app.signing_secret, self.timing)
        challenge = secrets.token_hex(16)
        token = self.workspace.app.verification_token
        question = {"type": "url_verification", "token": token, "challenge": challenge}
        try:
            # In a thread of its own, since the caller's may run an event loop already.
            with ThreadPoolExecutor(1) as aside:
                ack = aside.submit(asyncio.run, probe.carry("events_api", question, Retry())).result()
        finally:
            probe.close()
        # The echo may come as JSON or as plain text.
        return ack.ok and challenge in {ack.response.get("challenge"), ack.response.get("text")}

    def close(self) -> None:
        """Let go of threads."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _transport(self) -> Transport:
        url = self.workspace.app.request_url
        if url is None:
            return self.sockets
        if self._http is None or self._http.url != url:
            self.close()
            self._http = SignedHttp(url, self.workspace.app.signing_secret, self.timing)
        return self._http

    def _link_changed(self) -> None:
        with self.workspace.changing():
            self.workspace.changed("app", connected=self.sockets.connected)
