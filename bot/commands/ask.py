"""`orgpulse ask`: the same engine as in Slack, on the command line."""

import json
from collections.abc import Iterator
from typing import Any

import click

from bot.database import opened
from bot.settings import Settings
from handlers.questions import answer_view
from handlers.questions.question_text import question_text
from handlers.showing.blocks import Block
from handlers.words import words
from surveys import asking
from surveys.asking import Asked
from surveys.clock import SystemClock
from surveys.people import directory


def answer_question(settings: Settings, text: str, *, email: str, as_json: bool) -> None:
    """Answer and print; raises UnknownPerson when nobody has that email."""
    with opened(settings) as database, database.read() as session:
        person = directory.by_email(session, email)
        asked = asking.ask(session, person, text, now=SystemClock().now(), company_zone=settings.timezone)
    say = words(person.language)
    headline = answer_view.headline(asked, say)
    if as_json:
        click.echo(json.dumps(_as_json(asked, headline, person.language), ensure_ascii=False))
        return
    for line in _lines(answer_view.answer_message(asked, say)["blocks"]):
        click.echo(line)


def _lines(blocks: list[Block]) -> Iterator[str]:
    """The words of a message, without Slack's formatting."""
    for block in blocks:
        if block["type"] == "section":
            yield block["text"]["text"].replace("*", "")
        elif block["type"] == "context":
            yield f"  {block['elements'][0]['text']}"
        elif block["type"] == "rich_text":
            yield f"  “{block['elements'][0]['elements'][0]['text']}”"
        elif block["type"] == "actions":
            yield from (f"  next: {element['value']}" for element in block["elements"])


def _as_json(asked: Asked, headline: str, language: str) -> dict[str, Any]:
    say, found = words(language), asked.answer
    names = {unit.id: unit.name for unit in asked.units}
    return {
        "reading": found.question.reading(),
        "headline": headline,
        "figures": [
            {
                "unit": figure.label,
                "measure": figure.stage.value,
                "week": figure.week.isoformat(),
                "mean": figure.mean,
                "n": figure.n,
                "change": figure.change,
                "more_than_noise": figure.more_than_noise,
            }
            for figure in found.figures
        ],
        "effects": [
            {
                "unit": names.get(acted.unit_id, acted.unit_id),
                "kind": acted.kind,
                "on": acted.on.isoformat(),
                "weeks": acted.weeks,
                "measure": effect.stage.value,
                "verdict": effect.verdict.value,
                "difference": effect.own if effect.own is None else round(effect.own, 1),
                "interval": effect.own_interval and [round(end, 1) for end in effect.own_interval],
                "n": effect.n,
            }
            for acted in found.acted
            for effect in acted.effects
        ],
        "withheld": " ".join(say(f"withheld.{reason.value}") for reason in found.withheld) or None,
        "next": [question_text(question, say) for question in found.next],
    }
