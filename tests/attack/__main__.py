"""Attack Orgpulse at length and print the table: `make attack`, or `make attack ARGS="--only linear"`."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests import attack as folder
from tests.attack.attack import Attack, Effort


def attacks() -> list[Attack]:
    """Every attack of this folder, in the order of its files; a module lists its own in ATTACKS."""
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    modules = [importlib.import_module(f"{folder.__name__}.{name}") for name in names if name.startswith("on_")]
    return [attack for module in modules for attack in module.ATTACKS]


def main() -> int:
    """Run them one after the other; 1 when a promise did not hold."""
    parser = argparse.ArgumentParser(description="Attacks on Orgpulse's confidentiality, at length.")
    parser.add_argument("--only", metavar="WORD", default="", help="only attacks with this word in their name")
    parser.add_argument("--quick", action="store_true", help="the small version of each, as in the test suite")
    chosen = parser.parse_args()
    effort = Effort.SMALL if chosen.quick else Effort.FULL
    console = Console(width=140)
    table = Table("attack", "must show", "found", "the same on something weaker", "seconds", "", show_lines=True)
    broken = 0
    bar = Progress(TextColumn("{task.description:<60}"), BarColumn(), TimeElapsedColumn(), console=console)
    with bar:
        for attack in (one for one in attacks() if chosen.only.lower() in one.name.lower()):
            task = bar.add_task(attack.name, total=1.0)
            began = time.perf_counter()
            outcome = attack.run(effort, lambda done, task=task: bar.update(task, completed=done))
            bar.update(task, completed=1.0)
            broken += not outcome.held
            verdict = "held" if outcome.held else "BROKEN"
            seconds = f"{time.perf_counter() - began:.0f}"
            table.add_row(attack.name, attack.must_show, outcome.found, outcome.beside, seconds, verdict)
    console.print(table)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
