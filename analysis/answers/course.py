"""The course of one measure, week by week, each week with its own uncertainty: what pictures are drawn from."""

from dataclasses import replace

from analysis.answers.answer import Reported
from analysis.answers.measured import measure
from analysis.figures import Record
from analysis.questions import Period
from analysis.stages import Stage


def course(record: Record, unit_id: str, stage: Stage, *, weeks: int) -> tuple[Reported, ...]:
    """One stage of a unit in the last weeks of a record, oldest first, each as it may be shown.

    Args:
        record: what the reader may see.
        unit_id: the unit.
        stage: the stage.
        weeks: how many weeks of releases to look back on.

    Returns:
        The weeks that have a figure, all about the same teams as the newest; empty when there is none.
    """
    shown = set(record.weeks[-weeks:])
    found = measure(record, unit_id, stage, Period())
    if found is None:
        return ()
    return tuple(replace(found, weeks=[week]).reported() for week in found.weeks if week.week in shown)
