"""What one sees of the demo: a progress bar, what happened, and where to click."""

import signal
import threading
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from analysis.synthetic import DEFAULT_SEED
from bot import logs
from bot.demo.run import Outcome, Stage, open_for_visitors, play, staged
from bot.demo.workspace import who_to_try

# Installed by hand: a program started in the background would not hear Ctrl-C at all.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def show(*, headless: bool, as_json: bool, weeks: int, seed: int | None, port: int, database: str | None) -> None:
    """Run the demo and show it; returns when the visitor has had enough, or at once when headless."""
    for number in ENDINGS:
        signal.signal(number, _end)
    console = Console(stderr=True)
    # The bar is what there is to see; warnings still come through.
    logs.speak("WARNING")
    chosen = DEFAULT_SEED if seed is None else seed
    with staged(weeks=weeks, seed=chosen, port=port, database=database) as stage:
        outcome = _with_progress(stage, weeks, console)
        if as_json:
            Console(soft_wrap=True, highlight=False).print(outcome.as_json(), markup=False)
            return
        _tell(outcome, Console())
        if not headless:
            _welcome(open_for_visitors(stage), stage, Console())
            threading.Event().wait()


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """End in order, once: a second Ctrl-C, or the terminal closing, must not cut the clearing up short."""
    del number, frame
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


def _with_progress(stage: Stage, weeks: int, console: Console) -> Outcome:
    columns = (
        TextColumn("[bold]Week {task.fields[week]:>2} of {task.total:.0f}"),
        BarColumn(),
        TextColumn("{task.description}", justify="left"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("setting up", total=weeks, week=1)

        def tell(week: int, happening: str) -> None:
            day = stage.clock.now().strftime("%a %d %b")
            progress.update(task, completed=week, week=week + 1, description=f"{day}  {happening}")

        return play(stage, tell)


def _tell(outcome: Outcome, console: Console) -> None:
    console.print(
        f"[bold]Larkspur Systems, {outcome.rounds} weeks.[/] {outcome.people} people, "
        f"{outcome.invitations} invitations, {outcome.answers} answers, {outcome.digests} digests "
        f"in {outcome.seconds:.0f} s."
    )
    table = Table("unit", "alert", "stage", "week", title="Alerts", title_justify="left")
    for alert in outcome.alerts:
        table.add_row(alert.unit, alert.kind, alert.stage, alert.week)
    console.print(table if outcome.alerts else "No alert was raised.")


def _welcome(address: str, stage: Stage, console: Console) -> None:
    lines = [f"[bold]Now be one of them:[/] {address.split('?', maxsplit=1)[0]}", ""]
    for person, reason in who_to_try(stage.company):
        user = stage.sandbox.user_by_email(person.email).id
        lines.append(f"  {person.name}, {reason}\n  {stage.sandbox.url}/?as={user}\n")
    lines += [
        "Try a slash command as a leader: /orgpulse ask compare EMEA and AMER",
        "Ctrl-C ends the demo and leaves nothing behind.",
    ]
    console.print(Panel("\n".join(lines), expand=False), soft_wrap=True)
