"""Figures in words: a level with its n, a change with whether it is more than noise, who answered."""

from dataclasses import dataclass
from datetime import date

from analysis.cycle import State
from analysis.drift import Drift
from analysis.figures import Record, Scale, Turnout
from analysis.series import Point, Series, series
from analysis.stages import Stage
from handlers.words import Words

# Two standard errors: a change beyond it comes up by chance in one week of twenty.
NOISE = 1.96
CHART_WEEKS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of one unit in its newest week, ready to be said."""

    stage: Stage
    text: str
    more_than_noise: bool


def newest(record: Record, unit_id: str, stage: Stage, *, week: date, say: Words) -> Line | None:
    """What a unit said about a stage in a week; None when nothing was released about it then."""
    found = series(record, unit_id, stage)
    point = next((point for point in found.points if point.week == week), None)
    if point is None or found.scale is None:
        return None
    level = _level(point, found, say)
    if point.change is None or point.change_error is None:
        return Line(stage, say("figure.no_change", level=level, n=point.n), more_than_noise=False)
    own = point.change * found.sd * found.scale.worse
    certain = abs(point.change) > NOISE * point.change_error
    key = "figure.moved" if certain else "figure.within_noise"
    change = f"{say.signed(own)} {say(f'scale.{found.scale.value}.change')}"
    return Line(stage, say(key, level=level, n=point.n, change=change), more_than_noise=certain)


def _level(point: Point, found: Series, say: Words) -> str:
    scale = found.scale or Scale.AGREEMENT
    return say(f"scale.{scale.value}.level", value=say.number(point.level))


def moved(drift: Drift, record: Record, unit_id: str, say: Words) -> str:
    """How far a stage has moved since it began to, in the item's own units, with what stands behind it."""
    scale = series(record, unit_id, drift.stage).scale or Scale.AGREEMENT
    change = f"{say.signed(drift.own)} {say(f'scale.{scale.value}.change')}"
    since = say.day(drift.since) if drift.since else say("word.lately")
    return say("figure.since", change=change, since=since, n=drift.n)


def chart_data(
    record: Record, unit_id: str, stages: list[Stage], say: Words, *, weeks: int = CHART_WEEKS
) -> tuple[list[str], dict[str, list[float | None]]]:
    """Labels (weeks) and one list of levels for each stage, None where nothing was released."""
    shown = record.weeks[-weeks:]
    labels = [say.day(week) for week in shown]
    lines: dict[str, list[float | None]] = {}
    for stage in stages:
        levels = {point.week: point.level for point in series(record, unit_id, stage).points}
        lines[say(f"stage.{stage.value}")] = [levels.get(week) for week in shown]
    return labels, lines


def share_answered(record: Record, unit_id: str, *, week: date, say: Words) -> str:
    """How many answered, in a band: a number would tell about the few who did not."""
    inside = record.below(unit_id)
    found = [turnout for turnout in record.turnouts if turnout.week == week and turnout.units & inside]
    invited, answered = sum(turnout.invited for turnout in found), sum(turnout.answered for turnout in found)
    if not invited:
        return say("turnout.nobody")
    share = answered / invited
    band = "nearly_all" if share >= 0.85 else "most" if share >= 0.6 else "half" if share >= 0.4 else "few"
    return say(f"turnout.{band}")


def merged_with(turnouts: list[Turnout], unit_id: str, names: dict[str, str], *, week: date) -> list[str]:
    """Names of the siblings that a team was counted together with in a week; empty when it stood alone."""
    for turnout in turnouts:
        if turnout.week == week and unit_id in turnout.units:
            return sorted(names[other] for other in turnout.units if other != unit_id)
    return []


def state_line(state: State, say: Words) -> str:
    """The state of a unit in one sentence."""
    if state.stage is None or state.since is None:
        return say(f"state.{state.kind.value}_overall")
    stage = say(f"stage.{state.stage.value}")
    return say(f"state.{state.kind.value}", stage=stage, since=say.day(state.since))
