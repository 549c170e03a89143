"""The command line as an admin uses it: what it prints, and what it says when something is missing."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.bootstrap import Orgpulse
from bot.main import cli
from bot.settings import WrongSettings
from bot.text_file import NotUtf8
from surveys.errors import DatabaseIsBehind, NothingToImport, UnknownPerson
from surveys.storage.database import Database
from surveys.storage.migrate import check_revision
from tests.bot.conftest import MONDAY, TUESDAY_MORNING, Place, roster_csv


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(cli, arguments, input=answer)


def write(here: Path, name: str, text: str) -> str:
    (here / name).write_text(text, encoding="utf-8")
    return name


def test_a_new_installation_from_key_to_people(here: Path) -> None:
    assert run("keys", "init").exit_code == 0
    assert run("keys", "init").exit_code == 1
    assert "up to date" in run("migrate").output
    assert "Nobody yet" in run("people", "list").output
    file = write(here, "people.csv", roster_csv())
    refused = run("people", "import", file, answer="n\n")
    assert "Joining: 15" in refused.output
    assert "Nothing was imported" in refused.output
    assert "Imported." in run("people", "import", file, "--yes").output
    assert "Nothing would change" in run("people", "import", file).output
    listed = json.loads(run("people", "list", "--role", "manager", "--json").output)
    assert [person["unit"] for person in listed] == ["North", "South"]
    assert "(not found in Slack)" in run("people", "list").output


def test_bad_rows_are_named_and_nothing_is_imported(here: Path) -> None:
    file = write(here, "people.csv", roster_csv() + "\nnonsense,,,,\n")
    result = run("people", "import", file, "--yes")
    assert isinstance(result.exception, NothingToImport)
    assert "line 17" in str(result.exception)
    assert "Nobody yet" in run("people", "list").output


def test_asking_as_nobody_says_what_to_do(here: Path) -> None:
    result = run("ask", "how is trust", "--as", "nobody@acme.example")
    assert isinstance(result.exception, UnknownPerson)
    assert "people import" in str(result.exception)


def test_a_question_before_the_first_release(here: Path) -> None:
    run("people", "import", write(here, "people.csv", roster_csv()), "--yes")
    found = json.loads(run("ask", "how is trust in North", "--as", "chief@acme.example", "--json").output)
    assert found["reading"]["intent"] == "level"
    assert found["reading"]["units"] == ["North"]
    assert found["figures"] == []
    assert found["withheld"]


def test_comments_from_a_file_become_themes(here: Path) -> None:
    lines = ["too many approvals for every discount", "approvals take days", "discount approvals again"] * 3
    lines += ["the new crm loses my notes", "crm is slow", "entering everything twice in the crm"] * 3
    file = write(here, "comments.txt", "\n".join(lines))
    found = json.loads(run("themes", file, "--json").output)
    assert len(found) == 2
    assert sorted(theme["size"] for theme in found) == [9, 9]
    assert "stand apart" in run("themes", file).output
    empty = run("themes", write(here, "empty.txt", "\n"))
    assert empty.exit_code == 1
    assert "holds no comments" in empty.output


def test_the_doctor_names_what_is_missing_and_what_to_do(here: Path) -> None:
    result = run("doctor")
    assert result.exit_code == 1
    assert "orgpulse keys init" in result.output
    assert "orgpulse migrate" in result.output
    assert "deploy/manifest.yaml" in result.output


def test_the_doctor_is_content_with_a_running_installation(
    here: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot: Orgpulse = place.peopled_bot()
    place.move(bot, MONDAY)
    place.move(bot, TUESDAY_MORNING + timedelta(minutes=1))
    monkeypatch.setenv("ORGPULSE_DATABASE", bot.settings.database)
    monkeypatch.setenv("ORGPULSE_MASTER_KEY_FILE", str(bot.settings.master_key_file))
    monkeypatch.setenv("ORGPULSE_SLACK_API_URL", place.sandbox.api_url)
    monkeypatch.setenv("ORGPULSE_LEADERS_CHANNEL", "C1")
    assert "scopes" not in run("doctor").output
    monkeypatch.setenv("ORGPULSE_SLACK_BOT_TOKEN", place.sandbox.app.bot_token)
    monkeypatch.setenv("ORGPULSE_SLACK_APP_TOKEN", place.sandbox.app.app_token)
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "12 reps, 0 of them not found" in result.output


def test_a_file_that_is_not_utf8_is_named(here: Path) -> None:
    (here / "people.csv").write_bytes(roster_csv().replace("Chief", "Müller").encode("latin-1"))
    result = run("people", "import", "people.csv", "--yes")
    assert isinstance(result.exception, NotUtf8)
    assert "CSV UTF-8" in str(result.exception)


def test_an_option_is_checked_like_a_setting(here: Path) -> None:
    result = run("migrate", "--database", "nonsense")
    assert isinstance(result.exception, WrongSettings)


def test_a_broken_key_is_not_overwritten(here: Path) -> None:
    write(here, "orgpulse.key", "not base64")
    assert "orgpulse.key" in run("doctor").output
    assert run("keys", "init").exit_code == 1


def test_a_server_database_that_is_behind_is_not_migrated_by_itself(here: Path) -> None:
    database = Database(f"sqlite:///{here / 'empty.db'}")
    with pytest.raises(DatabaseIsBehind, match="orgpulse migrate"):
        check_revision(database)
    database.close()
