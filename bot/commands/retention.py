"""`orgpulse retention`: delete what is due now instead of at night, or see what that would be."""

import click

from bot.commands.keys import load_key
from bot.commands.operator import at_the_command_line
from bot.database import opened
from bot.settings import Settings
from surveys import retention
from surveys.clock import SystemClock


def delete_due(settings: Settings, *, dry_run: bool) -> None:
    """Delete what is due and print how much it was; with `dry_run` only print."""
    keys, now = load_key(settings).serving(), SystemClock().now()
    with opened(settings) as database:
        if dry_run:
            report = retention.preview(database, keys=keys, now=now)
        else:
            report = retention.carry_out(database, keys=keys, now=now, actor=at_the_command_line())
    click.echo(f"{'Would be deleted' if dry_run else 'Deleted'}: {report.in_words}.")
