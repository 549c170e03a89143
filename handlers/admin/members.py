"""Slack says that somebody joined, moved or was deactivated: heeded at once, and by the daily sync in any case."""

from typing import Any

from slack_bolt import App

from handlers.edge.access import Permit
from handlers.services import Services
from surveys.people import directory
from surveys.people.directory import SlackUser
from surveys.people.rights import Act
from surveys.people.roster import LONGEST_CELL


class Members:
    """Handlers of events about members of the workspace."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to people who join and change."""
        permit = [Permit(self._services, Act.FOLLOW_SLACK)]
        app.event("team_join", middleware=permit)(self.follow)
        app.event("user_change", middleware=permit)(self.follow)

    def follow(self, event: dict[str, Any]) -> None:
        """Take over what Slack says about one member."""
        if user := slack_user(event["user"]):
            with self._services.database.work() as session:
                directory.follow_slack(session, user)


def slack_user(member: dict[str, Any]) -> SlackUser | None:
    """A human member as Slack describes them; None for an app or bot."""
    if member.get("is_bot") or member["id"] == "USLACKBOT":
        return None
    profile = member.get("profile", {})
    return SlackUser(
        id=member["id"],
        email=profile.get("email"),
        timezone=member.get("tz"),
        locale=member.get("locale"),
        deactivated=bool(member.get("deleted")),
        title=(profile.get("title") or "")[:LONGEST_CELL] or None,
        name=member.get("real_name") or profile.get("real_name"),
    )
