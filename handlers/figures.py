"""Figures in words: a level with its n, a change with whether it is more than noise, a state in a sentence."""

from datetime import date, timedelta

from analysis.answers import Reported
from analysis.answers.measured import measure
from analysis.cycle import State
from analysis.drift import Drift
from analysis.figures import Record, Scale
from analysis.questions import Period
from analysis.series import series
from analysis.stages import Stage
from handlers.words import Words

CHART_WEEKS = 12


def newest(record: Record, unit_id: str, stage: Stage, *, week: date) -> Reported | None:
    """What a unit said about a stage in a week; None when nothing was released about it then."""
    found = measure(record, unit_id, stage, Period(week, week + timedelta(days=6)))
    return found.reported() if found else None


def figure_text(figure: Reported, say: Words) -> str:
    """'3.4 of 5 (n 8), -0.4 points against ..., more than noise'."""
    level = level_text(figure, say)
    if figure.change is None or figure.more_than_noise is None:
        return say("figure.no_change", level=level, n=figure.n)
    key = "figure.moved" if figure.more_than_noise else "figure.within_noise"
    return say(key, level=level, n=figure.n, change=change_text(figure.change, figure.scale, say))


def level_text(figure: Reported, say: Words) -> str:
    """A mean, or the band of a group that was of one mind."""
    if figure.mean is not None:
        value = say.number(figure.mean)
    else:
        low, high = figure.band or (0.0, 0.0)
        value = say("figure.band", low=say.number(low, 0), high=say.number(high, 0))
    return say(f"scale.{figure.scale.value}.level", value=value)


def change_text(change: float, scale: Scale, say: Words) -> str:
    """A change with its sign and unit, such as '-0.4 points'."""
    return f"{say.signed(change)} {say(f'scale.{scale.value}.change')}"


def moved(drift: Drift, record: Record, unit_id: str, say: Words) -> str:
    """How far a stage has moved since it began to, in the item's own units, with what stands behind it."""
    scale = series(record, unit_id, drift.stage).scale or Scale.AGREEMENT
    since = say.day(drift.since) if drift.since else say("word.lately")
    return say("figure.since", change=change_text(drift.own, scale, say), since=since, n=drift.n)


def chart_values(record: Record, unit_id: str, stage: Stage) -> list[float | None]:
    """A stage's levels in the last weeks as they may be drawn, None where nothing was released."""
    found = measure(record, unit_id, stage, Period())
    line = found.line() if found else None
    values = dict(zip(line.weeks, line.values, strict=True)) if line else {}
    return [values.get(week) for week in record.weeks[-CHART_WEEKS:]]


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


def merged_with(record: Record, unit_id: str, *, week: date, names: dict[str, str]) -> list[str]:
    """Names of the siblings that a team was counted together with in a week; empty when it stood alone."""
    for turnout in record.turnouts:
        if turnout.week == week and unit_id in turnout.units:
            return sorted(names.get(other, other) for other in turnout.units if other != unit_id)
    return []


def state_line(state: State, say: Words) -> str:
    """The state of a unit in one sentence."""
    if state.stage is None or state.since is None:
        return say(f"state.{state.kind.value}_overall")
    stage = say(f"stage.{state.stage.value}")
    return say(f"state.{state.kind.value}", stage=stage, since=say.day(state.since))
