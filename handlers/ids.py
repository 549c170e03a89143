"""Every id that Slack hands back to us, each once."""

from enum import StrEnum


class Action(StrEnum):
    """Buttons and inputs."""

    OPEN_PULSE = "open_pulse"
    DECLINE_PULSE = "decline_pulse"
    ASK = "ask"
    ANSWER = "answer"
    COMMENT = "comment"
    NEVER_QUOTE = "never_quote"


class Callback(StrEnum):
    """Modals."""

    PULSE = "pulse"


COMMAND = "/orgpulse"
# The event type in the metadata of our messages; the payload holds only a digest of the outbox key.
METADATA_EVENT = "orgpulse_message"
