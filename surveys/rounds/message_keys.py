"""Outbox keys of the messages about a round.

All but the first contact begin with the round's id, so that its close can find who was asked, and forget it.
"""

from datetime import datetime

from surveys.outbox import Place

CLOSING = "closing"
# Posts that are dropped when their time has come and nobody needs them any more.
REMINDER, AGAIN = "remind", "again"


def of_round(round_id: str) -> str:
    """How every key of a round begins."""
    return f"{round_id}:"


def asks(round_id: str) -> str:
    """How the keys of the asking messages begin."""
    return f"{round_id}:ask:"


def reminders(round_id: str) -> str:
    """How the keys of the reminders begin."""
    return f"{round_id}:{REMINDER}:"


def closings(round_id: str) -> str:
    """How the keys of the messages that tell the end begin."""
    return f"{round_id}:{CLOSING}:"


def ask(round_id: str, person_id: str) -> str:
    """The message that asks a person."""
    return f"{asks(round_id)}{person_id}"


def reminder(round_id: str, number: int, person_id: str) -> str:
    """A person's first or second reminder."""
    return f"{reminders(round_id)}{number}:{person_id}"


def again(round_id: str, at: datetime, person_id: str) -> str:
    """The message brought back at the instant that a person asked for."""
    return f"{round_id}:{AGAIN}:{at.timestamp():.0f}:{person_id}"


def closing(round_id: str, place: Place) -> str:
    """What an asking message becomes at the close; it names the message, and no person."""
    return f"{closings(round_id)}{place.channel}:{place.ts}"


def nudge(key: str) -> tuple[str, str] | None:
    """The round and the person of a reminder, or of a message brought back; None for any other key."""
    match key.split(":"):
        case [round_id, "remind" | "again", _, person_id]:
            return round_id, person_id
    return None


def welcome(person_id: str) -> str:
    """What a person is told before they are asked for the first time; of no round."""
    return f"welcome:{person_id}"
