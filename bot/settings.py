"""Settings: one frozen object, read once from `orgpulse.toml` and the environment."""

import os
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from surveys.bank.items import QuestionBank
from surveys.bank.reading import read_packs
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.counting.noise import BLURRED, Noise
from surveys.errors import OrgpulseError
from surveys.rounds.schedule import Schedule, Weekday

FILE = Path("orgpulse.toml")
PREFIX = "ORGPULSE_"
SECRETS = ("slack_bot_token", "slack_app_token", "slack_signing_secret", "master_key")


class WrongSettings(OrgpulseError):
    """{problems}."""


class ScheduleSettings(BaseModel):
    """When the weekly pulse asks, reminds, closes and reports."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask_day: str = "tuesday"
    ask_time: time = time(9, 0)
    remind_day: str = "wednesday"
    remind_time: time = time(14, 0)
    close_day: str = "thursday"
    close_time: time = time(16, 0)
    digest_day: str = "friday"
    digest_time: time = time(9, 0)

    @field_validator("ask_day", "remind_day", "close_day", "digest_day")
    @classmethod
    def _a_weekday(cls, value: str) -> str:
        if value.upper() not in Weekday.__members__:
            raise ValueError('write a day such as "tuesday"')
        return value.lower()

    @field_validator("ask_day", "remind_day")
    @classmethod
    def _a_working_day(cls, value: str) -> str:
        if value in {"saturday", "sunday"}:
            raise ValueError("nobody is disturbed at the weekend; write a day from monday to friday")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        moments = [
            (Weekday[day.upper()], at)
            for day, at in (
                (self.ask_day, self.ask_time),
                (self.remind_day, self.remind_time),
                (self.close_day, self.close_time),
                (self.digest_day, self.digest_time),
            )
        ]
        if moments != sorted(set(moments)):
            raise ValueError("within a week the order must be ask, remind, close, digest")
        return self


class Settings(BaseModel):
    """Everything that can be set. Secrets come from the environment or from files, never from orgpulse.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: str = "sqlite:///orgpulse.db"
    timezone: str = "Europe/London"
    leaders_channel: str | None = None
    smallest_group: int = Field(SMALLEST_GROUP, ge=SMALLEST_GROUP, le=50)
    confidentiality: Literal["standard", "noised"] = "standard"
    # Epsilon for each person and release, in the stricter mode. Measured on simulated teams: at 16 the mean of
    # eight people moves by half a point on its own and two drops of one SD in five are missed; at 8 nearly all.
    budget: float = Field(16.0, gt=0, le=100)
    schedule: ScheduleSettings = ScheduleSettings()
    # Files with items of the company's own; from orgpulse.toml, a path is relative to that file.
    question_packs: tuple[Path, ...] = ()
    master_key_file: Path = Path("orgpulse.key")
    slack_api_url: str = "https://slack.com/api/"
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    master_key: SecretStr | None = None

    @field_validator("timezone")
    @classmethod
    def _a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError('write an IANA name such as "Europe/Berlin"')
        return value

    @field_validator("database")
    @classmethod
    def _a_database(cls, value: str) -> str:
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError:
            backend = ""
        if backend not in {"sqlite", "postgresql"}:
            raise ValueError("write sqlite:///orgpulse.db or postgresql+psycopg://user@host/name")
        return value

    def noted(self) -> dict[str, str | int | None]:
        """What the audit log keeps track of: whatever changes what is promised, and when people are asked."""
        at = self.schedule.model_dump(mode="json")
        return {
            "smallest_group": self.smallest_group,
            "confidentiality": self.confidentiality,
            "budget": f"{self.budget:g}",
            "timezone": self.timezone,
            "leaders_channel": self.leaders_channel,
            "question_packs": ", ".join(str(pack) for pack in self.question_packs),
            **{f"schedule.{name}": value for name, value in at.items()},
        }

    def noise(self, *, items: int = 4) -> Noise:
        """What is added to figures before they are released, of so many items at most."""
        return Noise.within(self.budget, items=items) if self.confidentiality == "noised" else BLURRED

    def bank(self) -> QuestionBank:
        """The shipped items with the company's own; follow-ups only where they are counted."""
        bank = read_packs(self.question_packs)
        return bank if self.noise().shares is not None else bank.without_follow_ups()

    def weekly(self) -> Schedule:
        """The weekly pulse as the surveys understand it."""
        at = self.schedule
        return Schedule(
            name="weekly",
            ask_day=Weekday[at.ask_day.upper()],
            ask_time=at.ask_time,
            remind_day=Weekday[at.remind_day.upper()],
            remind_time=at.remind_time,
            close_day=Weekday[at.close_day.upper()],
            close_time=at.close_time,
            digest_day=Weekday[at.digest_day.upper()],
            digest_time=at.digest_time,
            company_zone=ZoneInfo(self.timezone),
        )


class _FromOutside(BaseSettings, Settings):
    """The same, as the environment and the file have it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which arrives as arguments; nothing else is read."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def read_settings(file: Path | None = None, **given: Any) -> Settings:
    """Read the settings once.

    Args:
        file: a TOML file; `orgpulse.toml` here if it exists, when None.
        given: values that win over everything, such as options of the command line; None is not given.

    Raises:
        WrongSettings: naming every wrong or unknown setting, and what to write instead.
    """
    values = _read_file(file or FILE, must_exist=file is not None)
    packs = values.get("question_packs")
    if isinstance(packs, list):
        values["question_packs"] = [(file or FILE).parent / str(pack) for pack in packs]
    values |= _read_secret_files(os.environ)
    try:
        outside = _FromOutside(**values).model_dump()
        return Settings(**outside | {name: value for name, value in given.items() if value is not None})
    except ValidationError as problem:
        raise WrongSettings(problems="\n".join(_in_words(problem))) from problem


def _read_file(file: Path, *, must_exist: bool) -> dict[str, Any]:
    if not file.exists():
        if must_exist:
            raise WrongSettings(problems=f"There is no file {file}; check the path after --config")
        return {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise WrongSettings(problems=f"{file} is not TOML: {problem}") from problem
    for name in SECRETS:
        if name in values:
            variable = f"{PREFIX}{name.upper()}"
            raise WrongSettings(
                problems=f"{file}: {name} is a secret; take it out, and set {variable} in the environment "
                f"or {variable}_FILE to the path of a file that holds it"
            )
    return values


def _read_secret_files(environment: Mapping[str, str]) -> dict[str, Any]:
    """Secrets named by ORGPULSE_…_FILE, as containers mount them."""
    found = {}
    for name in SECRETS:
        variable = f"{PREFIX}{name.upper()}_FILE"
        # ORGPULSE_MASTER_KEY_FILE is a setting of its own: the key's usual place.
        if name == "master_key" or variable not in environment:
            continue
        path = Path(environment[variable])
        if not path.exists():
            raise WrongSettings(problems=f"{variable} names {path}, which does not exist")
        found[name] = path.read_text(encoding="utf-8").strip()
    return found


def _in_words(problem: ValidationError) -> list[str]:
    lines = []
    for error in problem.errors():
        name = ".".join(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            known = ", ".join(name for name in Settings.model_fields if name not in SECRETS)
            lines.append(f"{name}: there is no such setting; the settings are {known}")
        else:
            # The value is left out: it could be a secret.
            lines.append(f"{name}: {error['msg'].removeprefix('Value error, ')}")
    return lines
