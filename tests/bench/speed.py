"""Seconds of the steps that grow with a company."""

import time

from rich.table import Table

from analysis.detection.cycle import watch
from analysis.synthetic import Team, simulate
from analysis.themes import find_themes
from tests.analysis.theme_set import draw, topics


def table() -> Table:
    """Seconds on this machine."""
    teams = [Team(f"team {number}") for number in range(200)]
    record = simulate(teams, 52, seed=3)
    comments, _ = draw(topics(), 400, 10, seed=9)
    find_themes(comments)
    shown = Table("step", "seconds", title="Speed", title_justify="left")
    for name, step in (
        ("simulate 200 teams, 52 weeks", lambda: simulate(teams, 52, seed=3)),
        ("watch 200 teams, 52 weeks", lambda: watch(record)),
        ("themes of 400 comments", lambda: find_themes(comments)),
    ):
        began = time.perf_counter()
        step()
        shown.add_row(name, f"{time.perf_counter() - began:.2f}")
    return shown
