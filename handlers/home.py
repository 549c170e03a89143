"""The Home tab, made anew whenever somebody opens it."""

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from analysis.cycle import watch
from handlers import home_view
from handlers.access import Permit
from handlers.services import Services
from surveys import results
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.rounds import answering, rounds


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

    def view(self, person: Person | None) -> dict[str, Any]:
        """The Home tab of somebody as it is now."""
        services = self._services
        if person is None:
            return home_view.stranger_view()
        with services.database.read() as session:
            pulse = rounds.open_pulse(session, person, now=services.now())
            done = pulse is not None and answering.is_done(session, services.keys, person, pulse.round.id)
            record, states, names = None, {}, {}
            if may(person, Act.SEE_RESULTS):
                whole = results.whole_record(session)
                names = {unit.id: unit.name for unit in whole.units}
                seen = results.visible_units(session, person)
                record = results.visible(whole, seen)
                states = {unit_id: state for unit_id, state in whole.once(watch).items() if unit_id in seen}
        return home_view.home_view(
            person,
            pulse,
            done=done,
            record=record,
            states=states,
            names=names,
            zone=person.zone(services.schedule.company_zone.key),
            smallest_group=services.smallest_group,
        )
