"""Everybody tries everything: every role, every act, with forged payloads, in two worlds.

What somebody is sent must not depend on what only others may see. So every request is sent twice: in this world,
and in one where the units out of the sender's sight answered the other way round and wrote about other things
(`quay.elsewhere`). One letter of difference is a leak. What it wrote into the tables, and to whose eyes anything
was sent, is compared with what the sender may do.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from slack_bolt import BoltRequest

from handlers.digests.digest import digest_message
from handlers.exports.page import export_page
from handlers.results.result_view import figure_blocks
from handlers.words import words
from surveys import audit, results
from surveys.ballots.sealed import quarter
from surveys.digests import Owed
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import RIGHTS, Act, Party, may
from surveys.people.roster import Role
from surveys.rounds import answering, rounds
from tests.attack.attack import Attack, Effort, Outcome, Progress, unseen
from tests.attack.errors_heard import errors_heard
from tests.attack.forged import Forged, every_click, requests
from tests.attack.quay import (
    NORTH_TEAM,
    PEOPLE,
    RELEASED,
    SOUTH_TEAM,
    TEAMS,
    Quay,
    all_tables,
    elsewhere,
    put_back,
    quay,
)
from tests.handlers.office import NORTH, SOUTH

FORGED = {Effort.SMALL: 40, Effort.FULL: 4000}
OF_WEAKER = {Effort.SMALL: 25, Effort.FULL: 400}
# Of every button with every value by everybody, some 20,000.
CLICKS = {Effort.SMALL: 18, Effort.FULL: 4000}
OWN_TEAM = {"north1": NORTH_TEAM, "south1": SOUTH_TEAM}
# A click that failed names its line in the log.
_REFERENCE = re.compile(r"\b[0-9a-f]{8}\b")
MOST_EXAMPLES = 4
# What everybody may change about themselves.
OWN_CHOICES = ("keeps_diary", "language", "opted_out")


@dataclass
class Findings:
    """What came of the requests; adds up."""

    sent: int = 0
    messages: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def note(self, kind: str, example: str) -> None:
        """Something that must not be."""
        self.seen[kind] += 1
        if self.seen[kind] <= MOST_EXAMPLES:
            self.examples.append(f"{kind}: {example}")

    @property
    def held(self) -> bool:
        """Whether nothing was found."""
        return not self.seen


Told = list[list[str]]


# One request ----------------------------------------------------------------------------------------------


class Attacked:
    """The company while it is attacked."""

    def __init__(self, company: Quay, found: Findings, sight: Mapping[str, frozenset[str]]) -> None:
        self.company = company
        self.found = found
        self.sight = sight
        self._tables: dict[str, set[object]] = {}

    def tell(self, forged: Sequence[Forged]) -> Told:
        """Send the requests one after the other, and return what was sent for each."""
        self.company.see_all()
        self._tables = _small_tables(self.company)
        return [self._send(one) for one in forged]

    def _send(self, forged: Forged) -> list[str]:
        company, bot = self.company, self.company.office.bot
        body = forged.make(company)
        with errors_heard() as heard:
            for _ in range(forged.times):
                answer = bot.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        sent = company.sent()
        self.found.sent += 1
        self.found.messages += len(sent)
        example = f"{forged.user}: {forged.name}"
        # What Slack refuses of a made-up place or trigger is refused.
        errors = [error for error in heard if not error.startswith("SlackApiError")]
        if errors or answer.status >= 500:
            self.found.note("crash", f"{example} ({'; '.join(errors)})")
        me = company.office.id(forged.user)
        for how, eyes, content in sent:
            if not eyes <= {me}:
                self.found.note("sent to others", f"{example}: {how} {content[:120]}")
        before, self._tables = self._tables, _small_tables(company)
        for wrong in self._unauthorised(forged.user, before, self._tables):
            self.found.note("unauthorised write", f"{example}: {wrong}")
        # What the acknowledgement itself shows counts as sent.
        contents = [*(content for _, _, content in sent), str(answer.body)]
        return [self._without_shared(forged.user, _REFERENCE.sub("", content)) for content in contents]

    def _without_shared(self, user: str, content: str) -> str:
        """What was sent without the company's and the region's figures, which are sums over others as well.

        That no sum of those comes down to one group is held by `tests/surveys/test_sharing.py`.
        """
        with self.company.database.read() as session:
            person = directory.by_slack_id(session, self.company.office.id(user))
            if person is None or not may(person, Act.HEAR_RESULTS):
                return content
            record = results.whole_record(session)
        say = words(person.language)
        for week in record.weeks[-2:]:
            for block in figure_blocks(record, person.unit_id, say, week=week):
                told = block["text"] if "text" in block else block["elements"][0]
                content = content.replace(json.dumps(told["text"], ensure_ascii=False)[1:-1], "shared")
        return content

    def _unauthorised(
        self, user: str, before: Mapping[str, set[object]], after: Mapping[str, set[object]]
    ) -> list[str]:
        """Rows that came or went and were not this person's to change. The inbox is everybody's."""
        changed = [(table, row) for table in after for row in before[table] ^ after[table] if table != "inbox"]
        mine = self._own_rows(user) if changed else {}
        return [
            f"{table} {str(row)[:120]}"
            for table, row in changed
            if not (table in mine and any(part in mine[table] for part in row))  # type: ignore[attr-defined]
        ]

    def _own_rows(self, user: str) -> dict[str, set[object]]:
        """By table, what a row must hold to be somebody's own to write."""
        company = self.company
        me, dm = company.office.id(user), company.office.dm(user)
        channels = company.workspace.channels
        own: dict[str, set[object]] = {
            "outbox": {me, dm, *(f"{channel}:{me}" for channel in channels), f"C0:{me}"},
        }
        with company.database.read() as session:
            person = directory.by_slack_id(session, me)
            if person is None:
                return own
            seen = results.visible_units(session, person)
        keys = company.office.bot.services.keys
        now = company.office.clock.now()
        if may(person, Act.HANDLE_ALERT):
            own["alert"] = {row.id for row in company.rows("alert") if row.unit_id in seen}
            own["alert_note"] = own["alert"]
        if may(person, Act.SET_UP):
            own["role"] = {row.id for row in company.rows("person")}
            own["audit"] = {audit.mark(person.id)}
        own["person"] = {person.id}
        own["wish"] = {person.id}
        own["later"] = {keys.ballot_key(f"later {company.round.id}", person.id)}
        own["diary"] = {keys.diary_key(quarter(now.date()), person.id)}
        if Role.REP in person.roles and now < company.round.closes_at:
            own["ballot"] = {keys.ballot_key(company.round.id, person.id)}
        return own


def _small_tables(company: Quay) -> dict[str, set[object]]:
    """Every row of the tables but releases; of people apart what they choose themselves, and the rest."""
    found: dict[str, set[object]] = {
        name: {tuple(str(one) if isinstance(one, list | dict) else one for one in row) for row in rows}
        for name, rows in all_tables(company.database, but=RELEASED).items()
    }
    people = company.rows("person")
    found["person"] = {tuple(getattr(row, name) for name in ("id", *OWN_CHOICES)) for row in people} | {
        ("roster", tuple(str(value) for name, value in row._mapping.items() if name not in OWN_CHOICES))
        for row in people
    }
    return found


# Two worlds -----------------------------------------------------------------------------------------------


def in_two_worlds(attacked: Attacked, forged: Sequence[Forged], progress: Progress) -> None:
    """Send every request in both worlds, and note what was answered otherwise in the other one."""
    company, found = attacked.company, attacked.found
    database = company.database
    base, released = all_tables(database, but=RELEASED), _released(company)
    groups = [(user, previews) for user in attacked.sight for previews in (False, True)]
    for place, (user, previews) in enumerate(groups):
        these = [one for one in forged if one.user == user and one.previews is previews]
        if not these:
            continue
        hidden = frozenset(TEAMS) - attacked.sight[user] - ({OWN_TEAM.get(user, "")} if previews else set())
        here = attacked.tell(these)
        put_back(database, base)
        with elsewhere(database, hidden):
            there = attacked.tell(these)
        put_back(database, base)
        for one, this, other in zip(these, here, there, strict=True):
            if this != other:
                found.note("told of others' units", f"{user}: {one.name}: {_difference(this, other)}")
        progress((place + 1) / len(groups))
    if _released(company) != released:
        found.note("unauthorised write", "a release was changed")


def digests_in_two_worlds(attacked: Attacked) -> None:
    """What managers would be sent on the next Friday, and what they could put on a slide, in both worlds."""
    company = attacked.company

    def told(user: str) -> str:
        with company.database.read() as session:
            person = directory.by_email(session, f"{user}@quay.example")
            week_on = results.whole_record(session).weeks[-1]
            digest = json.dumps(digest_message(session, Owed("", week_on, person)), ensure_ascii=False)
            pages = [
                export_page(session, unit, say=words(person.language)).alt
                for unit in directory.units(session)
                if unit.id in person.leads
            ]
            return "\n".join([digest, *pages])

    for user in ("nora", "sam"):
        here = told(user)
        with elsewhere(company.database, frozenset(TEAMS) - attacked.sight[user]):
            there = told(user)
        if here != there:
            attacked.found.note(
                "told of others' units", f"digest or page of {user}: {_difference([here], [there])}"
            )


def _released(company: Quay) -> set[str]:
    """What lies in releases; turned round twice, a sum comes back but for the last digits."""
    return {
        str([round(one, 6) if isinstance(one, float) else one for one in row]) for row in company.rows(*RELEASED)
    }


def _difference(here: Sequence[str], there: Sequence[str]) -> str:
    one, other = next(((a, b) for a, b in zip(here, there, strict=False) if a != b), (str(here), str(there)))
    at = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"…{one[max(0, at - 60) : at + 60]}… / …{other[at : at + 40]}…"


# The attack -----------------------------------------------------------------------------------------------


def attack(effort: Effort, progress: Progress) -> Outcome:
    """Everybody tries everything while the pulse is open, after roles were taken away, and after the close."""
    dice = random.Random(20260322)  # noqa: S311
    found = Findings()
    with tempfile.TemporaryDirectory() as folder, quay(Path(folder)) as company, _patiently(company):
        everybody_answers(company)
        forged = requests(company, dice, FORGED[effort])
        clicks = every_click(company)
        forged += dice.sample(clicks, min(CLICKS[effort], len(clicks)))
        digests_in_two_worlds(Attacked(company, found, PEOPLE))
        weaker = with_every_right(company, forged[: OF_WEAKER[effort]])
        in_two_worlds(Attacked(company, found, PEOPLE), forged, lambda done: progress(done * 0.6))
        sight = after_roles_changed(company)
        in_two_worlds(Attacked(company, found, sight), forged[::3], lambda done: progress(0.6 + done * 0.2))
        after_the_close(company, found)
        in_two_worlds(Attacked(company, found, sight), forged[1::3], lambda done: progress(0.8 + done * 0.2))
    return Outcome(
        f"{found.sent} requests by {len(PEOPLE)} people, {found.messages} messages: "
        + (
            ", ".join(f"{count} {kind}" for kind, count in found.seen.items())
            or "0 unauthorised results or writes"
        )
        + "".join(f"\n{example}" for example in found.examples),
        found.held,
        weaker,
    )


def with_every_right(company: Quay, forged: Sequence[Forged]) -> str:
    """The same requests where every role may do everything and sees every unit."""
    everybody = frozenset(Party)
    found = Findings()
    with (
        patch.dict(RIGHTS, dict.fromkeys(Act, everybody)),  # type: ignore[arg-type]
        patch("surveys.results.visible_units", lambda *_: frozenset({"quay", "quay/west", *TEAMS})),
        patch("surveys.people.directory._person", _leading_all),
    ):
        in_two_worlds(Attacked(company, found, PEOPLE), forged, unseen)
    told, number = found.seen["told of others' units"], len(forged)
    return f"with every right given to everybody, {told} of {number} requests told of units out of sight"


def _leading_all(row: object, roles: object, make: object = directory._person) -> Person:
    from dataclasses import replace  # noqa: PLC0415

    return replace(make(row, roles), leads=frozenset({"quay"}))  # type: ignore[operator]


def everybody_answers(company: Quay) -> None:
    """All but the attackers among the reps have answered the open pulse."""
    services = company.office.bot.services
    for rep in (*NORTH[1:5], *SOUTH[1:5]):
        with company.database.read() as session:
            person = directory.by_email(session, f"{rep}@quay.example")
            pulse = rounds.pulse_of(session, person, round_id=company.round.id, now=company.office.clock.now())
        given = dict.fromkeys(pulse.round.item_ids, 3.0)
        answering.put_ballot(
            company.database,
            services.keys,
            person,
            pulse,
            answers=given,
            comment="approvals take days",
            quotable=True,
        )


def after_roles_changed(company: Quay) -> Mapping[str, frozenset[str]]:
    """Nora manages nothing any more, and Sam leads her team instead of his own; returns what each may see now."""
    company.people(without=frozenset({"north6"}), nora="admin", sam="manager of Quay / R&D North")
    return {**PEOPLE, "nora": frozenset(), "sam": frozenset({NORTH_TEAM})}


def after_the_close(company: Quay, found: Findings) -> None:
    """The pulse closes and Friday comes; nobody is told of what is not theirs any more."""
    office = company.office
    # They are managers again when the digests are planned, and not when they are sent.
    company.people(without=frozenset({"north6"}))
    office.pass_time(company.round.closes_at + timedelta(minutes=1))
    after_roles_changed(company)
    company.see_all()
    try:
        office.pass_time(
            office.schedule.digest_at(company.round.week_on, office.schedule.company_zone) + timedelta(minutes=1)
        )
    except ExceptionGroup as problem:
        found.note("crash", f"digests after roles changed: {problem.exceptions[0]!r}")
    for how, eyes, content in company.sent():
        if office.id("nora") in eyes:
            found.note(
                "told of others' units", f"nora got a digest without managing anything: {how} {content[:80]}"
            )
        if office.id("sam") in eyes and '"South, week of' in content:
            found.note("told of others' units", f"sam got a digest of the team he lost: {how} {content[:80]}")


@contextmanager
def _patiently(company: Quay) -> Iterator[None]:
    """Let a request be answered only when its listener is through, so that what it did can be looked at."""
    runner = company.office.bot.app.listener_runner
    runner.process_before_response = True
    yield
    runner.process_before_response = False


ATTACKS = [
    Attack(
        "every role and every act, with forged payloads",
        "0 unauthorised results or writes, whatever stands in values, metadata, places, questions and stale views",
        attack,
    )
]
