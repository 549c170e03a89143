"""The course of one measure, week by week, each week with its own uncertainty: what pictures are drawn from."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from analysis.answers.answer import Reported
from analysis.answers.measured import measure
from analysis.figures import Record
from analysis.questions import Period
from analysis.stages import Stage


def course(record: Record, unit_id: str, stage: Stage, *, weeks: Collection[date]) -> tuple[Reported, ...]:
    """One stage of a unit in some weeks, oldest first, each as it may be shown.

    Args:
        record: what the reader may see.
        unit_id: the unit.
        stage: the stage.
        weeks: Mondays of the weeks that are drawn.

    Returns:
        The weeks that have a figure, all about the same teams as the record's newest; empty when there is none.
    """
    found = measure(record, unit_id, stage, Period())
    if found is None:
        return ()
    return tuple(replace(found, weeks=[week]).reported() for week in found.weeks if week.week in weeks)
