"""The message that asks somebody, put together from what the tables say about them and their company."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.pulses import pulse_view
from handlers.services import Services
from surveys.people import directory
from surveys.people.directory import Person
from surveys.rounds.rounds import Round


def asking_message(session: Session, services: Services, person: Person, in_round: Round) -> dict[str, Any]:
    """The message that asks a person in a round."""
    return pulse_view.ask_message(
        person,
        in_round,
        zone=person.zone(services.schedule.company_zone.key),
        company=directory.company(session),
        first=pulse_view.first_tapped(in_round, services.bank),
    )


def closed_message(services: Services, person: Person, in_round: Round) -> dict[str, Any]:
    """What it becomes when the round has closed."""
    zone = person.zone(services.schedule.company_zone.key)
    return pulse_view.closed_message(person, zone=zone, told_at=told_at(services, person, in_round))


def told_at(services: Services, person: Person, in_round: Round) -> datetime:
    """When a person hears what everybody said together: on the morning of the digests, in their own time."""
    zone = person.zone(services.schedule.company_zone.key)
    return services.schedule.digest_at(in_round.week_on, zone)
