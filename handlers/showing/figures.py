"""Figures in words: a level with its n, a change with whether it is more than noise, a state in a sentence."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from analysis.answers import Reported
from analysis.answers.measured import Measured, measure
from analysis.detection.cycle import State
from analysis.detection.drift import Drift
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
    """'2.4 of 5, *0.4 points worse*, more than noise (n 8)'."""
    level = level_text(figure, say)
    if figure.change is None or figure.more_than_noise is None:
        return say("figure.no_change", level=level, n=figure.n)
    key = "figure.moved" if figure.more_than_noise else "figure.within_noise"
    return say(key, level=level, n=figure.n, change=change_text(figure.change, figure.scale, say))


def short_figure_text(figure: Reported, say: Words) -> str:
    """'2.4 of 5, *0.4 points worse* (n 8)', where something else says what is more than noise; that is bold."""
    level = level_text(figure, say)
    if figure.change is None:
        return say("figure.no_change", level=level, n=figure.n)
    change = change_text(figure.change, figure.scale, say)
    return say(
        "figure.change", level=level, n=figure.n, change=f"*{change}*" if figure.more_than_noise else change
    )


def compact_figures(figures: Sequence[Reported], say: Words) -> str:
    """'Trust 3.4, Overlay hours 5.5, Friction 3.5 (n 6 to 7)'; empty without figures."""
    if not figures:
        return ""
    least, most = min(figure.n for figure in figures), max(figure.n for figure in figures)
    n = f"{least}" if least == most else say("figure.band", low=least, high=most)
    values = ", ".join(f"{say.stage(figure.stage)} {value_text(figure, say)}" for figure in figures)
    return say("figure.compact", figures=values, n=n)


def level_text(figure: Reported, say: Words) -> str:
    """A mean, or the band of a group that was of one mind, with its unit."""
    return say(f"scale.{figure.scale.value}.level", value=value_text(figure, say))


def value_text(figure: Reported, say: Words) -> str:
    """The same without its unit."""
    if figure.mean is not None:
        return say.number(figure.mean)
    low, high = figure.band or (0.0, 0.0)
    return say("figure.band", low=say.number(low, 0), high=say.number(high, 0))


def change_text(change: float, scale: Scale, say: Words) -> str:
    """A change in words that say which way is worse, such as '0.4 points worse' or '2.0 h more'."""
    if round(change, 1) == 0:
        return say("figure.same")
    way = "worse" if change * scale.worse > 0 else "better"
    return say(f"scale.{scale.value}.{way}", change=say.number(abs(change)))


def moved(drift: Drift, record: Record, unit_id: str, say: Words) -> str:
    """How far a stage has moved since it began to, in the item's own units, with what stands behind it."""
    scale = series(record, unit_id, drift.stage).scale or Scale.AGREEMENT
    since = say.day(drift.since) if drift.since else say("word.lately")
    return say("figure.since", change=change_text(drift.own, scale, say), since=since, n=drift.n)


def chart_values(record: Record, unit_id: str, stage: Stage) -> list[float | None]:
    """A stage's levels in the last weeks as they may be drawn, None where nothing was released."""
    found = measure(record, unit_id, stage, Period())
    return _over(record.weeks[-CHART_WEEKS:], found)


def levels_of_the_same(record: Record, unit_id: str, stage: Stage, weeks: Sequence[date]) -> list[float | None]:
    """A stage's levels in these weeks, all about the same people, None in a week in which others were counted.

    A unit that is counted with siblings in its newest week, because few answered then, is still shown alone where
    it was counted alone more often.
    """
    period = Period(weeks[0], weeks[-1] + timedelta(days=6))
    found = measure(record, unit_id, stage, period)
    points = series(record, unit_id, stage).points
    alone = [point.week for point in points if point.alone and period.holds(point.week)]
    if found and alone and len(alone) >= len(found.weeks):
        found = measure(record, unit_id, stage, Period(weeks[0], alone[-1] + timedelta(days=6)))
    return _over(weeks, found)


def _over(weeks: Sequence[date], found: Measured | None) -> list[float | None]:
    line = found.line() if found else None
    values = dict(zip(line.weeks, line.values, strict=True)) if line else {}
    return [values.get(week) for week in weeks]


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


def counted_with(record: Record, unit_id: str, *, week: date) -> frozenset[str]:
    """Ids of the teams that a team was counted together with in a week, its own included."""
    for turnout in record.turnouts:
        if turnout.week == week and unit_id in turnout.units:
            return turnout.units
    return frozenset({unit_id})


def merged_with(record: Record, unit_id: str, *, week: date, names: Mapping[str, str]) -> list[str]:
    """Names of the siblings that a team was counted together with in a week; empty when it stood alone."""
    together = counted_with(record, unit_id, week=week)
    return sorted(names.get(other, other) for other in together if other != unit_id)


def group_label(record: Record, unit_id: str, *, week: date, names: Mapping[str, str], say: Words) -> str:
    """A unit's name, or 'DACH with EMEA Mid-Market' in a week in which it was counted with siblings."""
    name, together = names.get(unit_id, unit_id), merged_with(record, unit_id, week=week, names=names)
    return say("figure.together", unit=name, others=say.listing(together)) if together else name


def state_line(state: State, say: Words) -> str:
    """The state of a unit in one sentence."""
    if state.stage is None or state.since is None:
        return say(f"state.{state.kind.value}_overall")
    return say(f"state.{state.kind.value}", stage=say.measure(state.stage), since=say.day(state.since))
