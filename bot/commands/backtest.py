"""`orgpulse backtest`: which alarms there would have been on past survey data."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from analysis.backtest.chance import by_chance
from analysis.backtest.hours import within_the_usual
from analysis.backtest.reading import NoSurveyData, Reading, read
from analysis.backtest.replay import Replayed, replay
from analysis.backtest.scales import DEFAULT, WrongScales, read_scales
from analysis.detection.thresholds import budget
from bot.commands.backtest_table import show
from bot.commands.text_file import NotUtf8, read_text
from surveys.errors import OrgpulseError
from surveys.legible import legible_name


class NoBacktest(OrgpulseError):
    """There is nothing to look back on in {file}: {problem} See orgpulse backtest --help for the format."""


class UnusableScales(OrgpulseError):
    """The scales in {file} cannot be used: {problem}. See orgpulse backtest --help for an example."""


def look_back(file: Path, *, scales: Path | None, as_json: bool) -> None:
    """Replay the alarms over a file and print them; lines left out are named on stderr.

    Raises:
        NoBacktest: when no row can be read.
        UnusableScales: when the scales are wrong.
        NotUtf8: when either file is not text.
    """
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        reading = _read(file, scales, progress)
        task = progress.add_task("looking back", total=len(reading.answers.units))
        answers, far_out = within_the_usual(reading.answers)
        units = replay(answers, step=lambda done: progress.advance(task, done))
    _name_unread(reading)
    if as_json:
        click.echo(json.dumps(_as_json(reading, units), ensure_ascii=False))
    else:
        show(reading, units, far_out)


def _read(file: Path, scales: Path | None, progress: Progress) -> Reading:
    try:
        asked = read_scales(read_text(scales)) if scales else DEFAULT
    except WrongScales as problem:
        raise UnusableScales(file=scales, problem=legible_name(str(problem))) from problem
    try:
        with progress.open(file, "r", encoding="utf-8-sig", newline="", description="reading") as lines:
            return read(lines, asked)
    except UnicodeDecodeError as problem:
        raise NotUtf8(file=file) from problem
    except NoSurveyData as problem:
        raise NoBacktest(file=file, problem=legible_name(str(problem))) from problem


def _name_unread(reading: Reading) -> None:
    for line, reason in reading.named:
        # Somebody else wrote the file, and a terminal obeys what it holds.
        click.echo(f"line {line} is left out: {legible_name(reason)}", err=True)
    if reading.unread > len(reading.named):
        click.echo(f"and {reading.unread - len(reading.named)} more lines are left out", err=True)
    if reading.repeated:
        click.echo(
            f"{reading.repeated} of the answers came from a respondent who answered the same item again in that "
            "week; the last one counts",
            err=True,
        )


def _as_json(reading: Reading, units: Sequence[Replayed]) -> dict[str, Any]:
    chance = by_chance(units, budget(len(units)))
    return {
        "units": {
            unit.name: {
                "alarms": [
                    {
                        "kind": alarm.kind.value,
                        "stage": alarm.stage.value,
                        "week": alarm.week.isoformat(),
                        "began": alarm.began.isoformat(),
                    }
                    for alarm in unit.alarms
                ],
                "state": unit.state.kind.value,
                "weeks": len(unit.weeks),
            }
            for unit in units
        },
        "unread": {
            "lines": reading.unread,
            "first": [{"line": line, "reason": reason} for line, reason in reading.named],
        },
        "repeated": reading.repeated,
        "by_chance": {"drift": round(chance.drifts, 2), "cycle": round(chance.cycles, 2)},
    }
