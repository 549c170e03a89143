"""The demo company's weeks through the real count, watched one by one: what is called, where and when."""

from dataclasses import dataclass
from datetime import date, timedelta

from analysis.detection.cycle import Kind, State, watch
from analysis.figures import Figure, Record, Turnout, Unit
from analysis.stages import Stage
from analysis.synthetic import Company, larkspur
from analysis.synthetic.company import CYCLE, CYCLE_TEAM, DRIFT_TEAM, MIGRATION_ONSET
from surveys.ballots.sealed import Ballot, Diary
from surveys.bank.items import default_bank
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.counting.noise import BLURRED, Noise, released
from surveys.counting.tally import tally
from surveys.people.roster import unit_id
from tests.bench.released import noise_of

FIRST_WEEK = date(2026, 5, 25)
CYCLE_ONSET = int(CYCLE[Stage.TARGETS][0])
DRIFT_ONSET = int(MIGRATION_ONSET)


def counted(company: Company, noise: Noise = BLURRED) -> Record:
    """Every week's answers through the count, as the running bot would release them."""
    units = [
        Unit(unit_id(path), path[-1], unit_id(path[:-1]) if len(path) > 1 else None) for path in company.units
    ]
    bank, draw = default_bank(), noise_of(company.seed)
    diaries: dict[str, Diary] = {}
    figures, turnouts = [], []
    for index in range(company.weeks):
        week_on = FIRST_WEEK + timedelta(weeks=index)
        items = bank.for_week(week_on.toordinal() // 7)
        behaviours = company.week(index)
        ballots = []
        for person in company.reps:
            behaviour = behaviours.get(person.key)
            if behaviour is None:
                continue
            answers = {item.id: behaviour.answers[item.stage] for item in items if item.stage in behaviour.answers}
            diary = diaries.get(person.key, Diary())
            ballots.append((Ballot(unit_id(person.unit), answers, "", True, ()), diary))
            diaries[person.key] = diary.with_entry(week_on, answers)
        groups = tally(ballots, units=units, items=items, week_on=week_on, k=SMALLEST_GROUP)
        for group in released(groups, noise, draw):
            invited = sum(unit_id(person.unit) in group.units for person in company.reps)
            turnouts.append(Turnout(week_on, group.units, invited, group.answered))
            figures += [
                Figure(
                    week_on,
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


@dataclass(frozen=True)
class Call:
    """An alarm as first raised: index of the week, team, kind, and the stage it is about."""

    week: int
    team: str
    kind: Kind
    stage: Stage | None


@dataclass(frozen=True)
class Story:
    """What was called in one run, and what is known at the end."""

    seed: int
    calls: tuple[Call, ...]
    last: dict[str, State]

    def first(self, team: str, kind: Kind, stage: Stage | None = None) -> int | None:
        """Week of the first such call."""
        weeks = [
            call.week
            for call in self.calls
            if call.team == team and call.kind is kind and stage in {None, call.stage}
        ]
        return min(weeks, default=None)

    @property
    def cycle(self) -> int | None:
        """Weeks from the first stage's onset to the cycle being called where it forms."""
        week = self.first(CYCLE_TEAM, Kind.CYCLE)
        return None if week is None else week - CYCLE_ONSET

    @property
    def drift(self) -> int | None:
        """Weeks from the migration to its drift being called."""
        week = self.first(DRIFT_TEAM, Kind.DRIFT, Stage.FRICTION)
        return None if week is None else week - DRIFT_ONSET

    @property
    def false_cycles(self) -> list[Call]:
        """Cycles called where none forms."""
        return [call for call in self.calls if call.kind is Kind.CYCLE and call.team != CYCLE_TEAM]

    @property
    def false_drifts(self) -> list[Call]:
        """Drifts called where nothing is planted; those on the way to the cycle are true."""
        return [
            call
            for call in self.calls
            if call.kind is Kind.DRIFT
            and call.team != CYCLE_TEAM
            and not (call.team == DRIFT_TEAM and call.stage is Stage.FRICTION)
        ]


def tell(seed: int, weeks: int = 26) -> Story:
    """Let the demo company live through its weeks, and watch after each."""
    record = counted(larkspur(seed, weeks))
    names = {unit.id: unit.name for unit in record.units}
    seen: set[tuple[str, Kind, Stage | None]] = set()
    calls = []
    states: dict[str, State] = {}
    for index, week in enumerate(record.weeks):
        states = watch(record, as_of=week)
        for unit, state in states.items():
            about = None if state.kind is Kind.CYCLE else state.stage
            key = (unit, state.kind, about)
            if state.kind in {Kind.CYCLE, Kind.DRIFT} and key not in seen:
                seen.add(key)
                calls.append(Call(index, names[unit], state.kind, state.stage))
    return Story(seed, tuple(calls), {names[unit]: state for unit, state in states.items()})
