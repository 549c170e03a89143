"""The modal in which somebody says why an alert is not it, and the one that says why nothing came of a press."""

from collections.abc import Mapping
from typing import Any

from handlers.ids import Action, Callback
from handlers.showing.blocks import escape, plain, section
from handlers.words import Words
from surveys.alerts import LONGEST_NOTE, Reason

REASON_BLOCK, NOTE_BLOCK = "reason", "note"


def dispute_modal(alert_id: str, unit: str, say: Words) -> dict[str, Any]:
    """Ask for a reason, and for a sentence about it if they like."""
    choices = [{"text": plain(_label(reason, say)), "value": reason.value} for reason in Reason]
    return {
        "type": "modal",
        "callback_id": Callback.DISPUTE,
        "private_metadata": alert_id,
        "title": plain(say("dispute.title"), 24),
        "submit": plain(say("dispute.send"), 24),
        "close": plain(say("pulse.close"), 24),
        "blocks": [
            section(f"*{escape(unit)}*\n{say('dispute.lead')}"),
            {
                "type": "input",
                "block_id": REASON_BLOCK,
                "label": plain(say("dispute.reason")),
                "element": {"type": "radio_buttons", "action_id": Action.DISPUTE_REASON, "options": choices},
            },
            {
                "type": "input",
                "block_id": NOTE_BLOCK,
                "optional": True,
                "label": plain(say("dispute.note")),
                "hint": plain(say("dispute.note_hint", most=LONGEST_NOTE)),
                "element": {
                    "type": "plain_text_input",
                    "action_id": Action.DISPUTE_NOTE,
                    "multiline": True,
                    "max_length": LONGEST_NOTE,
                },
            },
        ],
    }


def _label(reason: Reason, say: Words) -> str:
    text = say(f"reason.{reason.value}")
    return text[0].upper() + text[1:]


def read_dispute(values: Mapping[str, Any]) -> tuple[Reason | None, str]:
    """What was filled in; None for a reason that is none of ours."""
    chosen = _element(values, REASON_BLOCK, Action.DISPUTE_REASON).get("selected_option") or {}
    text = _element(values, NOTE_BLOCK, Action.DISPUTE_NOTE).get("value")
    known = {reason.value: reason for reason in Reason}
    return known.get(str(chosen.get("value"))), str(text or "")


def _element(values: Mapping[str, Any], block: str, action: Action) -> Mapping[str, Any]:
    found: Mapping[str, Any] = values.get(block, {}).get(action) or {}
    return found


def notice(text: str, say: Words) -> dict[str, Any]:
    """A modal that only says something kind, such as that the alert is closed already."""
    return {
        "type": "modal",
        "title": plain(say("alert.title"), 24),
        "close": plain(say("pulse.done"), 24),
        "blocks": [section(escape(text))],
    }
