"""`orgpulse doctor`: is everything in place, and if not, what to do."""

from email.utils import parsedate_to_datetime

from pydantic import SecretStr
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.commands import checkup, keys
from bot.commands.checkup import Ailing, Check, in_database
from bot.live_settings import LiveSettings
from bot.settings import Settings
from surveys import audit, outbox
from surveys.clock import SystemClock
from surveys.counting.noise import cost
from surveys.people import directory
from surveys.people.roster import Role
from surveys.rounds.group_size import smallest_group_allowed
from surveys.storage.database import Database

# What deploy/manifest.yaml asks for; a test holds the two together.
SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "chat:write",
        "commands",
        "dnd:read",
        "files:write",
        "groups:history",
        "im:history",
        "im:write",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)
MOST_CLOCK_SECONDS = 30


def examine(settings: Settings) -> int:
    """Run every check and print a line for each; returns 0 when all are well, 1 otherwise."""
    checks: list[Check] = [
        ("settings", lambda _: "read"),
        ("database", in_database(lambda database, _: f"{database.url.get_backend_name()}, up to date")),
        ("log", in_database(_statement_log)),
        *keys.CHECKS,
        ("people", in_database(_people)),
        ("setup", in_database(_setup)),
        ("groups", in_database(_groups)),
        ("noise", _noise),
        ("audit", in_database(_audit)),
        ("slack", _slack),
        ("alerts", in_database(_alerts)),
        ("outbox", in_database(_outbox)),
        ("due", in_database(_due)),
    ]
    return checkup.examine(checks, settings)


def _setup(database: Database, settings: Settings) -> str:
    found = LiveSettings(settings, database).all()
    fixed, chosen = (sum(bool(getattr(one, name)) for one in found) for name in ("fixed_in", "chosen"))
    return f"{fixed} settings stand in the file or the environment, {chosen} were chosen while running"


def _statement_log(database: Database, _: Settings) -> str:
    if database.logs_statements():
        raise Ailing(
            what="PostgreSQL writes statements into its log, and with them who answered when. "
            "Set log_statement to none and log_min_duration_statement to -1 for this database"
        )
    return "statements are not written down"


def _people(database: Database, _: Settings) -> str:
    with database.read() as session:
        everybody = directory.people(session)
    reps = [person for person in everybody if Role.REP in person.roles]
    if not reps:
        raise Ailing(what="nobody would be asked. Run: orgpulse people import people.csv")
    strangers = sum(person.slack_id is None for person in reps)
    return f"{len(everybody)} people, {len(reps)} reps, {strangers} of them not found in Slack"


def _groups(database: Database, settings: Settings) -> str:
    wanted = LiveSettings(settings, database).in_force.smallest_group
    with database.read() as session:
        size = smallest_group_allowed(session, wanted)
    return f"figures are about {size} people or more"


def _noise(settings: Settings) -> str:
    """What noise costs, as the standard deviation of what it adds to a mean of eight people."""
    found = cost(settings.noise())
    blur = f"the mean of 8 people moves by {found.group.points:.1f} points or {found.group.hours:.1f} hours"
    if found.release is None:
        return f"{blur}; changes are exact"
    return (
        f"{blur}, their change by {found.group.change_of_points:.1f} or {found.group.change_of_hours:.1f}; "
        f"epsilon {found.release:g} a release, {found.quarter:g} a quarter, {found.year:g} a year"
    )


def _audit(database: Database, _: Settings) -> str:
    with database.read() as session:
        broken, lines = audit.broken_at(session), len(audit.entries(session))
    if broken is not None:
        raise Ailing(what=f"line {broken} of the audit log was changed afterwards. Compare with a backup")
    return f"{lines} lines, whole"


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


def _alerts(database: Database, settings: Settings) -> str:
    channel = LiveSettings(settings, database).in_force.leaders_channel
    if channel is None:
        return "go to leaders as direct messages; set leaders_channel to a channel's id to have them there too"
    return f"go to {channel}, and to leaders as direct messages"


def _outbox(database: Database, _: Settings) -> str:
    with database.read() as session:
        waiting, failed = outbox.waiting(session), outbox.failed(session)
    if failed:
        raise Ailing(what=f"{len(failed)} messages were given up: {', '.join(sorted(set(failed)))}")
    return f"{waiting} messages waiting"


def _due(database: Database, settings: Settings) -> str:
    in_force, now = LiveSettings(settings, database).in_force, SystemClock().now()
    zone = in_force.schedule.company_zone
    closes = [each.closes_at(week_on) for each in in_force.schedules if (week_on := each.open_week(now))]
    if closes:
        return f"a round is open until {min(closes).astimezone(zone):%A %d %B, %H:%M} in {zone.key}"
    opens = min(each.next_opening(now) for each in in_force.schedules)
    return f"the next round opens {opens.astimezone(zone):%A %d %B, %H:%M} in {zone.key}"
