"""Episodes: one alert for each unit from the call until it is over, told once, and followed in between.

A drift that grows into the cycle is the same episode. An alarm that flickers opens no second one: an episode ends
only after weeks of calm, and the same again within `REOPEN_WEEKS` takes up the old one. What somebody disputed
stays closed until the unit was calm or more has turned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.detection.cycle import Kind, State
from analysis.detection.drift import Verdict
from analysis.stages import Stage
from surveys import alerts
from surveys.alerts import CYCLE, DRIFT, Deed, Ending, Told
from surveys.storage.tables import AlertRow

ALARMS = frozenset({Kind.CYCLE, Kind.DRIFT})
CALM = frozenset({Kind.STEADY, Kind.RECOVERING})
# Each stage is asked at least every four weeks, so after so many calm ones the whole wheel was seen again.
CALM_WEEKS = 4
# Without an alarm for so long an alert is over, even if there is too little evidence to call the unit steady.
SILENT_WEEKS = 12
# The same again within so many weeks of the close is the same episode: half of what a change takes to be sure of.
REOPEN_WEEKS = 8
# Evidence that grew or faded by this share reads differently: our choice.
NOTICEABLE = 0.25
# A disputed cycle is raised again once so many more stages have turned: one may come by chance, two seldom do.
MORE_STAGES = 2
# After so many weeks a message that has not changed tells of old figures; that it is made anew disturbs nobody.
STALE_WEEKS = 4
# What a reader is told of a change that is not one of the state.
STRONGER, WEAKER, TURNED, SAME = "stronger", "weaker", "turned", "same"


@dataclass(frozen=True, slots=True)
class Turn:
    """What a release did to an alert: raised it, let it grow, changed it, took it up again, or closed it."""

    alert_id: str
    deed: Deed


def follow(session: Session, states: Mapping[str, State], *, now: datetime) -> list[Turn]:
    """Take every unit's alert on to the newest state; what leaders are to be told or shown, unit by unit."""
    newest: dict[str, AlertRow] = {}
    order = select(AlertRow).order_by(AlertRow.closed_on.is_(None), AlertRow.closed_on, AlertRow.week_on)
    for row in session.scalars(order):
        newest[row.unit_id] = row
    turns = []
    for unit_id, state in sorted(states.items()):
        turn = _Episode(session, newest.get(unit_id), state, now).take_on() if state.week else None
        turns += [turn] if turn else []
    return turns


def followed(session: Session, *, on: date) -> list[str]:
    """Ids of the alerts that are open, or may be opened again."""
    recent = AlertRow.closed_on >= on - timedelta(weeks=REOPEN_WEEKS)
    return list(session.scalars(select(AlertRow.id).where(AlertRow.closed_on.is_(None) | recent)))


class _Episode:
    """The last alert of a unit, and what is known about that unit now."""

    def __init__(self, session: Session, row: AlertRow | None, state: State, now: datetime) -> None:
        self._session = session
        self._row = row
        self._state = state
        self._now = now
        self._week: date = state.week or now.date()
        # The stage that an alarm is about; None without one.
        self._alarm: Stage | None = state.stage if state.kind in ALARMS else None

    def take_on(self) -> Turn | None:
        """What becomes of it."""
        row = self._row
        if row is None:
            return self._raise(self._alarm) if self._alarm else None
        quiet = self._quiet_weeks(row)
        if row.closed_on is None:
            return self._go_on(row) if self._alarm else self._calm_down(row, quiet)
        if not self._alarm or self._still_disputed(row, quiet):
            return None
        return self._reopen(row) if self._same_again(row) else self._raise(self._alarm)

    def _quiet_weeks(self, row: AlertRow) -> int:
        """Weeks without an alarm up to now; with one, those before it."""
        since = row.quiet_since
        if self._alarm:
            row.quiet_since = None
            return (self._week - since).days // 7 if since else 0
        row.quiet_since = since or self._week
        return (self._week - row.quiet_since).days // 7 + 1

    def _raise(self, stage: Stage) -> Turn:
        state = self._state
        row = AlertRow(
            id=alerts.new_id(),
            unit_id=state.unit_id,
            kind=state.kind.value,
            stage=stage.value,
            week_on=self._week,
            began_on=state.since,
            told=self._told(None).row(),
        )
        self._session.add(row)
        self._session.flush()
        return self._turn(row, Deed.RAISED)

    def _go_on(self, row: AlertRow) -> Turn | None:
        if self._grows(row):
            return self._grow(row)
        return self._change(row)

    def _grows(self, row: AlertRow) -> bool:
        return row.kind == DRIFT and self._state.kind is Kind.CYCLE

    def _grow(self, row: AlertRow) -> Turn:
        """Make a drift's alert the cycle's; that is news, ends a snooze, and is for somebody to take up anew."""
        state = self._state
        row.kind, row.week_on = CYCLE, self._week
        row.stage, row.began_on = (state.stage or Stage(row.stage)).value, state.since
        row.snoozed_until = row.acknowledged_by = None
        row.told = self._told(row).row()
        return self._turn(row, Deed.GREW)

    def _change(self, row: AlertRow) -> Turn | None:
        """Show evidence that grew or faded, unless the alert is put off."""
        before, found = Told.read(row.told), self._told(row)
        what = _difference(before, found, alarm=self._alarm is not None)
        if what is None or row.snoozed_until is not None:
            return None
        row.told = found.row()
        return self._turn(row, Deed.CHANGED, *what)

    def _calm_down(self, row: AlertRow, quiet: int) -> Turn | None:
        over = quiet >= (CALM_WEEKS if self._state.kind in CALM else SILENT_WEEKS)
        if not over:
            return self._change(row)
        ending = Ending.RECOVERED if self._is_back(Stage(row.stage)) else Ending.FADED
        alerts.close(row, ending, now=self._now)
        return self._turn(row, Deed.CLOSED, ending.value)

    def _is_back(self, stage: Stage) -> bool:
        known = self._state.stages.get(stage)
        recovering = known is not None and known.verdict is Verdict.RECOVERING
        return recovering or self._state.kind is Kind.RECOVERING

    def _still_disputed(self, row: AlertRow, quiet: int) -> bool:
        """Whether this is still the alarm of which somebody said that it is not it."""
        if row.ending != Ending.DISPUTED or quiet >= CALM_WEEKS:
            return False
        more = len(self._told(row).stages) >= len(Told.read(row.told).stages) + MORE_STAGES
        about = {Stage(row.stage), *Told.read(row.told).stages}
        # Where a cycle is said to begin may change from week to week.
        same = self._state.kind is Kind.CYCLE or self._state.stage in about
        return same and not more and not self._grows(row)

    def _same_again(self, row: AlertRow) -> bool:
        recent = self._now.date() - (row.closed_on or row.week_on) <= timedelta(weeks=REOPEN_WEEKS)
        then, now = Told.read(row.told).stages, self._told(row).stages
        return recent and (self._state.stage in then or Stage(row.stage) in now)

    def _reopen(self, row: AlertRow) -> Turn:
        row.closed_on = row.ending = row.acknowledged_by = None
        if self._grows(row):
            return self._grow(row)
        row.told = self._told(row).row()
        return self._turn(row, Deed.REOPENED)

    def _told(self, row: AlertRow | None) -> Told:
        """What is to be told now; once the alarm is over, its stages are remembered."""
        state = self._state
        turned = tuple((drift.stage, drift.since) for drift in state.turned)
        if self._alarm and not turned and state.stage:
            turned = ((state.stage, state.since),)
        if not self._alarm and row is not None:
            turned = Told.read(row.told).turned
        return Told(state.kind.value, round(state.strength, 2), turned, self._week)

    def _turn(self, row: AlertRow, deed: Deed, reason: str | None = None, text: str = "") -> Turn:
        alerts.note(self._session, row, deed, reason=reason, text=text, now=self._now)
        return Turn(row.id, deed)


def _difference(before: Told, now: Told, *, alarm: bool) -> tuple[str, str] | None:
    """What a reader would notice, as a code and the stages it is about; None when nothing."""
    if before.kind != now.kind:
        return now.kind, ""
    if not alarm:
        return None
    new = [stage.value for stage, _ in now.turned if stage not in before.stages]
    if new:
        return TURNED, " ".join(new)
    moved = now.strength - before.strength
    if before.stages != now.stages or abs(moved) >= NOTICEABLE * abs(before.strength):
        return STRONGER if moved > 0 else WEAKER, ""
    old = before.week and now.week and now.week - before.week >= timedelta(weeks=STALE_WEEKS)
    return (SAME, "") if old else None
