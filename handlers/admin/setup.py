"""`/orgpulse setup`: what admins look at and change, with what follows from it before it is saved."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from analysis.stages import Stage
from handlers.admin import setup_view
from handlers.admin.setup_forms import StaleForm, Wish, part_of, roles_in, values_in, who_in, wish
from handlers.admin.setup_view import UNIT_VALUE, Glance
from handlers.edge.access import Permit
from handlers.ids import COMMAND, Action, Callback
from handlers.pulses.pulse_view import notice
from handlers.services import Services
from handlers.showing.blocks import escape
from handlers.words import Words, words
from surveys import audit
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.errors import OrgpulseError
from surveys.people import consequences, directory, enrolment
from surveys.people.directory import Person
from surveys.people.rights import Act
from surveys.people.roster import Role
from surveys.rounds import rounds
from surveys.rounds.schedule import monday
from surveys.settings import SettingsRefused

_SETUP = re.compile(r"^\s*setup\b", re.IGNORECASE)


def is_setup(body: dict[str, Any]) -> bool:
    """Whether a command's first word is `setup`."""
    return _SETUP.match(body.get("text") or "") is not None


class Setup:
    """Handlers of everything in setup."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the command, before those that answer questions, and to every modal of setup."""
        permit = [Permit(self._services, Act.SET_UP)]
        app.command(COMMAND, matchers=[is_setup], middleware=permit)(self.command)
        app.action(Action.SETUP_PART, middleware=permit)(self.part)
        app.view(Callback.SETUP_FORM, middleware=permit)(self.form)
        app.view(Callback.SETUP_PERSON, middleware=permit)(self.person)
        app.view(Callback.SETUP_ROLES, middleware=permit)(self.roles)
        app.view(Callback.SETUP_SAVE, middleware=permit)(self.save)

    def command(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """`/orgpulse setup`: everything at a glance."""
        ack()
        view = setup_view.setup_modal(self._glance(), words(person.language))
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def part(self, ack: Ack, body: dict[str, Any], client: WebClient, person: Person) -> None:
        """A button: the form of that part, on top."""
        ack()
        say = words(person.language)
        try:
            view = setup_view.form(part_of(body["actions"][0].get("value", "")), self._glance(), say)
        except StaleForm as problem:
            view = notice(_problem(problem, say), say, title=say("setup.title"))
        client.views_push(trigger_id=body["trigger_id"], view=view)

    def form(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """What was filled in: what would change and follow, to save or to go back."""
        say, now = words(person.language), self._glance()
        try:
            part = part_of(body["view"]["private_metadata"])
            values = values_in(body["view"], part)
            changed = {name: value for name, value in values.items() if value != now.value(name)}
            if not changed:
                ack(response_action="errors", errors={_first_input(body["view"]): say("setup.unchanged")})
                return
            follows = self._follows(changed, say)
            lines = [setup_view.change_line(name, now.value(name), one, now, say) for name, one in changed.items()]
            view = setup_view.confirm_modal(lines, follows, say, metadata=Wish(changed).as_text())
        except OrgpulseError as problem:
            ack(response_action="errors", errors=_errors(problem, body["view"], say))
            return
        ack(response_action="push", view=view)

    def person(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Somebody was chosen: their roles."""
        say = words(person.language)
        with self._services.database.read() as session:
            chosen = directory.by_slack_id(session, who_in(body["view"]))
            if chosen is None:
                ack(response_action="errors", errors={setup_view.WHO: say("setup.nobody")})
                return
            held = enrolment.roles_of(session, chosen)
            units = _offered(session)
        ack(response_action="update", view=setup_view.roles_form(chosen, held, units, say))

    def roles(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Their roles were filled in: what would change and follow."""
        say = words(person.language)
        with self._services.database.read() as session:
            chosen = directory.by_id(session, body["view"]["private_metadata"])
            if chosen is None:
                ack(
                    response_action="update",
                    view=notice(_problem(StaleForm(), say), say, title=say("setup.title")),
                )
                return
            before = enrolment.roles_of(session, chosen)
            offered = {unit for _, unit in _offered(session)}
            # What a menu cannot offer stays as it is.
            kept = {(role, unit) for role, unit in before if unit not in offered and unit != chosen.unit_id}
            held = kept | roles_in(body["view"], own=chosen.unit_id)
            follows = self._roles_follow(session, chosen, before, held, say)
            line = _roles_line(session, chosen, before, held, say)
        if held == before:
            ack(response_action="errors", errors={setup_view.ROLES: say("setup.unchanged")})
            return
        metadata = Wish({}, chosen.id, frozenset(held)).as_text()
        ack(response_action="push", view=setup_view.confirm_modal([line], follows, say, metadata=metadata))

    def save(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Keep it, note who did it, and say so; acknowledged only once it is kept."""
        say = words(person.language)
        try:
            lines = self._save(wish(body["view"]["private_metadata"]), person, say)
        except OrgpulseError as problem:
            ack(response_action="update", view=notice(_problem(problem, say), say, title=say("setup.title")))
            return
        ack(response_action="update", view=setup_view.saved_modal(lines, say))

    def _save(self, wished: Wish, person: Person, say: Words) -> list[str]:
        services, now = self._services, self._glance()
        actor = audit.mark(person.id)
        if wished.person_id is None:
            changed = services.settings.change(wished.values, actor=actor, now=services.now())
            return [
                setup_view.change_line(one.name, now.value(one.name), one.value, now, say) for one in changed
            ] or [say("setup.unchanged")]
        with services.database.work() as session:
            chosen = directory.by_id(session, wished.person_id)
            known = {unit.id for unit in directory.units(session)}
            if chosen is None or not all(role in set(Role) and unit in known for role, unit in wished.held):
                raise StaleForm
            before = enrolment.roles_of(session, chosen)
            enrolment.change_roles(session, chosen, set(wished.held), actor=actor, now=services.now())
            return [_roles_line(session, chosen, before, set(wished.held), say)]

    def _glance(self) -> Glance:
        services = self._services
        settings = {one.name: one for one in services.settings.all()}
        with services.database.read() as session:
            k = max(rounds.promised_group(session), services.smallest_group)
            showing = consequences.showing(directory.units(session), consequences.sizes(session), k=k)
            least = max(rounds.promised_group(session), SMALLEST_GROUP)
            return Glance(settings, services.bank, directory.people(session), showing, least)

    def _follows(self, changed: dict[str, Any], say: Words) -> list[str]:
        """What follows from other settings; raises what changing them would raise."""
        services = self._services
        would = services.settings.preview(changed)
        lines = []
        if "smallest_group" in changed:
            with services.database.read() as session:
                units, sizes = directory.units(session), consequences.sizes(session)
            showing = consequences.showing(units, sizes, k=would.smallest_group)
            lines += [*setup_view.showing_lines(showing, would.smallest_group, say), say("setup.follows_group")]
        if any(name.startswith("schedule.") or name == "timezone" for name in changed):
            week_on = monday(services.now().date())
            while would.schedule.ask_at(week_on, would.schedule.company_zone) <= services.now():
                week_on += timedelta(weeks=1)
            ask = would.schedule.ask_at(week_on, would.schedule.company_zone).astimezone(
                would.schedule.company_zone
            )
            lines.append(say("setup.follows_schedule", day=say.day(ask.date()), at=say.when(ask)))
        if any(name.startswith("items.") for name in changed):
            stages = [
                say.stage(Stage(name.removeprefix("items."))) for name in changed if name.startswith("items.")
            ]
            lines.append(say("setup.follows_items", stages=say.listing(stages)))
        if "reminders" in changed:
            lines.append(say(f"setup.follows_reminders_{changed['reminders']}"))
        if "leaders_channel" in changed:
            lines.append(
                say("setup.follows_channel" if changed["leaders_channel"] else "setup.follows_no_channel")
            )
        return lines

    def _roles_follow(
        self,
        session: Session,
        person: Person,
        before: set[tuple[str, str]],
        held: set[tuple[str, str]],
        say: Words,
    ) -> list[str]:
        names = {unit.id: unit.name for unit in directory.units(session)}
        leading = {Role.MANAGER.value, Role.LEADER.value}
        seen = sorted({names.get(unit, unit) for role, unit in held if role in leading})
        lines = [
            say("setup.follows_sees", units=say.listing([escape(name) for name in seen]))
            if seen
            else say("setup.follows_sees_nothing")
        ]
        sizes = Counter(consequences.sizes(session))
        was_rep, is_rep = (any(role == Role.REP for role, _ in roles) for roles in (before, held))
        if was_rep != is_rep:
            sizes[person.unit_id] += 1 if is_rep else -1
            k = max(rounds.promised_group(session), self._services.smallest_group)
            found = consequences.showing(directory.units(session), +sizes, k=k)
            lines += setup_view.showing_lines(found, k, say)
        return [*lines, say("setup.follows_roster")]


def _offered(session: Session) -> list[tuple[str, str]]:
    """Units to choose from, by their path below the company, and ids."""
    return [
        (" / ".join(path[1:]) or path[0], unit)
        for unit, path in enrolment.unit_paths(session).items()
        if len(unit) <= UNIT_VALUE
    ]


def _roles_line(
    session: Session, person: Person, before: set[tuple[str, str]], held: set[tuple[str, str]], say: Words
) -> str:
    """'Kim: rep → manager of DACH, rep'."""
    names = {unit.id: unit.name for unit in directory.units(session)}

    def told(roles: set[tuple[str, str]]) -> str:
        return ", ".join(_role(role, unit, person, names, say) for role, unit in sorted(roles)) or say(
            "setup.nothing"
        )

    return f"*{escape(person.name)}:* {told(before)} → {told(held)}"


def _role(role: str, unit: str, person: Person, names: dict[str, str], say: Words) -> str:
    name = say(f"role.{role}")
    return name if unit == person.unit_id else say("setup.role_of", role=name, unit=escape(names.get(unit, unit)))


def _first_input(view: dict[str, Any]) -> str:
    return next((str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"), "")


def _errors(problem: OrgpulseError, view: dict[str, Any], say: Words) -> dict[str, str]:
    """What is wrong, beside the input that it is about."""
    inputs: Sequence[str] = [str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"]
    if not isinstance(problem, SettingsRefused):
        return {_first_input(view): _problem(problem, say)}
    found: dict[str, str] = {}
    for line in str(problem.details["problems"]).splitlines():
        name, _, message = line.partition(": ")
        key = f"setup.wrong_{name.replace('.', '_')}"
        found[name if name in inputs else _first_input(view)] = say(key) if say.has(key) else message
    return found


def _problem(problem: OrgpulseError, say: Words) -> str:
    key = f"setup.error_{type(problem).__name__}"
    return say(key, **problem.details) if say.has(key) else str(problem)
