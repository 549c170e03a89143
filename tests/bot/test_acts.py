"""Every listener, command and job names its act, and every act has one of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from slack_bolt import App

from bot.acts import NotForThisParty, does
from bot.bootstrap import Orgpulse
from bot.main import cli
from handlers.edge.access import Permit
from surveys.people.rights import RIGHTS, Act, Party, permits
from surveys.rounds import rounds
from tests.bot.conftest import TUESDAY_MORNING, Place

REPOSITORY = Path(__file__).parents[2]
LAYERS = ("bot", "handlers", "surveys")
# Those who ask the table, and the names of the question.
TABLE = REPOSITORY / "surveys" / "people" / "rights.py"
QUESTIONS = {"may", "permits"}


@pytest.fixture
def bot(place: Place) -> Orgpulse:
    return place.peopled_bot()


# What is looked for ---------------------------------------------------------------------------------------


def permits_of(app: App) -> list[tuple[str, list[Permit]]]:
    """Each listener of a running app by its function's name, with the permits it carries."""
    return [
        (
            listener.ack_function.__qualname__,
            [found for one in listener.middleware if isinstance(found := getattr(one, "func", None), Permit)],
        )
        for listener in app._listeners
    ]


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command of a command line that does something, with its path."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def act_of(function: object) -> Act | None:
    """The act that a command's or job's function names."""
    found = getattr(function, "act", None)
    return found if isinstance(found, Act) else None


def without_an_act(app: App, group: click.Group, jobs: Sequence[Callable[..., Any]]) -> list[str]:
    """Whatever can be made to act and does not name exactly one act."""
    found = [f"listener {name}" for name, carried in permits_of(app) if len(carried) != 1]
    found += [f"command {path}" for path, command in commands(group) if act_of(command.callback) is None]
    found += [f"job {job.__qualname__}" for job in jobs if act_of(job) is None]
    return found


def questions() -> Iterator[tuple[Path, Act]]:
    """Where the code asks the table whether somebody may do a certain act."""
    for layer in LAYERS:
        for path in (REPOSITORY / layer).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in QUESTIONS and path != TABLE:
                    named = [arg.attr for arg in node.args if isinstance(arg, ast.Attribute)]
                    yield from ((path, Act[name]) for name in named if name in Act.__members__)


def jobs(bot: Orgpulse) -> list[Callable[..., Any]]:
    """What the scheduler runs, apart from the tick, whose steps name acts of their own."""
    bot.keep_time()
    assert bot._scheduler is not None
    found = [job.func for job in bot._scheduler.get_jobs()]
    assert bot.tick.run in found
    return [job for job in found if job != bot.tick.run]


# What must hold -------------------------------------------------------------------------------------------


def test_everything_that_can_be_made_to_act_names_one_act(bot: Orgpulse) -> None:
    assert len(permits_of(bot.app)) > 5
    assert len(list(commands(cli))) > 5
    assert without_an_act(bot.app, cli, jobs(bot)) == []


def test_every_listener_is_for_somebody_in_slack(bot: Orgpulse) -> None:
    machine = {Party.OPERATOR, Party.CLOCK}
    for name, (permit,) in permits_of(bot.app):
        assert RIGHTS[permit.act] - machine, name


def test_every_step_of_the_tick_names_an_act_of_the_clock(bot: Orgpulse) -> None:
    steps = bot.tick._steps()
    assert len({act for act, _ in steps}) == len(steps) > 5
    assert all(permits(Party.CLOCK, act) for act, _ in steps)


def test_every_act_is_done_by_something(bot: Orgpulse) -> None:
    used = {permit.act for _, carried in permits_of(bot.app) for permit in carried}
    used |= {act for _, command in commands(cli) if (act := act_of(command.callback))}
    used |= {act for job in jobs(bot) if (act := act_of(job))}
    used |= {act for act, _ in bot.tick._steps()}
    used |= {act for _, act in questions()}
    assert set(Act) - used == set()


# That the tests can fail ----------------------------------------------------------------------------------


def test_bad_ones_are_found(bot: Orgpulse) -> None:
    app = App(token="xoxb-1", token_verification_enabled=False, signing_secret="secret")
    permit = Permit(bot.services, Act.ASK)
    app.action("none")(lambda ack: ack())
    app.view("two", middleware=[permit, Permit(bot.services, Act.ANSWER)])(lambda ack: ack())
    app.command("/good", middleware=[permit])(lambda ack: ack())

    @click.group()
    def group() -> None:
        pass

    @group.command()
    def unnamed() -> None:
        pass

    @group.command()
    @does(Act.EXAMINE)
    def named() -> None:
        pass

    found = without_an_act(app, group, [bot.stop])
    assert [one.split()[0] for one in found] == ["listener", "listener", "command", "job"]
    assert found[2:] == ["command unnamed", "job Orgpulse.stop"]


def test_a_command_without_the_right_does_nothing() -> None:
    done: list[str] = []

    @click.command()
    @does(Act.SEE_RESULTS)
    def peek() -> None:
        done.append("seen")

    ended = CliRunner().invoke(peek)
    assert isinstance(ended.exception, NotForThisParty)
    assert "see_results" in str(ended.exception)
    assert done == []


def test_a_job_that_may_is_simply_done() -> None:
    @does(Act.SYNC_PEOPLE, by=Party.CLOCK)
    def sync(name: str, *, times: int) -> str:
        """Say it."""
        return name * times

    assert sync("a", times=2) == "aa"
    assert (act_of(sync), sync.__doc__) == (Act.SYNC_PEOPLE, "Say it.")


def test_tick_leaves_out_what_the_table_does_not_give_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = place.peopled_bot()

    def opened() -> bool:
        place.move(bot, TUESDAY_MORNING)
        with bot.database.read() as session:
            return rounds.any_round(session)

    with monkeypatch.context() as without:
        without.setitem(RIGHTS, Act.OPEN_ROUND, frozenset())  # type: ignore[arg-type]
        assert not opened()
    assert opened()
