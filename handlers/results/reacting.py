"""Reacting to an action: one press, beside the message or on the Home tab."""

import re
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from handlers.edge.access import Permit
from handlers.home.home import Home
from handlers.ids import Action
from handlers.services import Services
from handlers.showing.blocks import section
from handlers.words import words
from surveys import reactions
from surveys.people.directory import Person
from surveys.people.rights import Act
from surveys.reactions import NothingToReactTo, Reaction


class Reacting:
    """Handlers of what people think of an action."""

    def __init__(self, services: Services, home: Home) -> None:
        self._services = services
        self._home = home

    def register(self, app: App) -> None:
        """Listen to the buttons below actions."""
        known = "|".join(one.value for one in Reaction)
        pressed = re.compile(f"^{Action.REACT}:({known})$")
        app.action(pressed, middleware=[Permit(self._services, Act.REACT)])(self.react)

    def react(
        self, ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext, person: Person
    ) -> None:
        """Note it, and show that it was; how many others said the same comes with the next round."""
        ack()
        services, action = self._services, body["actions"][0]
        chosen = Reaction(action["action_id"].partition(":")[2])
        say = words(person.language)
        text = say("outcome.noted", reaction=say(f"outcome.{chosen.value}"))
        try:
            with services.database.work() as session:
                reactions.react(session, services.keys, person, action["value"], chosen, now=services.now())
        except NothingToReactTo:
            text = say("error.NothingToReactTo")
        if body.get("view", {}).get("type") == "home":
            client.views_publish(user_id=body["user"]["id"], view=self._home.view(person))
        elif context.respond and body.get("response_url"):
            context.respond(text=text, blocks=[section(text)], response_type="ephemeral", replace_original=False)
