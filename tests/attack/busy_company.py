"""A company in three time zones whose people answer, change their minds, skip and erase, at some length."""

from __future__ import annotations

import csv
import io
import random
import string
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import update

from bot.tick import Tick
from handlers.services import Services
from surveys import outbox
from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.clock import MovableClock
from surveys.people import directory, roster
from surveys.people.directory import SlackUser
from surveys.rounds import rounds
from surveys.rounds.rounds import Round
from surveys.settings import InForce, Unchanging
from surveys.storage.database import Database
from surveys.storage.tables import ParticipationRow
from tests.company import (
    COMPANY,
    WEEKLY,
    answer,
    decline,
    email,
    erase,
    import_roster,
    person,
    welcome_everybody,
)

# Where people are, the first to be asked first, and how many of a hundred.
ZONES = {"Australia/Sydney": 10, "Europe/London": 60, "America/New_York": 30}
TEAM = 10
# Of a hundred: who says nothing, skips, answers twice, takes back and answers again, answers and then skips.
SILENT, SKIPS, EDITS, ERASES, REGRETS = 4, 4, 10, 3, 3
# How likely somebody does the next thing they will do at each of six moments, and how likely they comment.
SOON = 0.3
COMMENTS = 0.5
Act = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Rep:
    """Somebody who is asked. `name` is what stands before the "@"."""

    id: str
    name: str
    slack_id: str
    zone: str
    unit_id: str


@dataclass
class Week:
    """One round as it really was, which no reader knows."""

    round: Round
    # Ballot key -> person's id.
    owners: dict[bytes, str]
    # Words of comments -> person's id: those still in the box at the close, and those answered anew, skipped or
    # erased.
    said: dict[str, str] = field(default_factory=dict)
    taken_back: dict[str, str] = field(default_factory=dict)
    # Hours that nobody else gave, as they are written in a ballot.
    given: set[str] = field(default_factory=set)
    in_box: set[str] = field(default_factory=set)
    done_by_reminder: set[str] = field(default_factory=set)

    def class_of(self, rep: Rep) -> str:
        """All that is told about a person: when they were asked. A reminder is written for everybody."""
        return rep.zone


class BusyCompany:
    """Reps, a clock, the real tick, and a Slack that takes every message.

    `marks_who_answered` is the weaker design: a mark at the person, in the transaction after the ballot's.
    """

    def __init__(
        self,
        database: Database,
        master: MasterKey,
        *,
        size: int,
        dice: random.Random,
        marks_who_answered: bool = False,
    ) -> None:
        self.marks_who_answered = marks_who_answered
        self.database = database
        self.master = master
        self.dice = dice
        self.clock = MovableClock(datetime(2026, 7, 4, tzinfo=UTC))
        self._stamps = count(1_800_000_000)
        services = Services(
            database=database,
            keys=master.serving(),
            settings=Unchanging(InForce(WEEKLY, default_bank(), 5, (WEEKLY,))),
            clock=self.clock,
            outbox_filled=lambda: None,
            change_soon=lambda *_: None,
        )
        self.tick = Tick(services, master)
        self.reps = self._settle(size)

    def _word(self, letters: str = string.ascii_lowercase, length: int = 10) -> str:
        return "".join(self.dice.choices(letters, k=length))

    def _settle(self, size: int) -> list[Rep]:
        names = [self._word() for _ in range(size)]
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(roster.COLUMNS)
        writer.writerow([email("chief"), "The Chief", "", COMPANY, "leader"])
        for number, name in enumerate(names):
            team = f"{COMPANY} / Region {number // TEAM // 12} / Team {number // TEAM}"
            writer.writerow([email(name), f"Person {name.title()}", email("chief"), team, "rep"])
        import_roster(self.database, file.getvalue())
        zones = [zone for zone, share in ZONES.items() for _ in range(share)]
        # Teams sit together.
        place = {name: zones[number // TEAM * TEAM * 100 // size] for number, name in enumerate(names)}
        letters = string.ascii_uppercase + string.digits
        users = [
            SlackUser(f"U{self._word(letters)}", email(name), place[name], "en-GB", deactivated=False)
            for name in self.dice.sample(names, size)
        ]
        with self.database.work() as session:
            directory.match_slack(session, users)
        welcome_everybody(self.database, at=self.clock.now() - timedelta(weeks=1))
        with self.database.read() as session:
            people = {person.email: person for person in directory.people(session)}
        reps = [people[email(name)] for name in names]
        return [
            Rep(rep.id, name, rep.slack_id or "", rep.timezone or "", rep.unit_id)
            for name, rep in zip(names, reps, strict=True)
        ]

    # -- what happens -----------------------------------------------------------------------------------

    def live(
        self,
        week_on: date,
        *,
        after_each: Callable[[], None] = lambda: None,
        answering: Container[str] | None = None,
    ) -> Week:
        """Everything of a round up to the moment before it is counted.

        Args:
            week_on: its Monday.
            after_each: called after each thing that somebody did.
            answering: ids of those who answer, and do nothing else; without it, people do what they like.
        """
        self._wait_until(WEEKLY.opens_at(week_on))
        asked = {zone: WEEKLY.ask_at(week_on, ZoneInfo(zone)) for zone in ZONES}
        reminded = {zone: WEEKLY.remind_at(week_on, ZoneInfo(zone)) for zone in ZONES}
        moments = sorted([*asked.values(), *reminded.values()])
        self._wait_until(moments[0])
        week = self._week()
        acts = {rep: self._plan(rep, week, answering) for rep in self.reps}
        for moment in moments:
            week.done_by_reminder |= {
                rep.id for rep in self.reps if reminded[rep.zone] == moment and rep.id in week.in_box
            }
            self._wait_until(moment)
            due = [rep for rep in self.reps if asked[rep.zone] <= moment]
            for rep in self.dice.sample(due, len(due)):
                self._act(acts[rep], after_each, to_the_end=moment == moments[-1])
        return week

    def close(self, week: Week) -> None:
        """Count it, and tell everybody."""
        self._wait_until(week.round.closes_at)

    def _week(self) -> Week:
        who = person(self.database, self.reps[0].name)
        with self.database.read() as session:
            pulse = rounds.open_pulse(session, who, now=self.clock.now())
        assert pulse is not None
        serving = self.master.serving()
        return Week(pulse.round, {serving.ballot_key(pulse.round.id, rep.id): rep.id for rep in self.reps})

    def _wait_until(self, moment: datetime) -> None:
        self.clock.move_to(moment)
        self.tick.run()
        while self._send():
            pass

    def _send(self) -> bool:
        """What the sender writes down about messages that Slack takes at once."""
        with self.database.work() as session:
            taken = outbox.lease(session, now=self.clock.now())
        with self.database.work() as session:
            for leased in taken:
                outbox.sent(session, leased, channel=f"D{leased.message.recipient}", ts=f"{next(self._stamps)}.0")
        return bool(taken)

    def _act(self, acts: list[Act], after_each: Callable[[], None], *, to_the_end: bool) -> None:
        while acts and (to_the_end or self.dice.random() < SOON):
            acts.pop(0)()
            after_each()
            if not to_the_end:
                return

    # -- what people do ---------------------------------------------------------------------------------

    def _plan(self, rep: Rep, week: Week, answering: Container[str] | None) -> list[Act]:
        """What somebody will do in a round, in order."""

        def kept() -> None:
            self._answer(rep, week, kept=True)

        def passing() -> None:
            self._answer(rep, week, kept=False)

        def skip() -> None:
            decline(self.database, self.master, week.round, rep.name)
            self._done(rep, week)

        def take_back() -> None:
            erase(self.database, self.master, week.round, rep.name)
            week.in_box.discard(rep.id)

        if answering is not None:
            return [kept] if rep.id in answering else []
        plans: list[list[Act]] = [[], [skip], [passing, kept], [passing, take_back, kept], [passing, skip], [kept]]
        usual = 100 - SILENT - SKIPS - EDITS - ERASES - REGRETS
        (plan,) = self.dice.choices(plans, (SILENT, SKIPS, EDITS, ERASES, REGRETS, usual))
        return plan

    def _answer(self, rep: Rep, week: Week, *, kept: bool) -> None:
        hours = float(f"{self.dice.randrange(10, 60)}.{self.dice.randrange(10**9, 10**10)}")
        answers = dict.fromkeys(week.round.item_ids, float(self.dice.randrange(1, 6)))
        answers["overlay_hours"] = hours
        week.given.add(repr(hours))
        canary = self._word(length=16) if not kept or self.dice.random() < COMMENTS else ""
        if canary:
            (week.said if kept else week.taken_back)[canary] = rep.id
        comment = f"it goes {canary} here" if canary else ""
        answer(self.database, self.master, week.round, rep.name, answers, comment=comment)
        self._done(rep, week)

    def _done(self, rep: Rep, week: Week) -> None:
        week.in_box.add(rep.id)
        if self.marks_who_answered:
            # Any column will do, as long as it changes.
            mark = self.clock.now() + timedelta(microseconds=next(self._stamps) % 1_000_000)
            with self.database.work() as session:
                session.execute(
                    update(ParticipationRow).where(ParticipationRow.person_id == rep.id).values(ask_at=mark)
                )
