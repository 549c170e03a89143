"""`orgpulse people`: importing again and again, user groups, new names, and what a sync changed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from bot.bootstrap import Orgpulse
from bot.commands.people import NoSlack, NotAGroup
from bot.main import cli
from bot.slack_directory import NoSuchGroup
from deploy.sandbox import SeedUser, SeedUserGroup
from surveys import audit
from surveys.people import directory
from tests.bot.conftest import Place, roster_csv
from tests.bot.test_logs import until

Run = Callable[..., Result]


@pytest.fixture
def bot(place: Place) -> Orgpulse:
    return place.peopled_bot()


@pytest.fixture
def run(place: Place, bot: Orgpulse, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(place.folder)
    monkeypatch.setenv("ORGPULSE_DATABASE", bot.settings.database)
    monkeypatch.setenv("ORGPULSE_SLACK_API_URL", place.sandbox.api_url)
    monkeypatch.setenv("ORGPULSE_SLACK_BOT_TOKEN", place.sandbox.app.bot_token)

    def run(*words: str, roster: str | None = None, answer: str = "") -> Result:
        if roster is not None:
            (place.folder / "people.csv").write_text(roster, encoding="utf-8")
        return CliRunner().invoke(cli, ["people", *words], input=answer)

    return run


def lines(bot: Orgpulse) -> int:
    with bot.database.read() as session:
        return len(audit.entries(session))


def test_a_dry_run_shows_all_and_changes_nothing(bot: Orgpulse, run: Run) -> None:
    # Two leave the north, one is written wrongly, and the south gets a second manager.
    text = "\n".join(line for line in roster_csv().splitlines() if "rep0@" not in line and "rep1@" not in line)
    text = text.replace("rep2@acme.example", "rep22@acme.example").replace(
        "Acme,leader", "Acme,leader;manager of Acme / South"
    )
    before = lines(bot)
    shown = run("import", "people.csv", "--dry-run", roster=text).output
    assert (
        "rep22@acme.example is nobody in Slack, and not asked until emails agree; did you mean rep2@acme.example?"
        in shown
    )
    assert "South has 2 managers, and each gets its digest: boss.south@acme.example, chief@acme.example" in shown
    assert "fewer than 5 reps: North (4)" in shown
    assert "shown together: North and South" in shown
    assert "Nothing was imported." in shown
    assert lines(bot) == before
    said = json.loads(run("import", "people.csv", "--json", roster=text).output)
    assert (said["imported"], len(said["left"]), len(said["joined"])) == (False, 3, 1)
    assert lines(bot) == before
    said = json.loads(run("import", "people.csv", "--json", "--yes", roster=text).output)
    assert said["imported"]
    assert said["consequences"] == ["fewer than 5 reps: North (4)", "shown together: North and South"]


def test_a_move_is_shown_with_where_from_and_where_to(run: Run) -> None:
    text = roster_csv().replace(
        "Rep0,boss.north@acme.example,Acme / North", "Rep0,boss.south@acme.example,Acme / South"
    )
    shown = run("import", "people.csv", roster=text, answer="y\n").output
    assert "Rep0 <rep0@acme.example>: moves from Acme / North to Acme / South, " in shown
    assert "manager boss.north@acme.example becomes boss.south@acme.example" in shown
    assert "Imported. Who moved answers an open pulse for the unit they were asked in." in shown


def test_a_new_name_by_the_file_alone_is_doubted_and_by_the_command_keeps_the_history(
    bot: Orgpulse, run: Run
) -> None:
    renamed = roster_csv().replace("Acme / North", "Acme / Nordics")
    shown = run("import", "people.csv", "--dry-run", roster=renamed).output
    assert 'orgpulse people rename-unit "Acme / North" "Nordics"' in shown
    assert "Acme / Nordics now, with all its history" in run("rename-unit", "Acme / North", "Nordics").output
    assert "Nothing would change." in run("import", "people.csv", roster=renamed).output
    with bot.database.read() as session:
        assert {unit.id: unit.name for unit in directory.units(session)}["acme/north"] == "Nordics"


def test_user_groups_become_units(place: Place, run: Run) -> None:
    place.sandbox.add_user(SeedUser("newbie", "New Bie", "newbie@acme.example", "Europe/London"))
    members = (*[f"rep{number}" for number in range(5)], "newbie")
    place.sandbox.add_user_group(SeedUserGroup("north-team", "North team", members))
    shown = run("from-slack", "--group", "north-team=Acme / North", answer="y\n").output
    assert "New Bie <newbie@acme.example>, Acme / North: rep" in shown
    assert "Rep5 <rep5@acme.example>" in shown
    assert "Imported." in shown
    assert "Nothing would change." in run("from-slack", "--group", "@north-team=Acme / North").output
    wrong = run("from-slack", "--group", "nort-team=Acme / North")
    assert isinstance(wrong.exception, NoSuchGroup)
    assert "did you mean north-team?" in str(wrong.exception)
    assert isinstance(run("from-slack", "--group", "north-team").exception, NotAGroup)


def test_a_sync_says_what_changed(place: Place, bot: Orgpulse, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    user = place.sandbox.user_by_email("rep3@acme.example").id
    place.sandbox.change_user(user, deleted=True)
    place.sandbox.change_user(place.sandbox.user_by_email("rep4@acme.example").id, tz="Asia/Tokyo")
    table = run("sync").output
    assert "switched off, and not asked" in table
    assert "rep3@acme.example" in table
    assert "(deactivated in Slack)" in run("list").output
    place.sandbox.change_user(user, deleted=False)
    found = json.loads(run("sync", "--json").output)
    assert found["came_back"] == ["rep3@acme.example"]
    assert found["matched"] == 15
    monkeypatch.delenv("ORGPULSE_SLACK_BOT_TOKEN")
    assert isinstance(run("sync").exception, NoSlack)


def test_slacks_word_is_heeded_at_once(place: Place, bot: Orgpulse) -> None:
    bot.connect()
    place.sandbox.wait_for_app()
    user = place.sandbox.user_by_email("rep3@acme.example").id
    for fields, deactivated in (({"deleted": True}, True), ({"deleted": False, "title": "Overlay"}, False)):
        place.sandbox.change_user(user, **fields)
        until(lambda wanted=deactivated: _rep(bot).deactivated is wanted)
    assert (_rep(bot).slack_id, _rep(bot).title) == (user, "Overlay")


def _rep(bot: Orgpulse) -> directory.Person:
    with bot.database.read() as session:
        return directory.by_email(session, "rep3@acme.example")
