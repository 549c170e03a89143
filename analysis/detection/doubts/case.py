"""An alarm to be doubted, with its unit beside other teams."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.detection.answering import Answering
from analysis.detection.cycle import State
from analysis.detection.grid import Grid, lay_out, leaves, rows_of
from analysis.detection.scan import Scan, scan
from analysis.figures import Record
from analysis.stages import Stage

WEEK = timedelta(weeks=1)
# Weeks before the beginning that it is compared with; the last two are left out, as the beginning is an estimate.
BEFORE_WEEKS, UNSURE_WEEKS = 8, 2
# Weeks before the beginning that are laid out: a baseline reaches back 16 (`grid.DIARY_WEEKS`).
HISTORY_WEEKS = 24
# Other teams that are enough; siblings come first.
MOST_COMPARED = 24


@dataclass(frozen=True)
class Case:
    """An alarm: the unit, the last week, when it began, and when each stage that moved did.

    `grid` has the unit in its first row, other teams in the rest; `scans` are of the unit alone.
    """

    record: Record
    unit: str
    inside: frozenset[str]
    last: date
    since: date
    moved: tuple[tuple[Stage, date], ...]
    answering: Answering | None
    grid: Grid
    scans: dict[Stage, Scan]


def case_of(record: Record, state: State) -> Case | None:
    """The alarm of a state, by a record that ends with its week; None when it is not known since when."""
    moved = tuple((drift.stage, drift.since) for drift in state.turned if drift.since)
    if not moved and state.stage and state.since:
        moved = ((state.stage, state.since),)
    if not moved or state.week is None or state.since is None:
        return None
    grid = _recent(record, state.unit_id, min(since for _, since in moved))
    scans = {stage: scan(rows_of(item, [0])) for stage, item in grid.items.items()}
    inside = record.below(state.unit_id)
    return Case(record, state.unit_id, inside, state.week, state.since, moved, state.answering, grid, scans)


def _recent(record: Record, unit: str, since: date) -> Grid:
    """The unit and others to compare it with, siblings first, over the weeks that matter."""
    first = since - HISTORY_WEEKS * WEEK
    cut = Record(
        record.units,
        [figure for figure in record.figures if figure.week >= first],
        [turnout for turnout in record.turnouts if turnout.week >= first],
    )
    inside, parent = record.below(unit), record.parents.get(unit)
    teams = [team for team in leaves(record) if team not in inside]
    teams.sort(key=lambda team: record.parents[team] != parent)
    return lay_out(cut, [unit, *teams[:MOST_COMPARED]])


def weeks_before(case: Case, weeks: Iterable[date]) -> list[date]:
    """Those of some weeks that the weeks since the beginning are compared with."""
    begins = case.since - UNSURE_WEEKS * WEEK
    return [week for week in weeks if begins - BEFORE_WEEKS * WEEK <= week < begins]
