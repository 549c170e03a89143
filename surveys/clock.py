"""Where the time comes from. Everything that needs the time is given it, or asks one of these."""

import threading
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Something that tells the present instant."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class MovableClock:
    """A clock that stands still until it is moved; the demo and the tests live by it."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The instant it was last moved to."""
        with self._lock:
            return self._now

    def move_to(self, instant: datetime) -> None:
        """Leap to an instant; moving backwards is allowed, since real clocks do it too."""
        with self._lock:
            self._now = instant.astimezone(UTC)

    def timestamp(self) -> float:
        """The same instant in seconds since 1970."""
        return self.now().timestamp()
