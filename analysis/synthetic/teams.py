"""Teams for simulations: sizes, answering, turnover and planted changes as wished, straight to figures."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from analysis.change import change
from analysis.figures import Figure, Record, Scale, Sums, Turnout, Unit
from analysis.stages import Stage
from analysis.synthetic import model
from analysis.synthetic.model import Planted

FIRST_MONDAY = date(2024, 1, 1)
LEAST = 5  # respondents behind any figure, as the count has it
DIARY_ROUNDS = 12  # a person's own last answers that are kept
TURNOVER = 0.015  # share of persons replaced each week, as in all our simulations


@dataclass(frozen=True, slots=True)
class Team:
    """One simulated team.

    Attributes:
        name: unit id and name.
        size: persons in it at any time.
        rate: chance that the average person answers.
        planted: stage -> what it goes through.
        turnover: share of persons replaced each week.
        slope: how strongly the unhappy stop answering (`model.ANSWERING_SLOPE`).
        persistence: correlation of the shared shock from week to week.
        shock: variance of the shared shock, as a share of one answer's variance.
    """

    name: str
    size: int = 10
    rate: float = 0.75
    planted: Mapping[Stage, Planted] = field(default_factory=dict)
    turnover: float = TURNOVER
    slope: float = model.ANSWERING_SLOPE
    persistence: float = 0.0
    shock: float = model.SHOCK_VARIANCE


class _Member:
    """A simulated person: own means, leaning to answer, and diary."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.own = model.correlated(generator, model.PERSON_VARIANCE)
        self.leaning = float(generator.standard_normal())
        self.diary: deque[tuple[int, dict[Stage, float]]] = deque(maxlen=DIARY_ROUNDS)

    def earlier(self, stage: Stage, week: int) -> list[tuple[int, float]]:
        return [(week - then, answers[stage]) for then, answers in self.diary if stage in answers]


# Stages asked in the week with this index.
Asked = Callable[[int], Sequence[Stage]]


def simulate(teams: Sequence[Team], weeks: int, seed: int, *, asked: Asked = model.asked) -> Record:
    """Simulate teams and count them as a release would, each team for itself.

    Args:
        teams: what to simulate; all hang under one unit, "company".
        weeks: number of weeks.
        seed: everything follows from it; a team's draws do not depend on the other teams.
        asked: stages asked in the week with an index; by default the core and one of the others in turn.

    Returns:
        Figures of at least five respondents, with the change where five have earlier answers, and turnouts.
    """
    figures: list[Figure] = []
    turnouts: list[Turnout] = []
    for number, team in enumerate(teams):
        generator = np.random.default_rng([seed, number])
        _simulate(team, weeks, generator, asked, figures, turnouts)
    figures.sort(key=lambda figure: figure.week)
    turnouts.sort(key=lambda turnout: turnout.week)
    units = [Unit("company", "Company"), *(Unit(team.name, team.name, "company") for team in teams)]
    return Record(units, figures, turnouts)


def _simulate(
    team: Team,
    weeks: int,
    generator: np.random.Generator,
    asked: Asked,
    figures: list[Figure],
    turnouts: list[Turnout],
) -> None:
    members = [_Member(generator) for _ in range(team.size)]
    usual = model.correlated(generator, model.TEAM_VARIANCE)
    shock = model.correlated(generator, team.shock)
    units = frozenset({team.name})
    for week in range(weeks):
        fresh = model.correlated(generator, team.shock)
        shock = team.persistence * shock + np.sqrt(1 - team.persistence**2) * fresh
        common = usual + shock - model.shift(team.planted, week)
        noise = model.correlated(generator, model.NOISE_VARIANCE, (team.size,))
        leaves = generator.random(team.size) < team.turnover
        stays_silent = generator.random(team.size)
        stages = asked(week)
        values: dict[Stage, list[float]] = {stage: [] for stage in stages}
        changes: dict[Stage, list[float]] = {stage: [] for stage in stages}
        answered = 0
        for place in range(team.size):
            if leaves[place]:
                members[place] = _Member(generator)
            member = members[place]
            latent = member.own + common + noise[place]
            chance = model.answering(team.rate, member.leaning, model.contentment(latent), team.slope)
            if stays_silent[place] > chance:
                continue
            answered += 1
            answers = {stage: model.answer(stage, float(latent[stage.position])) for stage in stages}
            for stage, value in answers.items():
                values[stage].append(value)
                hours = model.scale_of(stage) is not Scale.AGREEMENT
                difference = change(value, member.earlier(stage, week), hours=hours)
                if difference is not None:
                    changes[stage].append(difference)
            member.diary.append((week, answers))
        monday = FIRST_MONDAY + timedelta(weeks=week)
        turnouts.append(Turnout(monday, units, team.size, answered))
        figures += [
            figure
            for stage in stages
            if (figure := count(monday, units, stage, values[stage], changes[stage])) is not None
        ]


def count(
    week: date, units: frozenset[str], stage: Stage, values: Sequence[float], changes: Sequence[float]
) -> Figure | None:
    """Sum up a group's answers to one item, or None when fewer than five answered it."""
    if len(values) < LEAST:
        return None
    changed = Sums.of(changes) if len(changes) >= LEAST else None
    return Figure(week, units, stage, model.scale_of(stage), Sums.of(values), changed)
