"""`orgpulse targets`: importing and listing targets and what was achieved."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from analysis.figures import Attainment, Unit
from bot.commands.operator import at_the_command_line
from bot.commands.text_file import read_text
from bot.database import opened
from bot.live_settings import LiveSettings
from bot.settings import Settings
from surveys import targets
from surveys.clock import SystemClock
from surveys.people import directory
from surveys.rounds.group_size import smallest_group_allowed
from surveys.target_file import path_name, period_name, read_targets
from surveys.targets import Changes

MOST_LINES = 20


def import_file(settings: Settings, file: Path, *, yes: bool) -> None:
    """Show what FILE would change, ask, and import it; raises NothingToImport naming every bad line."""
    text, now = read_text(file), SystemClock().now()
    with opened(settings) as database:
        wanted = LiveSettings(settings, database).in_force.smallest_group
        with database.read() as session:
            file_read = read_targets(text, directory.units(session), today=now.date())
            smallest = smallest_group_allowed(session, wanted)
            changes = targets.preview(session, file_read.rows, smallest_group=smallest)
        _list("Left out, as they are not over yet", file_read.early)
        if not changes:
            click.echo("Nothing would change.")
            return
        _show(changes)
        if not yes and not click.confirm("Import this?"):
            click.echo("Nothing was imported.")
            return
        with database.work() as session:
            targets.apply(session, file_read.rows, smallest_group=smallest, actor=at_the_command_line(), now=now)
        click.echo("Imported.")


def _show(changes: Changes) -> None:
    _list("New", changes.new)
    _list("Changing", changes.changed)
    _list("Taking out", changes.taken_out)


def _list(title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    click.echo(f"{title}: {len(lines)}")
    for line in lines[:MOST_LINES]:
        click.echo(f"  {line}")
    if len(lines) > MOST_LINES:
        click.echo(f"  and {len(lines) - MOST_LINES} more")


def list_targets(settings: Settings, *, as_json: bool) -> None:
    """Print every target, the oldest first."""
    with opened(settings) as database, database.read() as session:
        found, tree = targets.stored(session), directory.units(session)
    if as_json:
        click.echo(json.dumps([_as_json(one, tree) for one in found], ensure_ascii=False))
        return
    for one in found:
        period = period_name(one.starts_on, one.ends_on)
        click.echo(f"{_path(one, tree):<44} {period:<22} {100 * one.share:>6.0f} percent of {_amount(one.target)}")
    if not found:
        click.echo("No targets yet; they are optional. Import them: orgpulse targets import targets.csv")


def _amount(amount: float) -> str:
    """'1,250,000', or '0.8'."""
    return f"{amount:,.2f}".rstrip("0").removesuffix(".")


def _path(one: Attainment, tree: Sequence[Unit]) -> str:
    return next((path_name(unit, tree) for unit in tree if unit.id == one.unit_id), one.unit_id)


def _as_json(one: Attainment, tree: Sequence[Unit]) -> dict[str, object]:
    return {
        "unit": _path(one, tree),
        "period": period_name(one.starts_on, one.ends_on),
        "starts_on": one.starts_on.isoformat(),
        "ends_on": one.ends_on.isoformat(),
        "target": one.target,
        "achieved": one.achieved,
    }
