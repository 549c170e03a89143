"""The messages and views that the tests' app shows."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


def button(action_id: str, text: str, **rest: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **rest}


def field(block_id: str, kind: str, label: str, *, optional: bool = True, **element: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "optional": optional,
        "element": {"type": kind, "action_id": block_id, **element},
    }


HOURS = field("hours", "number_input", "Hours", optional=False, is_decimal_allowed=False, min_value="0")
OPTIONS = [option("North"), option("East"), option("South")]


def everything(channel: str) -> Json:
    """A modal with an input of every type; the thanks go to a channel."""
    blocks = [
        {"type": "alert", "level": "info", "text": mrkdwn("It takes *a minute*.")},
        field("radio", "radio_buttons", "Wind", optional=False, options=OPTIONS),
        field("checks", "checkboxes", "Tides", options=OPTIONS),
        HOURS,
        field("line", "plain_text_input", "Ship", max_length=20),
        field("lines", "plain_text_input", "Log", multiline=True),
        field("mail", "email_text_input", "Mail"),
        field("link", "url_text_input", "Link"),
        field("select", "static_select", "Quay", options=OPTIONS),
        field(
            "grouped",
            "static_select",
            "Berth",
            option_groups=[
                {"label": plain("Inner"), "options": [option("A1"), option("A2")]},
                {"label": plain("Outer"), "options": [option("B1")]},
            ],
        ),
        field("many", "multi_static_select", "Cargo", options=OPTIONS, initial_options=OPTIONS[:1]),
        field("user", "users_select", "Pilot"),
        field("users", "multi_users_select", "Crew"),
        field("conversation", "conversations_select", "Report to"),
        field("channel", "channels_select", "Announce in"),
        field("date", "datepicker", "Day", initial_date="2026-10-12"),
        field("time", "timepicker", "Hour"),
        field("moment", "datetimepicker", "Moment"),
        field("rich", "rich_text_input", "Remarks"),
    ]
    return modal("everything", "Every input", blocks, private_metadata=channel)


def short(channel: str) -> Json:
    """A modal with one input, and a button that opens a second view over it."""
    more = {"type": "actions", "block_id": "more", "elements": [button("push", "More")]}
    return modal("short", "Short form", [HOURS, more], notify_on_close=True, private_metadata=channel)


def second() -> Json:
    return {"type": "modal", "title": plain("Second view"), "blocks": [section("The tide turns at noon.")]}


def modal(callback_id: str, title: str, blocks: list[Json], **rest: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": blocks,
        **rest,
    }


def section(text: str, **rest: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **rest}


def home() -> Json:
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Good morning")},
            # An id of its own: one made up anew at each publishing might change under a click.
            section(
                "Your form *waits*.",
                block_id="waiting",
                accessory=button("open_short", "Fill it in", style="primary"),
            ),
        ],
    }


def invitation(action_id: str = "open_form") -> list[Json]:
    return [
        section("How was the *watch*?"),
        {"type": "actions", "block_id": "go", "elements": [button(action_id, "Open the form", style="primary")]},
    ]


def chart(kind: str = "line") -> Json:
    weeks = ["W1", "W2", "W3"]
    series = [
        {
            "name": name,
            "data": [{"label": week, "value": value} for week, value in zip(weeks, values, strict=True)],
        }
        for name, values in {"North quay": (3.5, 3.1, 2.4), "South quay": (3.0, 3.2, 3.3)}.items()
    ]
    axis = {"categories": weeks, "x_label": "Week"}
    return {
        "type": "data_visualization",
        "title": "Calm by quay",
        "chart": {"type": kind, "series": series, "axis_config": axis},
    }
