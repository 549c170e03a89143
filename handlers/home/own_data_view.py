"""What is stored about somebody: on their Home tab, and as the copy they are sent."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from handlers.ids import Action
from handlers.showing.blocks import Block, actions, button, context, divider, escape, header, plain, section
from handlers.words import Words, words
from surveys.ballots.sealed import DIARY_ROUNDS, Diary
from surveys.bank.items import Item, QuestionBank
from surveys.own_data import Kept
from surveys.people.roster import Role
from surveys.retention import PEOPLE_WHO_LEFT

# What was done about alerts, the newest; with their notes of 300 characters they fit into a section.
MOST_DEEDS = 7
# Of a confirmation, in characters.
_TITLE, _TEXT, _LABEL = 100, 300, 30


def stored_blocks(kept: Kept, say: Words, *, zone: ZoneInfo, done: str | None) -> list[Block]:
    """The part of the Home tab that says what is kept now and until when, with the buttons to act on it.

    `done` is what they just did with it: "copied", "erased", "diary_on" or "diary_off".
    """
    return [
        header(say("own.title")),
        section(_entry_line(kept, say)),
        *(section(line) for line in _answer_lines(kept, say, zone)),
        # Beside the buttons, where whoever pressed one is looking.
        *([section(f"*{say(f'own.done_{done}')}*")] if done else []),
        *_buttons(kept, say),
        divider(),
    ]


def _entry_line(kept: Kept, say: Words) -> str:
    person = kept.person
    return say(
        "own.entry",
        name=escape(person.name),
        email=escape(person.email),
        unit=escape(" / ".join(kept.unit)),
        roles=escape(_roles(kept, say)),
        days=PEOPLE_WHO_LEFT.days,
    )


def _roles(kept: Kept, say: Words) -> str:
    named = [say(f"role.{role.value}") for role in Role if role in kept.person.roles]
    leads = [say("own.leads", units=say.listing(list(kept.leads)))] if kept.leads else []
    return ", ".join([*named, *leads])


def _is_asked(kept: Kept) -> bool:
    """Whether there can be answers of theirs."""
    return Role.REP in kept.person.roles or kept.pulse is not None


def _answer_lines(kept: Kept, say: Words, zone: ZoneInfo) -> list[str]:
    if not _is_asked(kept):
        return [say("own.not_asked")]
    diary = "on" if kept.person.keeps_diary else "off"
    return [
        _box_line(kept, say, zone),
        say(f"own.diary_{diary}", rounds=DIARY_ROUNDS),
        say("own.not_kept"),
    ]


def _box_line(kept: Kept, say: Words, zone: ZoneInfo) -> str:
    if kept.pulse is None:
        return say("own.no_box")
    until = say.when(kept.pulse.round.closes_at.astimezone(zone))
    return say("own.in_box" if kept.in_box else "own.not_in_box", until=until)


def _buttons(kept: Kept, say: Words) -> list[Block]:
    copy = button(say("own.copy"), Action.COPY_OWN_DATA) | {"confirm": _confirm("copy", say)}
    if not _is_asked(kept):
        return [actions(copy)]
    erase = button(say("own.erase"), Action.ERASE_ANSWERS, style="danger")
    erase |= {"confirm": _confirm("erase", say, style="danger")}
    if not kept.person.keeps_diary:
        switch = button(say("own.keep_diary"), Action.KEEP_DIARY)
        return [actions(copy, erase, switch), context(say("own.price_off"))]
    switch = button(say("own.keep_no_diary"), Action.KEEP_NO_DIARY) | {"confirm": _confirm("no_diary", say)}
    return [actions(copy, erase, switch), context(say("own.price_on"))]


def _confirm(key: str, say: Words, *, style: str = "primary") -> Block:
    return {
        "title": plain(say(f"own.confirm_{key}"), _TITLE),
        "text": plain(say(f"own.confirm_{key}_text"), _TEXT),
        "confirm": plain(say(f"own.confirm_{key}_yes"), _LABEL),
        "deny": plain(say("own.confirm_no"), _LABEL),
        "style": style,
    }


def copy_message(kept: Kept, diary: Diary, bank: QuestionBank, *, zone: ZoneInfo) -> dict[str, Any]:
    """The copy as a direct message: the entry, the box, and each round of the diary, newest first.

    Twelve rounds of four questions are seventeen blocks and some 6,000 characters, half of what a message holds.
    """
    say = words(kept.person.language)
    blocks = [header(say("copy.title")), section("\n".join(_entry_rows(kept, say)))]
    if _is_asked(kept):
        blocks.append(section(_box_line(kept, say, zone)))
        blocks.append(section(_diary_text(kept, diary, say)))
        blocks += [section(_round_text(week, answers, bank, say)) for week, answers in reversed(diary.entries)]
    blocks += _deed_blocks(kept, say, zone)
    blocks += _reaction_blocks(kept, say)
    blocks.append(context(say("copy.lies_in_slack")))
    # The text is what a locked phone shows: nothing of the copy stands in it.
    return {"text": say("copy.title"), "blocks": blocks}


def _deed_blocks(kept: Kept, say: Words, zone: ZoneInfo) -> list[Block]:
    """What they did about alerts, the newest last, with what they wrote."""
    lines = [
        say(
            f"copy.{deed.deed.value}",
            day=say.day_of_year(deed.at.astimezone(zone).date()),
            unit=escape(deed.unit),
            text=f" {escape(deed.text)}" if deed.text else "",
        )
        for deed in kept.deeds[-MOST_DEEDS:]
    ]
    return [section("\n".join([f"*{say('copy.deeds')}*", *lines]))] if lines else []


def _reaction_blocks(kept: Kept, say: Words) -> list[Block]:
    """What they said of actions, as long as it can be told to be theirs."""
    lines = [
        f"{say.day_of_year(action.done_on)}, {say(f'action.{action.kind.value}')}: {say(f'outcome.{said.value}')}"
        for action, said in kept.reactions[-MOST_DEEDS:]
    ]
    return [section("\n".join([f"*{say('outcome.own')}*", *lines]))] if lines else []


def _round_text(week: date, answers: Mapping[str, float], bank: QuestionBank, say: Words) -> str:
    rows = [_answer_row(bank.items.get(item_id), item_id, value, say) for item_id, value in answers.items()]
    return "\n".join([f"*{say('copy.week', week=say.day_of_year(week))}*", *rows])


def _entry_rows(kept: Kept, say: Words) -> list[str]:
    person = kept.person
    values = {
        "name": person.name,
        "email": person.email,
        "unit": " / ".join(kept.unit),
        "roles": _roles(kept, say),
        "manager": kept.manager,
        "slack_id": person.slack_id,
        "timezone": person.timezone,
        "language": person.language,
        "country": person.country,
        "joined_on": person.joined_on and say.day_of_year(person.joined_on),
        "ask_time": kept.wishes.ask_time and f"{kept.wishes.ask_time:%H:%M}",
        "paused_until": kept.wishes.paused_until and say.day_of_year(kept.wishes.paused_until),
        "title_in_slack": person.title,
        "welcomed": say.day_of_year(person.welcomed_at.date()) if person.welcomed_at else None,
        "asked": say("copy.asked_no") if person.opted_out else None,
    }
    return [f"{say(f'copy.{key}')}: {escape(value)}" for key, value in values.items() if value]


def _diary_text(kept: Kept, diary: Diary, say: Words) -> str:
    if not kept.person.keeps_diary:
        return say("copy.diary_off")
    return say("copy.diary") if diary.entries else say("copy.diary_empty")


def _answer_row(item: Item | None, item_id: str, value: float, say: Words) -> str:
    """A question and the answer, as they were read and given."""
    number = f"{value:g}"
    number = say.number(value, len(number.partition(".")[2]))
    if item is None:
        return f"• {escape(item_id)}: *{number}*"
    told = say("copy.hours", hours=number) if item.in_hours else say(f"agreement.{value:.0f}")
    return f"• {escape(item.wording(say.language))} *{told}*"
