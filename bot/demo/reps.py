"""Simulated reps: they do in the sandbox what a person does in Slack, and nothing else."""

import heapq
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zlib import crc32

from analysis.synthetic import Behaviour, Company, Person
from deploy.sandbox import ActError, Sandbox
from handlers.ids import Action, Callback
from handlers.pulses.item_blocks import FOLLOW_UP_BLOCK, ITEM_BLOCK
from handlers.pulses.pulse_view import COMMENT_BLOCK, QUOTE_BLOCK
from surveys.bank.items import QuestionBank

AT_ONCE = 16
# What costs two teams most of their time, as their stories go; other teams have habits of their own.
NAMED_OFTEN = {"EMEA Enterprise": "deal_desk", "AMER Mid-Market": "crm_entry"}
PATIENCE = 30.0  # seconds until a rep gives up on a modal, on a very busy machine


@dataclass(order=True)
class _Intention:
    """At some instant a rep will answer an invitation; the number keeps equal instants in order."""

    at: datetime
    number: int
    person: Person = field(compare=False)
    week: int = field(compare=False)
    behaviour: Behaviour = field(compare=False)
    invitation: str = field(compare=False)


class Reps:
    """Every rep of the company, sitting in front of the sandbox."""

    def __init__(self, sandbox: Sandbox, company: Company, bank: QuestionBank) -> None:
        self._sandbox = sandbox
        self._company = company
        self._bank = bank
        self._slack_ids = {person.key: sandbox.user_by_email(person.email).id for person in company.reps}
        self._desks = {sandbox.open_dm(self._slack_ids[person.key]): person for person in company.reps}
        self._unread: set[str] = set()
        self._unread_lock = threading.Lock()
        self._last_seen: dict[str, str] = {}
        self._asked: set[tuple[str, int]] = set()
        self._intentions: list[_Intention] = []
        self._numbers = count()
        self.invitations = 0
        self.answers = 0
        sandbox.subscribe(self._notice)

    def _notice(self, hint: dict[str, Any]) -> None:
        channel = hint.get("channel")
        if hint.get("what") == "messages" and channel in self._desks:
            with self._unread_lock:
                self._unread.add(channel)

    def look(self, *, week: int, now: datetime) -> None:
        """Reps with something new read it; who finds an invitation makes up their mind about it."""
        with self._unread_lock:
            channels, self._unread = sorted(self._unread), set()
        for channel in channels:
            person = self._desks[channel]
            for message in self._sandbox.messages(channel):
                if message["ts"] <= self._last_seen.get(channel, "") or not _is_invitation(message):
                    continue
                self._last_seen[channel] = message["ts"]
                self._consider(person, message["ts"], week=week, now=now)

    def _consider(self, person: Person, invitation: str, *, week: int, now: datetime) -> None:
        if (person.key, week) in self._asked:
            # A reminder: their mind is made up.
            return
        self._asked.add((person.key, week))
        self.invitations += 1
        behaviour = self._company.behaviour(person, week)
        if behaviour is not None:
            at = now + timedelta(hours=behaviour.hours)
            intention = _Intention(at, next(self._numbers), person, week, behaviour, invitation)
            heapq.heappush(self._intentions, intention)

    def answer_until(self, instant: datetime) -> datetime | None:
        """Everyone whose moment comes before an instant answers, many at once; returns the last such moment."""
        due = []
        while self._intentions and self._intentions[0].at < instant:
            due.append(heapq.heappop(self._intentions))
        # Socket Mode's client rests 10 ms between reads: one rep after the other would mostly wait for it.
        with ThreadPoolExecutor(AT_ONCE) as hands:
            self.answers += sum(hands.map(self._answer, due))
        return due[-1].at if due else None

    def _answer(self, intention: _Intention) -> bool:
        """A rep presses the button, fills in the modal and sends it; False when they came too late."""
        user = self._slack_ids[intention.person.key]
        channel = self._sandbox.open_dm(user)
        try:
            self._sandbox.click(user, channel=channel, ts=intention.invitation, action_id=Action.OPEN_PULSE)
        except ActError:
            # The message says that the pulse has closed, and has no button any more.
            return False
        view = self._sandbox.wait_for_view(user, callback_id=Callback.PULSE, timeout=PATIENCE)
        done = self._sandbox.submit(user, view["id"], self._fill(view, intention))
        return done.ok and not done.response.get("errors")

    def _fill(self, view: dict[str, Any], intention: _Intention) -> dict[str, Any]:
        behaviour = intention.behaviour
        values: dict[str, Any] = {}
        for block in view["blocks"]:
            block_id = block.get("block_id", "")
            if block_id.startswith(ITEM_BLOCK):
                answer = behaviour.answers.get(self._bank[block_id.removeprefix(ITEM_BLOCK)].stage)
                if answer is not None:
                    values[block_id] = f"{answer:g}"
            elif block_id.startswith(FOLLOW_UP_BLOCK):
                code = self._named(
                    intention, [option["value"] for option in block["element"]["options"]], block_id
                )
                values |= {block_id: code} if code else {}
        if behaviour.comment:
            values[COMMENT_BLOCK] = behaviour.comment
            if behaviour.never_quote:
                values[QUOTE_BLOCK] = ["never"]
        return values

    def _named(self, intention: _Intention, codes: list[str], block_id: str) -> str | None:
        """What a rep names in a follow-up: mostly what their team always does; one in six names nothing."""
        team = intention.person.unit[-1]
        dice = random.Random(f"{self._company.seed} {intention.person.key} {intention.week} {block_id}")  # noqa: S311
        if dice.random() < 1 / 6:
            return None
        often = NAMED_OFTEN.get(team) or codes[crc32(f"{team} {block_id}".encode()) % len(codes)]
        return often if often in codes and dice.random() < 0.6 else dice.choice(codes)


def _is_invitation(message: dict[str, Any]) -> bool:
    """Whether a message can be answered now: it has the button that skips this week."""
    elements = [element for block in message.get("blocks") or [] for element in block.get("elements", [])]
    return any(element.get("action_id") == Action.DECLINE_PULSE for element in elements)
