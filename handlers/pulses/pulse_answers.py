"""Reading what a rep filled into the modal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.ids import Action
from handlers.pulses import item_blocks
from handlers.pulses.item_blocks import ITEM_BLOCK
from handlers.pulses.pulse_view import COMMENT_BLOCK, QUOTE_BLOCK
from handlers.words import Words
from surveys.bank.items import QuestionBank


@dataclass(frozen=True, slots=True)
class Filled:
    """The modal as it was sent.

    `problems` maps a block id to what is wrong there, in the rep's words, `chosen` an item's id to the code of its
    follow-up.
    """

    answers: dict[str, float]
    comment: str = ""
    quotable: bool = True
    problems: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)


def read(
    values: dict[str, dict[str, Any]], *, bank: QuestionBank, item_ids: tuple[str, ...], say: Words
) -> Filled:
    """Read Slack's `state.values`; items that were left out are simply missing.

    Items the round does not ask are ignored: the payload comes from outside.
    """
    read_items = {item_id: item_blocks.read(bank[item_id], values, say) for item_id in item_ids}
    answers = {item_id: found.value for item_id, found in read_items.items() if found.value is not None}
    chosen = {item_id: found.chosen for item_id, found in read_items.items() if found.chosen is not None}
    problems = {f"{ITEM_BLOCK}{item_id}": found.problem for item_id, found in read_items.items() if found.problem}
    comment = comment_in(values)
    never = values.get(QUOTE_BLOCK, {}).get(Action.NEVER_QUOTE, {}).get("selected_options") or []
    # Whoever would rather say nothing, to each question or to some, has answered; the ballot is a blank one.
    unsaid = any(found.unsaid for found in read_items.values())
    if not answers and not comment and not unsaid and not problems:
        problems[f"{ITEM_BLOCK}{item_ids[0]}"] = say("pulse.empty")
    return Filled(answers, comment, not never, problems, chosen)


def comment_in(values: dict[str, dict[str, Any]]) -> str:
    """What somebody wrote, whatever became of it."""
    return (values.get(COMMENT_BLOCK, {}).get(Action.COMMENT, {}).get("value") or "").strip()
