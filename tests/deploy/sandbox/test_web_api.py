"""The Web API answers as Slack does: identities, permissions, lists, posts and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from deploy.sandbox import Sandbox, SeedUser, SeedUserGroup
from deploy.sandbox.seed import DEFAULT_SCOPES
from tests.deploy.sandbox.block_examples import block, button, mrkdwn
from tests.deploy.sandbox.small_company import channel, client, user


@pytest.fixture(scope="module")
def web(shared: Sandbox) -> WebClient:
    return client(shared)


def code(act: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        act()
    return str(caught.value.response["error"])


def raw(sandbox: Sandbox, method: str, body: bytes, content_type: str) -> Any:
    headers = {"Authorization": f"Bearer {sandbox.app.bot_token}", "Content-Type": content_type}
    return httpx.post(sandbox.api_url + method, content=body, headers=headers).json()


def test_the_bot_learns_who_it_is(shared: Sandbox, web: WebClient) -> None:
    answer = web.auth_test()
    assert (answer["user_id"], answer["bot_id"]) == (shared.app.bot_user, shared.app.bot_id)


@pytest.mark.parametrize(
    ("token", "method", "expected"),
    [
        (None, "auth.test", "not_authed"),
        ("xoxb-other", "auth.test", "invalid_auth"),
        ("app", "auth.test", "not_allowed_token_type"),
        ("bot", "apps.connections.open", "not_allowed_token_type"),
        ("bot", "bookmarks.list", "unknown_method"),
    ],
)
def test_a_call_needs_the_right_token_and_a_method(
    shared: Sandbox, token: str | None, method: str, expected: str
) -> None:
    real = {"app": shared.app.app_token, "bot": shared.app.bot_token}.get(token or "", token)
    assert code(lambda: WebClient(token=real, base_url=shared.api_url).api_call(method)) == expected


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"x", "text/plain", "invalid_post_type"),
        (b'{"channel":{}}', "application/json", "invalid_arguments"),
    ],
)
def test_a_body_that_cannot_be_read_is_named(
    shared: Sandbox, body: bytes, content_type: str, expected: str
) -> None:
    assert raw(shared, "chat.postMessage", body, content_type)["error"] == expected


def test_forms_and_json_are_read_alike(shared: Sandbox, web: WebClient) -> None:
    fields = {"channel": channel(shared, "general"), "text": "x", "blocks": [block("divider")]}
    by_json = web.api_call("chat.postMessage", json=fields)
    by_form = web.api_call("chat.postMessage", data={**fields, "blocks": json.dumps(fields["blocks"])})
    assert [a["message"]["blocks"][0]["type"] for a in (by_json, by_form)] == ["divider", "divider"]


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("chat:write", lambda web, _: web.chat_postMessage(channel="C1", text="x")),
        ("users:read", lambda web, _: web.users_list()),
        ("users:read.email", lambda web, _: web.users_lookupByEmail(email="ada@example.com")),
        ("im:write", lambda web, box: web.conversations_open(users=user(box, "ada"))),
        ("im:history", lambda web, box: web.conversations_history(channel=box.open_dm("ada"))),
        ("groups:read", lambda web, _: web.conversations_list(types="private_channel")),
        ("files:write", lambda web, _: web.files_getUploadURLExternal(filename="a", length=1)),
        ("reactions:write", lambda web, _: web.reactions_add(channel="C1", timestamp="1", name="ok")),
        ("dnd:read", lambda web, box: web.dnd_info(user=user(box, "ada"))),
        ("usergroups:read", lambda web, _: web.usergroups_list()),
    ],
)
def test_a_missing_scope_is_named(
    start: Callable[..., Sandbox], scope: str, call: Callable[[WebClient, Sandbox], Any]
) -> None:
    sandbox = start({"scopes": tuple(other for other in DEFAULT_SCOPES if other != scope)})
    with pytest.raises(SlackApiError) as caught:
        call(client(sandbox), sandbox)
    assert caught.value.response["error"] == "missing_scope"
    assert scope in caught.value.response["needed"]


# People -------------------------------------------------------------------------------------------


def test_people_come_in_pages(shared: Sandbox, web: WebClient) -> None:
    pages = [[member["name"] for member in page["members"]] for page in web.users_list(limit=2)]
    assert [name for page in pages for name in page] == [person.name for person in shared.users]
    assert len(pages) == 3
    assert code(lambda: web.users_list(limit=2, cursor="elsewhere")) == "invalid_cursor"
    assert code(lambda: web.users_list(limit=1001)) == "invalid_limit"


def test_a_person_has_a_time_zone_and_an_address(shared: Sandbox, web: WebClient) -> None:
    person = web.users_info(user=user(shared, "cyd"), include_locale=True)["user"]
    assert (person["tz"], person["tz_offset"], person["locale"]) == ("Asia/Tokyo", 9 * 3600, "en-US")
    assert person["profile"]["email"] == "cyd@example.com"
    gone = web.users_info(user=user(shared, "gone"))["user"]
    assert gone["deleted"]
    assert "tz" not in gone
    assert code(lambda: web.users_info(user="U404")) == "user_not_found"


def test_an_address_without_its_scope_stays_hidden(start: Callable[..., Sandbox]) -> None:
    sandbox = start({"scopes": ("users:read",)})
    members = client(sandbox).users_list()["members"]
    assert not any("email" in member["profile"] for member in members)


def test_people_are_found_by_address_while_they_are_active(shared: Sandbox, web: WebClient) -> None:
    assert web.users_lookupByEmail(email="ADA@example.com")["user"]["id"] == user(shared, "ada")
    assert code(lambda: web.users_lookupByEmail(email="gone@example.com")) == "users_not_found"


def test_presence_and_do_not_disturb(shared: Sandbox, web: WebClient) -> None:
    ada, ben = user(shared, "ada"), user(shared, "ben")
    assert web.users_getPresence(user=ada)["presence"] == "active"
    assert web.users_getPresence(user=ben)["presence"] == "away"
    assert web.dnd_info(user=ben)["dnd_enabled"]
    team = web.dnd_teamInfo(users=[ada, ben])["users"]
    assert [team[person]["dnd_enabled"] for person in (ada, ben)] == [False, True]


def test_a_group_can_be_added(sandbox: Sandbox) -> None:
    group = sandbox.add_user_group(SeedUserGroup("crew", "Crew", ("cyd",)))
    assert client(sandbox).usergroups_users_list(usergroup=group)["users"] == [user(sandbox, "cyd")]


def test_user_groups(shared: Sandbox, web: WebClient) -> None:
    group = web.usergroups_list(include_users=True)["usergroups"][0]
    assert group["users"] == [user(shared, "ada"), user(shared, "ben")]
    assert web.usergroups_users_list(usergroup=group["id"])["users"] == group["users"]
    assert code(lambda: web.usergroups_users_list(usergroup="S404")) == "no_such_subteam"


# Conversations ------------------------------------------------------------------------------------


def test_the_app_sees_public_channels_and_its_own(web: WebClient) -> None:
    listed = web.conversations_list(types="public_channel,private_channel")["channels"]
    assert {c["name"]: c["is_member"] for c in listed} == {"general": True, "random": False, "secret": True}
    assert code(lambda: web.conversations_list(types="rooms")) == "invalid_types"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("gone", "user_disabled"), ("robot", "cannot_dm_bot"), ("nobody", "user_not_found")],
)
def test_some_people_cannot_be_written_to(shared: Sandbox, web: WebClient, name: str, expected: str) -> None:
    person = "U404" if name == "nobody" else user(shared, name)
    assert code(lambda: web.conversations_open(users=person)) == expected
    posted = "channel_not_found" if name == "nobody" else expected
    assert code(lambda: web.chat_postMessage(channel=person, text="x")) == posted


def test_a_direct_message_is_opened_once(shared: Sandbox, web: WebClient) -> None:
    ben = user(shared, "ben")
    first = web.conversations_open(users=ben)
    again = web.conversations_open(users=[ben])
    assert first["channel"]["id"] == again["channel"]["id"]
    assert again["already_open"]
    assert web.chat_postMessage(channel=ben, text="hello")["channel"] == first["channel"]["id"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("random", "not_in_channel"), ("hidden", "channel_not_found"), ("C404", "channel_not_found")],
)
def test_the_app_writes_only_where_it_is(shared: Sandbox, web: WebClient, name: str, expected: str) -> None:
    where = name if name == "C404" else channel(shared, name)
    assert code(lambda: web.chat_postMessage(channel=where, text="x")) == expected
    assert code(lambda: web.conversations_history(channel=where)) == expected


def test_the_app_joins_a_public_channel(sandbox: Sandbox) -> None:
    web = client(sandbox)
    where = channel(sandbox, "random")
    assert web.conversations_join(channel=where)["channel"]["is_member"]
    assert web.conversations_join(channel=where)["warning"] == "already_in_channel"
    assert sandbox.app.bot_user in web.conversations_members(channel=where)["members"]
    assert web.chat_postMessage(channel="#random", text="x")["channel"] == where


def test_a_person_who_left_the_company_is_out_of_their_channels(sandbox: Sandbox) -> None:
    sandbox.change_user(user(sandbox, "ada"), deleted=True)
    members = client(sandbox).conversations_members(channel=channel(sandbox, "general"))["members"]
    assert user(sandbox, "ada") not in members


# Messages -----------------------------------------------------------------------------------------


def test_a_message_lives_from_post_to_delete(shared: Sandbox, web: WebClient) -> None:
    where = channel(shared, "secret")
    posted = web.chat_postMessage(channel=where, text="one", blocks=[block("section")])
    assert posted["message"]["blocks"][0]["block_id"]
    updated = web.chat_update(channel=where, ts=posted["ts"], text="two")
    assert updated["message"]["edited"]["user"] == shared.app.bot_user
    assert updated["message"]["blocks"]
    assert "blocks" not in web.chat_update(channel=where, ts=posted["ts"], text="two", blocks=[])["message"]
    web.chat_delete(channel=where, ts=posted["ts"])
    assert posted["ts"] not in [message["ts"] for message in shared.messages(where)]
    assert code(lambda: web.chat_update(channel=where, ts=posted["ts"], text="x")) == "message_not_found"
    assert code(lambda: web.chat_delete(channel=where, ts=posted["ts"])) == "message_not_found"


def test_the_app_changes_only_its_own_messages(shared: Sandbox, web: WebClient) -> None:
    where = channel(shared, "general")
    ts = shared.say("ada", where, "mine")
    assert code(lambda: web.chat_update(channel=where, ts=ts, text="x")) == "cant_update_message"
    assert code(lambda: web.chat_delete(channel=where, ts=ts)) == "cant_delete_message"


def test_a_thread_is_kept_apart(shared: Sandbox, web: WebClient) -> None:
    where = channel(shared, "secret")
    root = web.chat_postMessage(channel=where, text="root")["ts"]
    reply = web.chat_postMessage(channel=where, text="reply", thread_ts=root)["ts"]
    below = web.chat_postMessage(channel=where, text="reply to the reply", thread_ts=reply)
    assert below["message"]["thread_ts"] == root
    thread = web.conversations_replies(channel=where, ts=root)["messages"]
    assert [message["text"] for message in thread] == ["root", "reply", "reply to the reply"]
    assert thread[0]["reply_count"] == 2
    history = [message["ts"] for message in web.conversations_history(channel=where)["messages"]]
    assert root in history
    assert reply not in history
    assert code(lambda: web.chat_postMessage(channel=where, text="x", thread_ts="1.2")) == "thread_not_found"


def test_history_is_cut_by_time_and_by_page(sandbox: Sandbox) -> None:
    web = client(sandbox)
    where = channel(sandbox, "general")
    ts = [web.chat_postMessage(channel=where, text=str(n))["ts"] for n in range(5)]
    pages = [[m["text"] for m in page["messages"]] for page in web.conversations_history(channel=where, limit=2)]
    assert pages == [["4", "3"], ["2", "1"], ["0"]]
    between = web.conversations_history(channel=where, oldest=ts[1], latest=ts[3])["messages"]
    assert [m["text"] for m in between] == ["2"]
    with_ends = web.conversations_history(channel=where, oldest=ts[1], latest=ts[3], inclusive=True)["messages"]
    assert [m["text"] for m in with_ends] == ["3", "2", "1"]


def test_an_ephemeral_message_is_for_one_person(shared: Sandbox, web: WebClient) -> None:
    where = channel(shared, "general")
    ada = user(shared, "ada")
    ts = web.chat_postEphemeral(channel=where, user=ada, text="psst")["message_ts"]
    assert ts in [m["ts"] for m in shared.messages(where, "ada")]
    assert ts not in [m["ts"] for m in shared.messages(where, "ben")]
    assert ts not in [m["ts"] for m in web.conversations_history(channel=where)["messages"]]
    stranger = user(shared, "cyd")
    refused = code(lambda: web.chat_postEphemeral(channel=where, user=stranger, text="x"))
    assert refused == "user_not_in_channel"


def test_metadata_is_kept_and_shown_on_request(shared: Sandbox, web: WebClient) -> None:
    metadata = {"event_type": "task_created", "event_payload": {"id": "1"}}
    dm = web.chat_postMessage(channel=user(shared, "cyd"), text="x", metadata=metadata)["channel"]
    assert "metadata" not in web.conversations_history(channel=dm)["messages"][0]
    shown = web.conversations_history(channel=dm, include_all_metadata=True)["messages"][0]
    assert shown["metadata"] == metadata


def test_times_are_unique_and_grow_while_the_clock_stands(start: Callable[..., Sandbox]) -> None:
    sandbox = start(clock=lambda: 1_700_000_000.0)
    web = client(sandbox)
    ts = [web.chat_postMessage(channel=channel(sandbox, "general"), text="x")["ts"] for _ in range(5)]
    assert ts == sorted(set(ts))
    assert all(value.startswith("1700000000.") for value in ts)


def test_reactions(shared: Sandbox, web: WebClient) -> None:
    where = channel(shared, "general")
    ts = shared.say("ada", where, "well done")
    web.reactions_add(channel=where, timestamp=ts, name="tada")
    assert code(lambda: web.reactions_add(channel=where, timestamp=ts, name="tada")) == "already_reacted"
    assert code(lambda: web.reactions_add(channel=where, timestamp=ts, name="Ta Da")) == "invalid_name"
    shared.react("ben", where, ts, "tada")
    message = next(m for m in shared.messages(where) if m["ts"] == ts)
    assert message["reactions"][0]["users"] == [shared.app.bot_user, user(shared, "ben")]
    web.reactions_remove(channel=where, timestamp=ts, name="tada")
    assert code(lambda: web.reactions_remove(channel=where, timestamp=ts, name="tada")) == "no_reaction"


def test_calls_are_logged_without_the_token(sandbox: Sandbox) -> None:
    web = client(sandbox)
    web.chat_postMessage(channel="#general", text="hello", blocks=[{"type": "actions", "elements": [button()]}])
    assert code(lambda: web.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
    assert sandbox.calls.count("chat.postMessage") == 2
    first, second = sandbox.calls.of("chat.postMessage")
    assert (first.ok, second.error) == (True, "channel_not_found")
    assert sandbox.app.bot_token not in repr(list(sandbox.calls))


def test_two_people_cannot_have_one_address(shared: Sandbox) -> None:
    with pytest.raises(ValueError, match="two people"):
        shared.add_user(SeedUser("eve", "Eve", "ada@example.com"))


def test_blocks_come_back_with_slacks_defaults(shared: Sandbox, web: WebClient) -> None:
    sent = [
        {"type": "section", "text": mrkdwn()},
        {"type": "actions", "elements": [{**button(), "action_id": None}]},
    ]
    shown = web.chat_postMessage(channel="#general", text="x", blocks=sent)["message"]["blocks"]
    assert shown[0]["text"]["verbatim"] is False
    assert shown[1]["elements"][0]["action_id"]
    assert shown[1]["elements"][0]["text"]["emoji"] is True
