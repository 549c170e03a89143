"""The modals of setup: everything at a glance, and a form for each part. A block is named after its setting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from analysis.stages import Stage
from handlers.ids import Action, Callback
from handlers.showing.blocks import Block, button, context, divider, escape, plain, section
from handlers.words import Words
from surveys.audit import Value
from surveys.bank.items import QuestionBank
from surveys.bank.measuring import alternatives
from surveys.people.consequences import Showing
from surveys.people.directory import Person
from surveys.people.roster import Role
from surveys.rounds.schedule import Weekday
from surveys.settings import Setting

# Slack's limits: characters of a title, of an option; options of a menu; and more people than that in one team
# would hide every team.
TITLE, OPTION, OPTIONS, LARGEST_GROUP = 24, 75, 100, 20
# A unit id longer than the value of an option is set by the roster file alone.
UNIT_VALUE = 150
# Names of one role, at a glance.
MOST_NAMES = 6
WHO, ROLES = "person", "roles"
LED = (Role.MANAGER, Role.LEADER)
HELD_AT_HOME = (Role.REP, Role.ADMIN, Role.WORKS_COUNCIL)


class Part(StrEnum):
    """What can be set, each in a form of its own."""

    SCHEDULE = "schedule"
    GROUP = "group"
    PEOPLE = "people"
    ITEMS = "items"
    CHANNEL = "channel"


MOMENTS = ("ask", "remind", "close", "digest")
NAMES: Mapping[Part, tuple[str, ...]] = {
    Part.SCHEDULE: (
        *(f"schedule.{moment}_{half}" for moment in MOMENTS for half in ("day", "time")),
        "reminders",
        "timezone",
    ),
    Part.GROUP: ("smallest_group",),
    Part.PEOPLE: (),
    Part.ITEMS: tuple(f"items.{stage.value}" for stage in Stage),
    Part.CHANNEL: ("leaders_channel",),
}


@dataclass(frozen=True, slots=True)
class Glance:
    """How everything stands now.

    Attributes:
        settings: by name.
        bank: the items as they are asked.
        people: everybody active.
        showing: which units can be shown, with the smallest group as it is.
        least: the smallest group that may still be chosen.
    """

    settings: Mapping[str, Setting]
    bank: QuestionBank
    people: Sequence[Person]
    showing: Showing
    least: int

    def value(self, name: str) -> Value:
        """What a setting is now."""
        return self.settings[name].value


def setup_modal(now: Glance, say: Words) -> dict[str, Any]:
    """Everything at a glance, each part with its button."""
    blocks: list[Block] = []
    for part, text in (
        (Part.SCHEDULE, _schedule_text(now, say)),
        (Part.GROUP, _group_text(now, say)),
        (Part.PEOPLE, _people_text(now.people, say)),
        (Part.ITEMS, _items_text(now, say)),
        (Part.CHANNEL, _channel_text(now, say)),
    ):
        change = button(say("setup.change"), Action.SETUP_PART, value=part)
        blocks += [section(f"*{say(f'setup.part_{part}')}*\n{text}", accessory=change), divider()]
    return _modal(Callback.SETUP, say, [*blocks[:-1], context(say("setup.elsewhere"))])


def _schedule_text(now: Glance, say: Words) -> str:
    when = {f"{moment}_at": _moment(now, moment, say) for moment in MOMENTS}
    asked = say("setup.schedule_text", **when, zone=escape(str(now.value("timezone"))))
    return asked if now.value("reminders") else f"{asked}\n{say('setup.no_reminder')}"


def _moment(now: Glance, moment: str, say: Words) -> str:
    day = Weekday[str(now.value(f"schedule.{moment}_day")).upper()]
    return f"{say(f'weekday.{day.value}')} {now.value(f'schedule.{moment}_time')}"


def _group_text(now: Glance, say: Words) -> str:
    k = int(str(now.value("smallest_group")))
    return "\n".join([say("setup.group_text", k=k), *showing_lines(now.showing, k, say)])


def showing_lines(found: Showing, k: int, say: Words) -> list[str]:
    """Which teams are too small, and with whom they are shown."""
    if not found.small:
        return [say("setup.all_shown")]
    small = say.listing([f"{escape(name)} ({size})" for name, size in found.small])
    lines = [
        say(
            "setup.one_small" if len(found.small) == 1 else "setup.small", k=k, count=len(found.small), units=small
        )
    ]
    lines += [
        say("setup.together", units=say.listing([escape(name) for name in group])) for group in found.together
    ]
    if found.hidden:
        lines.append(say("setup.hidden", units=say.listing([escape(name) for name in found.hidden])))
    return lines


def _people_text(people: Sequence[Person], say: Words) -> str:
    counted = [
        f"{say(f'role.{role.value}')}: {count}"
        for role in Role
        if (count := sum(role in person.roles for person in people))
    ]
    lines = [say("setup.people_text", count=len(people), roles=say("word.comma").join(counted))]
    for role in (Role.ADMIN, Role.LEADER):
        names = [escape(person.name) for person in people if role in person.roles]
        shown = [*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])]
        lines += [say(f"setup.people_{role.value}", names=", ".join(shown))] if names else []
    lost = sum(person.slack_id is None for person in people)
    return "\n".join([*lines, *([say("setup.people_lost", count=lost)] if lost else [])])


def _items_text(now: Glance, say: Words) -> str:
    chosen = [stage for stage in Stage if now.settings[f"items.{stage.value}"].chosen]
    if not chosen:
        return say("setup.items_text")
    return say("setup.items_chosen", stages=say.listing([say.stage(stage) for stage in chosen]))


def _channel_text(now: Glance, say: Words) -> str:
    channel = now.value("leaders_channel")
    return say("setup.channel_text", channel=f"<#{escape(str(channel))}>") if channel else say("setup.no_channel")


# Forms ----------------------------------------------------------------------------------------------------


def form(part: Part, now: Glance, say: Words) -> dict[str, Any]:
    """The form of one part, with what holds now filled in; what is fixed elsewhere is told instead of asked."""
    if part is Part.PEOPLE:
        return _person_form(say)
    blocks: list[Block] = [context(say(f"setup.help_{part}"))]
    for name in NAMES[part]:
        setting = now.settings[name]
        if setting.fixed_in:
            fixed = say("setup.fixed", value=escape(str(setting.value)), place=escape(setting.fixed_in))
            blocks.append(section(f"*{_label(name, say)}:* {fixed}"))
        else:
            blocks.append(_input(name, _label(name, say), _element(name, now, say), optional=part is Part.CHANNEL))
    asks = any(block["type"] == "input" for block in blocks)
    if asks and part is Part.CHANNEL:
        blocks.append(context(say("setup.channel_may_be_empty")))
    return _modal(Callback.SETUP_FORM, say, blocks, submit="setup.next" if asks else None, metadata=part.value)


def _label(name: str, say: Words) -> str:
    if name.startswith("items."):
        return say.stage(Stage(name.removeprefix("items.")))
    return say(f"setup.name_{name.replace('.', '_')}")


def _element(name: str, now: Glance, say: Words) -> Block:
    value = now.value(name)
    if name.endswith("_time"):
        return {"type": "timepicker", "action_id": Action.SETUP_INPUT, "initial_time": str(value)}
    if name == "timezone":
        return {"type": "plain_text_input", "action_id": Action.SETUP_INPUT, "initial_value": str(value)}
    if name == "leaders_channel":
        kinds = {"include": ["public", "private"], "exclude_bot_users": True}
        element: Block = {"type": "conversations_select", "action_id": Action.SETUP_INPUT, "filter": kinds}
        return element | ({"initial_conversation": str(value)} if value else {})
    return _select(_options(name, now, say), str(value))


def _options(name: str, now: Glance, say: Words) -> list[tuple[str, str]]:
    """Labels and values to choose from."""
    if name.endswith("_day"):
        days = [day for day in Weekday if day < Weekday.SATURDAY or name.endswith(("close_day", "digest_day"))]
        return [(say(f"weekday.{day.value}"), day.name.lower()) for day in days]
    if name == "smallest_group":
        largest = max(LARGEST_GROUP, int(str(now.value(name))))
        return [(say("setup.people", count=size), str(size)) for size in range(now.least, largest + 1)]
    if name == "reminders":
        return [(say("setup.reminders_0"), "0"), (say("setup.reminders_1"), "1")]
    stage = Stage(name.removeprefix("items."))
    return [(item.wording(say.language), item.id) for item in alternatives(now.bank, stage)]


def _select(options: Sequence[tuple[str, str]], chosen: str | None, *, kind: str = "static_select") -> Block:
    made = [{"text": plain(label, OPTION), "value": value} for label, value in options]
    element: Block = {"type": kind, "action_id": Action.SETUP_INPUT, "options": made}
    first = next((option for option in made if option["value"] == chosen), None)
    return element | ({"initial_option": first} if first else {})


def _person_form(say: Words) -> dict[str, Any]:
    who: Block = {"type": "users_select", "action_id": Action.SETUP_INPUT}
    blocks = [context(say("setup.help_people")), _input(WHO, say("setup.who"), who)]
    return _modal(Callback.SETUP_PERSON, say, blocks, submit="setup.next")


def roles_form(
    person: Person, held: set[tuple[str, str]], units: Sequence[tuple[str, str]], say: Words
) -> dict[str, Any]:
    """What somebody is, to change; `units` are names and ids to choose from."""
    roles = [{"text": plain(say(f"role.{role.value}"), OPTION), "value": role.value} for role in HELD_AT_HOME]
    has = [option for option in roles if option["value"] in {role for role, _ in held}]
    boxes: Block = {"type": "checkboxes", "action_id": Action.SETUP_INPUT, "options": roles}
    boxes |= {"initial_options": has} if has else {}
    blocks = [
        section(f"*{escape(person.name)}*, {escape(person.email)}"),
        _input(ROLES, say("setup.roles"), boxes, optional=True),
    ]
    for role in LED:
        led = _units(units, {unit for one, unit in held if one == role})
        blocks.append(_input(role.value, say(f"setup.{role.value}_of"), led, optional=True))
    return _modal(Callback.SETUP_ROLES, say, blocks, submit="setup.next", metadata=person.id)


def _units(units: Sequence[tuple[str, str]], chosen: set[str]) -> Block:
    made = [{"text": plain(label, OPTION), "value": unit} for label, unit in units]
    element: Block = {"type": "multi_static_select", "action_id": Action.SETUP_INPUT}
    if len(made) <= OPTIONS:
        element["options"] = made
    else:
        pages = [made[start : start + OPTIONS] for start in range(0, len(made), OPTIONS)]
        element["option_groups"] = [{"label": page[0]["text"], "options": page} for page in pages]
    first = [option for option in made if option["value"] in chosen]
    return element | ({"initial_options": first} if first else {})


# Before and after saving ----------------------------------------------------------------------------------


def confirm_modal(changes: Sequence[str], follows: Sequence[str], say: Words, *, metadata: str) -> dict[str, Any]:
    """What will be other than before, and what follows from it."""
    blocks = [section("\n".join(f"• {line}" for line in changes)), section(f"*{say('setup.follows')}*")]
    blocks += [section(line) for line in follows]
    return _modal(Callback.SETUP_SAVE, say, blocks, submit="setup.save", close="setup.back", metadata=metadata)


def saved_modal(changes: Sequence[str], say: Words) -> dict[str, Any]:
    """What was saved; closing it closes all of setup."""
    lines = "\n".join(f"• {line}" for line in changes)
    blocks = [section(f"*{say('setup.saved')}*"), section(lines), context(say("setup.noted"))]
    return _modal(Callback.SETUP, say, blocks, close="pulse.done") | {"clear_on_close": True}


def change_line(name: str, before: Value, after: Value, now: Glance, say: Words) -> str:
    """'Asked on: Tuesday → Monday'."""
    was, becomes = (_shown(name, value, now, say) for value in (before, after))
    return f"*{_label(name, say)}:* {was} → {becomes}"


def _shown(name: str, value: Value, now: Glance, say: Words) -> str:
    if value is None:
        return say("setup.nothing")
    if name == "leaders_channel":
        return f"<#{escape(str(value))}>"
    if name.endswith("_time") or name == "timezone":
        return escape(str(value))
    labels = {chosen: label for label, chosen in _options(name, now, say)}
    return escape(labels.get(str(value), str(value)))


def _input(block_id: str, label: str, element: Block, *, optional: bool = False) -> Block:
    block = {"type": "input", "block_id": block_id, "label": plain(label), "element": element}
    return block | ({"optional": True} if optional else {})


def _modal(
    callback: Callback,
    say: Words,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str = "setup.close",
    metadata: str = "",
) -> dict[str, Any]:
    view = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(say("setup.title"), TITLE),
        "close": plain(say(close), TITLE),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }
    return view | ({"submit": plain(say(submit), TITLE)} if submit else {})
