"""Slack's members, page by page, matched to our people."""

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Match, SlackUser
from surveys.storage.database import Database

PAGE = 200  # what Slack recommends; users.list allows 20 calls a minute
MOST_WAITS = 5


class SlackRefuses(OrgpulseError):
    """Slack at {address} cannot be used: {problem}. Run: orgpulse doctor."""


def slack_users(client: WebClient) -> list[SlackUser]:
    """Every human member of the workspace."""
    users = []
    for page in client.users_list(limit=PAGE, include_locale=True):
        for member in page["members"]:
            if member.get("is_bot") or member["id"] == "USLACKBOT":
                continue
            users.append(
                SlackUser(
                    id=member["id"],
                    email=member.get("profile", {}).get("email"),
                    timezone=member.get("tz"),
                    locale=member.get("locale"),
                    deactivated=bool(member.get("deleted")),
                )
            )
    return users


def sync(database: Database, client: WebClient) -> Match:
    """Match people and Slack members by email, and take over time zone and language.

    Args:
        database: where the people are.
        client: one of its own, since from now on it waits when Slack's rate limit says so.

    Raises:
        SlackRefuses: when Slack cannot be reached or refuses the token.
    """
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=MOST_WAITS))
    try:
        users = slack_users(client)
    except (SlackApiError, OSError) as problem:
        code = problem.response.get("error") if isinstance(problem, SlackApiError) else problem
        raise SlackRefuses(address=client.base_url, problem=code) from problem
    with database.work() as session:
        return directory.match_slack(session, users)
