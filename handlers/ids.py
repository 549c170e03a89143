"""Every id that Slack hands back to us, each once."""

from enum import StrEnum


class Action(StrEnum):
    """Buttons and inputs."""

    OPEN_PULSE = "open_pulse"
    DECLINE_PULSE = "decline_pulse"
    PREVIEW = "preview"
    ASK = "ask"
    ANSWER = "answer"
    COMMENT = "comment"
    NEVER_QUOTE = "never_quote"
    COPY_OWN_DATA = "copy_own_data"
    ERASE_ANSWERS = "erase_answers"
    KEEP_DIARY = "keep_diary"
    KEEP_NO_DIARY = "keep_no_diary"


class Callback(StrEnum):
    """Modals."""

    PULSE = "pulse"


COMMAND = "/orgpulse"
# The event type in the metadata of our messages; the payload holds only a digest of the outbox key.
METADATA_EVENT = "orgpulse_message"
