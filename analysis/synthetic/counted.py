"""The demo company's answers counted into a record, for tests and benchmarks of the analysis alone.

Teams with fewer than five answers in a week are counted together with their smallest sibling, as the real count
does (which lives elsewhere and opens sealed ballots).
"""

from collections import deque
from datetime import timedelta

from analysis.change import change
from analysis.figures import Figure, Record, Scale, Turnout, Unit
from analysis.stages import Stage
from analysis.synthetic import model
from analysis.synthetic.company import Behaviour, Company
from analysis.synthetic.teams import DIARY_ROUNDS, FIRST_MONDAY, LEAST, count

Diary = deque[tuple[int, dict[Stage, float]]]


def unit_id(path: tuple[str, ...]) -> str:
    """A stable id from a unit's path."""
    return "/".join(path)


def counted(company: Company) -> Record:
    """Run all weeks of a company and count them.

    Returns:
        Units (ids are paths joined by "/"), figures of at least five respondents, and turnouts.
    """
    units = [
        Unit(unit_id(path), path[-1], unit_id(path[:-1]) if len(path) > 1 else None) for path in company.units
    ]
    diaries: dict[str, Diary] = {person.key: deque(maxlen=DIARY_ROUNDS) for person in company.reps}
    figures: list[Figure] = []
    turnouts: list[Turnout] = []
    for week in range(company.weeks):
        monday = FIRST_MONDAY + timedelta(weeks=week)
        answers = company.week(week)
        for group in _groups(company, answers):
            people = [person for person in company.reps if person.unit in group]
            ids = frozenset(unit_id(path) for path in group)
            answered = [person.key for person in people if person.key in answers]
            turnouts.append(Turnout(monday, ids, len(people), len(answered)))
            for stage in model.asked(week):
                values = {key: answers[key].answers[stage] for key in answered if stage in answers[key].answers}
                changes = _changes(stage, week, values, diaries)
                figure = count(monday, ids, stage, list(values.values()), changes)
                if figure is not None:
                    figures.append(figure)
        for key, behaviour in answers.items():
            kept = {stage: behaviour.answers[stage] for stage in model.asked(week) if stage in behaviour.answers}
            diaries[key].append((week, kept))
    return Record(units, figures, turnouts)


def _changes(stage: Stage, week: int, values: dict[str, float], diaries: dict[str, Diary]) -> list[float]:
    """Each person's answer against their own earlier ones, for those who have any."""
    hours = model.scale_of(stage) is not Scale.AGREEMENT
    found = (
        change(value, ((week - then, kept[stage]) for then, kept in diaries[key] if stage in kept), hours=hours)
        for key, value in values.items()
    )
    return [difference for difference in found if difference is not None]


def _groups(company: Company, answers: dict[str, Behaviour]) -> list[frozenset[tuple[str, ...]]]:
    """Teams counted together, decided by the numbers of answers only."""
    sizes: dict[frozenset[tuple[str, ...]], int] = {}
    for person in company.reps:
        key = frozenset({person.unit})
        sizes[key] = sizes.get(key, 0) + (person.key in answers)
    while True:
        small = sorted((size, sorted(group)) for group, size in sizes.items() if size < LEAST)
        for _, paths in small:
            group = frozenset(paths)
            siblings = [
                (size, sorted(other))
                for other, size in sizes.items()
                if other != group and paths[0][:-1] == sorted(other)[0][:-1]
            ]
            if siblings:
                other = frozenset(min(siblings)[1])
                sizes[group | other] = sizes.pop(group) + sizes.pop(other)
                break
        else:
            return [group for group, size in sizes.items() if size >= LEAST]
