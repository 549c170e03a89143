"""A manager may lead several teams, and a leader may sit in another unit than the one they lead."""

from datetime import UTC, datetime

import pytest

from surveys import results
from surveys.errors import NothingToImport
from surveys.people import directory, enrolment
from surveys.people.rights import Act, may
from surveys.people.roster import Role, read_roster
from surveys.storage.database import Database

NOW = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
HEAD = "email,name,manager,unit,roles\n"
REPS = (
    "a@acme.example,Ann,,Acme / North / One,rep\n"
    "b@acme.example,Ben,,Acme / North / Two,rep\n"
    "c@acme.example,Cho,,Acme / South,rep\n"
)
BOSS = 'boss@acme.example,Boss,,Acme,"manager of Acme / North / One; manager of Acme/South"\n'


def test_a_manager_of_two_teams_sees_both_and_no_other(database: Database) -> None:
    with database.work() as session:
        enrolment.apply(session, read_roster(HEAD + REPS + BOSS), actor="test", now=NOW)
    with database.read() as session:
        boss = directory.by_email(session, "boss@acme.example")
        assert boss.leads == {"acme/north/one", "acme/south"}
        assert results.visible_units(session, boss) == {"acme/north/one", "acme/south"}


def test_importing_again_changes_nothing_and_a_change_of_roles_is_told(database: Database) -> None:
    with database.work() as session:
        enrolment.apply(session, read_roster(HEAD + REPS + BOSS), actor="test", now=NOW)
    with database.read() as session:
        assert not enrolment.preview(session, read_roster(HEAD + REPS + BOSS))
        less = BOSS.replace("; manager of Acme/South", "")
        changes = enrolment.preview(session, read_roster(HEAD + REPS + less))
    assert changes.changed == [
        "Boss <boss@acme.example>: roles manager of One, manager of South become manager of One"
    ]


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


def test_the_works_council_sees_no_results_and_is_no_rep(database: Database) -> None:
    council = "cora@acme.example,Cora,,Acme / North / One,Works  Council\n"
    with database.work() as session:
        enrolment.apply(session, read_roster(HEAD + REPS + council), actor="test", now=NOW)
    with database.read() as session:
        cora = directory.by_email(session, "cora@acme.example")
        assert cora.roles == {Role.WORKS_COUNCIL}
        assert cora.leads == frozenset()
        assert results.visible_units(session, cora) == frozenset()
        assert not may(cora, Act.SEE_RESULTS)
        assert not may(cora, Act.ANSWER)
        # Written as it is stored, it is the same role.
        assert not enrolment.preview(session, read_roster(HEAD + REPS + council.replace("Works  C", "works_c")))
