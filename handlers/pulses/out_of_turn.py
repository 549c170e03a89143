"""`/orgpulse pulse now`: an admin starts a pulse out of turn, after seeing whom it asks and until when."""

import re
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from analysis.figures import Unit
from handlers.edge.access import Permit
from handlers.ids import COMMAND, Callback
from handlers.pulses import out_of_turn_view, pulse_view
from handlers.services import Services
from handlers.words import words
from surveys.errors import OrgpulseError
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act
from surveys.rounds import out_of_turn
from surveys.rounds.out_of_turn import NoSuchUnit, OutOfTurn

_NOW = re.compile(r"^\s*pulse\s+now\b\s*(?P<unit>.*?)\s*$", re.IGNORECASE | re.DOTALL)


class PulseNow:
    """Handlers of a pulse out of turn."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the command, before whoever takes every command, and to its modal."""
        permit = [Permit(self._services, Act.START_PULSE)]
        app.command(COMMAND, matchers=[_is_meant], middleware=permit)(self.command)
        app.view(Callback.START_PULSE, middleware=permit)(self.start)

    def command(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """`/orgpulse pulse now`, or `/orgpulse pulse now EMEA`: show what would happen."""
        ack()
        services = self._services
        found = _NOW.match(body.get("text", ""))
        try:
            with services.database.read() as session:
                unit = out_of_turn.unit_called(session, found["unit"] if found else "")
                planned = self._plan(session, unit)
        except OrgpulseError as problem:
            view = _notice(problem, person)
        else:
            zone = person.zone(services.schedule.company_zone.key)
            view = out_of_turn_view.confirmation(
                person, planned, services.bank, smallest_group=services.smallest_group, zone=zone
            )
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def start(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Let it begin; what is planned is planned anew, for the modal may be old."""
        services, unit_id = self._services, body["view"]["private_metadata"]
        try:
            with services.database.work() as session:
                units = {unit.id: unit for unit in directory.units(session)}
                if unit_id and unit_id not in units:
                    raise NoSuchUnit(name=unit_id)
                planned = self._plan(session, units.get(unit_id))
                out_of_turn.start(session, planned, actor=person, now=services.now())
        except OrgpulseError as problem:
            ack(response_action="update", view=_notice(problem, person))
            return
        zone = person.zone(services.schedule.company_zone.key)
        ack(response_action="update", view=out_of_turn_view.started(person, planned, zone=zone))

    def _plan(self, session: Session, unit: Unit | None) -> OutOfTurn:
        services = self._services
        return out_of_turn.plan(session, unit, schedule=services.schedule, bank=services.bank, now=services.now())


def _is_meant(body: dict[str, Any]) -> bool:
    return bool(_NOW.match(body.get("text", "")))


def _notice(problem: OrgpulseError, person: Person) -> dict[str, Any]:
    say = words(person.language)
    text = say(f"pulse_now_error.{type(problem).__name__}", **problem.details)
    return pulse_view.notice(text, say, title=say("pulse_now.title"))
