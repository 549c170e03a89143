"""Settings are read once, and whatever is wrong is named with what to write instead."""

from datetime import date, time
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import SECRETS, Settings, WrongSettings, read_settings
from surveys.bank.items import default_bank
from surveys.rounds.schedule import Weekday


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ORGPULSE_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "orgpulse.toml"


def test_without_a_file_the_defaults_hold(file: Path) -> None:
    settings = read_settings()
    assert settings.smallest_group == 5
    assert settings.weekly().ask_time == time(9)


def test_the_file_is_read_and_the_environment_wins(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('timezone = "Europe/Berlin"\nsmallest_group = 6\n[schedule]\nask_day = "Monday"\n')
    monkeypatch.setenv("ORGPULSE_SMALLEST_GROUP", "8")
    monkeypatch.setenv("ORGPULSE_SCHEDULE__ASK_TIME", "10:30")
    settings = read_settings()
    assert (settings.timezone, settings.smallest_group) == ("Europe/Berlin", 8)
    assert (settings.schedule.ask_day, settings.schedule.ask_time) == ("monday", time(10, 30))


def test_an_option_of_the_command_line_wins_over_all(file: Path) -> None:
    file.write_text('database = "sqlite:///one.db"\n')
    assert read_settings(database="sqlite:///two.db").database == "sqlite:///two.db"


def test_settings_cannot_be_changed(file: Path) -> None:
    with pytest.raises(ValidationError):
        read_settings().timezone = "UTC"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("smallest_group = 4", ["smallest_group", "5"]),
        ('timezone = "Berlin"', ["timezone", "Europe/Berlin"]),
        ('timezon = "UTC"', ["timezon", "there is no such setting", "timezone"]),
        ('database = "mysql://x"', ["database", "sqlite:///orgpulse.db"]),
        ('[schedule]\nask_day = "someday"', ["schedule.ask_day", "tuesday"]),
        ('[schedule]\nremind_day = "saturday"', ["schedule.remind_day", "weekend"]),
        ('[schedule]\nclose_day = "monday"', ["schedule", "ask, remind, close, digest"]),
        ('[schedule]\nask_time = "25:00"', ["schedule.ask_time"]),
        ("smallest_group = ", ["not TOML"]),
    ],
)
def test_what_is_wrong_is_named_with_what_to_write(file: Path, text: str, named: list[str]) -> None:
    file.write_text(text)
    with pytest.raises(WrongSettings) as problem:
        read_settings()
    assert all(word in str(problem.value) for word in named), str(problem.value)


def test_every_wrong_setting_is_named_at_once(file: Path) -> None:
    file.write_text('smallest_group = 1\ntimezone = "Moon"\n')
    with pytest.raises(WrongSettings) as problem:
        read_settings()
    assert "smallest_group" in str(problem.value)
    assert "timezone" in str(problem.value)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_in_the_file_is_refused_without_repeating_it(file: Path, name: str) -> None:
    file.write_text(f'{name} = "hunter2"\n')
    with pytest.raises(WrongSettings) as problem:
        read_settings()
    assert f"ORGPULSE_{name.upper()}" in str(problem.value)
    assert "hunter2" not in str(problem.value)


def test_a_secret_comes_from_a_file_that_the_environment_names(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tmp_path / "token"
    token.write_text("xoxb-from-a-file\n")
    monkeypatch.setenv("ORGPULSE_SLACK_BOT_TOKEN_FILE", str(token))
    secret = read_settings().slack_bot_token
    assert secret is not None
    assert secret.get_secret_value() == "xoxb-from-a-file"
    assert "xoxb" not in repr(read_settings())


def test_a_missing_file_is_named(file: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match=r"nowhere\.toml"):
        read_settings(tmp_path / "nowhere.toml")


SEVERAL = """
[[schedules]]
name = "deals"
rhythm = "fortnightly"
first_week = 2026-03-02
units = ["Acme / North"]
stages = ["trust", "friction"]

[[schedules]]
name = "everybody"
remind_again_day = "thursday"
remind_again_time = 10:00:00
"""


def test_several_schedules_take_the_place_of_the_one(file: Path) -> None:
    file.write_text(SEVERAL, encoding="utf-8")
    settings = read_settings(file)
    deals, everybody = settings.every_schedule(default_bank())
    assert settings.weekly() == everybody
    assert deals.units == ("acme/north",)
    assert deals.items == ("trust_rules", "friction_process")
    assert deals.takes_place(date(2026, 3, 2))
    assert not deals.takes_place(date(2026, 3, 9))
    assert everybody.remind_again == (Weekday.THURSDAY, time(10))
    assert settings.noted()["schedules.deals.rhythm"] == "fortnightly"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[schedule]\nask_day = "monday"\n' + SEVERAL, "not both"),
        (SEVERAL + '[[schedules]]\nname = "deals"\n', "the same name"),
        ('[[schedules]]\nname = "a b"\n', "name"),
        ('[[schedules]]\nname = "ab"\nitems = ["trust_rules"]\nstages = ["trust"]\n', "items or stages"),
        ('[schedule]\nremind_again_day = "thursday"\n', "remind_again_time"),
        ('[schedule]\nremind_again_day = "friday"\nremind_again_time = 09:00:00\n', "before the close"),
        ('[schedule]\nremind_again_day = "sunday"\nremind_again_time = 09:00:00\n', "weekend"),
    ],
)
def test_wrong_schedules_say_what_to_write(file: Path, text: str, problem: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WrongSettings, match=problem):
        read_settings(file)
