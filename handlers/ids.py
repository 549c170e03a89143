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
    ASK_LATER = "ask_later"
    CHOOSE_WHEN = "choose_when"
    ASK_TIME = "ask_time"
    PAUSE_UNTIL = "pause_until"
    # First contact.
    SEE_STORED = "see_stored"
    SEE_PROMISE = "see_promise"
    BE_ASKED = "be_asked"
    NOT_BE_ASKED = "not_be_asked"
    # Setup.
    SETUP_PART = "setup_part"
    SETUP_INPUT = "setup_input"


class Callback(StrEnum):
    """Modals."""

    PULSE = "pulse"
    LOG = "log"
    REPLY = "reply"
    DISPUTE = "dispute"
    LATER = "later"
    WHEN = "when"
    START_PULSE = "start_pulse"
    SETUP = "setup"
    SETUP_FORM = "setup_form"
    SETUP_PERSON = "setup_person"
    SETUP_ROLES = "setup_roles"
    SETUP_SAVE = "setup_save"


COMMAND = "/orgpulse"
# The event type in the metadata of our messages; the payload holds only a digest of the outbox key.
METADATA_EVENT = "orgpulse_message"
