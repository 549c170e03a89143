"""Slack's members, page by page, matched to our people."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from handlers.admin.members import slack_user
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Match, SlackUser
from surveys.people.nearest import did_you_mean
from surveys.rounds.absences import is_day_off
from surveys.storage.database import Database

log = logging.getLogger(__name__)

PAGE = 200  # what Slack recommends; users.list allows 20 calls a minute
MOST_WAITS = 5
# dnd.teamInfo takes so many people; up to so many are looked up one by one, for users.info allows 100 a minute.
TEAM_INFO, ONE_BY_ONE = 50, 20


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


class SlackAbsences:
    """Who is away, by their status and their do-not-disturb in Slack, at this moment.

    It waits for nothing: where Slack refuses or cannot be reached, nobody is known to be away, and people are
    asked rather than forgotten.
    """

    def __init__(self, client: WebClient) -> None:
        client.retry_handlers.clear()
        self._client = client

    def away(self, slack_ids: Sequence[str], *, now: datetime) -> frozenset[str]:
        """Those who have a day off or do not want to be disturbed now."""
        return self._off(slack_ids, now) | self._undisturbed(slack_ids, now)

    def _off(self, slack_ids: Sequence[str], now: datetime) -> frozenset[str]:
        try:
            wanted = frozenset(slack_ids)
            members = {member["id"]: member for member in self._members(slack_ids)}
        except (SlackClientError, OSError) as problem:
            log.warning("statuses were not looked at: %s", _in_a_word(problem))
            return frozenset()
        return frozenset(who for who in wanted & set(members) if _is_off(members[who].get("profile", {}), now))

    def _members(self, slack_ids: Sequence[str]) -> Iterable[Mapping[str, Any]]:
        if len(slack_ids) <= ONE_BY_ONE:
            return [self._client.users_info(user=who)["user"] for who in slack_ids]
        return [member for page in self._client.users_list(limit=PAGE) for member in page["members"]]

    def _undisturbed(self, slack_ids: Sequence[str], now: datetime) -> frozenset[str]:
        found: set[str] = set()
        try:
            for start in range(0, len(slack_ids), TEAM_INFO):
                some = list(slack_ids[start : start + TEAM_INFO])
                users = self._client.dnd_teamInfo(users=some)["users"]
                found |= {who for who, state in users.items() if _is_undisturbed(state, now)}
        except (SlackClientError, OSError) as problem:
            log.warning("do-not-disturb was not looked at: %s", _in_a_word(problem))
        return frozenset(found)


def _is_off(profile: Mapping[str, Any], now: datetime) -> bool:
    ends = profile.get("status_expiration") or 0
    over = 0 < ends <= now.timestamp()
    return not over and is_day_off(profile.get("status_text") or "", profile.get("status_emoji") or "")


def _is_undisturbed(state: Mapping[str, Any], now: datetime) -> bool:
    """Somebody with quiet hours is always "enabled"; what counts is whether they are now."""
    if not state.get("dnd_enabled"):
        return False
    return bool(state.get("next_dnd_start_ts", 0) <= now.timestamp() < state.get("next_dnd_end_ts", 0))


def _in_a_word(problem: Exception) -> str:
    """What happened, without anybody's id."""
    return (
        str(problem.response.get("error", "unknown"))
        if isinstance(problem, SlackApiError)
        else type(problem).__name__
    )
