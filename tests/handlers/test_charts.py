"""Charts: what is drawn, what is left out, and the table where a workspace draws none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from handlers.showing.blocks import section
from handlers.showing.charts import (
    ACTION,
    LABEL,
    MOST_MARKS,
    ONSET,
    Mark,
    as_table,
    line_chart,
    marks_text,
    week_labels,
    without_charts,
)
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


JANUARY = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(4)]
EN = words("en")


def test_sign_stands_before_the_label_of_its_week_and_a_line_says_what_it_is() -> None:
    marks = [Mark(JANUARY[1], ACTION, "Process removed"), Mark(JANUARY[1], ONSET, "Trust began to fall")]
    assert week_labels(JANUARY, EN, marks) == ["5 Jan", "▼◆ 12 Jan", "19 Jan", "26 Jan"]
    assert marks_text(marks, JANUARY, EN).split("\n") == [
        "◆ 12 Jan: Process removed",
        "▼ 12 Jan: Trust began to fall",
    ]


def test_two_actions_of_a_week_share_a_sign_and_keep_their_words() -> None:
    marks = [Mark(JANUARY[2], ACTION, "One"), Mark(JANUARY[2], ACTION, "Two")]
    assert week_labels(JANUARY, EN, marks)[2] == "◆ 19 Jan"
    assert marks_text(marks, JANUARY, EN).count("◆") == 2


def test_mark_in_a_week_without_a_figure_stands_at_the_next() -> None:
    marks = [Mark(JANUARY[1], ACTION, "x")]
    assert week_labels([JANUARY[0], JANUARY[2]], EN, marks) == ["5 Jan", "◆ 19 Jan"]
    assert marks_text(marks, [JANUARY[0], JANUARY[2]], EN) == "◆ 12 Jan: x"


def test_mark_outside_of_the_weeks_is_neither_drawn_nor_told() -> None:
    marks = [
        Mark(JANUARY[0] - timedelta(weeks=1), ACTION, "x"),
        Mark(JANUARY[-1] + timedelta(weeks=1), ONSET, "y"),
    ]
    assert week_labels(JANUARY, EN, marks) == week_labels(JANUARY, EN)
    assert marks_text(marks, JANUARY, EN) == ""
    assert marks_text(marks, [], EN) == ""


def test_labels_with_signs_fit_slack_in_every_language() -> None:
    weeks = [date(2025, 12, 22), date(2026, 12, 22)]
    for language in ("en", "de"):
        marks = [Mark(week, sign, "x") for week in weeks for sign in (ONSET, ACTION)]
        assert all(len(label) <= LABEL for label in week_labels(weeks, words(language), marks))


def test_sign_of_a_week_that_is_not_drawn_goes_to_the_next_that_is() -> None:
    labels = week_labels(JANUARY, EN, [Mark(JANUARY[1], ACTION, "x"), Mark(JANUARY[2], ONSET, "y")])
    block = line_chart("title", labels, {"one": [1, None, 3, 4], "two": [1, 2, 3, 4]})
    assert block is not None
    assert block["chart"]["axis_config"]["categories"] == ["5 Jan", "▼◆ 19 Jan", "26 Jan"]
    last = line_chart("title", week_labels(JANUARY, EN, [Mark(JANUARY[3], ACTION, "x")]), {"one": [1, 2, 3, None]})
    assert last is not None
    assert last["chart"]["axis_config"]["categories"][-1] == "◆ 19 Jan"


def test_table_shows_the_same_signs() -> None:
    labels = week_labels(JANUARY, EN, [Mark(JANUARY[1], ACTION, "x")])
    block = line_chart("title", labels, {"one": [1, 2, 3, 4]})
    assert block is not None
    assert [row[0]["text"] for row in as_table(block)["rows"]][2] == "◆ 12 Jan"
    assert [row[1]["text"] for row in as_table(block)["rows"]][2] == "2"


def test_what_people_wrote_below_a_chart_is_not_live_and_not_long() -> None:
    told = marks_text([Mark(JANUARY[1], ACTION, "*<@U1>* " + "long " * 100)], JANUARY, EN)
    assert "<@" not in told
    assert "*" not in told
    assert len(told) < 200
    many = [Mark(JANUARY[1], ACTION, f"action {number}") for number in range(MOST_MARKS + 3)]
    assert len(marks_text(many, JANUARY, EN).split("\n")) == MOST_MARKS


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
