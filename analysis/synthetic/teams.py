"""Teams for simulations: sizes, answering, turnover and planted changes as wished.

`histories` simulates each team once, with everything that is hidden in real life; `simulate` counts the same
answers as a release would, `replies` gives them one by one, as a past survey's export has them. The parameters and
where they come from stand in `analysis.synthetic.model`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analysis.change import LAG_WEEKS, MOST_HOURS_OF_CHANGE, MOST_POINTS_OF_CHANGE, STEP_OF_HOURS, STEP_OF_POINTS
from analysis.figures import Figure, Record, Scale, Sums, Turnout, Unit
from analysis.stages import CORE, WHEEL, Stage
from analysis.synthetic import model
from analysis.synthetic.model import Array, Planted

Mask = NDArray[np.bool_]

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
        rate: chance, 0 to 1, that the average person answers in an average week.
        planted: stage -> what it goes through.
        turnover: share of persons replaced each week.
        slope: log odds of answering per SD of contentment: how strongly the unhappy stop answering; 0 for not at
            all, `model.ANSWERING_SLOPE` usually, twice that when they really do.
        persistence: correlation of the shared shock from week to week, 0 to 1 (AR(1)).
        shock: variance of the shared shock in any one week, as a share of one answer's variance.
        mood: stages whose mean is what makes somebody content enough to answer.
    """

    name: str
    size: int = 10
    rate: float = 0.75
    planted: Mapping[Stage, Planted] = field(default_factory=dict)
    turnover: float = TURNOVER
    slope: float = model.ANSWERING_SLOPE
    persistence: float = 0.0
    shock: float = model.SHOCK_VARIANCE
    mood: Sequence[Stage] = CORE


@dataclass(frozen=True, slots=True)
class History:
    """All that happened in one team; most of it nobody would know.

    Attributes:
        team: what was simulated.
        asked: for each week the stages that were asked, in that order.
        persons: (weeks, size) number of the person in each place; whoever replaces somebody is a new one.
        usual: (weeks, size, 7) what is usual for that person in this team: latent mean in SD, up is good.
        answered: (weeks, size) who answered.
        answers: (weeks, size, 7) what each would have answered, on the items' own scales, asked or not.
    """

    team: Team
    asked: Sequence[Sequence[Stage]]
    persons: NDArray[np.intp]
    usual: Array
    answered: Mask
    answers: Array


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of one person to one item.

    Attributes:
        week: Monday of the week.
        unit: the team's name.
        respondent: opaque id; a member who leaves never comes back, the new one has another id.
        stage: what was asked.
        value: the answer, 1 (bad) to 5 (good) or hours.
    """

    week: date
    unit: str
    respondent: str
    stage: Stage
    value: float


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
        Exact figures of at least five respondents, with the change where five have earlier answers, and turnouts.
    """
    return counted(histories(teams, weeks, seed, asked=asked))


def replies(teams: Sequence[Team], weeks: int, seed: int, *, asked: Asked = model.asked) -> Iterator[Reply]:
    """Every single answer of the same simulation that `simulate` counts, team by team, oldest week first."""
    for history in histories(teams, weeks, seed, asked=asked):
        for week, place in np.argwhere(history.answered):
            respondent = f"{history.team.name} {history.persons[week, place] + 1}"
            for stage in history.asked[week]:
                value = float(history.answers[week, place, stage.position])
                yield Reply(monday(int(week)), history.team.name, respondent, stage, value)


def histories(teams: Sequence[Team], weeks: int, seed: int, *, asked: Asked = model.asked) -> Iterator[History]:
    """Simulate teams with all that is hidden; arguments as for `simulate`."""
    plan = [tuple(asked(week)) for week in range(weeks)]
    for number, team in enumerate(teams):
        yield _live(team, plan, np.random.default_rng([seed, number]))


def monday(week: int) -> date:
    """Monday of the simulated week with this index."""
    return FIRST_MONDAY + timedelta(weeks=week)


def _live(team: Team, asked: Sequence[Sequence[Stage]], chance: np.random.Generator) -> History:
    """Draw what happens in one team; the order of the draws is what a seed means, so it stays as it is."""
    weeks = len(asked)
    people = [_person(chance) for _ in range(team.size)]
    places = np.arange(team.size)
    persons = np.empty((weeks, team.size), dtype=np.intp)
    latent = np.empty((weeks, team.size, len(WHEEL)))
    silence = np.empty((weeks, team.size))
    team_mean = model.correlated(chance, model.TEAM_VARIANCE)
    shock = model.correlated(chance, team.shock)
    for week in range(weeks):
        fresh = model.correlated(chance, team.shock)
        shock = team.persistence * shock + np.sqrt(1 - team.persistence**2) * fresh
        common = team_mean + shock - model.shift(team.planted, week)
        noise = model.correlated(chance, model.NOISE_VARIANCE, (team.size,))
        leaves = np.flatnonzero(chance.random(team.size) < team.turnover)
        silence[week] = chance.random(team.size)
        places[leaves] = len(people) + np.arange(len(leaves))
        people += [_person(chance) for _ in leaves]
        persons[week] = places
        latent[week] = common + noise
    own, leaning = np.array([mean for mean, _ in people]), np.array([lean for _, lean in people])
    latent += own[persons]
    odds = model.answering(team.rate, leaning[persons], model.contentment(latent, team.mood), team.slope)
    answers = np.stack([model.answers(stage, latent[..., stage.position]) for stage in WHEEL], axis=-1)
    return History(team, asked, persons, own[persons] + team_mean, silence <= odds, answers)


def _person(chance: np.random.Generator) -> tuple[Array, float]:
    """A person's own means, (7,), and leaning to answer."""
    return model.correlated(chance, model.PERSON_VARIANCE), float(chance.standard_normal())


def counted(found: Iterator[History]) -> Record:
    """Count histories as a release would, each team for itself; see `simulate`."""
    figures: list[Figure] = []
    turnouts: list[Turnout] = []
    units = [Unit("company", "Company")]
    for history in found:
        name, group = history.team.name, frozenset({history.team.name})
        units.append(Unit(name, name, "company"))
        changes = _changes(history)
        for week, answered in enumerate(history.answered):
            turnouts.append(Turnout(monday(week), group, history.team.size, int(answered.sum())))
            for stage in history.asked[week]:
                values = history.answers[week, answered, stage.position]
                moved = changes[week, answered, stage.position]
                figure = count(monday(week), group, stage, values.tolist(), moved[~np.isnan(moved)].tolist())
                figures += [figure] if figure is not None else []
    figures.sort(key=lambda figure: figure.week)
    turnouts.sort(key=lambda turnout: turnout.week)
    return Record(units, figures, turnouts)


def _changes(history: History) -> Array:
    """Each answer less the same person's own earlier ones, as `analysis.change` has it; NaN where there are none.

    Returns:
        (weeks, size, 7).
    """
    weeks = np.arange(len(history.answered))
    # Place, week, earlier week: is the earlier answer in the diary, and old enough?
    answered, persons = history.answered.T, history.persons.T
    rounds: NDArray[np.intp] = np.cumsum(answered, axis=1) - answered
    kept = (
        answered[:, None, :]
        & (persons[:, :, None] == persons[:, None, :])
        & (rounds[:, :, None] - rounds[:, None, :] <= DIARY_ROUNDS)
        & (weeks[:, None] - weeks[None, :] >= LAG_WEEKS)
    ).astype(float)
    asked = np.array([[stage in stages for stage in WHEEL] for stages in history.asked], dtype=float)[:, None, :]
    number = (kept @ (asked * np.ones_like(history.answers)).swapaxes(0, 1)).swapaxes(0, 1)
    total = (kept @ (asked * history.answers).swapaxes(0, 1)).swapaxes(0, 1)
    hours = np.array([model.scale_of(stage) is not Scale.AGREEMENT for stage in WHEEL])
    step, most = (
        np.where(hours, of_hours, of_points)
        for of_hours, of_points in (
            (STEP_OF_HOURS, STEP_OF_POINTS),
            (MOST_HOURS_OF_CHANGE, MOST_POINTS_OF_CHANGE),
        )
    )
    difference = history.answers - total / np.maximum(number, 1)
    rounded: Array = np.clip(step * np.round(difference / step), -most, most)
    return np.where(number > 0, rounded, np.nan)


def count(
    week: date, units: frozenset[str], stage: Stage, values: Sequence[float], changes: Sequence[float]
) -> Figure | None:
    """Sum up a group's answers to one item, or None when fewer than five answered it."""
    if len(values) < LEAST:
        return None
    changed = Sums.of(changes) if len(changes) >= LEAST else None
    return Figure(week, units, stage, model.scale_of(stage), Sums.of(values), changed)
