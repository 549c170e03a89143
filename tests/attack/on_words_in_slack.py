"""Hostile texts as people type them, into the modal, as questions, as names: real sandbox, real bot."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from handlers.showing.blocks import printable
from surveys import results
from surveys.ballots.sealed import LONGEST_COMMENT
from surveys.storage.tables import CommentRow, GroupRow, UnitRow
from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.attack.errors_heard import errors_heard
from tests.attack.hostile import EVERYTHING, hostile
from tests.attack.markup import faults
from tests.handlers.office import REPS, Office, opened, steady

WEEKS = {Effort.SMALL: 1, Effort.FULL: 25}
# So that what is written is about one subject, which is named and quoted.
SUBJECT = "approvals for a discount take days"
MOST_EXAMPLES = 3
UNITS = ("quay", "quay/r-d-north", "quay/south")


@dataclass
class Findings:
    """What came of the weeks."""

    tried: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def told(self) -> str:
        """The figures, and a few examples of what was found."""
        tried = ", ".join(f"{number} {kind}" for kind, number in self.tried.items())
        return "\n".join(
            [f"{tried}: {len(self.wrong) or '0 live, 0 crashes, 0 lost'}", *self.wrong[:MOST_EXAMPLES]]
        )


def attack(effort: Effort, progress: Progress) -> Outcome:
    """Live through weeks in which everybody types such texts, and look at every message and view."""
    dice = random.Random(20260322)  # noqa: S311
    found = Findings()
    number = 18 * WEEKS[effort] + 60
    typed = [text for text in hostile(dice, len(EVERYTHING) + number) if _can_be_typed(text)]
    dice.shuffle(typed)
    texts = iter(typed)
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as office, errors_heard() as errors:
        for week in range(WEEKS[effort]):
            _live_week(office, [next(texts) for _ in range(18)], found)
            progress((week + 1) / WEEKS[effort])
        found.wrong += [f"given up: {code}" for code in office.given_up()]
        found.wrong += [f"error: {error}" for error in errors]
        kept = _quotable(office)
    quoted = found.tried["quotations"]
    if not quoted:
        found.wrong.append("nothing was quoted, so nothing was tried")
    return Outcome(
        found.told(), not found.wrong, f"{kept} comments lay in releases, {quoted} times one was quoted"
    )


def _can_be_typed(text: str) -> bool:
    """Whether Slack would carry it, and the database keep it as a name: no halves of pairs, no NUL."""
    return bool(text.strip()) and not any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in text)


def _live_week(office: Office, texts: Sequence[str], found: Findings) -> None:
    _rename(office, texts[15:18])
    said = {rep: f"{SUBJECT} {text}"[:LONGEST_COMMENT] for rep, text in zip(REPS, texts, strict=False)}
    office.live_week(lambda rep: {**steady(rep), "comment": said[rep]})
    found.tried["comments"] += len(said)
    for text in texts[12:15]:
        _ask(office, text, found)
    for reader in ("chief", "nora"):
        for question in ("what do people say", "show quotes about approvals", "what has changed", "how is trust"):
            office.ask(reader, question)
        office.home(reader)
    _count(office, len(said), found)
    for payload in _sent(office):
        found.tried["messages and views"] += 1
        found.wrong += faults(payload)
        for text in _quotations(payload):
            found.tried["quotations"] += 1
            if not text.startswith(SUBJECT.split(maxsplit=1)[0]) or text != printable(text):
                found.wrong.append(f"quoted otherwise than written: {text[:100]!a}")
    found.wrong += [f"refused: {call}" for call in office.refused_calls()]
    office.sandbox.calls.clear()


def _rename(office: Office, names: Sequence[str]) -> None:
    with office.bot.database.work() as session:
        for unit_id, name in zip(UNITS, names, strict=True):
            session.execute(update(UnitRow).where(UnitRow.id == unit_id).values(name=f"Unit {name}"[:255]))
    results._ready.clear()


def _ask(office: Office, text: str, found: Findings) -> None:
    """By command, in a direct message, and by mentioning the bot."""
    found.tried["questions"] += 3
    office.ask("chief", text[:2000])
    for channel, words in ((office.dm("chief"), text), (office.channel("general"), f"<@{_bot(office)}> {text}")):
        before = {message["ts"] for message in office.messages("chief", channel)}
        office.sandbox.say(office.id("chief"), channel, words[:2000])
        office.new_message("chief", channel, before)


def _bot(office: Office) -> str:
    return str(office.sandbox.emulator.workspace.app.bot_user)


def _count(office: Office, answered: int, found: Findings) -> None:
    """Every ballot of the week stands in its release."""
    with office.bot.database.read() as session:
        newest = select(GroupRow.release_id, func.sum(GroupRow.answered)).group_by(GroupRow.release_id)
        counted = [number for _, number in session.execute(newest)]
    if any(number != answered for number in counted):
        found.wrong.append(f"lost: {counted} instead of {answered} a week")


def _sent(office: Office) -> Iterator[Any]:
    """Every message of the bot's that stands anywhere, and every view of this week."""
    for channel in list(office.sandbox.emulator.workspace.channels.values()):
        for message in list(channel.messages.values()):
            if message.by_app:
                yield {"text": message.text, "blocks": message.blocks}
    for call in office.sandbox.calls:
        if "view" in call.arguments:
            yield call.arguments["view"]


def _quotations(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "rich_text_quote":
            yield "".join(piece["text"] for piece in node["elements"])
        for value in node.values():
            yield from _quotations(value)
    elif isinstance(node, list):
        for one in node:
            yield from _quotations(one)


def _quotable(office: Office) -> int:
    with office.bot.database.read() as session:
        return session.scalar(select(func.count()).select_from(CommentRow)) or 0


ATTACKS = [
    Attack(
        "hostile texts typed by people in Slack",
        "0 live, 0 crashes, 0 lost answers",
        attack,
    )
]
