"""The pulse: opening it, sending it, declining it."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers import pulse_answers, pulse_view
from handlers.ids import Action, Callback
from handlers.services import Services
from handlers.words import words
from surveys import outbox
from surveys.errors import NotInvited, OrgpulseError
from surveys.people import directory
from surveys.people.directory import Person
from surveys.rounds import answering, rounds
from surveys.rounds.rounds import Participation, Round


class Pulses:
    """Handlers of everything a rep does with a pulse."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the pulse's buttons and its modal."""
        app.action(Action.OPEN_PULSE)(self.open)
        app.action(Action.DECLINE_PULSE)(self.decline)
        app.view(Callback.PULSE)(self.send)

    def open(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """Open the modal, or say kindly why there is nothing to answer."""
        ack()
        round_id = body["actions"][0]["value"]
        person = self._person(body)
        try:
            with self._services.database.read() as session:
                pulse = rounds.pulse_of(session, person, round_id=round_id, now=self._services.now())
            view = pulse_view.modal(
                person,
                pulse.round,
                [self._services.bank[item_id] for item_id in pulse.round.item_ids],
                zone=person.zone(self._services.schedule.company_zone.key),
                smallest_group=self._services.smallest_group,
                answered_before=pulse.state is Participation.ANSWERED,
            )
        except OrgpulseError as problem:
            view = pulse_view.notice(person, _in_words(problem, person))
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def send(self, ack: Ack, body: dict[str, Any]) -> None:
        """Seal what was filled in; acknowledged only once it is kept."""
        view = body["view"]
        person = self._person(body)
        say = words(person.language)
        services = self._services
        try:
            with services.database.read() as session:
                pulse = rounds.pulse_of(session, person, round_id=view["private_metadata"], now=services.now())
        except OrgpulseError as problem:
            ack(response_action="update", view=pulse_view.notice(person, _in_words(problem, person)))
            return
        filled = pulse_answers.read(
            view["state"]["values"], bank=services.bank, item_ids=pulse.round.item_ids, say=say
        )
        if filled.problems:
            ack(response_action="errors", errors=filled.problems)
            return
        answering.put_ballot(
            services.database,
            services.keys,
            person,
            pulse,
            answers=filled.answers,
            comment=filled.comment,
            quotable=filled.quotable,
        )
        self._mark(person, pulse.round, Participation.ANSWERED)
        ack()

    def decline(self, ack: Ack, body: dict[str, Any]) -> None:
        """Note that a rep skips this week; a ballot sent before is destroyed."""
        ack()
        person = self._person(body)
        round_id = body["actions"][0]["value"]
        services = self._services
        try:
            with services.database.work() as session:
                pulse = rounds.pulse_of(session, person, round_id=round_id, now=services.now())
                answering.take_back(session, services.keys, person, round_id)
        except OrgpulseError:
            # The round is over: there is nothing left to decline.
            return
        self._mark(person, pulse.round, Participation.DECLINED)

    def _person(self, body: dict[str, Any]) -> Person:
        with self._services.database.read() as session:
            person = directory.by_slack_id(session, body["user"]["id"])
        if person is None:
            raise NotInvited
        return person

    def _mark(self, person: Person, in_round: Round, state: Participation) -> None:
        """Note the state, and let the asking message show it."""
        services = self._services
        zone = person.zone(services.schedule.company_zone.key)
        if state is Participation.ANSWERED:
            payload = pulse_view.thanks_message(person, in_round, zone=zone)
        else:
            payload = pulse_view.declined_message(person, in_round)
        with services.database.work() as session:
            before = rounds.state_of(session, person, in_round.id)
            rounds.mark(session, person, in_round.id, state)
            if before is not state:
                outbox.replace(
                    session,
                    outbox.Message(
                        key=f"{in_round.id}:state:{person.id}",
                        kind="update",
                        recipient=person.slack_id or "",
                        payload=payload,
                        after=pulse_view.ask_key(in_round.id, person.id),
                    ),
                    now=services.now(),
                )
        services.outbox_filled()


def _in_words(problem: OrgpulseError, person: Person) -> str:
    say = words(person.language)
    key = f"error.{type(problem).__name__}"
    return say(key, **problem.details) if say.has(key) else str(problem)
