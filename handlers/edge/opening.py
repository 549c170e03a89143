"""Opening a modal, or saying kindly that it did not open: a trigger lives for three seconds and serves once."""

import logging
from typing import Any

from slack_bolt import BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.showing.blocks import section

log = logging.getLogger(__name__)

# Slack's names for a trigger that is too old or was used before.
TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "trigger_exchanged"})


def open_view(
    client: WebClient, context: BoltContext, body: dict[str, Any], view: dict[str, Any], *, too_late: str
) -> bool:
    """Open a modal; when its trigger is over, say `too_late` to whoever pressed, and to nobody else.

    Returns whether it opened. Nothing is written: what would be told by a row in the outbox is that they pressed.
    """
    try:
        client.views_open(trigger_id=body["trigger_id"], view=view)
    except SlackApiError as problem:
        if problem.response.get("error") not in TOO_LATE:
            raise
        log.info("a modal came too late", extra={"action": "too_late"})
    else:
        return True
    blocks = [section(too_late)]
    if context.respond and body.get("response_url"):
        context.respond(text=too_late, blocks=blocks, response_type="ephemeral", replace_original=False)
    else:
        client.chat_postMessage(channel=context["user_id"], text=too_late, blocks=blocks)
    return False
