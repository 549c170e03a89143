"""A bot of two teams against a real sandbox, moved by hand."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.bootstrap import Orgpulse
from bot.demo.story import deliver
from bot.settings import Settings
from deploy.sandbox import Sandbox, Seed, SeedApp, SeedChannel, SeedCommand, SeedUser
from surveys.ballots.keys import MasterKey
from surveys.clock import MovableClock
from surveys.people import enrolment, roster
from tests.company import welcome_everybody

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
TUESDAY_MORNING = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
REPS = [f"rep{number}" for number in range(12)]
TEAMS = {"North": REPS[:6], "South": REPS[6:]}


def roster_csv() -> str:
    lines = ["email,name,manager,unit,roles", "chief@acme.example,Chief,,Acme,leader"]
    for team, reps in TEAMS.items():
        boss = f"boss.{team.lower()}@acme.example"
        lines.append(f"{boss},Boss {team},chief@acme.example,Acme / {team},manager")
        lines += [f"{rep}@acme.example,{rep.title()},{boss},Acme / {team},rep" for rep in reps]
    return "\n".join(lines)


def workspace() -> Seed:
    names = [*REPS, "chief", "boss.north", "boss.south"]
    return Seed(
        app=SeedApp(commands=(SeedCommand("/orgpulse"),), hears_itself=False),
        users=tuple(SeedUser(name, name.title(), f"{name}@acme.example", "Europe/London") for name in names),
        channels=(SeedChannel("leaders", ("chief",)),),
    )


class Place:
    """A sandbox, a clock and a database file that outlive the bots that run on them."""

    def __init__(self, folder: Path, sandbox: Sandbox, stack: ExitStack) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.clock = MovableClock(MONDAY)
        self._stack = stack
        MasterKey.create(folder / "master.key")

    def bot(self, question_packs: tuple[Path, ...] = ()) -> Orgpulse:
        """A new process's worth of bot on the same database."""
        leaders = next(channel.id for channel in self.sandbox.channels if channel.name == "leaders")
        bot = Orgpulse(
            Settings(
                database=f"sqlite:///{self.folder / 'orgpulse.db'}",
                master_key_file=self.folder / "master.key",
                slack_api_url=self.sandbox.api_url,
                slack_bot_token=SecretStr(self.sandbox.app.bot_token),
                slack_app_token=SecretStr(self.sandbox.app.app_token),
                leaders_channel=leaders,
                question_packs=question_packs,
            ),
            clock=self.clock,
        )
        self._stack.callback(bot.stop)
        return bot

    def peopled_bot(self, question_packs: tuple[Path, ...] = ()) -> Orgpulse:
        """A bot whose roster is imported and matched."""
        bot = self.bot(question_packs)
        with bot.database.work() as session:
            enrolment.apply(session, roster.read_roster(roster_csv()), actor="test", now=self.clock.now())
        bot.sync_people()
        welcome_everybody(bot.database, at=MONDAY - timedelta(days=3))
        return bot

    def move(self, bot: Orgpulse, instant: datetime) -> None:
        """Let it be that instant, and let the bot do what is due."""
        self.clock.move_to(instant)
        bot.tick.run()
        deliver(bot)

    def asks(self, rep: str) -> list[dict[str, object]]:
        """The messages in a rep's conversation with the bot."""
        user = self.sandbox.user_by_email(f"{rep}@acme.example").id
        return self.sandbox.messages(self.sandbox.open_dm(user))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(workspace(), rate_limits=0))
        yield Place(tmp_path, sandbox, stack)
