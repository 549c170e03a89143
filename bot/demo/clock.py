"""The demo's clock: leaps through the weeks, then runs on like any other."""

import time
from datetime import datetime, timedelta

from surveys.clock import MovableClock


class DemoClock(MovableClock):
    """Stands still between leaps until it is let run on at the pace of the real world."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._running_since: float | None = None

    def run_on(self) -> None:
        """From now on time passes by itself."""
        self._running_since = time.monotonic()

    def now(self) -> datetime:
        """The present instant of the demo."""
        stood = super().now()
        if self._running_since is None:
            return stood
        return stood + timedelta(seconds=time.monotonic() - self._running_since)
