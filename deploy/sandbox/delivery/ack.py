"""What came of handing something to the app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["events_api", "interactive", "slash_commands"]


@dataclass(frozen=True)
class Ack:
    """The app's acknowledgement.

    Attributes:
        ok: whether the app answered in time and with something Slack accepts.
        error: ``operation_timeout`` without an answer in time, ``no_app`` when none is connected, or the code
            of what was wrong with the answer.
        seconds: from sending to the answer.
        response: the body of the acknowledgement, empty for a plain one.
    """

    ok: bool
    error: str | None = None
    seconds: float = 0.0
    response: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Retry:
    """Which attempt this is, and why the one before failed."""

    attempt: int = 0
    reason: str = ""
