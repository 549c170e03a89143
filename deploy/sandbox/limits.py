"""How often an app may call, and how long it may take to use what it was given."""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass

from deploy.sandbox.errors import SlackError


@dataclass(frozen=True)
class Allowance:
    """So many calls within a window of so many seconds."""

    calls: int
    seconds: float


TIER_2 = Allowance(20, 60)
TIER_3 = Allowance(50, 60)
TIER_4 = Allowance(100, 60)
SPECIAL = Allowance(600, 60)  # Slack says "hundreds per minute" of auth.test and publishes no number.
POSTS_PER_CHANNEL = Allowance(3, 3)  # "One a second, short bursts above it are allowed": three, strictly.
POSTS_PER_WORKSPACE = Allowance(300, 60)  # Slack says "several hundred per minute" and no number.


class RateLimits:
    """Sliding windows over real time.

    Args:
        factor: multiplies every allowance; 0 turns the limits off.
    """

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._windows: dict[Hashable, deque[float]] = {}
        self._lock = threading.Lock()

    def spend(self, *charges: tuple[Hashable, Allowance]) -> None:
        """Count one call against every window named, or against none.

        Raises:
            SlackError: ``ratelimited``, with the seconds to wait, when a window is full.
        """
        if not self._factor:
            return
        now = time.monotonic()
        with self._lock:
            wait = max(self._wait(key, allowance, now) for key, allowance in charges)
            if wait > 0:
                raise SlackError("ratelimited", retry_after=max(1, math.ceil(wait)))
            for key, _ in charges:
                self._windows[key].append(now)

    def _wait(self, key: Hashable, allowance: Allowance, now: float) -> float:
        window = self._windows.setdefault(key, deque())
        while window and window[0] <= now - allowance.seconds:
            window.popleft()
        if len(window) < max(1, round(allowance.calls * self._factor)):
            return 0
        return window[0] + allowance.seconds - now


@dataclass
class Trigger:
    """The right to open one modal for someone, soon after they acted."""

    user: str
    issued: float
    view_id: str | None
    used: bool = False


class Triggers:
    """Every ``trigger_id`` handed out and what became of it."""

    def __init__(self, lifetime: float) -> None:
        self._lifetime = lifetime
        self._issued: dict[str, Trigger] = {}
        self._lock = threading.Lock()

    def issue(self, user: str, *, view_id: str | None = None) -> str:
        """A new trigger id; ``view_id`` names the modal it was pressed in."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            self._issued[trigger_id] = Trigger(user, now, view_id)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger up.

        Raises:
            SlackError: it was never issued, was used before, or is too old.
        """
        with self._lock:
            trigger = self._issued.get(trigger_id)
            if trigger is None:
                raise SlackError("invalid_trigger_id")
            if trigger.used:
                raise SlackError("exchanged_trigger_id")
            if time.monotonic() - trigger.issued > self._lifetime:
                raise SlackError("expired_trigger_id")
            trigger.used = True
            return trigger

    def _forget(self, now: float) -> None:
        """Drop the oldest after ten lifetimes, long enough to tell expired from unknown."""
        while self._issued:
            oldest = next(iter(self._issued))
            if now - self._issued[oldest].issued < 10 * self._lifetime:
                break
            del self._issued[oldest]
