"""Running the demo from beginning to end."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from analysis.synthetic import Company, larkspur
from bot.bootstrap import Orgpulse
from bot.demo.clock import DemoClock
from bot.demo.managers import Managers
from bot.demo.reps import Reps
from bot.demo.story import Calendar, deliver, live_through
from bot.demo.workspace import LEADERS_CHANNEL, roster_csv, who_to_try, workspace
from bot.settings import Settings
from deploy.sandbox import Sandbox
from surveys import alerts, results
from surveys.ballots.keys import MasterKey
from surveys.clock import SystemClock
from surveys.errors import OrgpulseError
from surveys.people import directory, enrolment, roster
from surveys.rounds import rounds

# When the page opens, this much of the next ask day has passed and everybody was asked.
AFTER_LAST_ASK = timedelta(days=1, hours=1)


class PortTaken(OrgpulseError):
    """Port {port} cannot be used for the demo's page: {problem}. Choose another with --port, or leave it out."""


class DatabaseInUse(OrgpulseError):
    """{database} holds the rounds of another company already. Name a new database for the demo."""


@dataclass(frozen=True)
class AlertRaised:
    """An alert, by the name of its unit."""

    unit: str
    kind: str
    stage: str
    week: str


@dataclass(frozen=True)
class Outcome:
    """What happened, counted where it can be seen: in Slack, and in what was released."""

    people: int
    rounds: int
    invitations: int
    answers: int
    digests: int
    alerts: list[AlertRaised]
    seconds: float

    def as_json(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Stage:
    """The demo's set: the company, its workspace and the bot, all running."""

    company: Company
    sandbox: Sandbox
    bot: Orgpulse
    clock: DemoClock
    reps: Reps
    managers: Managers
    calendar: Calendar


@contextmanager
def staged(*, weeks: int, seed: int, port: int, database: str | None) -> Iterator[Stage]:
    """Set everything up, and take it all down again whatever happens in between.

    Raises:
        PortTaken: nothing can listen on `port`.
        DatabaseInUse: `database` holds rounds already.
    """
    company = larkspur(seed, weeks)
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="orgpulse-demo-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        calendar = Calendar.ending(SystemClock().now(), weeks, Settings().weekly())
        clock = DemoClock(calendar.begins_at)
        sandbox = _open_sandbox(company, clock, port)
        stack.callback(sandbox.stop)
        bot = _wire(sandbox, clock, folder, database)
        stack.callback(bot.stop)
        with bot.database.work() as session:
            if rounds.any_round(session):
                raise DatabaseInUse(database=database)
            people = roster.read_roster(roster_csv(company))
            enrolment.apply(session, people, actor="demo", now=clock.now())
        bot.connect()
        bot.sync_people()
        reps, managers = Reps(sandbox, company, bot.services.bank), Managers(sandbox, company)
        yield Stage(company, sandbox, bot, clock, reps, managers, calendar)


def _open_sandbox(company: Company, clock: DemoClock, port: int) -> Sandbox:
    # Months pass within a minute here: Slack's allowances per minute would be about another world's time.
    sandbox = Sandbox(workspace(company), port=port, clock=clock.timestamp, rate_limits=0)
    try:
        return sandbox.start()
    except OSError as problem:
        raise PortTaken(port=port, problem=problem.strerror) from problem


def _wire(sandbox: Sandbox, clock: DemoClock, folder: Path, database: str | None) -> Orgpulse:
    key = folder / "master.key"
    MasterKey.create(key)
    leaders = next(channel.id for channel in sandbox.channels if channel.name == LEADERS_CHANNEL)
    settings = Settings(
        database=database or f"sqlite:///{folder / 'orgpulse.db'}",
        master_key_file=key,
        slack_api_url=sandbox.api_url,
        slack_bot_token=SecretStr(sandbox.app.bot_token),
        slack_app_token=SecretStr(sandbox.app.app_token),
        leaders_channel=leaders,
    )
    return Orgpulse(settings, clock=clock)


def play(stage: Stage, tell: Callable[[int, str], None]) -> Outcome:
    """Let the weeks happen and say what came of them."""
    began = time.monotonic()
    live_through(stage.bot, stage.clock, stage.reps, stage.managers, stage.calendar, tell=tell)
    with stage.bot.database.read() as session:
        record = results.whole_record(session)
        names = {unit.id: unit.name for unit in record.units}
        raised = [
            AlertRaised(names[alert.unit_id], alert.kind, alert.stage.value, alert.week_on.isoformat())
            for alert in alerts.raised(session)
        ]
        people = len(directory.people(session))
    return Outcome(
        people=people,
        rounds=len(record.weeks),
        invitations=stage.reps.invitations,
        answers=stage.reps.answers,
        digests=_digests_received(stage),
        alerts=raised,
        seconds=round(time.monotonic() - began, 1),
    )


def _digests_received(stage: Stage) -> int:
    """Digests that lie in managers' direct messages."""
    found = 0
    for person in stage.company.people:
        if "manager" in person.roles:
            user = stage.sandbox.user_by_email(person.email).id
            for message in stage.sandbox.messages(stage.sandbox.open_dm(user)):
                found += any(block.get("block_id") == "digest" for block in message.get("blocks") or [])
    return found


def open_for_visitors(stage: Stage) -> str:
    """Ask everybody once more, let the clock run on, and return the address to visit."""
    bot, clock = stage.bot, stage.clock
    week_on = stage.calendar.weeks[-1] + timedelta(weeks=1)
    until = bot.services.schedule.ask_at(week_on, bot.services.schedule.company_zone) + AFTER_LAST_ASK
    while (due := bot.tick.next_due(after=clock.now())) < until:
        clock.move_to(due)
        bot.tick.run()
        deliver(bot)
    clock.move_to(until)
    clock.run_on()
    bot.keep_time()
    hints = "|".join(
        f"{stage.sandbox.user_by_email(person.email).id}:{reason}" for person, reason in who_to_try(stage.company)
    )
    return f"{stage.sandbox.url}/?suggest={quote(hints)}"
