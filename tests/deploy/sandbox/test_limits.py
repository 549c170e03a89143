"""Rates and triggers run out as Slack lets them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from deploy.sandbox import Sandbox, Timing
from deploy.sandbox.api import METHODS
from deploy.sandbox.limits import RateLimits
from tests.deploy.sandbox.block_examples import form, home, modal
from tests.deploy.sandbox.small_company import client, user


def refused(act: Callable[[], object]) -> SlackResponse:
    with pytest.raises(SlackApiError) as caught:
        act()
    response = caught.value.response
    assert isinstance(response, SlackResponse)
    return response


def test_a_channel_takes_a_short_burst_and_then_one_a_second(start: Callable[..., Sandbox]) -> None:
    sandbox = start(rate_limits=1.0)
    web = client(sandbox)
    for _ in range(3):
        web.chat_postMessage(channel="#general", text="x")
    answer = refused(lambda: web.chat_postMessage(channel="#general", text="x"))
    assert (answer.status_code, answer["error"]) == (429, "ratelimited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 3
    assert web.chat_postMessage(channel=user(sandbox, "ada"), text="another conversation")["ok"]


@pytest.mark.parametrize(
    ("method", "allowed"), [("users.list", 20), ("conversations.open", 50), ("users.info", 100)]
)
def test_a_tier_is_so_many_calls_a_minute(start: Callable[..., Sandbox], method: str, allowed: int) -> None:
    sandbox = start(rate_limits=0.1)
    web = client(sandbox)
    person = user(sandbox, "ada")
    for _ in range(allowed // 10):
        web.api_call(method, params={"user": person, "users": person})
    answer = refused(lambda: web.api_call(method, params={"user": person, "users": person}))
    assert answer.status_code == 429
    assert 50 <= int(answer.headers["Retry-After"]) <= 60


def test_the_documented_allowances_are_the_ones_kept() -> None:
    per_minute = {name: method.allowance.calls for name, method in METHODS.items()}
    assert {per_minute[name] for name in ("users.list", "conversations.list", "usergroups.list")} == {20}
    assert {per_minute[name] for name in ("conversations.open", "chat.update", "reactions.add")} == {50}
    assert {per_minute[name] for name in ("users.info", "views.open", "views.publish")} == {100}
    assert per_minute["files.getUploadURLExternal"] == 100


def test_no_limits_when_they_are_turned_off() -> None:
    limits = RateLimits(0)
    for _ in range(1000):
        limits.spend(("users.list", METHODS["users.list"].allowance))


def test_a_trigger_is_good_once_and_for_a_while(start: Callable[..., Sandbox]) -> None:
    sandbox = start(timing=Timing(trigger=0.0))
    web = client(sandbox)
    late = sandbox.emulator.triggers.issue(user(sandbox, "ada"))
    assert refused(lambda: web.views_open(trigger_id=late, view=modal()))["error"] == "expired_trigger_id"
    assert refused(lambda: web.views_open(trigger_id="1.2.x", view=modal()))["error"] == "invalid_trigger_id"
    assert refused(lambda: web.views_open(trigger_id="", view=modal()))["error"] == "invalid_arguments"


def test_a_trigger_cannot_be_exchanged_twice(sandbox: Sandbox) -> None:
    web = client(sandbox)
    trigger = sandbox.emulator.triggers.issue(user(sandbox, "ada"))
    view = web.views_open(trigger_id=trigger, view=modal())["view"]
    assert view["id"] == sandbox.views("ada")[-1]["id"]
    assert refused(lambda: web.views_open(trigger_id=trigger, view=modal()))["error"] == "exchanged_trigger_id"


def test_modals_are_three_deep(sandbox: Sandbox) -> None:
    web = client(sandbox)
    ada = user(sandbox, "ada")
    triggers = sandbox.emulator.triggers
    bottom = web.views_open(trigger_id=triggers.issue(ada), view=modal())["view"]

    def push() -> SlackResponse:
        return web.views_push(trigger_id=triggers.issue(ada, view_id=bottom["id"]), view=modal())

    pushed = [push()["view"] for _ in range(2)]
    assert [view["root_view_id"] for view in pushed] == [bottom["id"]] * 2
    assert pushed[1]["previous_view_id"] == pushed[0]["id"]
    assert refused(push)["error"] == "push_limit_reached"
    outside = triggers.issue(ada)
    assert refused(lambda: web.views_push(trigger_id=outside, view=modal()))["error"] == "not_found"


def test_a_view_is_updated_by_either_id_and_by_its_hash(sandbox: Sandbox) -> None:
    web = client(sandbox)
    ada = user(sandbox, "ada")
    trigger = sandbox.emulator.triggers.issue(ada)
    view = web.views_open(trigger_id=trigger, view=modal(form(), external_id="mine"))["view"]
    new = web.views_update(external_id="mine", hash=view["hash"], view=modal(form(), external_id="mine"))["view"]
    assert new["hash"] != view["hash"]
    stale = refused(lambda: web.views_update(view_id=view["id"], hash=view["hash"], view=modal()))
    assert stale["error"] == "hash_conflict"
    double = sandbox.emulator.triggers.issue(user(sandbox, "ben"))
    answer = refused(lambda: web.views_open(trigger_id=double, view=modal(external_id="mine")))
    assert answer["error"] == "duplicate_external_id"
    assert refused(lambda: web.views_update(view_id="V404", view=modal()))["error"] == "not_found"


def test_a_home_tab_is_published_by_hash(sandbox: Sandbox) -> None:
    web = client(sandbox)
    ada = user(sandbox, "ada")
    first = web.views_publish(user_id=ada, view=home())["view"]
    second = web.views_publish(user_id=ada, view=home(), hash=first["hash"])["view"]
    assert (second["id"], second["type"]) == (first["id"], "home")
    stale = refused(lambda: web.views_publish(user_id=ada, view=home(), hash=first["hash"]))
    assert stale["error"] == "hash_conflict"
    assert refused(lambda: web.views_publish(user_id="U404", view=home()))["error"] == "user_not_found"
