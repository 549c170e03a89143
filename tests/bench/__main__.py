"""Run the benchmarks and print their tables: `make bench`, or `make bench ARGS=--quick`."""

import argparse
import time
from collections import Counter

from rich.console import Console
from rich.table import Table

from analysis.detection.cycle import watch
from analysis.synthetic import Team, simulate
from analysis.themes import find_themes
from tests.analysis.theme_set import accuracy, baseline, demo_subjects, draw, members, topics
from tests.bench.detection import FALSE_ALARM, measure


def detection(console: Console, teams: int) -> None:
    """Delays beside simpler rules."""
    table = Table(
        "rule",
        "answering",
        "step (SD)",
        "false alarm in 52 weeks",
        "median weeks",
        "missed in 40",
        title=f"A step in trust, ten people, {teams} teams each; tuned rules at {FALSE_ALARM:.0%}",
        title_justify="left",
    )
    for row in measure(teams):
        median = "not found" if row.median == float("inf") else f"{row.median:.0f}"
        table.add_row(
            row.rule, f"{row.rate:.0%}", f"{row.size}", f"{row.false_alarms:.0%}", median, f"{row.missed:.0%}"
        )
    console.print(table)


def themes(console: Console, draws: int) -> None:
    """Accuracy of themes beside TF-IDF and k-means, which is told the true number."""
    table = Table("comments", "themes", "ours", "TF-IDF + k-means", "found", title="Themes", title_justify="left")
    for source, title in ((topics(), "templates"), (demo_subjects(), "demo company")):
        for number, true in ((40, 5), (120, 8), (400, 10)):
            sums: Counter[str] = Counter()
            for seed in range(draws):
                comments, labels = draw(source, number, true, seed)
                found = find_themes(comments)
                sums["ours"] += accuracy(labels, members(found, number))  # type: ignore[assignment]
                sums["theirs"] += accuracy(labels, baseline(comments, true))  # type: ignore[assignment]
                sums["found"] += len(found)
            shown = [f"{sums[name] / draws:.2f}" for name in ("ours", "theirs", "found")]
            table.add_row(f"{number}, {title}", f"{true}", *shown)
    console.print(table)


def speed(console: Console) -> None:
    """Seconds of the steps that grow with a company."""
    teams = [Team(f"team {number}") for number in range(200)]
    record = simulate(teams, 52, seed=3)
    comments, _ = draw(topics(), 400, 10, seed=9)
    find_themes(comments)
    table = Table("step", "seconds", title="Speed", title_justify="left")
    for name, step in (
        ("watch 200 teams, 52 weeks", lambda: watch(record)),
        ("themes of 400 comments", lambda: find_themes(comments)),
    ):
        began = time.perf_counter()
        step()
        table.add_row(name, f"{time.perf_counter() - began:.2f}")
    console.print(table)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description="Benchmarks of the analysis, each beside a baseline.")
    parser.add_argument("--quick", action="store_true", help="fewer teams and draws")
    quick = parser.parse_args().quick
    console = Console(width=100)
    detection(console, 60 if quick else 400)
    themes(console, 3 if quick else 12)
    speed(console)


if __name__ == "__main__":
    main()
