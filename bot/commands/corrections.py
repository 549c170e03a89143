"""`orgpulse corrections`: questions that were not understood, with what their askers meant."""

import json
from dataclasses import asdict

import click

from bot.database import opened
from bot.settings import Settings
from surveys import corrections


def review(settings: Settings, *, forget: str | None, as_json: bool) -> None:
    """Print the kept examples, or delete one; raises NoSuchCorrection."""
    with opened(settings) as database:
        if forget is not None:
            with database.work() as session:
                corrections.forget(session, forget)
        with database.read() as session:
            found = corrections.kept(session)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one.key}  {one.asked}\n{'':14}meant: {one.meant}")
    if not found:
        click.echo("No examples are kept. They come when somebody chooses among the readings they are offered.")
