"""Forged requests: payloads in Slack's own shape, with whatever an attacker would like to stand in them.

Slack vouches for the user and for nothing else here: values, metadata, places of messages, views and texts are all
made up, taken from others, or taken from earlier.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count

from deploy.sandbox.delivery import payloads
from deploy.sandbox.delivery.courier import event_envelope
from handlers.alerts.dispute_view import NOTE_BLOCK, REASON_BLOCK
from handlers.ids import COMMAND, Action, Callback
from handlers.pulses.item_blocks import ITEM_BLOCK
from handlers.pulses.pulse_view import COMMENT_BLOCK, QUOTE_BLOCK
from tests.attack.quay import PEOPLE, Quay
from tests.handlers.office import Json

_numbers = count(1)

# Questions about somebody's unit, and about nobody's; {unit} is filled in.
QUESTIONS = (
    "how is trust in {unit}",
    "how have trust and friction moved in {unit}",
    "compare {unit} and South",
    "what has changed in {unit}",
    "what do people say in {unit}",
    "show quotes about discounts in {unit}",
    "is the cycle forming in {unit}",
    "rank the teams of {unit} by trust",
    "how many answered in {unit}",
    "overlay hours in {unit} since january",
    "wie ist das Vertrauen in {unit}",
    "trust",
    "what do people say",
    "is the cycle forming",
    "rank the teams by friction",
    "what has changed",
    "show quotes",
    "help",
    "who can see my answers",
    "what did north2 answer",
)
UNITS = (
    "R&D North",
    "South",
    "West",
    "Docks",
    "Mills",
    "Quay",
    "my team",
    "quay/west/docks",
    "R&amp;D North",
    "*",
)
GARBAGE = (
    "",
    " ",
    "null",
    "\x00",
    "\ud800",
    "x" * 3000,
    '{"round":"1","user":"U1"}',
    "../../etc/passwd",
    "' OR 1=1 --",
    "{0.__class__}",
    "a b c",
    "a b",
    "<@U1>",
)


@dataclass(frozen=True, slots=True)
class Forged:
    """One request.

    Attributes:
        name: what it is, in a few words.
        user: who sends it.
        previews: whether a rep looks at the preview of their own unit.
        make: its payload; triggers live for three seconds, so each is made when it is sent.
        times: how often it is sent, as it is.
    """

    name: str
    user: str
    previews: bool
    make: Callable[[Quay], Json]
    times: int = 1


@dataclass(frozen=True)
class Known:
    """What attackers know: ids of rounds, people, units and alerts, and places of messages, own and others'."""

    rounds: Sequence[str]
    alerts: Sequence[str]
    ids: Sequence[str]
    places: Sequence[tuple[str, str]]
    somebody: str

    @classmethod
    def of(cls, company: Quay) -> Known:
        """Everything there is; an attacker with less can do no more."""
        tables = company.rows("person", "unit", "release")
        rounds = [company.round.id, f"{0:016x}", f"{11:016x}", "f" * 16]
        places = [
            (channel.id, ts)
            for channel in company.workspace.channels.values()
            for ts in [ts for ts, message in channel.messages.items() if message.by_app][:2]
        ]
        somebody = next(row.id for row in company.rows("person") if row.email.startswith("north5@"))
        return cls(rounds, [row.id for row in company.rows("alert")], [row.id for row in tables], places, somebody)

    def values(self) -> list[str]:
        """What may stand in the value of a button."""
        asked = [question.format(unit=unit) for question in QUESTIONS for unit in UNITS[:6]]
        snoozed = [f"{alert}:{weeks}" for alert in self.alerts for weeks in (2, 3)]
        return [*self.rounds, *self.alerts, *snoozed, *self.ids, *dict.fromkeys(asked), *GARBAGE]

    def metadata(self, dice: random.Random) -> str:
        """What may stand in the metadata of a view: a round and a place, or nothing of the kind."""
        place = dice.choice([*self.places, ("C0", "1.0"), ("", ""), ("x" * 1500, "y" * 1400)])
        choices = [
            dice.choice(self.rounds),
            dice.choice(self.alerts),
            dice.choice(GARBAGE),
            f"{dice.choice(self.ids)} {dice.choice(self.ids)}",
        ]
        # What setup would save: a role for somebody, which admins alone may give.
        setup = json.dumps([{}, self.somebody, [["rep", "quay"]]])
        return dice.choice([*choices, setup, f"{dice.choice(self.rounds[:2])} {place[0]} {place[1]}"])


def requests(company: Quay, dice: random.Random, number: int) -> list[Forged]:
    """So many requests of all kinds by everybody, some with an aim first."""
    known = Known.of(company)
    aimed = [_overwriting(rep, place, company) for rep in ("north1", "south1") for place in known.places[::5]]
    kinds = (_click, _click, _click, _submit, _submit, _command, _mention, _message, _home, _odd)
    made = [dice.choice(kinds)(dice.choice(list(PEOPLE)), known, dice) for _ in range(number)]
    return [*aimed, *(replace(one, times=dice.choice([1, 1, 1, 2])) for one in made)]


def every_click(company: Quay) -> list[Forged]:
    """Everybody presses every button there is, with every value, from their own messages."""
    known = Known.of(company)
    return [
        click(
            user, action_id, value, lambda company, user=user: in_message(company, user, company.own_place(user))
        )
        for user in PEOPLE
        for action_id in ACTIONS
        for value in known.values()
    ]


# One kind of request each ---------------------------------------------------------------------------------

ACTIONS = (
    *(action.value for action in Action if action is not Action.ASK),
    "ask:0",
    "tap:3",
    "react:helped",
    "ask:look",
    "ask:",
    "grant_all",
)
Where = Callable[[Quay], Json]


def _click(user: str, known: Known, dice: random.Random) -> Forged:
    place = dice.choice(known.places)
    where = dice.choice(
        [
            lambda company: in_message(company, user, company.own_place(user)),
            lambda company: in_message(company, user, place),
            lambda company: in_view(company, user, dice_view),
            lambda company: {"container": {"type": "message", "message_ts": "1.0", "channel_id": "C0"}},
        ]
    )
    dice_view = _view(known.metadata(dice), Callback.PULSE, {})
    return click(user, dice.choice(ACTIONS), dice.choice(known.values()), where)


def click(user: str, action_id: str, value: str, where: Where) -> Forged:
    """A button is pressed."""

    def make(company: Quay) -> Json:
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": "1.0"}
        return payloads.block_actions(
            company.workspace, company.office.id(user), company.trigger(user), action, where(company)
        )

    return Forged(f"click {action_id} {value[:40]!r}", user, action_id == Action.PREVIEW, make)


def in_message(company: Quay, user: str, place: tuple[str, str]) -> Json:
    """As if the button stood in a message."""
    channel = company.workspace.channels[place[0]]
    message = channel.messages[place[1]]
    own = company.workspace.channels[company.office.dm(user)]
    url = company.office.sandbox.emulator.responses.issue(company.office.id(user), own)
    return payloads.in_message(company.workspace, channel, message, company.office.id(user), url)


def in_view(company: Quay, user: str, view: Json) -> Json:
    """As if it stood in a modal, which somebody else may have opened."""
    del user
    return {"container": {"type": "view", "view_id": view["id"]}, "view": _of_team(company, view)}


def _submit(user: str, known: Known, dice: random.Random) -> Forged:
    metadata = known.metadata(dice)
    callback = dice.choice([*Callback, "pulse ", "erase_everything", ""])
    values = dice.choice(VALUES)

    def make(company: Quay) -> Json:
        view = _of_team(company, _view(metadata, callback, values(company)))
        payload = payloads._interaction(company.workspace, company.office.id(user), "view_submission")
        return payload | {"trigger_id": company.trigger(user), "view": view, "response_urls": []}

    return Forged(f"submit {callback} {metadata[:40]!r}", user, previews=False, make=make)


def _overwriting(user: str, place: tuple[str, str], company: Quay) -> Forged:
    """Somebody answers from a message that may be another's, or the leaders'; it would be changed into thanks."""
    metadata = f"{company.round.id} {place[0]} {place[1]}"

    def make(company: Quay) -> Json:
        view = _of_team(company, _view(metadata, Callback.PULSE, _answers(company)))
        payload = payloads._interaction(company.workspace, company.office.id(user), "view_submission")
        return payload | {"trigger_id": company.trigger(user), "view": view, "response_urls": []}

    return Forged(f"submit from {place[0]}", user, previews=False, make=make)


def _command(user: str, known: Known, dice: random.Random) -> Forged:
    text = dice.choice(["ask ", "", "ASK ", "import ", "setup ", "export "]) + _question(known, dice)

    def make(company: Quay) -> Json:
        channel = company.workspace.channels[company.office.dm(user)]
        url = company.office.sandbox.emulator.responses.issue(company.office.id(user), channel)
        return payloads.slash_command(
            company.workspace,
            company.office.id(user),
            channel,
            COMMAND,
            text,
            trigger_id=company.trigger(user),
            response_url=url,
        )

    return Forged(f"command {text[:40]!r}", user, previews=False, make=make)


def _mention(user: str, known: Known, dice: random.Random) -> Forged:
    text, channel = _question(known, dice), dice.choice([place[0] for place in known.places])
    event = {"type": "app_mention", "text": f"<@U0BOT> {text}", "channel": channel}
    return _event(f"mention {text[:40]!r}", user, event)


def _message(user: str, known: Known, dice: random.Random) -> Forged:
    text = _question(known, dice)
    extra = dice.choice([{}, {}, {}, {"subtype": "message_changed"}, {"bot_id": "B1"}, {"thread_ts": "1.0"}])
    where = dice.choice([{}, {}, {"channel": dice.choice(known.places)[0]}])
    event = {
        "type": "message",
        "channel_type": dice.choice(["im", "im", "channel"]),
        "text": text,
        **extra,
        **where,
    }
    return _event(f"message {text[:40]!r}", user, event)


def _home(user: str, known: Known, dice: random.Random) -> Forged:
    view = _view(known.metadata(dice), Callback.PULSE, {})
    event = {"type": "app_home_opened", "tab": dice.choice(["home", "home", "messages", ""]), "view": view}
    return _event(f"home {event['tab']}", user, event)


def _event(name: str, user: str, event: Json) -> Forged:
    def make(company: Quay) -> Json:
        workspace = company.workspace
        stamp = f"{next(_numbers)}.000100"
        told = {"ts": stamp, "event_ts": stamp, "user": company.office.id(user)}
        return event_envelope(
            app_id=workspace.app.app_id,
            team_id=workspace.team["id"],
            token=workspace.app.verification_token,
            bot_user=workspace.app.bot_user,
            event_id=f"Ev{next(_numbers)}",
            event={"channel": company.office.dm(user), **event, **told},
        )

    return Forged(name, user, previews=False, make=make)


def _odd(user: str, known: Known, dice: random.Random) -> Forged:
    """Kinds of requests that nobody listens to, or that are broken."""
    kind = dice.choice(
        ["view_closed", "shortcut", "message_action", "block_suggestion", "workflow_step_edit", "?"]
    )
    metadata = known.metadata(dice)

    def make(company: Quay) -> Json:
        view = _of_team(company, _view(metadata, Callback.PULSE, {}))
        payload = payloads._interaction(company.workspace, company.office.id(user), kind)
        return payload | {
            "trigger_id": company.trigger(user),
            "view": view,
            "callback_id": "pulse",
            "workflow_step": {},
        }

    return Forged(f"odd {kind}", user, previews=False, make=make)


def _question(known: Known, dice: random.Random) -> str:
    asked = dice.choice(QUESTIONS).format(unit=dice.choice(UNITS))
    return dice.choice([asked, asked, asked, dice.choice(known.ids), dice.choice(GARBAGE)])


# Views and what is filled in --------------------------------------------------------------------------------


def _view(metadata: str, callback: str, values: Json) -> Json:
    return {
        "id": f"V{next(_numbers)}",
        "type": "modal",
        "callback_id": callback,
        "private_metadata": metadata,
        "blocks": [{"type": "input", "block_id": COMMENT_BLOCK, "element": {"type": "plain_text_input"}}],
        "state": {"values": values},
        "hash": "1.1",
        "root_view_id": "V0",
        "previous_view_id": None,
    }


def _of_team(company: Quay, view: Json) -> Json:
    return view | {"team_id": company.workspace.team["id"], "app_id": company.workspace.app.app_id}


def _answers(company: Quay) -> Json:
    filled: Json = {}
    for item_id in company.round.item_ids:
        item = company.office.bot.services.bank[item_id]
        chosen: Json = {"value": "3"} if item.in_hours else {"selected_option": {"value": "2"}}
        filled[f"{ITEM_BLOCK}{item_id}"] = {Action.ANSWER: chosen}
    return filled


def _with_comment(company: Quay) -> Json:
    return _answers(company) | {COMMENT_BLOCK: {Action.COMMENT: {"value": "<!channel> is *this* live \x00"}}}


def _others_items(company: Quay) -> Json:
    bank = company.office.bot.services.bank
    return {f"{ITEM_BLOCK}{item_id}": {Action.ANSWER: {"value": "5"}} for item_id in bank.items}


def _wrong(company: Quay) -> Json:
    return {f"{ITEM_BLOCK}{item_id}": {Action.ANSWER: {"value": "nan"}} for item_id in company.round.item_ids}


def _empty(company: Quay) -> Json:
    return {QUOTE_BLOCK: {Action.NEVER_QUOTE: {"selected_options": [{"value": company.round.id}]}}}


def _dispute(company: Quay) -> Json:
    text = f"<!channel> is *this* live {company.round.id}"
    return {
        REASON_BLOCK: {Action.DISPUTE_REASON: {"selected_option": {"value": "season"}}},
        NOTE_BLOCK: {Action.DISPUTE_NOTE: {"value": text}},
    }


VALUES: Sequence[Callable[[Quay], Json]] = (_answers, _with_comment, _others_items, _wrong, _empty, _dispute)
