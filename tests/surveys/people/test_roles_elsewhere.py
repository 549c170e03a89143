"""A manager may lead several teams, and a leader may sit in another unit than the one they lead."""

import pytest

from surveys import results
from surveys.errors import NothingToImport
from surveys.people import directory, roster
from surveys.people.roster import read_roster
from surveys.storage.database import Database

HEAD = "email,name,manager,unit,roles\n"
REPS = (
    "a@acme.example,Ann,,Acme / North / One,rep\n"
    "b@acme.example,Ben,,Acme / North / Two,rep\n"
    "c@acme.example,Cho,,Acme / South,rep\n"
)
BOSS = 'boss@acme.example,Boss,,Acme,"manager of Acme / North / One; manager of Acme/South"\n'


def test_a_manager_of_two_teams_sees_both_and_no_other(database: Database) -> None:
    with database.work() as session:
        roster.apply(session, read_roster(HEAD + REPS + BOSS))
    with database.read() as session:
        boss = directory.by_email(session, "boss@acme.example")
        assert boss.leads == {"acme/north/one", "acme/south"}
        assert results.visible_units(session, boss) == {"acme/north/one", "acme/south"}


def test_importing_again_changes_nothing_and_a_change_of_roles_is_told(database: Database) -> None:
    with database.work() as session:
        roster.apply(session, read_roster(HEAD + REPS + BOSS))
    with database.read() as session:
        assert not roster.preview(session, read_roster(HEAD + REPS + BOSS))
        less = BOSS.replace("; manager of Acme/South", "")
        changes = roster.preview(session, read_roster(HEAD + REPS + less))
    assert changes.changed == ["Boss <boss@acme.example>: roles become manager of One"]


@pytest.mark.parametrize(
    ("roles", "problem"),
    [
        ("manager of Acme / West", "line 2: manager of Acme / West: nobody in this file is in such a unit"),
        ("rep of Acme / North", "a rep is asked for their own unit"),
        ("boss of Acme", "'boss' is not a role"),
    ],
)
def test_a_role_in_a_unit_that_cannot_be_is_named(roles: str, problem: str) -> None:
    with pytest.raises(NothingToImport) as found:
        read_roster(f"{HEAD}boss@acme.example,Boss,,Acme,{roles}\n{REPS}")
    assert problem in str(found.value)
