"""Rights at Slack's edge: every listener names its act, and nobody gets past without the right to it."""

import logging
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, BoltContext, BoltResponse
from slack_sdk import WebClient

from handlers.pulses.pulse_view import notice
from handlers.services import Services
from handlers.showing.blocks import section
from handlers.words import words
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act, may

log = logging.getLogger(__name__)

Next = Callable[[], BoltResponse]


class Permit:
    """Bolt middleware that lets a listener act only for somebody who may.

    It finds the person behind the payload's Slack user, whom Slack vouches for, and hands them to the listener as
    `person`; ids in values and metadata are never asked who somebody is.
    """

    def __init__(self, services: Services, act: Act) -> None:
        self.act = act
        self._services = services

    def __call__(
        self, ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext, next_: Next
    ) -> BoltResponse | None:
        """Go on to the listener, or say kindly that this is not theirs to do."""
        with self._services.database.read() as session:
            person = directory.by_slack_id(session, _slack_id(body))
        if not may(person, self.act):
            log.info("refused: %s", self.act.value, extra={"action": "refused"})
            return _refuse(ack, body, client, person, self.act)
        context["person"] = person
        return next_()


def _slack_id(body: dict[str, Any]) -> str:
    event = body.get("event")
    user = (event.get("user") if event else body.get("user") or body.get("user_id")) or ""
    return str(user["id"] if isinstance(user, dict) else user)


def _refuse(ack: Ack, body: dict[str, Any], client: WebClient, person: Person | None, act: Act) -> BoltResponse:
    say = words(person.language if person else "en")
    # Whoever leads and is not asked has not been denied anything.
    known = "error.NotAsked" if act is Act.ANSWER else "error.NotYours"
    text = say("home.stranger" if person is None else known)
    # Whatever was pressed, it is not always about a pulse.
    view = notice(text, say, title=say("home.title"))
    if body.get("type") == "view_submission":
        return ack(response_action="update", view=view)
    if body.get("command"):
        return ack(text=text, blocks=[section(text)], response_type="ephemeral")
    answer = ack()
    if body.get("trigger_id"):
        client.views_open(trigger_id=body["trigger_id"], view=view)
    return answer
