"""The Home tab, made anew whenever somebody opens it."""

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from analysis.cycle import watch
from handlers import home_view
from handlers.services import Services
from surveys import results
from surveys.people import directory
from surveys.rounds import rounds


class Home:
    """Handlers of the Home tab."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the tab being opened."""
        app.event("app_home_opened")(self.show)

    def show(self, event: dict[str, Any], client: WebClient) -> None:
        """Publish the view of whoever opened the tab."""
        if event.get("tab") == "home":
            client.views_publish(user_id=event["user"], view=self.view(event["user"]))

    def view(self, slack_id: str) -> dict[str, Any]:
        """The Home tab of a Slack user as it is now."""
        services = self._services
        with services.database.read() as session:
            person = directory.by_slack_id(session, slack_id)
            if person is None:
                return home_view.stranger_view()
            pulse = rounds.open_pulse(session, person, now=services.now())
            record, states, names = None, {}, {}
            if person.leads:
                whole = results.whole_record(session)
                names = {unit.id: unit.name for unit in whole.units}
                seen = results.visible_units(session, person)
                record = results.visible(whole, seen)
                states = {unit_id: state for unit_id, state in whole.once(watch).items() if unit_id in seen}
        return home_view.home_view(
            person,
            pulse,
            record=record,
            states=states,
            names=names,
            zone=person.zone(services.schedule.company_zone.key),
            smallest_group=services.smallest_group,
        )
