"""A console that prints tables as Markdown, for the README."""

from typing import Any

from rich.console import Console
from rich.table import Table


class MarkdownConsole(Console):
    """Prints tables as Markdown, everything else as it is."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; options are rich's own."""
        for shown in objects:
            text = markdown(shown) if isinstance(shown, Table) else shown
            super().print(text, **{**options, "soft_wrap": True, "markup": False, "highlight": False})


def markdown(table: Table) -> str:
    """A table as Markdown, its title above it."""
    columns = [[str(column.header), *(str(cell) for cell in column.cells)] for column in table.columns]
    rows = [f"| {' | '.join(cells)} |" for cells in zip(*columns, strict=True)]
    rule = f"|{'---|' * len(columns)}"
    title = [f"**{table.title}**", ""] if table.title else []
    return "\n".join([*title, rows[0], rule, *rows[1:], ""])
