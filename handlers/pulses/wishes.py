"""When a rep is asked: later, not this week, not before a day, at a time of their own."""

from datetime import UTC, date, datetime, time
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.edge.access import Permit
from handlers.ids import Action, Callback
from handlers.pulses import asking, later_view, pulse_view, wishes_view
from handlers.pulses.pulse import change_asking_message
from handlers.services import Services
from handlers.words import Words, words
from surveys.errors import OrgpulseError
from surveys.outbox import Place
from surveys.people.directory import Person
from surveys.people.rights import Act
from surveys.rounds import answering, rounds, wishes
from surveys.rounds.rounds import Pulse
from surveys.rounds.wishes import Later, NoTimeLeft, TooLate, Wishes


class WishesOfReps:
    """Handlers of what a rep says about when they are asked."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the menu, the button and the two modals."""
        permit = [Permit(self._services, Act.CHOOSE_WHEN)]
        app.action(Action.ASK_LATER, middleware=permit)(self.choose)
        app.action(Action.CHOOSE_WHEN, middleware=permit)(self.open)
        app.view(Callback.LATER, middleware=permit)(self.take_latest)
        app.view(Callback.WHEN, middleware=permit)(self.save)

    def choose(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """One choice of the menu."""
        ack()
        chosen = body["actions"][0].get("selected_option") or {}
        round_id, choice = wishes_view.read_choice(str(chosen.get("value", "")))
        if choice == wishes_view.WHEN:
            client.views_open(trigger_id=body["trigger_id"], view=self._when_modal(person))
            return
        try:
            pulse = self._pulse(person, round_id)
            message = (
                self._skip(person, pulse) if choice == wishes_view.SKIP else self._later(person, pulse, choice)
            )
        except TooLate as problem:
            view = wishes_view.too_late(person, pulse.round, problem.latest, zone=person.zone(self._company_zone))
            client.views_open(trigger_id=body["trigger_id"], view=view)
        except OrgpulseError as problem:
            client.views_open(trigger_id=body["trigger_id"], view=_notice(problem, person))
        else:
            change_asking_message(self._services, person, pulse.round, message, pressed=_place(body))

    def open(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Pause and time, from the Home tab."""
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=self._when_modal(person))

    def take_latest(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """The last good hour, which was offered because the wait would have been too long."""
        round_id, instant = wishes_view.read_choice(body["view"]["private_metadata"])
        try:
            pulse = self._pulse(person, round_id)
            message = self._bring_back(person, pulse, _instant(instant))
        except OrgpulseError as problem:
            ack(response_action="update", view=_notice(problem, person))
            return
        ack()
        change_asking_message(self._services, person, pulse.round, message)

    def save(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Pause and time as they were filled in."""
        services = self._services
        ask_time, until = _filled(body["view"]["state"]["values"])
        try:
            with services.database.work() as session:
                wishes.ask_at(session, person, ask_time)
                wishes.pause(session, person, until, now=services.now())
        except OrgpulseError as problem:
            block = (
                wishes_view.PAUSE_BLOCK if isinstance(problem, wishes.PauseNotAhead) else wishes_view.TIME_BLOCK
            )
            ack(response_action="errors", errors={block: _in_words(problem, words(person.language))})
            return
        usual = services.schedule.ask_time
        ack(response_action="update", view=later_view.saved(person, Wishes(ask_time, until), usual=usual))

    @property
    def _company_zone(self) -> str:
        return self._services.schedule.company_zone.key

    def _pulse(self, person: Person, round_id: str) -> Pulse:
        with self._services.database.read() as session:
            return rounds.pulse_of(session, person, round_id=round_id, now=self._services.now())

    def _skip(self, person: Person, pulse: Pulse) -> dict[str, Any]:
        answering.decline(self._services.database, self._services.keys, person, pulse)
        return pulse_view.declined_message(person, pulse.round)

    def _later(self, person: Person, pulse: Pulse, choice: str) -> dict[str, Any]:
        services = self._services
        if choice not in {wait.value for wait in Later}:
            raise NoTimeLeft
        with services.database.work() as session:
            at = wishes.later(
                session,
                services.keys,
                person,
                pulse,
                Later(choice),
                schedule=services.schedule,
                now=services.now(),
            )
        return self._comes_back(person, pulse, at)

    def _bring_back(self, person: Person, pulse: Pulse, at: datetime) -> dict[str, Any]:
        services = self._services
        with services.database.work() as session:
            wishes.bring_back(
                session, services.keys, person, pulse, at, schedule=services.schedule, now=services.now()
            )
        return self._comes_back(person, pulse, at)

    def _comes_back(self, person: Person, pulse: Pulse, at: datetime) -> dict[str, Any]:
        with self._services.database.read() as session:
            asked = asking.asking_message(session, self._services, person, pulse.round)
        return later_view.later_message(person, asked, at, zone=person.zone(self._company_zone))

    def _when_modal(self, person: Person) -> dict[str, Any]:
        with self._services.database.read() as session:
            wished = wishes.of(session, person)
        return wishes_view.when_modal(person, wished, usual=self._services.schedule.ask_time)


def _filled(values: dict[str, dict[str, Any]]) -> tuple[time | None, date | None]:
    """The time of day and the end of the pause; None for the usual time, and for no pause.

    What is no time or no day, as in a forged form, becomes one that is refused.
    """
    option = values.get(wishes_view.TIME_BLOCK, {}).get(Action.ASK_TIME, {}).get("selected_option") or {}
    at = str(option.get("value", wishes_view.USUAL))
    day = values.get(wishes_view.PAUSE_BLOCK, {}).get(Action.PAUSE_UNTIL, {}).get("selected_date")
    try:
        ask_time = None if at == wishes_view.USUAL else time.fromisoformat(at)
    except ValueError:
        ask_time = time(0)
    try:
        return ask_time, date.fromisoformat(str(day)) if day else None
    except ValueError:
        return ask_time, date.min


def _instant(seconds: str) -> datetime:
    """An instant that was offered; one long gone for anything else."""
    return datetime.fromtimestamp(int(seconds) if seconds.isdecimal() and len(seconds) < 12 else 0, UTC)


def _place(body: dict[str, Any]) -> Place | None:
    container = body.get("container", {})
    if container.get("type") != "message":
        return None
    return Place(body["user"]["id"], container["channel_id"], container["message_ts"])


def _notice(problem: OrgpulseError, person: Person) -> dict[str, Any]:
    say = words(person.language)
    return pulse_view.notice(_in_words(problem, say), say)


def _in_words(problem: OrgpulseError, say: Words) -> str:
    name = type(problem).__name__
    key = next((key for key in (f"wish_error.{name}", f"error.{name}") if say.has(key)), None)
    return say(key, **problem.details) if key else str(problem)
