"""How a rep says when they are asked: the menu, and the modals of the last good hour and of pause and time."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from handlers.ids import Action, Callback
from handlers.showing.blocks import Block, button, plain, section
from handlers.words import Words, words
from surveys.people.directory import Person
from surveys.rounds.rounds import Round
from surveys.rounds.wishes import ASK_TIMES, Later, Wishes

# Choices of the menu that are no wait.
SKIP, WHEN = "skip", "when"
TIME_BLOCK, PAUSE_BLOCK = "ask_time", "pause"
USUAL = "usual"


def later_menu(in_round: Round, say: Words, *, skip: bool = True) -> Block:
    """One element for a row of buttons: later, a pause or another time, and `skip` unless a button says that."""
    choices = [*(wait.value for wait in Later), *([SKIP] if skip else []), WHEN]
    return {
        "type": "static_select",
        "action_id": Action.ASK_LATER,
        "placeholder": plain(say("later.menu"), 150),
        "options": [
            {"text": plain(say(f"later.{choice}"), 75), "value": f"{in_round.id} {choice}"} for choice in choices
        ],
    }


def read_choice(value: str) -> tuple[str, str]:
    """The round's id and the choice; whatever else stands there is neither."""
    round_id, _, choice = value.partition(" ")
    return round_id, choice


def when_button(say: Words) -> Block:
    """The button of the Home tab that opens pause and time."""
    return button(say("when.open"), Action.CHOOSE_WHEN)


def too_late(person: Person, in_round: Round, latest: datetime, *, zone: ZoneInfo) -> dict[str, Any]:
    """By then the pulse has closed: the last good hour before that, for one tap."""
    say = words(person.language)
    until, last = (say.when(at.astimezone(zone)) for at in (in_round.closes_at, latest))
    return {
        "type": "modal",
        "callback_id": Callback.LATER,
        "private_metadata": f"{in_round.id} {latest.timestamp():.0f}",
        "title": plain(say("pulse.title"), 24),
        "submit": plain(say("later.yes"), 24),
        "close": plain(say("later.no"), 24),
        "blocks": [section(say("later.too_late", until=until, latest=last))],
    }


def when_modal(person: Person, wished: Wishes, *, usual: time) -> dict[str, Any]:
    """Pause, and the time of day, each with what it is now."""
    say = words(person.language)
    options = [_time_option(say("when.usual", time=f"{usual:%H:%M}"), USUAL)]
    options += [_time_option(f"{at:%H:%M}", f"{at:%H:%M}") for at in ASK_TIMES]
    now = f"{wished.ask_time:%H:%M}" if wished.ask_time else USUAL
    picker: Block = {"type": "datepicker", "action_id": Action.PAUSE_UNTIL}
    if wished.paused_until:
        picker["initial_date"] = wished.paused_until.isoformat()
    return {
        "type": "modal",
        "callback_id": Callback.WHEN,
        "title": plain(say("when.title"), 24),
        "submit": plain(say("when.save"), 24),
        "close": plain(say("when.cancel"), 24),
        "blocks": [
            {
                "type": "input",
                "block_id": TIME_BLOCK,
                "label": plain(say("when.time")),
                "hint": plain(say("when.time_hint")),
                "element": {
                    "type": "static_select",
                    "action_id": Action.ASK_TIME,
                    "options": options,
                    "initial_option": next((one for one in options if one["value"] == now), options[0]),
                },
            },
            {
                "type": "input",
                "block_id": PAUSE_BLOCK,
                "optional": True,
                "label": plain(say("when.pause")),
                "hint": plain(say("when.pause_hint")),
                "element": picker,
            },
        ],
    }


def _time_option(text: str, value: str) -> Block:
    return {"text": plain(text, 75), "value": value}
