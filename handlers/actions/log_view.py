"""The modal that logs an action, and what it says once it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analysis.effects import LOOKS, last_week
from analysis.figures import Unit
from handlers.actions.reading import Draft
from handlers.ids import Action, Callback
from handlers.showing.blocks import Block, context, escape, plain, section
from handlers.words import Words
from surveys import actions
from surveys.actions import LONGEST_NOTE, Kind
from surveys.errors import OrgpulseError
from surveys.people.directory import Person

KIND_BLOCK, UNIT_BLOCK, DAY_BLOCK, NOTE_BLOCK = "action_kind", "action_unit", "action_day", "action_note"
# Slack's limits for a select: options of a menu or group and groups, characters of an option and of its value.
OPTIONS, OPTION, VALUE = 100, 75, 150
# From the Monday of a week to the Friday on which a manager is told of it.
TO_FRIDAY = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in, and the alert that led to it."""

    unit_id: str
    kind: Kind
    done_on: date
    note: str
    alert_id: str | None


def log_modal(
    person: Person,
    *,
    units: Sequence[Unit],
    say: Words,
    today: date,
    unit_id: str | None = None,
    alert_id: str | None = None,
    kind: Kind | None = None,
    done_on: date | None = None,
    note: str = "",
) -> dict[str, Any]:
    """The form: what was done, where, when, and a sentence about it.

    Args:
        person: who logs; the unit they lead is chosen when no other is named.
        units: the units they may choose, parents before children.
        say: their words.
        today: their local date, chosen when no day is named.
        unit_id: the unit to begin with.
        alert_id: the alert that led to it.
        kind: the kind to begin with.
        done_on: the day to begin with.
        note: what they typed already.
    """
    led = next((unit.id for unit in units if unit.id in person.leads), None) if len(person.leads) == 1 else None
    kinds = [_option(say(f"action.{one.value}"), one.value) for one in Kind]
    return {
        "type": "modal",
        "callback_id": Callback.LOG,
        "private_metadata": alert_id or "",
        "title": plain(say("log.title"), 24),
        "submit": plain(say("log.save"), 24),
        "close": plain(say("log.close"), 24),
        "blocks": [
            _input(KIND_BLOCK, say("log.kind"), _select(Action.LOG_KIND, kinds, kind.value if kind else None)),
            _input(UNIT_BLOCK, say("log.unit"), _unit_select(units, unit_id or led)),
            _input(DAY_BLOCK, say("log.day"), _picker(done_on or today)),
            _note_input(note, say),
        ],
    }


def log_form(person: Person, draft: Draft, *, units: Sequence[Unit], say: Words, today: date) -> dict[str, Any]:
    """The form, filled with what could be read."""
    return log_modal(
        person,
        units=units,
        say=say,
        today=today,
        unit_id=draft.unit_id,
        kind=draft.kind,
        done_on=draft.done_on,
        note=draft.note,
    )


def _input(block_id: str, label: str, element: Block) -> Block:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element}


def _note_input(note: str, say: Words) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": Action.LOG_NOTE,
        "multiline": True,
        "max_length": LONGEST_NOTE,
    }
    block = _input(NOTE_BLOCK, say("log.note"), element | ({"initial_value": note} if note else {}))
    return block | {"optional": True, "hint": plain(say("log.note_hint"))}


def _picker(day: date) -> Block:
    return {"type": "datepicker", "action_id": Action.LOG_DAY, "initial_date": day.isoformat()}


def _option(label: str, value: str) -> Block:
    return {"text": plain(label, OPTION), "value": value}


def _select(action_id: str, options: Sequence[Block], chosen: str | None) -> Block:
    element: Block = {"type": "static_select", "action_id": action_id, "options": list(options)}
    first = next((option for option in options if option["value"] == chosen), None)
    return element | ({"initial_option": first} if first else {})


def _unit_select(units: Sequence[Unit], chosen: str | None) -> Block:
    """The units in a menu; of many, in groups by the unit above. Two of one name are told apart by it."""
    units = [unit for unit in units if len(unit.id) <= VALUE]
    names = {unit.id: unit.name for unit in units}
    twice = {unit.name for unit in units if [one.name for one in units].count(unit.name) > 1}

    def option(unit: Unit) -> Block:
        above = names.get(unit.parent or "", "")
        return _option(f"{unit.name} ({above})" if unit.name in twice and above else unit.name, unit.id)

    if len(units) <= OPTIONS:
        return _select(Action.LOG_UNIT, [option(unit) for unit in units], chosen)
    inside: dict[str, list[Block]] = {}
    for unit in units:
        inside.setdefault(names.get(unit.parent or "", unit.name), []).append(option(unit))
    groups: list[Block] = [
        {"label": plain(above, OPTION), "options": options[:OPTIONS]}
        for above, options in list(inside.items())[:OPTIONS]
    ]
    element: Block = {"type": "static_select", "action_id": Action.LOG_UNIT, "option_groups": groups}
    first = next((one for group in groups for one in group["options"] if one["value"] == chosen), None)
    return element | ({"initial_option": first} if first else {})


class FormIncomplete(OrgpulseError):
    """Something is missing in this form. Close it, and open it again."""


def filled(view: Mapping[str, Any]) -> Filled:
    """What somebody sent; raises FormIncomplete for what our form cannot send."""
    values = view["state"]["values"]
    try:
        return Filled(
            unit_id=values[UNIT_BLOCK][Action.LOG_UNIT]["selected_option"]["value"],
            kind=Kind(values[KIND_BLOCK][Action.LOG_KIND]["selected_option"]["value"]),
            done_on=date.fromisoformat(values[DAY_BLOCK][Action.LOG_DAY]["selected_date"]),
            note=values[NOTE_BLOCK][Action.LOG_NOTE]["value"] or "",
            alert_id=view["private_metadata"] or None,
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise FormIncomplete from problem


def problem(error: OrgpulseError, say: Words) -> dict[str, str]:
    """What is wrong, beside the input that it is about."""
    block = {
        actions.ActionInFuture: DAY_BLOCK,
        actions.ActionTooOld: DAY_BLOCK,
        actions.NoteTooLong: NOTE_BLOCK,
    }.get(type(error), UNIT_BLOCK)
    key = f"error.{type(error).__name__}"
    return {block: say(key, **error.details) if say.has(key) else str(error)}


def logged_view(action: actions.Action, unit: str, say: Words, *, today: date) -> dict[str, Any]:
    """What was logged, where it is drawn, and when its effect is looked at."""
    name = escape(unit)
    days = [last_week(action.done_on, weeks) + TO_FRIDAY for weeks in LOOKS]
    coming = [say.day(day) for day in days if day >= today]
    done = say("log.done", what=say(f"action.{action.kind.value}"), unit=name, day=say.day(action.done_on))
    looked = say("log.looked", days=say.listing(coming)) if coming else say("log.looked_now")
    return {
        "type": "modal",
        "title": plain(say("log.title"), 24),
        "close": plain(say("pulse.done"), 24),
        "blocks": [section(done), section(say("log.drawn", unit=name)), section(looked), context(say("log.why"))],
    }
