"""What an admin sees before a pulse out of turn: whom it asks, what, until when, and what that means."""

from typing import Any
from zoneinfo import ZoneInfo

from handlers.ids import Callback
from handlers.pulses import pulse_view
from handlers.showing.blocks import context, escape, plain, section
from handlers.words import words
from surveys.bank.items import QuestionBank
from surveys.people.directory import Person
from surveys.rounds.out_of_turn import OutOfTurn


def confirmation(
    person: Person, planned: OutOfTurn, bank: QuestionBank, *, smallest_group: int, zone: ZoneInfo
) -> dict[str, Any]:
    """The modal that starts it."""
    say = words(person.language)
    asked = [bank[item_id].wording(say.language) for item_id in planned.items]
    number, until = len(planned.people), say.when(planned.closes_at.astimezone(zone))
    whom = "unit" if planned.unit else "everybody"
    unit = escape(planned.unit.name) if planned.unit else ""
    blocks = [
        section(say(f"pulse_now.{whom}", number=number, unit=unit, until=until)),
        section("\n".join(f"• {escape(wording)}" for wording in asked)),
        context(say("pulse_now.instead")),
    ]
    if number < smallest_group:
        blocks.append(section(say("pulse_now.too_few", k=smallest_group)))
    return {
        "type": "modal",
        "callback_id": Callback.START_PULSE,
        "private_metadata": planned.unit.id if planned.unit else "",
        "title": plain(say("pulse_now.title"), 24),
        "submit": plain(say("pulse_now.start"), 24),
        "close": plain(say("when.cancel"), 24),
        "blocks": blocks,
    }


def started(person: Person, planned: OutOfTurn, *, zone: ZoneInfo) -> dict[str, Any]:
    """It begins within a minute, and each person is asked in their own working hours."""
    say = words(person.language)
    until = say.when(planned.closes_at.astimezone(zone))
    text = say("pulse_now.started", number=len(planned.people), until=until)
    return pulse_view.notice(text, say, title=say("pulse_now.title"))
