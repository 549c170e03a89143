"""Questions: by command, by mention, in a direct message, by a button."""

import hashlib
import re
from typing import Any

from slack_bolt import Ack, App, BoltContext

from handlers.edge.access import Permit
from handlers.ids import COMMAND, Action
from handlers.questions import answer_view
from handlers.questions.conversation import Conversation
from handlers.questions.question_text import question_text
from handlers.services import Services
from handlers.showing.blocks import section
from handlers.words import words
from surveys import asking, corrections, outbox
from surveys.outbox import Message
from surveys.people.directory import Person
from surveys.people.rights import Act

_ASK = re.compile(r"^\s*ask\b", re.IGNORECASE)


class Questions:
    """Handlers of everything that asks something."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._conversation = Conversation()

    def register(self, app: App) -> None:
        """Listen to the command, to mentions, to direct messages and to the buttons that ask."""
        permit = [Permit(self._services, Act.ASK)]
        app.command(COMMAND, middleware=permit)(self.command)
        app.event("app_mention", middleware=permit)(self.mention)
        app.event("message", middleware=permit)(self.message)
        app.action(re.compile(f"^{Action.ASK}:"), middleware=permit)(self.button)

    def command(self, ack: Ack, body: dict[str, Any], person: Person | None) -> None:
        """`/orgpulse ask …`, answered to the asker alone."""
        ack()
        text = _ASK.sub("", body.get("text", ""), count=1).strip() or "help"
        key = _key("command", body["trigger_id"])
        # The response address reaches the asker in any channel, whether or not the bot is in it.
        payload = self._payload(person, text) | {"response_url": body["response_url"]}
        self._post(Message(key, "respond", body["user_id"], payload))

    def mention(self, event: dict[str, Any], context: BoltContext, person: Person | None) -> None:
        """A mention in a channel, answered to the asker alone."""
        text = _asked(event, context)
        recipient = f"{event['channel']}:{event['user']}"
        key = _key("mention", event["ts"])
        self._post(Message(key, "ephemeral", recipient, self._payload(person, text)))

    def message(self, event: dict[str, Any], context: BoltContext, person: Person | None) -> None:
        """A direct message."""
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return
        text = _asked(event, context)
        key = _key("message", f"{event['channel']}{event['ts']}")
        # To the person and not to the channel that the event names: it is theirs alone.
        self._post(Message(key, "post", event["user"], self._payload(person, text)))

    def button(self, ack: Ack, body: dict[str, Any], person: Person | None) -> None:
        """A button whose value is a question; the answer comes as a direct message."""
        ack()
        action = body["actions"][0]
        self._keep_correction(person, action["value"])
        key = _key("button", f"{body['user']['id']}{body['trigger_id']}")
        self._post(Message(key, "post", body["user"]["id"], self._payload(person, action["value"])))

    def _payload(self, person: Person | None, text: str) -> dict[str, Any]:
        """The answer, from what this person may see."""
        if person is None:
            stranger = words("en")("home.stranger")
            return {"text": stranger, "blocks": [section(stranger)]}
        services = self._services
        zone = services.schedule.company_zone.key
        with services.database.read() as session:
            before = self._conversation.before(person.id, now=services.now())
            asked = asking.ask(session, person, text, now=services.now(), company_zone=zone, before=before)
        say, question = words(person.language), asked.answer.question
        self._conversation.remember(person.id, question, now=services.now())
        self._conversation.offer(
            person.id, text, {question_text(one, say) for one in question.unsure}, now=services.now()
        )
        return answer_view.answer_message(asked, say)

    def _keep_correction(self, person: Person | None, meant: str) -> None:
        """A press on one of the readings that were offered says what the question before it meant."""
        now = self._services.now()
        asked = None if person is None else self._conversation.taken_up(person.id, meant, now=now)
        if asked is not None:
            with self._services.database.work() as session:
                corrections.keep(session, asked, meant, today=now.date())

    def _post(self, message: Message) -> None:
        with self._services.database.work() as session:
            outbox.post(session, message, now=self._services.now())
        self._services.outbox_filled()


def _asked(event: dict[str, Any], context: BoltContext) -> str:
    """The question without the mention of ourselves; whoever else is mentioned is part of it."""
    return re.sub(rf"<@{context.bot_user_id}(\|[^>]*)?>", "", event.get("text", "")).strip() or "help"


def _key(kind: str, cause: str) -> str:
    """The same cause, delivered twice by Slack, is answered once."""
    return f"answer:{kind}:{hashlib.sha256(cause.encode()).hexdigest()[:24]}"
