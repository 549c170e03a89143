"""Larkspur Systems: the demo company, its 26 weeks, and what each rep does in each of them."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analysis.stages import WHEEL, Stage
from analysis.synthetic import model
from analysis.synthetic.comments import write
from analysis.synthetic.model import Array, Planted
from analysis.synthetic.people import Person, roster

DEFAULT_SEED = 7
STORY_WEEKS = 26  # the story is written for 26 weeks and stretched to any other number
ANSWERING = 0.84  # chance for the average person; about .82 over persons and weeks
ITEM_LEFT_OUT = 0.05
COMMENT = 1 / 3
NEVER_QUOTE = 0.1
MOST_DELAY = 96.0  # hours; nobody answers later than four days after being asked

CYCLE_TEAM = "EMEA Enterprise"
DRIFT_TEAM = "AMER Mid-Market"
RECOVERING_TEAM = "AMER Commercial"
GERMAN_TEAM = "DACH"

# Stages of the cycle in EMEA Enterprise: onset week and size in SD of one answer; all ramp over three weeks.
CYCLE: Mapping[Stage, tuple[float, float]] = {
    Stage.TARGETS: (9, 1.4),
    Stage.TRUST: (11, 1.5),
    Stage.CANDOR: (13, 1.4),
    Stage.OVERLAY: (15, 1.4),
    Stage.FRICTION: (17, 1.2),
}
MIGRATION_ONSET, MIGRATION_SIZE = 13.0, 1.5
LOW_SIZE = 0.9  # where AMER Commercial starts in trust and friction
RELIEF_ONSET = 12.0  # its action; recovers over the six weeks after


@dataclass(frozen=True, slots=True)
class Action:
    """Something done that is logged: index of the week, unit path, kind and note."""

    week: int
    unit: tuple[str, ...]
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one person does when asked in one week.

    Attributes:
        hours: hours between being asked and answering; two thirds within two hours, a sixth after a day.
        answers: stage -> answer on the item's own scale, for all seven stages (now and then one is left
            out); the caller picks those that are asked.
        comment: in the person's own words, or None.
        never_quote: whether the comment is marked never to be quoted.
    """

    hours: float
    answers: Mapping[Stage, float]
    comment: str | None = None
    never_quote: bool = False


@dataclass(frozen=True)
class Company:
    """People and their weeks, all from one seed; the order of calls changes nothing."""

    seed: int
    weeks: int
    people: tuple[Person, ...]
    planted: Mapping[str, Mapping[Stage, tuple[Planted, ...]]]
    actions: tuple[Action, ...]
    _persons: dict[str, tuple[Array, float]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def units(self) -> tuple[tuple[str, ...], ...]:
        """Paths of all units, parents before children."""
        paths = {person.unit[: depth + 1] for person in self.people for depth in range(len(person.unit))}
        return tuple(sorted(paths, key=lambda path: (len(path), path)))

    @property
    def reps(self) -> tuple[Person, ...]:
        """Those who are asked."""
        return tuple(person for person in self.people if "rep" in person.roles)

    def shifts(self, team: str, week: float) -> Array:
        """Planted change of a team in one week, shape (7,), SD, up is worse."""
        story = self.planted.get(team, {})
        return np.array([sum(part.at(week) for part in story.get(stage, ())) for stage in WHEEL])

    def behaviour(self, person: Person, week: int) -> Behaviour | None:
        """What a rep does in the week with this index (0 is the first); None when they do not answer.

        Raises:
            ValueError: when the person is not asked, being no rep.
        """
        if "rep" not in person.roles:
            raise ValueError(f"{person.key} is not a rep and is never asked")
        team = person.unit[-1]
        shifts = self.shifts(team, week)
        chance = self._generator(person.key, week)
        own, leaning = self._person(person)
        latent = (
            own
            + model.correlated(self._generator(team, -1), model.TEAM_VARIANCE)
            + model.correlated(self._generator(team, week), model.SHOCK_VARIANCE)
            + model.correlated(chance, model.NOISE_VARIANCE)
            - shifts
        )
        if chance.random() > model.answering(ANSWERING, leaning, model.contentment(latent)):
            return None
        answers = {stage: model.answer(stage, float(latent[stage.position])) for stage in WHEEL}
        if chance.random() < ITEM_LEFT_OUT:
            del answers[WHEEL[int(chance.integers(len(WHEEL)))]]
        hours = _delay(chance)
        if chance.random() > COMMENT:
            return Behaviour(hours, answers)
        comment = write(chance, latent, shifts, self._special(team, week))
        return Behaviour(hours, answers, comment, bool(chance.random() < NEVER_QUOTE))

    def week(self, index: int) -> dict[str, Behaviour]:
        """Everybody who answers in one week: person key -> what they do."""
        found = {person.key: self.behaviour(person, index) for person in self.reps}
        return {key: behaviour for key, behaviour in found.items() if behaviour is not None}

    def _person(self, person: Person) -> tuple[Array, float]:
        if person.key not in self._persons:
            generator = self._generator(person.key, -1)
            own = model.correlated(generator, model.PERSON_VARIANCE)
            self._persons[person.key] = own, float(generator.standard_normal())
        return self._persons[person.key]

    def _generator(self, name: str, week: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(name.encode()), week + 1])

    def _special(self, team: str, week: int) -> dict[str, float]:
        stretch = self.weeks / STORY_WEEKS
        if team == DRIFT_TEAM and week >= round(MIGRATION_ONSET * stretch):
            return {"migration": 4.0, "friction": 1.0}
        if team == RECOVERING_TEAM and week >= round(RELIEF_ONSET * stretch):
            return {"relief": 1.5}
        return {"german": 1.5} if team == GERMAN_TEAM else {}


def _delay(chance: np.random.Generator) -> float:
    """Hours until the answer: two thirds within about two hours, the rest later or after a reminder."""
    kind = chance.random()
    if kind < 0.65:
        return float(min(2.0, chance.exponential(0.6) + 0.02))
    if kind < 0.84:
        return float(chance.uniform(2.0, 20.0))
    return float(min(MOST_DELAY, 24.0 + chance.exponential(16.0)))


def larkspur(seed: int = DEFAULT_SEED, weeks: int = STORY_WEEKS) -> Company:
    """Make the demo company.

    Args:
        seed: everything random follows from it.
        weeks: length of the story; onsets stretch with it.

    Returns:
        The company: in EMEA Enterprise the cycle forms, in AMER Mid-Market a migration raises friction alone,
        AMER Commercial recovers after an action, the rest is noise.
    """
    stretch = weeks / STORY_WEEKS
    relief = round(RELIEF_ONSET * stretch)
    low = (Planted(0, LOW_SIZE), Planted(relief, -LOW_SIZE, ramp=6 * stretch))
    people = roster()
    paths = {person.unit[-1]: person.unit for person in people}
    return Company(
        seed=seed,
        weeks=weeks,
        people=people,
        planted={
            CYCLE_TEAM: {
                stage: (Planted(round(onset * stretch), size, ramp=3 * stretch),)
                for stage, (onset, size) in CYCLE.items()
            },
            DRIFT_TEAM: {Stage.FRICTION: (Planted(round(MIGRATION_ONSET * stretch), MIGRATION_SIZE),)},
            RECOVERING_TEAM: {Stage.TRUST: low, Stage.FRICTION: low},
        },
        actions=(
            Action(
                relief,
                paths[RECOVERING_TEAM],
                "process_removed",
                "Second deal desk approval removed for deals below 50k",
            ),
        ),
    )
