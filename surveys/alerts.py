"""Alerts that were raised: each once, until the unit was steady again."""

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.stages import Stage
from surveys.storage.tables import AlertRow


@dataclass(frozen=True, slots=True)
class Alert:
    """What leaders were told about a unit. `kind` is "cycle" or "drift"."""

    id: str
    unit_id: str
    kind: str
    stage: Stage
    week_on: date


def raise_once(session: Session, *, unit_id: str, kind: str, stage: Stage, week_on: date) -> Alert | None:
    """Note a new alert; None while the same is open for this unit, or a drift while its cycle is."""
    open_kinds = {(row.kind, row.stage) for row in _open(session, unit_id)}
    if any(open_kind == "cycle" for open_kind, _ in open_kinds):
        return None
    if kind == "drift" and (kind, stage.value) in open_kinds:
        return None
    told = select(AlertRow).where(
        AlertRow.unit_id == unit_id,
        AlertRow.kind == kind,
        AlertRow.stage == stage.value,
        AlertRow.week_on == week_on,
    )
    if same := session.scalar(told):
        # It flickered: the unit looked steady for a while, and this is what was told before.
        same.closed_on = None
        return None
    row = AlertRow(
        id=secrets.token_hex(8), unit_id=unit_id, kind=kind, stage=stage.value, week_on=week_on
    )
    session.add(row)
    session.flush()
    return Alert(row.id, unit_id, kind, stage, week_on)


def close_open(session: Session, unit_id: str) -> None:
    """Close a unit's alerts when it is steady again, so that the next one is told anew."""
    for row in _open(session, unit_id):
        row.closed_on = row.week_on


def _open(session: Session, unit_id: str) -> list[AlertRow]:
    return list(session.scalars(select(AlertRow).where(AlertRow.unit_id == unit_id, AlertRow.closed_on.is_(None))))


def raised(session: Session) -> list[Alert]:
    """Every alert so far, oldest first."""
    rows = session.scalars(select(AlertRow).order_by(AlertRow.week_on, AlertRow.unit_id, AlertRow.id))
    return [Alert(row.id, row.unit_id, row.kind, Stage(row.stage), row.week_on) for row in rows]
