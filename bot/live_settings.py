"""Settings of a running process: what file and environment fix, and what admins chose in the database."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from analysis.stages import Stage
from bot.settings import Settings, WrongSettings, dotted, in_words, main_schedule
from surveys import settings as kept_settings
from surveys.audit import Value
from surveys.bank.items import QuestionBank
from surveys.bank.measuring import measured_by
from surveys.rounds.group_size import smallest_group_allowed
from surveys.settings import InForce, NoSuchSetting, Setting, SettingIsFixed, SettingsRefused
from surveys.storage.database import Database

log = logging.getLogger(__name__)

# What can be changed while the bot runs; nested settings with all that is in them.
LIVE = frozenset({"smallest_group", "leaders_channel", "timezone", "reminders", "schedule", "items"})


class LiveSettings:
    """The one truth about settings, read anew at every tick.

    Args:
        fixed: what file, environment and options say; it wins.
        database: where everything else is.
        bank: the items to choose from.

    Raises:
        WrongSettings: what stands in the database does not fit to what is fixed.
    """

    def __init__(self, fixed: Settings, database: Database, bank: QuestionBank | None = None) -> None:
        self._fixed = fixed
        self._database = database
        self._bank = bank or fixed.bank()
        given = fixed.model_dump(mode="json", exclude_unset=True, include=set(LIVE))
        self._fixed_names = {name for name, value in dotted(given).items() if value is not None}
        with database.read() as session:
            chosen = kept_settings.stored(session)
        self._now = self._read(chosen)

    @property
    def settings(self) -> Settings:
        """All settings as they hold now, with those of the process."""
        return self._now[0]

    @property
    def in_force(self) -> InForce:
        """What holds now."""
        return self._now[1]

    def refresh(self) -> None:
        """Read anew; what does not fit together is left aside, as it cannot have been written by this version."""
        with self._database.read() as session:
            chosen = kept_settings.stored(session)
        if chosen == self._now[2]:
            return
        try:
            self._now = self._read(chosen)
        except WrongSettings as problem:
            log.warning("settings in the database are not heeded: %s", problem, extra={"action": "settings"})

    def all(self) -> list[Setting]:
        """Every setting that can be changed while the bot runs, by name."""
        settings, in_force, chosen = self._now
        return [
            Setting(
                name,
                value,
                self._fixed.place(name) if name in self._fixed_names else None,
                name in chosen and name not in self._fixed_names,
            )
            for name, value in sorted(_values(settings, in_force).items())
        ]

    def noted(self) -> dict[str, Value]:
        """What the audit log keeps track of."""
        return self.settings.noted() | _values(self.settings, self.in_force)

    def preview(self, values: Mapping[str, Value]) -> InForce:
        """What would hold with these values; None means the default."""
        with self._database.read() as session:
            return self._checked(session, values)[1]

    def change(self, values: Mapping[str, Value], *, actor: str, now: datetime) -> list[Setting]:
        """Keep these values and note them in the audit log; returns the settings that are not as before."""
        with self._database.work() as session:
            before = self._read(kept_settings.stored(session))
            after = self._checked(session, values)
            changed = kept_settings.keep(
                session,
                values,
                before=_values(*before[:2]),
                after=_values(*after[:2]),
                actor=actor,
                now=now,
            )
        self.refresh()
        return [one for one in self.all() if one.name in changed]

    def _checked(
        self, session: Session, values: Mapping[str, Value]
    ) -> tuple[Settings, InForce, dict[str, Value]]:
        """The settings with these values in them, or what is wrong with that."""
        known = _values(*self._now[:2])
        for name in values:
            if name not in known:
                raise NoSuchSetting(name=name, known=", ".join(sorted(known)))
            if name in self._fixed_names:
                raise SettingIsFixed(name=name, place=self._fixed.place(name))
        chosen = kept_settings.stored(session) | dict(values)
        try:
            found = self._read({name: value for name, value in chosen.items() if value is not None})
        except WrongSettings as problem:
            raise SettingsRefused(problems=problem.details["problems"]) from problem
        smallest_group_allowed(session, found[1].smallest_group)
        return found

    def _read(self, chosen: dict[str, Value]) -> tuple[Settings, InForce, dict[str, Value]]:
        """Settings and what they mean, with `chosen` where nothing is fixed."""
        merged = self._fixed.model_dump(exclude_unset=True)
        for name, value in chosen.items():
            if name not in self._fixed_names:
                _put(merged, name.split("."), value)
        try:
            settings = Settings(**merged)
            bank = measured_by(self._bank, settings.items.chosen())
            every = settings.every_schedule(bank)
        except ValidationError as problem:
            raise WrongSettings(problems="\n".join(in_words(problem))) from problem
        except ValueError as problem:
            raise WrongSettings(problems=str(problem)) from problem
        settings._places.update(self._fixed._places)
        in_force = InForce(
            schedule=main_schedule(every),
            schedules=every,
            bank=bank,
            smallest_group=settings.smallest_group,
            leaders_channel=settings.leaders_channel,
            reminders=settings.reminders,
        )
        return settings, in_force, chosen


def _values(settings: Settings, in_force: InForce) -> dict[str, Value]:
    """Every live setting by its dotted name; of the items those that measure each stage now."""
    values: dict[str, Any] = dotted(settings.model_dump(mode="json", include=set(LIVE)))
    values |= {f"items.{stage.value}": in_force.bank.asked_about(stage).id for stage in Stage}
    return {name: value[:5] if value and name.endswith("_time") else value for name, value in values.items()}


def _put(nested: dict[str, Any], path: list[str], value: Value) -> None:
    for name in path[:-1]:
        nested = nested.setdefault(name, {})
    nested[path[-1]] = value
