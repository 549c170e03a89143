"""Who is told that something changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Hint = dict[str, Any]
Listener = Callable[[Hint], None]


class Hints:
    """Small notes of what changed, handed to listeners after the lock was let go.

    A hint names the kind of change and whom it concerns, never the content.
    """

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` on every change until the returned function is called."""
        self._listeners = [*self._listeners, listener]

        def leave() -> None:
            self._listeners = [other for other in self._listeners if other is not listener]

        return leave

    def tell(self, hint: Hint) -> None:
        """Pass one hint on."""
        for listener in self._listeners:
            listener(hint)
