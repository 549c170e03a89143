"""What somebody does with the first contact: reads more, says no, or changes their mind."""

from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.edge.access import Permit
from handlers.home.home import Home
from handlers.ids import Action
from handlers.pulses.pulse_view import notice
from handlers.services import Services
from handlers.welcome import welcome_view
from handlers.words import words
from surveys import outbox, own_data
from surveys.people import first_contact
from surveys.people.directory import Person
from surveys.people.rights import Act
from surveys.rounds import message_keys, rounds


class Welcome:
    """Handlers of the first contact's buttons, and of the same choice on the Home tab."""

    def __init__(self, services: Services, home: Home) -> None:
        self._services = services
        self._home = home

    def register(self, app: App) -> None:
        """Listen to the buttons."""
        permit = [Permit(self._services, Act.CARE_FOR_OWN_DATA)]
        app.action(Action.SEE_STORED, middleware=permit)(self.stored)
        app.action(Action.SEE_PROMISE, middleware=permit)(self.promise)
        app.action(Action.NOT_BE_ASKED, middleware=permit)(self.not_be_asked)
        app.action(Action.BE_ASKED, middleware=permit)(self.be_asked)

    def stored(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Show what is stored about whoever pressed the button."""
        ack()
        services = self._services
        with services.database.read() as session:
            kept = own_data.kept(session, services.keys, person, now=services.now())
        view = welcome_view.stored_modal(kept, zone=person.zone(services.schedule.company_zone.key))
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def promise(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Show how it is kept confidential."""
        ack()
        with self._services.database.read() as session:
            k = rounds.promised_group(session) or self._services.smallest_group
        client.views_open(trigger_id=body["trigger_id"], view=welcome_view.promise_modal(person, k=k))

    def not_be_asked(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """They are not asked, from now on."""
        ack()
        self._choose(client, body, person, asked=False)

    def be_asked(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """They are asked again, from the next round on."""
        ack()
        self._choose(client, body, person, asked=True)

    def _choose(self, client: WebClient, body: dict[str, Any], person: Person, *, asked: bool) -> None:
        services = self._services
        with services.database.work() as session:
            first_contact.choose(session, person, asked=asked)
            place = outbox.place_of(session, message_keys.welcome(person.id))
        shown = (welcome_view.accepted_message if asked else welcome_view.declined_message)(person)
        if place:
            services.change_soon(place, shown)
        if body.get("view", {}).get("type") == "home":
            view = self._home.view(replace(person, opted_out=not asked))
            client.views_publish(user_id=body["user"]["id"], view=view)
        elif not place:
            # Weeks later, where the message lies is not known any more.
            say = words(person.language)
            view = notice(shown["text"], say, title=say("home.title"))
            client.views_open(trigger_id=body["trigger_id"], view=view)
