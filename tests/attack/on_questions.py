"""Two leaders who put together all that they are told, over weeks of questions and digests.

Each question is read and answered as in Slack, from half a year of the demo company through the real count and its
noise, with the rights of whoever asks. Every number of every answer is counted again from the figures of releases
(`recount`): it must be a sum over whole groups that this leader may see. What two leaders were told is then put
together, and all combinations of it are tried (`row_space`).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context

from analysis.answers import Answer, answer
from analysis.change import change
from analysis.detection.cycle import State, watch
from analysis.figures import Figure, Record, Sums, Turnout, Unit
from analysis.questions import Intent, parse
from analysis.stages import Stage
from analysis.synthetic import larkspur
from surveys import results
from surveys.counting.noise import BLURRED, released
from surveys.counting.tally import Group, Tally
from surveys.people.directory import below
from tests.attack.attack import Attack, Effort, Outcome, Progress
from tests.attack.on_sums import K, Released, counted
from tests.attack.organisations import Week, units_of, weeks_of
from tests.attack.people_in_sums import answers_of, changes, doubtful, levels
from tests.attack.phrases import Phrases
from tests.attack.recount import Recount, Told
from tests.surveys import row_space
from tests.surveys.row_space import smallest_recovered

COMPANY = "larkspur-systems"
# Who colludes: what each of the two leads. Their views overlap, or one holds what the other's is the rest of.
PAIRS = (
    ((f"{COMPANY}/emea",), (COMPANY,)),
    ((f"{COMPANY}/emea",), (f"{COMPANY}/emea/dach", f"{COMPANY}/apac/japan")),
    ((COMPANY,), (f"{COMPANY}/apac/anz",)),
)
WEEKS = 26
# The first Friday on which they ask, as before there is no change to ask about, and every which they do.
FIRST_ASKED = 6
ASKED_EVERY = {Effort.SMALL: 5, Effort.FULL: 1}
QUESTIONS = {Effort.SMALL: 900, Effort.FULL: 1_000_000}
ASKED_OF_WEAKER = {Effort.SMALL: 150, Effort.FULL: 5_000}
# The stages of which all combinations of what a pair was told are tried, and of which pairs.
BY_FORCE = {Effort.SMALL: (Stage.TRUST,), Effort.FULL: tuple(Stage)}
PAIRS_BY_FORCE = {Effort.SMALL: (1,), Effort.FULL: (0, 1, 2)}
PROCESSES = 2
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Friday:
    """One leader's questions on one day: what was released until then, and how many they ask."""

    pair: int
    leads: tuple[str, ...]
    record: Record
    weeks: int
    questions: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of some questions; adds up."""

    seen: Counter[str] = field(default_factory=Counter)
    told: set[tuple[int, Told]] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)

    def add(self, other: Asked) -> None:
        """Count in others."""
        self.seen.update(other.seen)
        self.told.update(other.told)
        self.examples.extend(other.examples[: MOST_EXAMPLES - len(self.examples)])


def ask(friday: Friday) -> Asked:
    """Ask all questions of one leader on one day, and count every answer again."""
    found = Asked()
    dice = random.Random(f"{friday.leads} {friday.pair} {friday.weeks}")  # noqa: S311 (the same every time)
    seen = below(list(friday.record.units), frozenset(friday.leads))
    recount = Recount(friday.record, seen)
    counted_again: set[Hashable] = set()
    texts = set()
    for text, told in answers(friday, dice):
        found.seen["questions"] += 1
        found.seen["with figures"] += bool(told.figures or told.participation or told.states)
        texts.add(text)
        key = (told.question, told.figures, told.lines, told.neighbours, told.compared, told.participation)
        if key in counted_again:
            continue
        counted_again.add(key)
        for one in recount.of(told):
            found.seen["numbers"] += 1
            if isinstance(one, str):
                found.seen["in no release"] += 1
                found.examples.append(f"{text}: {one}")
            else:
                found.told.add((friday.pair, one))
    found.seen["different"] += len(texts)
    return found


def answers(friday: Friday, dice: random.Random) -> Iterator[tuple[str, Answer]]:
    """Questions with their answers, within the rights of whoever asks (`surveys.asking`)."""
    record = friday.record
    seen = below(list(record.units), frozenset(friday.leads))
    visible = results.visible(record, seen)
    states: Mapping[str, State] = {unit: state for unit, state in record.once(watch).items() if unit in seen}
    today = record.weeks[-1] + timedelta(days=4)
    names = [unit.name for unit in record.units if unit.id in seen]
    others = [unit.name for unit in record.units if unit.id not in seen]
    phrases = Phrases(dice, names, others=others, today=today, weeks=friday.weeks)
    for _ in range(friday.questions):
        text = phrases.question()
        question = parse(text, units=record.units, asker_units=friday.leads, today=today)
        known = states if question.intent is Intent.CYCLE else {}
        yield text, answer(question, record=visible, states=known)


def record_of(units: Sequence[Unit], year: Iterable[Released]) -> Record:
    """Groups as a record, as they would be read from the tables."""
    figures, turnouts = [], []
    for week, groups in year:
        for group in groups:
            invited = sum(week.asked.get(unit, 0) for unit in group.units)
            turnouts.append(Turnout(week.week_on, group.units, invited, group.answered))
            figures += [
                Figure(
                    week.week_on,
                    group.units,
                    found.item.stage,
                    found.item.scale,
                    found.level,
                    found.change,
                    found.level_noise,
                    found.change_noise,
                )
                for found in group.tallies
            ]
    return Record(units, figures, turnouts)


def fridays(record: Record, effort: Effort) -> list[Friday]:
    """Every leader of every pair asks on every Friday, about as often."""
    until = {
        weeks: record.up_to(record.weeks[weeks - 1])
        for weeks in range(FIRST_ASKED, WEEKS + 1, ASKED_EVERY[effort])
    }
    days = [(weeks, pair, leads) for weeks in until for pair, both in enumerate(PAIRS) for leads in both]
    each, more = divmod(QUESTIONS[effort], len(days))
    return [
        Friday(pair, leads, until[weeks], weeks, each + (place < more))
        for place, (weeks, pair, leads) in enumerate(days)
    ]


def every_team(week: Week) -> list[Group]:
    """What a survey without groups releases: each team by itself, however small, each item and change."""
    found = []
    for unit in sorted(week.asked):
        tallies = []
        for item in week.items:
            here = answers_of(week, frozenset({unit}), item)
            moved = [change(one.value, one.earlier, hours=item.in_hours) for one in here if one.earlier]
            if here:
                level = Sums.of(one.value for one in here)
                tallies.append(Tally(item, level, Sums.of(one for one in moved if one is not None)))
        found.append(Group(frozenset({unit}), max((one.level.n for one in tallies), default=0), tuple(tallies)))
    return found


def weaker(units: Sequence[Unit], year: Sequence[Released], questions: int) -> tuple[int, int]:
    """Answers that a survey without groups would have given: how many, and how many of them tell what is in none.

    Both are compared without noise.
    """
    exact = record_of(units, year)
    each = record_of(units, [(week, every_team(week)) for week, _ in year])
    leads = PAIRS[0][1]
    recount = Recount(exact, below(list(units), frozenset(leads)))
    found = Counter[str]()
    dice = random.Random(3)  # noqa: S311 (the same every time)
    for _, told in answers(Friday(0, leads, each, WEEKS, questions), dice):
        numbers = list(recount.of(told))
        found["with figures"] += bool(numbers)
        found["in no release"] += any(isinstance(one, str) for one in numbers)
    return found["with figures"], found["in no release"]


def people_behind(year: Iterable[Released], stage: Stage) -> dict[Told, row_space.Figure]:
    """Every figure about one stage of all releases as a sum over people; the noise of a level is drawn once."""
    found: dict[Told, row_space.Figure] = {}
    for week, groups in year:
        for item in week.items:
            if item.stage is stage:
                for group, figure in levels(week, groups, item, noised=True).items():
                    found[Told(stage, False, frozenset({group}))] = figure
                for group, figure in changes(week, groups, item).items():
                    found[Told(stage, True, frozenset({group}))] = figure
    return found


def together(year: Sequence[Released], told: Iterable[Told], stage: Stage) -> frozenset[Hashable] | None:
    """The smallest set of fewer than five about whom what two leaders were told of a stage speaks alone."""
    behind = people_behind(year, stage)
    sums = []
    for one in told:
        if one.stage is stage:
            parts = [behind[Told(stage, one.changes, frozenset({group}))] for group in one.groups]
            # Each person stands in one group of a week, so nothing is added up twice.
            sums.append({column: factor for part in parts for column, factor in part.items()})
    return smallest_recovered(sums, below=K)


def collude(effort: Effort, progress: Progress) -> Outcome:
    """All questions of all pairs, and then what each pair can work out together."""
    company = larkspur(weeks=WEEKS)
    units = units_of(company)
    year = list(counted(weeks_of(company), units))
    unsafe = sum(len(doubtful(week, groups, k=K)) for week, groups in year)
    record = record_of(units, [(week, released(groups, BLURRED)) for week, groups in year])
    days = fridays(record, effort)
    found = Asked()
    for done, part in enumerate(_each(days, effort), 1):
        found.add(part)
        progress(0.9 * done / len(days))
    recovered = 0
    for pair in PAIRS_BY_FORCE[effort]:
        told = {one for number, one in found.told if number == pair}
        recovered += sum(together(year, told, stage) is not None for stage in BY_FORCE[effort])
    asked, wrong = weaker(units, year, ASKED_OF_WEAKER[effort])
    return Outcome(
        _found(found, unsafe, recovered),
        held=not (found.seen["in no release"] or unsafe or recovered),
        beside=f"figures of every team, however small: {wrong:,} of {asked:,} answers hold some of no release",
    )


def _each(days: Sequence[Friday], effort: Effort) -> Iterator[Asked]:
    if effort is Effort.SMALL:
        yield from map(ask, days)
        return
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        yield from pool.map(ask, days)


def _found(found: Asked, unsafe: int, recovered: int) -> str:
    seen = found.seen
    broken = f"; {unsafe} figures may speak about fewer" if unsafe else ""
    broken += "".join(f"; {example}" for example in found.examples)
    return (
        f"{seen['in no release']:,} of {seen['numbers']:,} numbers in no release: {seen['questions']:,} questions"
        f" ({seen['different']:,} different), {seen['with figures']:,} answers with figures; {recovered} sets of"
        f" fewer than {K} recovered from the {len(found.told):,} sums that pairs were told{broken}"
    )


ATTACKS = [
    Attack("colluding leaders", "0 figures that are not in a release", collude),
]
