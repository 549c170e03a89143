"""What a rep sees of a pulse: the message that asks, the modal, the thanks."""

from typing import Any
from zoneinfo import ZoneInfo

from handlers.ids import Action, Callback
from handlers.pulses import item_blocks
from handlers.showing.blocks import actions, button, context, escape, plain, section
from handlers.words import Words, words
from surveys.ballots.sealed import LONGEST_COMMENT
from surveys.bank.items import Item
from surveys.outbox import Place
from surveys.people.directory import Person
from surveys.rounds.rounds import Round

COMMENT_BLOCK = "comment"
QUOTE_BLOCK = "quote"


def ask_message(person: Person, in_round: Round, *, zone: ZoneInfo) -> dict[str, Any]:
    """The direct message that asks: what it is, how long it takes, until when."""
    say = words(person.language)
    until = say.when(in_round.closes_at.astimezone(zone))
    count = len(in_round.item_ids)
    blocks = [
        section(
            f"*{say('pulse.ask', count=count)}*\n{say('pulse.ask_more', until=until, k=in_round.smallest_group)}"
        ),
        actions(
            button(say("pulse.answer"), Action.OPEN_PULSE, value=in_round.id, style="primary"),
            button(say("pulse.skip"), Action.DECLINE_PULSE, value=in_round.id),
        ),
    ]
    return {"text": say("pulse.ask", count=count), "blocks": blocks}


def reminder_message(person: Person, in_round: Round, *, zone: ZoneInfo) -> dict[str, Any]:
    """The one reminder."""
    say = words(person.language)
    until = say.when(in_round.closes_at.astimezone(zone))
    text = say("pulse.reminder", until=until)
    blocks = [
        section(text),
        actions(
            button(say("pulse.answer"), Action.OPEN_PULSE, value=in_round.id, style="primary"),
            button(say("pulse.skip"), Action.DECLINE_PULSE, value=in_round.id),
        ),
    ]
    return {"text": text, "blocks": blocks}


def thanks_message(person: Person, in_round: Round, *, zone: ZoneInfo) -> dict[str, Any]:
    """What the asking message becomes once it is answered."""
    say = words(person.language)
    until = say.when(in_round.closes_at.astimezone(zone))
    blocks = [
        section(f"*{say('pulse.thanks')}*\n{say('pulse.thanks_more', until=until)}"),
        actions(button(say("pulse.change"), Action.OPEN_PULSE, value=in_round.id)),
    ]
    return {"text": say("pulse.thanks"), "blocks": blocks}


def declined_message(person: Person, in_round: Round) -> dict[str, Any]:
    """What the asking message becomes once it is declined."""
    say = words(person.language)
    blocks = [
        section(say("pulse.declined")),
        actions(button(say("pulse.answer_after_all"), Action.OPEN_PULSE, value=in_round.id)),
    ]
    return {"text": say("pulse.declined"), "blocks": blocks}


def closed_message(person: Person) -> dict[str, Any]:
    """What the asking message becomes when the pulse has closed."""
    text = words(person.language)("pulse.closed")
    return {"text": text, "blocks": [section(text)]}


def modal(
    person: Person,
    in_round: Round,
    items: list[Item],
    *,
    zone: ZoneInfo,
    done_before: bool,
    opened_from: Place | None,
) -> dict[str, Any]:
    """The pulse itself: the promise in small print, what becomes of it, its items, a comment.

    `opened_from` is the message whose button was pressed; None from the Home tab.
    """
    say = words(person.language)
    until = say.when(in_round.closes_at.astimezone(zone))
    promise = say("pulse.promise", k=in_round.smallest_group, until=until)
    diary = [say("pulse.promise_diary")] if person.keeps_diary else []
    again = [say("pulse.again")] if done_before else []
    blocks = [context("\n".join([*again, " ".join([promise, *diary])]))]
    blocks.append(actions(button(say("pulse.preview"), Action.PREVIEW)))
    blocks += [block for item in items for block in item_blocks.blocks(item, say)]
    blocks += [
        {
            "type": "input",
            "block_id": COMMENT_BLOCK,
            "optional": True,
            "label": plain(say("pulse.comment")),
            "hint": plain(say("pulse.comment_hint")),
            "element": {
                "type": "plain_text_input",
                "action_id": Action.COMMENT,
                "multiline": True,
                "max_length": LONGEST_COMMENT,
            },
        },
        {
            "type": "input",
            "block_id": QUOTE_BLOCK,
            "optional": True,
            "label": plain(say("pulse.quote_label")),
            "element": {
                "type": "checkboxes",
                "action_id": Action.NEVER_QUOTE,
                "options": [{"text": plain(say("pulse.never_quote"), 75), "value": "never"}],
            },
        },
    ]
    return {
        "type": "modal",
        "callback_id": Callback.PULSE,
        "private_metadata": metadata(in_round.id, opened_from),
        "title": plain(say("pulse.title"), 24),
        "submit": plain(say("pulse.send"), 24),
        "close": plain(say("pulse.close"), 24),
        "blocks": blocks,
    }


def metadata(round_id: str, opened_from: Place | None) -> str:
    """What the modal carries with it: the round, and the message it was opened from."""
    return " ".join([round_id, *([opened_from.channel, opened_from.ts] if opened_from else [])])


def read_metadata(text: str, *, slack_id: str) -> tuple[str, Place | None]:
    """The round's id and the message it was opened from; whatever else stands there is no round's id."""
    round_id, *place = text.split(" ")
    return round_id, Place(slack_id, *place) if len(place) == 2 else None


def notice(text: str, say: Words) -> dict[str, Any]:
    """A modal that only says something kind, such as that the pulse has closed."""
    return {
        "type": "modal",
        "title": plain(say("pulse.title"), 24),
        "close": plain(say("pulse.done"), 24),
        "blocks": [section(escape(text))],
    }
