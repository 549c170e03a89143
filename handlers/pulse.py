"""The pulse: opening it, sending it, declining it."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers import pulse_answers, pulse_view
from handlers.ids import Action, Callback
from handlers.services import Services
from handlers.words import Words, words
from surveys import outbox
from surveys.errors import NotInvited, OrgpulseError
from surveys.people import directory
from surveys.people.directory import Person
from surveys.rounds import answering, message_keys, rounds
from surveys.rounds.rounds import Participation, Pulse, Round


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
        person = self._person(body)
        try:
            known, pulse = self._pulse(person, body["actions"][0]["value"])
        except OrgpulseError as problem:
            view = _notice(problem, person)
        else:
            view = pulse_view.modal(
                known,
                pulse.round,
                [self._services.bank[item_id] for item_id in pulse.round.item_ids],
                zone=known.zone(self._services.schedule.company_zone.key),
                smallest_group=self._services.smallest_group,
                answered_before=pulse.state is Participation.ANSWERED,
            )
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def send(self, ack: Ack, body: dict[str, Any]) -> None:
        """Seal what was filled in; acknowledged only once it is kept."""
        view = body["view"]
        person = self._person(body)
        try:
            known, pulse = self._pulse(person, view["private_metadata"])
            filled = pulse_answers.read(
                view["state"]["values"],
                bank=self._services.bank,
                item_ids=pulse.round.item_ids,
                say=words(known.language),
            )
            if filled.problems:
                ack(response_action="errors", errors=filled.problems)
                return
            self._seal(known, pulse, filled)
        except OrgpulseError as problem:
            ack(response_action="update", view=_notice(problem, person))
            return
        self._mark(known, pulse.round, Participation.ANSWERED)
        ack()

    def decline(self, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        """Note that a rep skips this week; a ballot sent before is destroyed."""
        ack()
        person = self._person(body)
        round_id = body["actions"][0]["value"]
        try:
            known, pulse = self._pulse(person, round_id)
        except OrgpulseError as problem:
            # The round is over: there is nothing left to decline.
            client.views_open(trigger_id=body["trigger_id"], view=_notice(problem, person))
            return
        with self._services.database.work() as session:
            answering.take_back(session, self._services.keys, known, round_id)
        self._mark(known, pulse.round, Participation.DECLINED)

    def _person(self, body: dict[str, Any]) -> Person | None:
        with self._services.database.read() as session:
            return directory.by_slack_id(session, body["user"]["id"])

    def _pulse(self, person: Person | None, round_id: str) -> tuple[Person, Pulse]:
        """The person's pulse in a round; raises NotInvited or RoundIsClosed."""
        if person is None:
            raise NotInvited
        with self._services.database.read() as session:
            return person, rounds.pulse_of(session, person, round_id=round_id, now=self._services.now())

    def _seal(self, person: Person, pulse: Pulse, filled: pulse_answers.Filled) -> None:
        answering.put_ballot(
            self._services.database,
            self._services.keys,
            person,
            pulse,
            answers=filled.answers,
            comment=filled.comment,
            quotable=filled.quotable,
        )

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
                        key=message_keys.state(in_round.id, person.id),
                        kind="update",
                        recipient=person.slack_id or "",
                        payload=payload,
                        after=message_keys.ask(in_round.id, person.id),
                    ),
                    now=services.now(),
                )
        services.outbox_filled()


def _notice(problem: OrgpulseError, person: Person | None) -> dict[str, Any]:
    say = words(person.language if person else "en")
    return pulse_view.notice(_in_words(problem, say), say)


def _in_words(problem: OrgpulseError, say: Words) -> str:
    key = f"error.{type(problem).__name__}"
    return say(key, **problem.details) if say.has(key) else str(problem)
