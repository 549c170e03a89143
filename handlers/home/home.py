"""The Home tab, made anew whenever somebody opens it."""

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from analysis.detection.cycle import watch
from handlers.actions.marks import action_text, counts_text
from handlers.edge.access import Permit
from handlers.home import home_view
from handlers.home.history_view import history_blocks
from handlers.home.home_view import Units
from handlers.results import result_view
from handlers.services import Services
from handlers.showing.blocks import Block, escape
from handlers.words import words
from surveys import actions, own_data, results
from surveys.ballots.sealed import Diary
from surveys.people import directory
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
        """Publish the view of whoever opened the tab, unless something they pressed has drawn it since."""
        if event.get("tab") != "home":
            return
        # The first visit has no view yet, and so no hash.
        opened = event.get("view", {}).get("hash")
        try:
            client.views_publish(user_id=event["user"], view=self.view(person), hash=opened)
        except SlackApiError as error:
            if error.response["error"] != "hash_conflict":
                raise

    def view(
        self,
        person: Person | None,
        *,
        done: str | None = None,
        history: Diary | None = None,
        drawn: bool = True,
    ) -> dict[str, Any]:
        """The Home tab of somebody as it is now.

        Args:
            person: whose; None for a stranger.
            done: what they just did with their own data.
            history: their diary, where whoever makes the view could open it.
            drawn: whether the workspace draws charts.
        """
        services = self._services
        if person is None:
            return home_view.stranger_view()
        with services.database.read() as session:
            kept = own_data.kept(session, services.keys, person, now=services.now())
            units = _units(session, person) if may(person, Act.SEE_RESULTS) else None
            counts = _counts(session, person) if units else []
            k = rounds.promised_group(session) or services.smallest_group
            rep: list[Block] = []
            if may(person, Act.HEAR_RESULTS):
                say = words(person.language)
                rep = result_view.home_blocks(
                    result_view.heard(session, services.keys, person, now=services.now()), say
                )
                rep += history_blocks(history, services.bank, say, keeps=person.keeps_diary, drawn=drawn)
        zone = person.zone(services.schedule.company_zone.key)
        return home_view.home_view(kept, units, zone=zone, k=k, done=done, rep=rep, counts=counts)


def _counts(session: Session, person: Person) -> list[str]:
    """What those concerned think of the last actions in the units that somebody leads, where enough said so."""
    say = words(person.language)
    found = actions.logged(session, results.visible_units(session, person))
    told = [(action, counts_text(action, say)) for action in reversed(found)]
    names = {unit.id: unit.name for unit in directory.units(session)}
    return [
        f"• {escape(action_text(action.kind.value, '', say, unit=names[action.unit_id]))}, "
        f"{say.day(action.done_on)}: {counts}"
        for action, counts in told
        if counts
    ][: result_view.MOST_ACTIONS]


def _units(session: Session, person: Person) -> Units:
    """What a person may see of the units they lead."""
    whole = results.whole_record(session)
    seen = results.visible_units(session, person)
    return Units(
        results.visible(whole, seen),
        {unit_id: state for unit_id, state in whole.once(watch).items() if unit_id in seen},
        {unit.id: unit.name for unit in whole.units},
    )
