"""``conversations.history`` and ``conversations.replies``: reading what was written."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from deploy.sandbox.api.method import HISTORY_SCOPES, Call, Method
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import TIER_3
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Channel, Json, Message

_ANY_HISTORY = ("channels:history", "groups:history", "im:history")


def history(call: Call) -> Json:
    """The messages of a conversation, newest first, without the replies in threads."""
    channel = _readable(call)
    roots = [m for m in channel.messages.values() if m.thread_ts is None or m.thread_ts == m.ts]
    chosen = _within(call, [m for m in roots if m.ephemeral_to is None])
    return _answer(call, chosen[::-1], 100)


def replies(call: Call) -> Json:
    """A thread, root first."""
    channel = _readable(call)
    root = channel.messages.get(call.arguments.required("ts"))
    if root is None:
        raise SlackError("thread_not_found")
    ts = root.thread_ts or root.ts
    thread = [channel.messages[t] for t in (ts, *channel.replies.get(ts, ())) if t in channel.messages]
    return _answer(call, _within(call, thread), 1000)


def _answer(call: Call, messages: list[Message], default: int) -> Json:
    workspace = call.emulator.workspace
    with_metadata = call.arguments.flag("include_all_metadata")
    shown = [shapes.message(workspace, message) for message in messages]
    if not with_metadata:
        for item in shown:
            item.pop("metadata", None)
    page, metadata = call.page(shown, call.arguments.whole("limit", default, 1000))
    answer: Json = {"messages": page, "has_more": bool(metadata["next_cursor"])}
    return answer | ({"response_metadata": metadata} if metadata["next_cursor"] else {})


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.needs(HISTORY_SCOPES[channel.kind])
    if call.emulator.workspace.app.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _within(call: Call, messages: list[Message]) -> list[Message]:
    oldest = _instant(call, "oldest", "invalid_ts_oldest", "0")
    latest = _instant(call, "latest", "invalid_ts_latest", "Infinity")
    inclusive = call.arguments.flag("inclusive")

    def fits(message: Message) -> bool:
        ts = Decimal(message.ts)
        return oldest < ts < latest or (inclusive and ts in {oldest, latest})

    return [message for message in messages if fits(message)]


def _instant(call: Call, name: str, refusal: str, default: str) -> Decimal:
    try:
        return Decimal(call.arguments.text(name) or default)
    except InvalidOperation:
        raise SlackError(refusal) from None


METHODS = (
    Method("conversations.history", history, TIER_3, _ANY_HISTORY),
    Method("conversations.replies", replies, TIER_3, _ANY_HISTORY),
)
