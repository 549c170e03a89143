"""The time limits that Slack keeps, in one object so that tests need not wait minutes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Limits in seconds of real time; the defaults are Slack's documented ones.

    Attributes:
        ack: how long an app may take to acknowledge.
        trigger: how long a ``trigger_id`` can be exchanged.
        retries: the pause before each retry of an event that was not acknowledged.
        response_url: how long a ``response_url`` can be used.
        ticket: how long the address from ``apps.connections.open`` can be connected to.
    """

    ack: float = 3.0
    trigger: float = 3.0
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    response_url: float = 1800.0
    ticket: float = 30.0
