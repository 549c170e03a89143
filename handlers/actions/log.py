"""Logging an action: by command, by the button of an alert, and the form that both open."""

import re
from datetime import date
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from analysis.figures import Unit
from handlers.actions import log_view, reading
from handlers.alerts import copies
from handlers.edge.access import Permit
from handlers.ids import COMMAND, Action, Callback
from handlers.services import Services
from handlers.words import words
from surveys import actions, alerts, results
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act

_LOG = re.compile(r"^\s*log\b[\s:]*", re.IGNORECASE)


def is_log(body: dict[str, Any]) -> bool:
    """Whether a command's first word is `log`; any other words are a question."""
    return _LOG.match(body.get("text") or "") is not None


class ActionLog:
    """Handlers of everything that logs what was done."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the command, before those that answer questions, to the alert's button and to the form."""
        permit = [Permit(self._services, Act.LOG_ACTION)]
        app.command(COMMAND, matchers=[is_log], middleware=permit)(self.command)
        app.action(Action.LOG_ACTION, middleware=permit)(self.button)
        app.view(Callback.LOG, middleware=permit)(self.save)

    def command(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """`/orgpulse log …`: the form, filled as far as the words could be read."""
        ack()
        say, today = words(person.language), self._today(person)
        with self._services.database.read() as session:
            units = _units(session, person)
        text = _LOG.sub("", body.get("text") or "", count=1)
        draft = reading.read(text, say, units=units, own=sorted(person.leads), today=today)
        view = log_view.log_form(person, draft, units=units, say=say, today=today)
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def button(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """The button under an alert: the form, with its unit chosen."""
        ack()
        with self._services.database.read() as session:
            units = _units(session, person)
            alert = alerts.find(session, body["actions"][0]["value"])
        about = alert if alert and alert.unit_id in {unit.id for unit in units} else None
        view = log_view.log_modal(
            person,
            units=units,
            say=words(person.language),
            today=self._today(person),
            unit_id=about.unit_id if about else None,
            alert_id=about.id if about else None,
        )
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def save(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Keep what was filled in, and say what becomes of it; acknowledged only once it is kept."""
        say, today = words(person.language), self._today(person)
        try:
            filled = log_view.filled(body["view"])
            with self._services.database.work() as session:
                action = actions.log(
                    session,
                    person,
                    unit_id=filled.unit_id,
                    kind=filled.kind,
                    done_on=filled.done_on,
                    note=filled.note,
                    alert_id=filled.alert_id,
                    today=today,
                    now=self._services.now(),
                )
                unit = next(unit.name for unit in _units(session, person) if unit.id == action.unit_id)
                for alert_id in _shown_on(session, action):
                    copies.refresh(session, alert_id, now=self._services.now())
        except OrgpulseError as problem:
            ack(response_action="errors", errors=log_view.problem(problem, say))
            return
        ack(response_action="update", view=log_view.logged_view(action, unit, say, today=today))
        self._services.outbox_filled()

    def _today(self, person: Person) -> date:
        zone = person.zone(self._services.schedule.company_zone.key)
        return self._services.now().astimezone(zone).date()


def _shown_on(session: Session, action: actions.Action) -> list[str]:
    """Ids of the alerts that tell of an action: the one that led to it, and open ones about its unit or below."""
    inside = directory.below(directory.units(session), frozenset({action.unit_id}))
    about = [alert.id for alert in alerts.all_open(session) if alert.unit_id in inside]
    return list(dict.fromkeys([*([action.alert_id] if action.alert_id else []), *about]))


def _units(session: Session, person: Person) -> list[Unit]:
    """The units that somebody may choose, parents before children."""
    seen = results.visible_units(session, person)
    return [unit for unit in directory.units(session) if unit.id in seen]
