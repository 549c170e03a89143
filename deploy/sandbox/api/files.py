"""``files.*``: uploading in three steps, and what is known of a file."""

from __future__ import annotations

import mimetypes
from typing import Any

from deploy.sandbox.api.method import Call, Method
from deploy.sandbox.blocks.messages import check_message
from deploy.sandbox.errors import SlackError
from deploy.sandbox.limits import TIER_4
from deploy.sandbox.posts import Draft, Posts
from deploy.sandbox.state import shapes
from deploy.sandbox.state.records import Channel, File, Json


def get_upload_url_external(call: Call) -> Json:
    """Where to send the bytes of a file, and the id it will have."""
    workspace = call.emulator.workspace
    name = call.arguments.required("filename")
    length = call.arguments.required("length")
    if not length.isdecimal() or int(length) == 0:
        raise SlackError("invalid_arguments", "length must be a positive number [json-pointer:/length]")
    if len(alt_txt := call.arguments.text("alt_txt")) > 1000:
        raise SlackError("alt_txt_too_large")
    safe = name.replace("/", "_")
    file = File(
        id=workspace.next_id("F"),
        name=safe,
        length=int(length),
        user=workspace.app.bot_user,
        alt_txt=alt_txt,
        mimetype=mimetypes.guess_type(safe)[0] or "application/octet-stream",
        created=workspace.now(),
    )
    workspace.files[file.id] = file
    return {"upload_url": f"{workspace.address}/upload/v1/{file.id}", "file_id": file.id}


def complete_upload_external(call: Call) -> Json:
    """Finish uploads and, if a conversation is named, share them there in one message."""
    workspace = call.emulator.workspace
    wanted = _wanted(call)
    channel = _destination(call)
    if channel is not None:
        _share(call, channel, [file.id for file, _ in wanted])
    for file, title in wanted:
        file.title = title or file.name
        file.completed = True
        if channel is not None:
            file.channels.append(channel.id)
    return {"files": [shapes.file(workspace, file) for file, _ in wanted]}


def info(call: Call) -> Json:
    """One file."""
    file = call.emulator.workspace.files.get(call.arguments.required("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    return {
        "file": shapes.file(call.emulator.workspace, file),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def _wanted(call: Call) -> list[tuple[File, str]]:
    try:
        listed: Any = call.arguments.structure("files")
    except ValueError:
        raise SlackError("invalid_arguments", "files is not JSON [json-pointer:/files]") from None
    if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
        raise SlackError("invalid_arguments", "missing required field: files")
    known = call.emulator.workspace.files
    wanted = []
    for item in listed:
        file = known.get(str(item.get("id")))
        # A file whose bytes never came cannot be completed.
        if file is None or file.content is None or file.completed:
            raise SlackError("file_not_found")
        wanted.append((file, str(item.get("title") or "")))
    return wanted


def _destination(call: Call) -> Channel | None:
    # A file can be shared into a conversation, not to a user id, unlike a message.
    if not call.arguments.text("channel_id"):
        return None
    channel = call.channel("channel_id")
    if call.emulator.workspace.app.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _share(call: Call, channel: Channel, files: list[str]) -> None:
    given = call.arguments
    comment = given.text("initial_comment")
    blocks: list[Json] = []
    if given.get("blocks"):
        comment, blocks = check_message(comment, given.structure("blocks"), None)
    thread = Posts.thread_root(channel, given.text("thread_ts"))
    draft = Draft(comment, blocks, thread_ts=thread, files=tuple(files), subtype="file_share")
    call.emulator.posts.write(channel, call.emulator.workspace.app.bot_user, draft)


METHODS = (
    Method("files.getUploadURLExternal", get_upload_url_external, TIER_4, ("files:write",)),
    Method("files.completeUploadExternal", complete_upload_external, TIER_4, ("files:write",)),
    Method("files.info", info, TIER_4, ("files:read",)),
)
