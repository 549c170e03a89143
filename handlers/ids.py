"""Every id that Slack hands back to us, each once."""

from enum import StrEnum


class Action(StrEnum):
    """Buttons and inputs."""

    OPEN_PULSE = "open_pulse"
    DECLINE_PULSE = "decline_pulse"
    # Followed by ":" and the answer; a row holds one for each.
    TAP = "tap"
    GO_ON_WITH_PULSE = "go_on_with_pulse"
    PREVIEW = "preview"
    ASK = "ask"
    ANSWER = "answer"
    COMMENT = "comment"
    NEVER_QUOTE = "never_quote"
    COPY_OWN_DATA = "copy_own_data"
    ERASE_ANSWERS = "erase_answers"
    KEEP_DIARY = "keep_diary"
    KEEP_NO_DIARY = "keep_no_diary"
    # Followed by ":" and what somebody thinks of an action.
    REACT = "react"
    OWN_HISTORY = "own_history"
    CHOOSE_LANGUAGE = "choose_language"
    REPLY_TO_THEME = "reply_to_theme"
    REPLY_THEME = "reply_theme"
    REPLY_TEXT = "reply_text"
    LOG_ACTION = "log_action"
    LOG_KIND = "log_kind"
    LOG_UNIT = "log_unit"
    LOG_DAY = "log_day"
    LOG_NOTE = "log_note"
    ACKNOWLEDGE_ALERT = "acknowledge_alert"
    SNOOZE_ALERT = "snooze_alert"
    DISPUTE_ALERT = "dispute_alert"
    DISPUTE_REASON = "dispute_reason"
    DISPUTE_NOTE = "dispute_note"


class Callback(StrEnum):
    """Modals."""

    PULSE = "pulse"
    LOG = "log"
    REPLY = "reply"
    DISPUTE = "dispute"


COMMAND = "/orgpulse"
# The event type in the metadata of our messages; the payload holds only a digest of the outbox key.
METADATA_EVENT = "orgpulse_message"
