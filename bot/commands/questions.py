"""`orgpulse questions`: check and look at the question bank."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from bot.settings import Settings
from handlers.pulses import item_blocks
from handlers.showing.blocks import Block
from handlers.words import words
from surveys.bank.items import BANK_LANGUAGES, CYCLE_WEEKS, FALLBACK_LANGUAGE, Item
from surveys.bank.reading import read_packs

# Columns of a phone of 360 px, about.
PHONE = 44


def check(settings: Settings, files: Sequence[Path]) -> None:
    """Say what the fullest weeks ask and take, and list the texts that fall back; raises BadQuestionBank."""
    bank = read_packs(files or settings.question_packs)
    click.echo(f"{len(bank.items)} items, nothing wrong.")
    for week in range(CYCLE_WEEKS):
        names = ", ".join(item.id for item in bank.for_week(week))
        click.echo(f"Week {week + 1} of {CYCLE_WEEKS}: about {bank.seconds(week)} seconds: {names}")
    for language in BANK_LANGUAGES:
        for item in bank.items.values():
            for part in item.gaps(language):
                click.echo(f"{item.id}: no {part}.{language}; {FALLBACK_LANGUAGE} is shown instead")


def preview(settings: Settings, *, language: str, item_id: str | None, console: Console | None = None) -> None:
    """Print items as a rep sees them, from the blocks of the form itself."""
    bank = settings.bank()
    if item_id is not None and item_id not in bank.items:
        raise click.ClickException(f"There is no item {item_id!r}; the items are {', '.join(bank.items)}.")
    shown = [bank[item_id]] if item_id else [item for item in bank.items.values() if item.asked]
    out = console or Console(width=PHONE, highlight=False)
    for item in shown:
        lines = "\n".join(line for block in _blocks(item, language) for line in _lines(block))
        out.print(Panel(lines, title=escape(item.id), subtitle=f"about {item.seconds:.0f} s", width=PHONE))


def _blocks(item: Item, language: str) -> list[Block]:
    return item_blocks.blocks(item, words(language), language=language)


def _lines(block: Block) -> Iterator[str]:
    element = block["element"]
    yield f"[bold]{escape(block['label']['text'])}[/bold]"
    options = [escape(option["text"]["text"]) for option in element.get("options", [])]
    if element["type"] == "static_select":
        yield f"\\[ {escape(element['placeholder']['text'])} ▾ ]"
        yield from (f"    {option}" for option in options)
    elif options:
        sign = "○" if element["type"] == "radio_buttons" else "☐"
        yield from (f"{sign} {option}" for option in options)
    else:
        yield f"\\[ {escape(element['placeholder']['text'])} ]"
    if "hint" in block:
        yield f"[dim]{escape(block['hint']['text'])}[/dim]"
    yield ""
