"""Slack's members, page by page, matched to our people."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from handlers.admin.members import slack_user
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Match, SlackUser
from surveys.people.nearest import did_you_mean
from surveys.storage.database import Database

PAGE = 200  # what Slack recommends; users.list allows 20 calls a minute
MOST_WAITS = 5


class SlackRefuses(OrgpulseError):
    """Slack at {address} cannot be used: {problem}. Run: orgpulse doctor."""


class NoSuchGroup(OrgpulseError):
    """There is no user group @{handle} in Slack{meant}. Nothing was imported."""


def slack_users(client: WebClient) -> list[SlackUser]:
    """Every human member of the workspace.

    Args:
        client: one of its own, since from now on it waits when Slack's rate limit says so.

    Raises:
        SlackRefuses: when Slack cannot be reached or refuses the token.
    """
    with _patiently(client):
        pages = client.users_list(limit=PAGE, include_locale=True)
        members = [member for page in pages for member in page["members"]]
    return [user for member in members if (user := slack_user(member))]


def slack_groups(client: WebClient, handles: Iterable[str]) -> dict[str, list[SlackUser]]:
    """The active members of user groups, by handle; raises NoSuchGroup and SlackRefuses."""
    users = {user.id: user for user in slack_users(client) if not user.deactivated}
    found: dict[str, list[SlackUser]] = {}
    with _patiently(client):
        groups = {group["handle"]: group["id"] for group in client.usergroups_list()["usergroups"]}
        for handle in handles:
            if handle not in groups:
                raise NoSuchGroup(handle=handle, meant=did_you_mean(handle, groups))
            members = client.usergroups_users_list(usergroup=groups[handle])["users"]
            found[handle] = [users[member] for member in members if member in users]
    return found


@contextmanager
def _patiently(client: WebClient) -> Iterator[None]:
    """Wait when Slack's rate limit says so, and say it in words when Slack refuses."""
    if not any(isinstance(handler, RateLimitErrorRetryHandler) for handler in client.retry_handlers):
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=MOST_WAITS))
    try:
        yield
    except (SlackApiError, OSError) as problem:
        code = problem.response.get("error") if isinstance(problem, SlackApiError) else problem
        raise SlackRefuses(address=client.base_url, problem=code) from problem


def sync(database: Database, client: WebClient) -> Match:
    """Match people and Slack members by email, and take over time zone, language and title.

    Args:
        database: where the people are.
        client: one of its own, since from now on it waits when Slack's rate limit says so.

    Raises:
        SlackRefuses: when Slack cannot be reached or refuses the token.
    """
    users = slack_users(client)
    with database.work() as session:
        return directory.match_slack(session, users)
