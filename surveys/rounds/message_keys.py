"""Outbox keys of the messages about a round.

All but the first contact begin with the round's id, so that its close can find who was asked, and forget it.
"""

from surveys.outbox import Place

CLOSING = "closing"


def of_round(round_id: str) -> str:
    """How every key of a round begins."""
    return f"{round_id}:"


def asks(round_id: str) -> str:
    """How the keys of the asking messages begin."""
    return f"{round_id}:ask:"


def reminders(round_id: str) -> str:
    """How the keys of the reminders begin."""
    return f"{round_id}:remind:"


def closings(round_id: str) -> str:
    """How the keys of the messages that tell the end begin."""
    return f"{round_id}:{CLOSING}:"


def ask(round_id: str, person_id: str) -> str:
    """The message that asks a person."""
    return f"{asks(round_id)}{person_id}"


def reminder(round_id: str, person_id: str) -> str:
    """The one reminder of a person."""
    return f"{reminders(round_id)}{person_id}"


def closing(round_id: str, place: Place) -> str:
    """What an asking message becomes at the close; it names the message, and no person."""
    return f"{closings(round_id)}{place.channel}:{place.ts}"


def welcome(person_id: str) -> str:
    """What a person is told before they are asked for the first time; of no round."""
    return f"welcome:{person_id}"
