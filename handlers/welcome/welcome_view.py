"""The message of the first contact, the modals behind its buttons, and the choice on the Home tab."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.home.own_data_view import stored_blocks
from handlers.ids import Action
from handlers.showing.blocks import Block, actions, button, context, divider, header, plain, section
from handlers.words import Words, words
from surveys.ballots.sealed import DIARY_ROUNDS
from surveys.own_data import Kept
from surveys.people.directory import Person
from surveys.people.first_contact import TIME_TO_READ
from surveys.rounds.schedule import Schedule, monday

_TITLE, _TEXT, _LABEL = 100, 300, 30


def welcome_message(person: Person, schedule: Schedule, *, k: int, now: datetime) -> dict[str, Any]:
    """What this is, what is kept, who sees what, and how to say no; on a phone it is two screens."""
    say = words(person.language)
    when = say.when(_first_ask(person, schedule, now))
    no = button(say("welcome.no"), Action.NOT_BE_ASKED) | {"confirm": _confirm(say)}
    return {
        "text": say("welcome.title"),
        "blocks": [
            section(f"*{say('welcome.title')}*\n{say('welcome.when', when=when)}"),
            section(say("welcome.why")),
            section(say("welcome.kept", rounds=DIARY_ROUNDS)),
            section(say("welcome.seen", k=k)),
            section(say("welcome.choice")),
            actions(
                button(say("welcome.stored"), Action.SEE_STORED),
                button(say("welcome.promise"), Action.SEE_PROMISE),
                no,
            ),
        ],
    }


def _first_ask(person: Person, schedule: Schedule, now: datetime) -> datetime:
    """When they are first asked, in their own time, as far as the schedule says."""
    zone = person.zone(schedule.company_zone.key)
    week_on = monday(now.astimezone(zone).date())
    while schedule.closes_at(week_on) <= now:
        week_on += timedelta(weeks=1)
    return max(schedule.ask_at(week_on, zone), now + TIME_TO_READ).astimezone(zone)


def _confirm(say: Words) -> Block:
    return {
        "title": plain(say("welcome.confirm"), _TITLE),
        "text": plain(say("welcome.confirm_text"), _TEXT),
        "confirm": plain(say("welcome.confirm_yes"), _LABEL),
        "deny": plain(say("own.confirm_no"), _LABEL),
    }


def declined_message(person: Person) -> dict[str, Any]:
    """The same message once they said no."""
    say = words(person.language)
    return _short(say, "welcome.declined", button(say("welcome.yes"), Action.BE_ASKED))


def accepted_message(person: Person) -> dict[str, Any]:
    """And once they changed their mind."""
    say = words(person.language)
    no = button(say("welcome.no"), Action.NOT_BE_ASKED) | {"confirm": _confirm(say)}
    return _short(say, "welcome.accepted", no)


def _short(say: Words, key: str, *more: Block) -> dict[str, Any]:
    stored, promise = (
        button(say("welcome.stored"), Action.SEE_STORED),
        button(say("welcome.promise"), Action.SEE_PROMISE),
    )
    return {"text": say(key), "blocks": [section(say(key)), actions(stored, promise, *more)]}


def stored_modal(kept: Kept, *, zone: ZoneInfo) -> dict[str, Any]:
    """What is stored about somebody, to read; what they can do about it is on the Home tab."""
    say = words(kept.person.language)
    read = [block for block in stored_blocks(kept, say, zone=zone, done=None) if block["type"] == "section"]
    return _modal(say, "welcome.stored_title", [*read, context(say("welcome.on_home"))])


def promise_modal(person: Person, *, k: int) -> dict[str, Any]:
    """How it is kept confidential, and what is not promised."""
    say = words(person.language)
    told = [
        section(say("welcome.sealed")),
        section(say("home.promise_seen", k=k)),
        section(say("home.promise_not")),
    ]
    return _modal(say, "welcome.promise_title", [*told, context(say("welcome.on_home"))])


def _modal(say: Words, title: str, blocks: list[Block]) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain(say(title), 24),
        "close": plain(say("welcome.close"), 24),
        "blocks": blocks,
    }


def choice_blocks(person: Person, say: Words) -> list[Block]:
    """On the Home tab: whether they are asked, and the button to change it."""
    if person.opted_out:
        row = actions(button(say("welcome.yes"), Action.BE_ASKED))
        return [header(say("welcome.choice_title")), section(say("welcome.is_not_asked")), row, divider()]
    no = button(say("welcome.no"), Action.NOT_BE_ASKED) | {"confirm": _confirm(say)}
    return [header(say("welcome.choice_title")), section(say("welcome.is_asked"), accessory=no), divider()]
