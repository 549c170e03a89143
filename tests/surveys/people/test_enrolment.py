"""What follows from a roster, new names for units, moves during a round, roles and user groups."""

from __future__ import annotations

import pytest

from analysis.figures import Unit
from surveys import audit
from surveys.ballots.keys import MasterKey
from surveys.errors import NothingToImport
from surveys.people import consequences, directory, enrolment, roster, user_groups
from surveys.people.consequences import Showing
from surveys.people.directory import SlackUser
from surveys.people.enrolment import NoAdminLeft, NoSuchUnit, NotAName, Outlook
from surveys.people.roster import Role
from surveys.rounds import rounds
from surveys.storage.database import Database
from tests.company import (
    SMALL,
    email,
    import_roster,
    morning,
    open_round,
    person,
    roster_csv,
    settle,
    slack_id,
    unit,
)


def outlook(database: Database, text: str, k: int = 5) -> Outlook:
    with database.read() as session:
        return enrolment.outlook(session, roster.read_roster(text), k=k)


def rename(database: Database, old: str, new: str) -> str:
    with database.work() as session:
        return enrolment.rename_unit(session, old, new, actor="test", now=morning())


# What follows ---------------------------------------------------------------------------------------------


def test_small_units_are_named_with_those_they_are_shown_with() -> None:
    tree = [Unit("c", "C"), *(Unit(f"c/{name}", name.upper(), "c") for name in "abcd")]
    found = consequences.showing(tree, {"c/a": 3, "c/b": 4, "c/d": 9}, k=5)
    assert found == Showing((("A", 3), ("B", 4)), (("A", "B"),), ())
    assert consequences.in_words(found, k=5) == ["fewer than 5 reps: A (3), B (4)", "shown together: A and B"]
    alone = consequences.showing(tree, {"c/a": 3}, k=5)
    assert (alone.together, alone.hidden) == ((), ("A",))
    assert not consequences.in_words(consequences.showing(tree, {"c/a": 6}, k=5), k=5)


def test_an_import_says_what_can_be_shown_then(database: Database) -> None:
    settle(database)
    found = outlook(database, roster_csv({"North / Alpha": 3, "North / Beta": 4, "North / Empty": 0}))
    assert found.showing.together == (("Alpha", "Beta"),)
    assert found.without_reps == ("Empty",)
    assert not found.several_managers
    two = roster_csv(SMALL).replace("leader;admin", "leader;manager of Harbour / North / Alpha")
    assert outlook(database, two).several_managers == {"Alpha": (email("alpha.lead"), email("chief"))}


def test_a_new_unit_that_everybody_of_an_old_one_goes_to_may_be_a_new_name(database: Database) -> None:
    settle(database)
    found = outlook(database, roster_csv(SMALL).replace("/ Alpha", "/ Gamma"))
    assert found.renamed == (("Harbour / North / Alpha", "Harbour / North / Gamma"),)
    assert found.without_reps == ("Alpha",)


# New names ------------------------------------------------------------------------------------------------


def test_a_renamed_unit_keeps_its_id_and_is_found_by_its_new_name(database: Database) -> None:
    settle(database)
    assert rename(database, "Alpha", "Central Europe") == "Harbour / North / Central Europe"
    text = roster_csv(SMALL).replace("/ Alpha", "/ Central Europe")
    assert not import_roster(database, text)
    assert person(database, "alpha1").unit_id == unit("North / Alpha")
    # Whoever writes the old name means another unit, which does not inherit the old one's history.
    changes = import_roster(database, roster_csv(SMALL))
    assert changes.new_units == ["Harbour / North / Alpha"]
    assert person(database, "alpha1").unit_id == f"{unit('North / Alpha')}-2"
    with database.read() as session:
        assert {one.name for one in directory.units(session)} >= {"Alpha", "Central Europe"}
        assert "is now called Central Europe" in "".join(entry.about for entry in audit.entries(session))


def test_a_team_below_a_renamed_region_is_found(database: Database) -> None:
    settle(database)
    rename(database, "Harbour / North", "Nordics")
    assert not import_roster(database, roster_csv(SMALL).replace("/ North", "/ Nordics").replace("north.lead", "nordics.lead")).new_units  # fmt: skip  # noqa: E501
    assert person(database, "alpha1").unit_id == unit("North / Alpha")


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("Alhpa", "X", NoSuchUnit),
        ("Alpha", "Beta", NotAName),
        ("Alpha", "A / B", NotAName),
        ("Alpha", "!", NotAName),
    ],
)
def test_a_name_that_cannot_be_is_refused(database: Database, old: str, new: str, error: type[Exception]) -> None:
    settle(database)
    with pytest.raises(error) as problem:
        rename(database, old, new)
    if error is NoSuchUnit:
        assert "did you mean Alpha?" in str(problem.value)


# Moves ----------------------------------------------------------------------------------------------------


def test_who_moves_during_a_round_answers_for_the_unit_they_were_asked_in(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    opened = open_round(database, master)
    moved = roster_csv({"North / Alpha": 5, "North / Beta": 7}) + (
        f"{email('alpha6')},Person Alpha6,{email('beta.lead')},Harbour / North / Beta,rep\n"
    )
    import_roster(database, moved)
    who = person(database, "alpha6")
    with database.read() as session:
        pulse = rounds.pulse_of(session, who, round_id=opened.id, now=morning())
    assert (who.unit_id, pulse.unit_id) == (unit("North / Beta"), unit("North / Alpha"))


# Roles ----------------------------------------------------------------------------------------------------


def test_roles_of_one_person_are_changed_and_noted(database: Database) -> None:
    settle(database)
    who = person(database, "alpha1")
    held = {("rep", who.unit_id), ("manager", unit("North / Beta"))}
    for changed in (True, False):
        with database.work() as session:
            assert enrolment.change_roles(session, who, held, actor="test", now=morning()) is changed
    assert person(database, "alpha1").leads == {unit("North / Beta")}
    with database.read() as session:
        last = audit.entries(session)[-1].about
    assert last.endswith("roles rep become manager of Beta, rep")


def test_the_last_admin_stays_one(database: Database) -> None:
    settle(database)
    with database.work() as session, pytest.raises(NoAdminLeft):
        enrolment.change_roles(session, person(database, "chief"), set(), actor="test", now=morning())
    assert Role.ADMIN in person(database, "chief").roles


# User groups ----------------------------------------------------------------------------------------------


def member(name: str, *, address: str | None = "") -> SlackUser:
    found = email(name) if address == "" else address
    return SlackUser(slack_id(name), found, "Europe/London", "en-GB", deactivated=False, name=name.title())


def test_groups_become_units_and_everybody_else_stays(database: Database) -> None:
    settle(database)
    alpha = ("Harbour", "North", "Alpha")
    members = [member(f"alpha{number}") for number in range(1, 6)] + [member("beta1"), member("newcomer")]
    with database.read() as session:
        people = user_groups.with_groups(session, {alpha: members})
        changes = enrolment.preview(session, people)
    assert [line.split(",")[0] for line in changes.joined] == ["Newcomer <newcomer@harbour.example>"]
    assert changes.left == ["Person Alpha6 <alpha6@harbour.example>"]
    assert changes.changed == [
        "Person Beta1 <beta1@harbour.example>: moves from Harbour / North / Beta to Harbour / North / Alpha"
    ]
    newcomer = next(one for one in people if one.email == email("newcomer"))
    assert newcomer.manager == email("alpha.lead")
    # The team's manager is in no group, and stays.
    assert any(one.email == email("alpha.lead") for one in people)


def test_what_is_wrong_with_groups_is_named_at_once(database: Database) -> None:
    settle(database)
    one, other, empty = ("Harbour", "A"), ("Harbour", "B"), ("Harbour", "C")
    groups = {one: [member("x"), member("y", address=None)], other: [member("x")], empty: []}
    with database.read() as session, pytest.raises(NothingToImport) as problem:
        user_groups.with_groups(session, groups)
    said = str(problem.value)
    assert all(word in said for word in ("Harbour / C is empty", "Y: Slack shows no email", "Harbour / A and"))
