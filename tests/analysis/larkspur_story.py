"""The demo company's 26 weeks, counted and watched week by week: what is called, where and when."""

from dataclasses import dataclass

from analysis.cycle import Kind, State, watch
from analysis.stages import Stage
from analysis.synthetic import larkspur
from analysis.synthetic.company import CYCLE, CYCLE_TEAM, DRIFT_TEAM, MIGRATION_ONSET
from analysis.synthetic.counted import counted

CYCLE_ONSET = int(CYCLE[Stage.TARGETS][0])
DRIFT_ONSET = int(MIGRATION_ONSET)


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
