"""Slack's members, page by page, matched to our people."""

from slack_sdk import WebClient

from surveys.people import directory
from surveys.people.directory import Match, SlackUser
from surveys.storage.database import Database

PAGE = 200  # what Slack recommends; users.list allows 20 calls a minute


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
    """Match people and Slack members by email, and take over time zone and language."""
    users = slack_users(client)
    with database.work() as session:
        return directory.match_slack(session, users)
