"""Run the benchmarks and print their tables: `make bench`, `make bench ARGS="--only cycle --quick"`."""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from rich.console import Console
from rich.progress import Progress

from tests.bench import speed
from tests.bench.jobs import JOBS, QUICK_TEAMS, TEAMS, one_thread
from tests.bench.markdown import MarkdownConsole

WIDTH = 170


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description="The analysis beside its baselines.")
    parser.add_argument("--quick", action="store_true", help="few teams and draws: under a minute, and rough")
    parser.add_argument("--teams", type=int, metavar="N", help=f"simulated teams of a kind; {TEAMS} usually")
    parser.add_argument("--only", choices=(*dict.fromkeys(job.word for job in JOBS), "speed"), help="these tables")
    parser.add_argument("--markdown", action="store_true", help="tables for analysis/README.md")
    return parser.parse_args()


def side_by_side(console: Console, word: str | None, teams: int) -> None:
    """Print the tables that a word picks, or all, in order, each as soon as it is there."""
    jobs = [job for job in JOBS if word in {None, job.word}]
    # Markdown goes to a file, and a progress bar does not.
    bar = Console(stderr=True) if isinstance(console, MarkdownConsole) else console
    with (
        ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), one_thread) as pool,
        Progress(console=bar, transient=True) as progress,
    ):
        task = progress.add_task("simulating teams", total=len(jobs))
        waiting = [pool.submit(job.tables, teams) for job in jobs]
        for future in waiting:
            future.add_done_callback(lambda _: progress.advance(task))
        for future in waiting:
            for table in future.result():
                console.print(table)


def main() -> None:
    """Print every table that was asked for."""
    asked = arguments()
    console = MarkdownConsole() if asked.markdown else Console(width=WIDTH)
    one_thread()
    side_by_side(console, asked.only, asked.teams or (QUICK_TEAMS if asked.quick else TEAMS))
    # What is timed has the machine to itself.
    if asked.only in {None, "speed"}:
        console.print(speed.table())


if __name__ == "__main__":
    main()
