"""Replying to a theme: the form, what is said when it is sent, and what everybody in the group reads."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from analysis.figures import Unit
from analysis.themes import Theme
from handlers.ids import Action, Callback
from handlers.questions.themes_view import theme_line
from handlers.showing.blocks import Block, context, escape, plain, quote, section
from handlers.words import Words, words
from surveys.counting.tally import SMALLEST_COMMENT_UNIT
from surveys.people.directory import Person
from surveys.replies import LONGEST_REPLY, Topic

THEME_BLOCK, TEXT_BLOCK = "theme", "text"


def reply_value(unit_id: str, week: date) -> str:
    """What the button and the form carry: the digest's week and unit."""
    return f"{week.isoformat()} {unit_id}"


def read_value(value: str) -> tuple[date, str] | None:
    """The same read back; None when something else stands there."""
    week, _, unit_id = value.partition(" ")
    try:
        return date.fromisoformat(week), unit_id
    except ValueError:
        return None


def reply_form(value: str, home: Unit, themes: Sequence[Theme], say: Words) -> dict[str, Any]:
    """Which theme, and what to say to everybody in the group."""
    options = [
        {"text": plain(theme_line(theme.name, None, theme.size, say), 75), "value": theme.key} for theme in themes
    ]
    chosen = {"initial_option": options[0]} if len(options) == 1 else {}
    return {
        "type": "modal",
        "callback_id": Callback.REPLY,
        "private_metadata": value,
        "title": plain(say("reply.form_title"), 24),
        "submit": plain(say("reply.send"), 24),
        "close": plain(say("reply.close"), 24),
        "blocks": [
            section(say("reply.who", unit=escape(home.name))),
            {
                "type": "input",
                "block_id": THEME_BLOCK,
                "label": plain(say("reply.theme")),
                "element": {
                    "type": "radio_buttons",
                    "action_id": Action.REPLY_THEME,
                    "options": options,
                    **chosen,
                },
            },
            {
                "type": "input",
                "block_id": TEXT_BLOCK,
                "label": plain(say("reply.text")),
                "hint": plain(say("reply.hint")),
                "element": {
                    "type": "plain_text_input",
                    "action_id": Action.REPLY_TEXT,
                    "multiline": True,
                    "max_length": LONGEST_REPLY,
                },
            },
        ],
    }


def filled(view: dict[str, Any]) -> tuple[str, str]:
    """The key of the theme that was chosen, and what was written."""
    values = view["state"]["values"]
    chosen = values.get(THEME_BLOCK, {}).get(Action.REPLY_THEME, {}).get("selected_option") or {}
    text = values.get(TEXT_BLOCK, {}).get(Action.REPLY_TEXT, {}).get("value") or ""
    return str(chosen.get("value") or ""), str(text)


def said_view(text: str, say: Words) -> dict[str, Any]:
    """A modal that only says something."""
    return {
        "type": "modal",
        "title": plain(say("reply.form_title"), 24),
        "close": plain(say("pulse.done"), 24),
        "blocks": [section(text)],
    }


def reply_message(reader: Person, author: Person, topic: Topic, text: str) -> dict[str, Any]:
    """What everybody in the group reads: who answers, to what, and that nobody knows who brought it up."""
    say = words(reader.language)
    title = say("reply.title", name=escape(author.name), theme=escape(topic.theme.name))
    blocks: list[Block] = [
        section(f"*{title}*"),
        quote(text),
        context(
            say("reply.why", unit=escape(topic.home.name), name=escape(author.name), least=SMALLEST_COMMENT_UNIT)
        ),
    ]
    return {"text": title, "blocks": blocks}
