"""Replays: what came from Slack once is not acted on when it comes again.

An **event** is sent again by Slack itself, under the same id and mostly with a new signature, when our answer
was late. Its id goes to the inbox, whichever way it came, and the second one is answered 200 and left at that:
Slack has what it wants, and an error would bring the event once more.

A **click** or a **command** never comes twice from Slack under one signature. One that does is somebody's copy,
and is refused. A command's signature goes to the inbox too, so that one process knows what another one took. A
click's must not, since a click can be a ballot: a row written for it would stand, by its hour and by
PostgreSQL's `xmin`, beside the sealed ballot, and whoever knew the request would know the ballot's author. So
clicks are remembered in memory alone, for as long as their timestamp lets them pass, and whatever was stamped
before this process began is refused, for nobody remembers whether it was taken then.

What is left: with several processes a copied click can be played, within its five minutes, at a process that
did not get it. It can bring back what the same person sent or skipped a moment earlier, for a ballot overwrites
the one under its own key; it adds no second ballot and shows nobody anything. A proxy that chooses the process
by the signature header (nginx: `hash $http_x_slack_signature consistent`) closes that as well, and Socket Mode
has no such requests.
"""

import threading
from collections.abc import Callable
from typing import Any

from slack_bolt import BoltResponse

from handlers.services import Services
from surveys import inbox

# Slack's own rule: https://docs.slack.dev/authentication/verifying-requests-from-slack
WINDOW_SECONDS = 300
_TIDY_SECONDS = 60


class EventsOnce:
    """Bolt middleware that lets each event through once, over Socket Mode and over HTTP."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def __call__(self, body: dict[str, Any], next_: Callable[[], BoltResponse]) -> BoltResponse:
        """Go on with what is new; a failure to look is an error, so that Slack sends the event again."""
        event_id = body.get("event_id")
        if body.get("type") != "event_callback" or not isinstance(event_id, str):
            return next_()
        with self._services.database.work() as session:
            new = inbox.take(session, inbox.event_key(event_id), now=self._services.now())
        return next_() if new else BoltResponse(status=200)


class Seen:
    """The signatures that this process took, each until its timestamp is too old to pass.

    Args:
        began: when the process began to listen, in seconds since 1970.
    """

    def __init__(self, *, began: float) -> None:
        self._began = int(began)
        self._stamps: dict[str, int] = {}
        self._tidied = began
        self._lock = threading.Lock()

    def take(self, signature: str, stamp: int, *, now: float) -> bool:
        """Take a request that was found to be signed; False when it may have been taken before.

        Only what Slack signed gets here, so nobody else can fill the memory.
        """
        with self._lock:
            if now - self._tidied >= _TIDY_SECONDS:
                oldest = now - WINDOW_SECONDS - 1
                self._stamps = {known: at for known, at in self._stamps.items() if at >= oldest}
                self._tidied = now
            if stamp < self._began or signature in self._stamps:
                return False
            self._stamps[signature] = stamp
            return True

    def __len__(self) -> int:
        return len(self._stamps)
