"""`/orgpulse export`: a page for a slide, sent to whoever leads the unit and to nobody else."""

import hashlib
import re
from html import unescape
from typing import Any

from slack_bolt import Ack, App
from sqlalchemy.orm import Session

from handlers.edge.access import Permit
from handlers.exports.page import Page, export_page
from handlers.ids import COMMAND
from handlers.services import Services
from handlers.showing.blocks import Block, context, escape, section
from handlers.words import Words, words
from surveys import exports, outbox
from surveys.errors import OrgpulseError
from surveys.outbox import Message
from surveys.people.directory import Person
from surveys.people.rights import Act

_EXPORT = re.compile(r"^\s*export\b", re.IGNORECASE)


class Exporting:
    """Handler of the command."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the command, before whoever takes every command."""
        permit = [Permit(self._services, Act.EXPORT)]
        app.command(COMMAND, matchers=[_is_meant], middleware=permit)(self.command)

    def command(self, ack: Ack, body: dict[str, Any], person: Person) -> None:
        """`/orgpulse export`, or `/orgpulse export EMEA`: the page comes as a direct message."""
        ack()
        services, say = self._services, words(person.language)
        name = unescape(_EXPORT.sub("", body.get("text") or "", count=1)).strip()
        key = f"export:{hashlib.sha256(body['trigger_id'].encode()).hexdigest()[:24]}"
        with services.database.work() as session:
            message = Message(key, "post", body["user_id"], _payload(session, name, person, say))
            outbox.post(session, message, now=services.now())
        services.outbox_filled()


def _payload(session: Session, name: str, person: Person, say: Words) -> dict[str, Any]:
    """The page, or why there is none."""
    try:
        unit = exports.unit_called(session, name, person=person)
        return page_message(export_page(session, unit, say=say), say)
    except OrgpulseError as problem:
        told = {key: escape(str(value)) for key, value in problem.details.items()}
        text = say(f"error.{type(problem).__name__}", **told)
        return {"text": text, "blocks": [section(text)]}


def page_message(page: Page, say: Words) -> dict[str, Any]:
    """The page as a message: the state in words, the picture, and how to get it onto a slide."""
    picture = page.picture().carried(filename="orgpulse.png", title=page.title)
    small_print = [say("export.how"), *([escape(page.legend)] if page.legend else [])]
    # The picture is for a slide; whoever looks at a phone reads here what it says.
    told = "\n".join(escape(line) for line in [*page.states, page.moved])
    image: Block = {"type": "image", "slack_file": {"id": ""}, "alt_text": picture["alt"]}
    return {
        "text": escape(page.title),
        "blocks": [section(f"*{escape(page.title)}*\n{told}"), image, context(" ".join(small_print))],
        "picture": picture,
    }


def _is_meant(command: dict[str, Any]) -> bool:
    return bool(_EXPORT.match(command.get("text") or ""))
