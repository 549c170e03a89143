"""What a rep sees after saying when they are asked: the message that will come back, and the one that did."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from handlers.pulses import pulse_view
from handlers.showing.blocks import context, section
from handlers.words import words
from surveys.people.directory import Person
from surveys.rounds.rounds import Round
from surveys.rounds.wishes import Wishes


def later_message(person: Person, asked: dict[str, Any], at: datetime, *, zone: ZoneInfo) -> dict[str, Any]:
    """The asking message after somebody chose later: it can still be answered, and says when it comes back."""
    say = words(person.language)
    return asked | {"blocks": [*asked["blocks"], context(say("later.chosen", at=say.when(at.astimezone(zone))))]}


def again_message(person: Person, in_round: Round, *, zone: ZoneInfo) -> dict[str, Any]:
    """The pulse brought back, because they asked for it."""
    say = words(person.language)
    asked = pulse_view.reminder_message(person, in_round, zone=zone)
    text = say("later.again", until=say.when(in_round.closes_at.astimezone(zone)))
    return asked | {"text": text, "blocks": [section(text), *asked["blocks"][1:]]}


def saved(person: Person, wished: Wishes, *, usual: time) -> dict[str, Any]:
    """What holds from now on."""
    say = words(person.language)
    lines = [say("when.saved_time", time=f"{wished.ask_time or usual:%H:%M}")]
    if wished.paused_until:
        lines.append(say("when.saved_pause", day=say.day_of_year(wished.paused_until)))
    text = "\n".join(lines)
    # Our own words alone: the look-alike of a colon that a notice writes is wide in Japanese type.
    return pulse_view.notice(text, say, title=say("when.title")) | {"blocks": [section(text)]}
