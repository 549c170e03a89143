"""Block Kit is held to Slack's limits, with Slack's codes and the place of each fault."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from deploy.sandbox import Sandbox
from deploy.sandbox.blocks.elements import ELEMENTS, IN_ACTIONS, IN_INPUT, IN_SECTION
from deploy.sandbox.blocks.layout import BLOCKS, SURFACES
from tests.deploy.sandbox.block_examples import (
    Json,
    block,
    button,
    chart,
    element,
    form,
    home,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    rich_text,
    series,
)
from tests.deploy.sandbox.small_company import channel, client, user


@pytest.fixture(scope="module")
def web(shared: Sandbox) -> WebClient:
    return client(shared)


def post(web: WebClient, shared: Sandbox, blocks: list[Json]) -> Any:
    return web.chat_postMessage(channel=channel(shared, "general"), text="fallback", blocks=blocks)


def publish(web: WebClient, shared: Sandbox, blocks: list[Json]) -> Any:
    return web.views_publish(user_id=user(shared, "ada"), view=home(*blocks))


def open_modal(web: WebClient, shared: Sandbox, view: Json) -> Any:
    trigger = shared.emulator.triggers.issue(user(shared, "ada"))
    return web.views_open(trigger_id=trigger, view=view)


def refusal(act: Any) -> Json:
    with pytest.raises(SlackApiError) as caught:
        act()
    data = caught.value.response.data
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize("kind", sorted(BLOCKS))
@pytest.mark.parametrize("surface", ["message", "modal", "home"])
def test_a_sound_block_stands_where_slack_allows_it(
    web: WebClient, shared: Sandbox, kind: str, surface: str
) -> None:
    acts = {
        "message": lambda: post(web, shared, [block(kind)]),
        "modal": lambda: open_modal(web, shared, modal(block(kind))),
        "home": lambda: publish(web, shared, [block(kind)]),
    }
    if surface in SURFACES.get(kind, {surface}):
        assert acts[surface]()["ok"]
    else:
        answer = refusal(acts[surface])
        assert answer["error"] == ("invalid_blocks" if surface == "message" else "invalid_arguments")
        assert f"unsupported type: {kind}" in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize("kind", sorted(ELEMENTS))
def test_a_sound_element_stands_in_the_blocks_that_take_it(web: WebClient, shared: Sandbox, kind: str) -> None:
    places = {
        "actions": (kind in IN_ACTIONS, {"type": "actions", "elements": [element(kind)]}),
        "section": (kind in IN_SECTION, {"type": "section", "text": mrkdwn(), "accessory": element(kind)}),
    }
    for allowed, holder in places.values():
        if allowed:
            assert post(web, shared, [holder])["ok"]
        else:
            assert refusal(lambda holder=holder: post(web, shared, [holder]))["error"] == "invalid_blocks"
    if kind in IN_INPUT:
        assert open_modal(web, shared, modal(form(kind)))["ok"]
    else:
        assert refusal(lambda: open_modal(web, shared, modal(form(kind))))["error"] == "invalid_arguments"


def section(**fields: Any) -> Json:
    return {"type": "section", **fields}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def buttons(count: int) -> list[Json]:
    return [button(f"b{index}") for index in range(count)]


def table(rows: int, columns: int) -> Json:
    return block("table", rows=[[{"type": "raw_text", "text": "x"}] * columns] * rows)


def plot(**changes: Any) -> Json:
    drawn = chart()
    return {**drawn, "chart": {**drawn["chart"], **changes}}


WRONG_IN_MESSAGES = {
    "unknown block": ([{"type": "marquee"}], "/blocks/0/type"),
    "block without a type": ([{"text": plain()}], "/blocks/0"),
    "unknown field": ([block("divider", colour="red")], "/blocks/0"),
    "empty section": ([section()], "/blocks/0"),
    "section text of 3,001": ([section(text=mrkdwn("x" * 3001))], "/blocks/0/text/text"),
    "section text empty": ([section(text=mrkdwn(""))], "/blocks/0/text/text"),
    "text in place of a text object": ([section(text="words")], "/blocks/0/text"),
    "eleven fields": ([section(fields=[mrkdwn()] * 11)], "/blocks/0/fields"),
    "field of 2,001": ([section(fields=[mrkdwn("x" * 2001)])], "/blocks/0/fields/0/text"),
    "header of 151": ([block("header", text=plain("x" * 151))], "/blocks/0/text/text"),
    "header in mrkdwn": ([block("header", text=mrkdwn())], "/blocks/0/text/type"),
    "eleven context elements": ([block("context", elements=[mrkdwn()] * 11)], "/blocks/0/elements"),
    "button in a context": ([block("context", elements=[button()])], "/blocks/0/elements/0/type"),
    "26 buttons": ([actions(*buttons(26))], "/blocks/0/elements"),
    "no buttons": ([actions()], "/blocks/0/elements"),
    "button label of 76": ([actions(element("button", text=plain("x" * 76)))], "/blocks/0/elements/0/text/text"),
    "button label in mrkdwn": ([actions(element("button", text=mrkdwn()))], "/blocks/0/elements/0/text/type"),
    "button value of 2,001": ([actions(element("button", value="x" * 2001))], "/blocks/0/elements/0/value"),
    "button in an unknown style": ([actions(element("button", style="bold"))], "/blocks/0/elements/0/style"),
    "action id of 256": ([actions(button("x" * 256))], "/blocks/0/elements/0/action_id"),
    "block id of 256": ([block("divider", block_id="x" * 256)], "/blocks/0/block_id"),
    "the same block id twice": ([block("divider", block_id="d")] * 2, "/blocks"),
    "the same action id twice in a block": ([actions(button(), button())], "/blocks"),
    "unknown element": ([actions({"type": "slider", "action_id": "s"})], "/blocks/0/elements/0/type"),
    "eleven radio options": (
        [actions(element("radio_buttons", options=options(11)))],
        "/blocks/0/elements/0/options",
    ),
    "eleven checkboxes": ([actions(element("checkboxes", options=options(11)))], "/blocks/0/elements/0/options"),
    "six overflow options": ([actions(element("overflow", options=options(6)))], "/blocks/0/elements/0/options"),
    "101 select options": (
        [actions(element("static_select", option_groups=None, options=options(101)))],
        "/blocks/0/elements/0/options",
    ),
    "select without options": ([actions(element("static_select", option_groups=None))], "/blocks/0/elements/0"),
    "select with options and groups": (
        [actions(element("static_select", options=options(1)))],
        "/blocks/0/elements/0",
    ),
    "option label of 76": (
        [actions(element("overflow", options=[{"text": plain("x" * 76), "value": "v"}]))],
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option value of 151": (
        [actions(element("overflow", options=[{"text": plain(), "value": "x" * 151}]))],
        "/blocks/0/elements/0/options/0/value",
    ),
    "two options with one value": (
        [actions(element("overflow", options=[option(), option()]))],
        "/blocks/0/elements/0/options",
    ),
    "initial option that is not offered": (
        [actions(element("radio_buttons", initial_option=option("z")))],
        "/blocks/0/elements/0/initial_option",
    ),
    "placeholder of 151": (
        [actions(element("users_select", placeholder=plain("x" * 151)))],
        "/blocks/0/elements/0/placeholder/text",
    ),
    "not a date": ([actions(element("datepicker", initial_date="1 May"))], "/blocks/0/elements/0/initial_date"),
    "not a time": ([actions(element("timepicker", initial_time="24:00"))], "/blocks/0/elements/0/initial_time"),
    "confirmation without a button": (
        [actions(element("button", confirm={"title": plain(), "text": plain(), "confirm": plain()}))],
        "/blocks/0/elements/0/confirm",
    ),
    "picture without alt_text": ([block("image", alt_text=None)], "/blocks/0"),
    "picture without a source": ([block("image", image_url=None)], "/blocks/0"),
    "picture from an unknown file": (
        [block("image", image_url=None, slack_file={"id": "F404"})],
        "/blocks/0/slack_file",
    ),
    "input in a message": ([form()], "/blocks/0/type"),
    "alert in a message": ([block("alert")], "/blocks/0/type"),
    "table of 101 rows": ([table(101, 2)], "/blocks/0/rows"),
    "table of 21 columns": ([table(2, 21)], "/blocks/0/rows/0"),
    "ragged table": (
        [block("table", rows=[[{"type": "raw_text", "text": "x"}], []])],
        "/blocks/0/rows/1",
    ),
    "two tables": ([table(1, 1), table(1, 1)], "/blocks"),
    "chart title of 51": ([{**chart(), "title": "x" * 51}], "/blocks/0/title"),
    "unknown chart": ([plot(type="radar")], "/blocks/0/chart/type"),
    "seven series": ([chart(count=7)], "/blocks/0/chart/series"),
    "no series": ([plot(series=[])], "/blocks/0/chart/series"),
    "two series of one name": ([plot(series=[series(), series()])], "/blocks/0/chart/series"),
    "a chart value in quotes": (
        [plot(series=[{"name": "s", "data": [{"label": "w0", "value": "1"}, {"label": "w1", "value": 1}]}])],
        "/blocks/0/chart/series/0/data/0/value",
    ),
    "labels that are not the axis's": ([plot(series=[series("s", (1, 2, 3))])], "/blocks/0/chart/series/0/data"),
    "category of 21": (
        [plot(axis_config={"categories": ["x" * 21]})],
        "/blocks/0/chart/axis_config/categories/0",
    ),
    "chart without an axis": ([plot(axis_config=None)], "/blocks/0/chart"),
    "seven segments": (
        [
            {
                **chart("pie"),
                "chart": {"type": "pie", "segments": [{"label": str(i), "value": 1} for i in range(7)]},
            }
        ],
        "/blocks/0/chart/segments",
    ),
    "three charts": ([chart()] * 3, "/blocks"),
    "eleven cards": ([block("carousel", elements=[block("card")] * 11)], "/blocks/0/elements"),
    "eleven blocks in a container": (
        [block("container", child_blocks=[block("divider")] * 11)],
        "/blocks/0/child_blocks",
    ),
    "input in a container in a message": (
        [block("container", child_blocks=[form()])],
        "/blocks/0/child_blocks/0/type",
    ),
    "chart in a container": (
        [block("container", child_blocks=[chart()])],
        "/blocks/0/child_blocks/0/type",
    ),
    "unknown rich text": (
        [{"type": "rich_text", "elements": [{"type": "rich_text_poem", "elements": []}]}],
        "/blocks/0/elements/0/type",
    ),
    "six context actions": (
        [block("context_actions", elements=[element("icon_button", action_id=str(i)) for i in range(6)])],
        "/blocks/0/elements",
    ),
    "51 blocks": ([block("divider")] * 51, "/blocks"),
}


@pytest.mark.parametrize("case", WRONG_IN_MESSAGES)
def test_a_message_is_refused_with_the_place_of_the_fault(web: WebClient, shared: Sandbox, case: str) -> None:
    blocks, pointer = WRONG_IN_MESSAGES[case]
    answer = refusal(lambda: post(web, shared, blocks))
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"][0].startswith("[ERROR] ")
    assert any(f"[json-pointer:{pointer}]" in message for message in answer["response_metadata"]["messages"])
    assert answer["errors"]


WRONG_VIEWS = {
    "no title": (modal(title=None), "/view"),
    "title of 25": (modal(title=plain("x" * 25)), "/view/title/text"),
    "input without submit": (modal(form(), submit=None), "/view/submit"),
    "submit of 25": (modal(submit=plain("x" * 25)), "/view/submit/text"),
    "private_metadata of 3,001": (modal(private_metadata="x" * 3001), "/view/private_metadata"),
    "callback_id of 256": (modal(callback_id="x" * 256), "/view/callback_id"),
    "101 blocks": (modal(*[block("divider")] * 101), "/view/blocks"),
    "no blocks": (modal(blocks=None), "/view"),
    "home in place of a modal": (home(), "/view/type"),
    "chart": (modal(chart()), "/view/blocks/0/type"),
    "label of 2,001": (modal({**form(), "label": plain("x" * 2001)}), "/view/blocks/0/label/text"),
    "number without is_decimal_allowed": (
        modal(form("number_input", is_decimal_allowed=None)),
        "/view/blocks/0/element",
    ),
    "number with a limit that is none": (
        modal(form("number_input", min_value="few")),
        "/view/blocks/0/element/min_value",
    ),
    "number with a limit not in quotes": (
        modal(form("number_input", min_value=0)),
        "/view/blocks/0/element/min_value",
    ),
    "limits the wrong way round": (
        modal(form("number_input", min_value="9", max_value="1")),
        "/view/blocks/0/element",
    ),
    "max_length of 3,001": (
        modal(form("plain_text_input", max_length=3001)),
        "/view/blocks/0/element/max_length",
    ),
    "the same block id twice": (modal(form(), form()), "/view/blocks"),
    "two elements that want the focus": (
        modal(form(focus_on_load=True), {**form(focus_on_load=True), "block_id": "other"}),
        "/view/blocks",
    ),
}


@pytest.mark.parametrize("case", WRONG_VIEWS)
def test_a_modal_is_refused_with_the_place_of_the_fault(web: WebClient, shared: Sandbox, case: str) -> None:
    view, pointer = WRONG_VIEWS[case]
    answer = refusal(lambda: open_modal(web, shared, view))
    assert answer["error"] == "invalid_arguments"
    assert any(f"[json-pointer:{pointer}]" in message for message in answer["response_metadata"]["messages"])


def test_a_view_of_250_kb_is_too_large(web: WebClient, shared: Sandbox) -> None:
    wide = {"type": "section", "text": mrkdwn("x" * 2990)}
    assert refusal(lambda: publish(web, shared, [wide] * 90))["error"] == "view_too_large"


LONG = {
    "text of 40,001": ({"text": "x" * 40_001}, "msg_too_long"),
    "markdown of 12,001 in two": ({"blocks": [block("markdown", text="x" * 6001)] * 2}, "msg_too_long"),
    "blocks of 13,201": ({"blocks": [section(text=mrkdwn("x" * 2641))] * 5}, "msg_blocks_too_long"),
    "nothing": ({"text": ""}, "no_text"),
    "blocks that are no list": ({"blocks": {"type": "divider"}}, "invalid_blocks_format"),
    "blocks that are a list of words": ({"blocks": ["divider"]}, "invalid_blocks_format"),
    "blocks that are not JSON": ({"blocks": "[{"}, "invalid_blocks_format"),
    "attachments that are no list": ({"attachments": {"text": "x"}}, "invalid_attachments"),
    "bad blocks in an attachment": ({"attachments": [{"blocks": [{"type": "?"}]}]}, "invalid_blocks"),
    "metadata without a payload": ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
    "metadata that is a word": ({"text": "x", "metadata": "a"}, "invalid_metadata_format"),
}


@pytest.mark.parametrize("case", LONG)
def test_a_message_as_a_whole_has_limits(web: WebClient, shared: Sandbox, case: str) -> None:
    fields, code = LONG[case]
    call = {"channel": channel(shared, "general"), **fields}
    assert refusal(lambda: web.api_call("chat.postMessage", json=call))["error"] == code


def test_the_limits_themselves_are_allowed(web: WebClient, shared: Sandbox) -> None:
    assert post(web, shared, [section(text=mrkdwn("x" * 3000)), actions(*buttons(25)), table(100, 20)])["ok"]
    assert post(web, shared, [block("divider")] * 50)["ok"]
    assert post(web, shared, [chart("bar", 6), chart("pie")])["ok"]
    assert post(web, shared, [rich_text()])["ok"]
    full = modal(*[block("divider")] * 100, private_metadata="x" * 3000, title=plain("x" * 24))
    assert open_modal(web, shared, full)["ok"]
