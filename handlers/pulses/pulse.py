"""The pulse: opening it, sending it, declining it, and looking at what becomes of it."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.edge.access import Permit
from handlers.ids import Action, Callback
from handlers.pulses import preview_view, pulse_answers, pulse_view
from handlers.services import Services
from handlers.words import Words, words
from surveys import outbox
from surveys.errors import OrgpulseError
from surveys.outbox import Place
from surveys.people.directory import Person
from surveys.people.rights import Act
from surveys.rounds import answering, message_keys, rounds
from surveys.rounds.rounds import Pulse, Round


class Pulses:
    """Handlers of everything a rep does with a pulse."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the pulse's buttons and its modal."""
        permit = [Permit(self._services, Act.ANSWER)]
        app.action(Action.OPEN_PULSE, middleware=permit)(self.open)
        app.action(Action.DECLINE_PULSE, middleware=permit)(self.decline)
        app.view(Callback.PULSE, middleware=permit)(self.send)
        app.action(Action.PREVIEW, middleware=[Permit(self._services, Act.PREVIEW)])(self.preview)

    def open(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Open the modal, or say kindly why there is nothing to answer."""
        ack()
        services = self._services
        try:
            pulse, done = self._pulse(person, body["actions"][0]["value"])
        except OrgpulseError as problem:
            view = _notice(problem, person)
        else:
            view = pulse_view.modal(
                person,
                pulse.round,
                [services.bank[item_id] for item_id in pulse.round.item_ids],
                zone=person.zone(services.schedule.company_zone.key),
                done_before=done,
                opened_from=_message_of(body),
            )
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def send(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Seal what was filled in; acknowledged only once it is kept."""
        view = body["view"]
        round_id, place = pulse_view.read_metadata(view["private_metadata"], slack_id=body["user"]["id"])
        try:
            pulse, _ = self._pulse(person, round_id)
            filled = pulse_answers.read(
                view["state"]["values"],
                bank=self._services.bank,
                item_ids=pulse.round.item_ids,
                say=words(person.language),
            )
            if filled.problems:
                ack(response_action="errors", errors=filled.problems)
                return
            self._seal(person, pulse, filled)
        except OrgpulseError as problem:
            ack(response_action="update", view=_notice(problem, person))
            return
        ack()
        zone = person.zone(self._services.schedule.company_zone.key)
        thanks = pulse_view.thanks_message(person, pulse.round, zone=zone)
        change_asking_message(self._services, person, pulse.round, thanks, pressed=place)

    def decline(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Put in a blank ballot; one sent before is gone."""
        ack()
        try:
            pulse, _ = self._pulse(person, body["actions"][0]["value"])
            answering.decline(self._services.database, self._services.keys, person, pulse)
        except OrgpulseError as problem:
            # The round is over: there is nothing left to decline.
            client.views_open(trigger_id=body["trigger_id"], view=_notice(problem, person))
            return
        declined = pulse_view.declined_message(person, pulse.round)
        change_asking_message(self._services, person, pulse.round, declined, pressed=_message_of(body))

    def preview(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Put what their manager was shown last on top of the form, which keeps what was filled in.

        A trigger lives for three seconds, and the first look after a start can take longer: so the modal comes
        first, and what it shows when it is known.
        """
        ack()
        opened = client.views_push(trigger_id=body["trigger_id"], view=preview_view.waiting(person))
        with self._services.database.read() as session:
            shown = preview_view.shown_to_manager(session, person)
            k = rounds.promised_group(session) or self._services.smallest_group
        client.views_update(view_id=opened["view"]["id"], view=preview_view.preview(person, shown, k=k))

    def _pulse(self, person: Person, round_id: str) -> tuple[Pulse, bool]:
        """The person's pulse in a round, and whether they are done with it; raises NotInvited or RoundIsClosed."""
        services = self._services
        with services.database.read() as session:
            pulse = rounds.pulse_of(session, person, round_id=round_id, now=services.now())
            return pulse, answering.is_done(session, services.keys, person, round_id)

    def _seal(self, person: Person, pulse: Pulse, filled: pulse_answers.Filled) -> None:
        answering.put_ballot(
            self._services.database,
            self._services.keys,
            person,
            pulse,
            answers=filled.answers,
            comment=filled.comment,
            quotable=filled.quotable,
            chosen=filled.chosen,
        )


def change_asking_message(
    services: Services, person: Person, in_round: Round, payload: dict[str, Any], *, pressed: Place | None = None
) -> None:
    """Let the message that asked show what became of it, and the one whose button was pressed.

    From memory alone: a row that says so would stand beside the ballot and name its author.
    """
    with services.database.read() as session:
        asked = outbox.place_of(session, message_keys.ask(in_round.id, person.id))
    # What a payload says about its place is believed within the person's own conversation alone.
    own = [one for one in (asked, pressed) if asked and one and one.channel == asked.channel]
    for message in {one.ts: one for one in own}.values():
        services.change_soon(message, payload)


def _message_of(body: dict[str, Any]) -> Place | None:
    container = body.get("container", {})
    if container.get("type") != "message":
        return None
    return Place(body["user"]["id"], container["channel_id"], container["message_ts"])


def _notice(problem: OrgpulseError, person: Person) -> dict[str, Any]:
    say = words(person.language)
    return pulse_view.notice(_in_words(problem, say), say)


def _in_words(problem: OrgpulseError, say: Words) -> str:
    key = f"error.{type(problem).__name__}"
    return say(key, **problem.details) if say.has(key) else str(problem)
