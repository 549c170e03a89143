"""`orgpulse settings`: what can be changed while the bot runs."""

import json
from dataclasses import asdict

import click

from bot.commands.operator import at_the_command_line
from bot.database import opened
from bot.live_settings import LiveSettings
from bot.settings import Settings
from surveys.audit import Value
from surveys.clock import SystemClock


def list_settings(settings: Settings, *, as_json: bool) -> None:
    """Print every setting with its value and where it stands."""
    with opened(settings) as database:
        found = LiveSettings(settings, database).all()
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    longest = max(len(one.name) for one in found)
    for one in found:
        where = f"fixed in {one.fixed_in}" if one.fixed_in else "chosen" if one.chosen else "by default"
        click.echo(f"{one.name:<{longest}}  {_shown(one.value):<20} {where}")


def change(settings: Settings, name: str, value: str | None) -> None:
    """Set one, or let it be its default again; raises what `LiveSettings.change` raises."""
    with opened(settings) as database:
        live = LiveSettings(settings, database)
        changed = live.change({name: value}, actor=at_the_command_line(), now=SystemClock().now())
    for one in changed:
        click.echo(f"{one.name} is {_shown(one.value)} now. A bot that runs heeds it within half a minute.")
    if not changed:
        click.echo("Nothing changed: it is so already.")


def _shown(value: Value) -> str:
    return "not set" if value is None else str(value)
