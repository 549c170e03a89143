"""Settings: one frozen object, read once from `orgpulse.toml` and the environment."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from analysis.stages import Stage
from surveys.bank.items import QuestionBank
from surveys.bank.reading import read_packs
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.counting.noise import BLURRED, Noise
from surveys.errors import OrgpulseError
from surveys.people.roster import unit_id
from surveys.rounds.schedule import Rhythm, Schedule, Weekday

FILE = Path("orgpulse.toml")
PREFIX = "ORGPULSE_"
# A pulse stays under a minute.
MOST_ITEMS = 5
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
    # A second reminder is not sent unless both are set.
    remind_again_day: str | None = None
    remind_again_time: time | None = None

    @field_validator("ask_day", "remind_day", "close_day", "digest_day", "remind_again_day")
    @classmethod
    def _a_weekday(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if value.upper() not in Weekday.__members__:
            raise ValueError('write a day such as "tuesday"')
        return value.lower()

    @field_validator("ask_day", "remind_day", "remind_again_day")
    @classmethod
    def _a_working_day(cls, value: str | None) -> str | None:
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
        if (self.remind_again_day is None) != (self.remind_again_time is None):
            raise ValueError("a second reminder needs remind_again_day and remind_again_time")
        again = self._again()
        if again and not moments[1] < again < moments[2]:
            raise ValueError("the second reminder comes after the first one and before the close")
        return self

    def _again(self) -> tuple[Weekday, time] | None:
        if self.remind_again_day is None or self.remind_again_time is None:
            return None
        return Weekday[self.remind_again_day.upper()], self.remind_again_time

    def timed(self, name: str, zone: ZoneInfo) -> Schedule:
        """As the surveys understand it: every week, and everybody."""
        return Schedule(
            name=name,
            ask_day=Weekday[self.ask_day.upper()],
            ask_time=self.ask_time,
            remind_day=Weekday[self.remind_day.upper()],
            remind_time=self.remind_time,
            close_day=Weekday[self.close_day.upper()],
            close_time=self.close_time,
            digest_day=Weekday[self.digest_day.upper()],
            digest_time=self.digest_time,
            company_zone=zone,
            remind_again=self._again(),
        )


class NamedScheduleSettings(ScheduleSettings):
    """One of several schedules: for whom, how often, and what it asks."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")
    rhythm: Rhythm = Rhythm.WEEKLY
    first_week: date = date(2024, 1, 1)
    units: tuple[str, ...] = ()
    items: tuple[str, ...] = Field((), max_length=MOST_ITEMS)
    stages: tuple[Stage, ...] = Field((), max_length=MOST_ITEMS)

    @model_validator(mode="after")
    def _one_kind_of_question(self) -> Self:
        if self.items and self.stages:
            raise ValueError("write items or stages, not both")
        return self

    def named(self, zone: ZoneInfo, bank: QuestionBank) -> Schedule:
        """As the surveys understand it; raises ValueError for an item that is not in the bank."""
        unknown = [item for item in self.items if item not in bank.items]
        if unknown:
            raise ValueError(f"schedules: there is no item {unknown[0]!r}; orgpulse questions preview lists them")
        return replace(
            self.timed(self.name, zone),
            rhythm=self.rhythm,
            first_week_on=self.first_week,
            units=tuple(unit_id(path.split("/")) for path in self.units),
            items=self.items or tuple(bank.asked_about(stage).id for stage in self.stages),
        )


class ItemSettings(BaseModel):
    """The item that measures each stage, where it is another than the bank's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: str | None = None
    trust: str | None = None
    candor: str | None = None
    overlay: str | None = None
    friction: str | None = None
    customer: str | None = None
    efficiency: str | None = None

    def chosen(self) -> dict[Stage, str]:
        """By stage."""
        return {Stage(name): item_id for name, item_id in self.model_dump().items() if item_id}


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
    # In place of the one above. Where two fall into one week, a person is asked by the first that includes them.
    schedules: tuple[NamedScheduleSettings, ...] = ()
    items: ItemSettings = ItemSettings()
    # 0 switches them off; a second one has a day and a time of its own in the schedule.
    reminders: int = Field(1, ge=0, le=1)
    # Files with items of the company's own; from orgpulse.toml, a path is relative to that file.
    question_packs: tuple[Path, ...] = ()
    master_key_file: Path = Path("orgpulse.key")
    slack_api_url: str = "https://slack.com/api/"
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    master_key: SecretStr | None = None

    # Where each setting that was given stands, for whoever wants to change it.
    _places: dict[str, str] = PrivateAttr(default_factory=dict)

    def place(self, name: str) -> str:
        """Where a setting stands: a file or a variable of the environment."""
        return self._places.get(name, "the settings that the bot was started with")

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

    @model_validator(mode="after")
    def _one_way_to_schedule(self) -> Self:
        if self.schedules and self.schedule != ScheduleSettings():
            raise ValueError("write [schedule] for one weekly pulse, or [[schedules]] for several, not both")
        names = [each.name for each in self.schedules]
        if len(set(names)) < len(names):
            raise ValueError("two of [[schedules]] have the same name; give each its own")
        return self

    def noted(self) -> dict[str, str | int | None]:
        """What the audit log keeps track of: whatever changes what is promised, and when people are asked."""
        at = self.schedule.model_dump(mode="json")
        return {
            "smallest_group": self.smallest_group,
            "confidentiality": self.confidentiality,
            "budget": f"{self.budget:g}",
            "timezone": self.timezone,
            "leaders_channel": self.leaders_channel,
            "reminders": self.reminders,
            "question_packs": ", ".join(str(pack) for pack in self.question_packs),
            **{f"schedule.{name}": value for name, value in at.items()},
            **{
                f"schedules.{each.name}.{name}": ", ".join(value) if isinstance(value, list) else value
                for each in self.schedules
                for name, value in each.model_dump(mode="json").items()
            },
        }

    def noise(self) -> Noise:
        """What is added to figures before they are released."""
        return Noise.within(self.budget) if self.confidentiality == "noised" else BLURRED

    def bank(self) -> QuestionBank:
        """The shipped items with the company's own; follow-ups only where they are counted."""
        bank = read_packs(self.question_packs)
        return bank if self.noise().shares is not None else bank.without_follow_ups()

    def weekly(self) -> Schedule:
        """The main schedule: the first that asks everybody, or else the first."""
        return main_schedule(self.every_schedule(self.bank()))

    def every_schedule(self, bank: QuestionBank) -> tuple[Schedule, ...]:
        """All schedules as the surveys understand them, in the order in which they get people."""
        zone = ZoneInfo(self.timezone)
        return tuple(each.named(zone, bank) for each in self.schedules) or (self.schedule.timed("weekly", zone),)


def main_schedule(every: Sequence[Schedule]) -> Schedule:
    """The first that asks everybody, or else the first."""
    return next((schedule for schedule in every if not schedule.units), every[0])


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
    in_file = dotted(values)
    values |= _read_secret_files(os.environ)
    try:
        # Only what was given: everything else can be chosen while the bot runs.
        outside = _FromOutside(**values).model_dump(exclude_unset=True)
        settings = Settings(**outside | {name: value for name, value in given.items() if value is not None})
    except ValidationError as problem:
        raise WrongSettings(problems="\n".join(in_words(problem))) from problem
    for name in dotted(outside):
        in_environment = variable(name) in os.environ or name not in in_file
        settings._places[name] = variable(name) if in_environment else str(file or FILE)
    return settings


def variable(name: str) -> str:
    """The variable of the environment that sets a dotted name."""
    return f"{PREFIX}{name.replace('.', '__').upper()}"


def dotted(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as one, by names such as schedule.ask_day."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= dotted(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


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


def in_words(problem: ValidationError) -> list[str]:
    """A line for each thing that is wrong, with what to write instead."""
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
