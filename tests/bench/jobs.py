"""The tables that can be made beside each other, each by a process of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from tests.bench import calendar, cycle, detection, effects, questions, themes
from tests.bench.trials import Setting

TEAMS, QUICK_TEAMS = 600, 40


@dataclass(frozen=True)
class Job:
    """One or more tables: the word that picks them, and how to make them from so many teams."""

    word: str
    tables: Callable[[int], list[Table]]


def _cycle(pulse: cycle.Pulse, teams: int) -> list[Table]:
    return [cycle.table(pulse, teams)]


def _drift(setting: Setting, teams: int) -> list[Table]:
    # So few teams say nothing about rare alarms; the usual ones would only repeat the picture.
    shares = detection.SHARES[: 1 if teams <= QUICK_TEAMS else None]
    return detection.tables(setting, teams, shares)


class _Kept(Console):
    """Keeps what is printed, so that another process can print it."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []

    def print(self, *objects: Any, **options: Any) -> None:
        del options
        self.tables += [shown for shown in objects if isinstance(shown, Table)]


def _effects(teams: int) -> list[Table]:
    kept = _Kept()
    effects.table(kept, quick=teams <= QUICK_TEAMS)
    return kept.tables


def _themes(teams: int) -> list[Table]:
    return [themes.table(3 if teams <= QUICK_TEAMS else 12)]


def _questions(teams: int) -> list[Table]:
    del teams  # the questions are what they are
    return [questions.table()]


def _calendar(teams: int) -> list[Table]:
    return calendar.tables(quick=teams <= QUICK_TEAMS)


JOBS = (
    *(Job("drift", partial(_drift, setting)) for setting in detection.SETTINGS),
    *(Job("cycle", partial(_cycle, pulse)) for pulse in (cycle.WEEKLY, cycle.ROTATING)),
    Job("effects", _effects),
    Job("themes", _themes),
    Job("calendar", _calendar),
    Job("questions", _questions),
)


def one_thread() -> None:
    """Many small matrices are worked on faster by one thread each than by all of them together."""
    threadpool_limits(limits=1)
