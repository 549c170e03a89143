"""Files go up in three steps and are seen in messages, blocks and at their address."""

from __future__ import annotations

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from deploy.sandbox import Sandbox
from tests.deploy.sandbox.block_examples import block, home
from tests.deploy.sandbox.small_company import channel, client, user

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def upload(sandbox: Sandbox, name: str = "wheel.png") -> str:
    web = client(sandbox)
    granted = web.files_getUploadURLExternal(filename=name, length=len(PNG), alt_txt="a wheel")
    assert httpx.post(granted["upload_url"], content=PNG).status_code == 200
    web.files_completeUploadExternal(files=[{"id": granted["file_id"], "title": "Wheel"}])
    return str(granted["file_id"])


def test_a_file_is_shared_in_a_message(shared: Sandbox) -> None:
    where = channel(shared, "general")
    web = client(shared)
    done = web.files_upload_v2(
        channel=where, content=PNG, filename="wheel.png", title="Wheel", initial_comment="look", alt_txt="a wheel"
    )
    message = shared.messages(where)[-1]
    assert (message["text"], message["subtype"]) == ("look", "file_share")
    assert message["files"][0]["id"] == done["files"][0]["id"]
    shown = web.files_info(file=done["files"][0]["id"])["file"]
    assert (shown["title"], shown["mimetype"], shown["alt_txt"]) == ("Wheel", "image/png", "a wheel")
    answer = httpx.get(shown["url_private"])
    assert answer.content == PNG
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_picture_block_can_show_a_file(shared: Sandbox) -> None:
    picture = block("image", image_url=None, slack_file={"id": upload(shared)})
    assert client(shared).chat_postMessage(channel="#general", text="x", blocks=[picture])["ok"]
    assert client(shared).views_publish(user_id=user(shared, "ada"), view=home(picture))["ok"]
    page = httpx.get(f"{shared.url}/page/api/as/ada").json()
    assert httpx.get(shared.url + page["home"]["blocks"][0]["image_url"]).content == PNG


def test_a_picture_block_cannot_show_what_is_no_picture(shared: Sandbox) -> None:
    text = block("image", image_url=None, slack_file={"id": upload(shared, "notes.txt")})
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        client(shared).chat_postMessage(channel="#general", text="x", blocks=[text])
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client(shared).views_publish(user_id=user(shared, "ada"), view=home(text))


def test_an_upload_must_be_what_was_announced(shared: Sandbox) -> None:
    web = client(shared)
    granted = web.files_getUploadURLExternal(filename="a.png", length=3)
    assert httpx.post(granted["upload_url"], content=b"four").status_code == 400
    with pytest.raises(SlackApiError, match="file_not_found"):
        web.files_completeUploadExternal(files=[{"id": granted["file_id"], "title": "x"}])
    assert httpx.post(granted["upload_url"], files={"file": ("a.png", b"abc")}).status_code == 200
    assert web.files_completeUploadExternal(files=[{"id": granted["file_id"], "title": "x"}])["ok"]
    assert httpx.get(f"{shared.url}/files/F404/a.png").status_code == 404


@pytest.mark.parametrize(("where", "code"), [("C404", "channel_not_found"), ("random", "not_in_channel")])
def test_a_file_is_shared_only_where_the_app_is(shared: Sandbox, where: str, code: str) -> None:
    web = client(shared)
    granted = web.files_getUploadURLExternal(filename="a.png", length=3)
    httpx.post(granted["upload_url"], content=b"abc")
    target = where if where == "C404" else channel(shared, where)
    with pytest.raises(SlackApiError, match=code):
        web.files_completeUploadExternal(files=[{"id": granted["file_id"], "title": "x"}], channel_id=target)
