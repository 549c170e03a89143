"""Organisations that live through weeks: people come, go, move, stay silent and leave items out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from analysis.change import LAG_WEEKS
from analysis.figures import Unit
from analysis.synthetic import Company
from surveys.ballots.sealed import Ballot, Diary
from surveys.bank.items import Item, default_bank
from surveys.people.roster import unit_id

FIRST_WEEK = date(2026, 1, 5)
YEAR = 52
JOINS, MOVES = 0.012, 0.006
SITS_ABOVE_TEAMS = 0.03
KEEPS_NO_DIARY = 0.1
TEAM = Unit("t", "T")


@dataclass(slots=True)
class Member:
    """Somebody who is asked: unit, how likely they answer at all and leave an item out, and their diary."""

    number: int
    unit_id: str
    answers: float
    leaves_out: float
    keeps_diary: bool
    diary: Diary = field(default_factory=Diary)


@dataclass(frozen=True, slots=True)
class Week:
    """One week's ballots as they go into the count, and who stands behind each, in the same order.

    `asked` says how many people of each unit were.
    """

    week_on: date
    items: Sequence[Item]
    asked: Mapping[str, int]
    ballots: Sequence[tuple[Ballot, Diary]]
    people: Sequence[int]

    def weeks_before(self, number: int) -> date:
        """The Monday so many weeks earlier."""
        return self.week_on - timedelta(weeks=number)

    def seated(self, item: Item) -> dict[str, frozenset[int]]:
        """Who answered an item, by the unit they sit in."""
        found: dict[str, set[int]] = {}
        for person, (ballot, _) in zip(self.people, self.ballots, strict=True):
            if item.id in ballot.answers:
                found.setdefault(ballot.unit_id, set()).add(person)
        return {unit_id: frozenset(people) for unit_id, people in found.items()}


@dataclass(frozen=True, slots=True)
class Organisation:
    """A tree of units, parents before children, and everything random about its weeks."""

    units: Sequence[Unit]
    seats: Sequence[str]
    dice: random.Random

    def weeks(self, number: int = YEAR) -> Iterator[Week]:
        """Live through some weeks."""
        dice = self.dice
        # In one organisation of four everybody answers nearly always: there figures tell most.
        eager = dice.random() < 0.25
        usual = dice.uniform(0.95, 1.0) if eager else dice.uniform(0.5, 0.95)
        leaves_out = 0.0 if eager else dice.choice([0.0, 0.05, 0.15])
        count = 0

        def joined(unit_id: str) -> Member:
            nonlocal count
            count += 1
            return Member(count, unit_id, usual, leaves_out, dice.random() >= KEEPS_NO_DIARY)

        staff = [joined(unit_id) for unit_id in self.seats]
        for index in range(number):
            for place, member in enumerate(staff):
                chance = dice.random()
                if chance < JOINS:
                    staff[place] = joined(member.unit_id)
                elif chance < JOINS + MOVES:
                    member.unit_id = dice.choice(self.seats)
            yield self._week(FIRST_WEEK + timedelta(weeks=index), staff)

    def _week(self, week_on: date, staff: Sequence[Member]) -> Week:
        dice = self.dice
        first, *_, last = default_bank().for_week(week_on.toordinal() // 7)
        items = [first, last]
        ballots, people = [], []
        for member in staff:
            if dice.random() >= member.answers:
                continue
            given = {item.id: _answer(item, dice) for item in items if dice.random() >= member.leaves_out}
            if not given:
                continue
            ballots.append((Ballot(member.unit_id, given, "", quotable=True, diary_keys=()), member.diary))
            people.append(member.number)
            if member.keeps_diary:
                member.diary = member.diary.since(week_on).with_entry(week_on, given)
        return Week(week_on, items, Counter(member.unit_id for member in staff), ballots, people)


def _answer(item: Item, dice: random.Random) -> float:
    return dice.randrange(61) / 2 if item.in_hours else float(dice.randrange(1, 6))


def organisation(dice: random.Random) -> Organisation:
    """Regions of teams, some with a level between, of 15 to 80 people, most teams near the smallest group."""
    units = [Unit("c", "C")]
    teams: list[str] = []
    wanted = dice.choice([15, 20, 25, 30, 35, 40, 50, 80])
    seats: list[str] = []
    while len(seats) < wanted:
        above = dice.choice([unit.id for unit in units if unit.id not in teams and unit.id.count("/") < 3])
        new = Unit(f"{above}/{len(units)}", f"U{len(units)}", above)
        units.append(new)
        if (above == "c" and dice.random() < 0.6) or dice.random() < 0.15:
            continue
        teams.append(new.id)
        seats += [new.id] * dice.choice([1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 12])
    above_teams = [unit.id for unit in units if unit.id not in teams]
    seats = [dice.choice(above_teams) if dice.random() < SITS_ABOVE_TEAMS else seat for seat in seats]
    return Organisation(units, seats, dice)


def joined_team(dice: random.Random) -> Iterator[Week]:
    """One team, week by week, in which everybody always answers, until somebody new joins and answers too."""
    item = default_bank().for_week(0)[0]
    diaries = [Diary() for _ in range(dice.randint(5, 9))]
    last = dice.randint(LAG_WEEKS + 1, 2 * LAG_WEEKS)
    for index in range(last + 1):
        diaries += [Diary()] if index == last else []
        given = [{item.id: _answer(item, dice)} for _ in diaries]
        week_on = FIRST_WEEK + timedelta(weeks=index)
        asked = {TEAM.id: len(given)}
        ballots = [
            (Ballot(TEAM.id, one, "", quotable=True, diary_keys=()), diary)
            for one, diary in zip(given, diaries, strict=True)
        ]
        yield Week(week_on, [item], asked, ballots, range(len(given)))
        diaries = [diary.with_entry(week_on, one) for diary, one in zip(diaries, given, strict=True)]


def units_of(company: Company) -> list[Unit]:
    """The units of the demo company, parents before children."""
    return [Unit(unit_id(path), path[-1], unit_id(path[:-1]) if len(path) > 1 else None) for path in company.units]


def weeks_of(company: Company) -> Iterator[Week]:
    """The demo company's weeks with all their items."""
    diaries = [Diary() for _ in company.reps]
    asked = Counter(unit_id(person.unit) for person in company.reps)
    for index in range(company.weeks):
        week_on = FIRST_WEEK + timedelta(weeks=index)
        items = default_bank().for_week(week_on.toordinal() // 7)
        behaviours = company.week(index)
        ballots, people = [], []
        for number, person in enumerate(company.reps):
            if person.key not in behaviours:
                continue
            found = behaviours[person.key].answers
            given = {item.id: found[item.stage] for item in items if item.stage in found}
            ballot = Ballot(unit_id(person.unit), given, "", quotable=True, diary_keys=())
            ballots.append((ballot, diaries[number]))
            people.append(number)
            diaries[number] = diaries[number].since(week_on).with_entry(week_on, given)
        yield Week(week_on, items, asked, ballots, people)
