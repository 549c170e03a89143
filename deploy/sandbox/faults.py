"""Faults on request: what a network and a busy Slack do to an app."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

CallFault = Literal["drop", "delay", "error_5xx", "lost_answer", "ratelimited"]
DeliveryFault = Literal["duplicate_event", "cut_socket"]
FaultKind = CallFault | DeliveryFault
Where = Callable[[dict[str, Any]], bool]

CALL_KINDS: tuple[str, ...] = get_args(CallFault)
DELIVERY_KINDS: tuple[str, ...] = get_args(DeliveryFault)


@dataclass
class Fault:
    """One planned fault; ``times`` counts down."""

    kind: FaultKind
    method: str | None
    times: int
    seconds: float
    where: Where | None


class Faults:
    """The faults that wait to happen.

    Kinds for a Web API call: ``drop`` cuts the connection before anything is done; ``delay`` waits first;
    ``error_5xx`` answers 503 without acting; ``lost_answer`` acts and cuts the connection; ``ratelimited``
    answers 429. Kinds for a delivery: ``duplicate_event`` sends an event twice; ``cut_socket`` cuts the
    connection instead of sending.
    """

    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self,
        *,
        kind: FaultKind,
        method: str | None = None,
        times: int = 1,
        seconds: float = 1.0,
        where: Where | None = None,
    ) -> None:
        """Plan a fault.

        Args:
            kind: what goes wrong.
            method: the Web API method it befalls; None for any.
            times: how many calls or deliveries it befalls.
            seconds: the delay, or the ``Retry-After`` of ``ratelimited``.
            where: given the call's arguments, or the delivered payload, says whether it is meant.

        Raises:
            ValueError: there is no such kind.
        """
        if kind not in CALL_KINDS + DELIVERY_KINDS:
            raise ValueError(f"no fault is called {kind!r}; there are {', '.join(CALL_KINDS + DELIVERY_KINDS)}")
        with self._lock:
            self._planned.append(Fault(kind, method, times, seconds, where))

    def clear(self) -> None:
        """Forget every planned fault."""
        with self._lock:
            self._planned.clear()

    def take_call(self, method: str, arguments: dict[str, Any]) -> Fault | None:
        """The fault that befalls this call, used up by it."""
        return self._take(CALL_KINDS, method, arguments)

    def take_delivery(self, kind: DeliveryFault, payload: dict[str, Any]) -> bool:
        """Whether this kind befalls this delivery."""
        return self._take((kind,), None, payload) is not None

    def _take(self, kinds: tuple[str, ...], method: str | None, given: dict[str, Any]) -> Fault | None:
        if not self._planned:
            return None
        with self._lock:
            for fault in self._planned:
                if fault.kind not in kinds or fault.method not in {None, method}:
                    continue
                if fault.where is not None and not fault.where(given):
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._planned.remove(fault)
                return fault
        return None
