"""The Home tab, made anew whenever somebody opens it."""

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from analysis.detection.cycle import watch
from handlers.edge.access import Permit
from handlers.home import home_view
from handlers.home.home_view import Units
from handlers.services import Services
from surveys import own_data, results
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.rounds import rounds


class Home:
    """Handlers of the Home tab."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the tab being opened."""
        app.event("app_home_opened", middleware=[Permit(self._services, Act.OPEN_HOME)])(self.show)

    def show(self, event: dict[str, Any], client: WebClient, person: Person | None) -> None:
        """Publish the view of whoever opened the tab."""
        if event.get("tab") == "home":
            client.views_publish(user_id=event["user"], view=self.view(person))

    def view(self, person: Person | None, *, done: str | None = None) -> dict[str, Any]:
        """The Home tab of somebody as it is now; `done` is what they just did with their own data."""
        services = self._services
        if person is None:
            return home_view.stranger_view()
        with services.database.read() as session:
            kept = own_data.kept(session, services.keys, person, now=services.now())
            units = _units(session, person) if may(person, Act.SEE_RESULTS) else None
            k = rounds.promised_group(session) or services.smallest_group
        zone = person.zone(services.schedule.company_zone.key)
        return home_view.home_view(kept, units, zone=zone, k=k, done=done)


def _units(session: Session, person: Person) -> Units:
    """What a person may see of the units they lead."""
    whole = results.whole_record(session)
    seen = results.visible_units(session, person)
    return Units(
        results.visible(whole, seen),
        {unit_id: state for unit_id, state in whole.once(watch).items() if unit_id in seen},
        {unit.id: unit.name for unit in whole.units},
    )
