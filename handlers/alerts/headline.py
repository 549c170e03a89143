"""The first line of an alert: what has happened, in plain words."""

from collections.abc import Sequence
from datetime import date

from analysis.detection.cycle import Kind, State
from analysis.stages import Stage
from handlers.showing.blocks import HEADER
from handlers.words import Words
from surveys.alerts import Alert

# Stages that are named; whoever wants to know more reads on.
MOST_CLAUSES = 3
# Letters of a unit's name for which there is room in a title; how much is told does not hang on a name.
USUAL_NAME = 24

Turned = Sequence[tuple[Stage, date | None]]


def headline(alert: Alert, state: State, unit: str, say: Words) -> str:
    """The first line about a unit, with as many stages as a title holds; a title is plain text, so not escaped."""
    if alert.closed_on is not None:
        return say("alert.closed_first", unit=unit)
    if state.kind is Kind.RECOVERING:
        return say("alert.recovering_first", unit=unit)
    if state.kind is Kind.NOT_ENOUGH_EVIDENCE:
        return say("alert.silent_first", unit=unit)
    if state.kind not in {Kind.CYCLE, Kind.DRIFT}:
        return say("alert.weaker_first", unit=unit)
    turned = [(drift.stage, drift.since) for drift in state.turned]
    if state.kind is Kind.CYCLE:
        key = "alert.cycle_first"
    else:
        key = "alert.drift_first" if len(turned) == 1 else "alert.drifts_first"
    number = min(MOST_CLAUSES, len(turned))
    while number > 1 and len(_line(key, "x" * USUAL_NAME, turned[:number], state, say)) > HEADER:
        number -= 1
    return _line(key, unit, turned[:number], state, say)


def _line(key: str, unit: str, turned: Turned, state: State, say: Words) -> str:
    return say(key, unit=unit, clauses=_clauses(turned, state.week, say))


def _clauses(turned: Turned, week: date | None, say: Words) -> str:
    """'trust has fallen for 4 weeks, and bad news no longer travels up'."""
    stage, since = turned[0]
    first = say(f"clause_next.{stage.value}")
    if since and week:
        first = say(f"clause.{stage.value}", span=_span(since, week, say))
    parts = [first, *(say(f"clause_next.{stage.value}") for stage, _ in turned[1:])]
    if len(parts) == 1:
        return first
    return say("alert.clauses", first=", ".join(parts[:-1]), last=parts[-1])


def _span(since: date, week: date, say: Words) -> str:
    """How long it has been so, the week in which it began and the last one included."""
    weeks = (week - since).days // 7 + 1
    return say("alert.span_one") if weeks == 1 else say("alert.span", weeks=weeks)
