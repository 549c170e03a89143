"""What people do reaches a real Bolt app, and what it answers reaches them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk.webhook import WebhookClient

from deploy.sandbox import ActError, Sandbox, Timing
from tests.deploy.sandbox.block_examples import (
    Json,
    button,
    element,
    form,
    home,
    modal,
    mrkdwn,
    option,
    options,
    plain,
)
from tests.deploy.sandbox.small_company import channel, client, user

Connected = Callable[[Sandbox, Callable[[App], None]], AbstractContextManager[App]]


class Survey:
    """A Bolt app with one form, which tells the test what it heard."""

    def __init__(self, answer: Json | None = None, view: Json | None = None) -> None:
        self.heard: queue.Queue[Json] = queue.Queue()
        self._answer = answer or {}
        self._view = view or modal(form(), callback_id="form", notify_on_close=True)

    def register(self, app: App) -> None:
        app.action("open")(self.open)
        app.action("choice")(self.note)
        app.view("form")(self.submitted)
        app.view_closed("form")(self.note)
        app.command("/greet")(self.greet)
        app.event("app_home_opened")(self.publish)
        app.event("message")(lambda event: None)

    def note(self, ack: Any, body: Json) -> None:
        ack()
        self.heard.put(body)

    def open(self, ack: Any, body: Json, client: Any) -> None:
        ack()
        self.heard.put(body)
        client.views_open(trigger_id=body["trigger_id"], view=self._view)

    def submitted(self, ack: Any, body: Json) -> None:
        ack(**self._answer)
        self.heard.put(body)

    def greet(self, ack: Any, body: Json) -> None:
        ack(f"hello {body['text']}")
        self.heard.put(body)

    def publish(self, event: Json, client: Any) -> None:
        client.views_publish(user_id=event["user"], view=home({"type": "actions", "elements": [button("open")]}))

    def next(self) -> Json:
        return self.heard.get(timeout=5)


def invite(sandbox: Sandbox, *elements: Json) -> tuple[str, str]:
    """Post the app's invitation to Ada and return where it is."""
    blocks = [{"type": "actions", "block_id": "row", "elements": list(elements or [button("open")])}]
    posted = client(sandbox).chat_postMessage(channel=user(sandbox, "ada"), text="a question", blocks=blocks)
    return posted["channel"], posted["ts"]


def open_form(sandbox: Sandbox) -> Json:
    where, ts = invite(sandbox)
    assert sandbox.click("ada", channel=where, ts=ts, action_id="open").ok
    return sandbox.wait_for_view("ada", callback_id="form")


def test_from_a_button_over_a_form_to_its_answer(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey()
    with connected(sandbox, survey.register):
        where, ts = invite(sandbox)
        assert sandbox.click("ada", channel=where, ts=ts, action_id="open").ok
        pressed = survey.next()
        view = sandbox.wait_for_view("ada", callback_id="form")
        ack = sandbox.submit("ada", view["id"], {"plain_text_input": "all well"})
        body = survey.next()
    assert pressed["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": where,
        "is_ephemeral": False,
    }
    assert pressed["channel"] == {"id": where, "name": "directmessage"}
    assert pressed["message"]["ts"] == ts
    action = pressed["actions"][0]
    assert (action["type"], action["action_id"], action["block_id"], action["value"]) == (
        "button",
        "open",
        "row",
        "v",
    )
    assert pressed["user"]["id"] == user(sandbox, "ada")
    assert ack.ok
    assert ack.seconds < 3
    state = body["view"]["state"]["values"]
    assert state == {"in": {"plain_text_input": {"type": "plain_text_input", "value": "all well"}}}
    assert (body["type"], body["view"]["callback_id"], body["response_urls"]) == ("view_submission", "form", [])
    assert sandbox.views("ada") == []


def test_who_looks_at_an_earlier_drawing_presses_what_they_meant(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey()
    with connected(sandbox, survey.register):
        where, ts = invite(sandbox)
        assert sandbox.click("ada", channel=where, ts=ts, action_id="open", block_id="of an earlier drawing").ok
    two = [{"type": "actions", "block_id": row, "elements": [button("open")]} for row in ("one", "two")]
    client(sandbox).chat_update(channel=where, ts=ts, blocks=two, text="two")
    with pytest.raises(ActError) as caught:
        sandbox.click("ada", channel=where, ts=ts, action_id="open", block_id="of an earlier drawing")
    assert caught.value.code == "element_not_found"


def test_what_is_not_drawn_cannot_be_pressed(sandbox: Sandbox) -> None:
    where, ts = invite(sandbox)
    cases: list[tuple[Json, str]] = [
        ({"channel": where, "ts": ts, "action_id": "other"}, "element_not_found"),
        ({"channel": where, "ts": "1.0", "action_id": "open"}, "message_not_found"),
        ({"channel": channel(sandbox, "hidden"), "ts": ts, "action_id": "open"}, "not_in_channel"),
        ({"view_id": "V404", "action_id": "open"}, "view_not_found"),
        ({"home": True, "action_id": "open"}, "view_not_found"),
        ({"action_id": "open"}, "message_not_found"),
    ]
    for where_and_what, code in cases:
        with pytest.raises(ActError) as caught:
            sandbox.click("ada", **where_and_what)
        assert caught.value.code == code
    with pytest.raises(ActError, match="deactivated"):
        sandbox.click("gone", channel=where, ts=ts, action_id="open")


CHOICES: dict[str, tuple[Any, Json]] = {
    "static_select": ("1", {"selected_option": {"value": "1"}}),
    "radio_buttons": ({"selected_option": option("4")}, {"selected_option": {"value": "4"}}),
    "checkboxes": (["0", "1"], {"selected_options": [{"value": "0"}, {"value": "1"}]}),
    "multi_static_select": (["2"], {"selected_options": [{"value": "2"}]}),
    "users_select": ("U1", {"selected_user": "U1"}),
    "multi_users_select": (["U1"], {"selected_users": ["U1"]}),
    "conversations_select": ("C1", {"selected_conversation": "C1"}),
    "multi_conversations_select": (["C1"], {"selected_conversations": ["C1"]}),
    "channels_select": ("C1", {"selected_channel": "C1"}),
    "multi_channels_select": (["C1"], {"selected_channels": ["C1"]}),
    "overflow": ("4", {"selected_option": {"value": "4"}}),
    "datepicker": ("2026-03-01", {"selected_date": "2026-03-01"}),
    "timepicker": ({"selected_time": "10:15"}, {"selected_time": "10:15"}),
    "datetimepicker": (1767225700, {"selected_date_time": 1767225700}),
    "button": (None, {"value": "v"}),
}


def same(expected: Any, found: Any) -> bool:
    """Whether what is expected is found; an option is known by its value."""
    if isinstance(expected, list):
        return len(expected) == len(found) and all(same(e, f) for e, f in zip(expected, found, strict=True))
    if isinstance(expected, dict):
        return all(same(value, found[key]) for key, value in expected.items())
    return bool(expected == found)


def test_every_element_says_what_was_chosen(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey()
    with connected(sandbox, survey.register):
        for kind, (value, expected) in CHOICES.items():
            where, ts = invite(sandbox, element(kind, action_id="choice"))
            assert sandbox.click("ada", channel=where, ts=ts, action_id="choice", value=value).ok
            body = survey.next()
            action = body["actions"][0]
            assert action["type"] == kind
            assert same(expected, action), kind
            if kind not in {"button", "overflow"}:
                assert same(expected, body["state"]["values"]["row"]["choice"]), kind


def test_feedback_buttons_and_icons(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey()
    with connected(sandbox, survey.register):
        elements = [element("feedback_buttons", action_id="choice"), element("icon_button")]
        blocks = [{"type": "context_actions", "elements": elements}]
        posted = client(sandbox).chat_postMessage(channel=user(sandbox, "ada"), text="x", blocks=blocks)
        sandbox.click("ada", channel=posted["channel"], ts=posted["ts"], action_id="choice", value="down")
        assert survey.next()["actions"][0]["value"] == "down"
        with pytest.raises(ActError, match="no button for 'sideways'"):
            sandbox.click("ada", channel=posted["channel"], ts=posted["ts"], action_id="choice", value="sideways")


def test_a_choice_that_is_not_offered_cannot_be_made(sandbox: Sandbox) -> None:
    where, ts = invite(sandbox, element("static_select", action_id="choice"))
    with pytest.raises(ActError, match="offers no '9'"):
        sandbox.click("ada", channel=where, ts=ts, action_id="choice", value="9")


def test_the_client_holds_an_unsound_form_back(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey()
    with connected(sandbox, survey.register):
        view = open_form(sandbox)
        survey.next()
        ack = sandbox.submit("ada", view["id"], {})
        assert (ack.ok, ack.error, set(ack.response["errors"])) == (False, "invalid_input", {"in"})
        with pytest.raises(ActError, match="no input 'mood'"):
            sandbox.submit("ada", view["id"], {"mood": "4"})
        assert survey.heard.empty()
        assert sandbox.submit("ada", view["id"], {"in": "x"}).ok


def test_errors_leave_the_form_open(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey({"response_action": "errors", "errors": {"in": "Too short"}})
    with connected(sandbox, survey.register):
        view = open_form(sandbox)
        ack = sandbox.submit("ada", view["id"], {"in": "x"})
        assert ack.ok
        assert ack.response["errors"] == {"in": "Too short"}
        assert [v["id"] for v in sandbox.views("ada")] == [view["id"]]


def test_a_form_can_be_replaced_covered_or_cleared(sandbox: Sandbox, connected: Connected) -> None:
    second = modal(
        {"type": "section", "block_id": "s", "text": mrkdwn("thanks")}, callback_id="second", submit=None
    )
    for action, left in (("update", ["second"]), ("push", ["form", "second"]), ("clear", [])):
        answer: Json = {"response_action": action}
        survey = Survey(answer if action == "clear" else {**answer, "view": second})
        with connected(sandbox, survey.register):
            view = open_form(sandbox)
            assert sandbox.submit("ada", view["id"], {"in": "x"}).ok
            assert [v["callback_id"] for v in sandbox.views("ada")] == left


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"response_action": "errors", "errors": {"elsewhere": "x"}}, "invalid_response"),
        ({"response_action": "update", "view": modal(title=plain("x" * 25))}, "invalid_arguments"),
    ],
)
def test_an_answer_that_slack_refuses_leaves_the_form_open(
    sandbox: Sandbox, connected: Connected, answer: Json, error: str
) -> None:
    with connected(sandbox, Survey(answer).register):
        view = open_form(sandbox)
        ack = sandbox.submit("ada", view["id"], {"in": "x"})
        assert (ack.ok, ack.error) == (False, error)
        assert len(sandbox.views("ada")) == 1


def test_closing_is_reported_to_an_app_that_asked(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey()
    with connected(sandbox, survey.register):
        view = open_form(sandbox)
        survey.next()
        assert sandbox.close_view("ada", view["id"]).ok
        body = survey.next()
    assert (body["type"], body["is_cleared"], body["view"]["id"]) == ("view_closed", False, view["id"])
    assert sandbox.views("ada") == []


def test_an_input_speaks_up_only_when_it_dispatches(sandbox: Sandbox, connected: Connected) -> None:
    quiet = {**form("static_select", action_id="quiet"), "block_id": "quiet"}
    loud = {**form("static_select", action_id="choice"), "block_id": "loud", "dispatch_action": True}
    survey = Survey(view=modal(quiet, loud, callback_id="form"))
    with connected(sandbox, survey.register):
        view = open_form(sandbox)
        survey.next()
        assert sandbox.click("ada", view_id=view["id"], action_id="quiet", value="1").ok
        assert sandbox.click("ada", view_id=view["id"], action_id="choice", value="0").ok
        body = survey.next()
    assert body["container"] == {"type": "view", "view_id": view["id"]}
    values = body["view"]["state"]["values"]
    assert values["quiet"]["quiet"]["selected_option"]["value"] == "1"
    assert values["loud"]["choice"]["selected_option"]["value"] == "0"


def test_entries_outlive_a_redrawing_with_the_same_ids(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey(view=modal(form("static_select"), callback_id="form"))
    with connected(sandbox, survey.register):
        view = open_form(sandbox)
        sandbox.click("ada", view_id=view["id"], action_id="static_select", value="1")
        redrawn = modal(form("static_select"), {**form(), "block_id": "new"}, callback_id="form")
        values = client(sandbox).views_update(view_id=view["id"], view=redrawn)["view"]["state"]["values"]
    assert values["in"]["static_select"]["selected_option"]["value"] == "1"
    assert values["new"]["plain_text_input"]["value"] is None


def test_a_command_is_answered_to_one_person(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey()
    with connected(sandbox, survey.register):
        where = channel(sandbox, "general")
        ack = sandbox.command("ada", where, "/greet", "Ada")
        body = survey.next()
    assert (ack.ok, ack.response) == (True, {"text": "hello Ada"})
    assert (body["command"], body["channel_name"], body["user_name"]) == ("/greet", "general", "ada")
    assert sandbox.messages(where, "ada")[-1]["text"] == "hello Ada"
    assert not any(message["text"] == "hello Ada" for message in sandbox.messages(where, "ben"))
    with pytest.raises(ActError, match="not a command"):
        sandbox.command("ada", where, "/nope")


def test_the_home_tab_is_published_and_used(sandbox: Sandbox, connected: Connected) -> None:
    published: queue.Queue[Json] = queue.Queue()
    sandbox.subscribe(lambda hint: published.put(hint) if hint["what"] == "home" else None)
    survey = Survey()
    with connected(sandbox, survey.register):
        assert sandbox.home("ada") is None
        assert sandbox.open_home("ada").ok
        assert published.get(timeout=5) == {"what": "home", "user": user(sandbox, "ada")}
        assert sandbox.click("ada", home=True, action_id="open").ok
        body = survey.next()
        assert sandbox.wait_for_view("ada", callback_id="form")
    shown = sandbox.home("ada")
    assert shown is not None
    assert body["view"]["id"] == shown["id"]
    assert "response_url" not in body


def test_nobody_waits_for_ever_for_a_form(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError, match="no modal form"):
        sandbox.wait_for_view("ada", callback_id="form", timeout=0.01)


def test_a_response_url_replaces_answers_and_runs_out(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey()
    with connected(sandbox, survey.register):
        where, ts = invite(sandbox, button("choice"))
        sandbox.click("ada", channel=where, ts=ts, action_id="choice")
        hook = WebhookClient(survey.next()["response_url"])
    assert hook.send(text="only for you").status_code == 200
    assert sandbox.messages(where, "ada")[-1]["is_ephemeral"]
    assert hook.send(text="for all", response_type="in_channel").status_code == 200
    assert not sandbox.messages(where, "ada")[-1]["is_ephemeral"]
    assert hook.send(text="changed", replace_original=True).status_code == 200
    assert next(m for m in sandbox.messages(where) if m["ts"] == ts)["text"] == "changed"
    refused = hook.send(text="x", blocks=[{"type": "marquee"}])
    assert refused.status_code == 400
    assert "invalid_blocks" in refused.body
    assert hook.send(delete_original=True).status_code == 200
    assert ts not in [m["ts"] for m in sandbox.messages(where)]
    spent = hook.send(text="once more")
    assert spent.status_code == 404
    assert "used_url" in spent.body


def test_a_conversation_menu_can_give_a_response_url(sandbox: Sandbox, connected: Connected) -> None:
    survey = Survey(view=modal(form("conversations_select"), callback_id="form"))
    general = channel(sandbox, "general")
    with connected(sandbox, survey.register):
        view = open_form(sandbox)
        survey.next()
        sandbox.submit("ada", view["id"], {"in": general})
        urls = survey.next()["response_urls"]
    assert urls[0]["channel_id"] == general
    WebhookClient(urls[0]["response_url"]).send(text="done", response_type="in_channel")
    assert sandbox.messages(general)[-1]["text"] == "done"


def test_a_person_speaks_only_where_they_are(sandbox: Sandbox) -> None:
    with pytest.raises(ActError, match="not in general"):
        sandbox.say("cyd", channel(sandbox, "general"), "hello")
    sandbox.join("cyd", channel(sandbox, "general"))
    assert sandbox.say("cyd", channel(sandbox, "general"), "hello")
    with pytest.raises(ActError, match="only a public channel"):
        sandbox.join("cyd", channel(sandbox, "secret"))
    with pytest.raises(ActError, match="no conversation"):
        sandbox.say("cyd", "nowhere", "hello")


def test_slack_waits_for_an_acknowledgement_no_longer_than_it_says(
    start: Callable[..., Sandbox], connected: Connected
) -> None:
    sandbox = start(timing=Timing(ack=0.1))
    heard: queue.Queue[Json] = queue.Queue()

    def forgetful(body: Json) -> None:
        heard.put(body)

    with connected(sandbox, lambda app: app.action("open")(forgetful)):
        where, ts = invite(
            sandbox, *[button("open"), element("checkboxes", options=options(1), initial_options=None)]
        )
        ack = sandbox.click("ada", channel=where, ts=ts, action_id="open")
        assert heard.get(timeout=5)
    assert (ack.ok, ack.error) == (False, "operation_timeout")


def test_whoever_waits_is_let_go_when_the_sandbox_stops(
    start: Callable[..., Sandbox], connected: Connected
) -> None:
    sandbox = start()
    heard = threading.Event()
    outcomes: queue.Queue[str | None] = queue.Queue()

    def stalling(ack: Any) -> None:
        heard.set()
        stopped.wait(5)
        ack()

    stopped = threading.Event()
    with connected(sandbox, lambda app: app.command("/greet")(stalling)):
        dm = sandbox.open_dm("ada")
        person = threading.Thread(target=lambda: outcomes.put(sandbox.command("ada", dm, "/greet").error))
        person.start()
        assert heard.wait(5)
        sandbox.stop()
        assert outcomes.get(timeout=5) == "no_app"
        person.join()
        stopped.set()
