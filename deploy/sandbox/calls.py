"""A log of what the app asked of the Web API, for tests to look into."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ApiCall:
    """One call: its arguments without the token, and how it was answered."""

    method: str
    arguments: dict[str, Any]
    ok: bool
    error: str | None
    at: float
    answer: dict[str, Any] = field(repr=False)


class CallLog:
    """The latest calls, oldest first, and how often each method was called in all."""

    def __init__(self, size: int = 10_000) -> None:
        self._calls: deque[ApiCall] = deque(maxlen=size)
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def note(self, call: ApiCall) -> None:
        """Remember a call."""
        with self._lock:
            self._calls.append(call)
            self._counts[call.method] += 1

    def count(self, method: str | None = None) -> int:
        """How many calls there were, of one method or of all."""
        with self._lock:
            return self._counts[method] if method else self._counts.total()

    def of(self, method: str) -> list[ApiCall]:
        """The remembered calls of one method."""
        return [call for call in self if call.method == method]

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()
            self._counts.clear()

    def __iter__(self) -> Iterator[ApiCall]:
        with self._lock:
            return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)
