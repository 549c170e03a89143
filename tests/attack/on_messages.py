"""Two leaders in Slack: what they are answered and what their digests say, from a real database, as they read it.

A company answers pulses for some weeks, sealed and counted as ever. After each close two leaders ask questions and
get their digests. Every number of every answer is counted again (`recount`), and every number that stands in a
message, in its texts or its charts, must be one of those.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from analysis.detection.cycle import watch
from handlers.digests.digest import digest_message
from handlers.questions.answer_view import answer_message
from handlers.showing.states import outlook_lines
from handlers.words import COMPLETE, words
from surveys import asking, results
from surveys.ballots.keys import MasterKey
from surveys.bank.items import default_bank
from surveys.counting.noise import BLURRED
from surveys.digests import Owed
from surveys.people import directory
from surveys.people.directory import Person
from surveys.storage.database import Database
from surveys.storage.migrate import migrate
from tests import company
from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.attack.phrases import Phrases
from tests.attack.recount import Recount, unsupported
from tests.attack.rendered import misread_answer, misread_digest

# Gamma is counted with a neighbour in most weeks, Delta in some.
TEAMS = {"North / Alpha": 7, "North / Beta": 6, "North / Gamma": 4, "South / Delta": 6, "South / Echo": 8}
ANSWERS, LEAVES_OUT, WRITES = 0.85, 0.05, 0.3
COMMENTS = ("approvals take too long", "the deal desk comes in late", "targets do not fit my territory")
LEADERS = ("north.lead", "alpha.lead")
WEEKS = {Effort.SMALL: 8, Effort.FULL: 26}
QUESTIONS = {Effort.SMALL: 128, Effort.FULL: 10_400}
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Slack:
    """The company on one Friday: a session, the time, and who reads."""

    session: Session
    person: Person
    week_on: date
    release_id: str

    @property
    def now(self) -> datetime:
        """After the close."""
        return company.WEEKLY.closes_at(self.week_on) + timedelta(hours=20)

    @property
    def seen(self) -> frozenset[str]:
        """Units that the person leads, with all below."""
        return directory.below(directory.units(self.session), self.person.leads)

    def recount(self) -> Recount:
        """What may be told to this person."""
        return Recount(results.whole_record(self.session), self.seen)


def questions(here: Slack, dice: random.Random, number: int) -> Iterator[str]:
    """Ask, and say what in answers and in their messages is in no release."""
    record = results.whole_record(here.session)
    names = [unit.name for unit in record.units if unit.id in here.seen]
    others = [unit.name for unit in record.units if unit.id not in here.seen]
    phrases = Phrases(dice, names, others=others, today=here.now.date(), weeks=len(record.weeks))
    recount = here.recount()
    for _ in range(number):
        text = phrases.question()
        say = words(dice.choice(COMPLETE))
        asked = asking.ask(here.session, here.person, text, now=here.now, company_zone=company.LONDON.key)
        wrong = unsupported(recount.of(asked.answer))
        wrong += misread_answer(answer_message(asked, say), asked.answer, asked.record, say)
        yield from (f"{text}: {one}" for one in wrong)


def digest(here: Slack, dice: random.Random) -> Iterator[str]:
    """Read a digest, and say what in it is in no release."""
    person = replace(here.person, language=dice.choice(COMPLETE))
    message = digest_message(here.session, Owed(here.release_id, here.week_on, person))
    say, states = words(person.language), watch(results.whole_record(here.session).up_to(here.week_on))
    outlooks = {" ".join(outlook_lines(states[unit], say)) for unit in person.leads if unit in states}
    return misread_digest(message, here.recount(), person.leads, here.week_on, say, outlooks=outlooks)


def released(database: Database, master: MasterKey, dice: random.Random, week_on: date) -> str:
    """One week: people answer, and the round is counted."""
    week = company.open_round(database, master, week_on)
    for path, size in TEAMS.items():
        for number in range(1, size + 1):
            if dice.random() > ANSWERS:
                continue
            items = [default_bank()[item_id] for item_id in week.item_ids if dice.random() > LEAVES_OUT]
            given = {
                item.id: float(dice.randint(0, 12) if item.in_hours else dice.randint(1, 5)) for item in items
            }
            comment = dice.choice(COMMENTS) if dice.random() < WRITES else ""
            name = f"{path.split(' / ')[1].lower()}{number}"
            company.answer(database, master, week, name, given, comment=comment, now=company.morning(week_on))
    release_id = company.close(database, master, week, noise=BLURRED)
    assert release_id is not None
    return release_id


def read(effort: Effort, progress: Progress) -> Outcome:
    """Weeks, and what two leaders read after each."""
    seen = Counter[str]()
    wrong: list[str] = []
    dice = random.Random(17)  # noqa: S311 (the same answers and questions every time)
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'orgpulse.db'}")
        migrate(database)
        master = MasterKey(secrets.token_bytes(32))
        company.settle(database, TEAMS)
        for number in range(WEEKS[effort]):
            week_on = company.MONDAY + timedelta(weeks=number)
            release_id = released(database, master, dice, week_on)
            each = QUESTIONS[effort] // (WEEKS[effort] * len(LEADERS))
            for name in LEADERS:
                person = company.person(database, name)
                with database.read() as session:
                    here = Slack(session, person, week_on, release_id)
                    wrong += questions(here, dice, each)
                    wrong += digest(here, dice)
                seen["questions"] += each
                seen["digests"] += 1
            progress((number + 1) / WEEKS[effort])
        database.close()
    told = f"{len(wrong)} numbers in no release: {seen['questions']:,} questions and {seen['digests']:,} digests"
    return Outcome("; ".join([told, *wrong[:MOST_EXAMPLES]]), held=not wrong)


ATTACKS = [Attack("colluding leaders in Slack", "0 figures that are not in a release", read)]
