"""What an attack is: something tried at some length, and what it came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

# Called after each step with the share of the work that is done, 0 to 1.
Progress = Callable[[float], None]


class Effort(IntEnum):
    """How long to try: a few seconds in the test suite, minutes for `make attack`."""

    SMALL = 0
    FULL = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attack came to: the figures for the table, and whether the promise held.

    `beside` says what the same attack found on something weaker in the same run, so that a zero means something.
    """

    found: str
    held: bool
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack with its name in the table, what must come out, and how to run it."""

    name: str
    must_show: str
    run: Callable[[Effort, Progress], Outcome]


def unseen(_: float) -> None:
    """Progress that nobody watches."""
