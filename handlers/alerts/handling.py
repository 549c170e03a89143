"""What leaders do about an alert: take it up, put it off, say that it is not it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.alerts.copies import refresh
from handlers.alerts.dispute_view import REASON_BLOCK, dispute_modal, notice, read_dispute
from handlers.edge.access import Permit
from handlers.ids import Action, Callback
from handlers.services import Services
from handlers.words import words
from surveys import alerts
from surveys.alerts import SNOOZES, AlertNotThere
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act

Doing = Callable[[Session, datetime], None]


class Alerts:
    """Handlers of the buttons under an alert, but for those that ask a question or log an action."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the alert's buttons, its menu and its modal."""
        permit = [Permit(self._services, Act.HANDLE_ALERT)]
        app.action(Action.ACKNOWLEDGE_ALERT, middleware=permit)(self.acknowledge)
        app.action(Action.SNOOZE_ALERT, middleware=permit)(self.snooze)
        app.action(Action.DISPUTE_ALERT, middleware=permit)(self.ask_why)
        app.view(Callback.DISPUTE, middleware=permit)(self.dispute)

    def acknowledge(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Take it up; every copy says by whom."""
        ack()
        alert_id = _value(body)

        def take_up(session: Session, now: datetime) -> None:
            alerts.acknowledge(session, alert_id, person, now=now)

        self._try(client, body, person, alert_id, take_up)

    def snooze(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Put it off for some weeks; every copy says until when."""
        ack()
        alert_id, _, weeks = _value(body).partition(":")
        chosen = {str(number): number for number in SNOOZES}.get(weeks)

        def put_off(session: Session, now: datetime) -> None:
            if chosen is None:
                raise AlertNotThere
            alerts.snooze(session, alert_id, person, weeks=chosen, now=now)

        self._try(client, body, person, alert_id, put_off)

    def ask_why(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """Open the modal, or say kindly why there is nothing to dispute."""
        ack()
        say = words(person.language)
        try:
            with self._services.database.read() as session:
                alert = alerts.to_handle(session, _value(body), person)
                names = {unit.id: unit.name for unit in directory.units(session)}
        except OrgpulseError as problem:
            view = notice(say(f"error.{type(problem).__name__}", **problem.details), say)
        else:
            view = dispute_modal(alert.id, names[alert.unit_id], say)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def dispute(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Close the alert; acknowledged only once the reason is kept."""
        say, view = words(person.language), body["view"]
        reason, text = read_dispute(view["state"]["values"])
        if reason is None:
            ack(response_action="errors", errors={REASON_BLOCK: say("dispute.missing")})
            return
        alert_id, now = view["private_metadata"], self._services.now()
        try:
            with self._services.database.work() as session:
                alerts.dispute(session, alert_id, person, reason=reason, text=text, now=now)
                refresh(session, alert_id, now=now)
        except OrgpulseError as problem:
            view = notice(say(f"error.{type(problem).__name__}", **problem.details), say)
            ack(response_action="update", view=view)
            return
        ack()
        self._services.outbox_filled()

    def _try(self, client: WebClient, body: dict[str, Any], person: Person, alert_id: str, do: Doing) -> None:
        """Do something about an alert and change its copies, or say kindly why it was not done."""
        now = self._services.now()
        try:
            with self._services.database.work() as session:
                do(session, now)
                refresh(session, alert_id, now=now)
        except OrgpulseError as problem:
            say = words(person.language)
            text = say(f"error.{type(problem).__name__}", **problem.details)
            client.views_open(trigger_id=body["trigger_id"], view=notice(text, say))
            return
        self._services.outbox_filled()


def _value(body: dict[str, Any]) -> str:
    """What stands in the button that was pressed, or in the choice that was made."""
    action = body["actions"][0]
    chosen = action.get("selected_option") or action
    return str(chosen.get("value") or "")
