"""`orgpulse themes`: group any comments, one a line, into named themes."""

import json
from datetime import date
from pathlib import Path

import click

from analysis.themes import Comment, find_themes
from bot.commands.text_file import read_text
from surveys.legible import legible_name

MOST_EXAMPLES = 3


def group_comments(file: Path, *, most: int | None, as_json: bool) -> None:
    """Print the themes of a file; nothing is hidden, since whoever has the file has the comments."""
    lines = [line.strip() for line in read_text(file).splitlines() if line.strip()]
    if not lines:
        raise click.ClickException(f"{file} holds no comments; write one a line.")
    comments = [Comment(line, date(2000, 1, 3), "file") for line in lines]
    themes = find_themes(comments, most=most)
    if as_json:
        found = [
            {
                "name": theme.name,
                "area": theme.area.value if theme.area else None,
                "size": theme.size,
                "lines": [index + 1 for index in theme.members],
            }
            for theme in themes
        ]
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for theme in themes:
        area = f", {theme.area.value}" if theme.area else ""
        click.echo(f"{theme.name} ({theme.size}{area})")
        for index in theme.examples[:MOST_EXAMPLES]:
            # Somebody else wrote it, and a terminal obeys what it holds.
            click.echo(f"  {legible_name(lines[index])}")
    apart = len(lines) - sum(theme.size for theme in themes)
    click.echo(f"{len(themes)} themes; {apart} of {len(lines)} comments stand apart.")
