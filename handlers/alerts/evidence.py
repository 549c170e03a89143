"""The evidence of an alert: stage by stage with how sure it is, and in charts."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from analysis.detection.cycle import Kind, State
from analysis.detection.drift import Drift, Verdict
from analysis.figures import Record
from analysis.stages import Stage
from handlers.alerts.attainment_text import attainment_line
from handlers.showing.blocks import Block, context, cut
from handlers.showing.charts import LABEL, ONSET, Mark, line_chart, marks_text, week_labels
from handlers.showing.figures import CHART_WEEKS, levels_of_the_same, moved
from handlers.words import Words

# From how many standard errors a stage is called so sure. By chance the strongest beginning in a core stage of a
# healthy team reaches them in 1, 5 and 10 of 100 weeks: 200 simulated teams of 7 to 12 people, 50 to 75% of them
# answering, 33 weeks each (tests/handlers/test_alerts.py repeats it with fewer).
SURE: Mapping[str, float] = {"almost_certain": 3.1, "very_likely": 2.4, "likely": 2.0}
HOURS = frozenset({Stage.OVERLAY, Stage.CUSTOMER})
# Weeks before the first turn with which a chart begins, and how many it holds at most: half a year can be read on
# a phone. Our choice.
CHART_BEFORE = timedelta(weeks=4)
LONGEST_CHART = 26


def how_sure(strength: float) -> str:
    """The code of the words for so many standard errors."""
    return next((code for code, least in SURE.items() if strength >= least), "possible")


def evidence_lines(turned: Sequence[Drift], record: Record, unit_id: str, say: Words) -> list[str]:
    """Stage by stage what moved, since when, from how many answers, and how sure it is."""

    def line(drift: Drift) -> str:
        text = moved(drift, record, unit_id, say)
        sure = say(f"sure.{how_sure(drift.strength)}")
        return f"*{say.stage(drift.stage)}*: {say('alert.evidence_line', moved=text, sure=sure)}"

    lines = [line(drift) for drift in turned]
    return lines if len(lines) < 2 else [f"{place}. {text}" for place, text in enumerate(lines, start=1)]


def beside_lines(state: State, record: Record, say: Words) -> list[str]:
    """What speaks for it besides the answers: targets missed, and people who stop answering."""
    attained = attainment_line(record, state.unit_id, say)
    rate = state.answering
    fewer = say("alert.fewer_answer", since=say.day(rate.since)) if rate and rate.falling and rate.since else None
    return [line for line in (attained, fewer) if line]


def past_lines(stages: Sequence[Stage], state: State, record: Record, say: Words) -> list[str]:
    """Where the stages stand that had turned, once there is no alarm any more."""

    def line(stage: Stage) -> str:
        now = state.stages.get(stage)
        steady = Verdict.NOT_ENOUGH_EVIDENCE if state.kind is Kind.NOT_ENOUGH_EVIDENCE else Verdict.STEADY
        verdict = now.verdict if now else steady
        if verdict is Verdict.NOT_ENOUGH_EVIDENCE:
            text = say("alert.evidence_unknown")
        elif now is None or verdict is Verdict.STEADY:
            text = say("alert.evidence_gone")
        else:
            text = moved(now, record, state.unit_id, say)
        return f"• *{say.stage(stage)}*: {text}"

    return [line(stage) for stage in stages]


def charts(
    record: Record,
    unit_id: str,
    turned: Sequence[tuple[Stage, date | None]],
    marks: Sequence[Mark],
    say: Words,
) -> list[Block]:
    """The stages that turned, points and hours apart, with the weeks they began and what was done marked."""
    weeks = _weeks(record, turned)
    if not weeks:
        return []
    found: list[Block] = []
    began_here: list[Mark] = []
    for title, in_hours in (("alert.chart_points", False), ("alert.chart_hours", True)):
        values = {
            stage: levels_of_the_same(record, unit_id, stage, weeks)
            for stage, _ in turned
            if (stage in HOURS) is in_hours
        }
        drawn = _drawn(say(title), [say.day(week) for week in weeks], values, say)
        began = [Mark(on, ONSET, say.stage(stage)) for stage, on in turned if on and stage in drawn]
        began_here += [mark for mark in began if weeks[0] <= mark.week]
        labels = week_labels(weeks, say, [*began, *marks])
        chart = line_chart(say(title), labels, {say.stage(stage): values[stage] for stage in drawn})
        found += [chart] if chart else []
    # What was done since the last figures cannot be drawn yet, and is told all the same.
    told = [weeks[0], max([weeks[-1], *(mark.week for mark in marks)])]
    lines = [_onset_line(began_here, say), marks_text(marks, told, say)]
    legend = "\n".join(line for line in lines if line)
    return [*found, context(legend)] if found and legend else found


def _weeks(record: Record, turned: Sequence[tuple[Stage, date | None]]) -> Sequence[date]:
    """The last weeks, and further back those in which it began, with some before them to compare with."""
    began = [on for _, on in turned if on]
    first = min(began) - CHART_BEFORE if began else None
    needed = sum(week >= first for week in record.weeks) if first else 0
    return record.weeks[-min(LONGEST_CHART, max(CHART_WEEKS, needed)) :]


def _onset_line(began: Sequence[Mark], say: Words) -> str:
    """Which stage began in which week: a chart may leave out the label of a week."""
    named = [f"{mark.text} {say.day(mark.week)}" for mark in sorted(began, key=lambda mark: mark.week)]
    return say("alert.onset", sign=ONSET, stages=", ".join(named)) if named else ""


def _drawn(
    title: str, labels: Sequence[str], values: Mapping[Stage, Sequence[float | None]], say: Words
) -> list[Stage]:
    """The stages that a chart shows: one that is asked every fourth week would take the others' weeks with it."""
    chart = line_chart(title, labels, {say.stage(stage): line for stage, line in values.items()})
    names = {line["name"] for line in chart["chart"]["series"]} if chart else set()
    return [stage for stage in values if cut(say.stage(stage), LABEL) in names]
