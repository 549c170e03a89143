"""Settings that admins change while the bot runs: what holds now, where it stands, and how it is changed.

A setting stands in one place. What the settings file or the environment says is fixed there; everything else lies
in the table `setting`, which `/orgpulse setup` and `orgpulse settings` write.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveys import audit
from surveys.audit import Deed, Value
from surveys.bank.items import QuestionBank
from surveys.errors import OrgpulseError
from surveys.rounds.schedule import Schedule
from surveys.storage.tables import SettingRow


class SettingIsFixed(OrgpulseError):
    """{name} stands in {place}, and is changed there. Take it out there to change it here."""


class NoSuchSetting(OrgpulseError):
    """There is no setting {name} that can be changed here. These can: {known}."""


class SettingsRefused(OrgpulseError):
    """{problems}.

    Nothing was changed.
    """


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings that hold now, as surveys understand them.

    `schedule` is the main one: its times and its zone are the company's. `schedules` are all of them, those first
    that come first where two fall into one week.
    """

    schedule: Schedule
    bank: QuestionBank
    smallest_group: int
    schedules: tuple[Schedule, ...]
    leaders_channel: str | None = None
    reminders: int = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; `fixed_in` names the only place where it can be changed, `chosen` says whether an admin did."""

    name: str
    value: Value
    fixed_in: str | None
    chosen: bool


class SettingsSource(Protocol):
    """Where the settings of a running process come from."""

    @property
    def in_force(self) -> InForce:
        """What holds now."""
        ...

    def refresh(self) -> None:
        """Read anew what another process may have changed."""
        ...

    def all(self) -> list[Setting]:
        """Every setting that can be changed while the bot runs, by name."""
        ...

    def preview(self, values: Mapping[str, Value]) -> InForce:
        """What would hold with these values; None means the default. Raises like `change`."""
        ...

    def change(self, values: Mapping[str, Value], *, actor: str, now: datetime) -> list[Setting]:
        """Keep these values and note them in the audit log; returns the settings that are not as before.

        Raises:
            SettingIsFixed, NoSuchSetting, SettingsRefused, SmallestGroupLowered: nothing was changed.
        """
        ...


@dataclass(frozen=True)
class Unchanging:
    """Settings that stay as they are, for whoever needs no others."""

    in_force: InForce

    def refresh(self) -> None:
        """There is nothing to read."""

    def all(self) -> list[Setting]:
        """None can be changed."""
        return []

    def preview(self, values: Mapping[str, Value]) -> InForce:
        """Only nothing can be changed."""
        if values:
            raise NoSuchSetting(name=min(values), known="none")
        return self.in_force

    def change(self, values: Mapping[str, Value], *, actor: str, now: datetime) -> list[Setting]:
        """As `preview`."""
        del actor, now
        self.preview(values)
        return []


def stored(session: Session) -> dict[str, Value]:
    """What admins chose."""
    return {row.name: json.loads(row.value) for row in session.scalars(select(SettingRow))}


def keep(
    session: Session,
    values: Mapping[str, Value],
    *,
    before: Mapping[str, Value],
    after: Mapping[str, Value],
    actor: str,
    now: datetime,
) -> list[str]:
    """Write values, delete those that are None, and note in the audit log what is other than before.

    Args:
        session: the unit of work.
        values: by name, valid together.
        before: what held.
        after: what holds now, defaults included.
        actor: who did it, as the audit log names them.
        now: the instant.

    Returns:
        The names of the settings that changed.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for name, value in values.items():
        if value is None:
            session.execute(delete(SettingRow).where(SettingRow.name == name))
            continue
        text = json.dumps(value, ensure_ascii=False)
        statement = insert(SettingRow).values(name=name, value=text)
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": text}))
    changed = [name for name in after if after[name] != before.get(name)]
    lines = [audit.setting_line(name, after[name], before) for name in changed]
    if lines:
        audit.note_each(session, actor=actor, act=Deed.SETTING, abouts=lines, now=now)
    return changed
