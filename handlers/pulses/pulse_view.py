"""What a rep sees of a pulse: the message that asks, the modal, the thanks."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from handlers.ids import Action, Callback
from handlers.pulses import item_blocks
from handlers.pulses.wishes_view import later_menu
from handlers.showing.blocks import Block, actions, button, context, cut, escape, plain, quote, section
from handlers.words import Words, words
from surveys.ballots.sealed import LONGEST_COMMENT
from surveys.bank.items import HIGHEST, LOWEST, Item, QuestionBank
from surveys.outbox import Place
from surveys.people.directory import Person
from surveys.rounds.rounds import Round

COMMENT_BLOCK = "comment"
QUOTE_BLOCK = "quote"
_BEGUN = "+"


@dataclass(frozen=True, slots=True)
class Tapped:
    """An answer that was given in the message."""

    item_id: str
    value: int


def ask_message(
    person: Person, in_round: Round, *, zone: ZoneInfo, company: str, first: Item | None
) -> dict[str, Any]:
    """The direct message that asks: what it is, how long it takes, who asks, until when, and the first question.

    Args:
        person: who is asked.
        in_round: the round.
        zone: their time zone.
        company: whose pulse it is.
        first: the question that one tap answers; None when the round has none of the kind.
    """
    say = words(person.language)
    count = len(in_round.item_ids)
    lines = [
        f"*{say('pulse.ask', count=count)}*",
        say("asking.who", company=escape(company), until=_until(in_round, zone, say)),
    ]
    blocks = [
        section("\n".join(lines)),
        *(_tap_blocks(first, in_round, say) if first else []),
        actions(
            button(
                say("asking.whole_form" if first else "pulse.answer"),
                Action.OPEN_PULSE,
                value=in_round.id,
                style=None if first else "primary",
            ),
            button(say("pulse.skip"), Action.DECLINE_PULSE, value=in_round.id),
            later_menu(in_round, say, skip=False),
        ),
        context(say("asking.promise", k=in_round.smallest_group)),
    ]
    return {"text": say("pulse.ask", count=count), "blocks": blocks}


def _tap_blocks(item: Item, in_round: Round, say: Words) -> list[Block]:
    """A question with five numbers to tap: words would not fit beside each other on a phone."""
    scale = range(LOWEST, HIGHEST + 1)
    taps = [
        button(str(value), f"{Action.TAP}:{value}", value=in_round.id)
        | {"accessibility_label": cut(f"{value}: {item_blocks.label(item, value, say)}", 75)}
        for value in scale
    ]
    least, most = (item_blocks.label(item, value, say) for value in (LOWEST, HIGHEST))
    legend = say("asking.legend", least=least, most=most)
    return [
        section(f"*1/{len(in_round.item_ids)}*  {escape(item.wording(say.language))}"),
        actions(*taps),
        context(legend),
    ]


def begun_message(person: Person, in_round: Round, *, zone: ZoneInfo, seconds: float) -> dict[str, Any]:
    """What the asking message becomes at a tap: one answer is sealed, and the rest is so many seconds away.

    Which answer it was stands nowhere in it: a message lies in Slack for longer than a ballot does here.
    """
    say = words(person.language)
    count = len(in_round.item_ids)
    title = say("asking.begun", count=count)
    blocks = [
        section(
            f"*{title}*\n{say('asking.begun_more', seconds=10 * ceil(seconds / 10))} "
            f"{say('asking.until', until=_until(in_round, zone, say))}"
        ),
        actions(
            button(say("asking.go_on"), Action.GO_ON_WITH_PULSE, value=in_round.id, style="primary"),
            button(say("asking.withdraw"), Action.DECLINE_PULSE, value=in_round.id),
        ),
    ]
    return {"text": title, "blocks": blocks}


def first_tapped(in_round: Round, bank: QuestionBank) -> Item | None:
    """The question of a round that is answered in its message: the first that has five steps."""
    items = (bank[item_id] for item_id in in_round.item_ids)
    return next((item for item in items if not item.in_hours), None)


def reminder_message(person: Person, in_round: Round, *, zone: ZoneInfo) -> dict[str, Any]:
    """A reminder; there are two at most."""
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


def thanks_message(
    person: Person, in_round: Round, *, zone: ZoneInfo, told_at: datetime, changed: bool = False
) -> dict[str, Any]:
    """What the asking message becomes once it is answered, or answered again.

    `told_at` is when the person hears what everybody said together.
    """
    say = words(person.language)
    until, told = _until(in_round, zone, say), say.when(told_at.astimezone(zone))
    title = say("asking.changed" if changed else "pulse.thanks")
    blocks = [
        section(f"*{title}*\n{say('asking.thanks_more', until=until, told=told)}"),
        actions(button(say("pulse.change"), Action.OPEN_PULSE, value=in_round.id)),
    ]
    return {"text": title, "blocks": blocks}


def declined_message(person: Person, in_round: Round) -> dict[str, Any]:
    """What the asking message becomes once it is declined."""
    say = words(person.language)
    blocks = [
        section(say("pulse.declined")),
        actions(button(say("pulse.answer_after_all"), Action.OPEN_PULSE, value=in_round.id)),
    ]
    return {"text": say("pulse.declined"), "blocks": blocks}


def closed_message(person: Person, *, zone: ZoneInfo, told_at: datetime) -> dict[str, Any]:
    """What the asking message becomes when the pulse has closed, alike for everybody who was asked."""
    say = words(person.language)
    text = say("asking.closed", told=say.when(told_at.astimezone(zone)))
    return {"text": text, "blocks": [section(text)]}


def modal(
    person: Person,
    in_round: Round,
    items: list[Item],
    *,
    zone: ZoneInfo,
    done_before: bool,
    opened_from: Place | None,
    tapped: Tapped | None = None,
    begun: bool = False,
    note: str = "",
) -> dict[str, Any]:
    """The pulse itself: the promise in small print, what becomes of it, its items, a comment.

    Args:
        person: who answers.
        in_round: the round.
        items: its questions.
        zone: their time zone.
        done_before: whether something of theirs lies in the box already.
        opened_from: the message whose button was pressed; None from the Home tab and the command.
        tapped: the answer that was given by a tap, which the form begins with.
        begun: whether all that lies in the box is an answer by a tap, now or earlier.
        note: something to say first.
    """
    say = words(person.language)
    until = say.when(in_round.closes_at.astimezone(zone))
    promise = say("pulse.promise", k=in_round.smallest_group, until=until)
    first = [*([note] if note else []), *([say("pulse.again")] if done_before and not begun else [])]
    blocks = [*([section("\n".join(first))] if first else []), context(promise)]
    for item in items:
        initial = tapped.value if tapped and tapped.item_id == item.id else None
        blocks += item_blocks.blocks(item, say, initial=initial)
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
        # Beside the button that sends, where who hesitates looks; a phone shows the first question at once.
        actions(button(say("pulse.preview"), Action.PREVIEW)),
        *([context(say("pulse.promise_diary"))] if person.keeps_diary else []),
    ]
    return {
        "type": "modal",
        "callback_id": Callback.PULSE,
        "private_metadata": metadata(in_round.id, opened_from, begun=begun),
        "title": plain(say("pulse.title"), 24),
        "submit": plain(say("pulse.send"), 24),
        # "Later" would mislead where something is sealed already.
        "close": plain(say("pulse.leave" if begun or done_before else "pulse.close"), 24),
        "blocks": blocks,
    }


@dataclass(frozen=True, slots=True)
class Carried:
    """What the modal carries with it: the round, the message it was opened from, whether a tap began it."""

    round_id: str
    place: Place | None
    begun: bool


def metadata(round_id: str, opened_from: Place | None, *, begun: bool = False) -> str:
    """What the modal carries with it, as Slack keeps it."""
    place = [opened_from.channel, opened_from.ts] if opened_from else []
    return " ".join([f"{round_id}{_BEGUN if begun else ''}", *place])


def read_metadata(text: str, *, slack_id: str) -> Carried:
    """The same read back; whatever else stands there is no round's id."""
    round_id, *place = text.split(" ")
    where = Place(slack_id, *place) if len(place) == 2 else None
    return Carried(round_id.removesuffix(_BEGUN), where, begun=round_id.endswith(_BEGUN))


def _until(in_round: Round, zone: ZoneInfo, say: Words) -> str:
    return say.when(in_round.closes_at.astimezone(zone))


def notice(text: str, say: Words, *, unsent: str = "", title: str = "") -> dict[str, Any]:
    """A modal that only says something kind, such as that the pulse has closed.

    `unsent` is what somebody wrote and could not send: given back, so that they can copy it.
    `title` is its own where it is not about the pulse.
    """
    given_back = [context(say("asking.given_back")), quote(unsent)] if unsent.strip() else []
    return {
        "type": "modal",
        "title": plain(title or say("pulse.title"), 24),
        "close": plain(say("pulse.done"), 24),
        "blocks": [section(escape(text)), *given_back],
    }
