"""The command line as an admin uses it: what it prints, and what it says when something is missing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from bot.bootstrap import Orgpulse
from bot.commands.audit import NotYourLog
from bot.commands.text_file import NotUtf8
from bot.main import cli
from bot.settings import WrongSettings
from surveys.errors import DatabaseIsBehind, NewKeyStillThere, NothingToImport, RoundStillOpen, UnknownPerson
from surveys.people import enrolment, roster
from surveys.storage.database import Database
from surveys.storage.migrate import check_revision
from surveys.storage.tables import AuditRow
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
    assert json.loads(run("people", "list", "--role", "works_council", "--json").output) == []


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


# -- keys -----------------------------------------------------------------------------------------------


def a_company(here: Path, *more: str) -> None:
    """A key and people, in this order; the second thing makes the database."""
    run("keys", "init")
    run("people", "import", write(here, "people.csv", "\n".join([roster_csv(), *more])), "--yes")


def test_a_key_is_looked_at(here: Path) -> None:
    a_company(here)
    result = run("keys", "check")
    assert result.exit_code == 0
    assert [line.split()[:2] for line in result.output.splitlines()] == [
        ["ok", "key"],
        ["ok", "rotation"],
        ["ok", "fit"],
        ["ok", "age"],
    ]
    (here / "orgpulse.key").chmod(0o604)
    result = run("keys", "check")
    assert result.exit_code == 1
    assert "chmod 600 orgpulse.key" in result.output


def test_a_key_in_a_file_is_changed_and_noted(here: Path) -> None:
    a_company(here)
    before = (here / "orgpulse.key").read_text()
    refused = run("keys", "rotate", answer="n\n")
    assert "Stop Orgpulse first" in refused.output
    assert "Backups of the database made until now open with the old key alone." in refused.output
    assert "Nothing was changed." in refused.output
    assert (here / "orgpulse.key").read_text() == before
    result = run("keys", "rotate", answer="y\n")
    assert result.exit_code == 0
    assert "Destroy every copy of the old key" in result.output
    after = (here / "orgpulse.key").read_text()
    assert after != before
    assert after.strip() not in result.output
    assert run("keys", "check").exit_code == 0
    (line,) = [line for line in run("audit").output.splitlines() if "master key was changed" in line]
    assert "command line (" in line


def test_a_key_in_the_environment_is_changed_in_two_steps(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_company(here)
    monkeypatch.setenv("ORGPULSE_MASTER_KEY", (here / "orgpulse.key").read_text())
    (here / "orgpulse.key").unlink()
    result = run("keys", "rotate", "--yes")
    new = here / "orgpulse.key.next"
    assert f'export ORGPULSE_MASTER_KEY="$(cat {new})"' in result.output
    assert new.stat().st_mode & 0o777 == 0o600
    # The environment still has the old one: it is said again.
    assert "does not open the diaries" in run("keys", "check").output
    assert "An interrupted rotation was finished." in run("keys", "rotate", "--yes").output
    monkeypatch.setenv("ORGPULSE_MASTER_KEY", new.read_text())
    assert "left its new key" in run("keys", "check").output
    assert isinstance(run("keys", "rotate", "--yes").exception, NewKeyStillThere)
    new.unlink()
    assert run("keys", "check").exit_code == 0
    assert run("keys", "rotate", "--yes").exit_code == 0


def test_while_a_round_is_open_the_key_stays(here: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    bot: Orgpulse = place.peopled_bot()
    place.move(bot, MONDAY)
    place.move(bot, TUESDAY_MORNING)
    monkeypatch.setenv("ORGPULSE_DATABASE", bot.settings.database)
    monkeypatch.setenv("ORGPULSE_MASTER_KEY_FILE", str(bot.settings.master_key_file))
    assert run("keys", "check").exit_code == 0
    result = run("keys", "rotate", "--yes")
    assert isinstance(result.exception, RoundStillOpen)
    assert "Nothing was changed" in str(result.exception)


def test_a_first_key_is_noted_where_there_is_a_database(here: Path) -> None:
    run("keys", "init")
    assert not (here / "orgpulse.db").exists()
    (here / "orgpulse.key").unlink()
    run("migrate")
    run("keys", "init")
    assert "a master key was written where there was none" in run("audit").output


# -- the audit log --------------------------------------------------------------------------------------

COUNCIL = "cora@acme.example,Cora,,Acme / North,works council"
ADMIN = "adam@acme.example,Adam,,Acme / North,admin"


@pytest.mark.parametrize(("who", "may"), [("cora", True), ("adam", True), ("chief", False), ("rep1", False)])
def test_admins_and_the_works_council_read_the_log(here: Path, who: str, may: bool) -> None:
    a_company(here, COUNCIL, ADMIN)
    result = run("audit", "--as", f"{who}@acme.example")
    assert (result.exit_code == 0) == may
    assert ("joined: Cora <cora@acme.example>, Acme / North: works council" in result.output) == may
    if not may:
        assert isinstance(result.exception, NotYourLog)
        assert f"{who}@acme.example is neither" in str(result.exception)


def test_nobody_reads_it_as_somebody_unknown(here: Path) -> None:
    assert isinstance(run("audit", "--as", "nobody@acme.example").exception, UnknownPerson)


def test_the_log_from_a_day_on_and_as_json(here: Path) -> None:
    a_company(here)
    assert run("audit", "--since", "2999-01-01").output == "Nothing was noted.\n"
    found = json.loads(run("audit", "--since", "2020-01-01", "--json").output)
    assert found["broken_at"] is None
    assert [entry["id"] for entry in found["entries"]] == list(range(1, 20))
    assert {entry["act"] for entry in found["entries"]} == {"people"}
    last = found["entries"][-1]["seal"]
    assert f"The seal of its last line:\n  {last}" in run("audit").output


def test_a_log_that_was_changed_is_told(here: Path) -> None:
    a_company(here)
    database = Database(f"sqlite:///{here / 'orgpulse.db'}")
    with database.work() as session:
        session.execute(update(AuditRow).where(AuditRow.id == 2).values(about="nothing"))
    database.close()
    result = run("audit")
    assert result.exit_code == 1
    assert "line 2 does not follow from the one before it" in result.output
    assert json.loads(run("audit", "--json").output)["broken_at"] == 2


# -- retention ------------------------------------------------------------------------------------------


def test_what_is_due_is_shown_before_it_is_deleted(here: Path) -> None:
    a_company(here)
    database = Database(f"sqlite:///{here / 'orgpulse.db'}")
    with database.work() as session:
        people = roster.read_roster(roster_csv().replace("rep11@acme.example,Rep11", "new@acme.example,New"))
        enrolment.apply(session, people, actor="test", now=datetime.now(UTC) - timedelta(days=40))
    database.close()
    for _ in range(2):
        assert run("retention", "--dry-run").output == "Would be deleted: 1 person who left.\n"
    assert run("retention").output == "Deleted: 1 person who left.\n"
    assert run("retention").output == "Deleted: nothing.\n"
    (line,) = [line for line in run("audit").output.splitlines() if "deleted: 1 person who left" in line]
    assert "command line (" in line
