"""Replying to a theme: the button under a digest's themes, and its form."""

from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.digests import reply_view
from handlers.digests.digest import Said, said_about
from handlers.edge.access import Permit
from handlers.edge.opening import open_view
from handlers.ids import Action, Callback
from handlers.services import Services
from handlers.showing.blocks import escape
from handlers.words import words
from surveys import replies, results
from surveys.errors import OrgpulseError
from surveys.people.directory import Person
from surveys.people.rights import Act
from surveys.replies import ReplyEmpty, SomebodyNamed, Topic

_NOTHING = Said(None, [], [])


class Replying:
    """Handlers of what managers answer to what people write about."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the button and the form."""
        permit = [Permit(self._services, Act.REPLY_TO_THEME)]
        app.action(Action.REPLY_TO_THEME, middleware=permit)(self.open)
        app.view(Callback.REPLY, middleware=permit)(self.send)

    def open(
        self, ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext, person: Person
    ) -> None:
        """The form with the themes of the digest, or why there is none."""
        ack()
        say, value = words(person.language), body["actions"][0]["value"]
        with self._services.database.read() as session:
            said = _said(session, person, value)
        if said.home is None:
            view = reply_view.said_view(say("error.NoSuchTheme"), say)
        else:
            view = reply_view.reply_form(value, said.home, said.themes, say)
        open_view(client, context, body, view, too_late=say("asking.too_late"))

    def send(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """Send it to everybody in the group; acknowledged only once it stands in the outbox."""
        say, view, services = words(person.language), body["view"], self._services
        key, text = reply_view.filled(view)
        try:
            with services.database.work() as session:
                topic = replies.reply(
                    session,
                    person,
                    _topic(session, person, view["private_metadata"], key),
                    text,
                    make=lambda reader, topic, written: reply_view.reply_message(reader, person, topic, written),
                    now=services.now(),
                )
        except (SomebodyNamed, ReplyEmpty) as problem:
            ack(response_action="errors", errors={reply_view.TEXT_BLOCK: say(f"error.{type(problem).__name__}")})
            return
        except OrgpulseError as problem:
            told = say(f"error.{type(problem).__name__}", **problem.details)
            ack(response_action="update", view=reply_view.said_view(told, say))
            return
        unit = escape(topic.home.name)
        ack(response_action="update", view=reply_view.said_view(say("reply.sent", unit=unit), say))
        services.outbox_filled()


def _said(session: Session, person: Person, value: str) -> Said:
    """The themes of a digest that somebody may see, as it showed them."""
    read = reply_view.read_value(value)
    if read is None or read[1] not in results.visible_units(session, person):
        return _NOTHING
    return said_about(session, read[1], week=read[0])


def _topic(session: Session, person: Person, value: str, key: str) -> Topic | None:
    """The theme of a digest with this key, while it may be shown."""
    read, said = reply_view.read_value(value), _said(session, person, value)
    theme = next((theme for theme in said.themes if theme.key == key), None)
    if read is None or said.home is None or theme is None:
        return None
    return Topic(read[1], read[0], said.home, theme)
