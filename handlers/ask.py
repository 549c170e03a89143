"""Questions: by command, by mention, in a direct message, by a button."""

import hashlib
import re
from typing import Any

from slack_bolt import Ack, App

from handlers import answer_view
from handlers.blocks import section
from handlers.ids import COMMAND, Action
from handlers.services import Services
from handlers.words import words
from surveys import asking, outbox
from surveys.outbox import Message
from surveys.people import directory

_MENTION = re.compile(r"<@[A-Z0-9]+(\|[^>]*)?>")
_ASK = re.compile(r"^\s*ask\b", re.IGNORECASE)


class Questions:
    """Handlers of everything that asks something."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: App) -> None:
        """Listen to the command, to mentions, to direct messages and to the buttons that ask."""
        app.command(COMMAND)(self.command)
        app.event("app_mention")(self.mention)
        app.event("message")(self.message)
        app.action(re.compile(f"^{Action.ASK}:"))(self.button)

    def command(self, ack: Ack, body: dict[str, Any]) -> None:
        """`/orgpulse ask …`, answered to the asker alone."""
        ack()
        text = _ASK.sub("", body.get("text", ""), count=1).strip() or "help"
        key = _key("command", body["trigger_id"])
        # The response address reaches the asker in any channel, whether or not the bot is in it.
        self._answer(body["user_id"], text, key=key, kind="respond", recipient=body["response_url"])

    def mention(self, event: dict[str, Any]) -> None:
        """A mention in a channel, answered to the asker alone."""
        text = _MENTION.sub("", event.get("text", "")).strip() or "help"
        recipient = f"{event['channel']}:{event['user']}"
        self._answer(event["user"], text, key=_key("mention", event["ts"]), kind="ephemeral", recipient=recipient)

    def message(self, event: dict[str, Any]) -> None:
        """A direct message."""
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return
        text = _MENTION.sub("", event.get("text", "")).strip() or "help"
        key = _key("message", f"{event['channel']}{event['ts']}")
        self._answer(event["user"], text, key=key, kind="post", recipient=event["channel"])

    def button(self, ack: Ack, body: dict[str, Any]) -> None:
        """A button whose value is a question; the answer comes as a direct message."""
        ack()
        action = body["actions"][0]
        key = _key("button", f"{body['user']['id']}{body['trigger_id']}")
        self._answer(body["user"]["id"], action["value"], key=key, kind="post", recipient=body["user"]["id"])

    def _answer(self, slack_id: str, text: str, *, key: str, kind: str, recipient: str) -> None:
        services = self._services
        with services.database.read() as session:
            person = directory.by_slack_id(session, slack_id)
            if person is None:
                say = words("en")
                payload: dict[str, Any] = {
                    "text": say("home.stranger"),
                    "blocks": [section(say("home.stranger"))],
                }
            else:
                asked = asking.ask(
                    session,
                    person,
                    text,
                    now=services.now(),
                    company_zone=services.schedule.company_zone.key,
                )
                payload = answer_view.answer_message(asked, words(person.language))
        if kind == "respond":
            payload, recipient = payload | {"response_url": recipient}, slack_id
        with services.database.work() as session:
            outbox.post(session, Message(key, kind, recipient, payload), now=services.now())
        services.outbox_filled()


def _key(kind: str, cause: str) -> str:
    """The same cause, delivered twice by Slack, is answered once."""
    return f"answer:{kind}:{hashlib.sha256(cause.encode()).hexdigest()[:24]}"
