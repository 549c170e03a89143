"""The sender: takes what is due from the outbox and sends it, each message once."""

import base64
import hashlib
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from cryptography.exceptions import InvalidTag
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient
from sqlalchemy.orm import Session

from bot.errands import Errands
from handlers.ids import METADATA_EVENT
from surveys import outbox
from surveys.clock import Clock
from surveys.outbox import Leased, Place
from surveys.storage.database import Database

log = logging.getLogger(__name__)

# Slack asks to wait at least this long when it names no time of its own.
SHORTEST_WAIT = timedelta(seconds=1)
# After any other failure the wait doubles, from this to that.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=4), timedelta(minutes=30)
# Slack failed on its side and may have acted all the same.
UNCLEAR = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
# Answers that will be the same however often we ask.
FINAL = frozenset(
    {
        "channel_not_found",
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "account_inactive",
        "not_in_channel",
        "is_archived",
        "cannot_dm_bot",
        "messages_tab_disabled",
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_arguments",
        "msg_too_long",
        "msg_blocks_too_long",
        "no_text",
        "missing_scope",
    }
)
# What Slack says of blocks that it does not know, in a message and in a view.
BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_arguments"})
# How far back to look for a message that may have arrived although the answer was lost.
LOOK_BACK = 30
IDLE_SECONDS = 5.0


# What became of a message, to be written down.
Note = Callable[[Session], None]
# The copy of what is kept about a Slack user, made when it is sent; None for somebody we do not know.
OwnData = Callable[[str], dict[str, Any] | None]
# Whether a message, by its key, is still to be sent when its turn has come.
Wanted = Callable[[str], bool]
# The Home tab of a Slack user with their own answers in it, first with charts, then without; none of a stranger.
OwnHistory = Callable[[str], list[dict[str, Any]]]


class ResponseRefused(Exception):
    """A response address took neither the charts nor their tables; it will not take them later either."""


class NobodyThere(Exception):
    """Somebody who asked for a copy is not in the roster any more."""


class Sender:
    """Sends the outbox through one Slack client, whose own retries must be off.

    slack_sdk's default retry repeats a post whose connection dropped after Slack had it; here an unclear failure
    is tried again only after looking whether the message is there.
    """

    def __init__(
        self,
        database: Database,
        client: WebClient,
        clock: Clock,
        *,
        own_data: OwnData = lambda _: None,
        wanted: Wanted = lambda _: True,
        own_history: OwnHistory = lambda _: [],
    ) -> None:
        client.retry_handlers.clear()
        self._wanted = wanted
        self._own_data = own_data
        self._own_history = own_history
        self._database = database
        self._client = client
        self._clock = clock
        self.errands = Errands(client, clock)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._send: dict[str, Callable[[Leased], SlackResponse | None]] = {
            "post": self._post,
            "note": self._post,
            "own_data": self._post,
            "own_history": self._publish,
            "update": self._update,
            "ephemeral": self._ephemeral,
            "respond": self._respond,
        }

    def start(self) -> None:
        """Send in a thread of its own until stopped."""
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the message in hand and stop."""
        self._stopping.set()
        self._wake.set()
        if self._thread:
            self._thread.join()

    def change_soon(self, place: Place, payload: dict[str, Any]) -> None:
        """Change a message, and write nowhere that it will be."""
        self.errands.add(place, payload)
        self.wake()

    def wake(self) -> None:
        """There is something new to send."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                busy = self.send_due() > 0
            except Exception:
                # The database may be away for a moment; what is due is still in it.
                log.exception("sending stopped for a moment")
                busy = False
            if not busy:
                self._wake.wait(IDLE_SECONDS)
                self._wake.clear()

    def send_due(self) -> int:
        """Send what is due now; returns how many messages were taken or changed.

        What became of them is written in one commit: a sender that dies before it leaves messages whose lease runs
        out, and whoever takes them next looks whether Slack has them.
        """
        changed = self.errands.run_due()
        with self._database.work() as session:
            taken = outbox.lease(session, now=self._clock.now())
        notes: list[Note] = []
        try:
            for leased in taken:
                if self._stopping.is_set():
                    break
                notes.append(self._send_one(leased))
        finally:
            if notes:
                with self._database.work() as session:
                    for note in notes:
                        note(session)
        return len(taken) + changed

    def _send_one(self, leased: Leased) -> Note:
        try:
            # What nobody needs any more is noted as if it was sent: so nothing tells who had answered by then.
            needed = leased.message.kind != "note" or self._wanted(leased.message.key)
            answer = self._send[leased.message.kind](leased) if needed else None
        except SlackApiError as problem:
            return self._failed(leased, problem)
        except ResponseRefused:
            return self._give_up(leased, "response_url_refused")
        except NobodyThere:
            return self._give_up(leased, "nobody_there")
        except (SlackClientError, URLError, HTTPException, OSError) as problem:
            # Whether Slack has it is not known: look before sending again.
            wait = SHORTEST_WAIT * 2 ** (leased.attempts - 1)
            return self._postpone(leased, wait, type(problem).__name__, unclear=True)
        except (KeyError, TypeError, ValueError, InvalidTag) as problem:
            # A message that cannot even be put together must not hold up the others.
            return self._give_up(leased, f"unsendable: {type(problem).__name__}")
        channel = answer.get("channel") if answer else None
        ts = answer.get("ts") if answer else None
        return lambda session: outbox.sent(session, leased, channel=channel, ts=ts)

    def _failed(self, leased: Leased, problem: SlackApiError) -> Note:
        response = problem.response
        status = getattr(response, "status_code", 0)
        headers = getattr(response, "headers", {}) or {}
        code = str(response.get("error", "unknown")) if isinstance(response, SlackResponse) else "unknown"
        if status == 429:
            wait = timedelta(seconds=int(headers.get("Retry-After", 1)))
            return self._postpone(leased, max(wait, SHORTEST_WAIT), "ratelimited", unclear=False)
        if code in FINAL:
            return self._give_up(leased, code)
        wait = FIRST_WAIT * 2 ** (leased.attempts - 1)
        return self._postpone(leased, wait, code, unclear=status >= 500 or code in UNCLEAR)

    def _give_up(self, leased: Leased, code: str) -> Note:
        log.warning("message given up: %s", code)
        return lambda session: outbox.give_up(session, leased.message.key, error=code)

    def _postpone(self, leased: Leased, wait: timedelta, error: str, *, unclear: bool) -> Note:
        until = self._clock.now() + min(wait, LONGEST_WAIT)
        return lambda session: outbox.postpone(
            session, leased.message.key, until=until, error=error, unclear=unclear
        )

    # -- one method for each kind of message ---------------------------------------------------------

    def _post(self, leased: Leased) -> SlackResponse | None:
        channel = leased.message.recipient
        mark = _mark(leased.message.key)
        if leased.retried:
            found = self._find(channel, mark)
            if found:
                return found
        payload = self._payload(leased)
        metadata = {"event_type": METADATA_EVENT, "event_payload": {"key": mark}}
        return self._drawn_or_written(
            lambda blocks: self._client.chat_postMessage(
                channel=channel,
                text=payload["text"],
                blocks=blocks,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            ),
            payload,
        )

    def _payload(self, leased: Leased) -> dict[str, Any]:
        """What is posted; a copy of somebody's own data is made at this moment, and goes through no table."""
        if leased.message.kind != "own_data":
            return self._with_picture(leased.message.payload)
        made = self._own_data(leased.message.recipient)
        if made is None:
            raise NobodyThere
        return made

    def _publish(self, leased: Leased) -> SlackResponse | None:
        """The Home tab with what only its owner may read; made at this moment, it goes through no table."""
        user = leased.message.recipient
        views = self._own_history(user)
        if not views:
            raise NobodyThere
        payload = {"blocks": views[0]["blocks"], "fallback_blocks": views[-1]["blocks"]}
        self._drawn_or_written(
            lambda blocks: self._client.views_publish(user_id=user, view=views[0] | {"blocks": blocks}), payload
        )
        return None

    def _update(self, leased: Leased) -> SlackResponse | None:
        if not leased.target_channel or not leased.target_ts:
            return None
        channel, ts = leased.target_channel, leased.target_ts
        payload = self._with_picture(leased.message.payload)
        return self._drawn_or_written(
            lambda blocks: self._client.chat_update(channel=channel, ts=ts, text=payload["text"], blocks=blocks),
            payload,
        )

    def _ephemeral(self, leased: Leased) -> SlackResponse | None:
        channel, user = leased.message.recipient.split(":", 1)
        payload = self._with_picture(leased.message.payload)
        self._drawn_or_written(
            lambda blocks: self._client.chat_postEphemeral(
                channel=channel, user=user, text=payload["text"], blocks=blocks
            ),
            payload,
        )
        return None

    def _respond(self, leased: Leased) -> SlackResponse | None:
        payload = self._with_picture(leased.message.payload)
        webhook = WebhookClient(payload["response_url"], retry_handlers=[])
        for blocks in (payload["blocks"], payload.get("fallback_blocks")):
            if blocks is None:
                break
            answer = webhook.send(text=payload["text"], blocks=blocks, response_type="ephemeral")
            if answer.status_code < 400:
                return None
            if answer.status_code >= 500:
                raise OSError(f"response_url answered {answer.status_code}")
        raise ResponseRefused

    def _drawn_or_written(
        self, send: Callable[[list[dict[str, Any]]], SlackResponse], payload: dict[str, Any]
    ) -> SlackResponse:
        """Send with charts, or with their tables where the workspace does not draw charts yet."""
        try:
            return send(payload["blocks"])
        except SlackApiError as problem:
            if "fallback_blocks" not in payload or problem.response.get("error") not in BAD_BLOCKS:
                raise
            return send(payload["fallback_blocks"])

    def _find(self, channel: str, mark: str) -> SlackResponse | None:
        """Our own message in a conversation, if it is there already."""
        if channel.startswith(("U", "W")):
            channel = self._client.conversations_open(users=channel)["channel"]["id"]
        history = self._client.conversations_history(channel=channel, limit=LOOK_BACK, include_all_metadata=True)
        for message in history["messages"]:
            metadata = message.get("metadata") or {}
            if metadata.get("event_payload", {}).get("key") == mark:
                history.data = {"channel": channel, "ts": message["ts"]}
                return history
        return None

    def _with_picture(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Upload the message's picture, if it has one, and put its id where the message names it."""
        picture = payload.get("picture")
        if not picture:
            return payload
        data = base64.b64decode(picture["png"])
        place = self._client.files_getUploadURLExternal(
            filename=picture["filename"], length=len(data), alt_txt=picture["alt"]
        )
        request = Request(place["upload_url"], data=data, method="POST")  # noqa: S310 (Slack names the address)
        request.add_header("Content-Type", "image/png")
        with urlopen(request, timeout=30):  # noqa: S310
            pass
        self._client.files_completeUploadExternal(files=[{"id": place["file_id"], "title": picture["title"]}])
        return payload | {
            kind: [_named(block, place["file_id"]) for block in payload[kind]]
            for kind in ("blocks", "fallback_blocks")
            if kind in payload
        }


def _mark(key: str) -> str:
    # Anyone in the workspace can read metadata; a digest says nothing about person or round.
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _named(block: dict[str, Any], file_id: str) -> dict[str, Any]:
    if block.get("type") == "image" and "slack_file" in block:
        return block | {"slack_file": {"id": file_id}}
    return block
