"""Settings have one truth: what is fixed wins, the rest is chosen, checked together, noted, and read anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import pytest
from click.testing import CliRunner

from analysis.stages import Stage
from bot.live_settings import LiveSettings
from bot.main import cli
from bot.settings import Settings, WrongSettings, read_settings
from surveys import audit, settings
from surveys.ballots.keys import MasterKey
from surveys.errors import SmallestGroupLowered
from surveys.rounds.schedule import Weekday
from surveys.settings import NoSuchSetting, SettingIsFixed, SettingsRefused
from surveys.storage.database import Database
from tests.bot.conftest import TUESDAY_MORNING, Place
from tests.company import open_round, settle

NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)


def live(database: Database, **fixed: Any) -> LiveSettings:
    return LiveSettings(Settings(**fixed), database)


def change(source: LiveSettings, **values: audit.Value) -> list[str]:
    named = {name.replace("__", "."): value for name, value in values.items()}
    return [one.name for one in source.change(named, actor="test", now=NOW)]


def test_what_is_chosen_holds_at_once_and_in_another_process_after_a_look(database: Database) -> None:
    here, there = live(database), live(database)
    assert change(here, schedule__ask_day="monday", schedule__ask_time="10:30", smallest_group=7) == [
        "schedule.ask_day",
        "schedule.ask_time",
        "smallest_group",
    ]
    assert here.in_force.schedule.ask_day is Weekday.MONDAY
    assert here.in_force.schedule.ask_time == time(10, 30)
    assert there.in_force.smallest_group == 5
    there.refresh()
    assert there.in_force.smallest_group == 7
    assert there.in_force.schedule == here.in_force.schedule
    assert change(here, smallest_group=None) == ["smallest_group"]
    assert here.in_force.smallest_group == 5


def test_what_is_fixed_wins_and_is_changed_where_it_stands(database: Database) -> None:
    change(live(database), timezone="Asia/Tokyo", leaders_channel="C1")
    source = live(database, timezone="Europe/Berlin", schedule={"ask_day": "monday"})
    assert source.in_force.schedule.company_zone.key == "Europe/Berlin"
    assert source.in_force.leaders_channel == "C1"
    for name in ("timezone", "schedule.ask_day"):
        with pytest.raises(SettingIsFixed, match=name):
            source.change({name: "tuesday"}, actor="test", now=NOW)
    shown = {one.name: one for one in source.all()}
    assert shown["timezone"].fixed_in
    assert (shown["leaders_channel"].fixed_in, shown["leaders_channel"].chosen) == (None, True)
    assert (shown["schedule.ask_time"].value, shown["schedule.ask_time"].chosen) == ("09:00", False)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("schedule.ask_day", "someday", 'write a day such as "tuesday"'),
        ("schedule.ask_day", "friday", "ask, remind, close, digest"),
        ("smallest_group", 4, "5"),
        ("timezone", "Moon", "Europe/Berlin"),
        ("items.trust", "overlay_hours", "trust_rules or trust_back"),
        # Hours beside points would not compare.
        ("items.friction", "friction_admin_hours", "friction_process or friction_approvals"),
        ("reminders", 9, "reminders"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_write(
    database: Database, name: str, value: audit.Value, said: str
) -> None:
    source = live(database)
    with pytest.raises(SettingsRefused, match=said):
        source.change({name: value}, actor="test", now=NOW)
    with database.read() as session:
        assert settings.stored(session) == {}
        assert audit.entries(session) == []


def test_a_setting_that_is_none_is_named_with_those_that_are(database: Database) -> None:
    for name in ("database", "master_key", "schedule", "nonsense"):
        with pytest.raises(NoSuchSetting, match="smallest_group"):
            live(database).change({name: "x"}, actor="test", now=NOW)


def test_an_item_is_chosen_by_stage(database: Database) -> None:
    source = live(database)
    change(source, items__trust="trust_back")
    assert source.in_force.bank.asked_about(Stage.TRUST).id == "trust_back"
    assert source.in_force.bank.asked_about(Stage.CANDOR).id == "candor_lost_deals"
    assert "trust_back" in {item.id for item in source.in_force.bank.for_week(3)}


def test_the_group_that_was_promised_is_never_lowered(database: Database, master: MasterKey) -> None:
    source = live(database)
    change(source, smallest_group=6)
    settle(database)
    open_round(database, master, k=6)
    with pytest.raises(SmallestGroupLowered):
        change(source, smallest_group=None)
    assert change(source, smallest_group=7) == ["smallest_group"]


def test_every_change_is_noted_with_who_did_it_and_not_again_at_the_next_start(database: Database) -> None:
    source = live(database)
    with database.work() as session:
        audit.note_settings(session, source.noted(), now=NOW)
    change(source, smallest_group=6)
    with database.work() as session:
        last = audit.entries(session)[-1]
        assert (last.actor, last.about) == ("test", "smallest_group = 6 (was 5)")
        assert audit.note_settings(session, live(database).noted(), now=NOW) == []
        assert audit.broken_at(session) is None


def test_what_does_not_fit_to_a_new_file_is_said_at_the_start_and_left_aside_while_running(
    database: Database,
) -> None:
    source = live(database)
    change(source, schedule__ask_day="wednesday", schedule__ask_time="09:00", schedule__remind_day="thursday",
           schedule__remind_time="09:00")  # fmt: skip
    with pytest.raises(WrongSettings, match="ask, remind, close, digest"):
        live(database, schedule={"close_day": "thursday", "close_time": "08:00"})
    running = live(database)
    with database.work() as session:
        settings.keep(session, {"timezone": "Moon"}, before={}, after={}, actor="an older version", now=NOW)
    running.refresh()
    assert running.in_force.schedule.ask_day is Weekday.WEDNESDAY


def test_a_running_bot_heeds_the_command_line(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = place.peopled_bot()
    monkeypatch.setenv("ORGPULSE_DATABASE", bot.settings.database)

    def run(*words: str) -> str:
        ended = CliRunner().invoke(cli, ["settings", *words], catch_exceptions=False)
        return ended.output

    assert "heeds it within half a minute" in run("set", "smallest_group", "6")
    assert "Nothing changed" in run("set", "smallest_group", "6")
    place.move(bot, TUESDAY_MORNING)
    assert bot.services.smallest_group == 6
    with bot.database.read() as session:
        assert audit.entries(session)[-1].actor.startswith("command line")
    listed = {one["name"]: one for one in json.loads(run("list", "--json"))}
    assert listed["smallest_group"] == {"name": "smallest_group", "value": 6, "fixed_in": None, "chosen": True}
    assert "smallest_group" in run("list")
    # A round holds six now.
    with pytest.raises(SmallestGroupLowered):
        run("unset", "smallest_group")


def test_file_and_environment_are_named_as_the_place(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, new_database: Callable[[], Database]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orgpulse.toml").write_text('smallest_group = 6\n[schedule]\nask_day = "monday"\n')
    monkeypatch.setenv("ORGPULSE_SCHEDULE__ASK_TIME", "10:30")
    found = {one.name: one.fixed_in for one in LiveSettings(read_settings(), new_database()).all()}
    assert found["smallest_group"] == found["schedule.ask_day"] == "orgpulse.toml"
    assert found["schedule.ask_time"] == "ORGPULSE_SCHEDULE__ASK_TIME"
    assert found["schedule.close_day"] is None
