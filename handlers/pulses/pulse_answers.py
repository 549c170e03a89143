"""Reading what a rep filled into the modal."""

from dataclasses import dataclass
from typing import Any

from handlers.ids import Action
from handlers.pulses.pulse_view import COMMENT_BLOCK, ITEM_BLOCK, QUOTE_BLOCK
from handlers.words import Words
from surveys.bank.items import MOST_HOURS, QuestionBank


@dataclass(frozen=True, slots=True)
class Filled:
    """The modal as it was sent. `problems` maps a block id to what is wrong there, in the rep's words."""

    answers: dict[str, float]
    comment: str
    quotable: bool
    problems: dict[str, str]


def read(
    values: dict[str, dict[str, Any]], *, bank: QuestionBank, item_ids: tuple[str, ...], say: Words
) -> Filled:
    """Read Slack's `state.values`; items that were left out are simply missing.

    Items the round does not ask are ignored: the payload comes from outside.
    """
    answers: dict[str, float] = {}
    problems: dict[str, str] = {}
    for item_id in item_ids:
        block_id = f"{ITEM_BLOCK}{item_id}"
        raw = _raw(values.get(block_id, {}).get(Action.ANSWER, {}))
        if not raw:
            continue
        value = _number(raw)
        if value is None or not bank[item_id].accepts(value):
            hours = bank[item_id].in_hours
            problems[block_id] = say("pulse.bad_hours" if hours else "pulse.bad_answer", most=f"{MOST_HOURS:.0f}")
            continue
        answers[item_id] = value
    comment = comment_in(values)
    never = values.get(QUOTE_BLOCK, {}).get(Action.NEVER_QUOTE, {}).get("selected_options") or []
    if not answers and not comment and not problems:
        problems[f"{ITEM_BLOCK}{item_ids[0]}"] = say("pulse.empty")
    return Filled(answers, comment, not never, problems)


def comment_in(values: dict[str, dict[str, Any]]) -> str:
    """What somebody wrote, whatever became of it."""
    return (values.get(COMMENT_BLOCK, {}).get(Action.COMMENT, {}).get("value") or "").strip()


def _raw(element: dict[str, Any]) -> str:
    chosen = element.get("selected_option")
    return str((chosen or {}).get("value") or element.get("value") or "").strip()


def _number(raw: str) -> float | None:
    try:
        value = float(raw.replace(",", "."))
    except ValueError:
        return None
    # "nan" and "inf" are numbers to Python; neither is an amount of time.
    return value if 0 <= value < 1e6 else None
