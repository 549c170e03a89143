"""The pulse: answering by a tap or in the form, declining, and looking at what becomes of it."""

import re
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from handlers.edge.access import Permit
from handlers.edge.opening import open_view
from handlers.ids import COMMAND, Action, Callback
from handlers.pulses import asking, preview_view, pulse_answers, pulse_view
from handlers.pulses.pulse_answers import Filled
from handlers.pulses.pulse_view import Tapped
from handlers.services import Services
from handlers.showing.blocks import actions, button, section
from handlers.words import Words, words
from surveys import outbox
from surveys.errors import OrgpulseError, RoundIsClosed
from surveys.outbox import Place
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.rounds import answering, message_keys, rounds, upcoming
from surveys.rounds.rounds import Pulse, Round

_TAP = re.compile(f"^{Action.TAP}:([1-5])$")


class Pulses:
    """Handlers of everything a rep does with a pulse."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the pulse's buttons, its modal, and the command that opens it."""
        permit = [Permit(self._services, Act.ANSWER)]
        app.action(Action.OPEN_PULSE, middleware=permit)(self.open)
        app.action(Action.GO_ON_WITH_PULSE, middleware=permit)(self.go_on)
        app.action(_TAP, middleware=permit)(self.tap)
        app.action(Action.DECLINE_PULSE, middleware=permit)(self.decline)
        app.view(Callback.PULSE, middleware=permit)(self.send)
        app.action(Action.PREVIEW, middleware=[Permit(self._services, Act.PREVIEW)])(self.preview)
        app.command(COMMAND, matchers=[self._is_pulse], middleware=permit)(self.command)

    def open(
        self, ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext, person: Person
    ) -> None:
        """Open the modal, or say kindly why there is nothing to answer."""
        ack()
        view = self._form(person, body["actions"][0]["value"], opened_from=_message_of(body))
        open_view(client, context, body, view, too_late=words(person.language)("asking.too_late"))

    def go_on(
        self, ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext, person: Person
    ) -> None:
        """Open the form for what a tap left open; what was tapped is sealed, and cannot be filled in."""
        ack()
        view = self._form(person, body["actions"][0]["value"], opened_from=_message_of(body), begun="earlier")
        open_view(client, context, body, view, too_late=words(person.language)("asking.too_late"))

    def tap(self, ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext, person: Person) -> None:
        """Seal the one answer at once, then open the form with it; what lies in the box already is kept."""
        ack()
        services, action = self._services, body["actions"][0]
        value, place = int(action["action_id"].partition(":")[2]), _message_of(body)
        sealed = False
        try:
            pulse, _ = self._pulse(person, action["value"])
            item = pulse_view.first_tapped(pulse.round, services.bank)
            if item is not None:
                sealed = self._seal(person, pulse, Filled({item.id: float(value)}), replaces=False)
        except OrgpulseError:
            # The form says what is the matter.
            item = None
        tapped = Tapped(item.id, value) if item else None
        view = self._form(person, action["value"], opened_from=place, tapped=tapped, begun="now" if sealed else "")
        try:
            open_view(client, context, body, view, too_late=words(person.language)("asking.too_late"))
        finally:
            # Whether the form opens or not, the answer is sealed, and the message says so.
            if sealed:
                zone = person.zone(services.schedule.company_zone.key)
                left = sum(services.bank[one].seconds for one in pulse.round.item_ids if item and one != item.id)
                begun = pulse_view.begun_message(person, pulse.round, zone=zone, seconds=left)
                change_asking_message(services, person, pulse.round, begun, pressed=place)

    def send(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Seal what was filled in; acknowledged only once it is kept."""
        view, services, say = body["view"], self._services, words(person.language)
        carried = pulse_view.read_metadata(view["private_metadata"], slack_id=body["user"]["id"])
        values = view["state"]["values"]
        try:
            pulse, done = self._pulse(person, carried.round_id)
            filled = pulse_answers.read(values, bank=services.bank, item_ids=pulse.round.item_ids, say=say)
            if filled.problems:
                ack(response_action="errors", errors=dict(filled.problems))
                return
            self._seal(person, pulse, filled)
        except OrgpulseError as problem:
            unsent = pulse_answers.comment_in(values)
            ack(response_action="update", view=pulse_view.notice(_in_words(problem, say), say, unsent=unsent))
            return
        ack()
        thanks = pulse_view.thanks_message(
            person,
            pulse.round,
            zone=person.zone(services.schedule.company_zone.key),
            told_at=asking.told_at(services, person, pulse.round),
            changed=done and not carried.begun,
        )
        change_asking_message(services, person, pulse.round, thanks, pressed=carried.place)

    def decline(
        self, ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext, person: Person
    ) -> None:
        """Put in a blank ballot; one sent before is gone."""
        ack()
        say = words(person.language)
        try:
            pulse, _ = self._pulse(person, body["actions"][0]["value"])
            answering.decline(self._services.database, self._services.keys, person, pulse)
        except OrgpulseError as problem:
            # The round is over: there is nothing left to decline.
            view = pulse_view.notice(_in_words(problem, say), say)
            open_view(client, context, body, view, too_late=_in_words(problem, say))
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

    def command(
        self, ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext, person: Person
    ) -> None:
        """`/orgpulse` and `/orgpulse pulse`: the form when a pulse waits, else what there is to know."""
        services, say = self._services, words(person.language)
        with services.database.read() as session:
            pulse = rounds.open_pulse(session, person, now=services.now())
            done = pulse is not None and answering.is_done(session, services.keys, person, pulse.round.id)
            comes_at = upcoming.next_ask(session, person, schedule=services.schedule, now=services.now())
        if pulse is not None and not done:
            ack()
            view = self._form(person, pulse.round.id, opened_from=None)
            open_view(client, context, body, view, too_late=say("asking.too_late"))
            return
        zone = person.zone(services.schedule.company_zone.key)
        if pulse is not None:
            text = say("home.done", until=say.when(pulse.round.closes_at.astimezone(zone)))
            row = [actions(button(say("pulse.change"), Action.OPEN_PULSE, value=pulse.round.id))]
        else:
            text, row = say("asking.nothing", next=say.when_on(comes_at.astimezone(zone))), []
        ack(text=text, blocks=[section(text), *row], response_type="ephemeral")

    def _is_pulse(self, body: dict[str, Any]) -> bool:
        """Whether a command is about the pulse: it says so, or says nothing and comes from a rep."""
        text = (body.get("text") or "").strip().lower()
        if text:
            return text == "pulse"
        with self._services.database.read() as session:
            return may(directory.by_slack_id(session, body.get("user_id") or ""), Act.ANSWER)

    def _form(
        self,
        person: Person,
        round_id: str,
        *,
        opened_from: Place | None,
        tapped: Tapped | None = None,
        begun: str = "",
    ) -> dict[str, Any]:
        """The form of a round; of one that has closed, that of the round open now; else a kind word.

        `begun` says when a tap began it: "now", "earlier", or not at all.
        """
        services, say, note = self._services, words(person.language), ""
        try:
            try:
                pulse, done = self._pulse(person, round_id)
            except RoundIsClosed:
                with services.database.read() as session:
                    current = rounds.open_pulse(session, person, now=services.now())
                if current is None:
                    raise
                pulse, done = self._pulse(person, current.round.id)
                note, opened_from, tapped, begun = say("asking.moved_on"), None, None, ""
        except OrgpulseError as problem:
            return pulse_view.notice(_in_words(problem, say), say)
        return pulse_view.modal(
            person,
            pulse.round,
            [services.bank[item_id] for item_id in pulse.round.item_ids],
            zone=person.zone(services.schedule.company_zone.key),
            done_before=done,
            opened_from=opened_from,
            tapped=tapped,
            begun=bool(begun),
            note=note or (say(f"asking.sealed_{begun}") if begun else ""),
        )

    def _pulse(self, person: Person, round_id: str) -> tuple[Pulse, bool]:
        """The person's pulse in a round, and whether they are done with it; raises NotInvited or RoundIsClosed."""
        services = self._services
        with services.database.read() as session:
            pulse = rounds.pulse_of(session, person, round_id=round_id, now=services.now())
            return pulse, answering.is_done(session, services.keys, person, round_id)

    def _seal(self, person: Person, pulse: Pulse, filled: Filled, *, replaces: bool = True) -> bool:
        return answering.put_ballot(
            self._services.database,
            self._services.keys,
            person,
            pulse,
            answers=filled.answers,
            comment=filled.comment,
            quotable=filled.quotable,
            chosen=filled.chosen,
            replaces=replaces,
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


def _in_words(problem: OrgpulseError, say: Words) -> str:
    key = f"error.{type(problem).__name__}"
    return say(key, **problem.details) if say.has(key) else str(problem)
