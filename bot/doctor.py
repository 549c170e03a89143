"""`orgpulse doctor`: is everything in place, and if not, what to do."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime

import click
from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.settings import Settings
from surveys import outbox
from surveys.ballots.keys import MasterKey
from surveys.clock import SystemClock
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.roster import Role
from surveys.rounds.schedule import monday
from surveys.storage.database import Database
from surveys.storage.migrate import check_revision

# What deploy/manifest.yaml asks for; a test holds the two together.
SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "chat:write",
        "commands",
        "files:write",
        "groups:history",
        "im:history",
        "im:write",
        "users:read",
        "users:read.email",
    }
)
MOST_CLOCK_SECONDS = 30


class Ailing(OrgpulseError):
    """{what}."""


def examine(settings: Settings) -> int:
    """Run every check and print a line for each; returns 0 when all are well, 1 otherwise."""
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("settings", lambda _: "read"),
        ("key", _key),
        ("database", _in_database(lambda database: f"{database.url.get_backend_name()}, up to date")),
        ("people", _in_database(_people)),
        ("slack", _slack),
        ("alerts", _alerts),
        ("outbox", _in_database(_outbox)),
        ("due", _due),
    ]
    ill = 0
    for name, check in checks:
        try:
            click.echo(f"ok    {name:<9} {check(settings)}")
        except OrgpulseError as problem:
            ill += 1
            click.echo(f"fix   {name:<9} {problem}")
    return 1 if ill else 0


def _in_database(look: Callable[[Database], str]) -> Callable[[Settings], str]:
    """A check that looks into the database, which must be up to date for it."""

    def check(settings: Settings) -> str:
        database = Database(settings.database)
        try:
            check_revision(database)
            return look(database)
        finally:
            database.close()

    return check


def _key(settings: Settings) -> str:
    text = settings.master_key.get_secret_value() if settings.master_key else None
    MasterKey.load(path=settings.master_key_file, text=text)
    return "master key found" if text is None else "master key from the environment"


def _people(database: Database) -> str:
    with database.read() as session:
        everybody = directory.people(session)
    reps = [person for person in everybody if Role.REP in person.roles]
    if not reps:
        raise Ailing(what="nobody would be asked. Run: orgpulse people import people.csv")
    strangers = sum(person.slack_id is None for person in reps)
    return f"{len(everybody)} people, {len(reps)} reps, {strangers} of them not found in Slack"


def _slack(settings: Settings) -> str:
    if settings.slack_bot_token is None or settings.slack_app_token is None:
        raise Ailing(
            what="no tokens. Create the app from deploy/manifest.yaml, then set ORGPULSE_SLACK_BOT_TOKEN and "
            "ORGPULSE_SLACK_APP_TOKEN"
        )
    answer = _call(settings, settings.slack_bot_token, "auth.test", what="bot token")
    _call(settings, settings.slack_app_token, "apps.connections.open", what="app token")
    granted = set(str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(","))
    missing = sorted(SCOPES - granted)
    if missing:
        raise Ailing(what=f"scopes are missing: {', '.join(missing)}. Reinstall the app from deploy/manifest.yaml")
    _check_clock(str(answer.headers.get("date", "")))
    return f"connected to {answer['team']} as {answer['user']}"


def _call(settings: Settings, token: SecretStr, method: str, *, what: str) -> SlackResponse:
    client = WebClient(token=token.get_secret_value(), base_url=settings.slack_api_url)
    try:
        return client.api_call(method)
    except SlackApiError as problem:
        code = problem.response.get("error", "unknown")
        raise Ailing(what=f"Slack says {code}. Copy the {what} from the app's page again") from problem
    except OSError as problem:
        raise Ailing(what=f"Slack cannot be reached at {settings.slack_api_url}: {problem}") from problem


def _check_clock(date: str) -> None:
    if not date:
        return
    off = abs((parsedate_to_datetime(date) - SystemClock().now()).total_seconds())
    if off > MOST_CLOCK_SECONDS:
        raise Ailing(what=f"this machine's clock is {off:.0f} s away from Slack's. Turn on NTP")


def _alerts(settings: Settings) -> str:
    if settings.leaders_channel is None:
        raise Ailing(what="alerts go nowhere. Set leaders_channel to a channel's id, and invite the bot there")
    return f"go to {settings.leaders_channel}"


def _outbox(database: Database) -> str:
    with database.read() as session:
        waiting, failed = outbox.waiting(session), outbox.failed(session)
    if failed:
        raise Ailing(what=f"{len(failed)} messages were given up: {', '.join(sorted(set(failed)))}")
    return f"{waiting} messages waiting"


def _due(settings: Settings) -> str:
    schedule, now = settings.weekly(), SystemClock().now()
    week_on = schedule.open_week(now)
    if week_on is not None:
        closes = schedule.closes_at(week_on).astimezone(schedule.company_zone)
        return f"a round is open until {closes:%A %d %B, %H:%M} in {settings.timezone}"
    openings = (schedule.opens_at(monday(now.date()) + timedelta(weeks=ahead)) for ahead in (0, 1, 2))
    opens = next(opening for opening in openings if opening > now)
    return f"the next round opens {opens.astimezone(schedule.company_zone):%A %d %B, %H:%M} in {settings.timezone}"
