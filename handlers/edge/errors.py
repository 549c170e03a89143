"""The one place where an unexpected error ends: a line in the log, and a kind sentence for whoever waits.

The sentence names the line's reference, so that an admin finds it.
"""

import logging
from typing import Any

from slack_bolt import BoltContext
from slack_bolt.response import BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.edge.incident import described, note
from handlers.pulses.pulse_view import notice
from handlers.showing.blocks import section
from handlers.words import words
from surveys.errors import OrgpulseError

log = logging.getLogger(__name__)


class AlreadyAcknowledged(Exception):
    """Keeps an acknowledgement that was given: when its error handler returns, Bolt forgets it again."""


def report_error(
    error: Exception, body: dict[str, Any], context: BoltContext, response: BoltResponse | None
) -> BoltResponse | None:
    """Log what went wrong, and tell whoever waits for an answer.

    Args:
        error: what a listener or middleware raised.
        body: the payload.
        context: Bolt's, in which the person is named once the request was let through.
        response: what Slack would get now; None when the listener had acknowledged already.

    Raises:
        AlreadyAcknowledged: then, at the end, into the thread of the listener, where nobody hears of it.
    """
    answer = _tell(error, body, context, response)
    if response is None:
        raise AlreadyAcknowledged
    return answer


def _tell(
    error: Exception, body: dict[str, Any], context: BoltContext, response: BoltResponse | None
) -> BoltResponse | None:
    reference = note(error)
    try:
        if body.get("type") == "event_callback":
            # Not taken yet, an event comes again by itself; nobody needs to hear of it.
            if response is None or response.status < 500:
                _tell_asker(_sentence(error, context, "Unexpected", reference), body["event"], context.client)
            return None
        if body.get("type") == "view_submission":
            # Acknowledged, it was kept. Else it is said in the modal, which stays open with all that was typed.
            problem = {_last_input(body["view"]): _sentence(error, context, "Unsent", reference)}
            stay = {"response_action": "errors", "errors": problem}
            return BoltResponse(status=200, body=stay) if response is not None else None
        answer = context.ack() if response is not None else None
        _tell_clicker(_sentence(error, context, "Unexpected", reference), body, context)
    except Exception as problem:
        log.warning("nobody could be told: %s", described(problem), extra={"action": "error"})
        return None
    return answer


def _sentence(error: Exception, context: BoltContext, key: str, reference: str) -> str:
    person = context.get("person")
    say = words(person.language if person else "en")
    own = f"error.{type(error).__name__}"
    if isinstance(error, OrgpulseError) and say.has(own):
        return say(own, **error.details)
    return say(f"error.{key}", reference=reference)


def _last_input(view: dict[str, Any]) -> str:
    """The input next to the button that was pressed."""
    return str(next(block["block_id"] for block in reversed(view["blocks"]) if block["type"] == "input"))


def _tell_clicker(text: str, body: dict[str, Any], context: BoltContext) -> None:
    """Beside the message that was clicked, or over the tab or modal, or in a direct message."""
    if context.respond and body.get("response_url"):
        context.respond(text=text, response_type="ephemeral", replace_original=False)
        return
    person = context.get("person")
    say = words(person.language if person else "en")
    view = notice(text, say, title=say("home.title"))
    in_modal = body.get("view", {}).get("type") == "modal"
    client = context.client
    try:
        (client.views_push if in_modal else client.views_open)(trigger_id=body["trigger_id"], view=view)
    except (KeyError, SlackApiError):
        # A trigger lives for three seconds and serves once.
        client.chat_postMessage(channel=body["user"]["id"], text=text)


def _tell_asker(text: str, event: dict[str, Any], client: WebClient) -> None:
    """Where they asked or looked, and to them alone."""
    if event.get("type") == "app_home_opened":
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section(text)]})
    elif event.get("type") == "app_mention":
        client.chat_postEphemeral(channel=event["channel"], user=event["user"], text=text)
    elif event.get("type") == "message" and event.get("channel_type") == "im":
        client.chat_postMessage(channel=event["channel"], text=text)
