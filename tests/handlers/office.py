"""A company of two teams in a real sandbox, with the real bot connected, moved by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from bot.bootstrap import Orgpulse
from bot.demo.story import deliver
from bot.settings import Settings
from deploy.sandbox import Sandbox, Seed, SeedApp, SeedChannel, SeedCommand, SeedUser
from handlers.ids import COMMAND, Action, Callback
from handlers.pulses.item_blocks import ITEM_BLOCK
from surveys import outbox
from surveys.ballots.keys import MasterKey
from surveys.clock import MovableClock
from surveys.people import enrolment, roster
from surveys.rounds.schedule import monday

Json = dict[str, Any]
Found = TypeVar("Found")

NORTH = tuple(f"north{number}" for number in range(1, 7))
SOUTH = tuple(f"south{number}" for number in range(1, 7))
REPS = NORTH + SOUTH
GERMAN = "south6"
BEGINS = datetime(2026, 3, 1, 12, tzinfo=UTC)
# What reps comment: enough on one subject for a theme and a quotation, with everything a person can type.
MARKUP = "approvals <@U0000> take *days* :fire: see [this](http://evil.example) & `rm` <!channel> \u202etxt\x07"
APPROVALS = [
    MARKUP,
    "approvals for every discount take days",
    "waiting for approvals again and the discount was gone",
    "approvals held up my discount for days",
    "discount approvals take days and nobody knows why",
    "approvals approvals approvals, a discount takes days",
]
# Weeks behind the seasoned office.
WEEKS = 8
# A message that cannot be waited for any longer is not coming.
PATIENCE = 30.0
# A Home tab that is opened while something on it is pressed gives way to what the pressing drew.
GAVE_WAY = "hash_conflict"


def seed() -> Seed:
    """The workspace: everybody of the roster, and a stranger."""
    names = (*REPS, "nora", "sam", "chief", "ada", "stranger")
    return Seed(
        team_name="Quay",
        app=SeedApp(name="Orgpulse", bot_name="orgpulse", commands=(SeedCommand(COMMAND),), hears_itself=False),
        users=tuple(
            SeedUser(
                name,
                f"{name.title()} Quay",
                f"{name}@quay.example",
                "Europe/Berlin" if name == GERMAN else "Europe/London",
                locale="de-DE" if name == GERMAN else "en-US",
            )
            for name in names
        ),
        channels=(SeedChannel("general", names), SeedChannel("leaders", ("chief",), is_private=True)),
    )


def roster_csv() -> str:
    """Nora and Sam manage a team each, chief leads the company, Ada only administers."""
    lines = [
        "email,name,manager,unit,roles",
        "chief@quay.example,Chief Quay,,Quay,leader",
        "ada@quay.example,Ada Quay,chief@quay.example,Quay,admin",
    ]
    for team, boss, reps in (("R&D North", "nora", NORTH), ("South", "sam", SOUTH)):
        lines.append(f"{boss}@quay.example,{boss.title()} Quay,chief@quay.example,Quay / {team},manager")
        lines += [f"{rep}@quay.example,{rep.title()} Quay,{boss}@quay.example,Quay / {team},rep" for rep in reps]
    return "\n".join(lines)


class Office:
    """The company, its Slack and its bot."""

    def __init__(self, sandbox: Sandbox, bot: Orgpulse, clock: MovableClock) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self.clock = clock
        self.schedule = bot.services.schedule
        self.week_on: date = monday(clock.now().date()) + timedelta(weeks=1)
        self.invitations: dict[str, str] = {}

    # Time ---------------------------------------------------------------------------------------------

    def pass_time(self, until: datetime) -> None:
        """Let everything happen that is due up to an instant."""
        while self.clock.now() < until:
            self.clock.move_to(min(self.bot.tick.next_due(after=self.clock.now()), until))
            self.bot.tick.run()
            deliver(self.bot)

    def open_pulse(self) -> None:
        """Go to the next Tuesday noon, when everybody was asked."""
        self.pass_time(self.schedule.ask_at(self.week_on, self.schedule.company_zone) + timedelta(hours=3))
        self.invitations = {rep: self.asking_message(rep)["ts"] for rep in REPS}

    def close_pulse(self) -> None:
        """Go to a minute after the close; from now on the week is the next one."""
        self.pass_time(self.schedule.closes_at(self.week_on) + timedelta(minutes=1))
        self.week_on += timedelta(weeks=1)

    def send_digests(self) -> None:
        """Go to the Friday of the week that was closed last."""
        closed = self.week_on - timedelta(weeks=1)
        self.pass_time(self.schedule.digest_at(closed, self.schedule.company_zone) + timedelta(minutes=1))

    def live_week(self, entries: Callable[[str], Mapping[str, Any]]) -> None:
        """One whole week in which everybody answers at once; `entries` says what a rep fills in."""
        self.open_pulse()
        with ThreadPoolExecutor(6) as desks:
            for ack in desks.map(lambda rep: self.answer(rep, entries(rep)), REPS):
                assert ack.ok, ack.error
        deliver(self.bot)
        self.close_pulse()
        self.send_digests()

    # What people do -------------------------------------------------------------------------------------

    def id(self, name: str) -> str:
        return self.sandbox.user_by_email(f"{name}@quay.example").id

    def dm(self, name: str) -> str:
        return self.sandbox.open_dm(self.id(name))

    def channel(self, name: str) -> str:
        return next(channel.id for channel in self.sandbox.channels if channel.name == name)

    def messages(self, name: str, channel: str | None = None) -> list[Json]:
        """What somebody sees in a conversation, by default theirs with the bot."""
        return self.sandbox.messages(channel or self.dm(name), self.id(name))

    def asking_message(self, rep: str) -> Json:
        """The newest invitation in a rep's direct messages."""
        return next(m for m in reversed(self.messages(rep)) if Action.DECLINE_PULSE in action_ids(m))

    def message(self, rep: str) -> Json:
        """The invitation of the open pulse as it looks now."""
        return next(m for m in self.messages(rep) if m["ts"] == self.invitations[rep])

    def press(self, rep: str, action_id: str = Action.OPEN_PULSE) -> Any:
        """Press a button of the message that asked."""
        return self.sandbox.click(
            self.id(rep), channel=self.dm(rep), ts=self.invitations[rep], action_id=action_id
        )

    def form(self, rep: str) -> Json:
        """Press the button and wait for the modal."""
        assert self.press(rep).ok
        return self.sandbox.wait_for_view(self.id(rep), callback_id=Callback.PULSE)

    def answer(self, rep: str, entries: Mapping[str, Any]) -> Any:
        """Fill in the modal by stage (or block) and send it."""
        view = self.form(rep)
        return self.sandbox.submit(self.id(rep), view["id"], self.by_block(view, entries))

    def by_block(self, view: Json, entries: Mapping[str, Any]) -> Json:
        """Entries named after stages, or by their block, by the blocks of a form that asks about them."""
        bank = self.bot.services.bank
        stages = {
            bank[block["block_id"].removeprefix(ITEM_BLOCK)].stage.value: block["block_id"]
            for block in view["blocks"]
            if block.get("block_id", "").startswith(ITEM_BLOCK)
        }
        blocks = {block.get("block_id") for block in view["blocks"]}
        known = {key: value for key, value in entries.items() if key in stages or key in blocks}
        return {stages.get(key, key): value for key, value in known.items()}

    def home(self, name: str) -> Json:
        """Open the Home tab and read what was published."""
        ack = self.sandbox.open_home(self.id(name))
        assert ack.ok, ack.error
        return self.wait(lambda: self._published(name))

    def _published(self, name: str) -> Json | None:
        wanted = self.id(name)
        calls = [call for call in self.sandbox.calls.of("views.publish") if call.arguments["user_id"] == wanted]
        assert all(call.ok or call.error == GAVE_WAY for call in calls), calls[-1].answer
        # Acknowledged is not published yet; the view of an earlier opening does not count.
        fresh = len(calls) > self._seen.get(name, 0)
        self._seen[name] = len(calls) if fresh else self._seen.get(name, 0)
        return self.sandbox.home(wanted) if fresh else None

    _seen: dict[str, int] = {}  # noqa: RUF012 (replaced for each office in `opened`)

    def ask(self, name: str, text: str, channel: str | None = None) -> Json:
        """Type `/orgpulse ask …` and read the answer that only they see."""
        where = channel or self.dm(name)
        before = {m["ts"] for m in self.messages(name, where)}
        ack = self.sandbox.command(self.id(name), where, COMMAND, f"ask {text}")
        assert ack.ok, ack.error
        return self.new_message(name, where, before)

    def new_message(self, name: str, channel: str, before: set[str]) -> Json:
        """The first message by the bot that was not there before."""

        def newest() -> Json | None:
            fresh = [m for m in self.messages(name, channel) if m["ts"] not in before and m.get("bot_id")]
            return fresh[0] if fresh else None

        return self.wait(newest)

    def wait(self, found: Callable[[], Found | None]) -> Found:
        """Deliver until something is there; a listener works in a thread of its own."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            deliver(self.bot)
            result = found()
            if result is not None:
                return result
            time.sleep(0.01)
        raise AssertionError(f"it did not come within {PATIENCE:.0f} s")

    # What must hold after every test ----------------------------------------------------------------------

    def given_up(self) -> list[str]:
        """Error codes of messages that Slack would never take."""
        with self.bot.database.read() as session:
            return outbox.failed(session)

    def refused_calls(self) -> list[str]:
        """Calls that Slack refused, with the reason: bad blocks show here."""
        refused = [call for call in self.sandbox.calls if not call.ok and call.error != GAVE_WAY]
        return [f"{call.method}: {call.error} {call.answer}" for call in refused]


@contextmanager
def opened(folder: Path, database: str | None = None) -> Iterator[Office]:
    """The company with the bot connected, on the Sunday before its first week; by default on SQLite."""
    clock = MovableClock(BEGINS)
    with Sandbox(seed(), clock=clock.timestamp, rate_limits=0) as sandbox:
        MasterKey.create(folder / "master.key")
        leaders = next(channel.id for channel in sandbox.channels if channel.name == "leaders")
        bot = Orgpulse(
            Settings(
                database=database or f"sqlite:///{folder / 'orgpulse.db'}",
                master_key_file=folder / "master.key",
                slack_api_url=sandbox.api_url,
                slack_bot_token=SecretStr(sandbox.app.bot_token),
                slack_app_token=SecretStr(sandbox.app.app_token),
                leaders_channel=leaders,
            ),
            clock=clock,
        )
        try:
            with bot.database.work() as session:
                enrolment.apply(session, roster.read_roster(roster_csv()), actor="test", now=clock.now())
            bot.connect()
            sandbox.wait_for_app()
            bot.sync_people()
            office = Office(sandbox, bot, clock)
            office._seen = {}
            yield office
        finally:
            hang_up(sandbox, bot)


def hang_up(sandbox: Sandbox, bot: Orgpulse) -> None:
    """Stop the bot at once; a Socket Mode client by itself sits out a read of three seconds first."""
    if bot._sockets:
        bot._sockets.client.auto_reconnect_enabled = False
        sandbox.cut_sockets()
    try:
        bot.stop()
    except AttributeError:
        # The client's reader closed the same socket at the same moment; the rest is still to be stopped.
        bot.stop()


def steady(rep: str) -> dict[str, Any]:
    """Answers that hardly differ: the north is content, the south less so."""
    content = "4" if rep in NORTH else "3"
    agreed = dict.fromkeys(("trust", "friction", "targets", "candor", "efficiency"), content)
    return {**agreed, "overlay": "2.5" if rep in NORTH else "6", "customer": "12"}


def entries(rep: str, week: int) -> dict[str, object]:
    """What a rep fills in: two weeks with comments, and three with a turn in the north."""
    filled = dict(steady(rep))
    number = int(rep[-1])
    # Nobody is of one mind: a unanimous group is shown as a band.
    filled["trust"] = str(max(1, int(filled["trust"]) - (number + week) % 2))
    filled["friction"] = str(max(1, int(filled["friction"]) - (number + week) % 3 // 2))
    if week >= WEEKS - 3 and rep.startswith("north"):
        filled["overlay"] = f"{9 + number / 2:g}"
    if week >= WEEKS - 2:
        filled["comment"] = APPROVALS[number - 1]
    return filled


def action_ids(message: Json) -> list[str]:
    """The ids of the buttons under a message, or of a view."""
    elements = [element for block in message.get("blocks") or [] for element in block.get("elements", [])]
    accessories = [block["accessory"] for block in message.get("blocks") or [] if "accessory" in block]
    return [element["action_id"] for element in (*elements, *accessories) if "action_id" in element]


def words_of(message: Json) -> str:
    """Everything that stands in a message or view, in order, buttons included."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            texts = (node.get(key) for key in ("text", "alt_text", "title", "label", "hint"))
            found.extend(text for text in texts if isinstance(text, str))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(message.get("blocks") or [])
    return "\n".join(found)


def block_types(message: Json) -> list[str]:
    """The types of the blocks, in order."""
    return [block["type"] for block in message.get("blocks") or []]
