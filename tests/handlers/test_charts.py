"""Charts: what is drawn, what is left out, and the table where a workspace draws none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from handlers.showing.blocks import section
from handlers.showing.charts import as_table, line_chart, week_labels, without_charts
from handlers.words import words
from tests.handlers.office import Office, block_types

WEEKS = ["a", "b", "c", "d"]


def drawn(**series: list[float | None]) -> dict[str, Any]:
    block = line_chart("title", WEEKS, series)
    assert block is not None
    return block["chart"]


def test_every_line_has_a_value_at_every_label() -> None:
    chart = drawn(one=[1, 2, None, 4], two=[2, 2, 2, 2])
    assert chart["axis_config"]["categories"] == ["a", "b", "d"]
    assert [[point["value"] for point in line["data"]] for line in chart["series"]] == [[1, 2, 4], [2, 2, 2]]


def test_line_with_many_gaps_does_not_hide_the_others() -> None:
    chart = drawn(sparse=[None, None, None, 4], one=[1, 2, 3, 4], two=[4, 3, 2, 1])
    assert [line["name"] for line in chart["series"]] == ["one", "two"]
    assert chart["axis_config"]["categories"] == WEEKS


def test_single_point_is_no_chart() -> None:
    assert line_chart("title", WEEKS, {"one": [None, None, None, 4]}) is None
    assert line_chart("title", WEEKS, {"one": [None] * 4}) is None
    assert line_chart("title", WEEKS, {}) is None


def test_names_that_are_the_same_once_cut_are_drawn_once() -> None:
    chart = drawn(
        **{"EMEA Enterprise and more: Trust": [1, 2, 3, 4], "EMEA Enterprise and more: Candor": [1, 1, 1, 1]}
    )
    assert [line["name"] for line in chart["series"]] == ["EMEA Enterprise and…"]


def test_labels_of_more_than_a_year_differ_by_their_year() -> None:
    weeks = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(60)]
    doubled = [date(2025, 1, 6), date(2026, 1, 6)]
    assert week_labels(weeks[:2], words("en")) == ["5 Jan", "12 Jan"]
    assert week_labels(doubled, words("en")) == ["6 Jan 2025", "6 Jan 2026"]


def test_table_says_the_same_as_the_chart() -> None:
    block = line_chart("title", WEEKS, {"one": [1, 2.5, None, 4], "two": [2, 2, 2, 2]})
    assert block is not None
    rows = [[cell["text"] for cell in row] for row in as_table(block)["rows"]]
    assert rows[0][1:] == ["one", "two"]
    assert rows[1:] == [["a", "1", "2"], ["b", "2.5", "2"], ["d", "4", "2"]]


def test_message_without_charts_keeps_everything_else_and_one_table() -> None:
    chart = line_chart("title", WEEKS, {"one": [1, 2, 3, 4]})
    assert chart is not None
    blocks = without_charts([section("before"), chart, chart, section("after")])
    assert [block["type"] for block in blocks] == ["section", "table", "section"]


@pytest.mark.expects_trouble
def test_workspace_that_draws_no_charts_gets_tables(seasoned: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    # The sandbox draws charts; a workspace to which they were not rolled out yet answers as this does.
    client = seasoned.bot.sender._client
    post = client.chat_postMessage

    def without(**message: Any) -> Any:
        if any(block["type"] == "data_visualization" for block in message["blocks"]):
            answer = post(**message | {"blocks": [{"type": "data_visualization"}]})
            raise SlackApiError("invalid_blocks", answer)
        return post(**message)

    monkeypatch.setattr(client, "chat_postMessage", without)
    dm = seasoned.dm("nora")
    before = {m["ts"] for m in seasoned.messages("nora")}
    seasoned.sandbox.say(seasoned.id("nora"), dm, "how is trust in my team?")
    answer = seasoned.new_message("nora", dm, before)
    assert "table" in block_types(answer)
    assert "data_visualization" not in block_types(answer)
    assert seasoned.given_up() == []
    seasoned.sandbox.calls.clear()
    seasoned._seen.clear()
