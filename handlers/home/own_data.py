"""One's own data: a copy, erasing, the diary's switch; all by buttons of the Home tab, and only ever one's own."""

import hashlib
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.edge.access import Permit
from handlers.home.home import Home
from handlers.home.settings_view import AS_IN_SLACK
from handlers.ids import Action
from handlers.pulses.asking import asking_message
from handlers.pulses.pulse import change_asking_message
from handlers.services import Services
from handlers.words import LANGUAGES
from surveys import outbox, own_data
from surveys.outbox import Message
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act
from surveys.rounds import answering, rounds


class OwnData:
    """Handlers of what somebody does with what is stored about them."""

    def __init__(self, services: Services, home: Home) -> None:
        self._services = services
        self._home = home

    def register(self, app: App) -> None:
        """Listen to the buttons below what is stored about somebody."""
        permit = [Permit(self._services, Act.CARE_FOR_OWN_DATA)]
        app.action(Action.COPY_OWN_DATA, middleware=permit)(self.copy)
        app.action(Action.ERASE_ANSWERS, middleware=permit)(self.erase)
        app.action(Action.KEEP_DIARY, middleware=permit)(self.keep_diary)
        app.action(Action.KEEP_NO_DIARY, middleware=permit)(self.keep_no_diary)
        app.action(Action.OWN_HISTORY, middleware=permit)(self.history)
        app.action(Action.CHOOSE_LANGUAGE, middleware=permit)(self.choose_language)

    def copy(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Order a copy for whoever pressed the button.

        What waits in the outbox is the wish alone; the copy is made while it is sent, and lies in no table.
        """
        ack()
        self._order(body, "own_data")
        self._show(client, body, person, done="copied")

    def history(self, ack: Ack, body: dict[str, Any]) -> None:
        """Order the tab with one's own answers; it is made where the diary can be opened, and lies in no table."""
        ack()
        self._order(body, "own_history")

    def _order(self, body: dict[str, Any], kind: str) -> None:
        user = body["user"]["id"]
        cause = hashlib.sha256(f"{user}{body['trigger_id']}".encode()).hexdigest()[:24]
        with self._services.database.work() as session:
            outbox.post(session, Message(f"{kind}:{cause}", kind, user, {}), now=self._services.now())
        self._services.outbox_filled()

    def choose_language(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Speak the language that was chosen, from now on."""
        ack()
        value = (body["actions"][0].get("selected_option") or {}).get("value")
        if value != AS_IN_SLACK and value not in LANGUAGES:
            return
        with self._services.database.work() as session:
            directory.choose_language(session, person, None if value == AS_IN_SLACK else value)
            changed = directory.by_id(session, person.id)
        if changed is not None:
            self._ask_in_their_language(changed)
        client.views_publish(user_id=body["user"]["id"], view=self._home.view(changed))

    def _ask_in_their_language(self, person: Person) -> None:
        """A pulse that still waits speaks the new language; one that was answered has said its thanks."""
        services = self._services
        with services.database.read() as session:
            pulse = rounds.open_pulse(session, person, now=services.now())
            if pulse is None or answering.is_done(session, services.keys, person, pulse.round.id):
                return
            anew = asking_message(session, services, person, pulse.round)
        change_asking_message(services, person, pulse.round, anew)

    def erase(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Take back what lies in the box and empty the diary; the message that asked asks again."""
        ack()
        services = self._services
        own_data.erase(services.database, services.keys, person, now=services.now())
        with services.database.read() as session:
            pulse = rounds.open_pulse(session, person, now=services.now())
            anew = asking_message(session, services, person, pulse.round) if pulse else {}
        if pulse is not None:
            change_asking_message(services, person, pulse.round, anew)
        self._show(client, body, person, done="erased")

    def keep_diary(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Keep a diary from the next answers on."""
        ack()
        self._switch(client, body, person, keeps=True)

    def keep_no_diary(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Empty the diary and keep none."""
        ack()
        self._switch(client, body, person, keeps=False)

    def _switch(self, client: WebClient, body: dict[str, Any], person: Person, *, keeps: bool) -> None:
        services = self._services
        own_data.keep_diary(services.database, services.keys, person, keeps=keeps, now=services.now())
        changed = replace(person, keeps_diary=keeps)
        self._show(client, body, changed, done="diary_on" if keeps else "diary_off")

    def _show(self, client: WebClient, body: dict[str, Any], person: Person, *, done: str) -> None:
        client.views_publish(user_id=body["user"]["id"], view=self._home.view(person, done=done))
