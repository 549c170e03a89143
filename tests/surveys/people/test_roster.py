"""The roster file: read as a whole or not at all, previewed as it is applied."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from surveys.errors import NothingToImport, UnknownPerson
from surveys.people import directory, enrolment, roster
from surveys.people.enrolment import Changes
from surveys.people.roster import Role
from surveys.storage.database import Database
from surveys.storage.tables import PersonRow, RoleRow, UnitRow
from tests.company import COMPANY, MONDAY, SMALL, email, import_roster, morning, roster_csv, settle, unit

HEADER = "email,name,manager,unit,roles\n"
ADA = "ada@harbour.example,Ada Marlow,,Harbour / North,leader\n"


def problems(text: str) -> list[str]:
    with pytest.raises(NothingToImport) as caught:
        roster.read_roster(text)
    lines = str(caught.value).splitlines()
    assert lines[-1] == "Nothing was imported. Correct these lines and run the same command again."
    return [line for line in lines[:-1] if line]


def everything(database: Database) -> list[object]:
    with database.read() as session:
        return [
            sorted((row.id, row.name, row.parent_id) for row in session.scalars(select(UnitRow))),
            sorted(
                (row.id, row.email, row.name, row.manager_email, row.unit_id, row.active)
                for row in session.scalars(select(PersonRow))
            ),
            sorted((row.person_id, row.role, row.unit_id) for row in session.scalars(select(RoleRow))),
        ]


def test_a_good_file_is_read_as_it_is_written() -> None:
    found = roster.read_roster(
        HEADER + " Ada@Harbour.example , Ada Marlow ,, Harbour / North , Leader;admin\n"
        'ben@harbour.example,"Okafor, Ben",ADA@harbour.example,Harbour/North/Alpha,rep\n'
    )
    assert [person.email for person in found] == ["ada@harbour.example", "ben@harbour.example"]
    assert {role for role, _ in found[0].roles} == {Role.LEADER, Role.ADMIN}
    assert found[0].manager is None
    assert found[1].name == "Okafor, Ben"
    assert found[1].manager == "ada@harbour.example"
    assert found[1].unit == ("Harbour", "North", "Alpha")


def test_a_spreadsheets_mark_at_the_beginning_and_its_line_ends_do_no_harm() -> None:
    plain = roster.read_roster(HEADER + ADA)
    assert roster.read_roster("\ufeff" + HEADER + ADA) == plain
    assert roster.read_roster((HEADER + ADA).replace("\n", "\r\n")) == plain
    assert roster.read_roster(HEADER + "\n" + ADA + "\n\n") == plain


def test_columns_may_stand_in_any_order_and_others_beside_them() -> None:
    found = roster.read_roster("phone,roles,unit,manager,name,email\n1,rep,Harbour,,Ada,ada@harbour.example\n")
    assert found[0].name == "Ada"
    assert found[0].unit == ("Harbour",)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ada,Ada,,Harbour,rep", "'ada' is not an email address"),
        (",Ada,,Harbour,rep", "'an empty cell' is not an email address"),
        ("ada@x.example,,,Harbour,rep", "the name is empty"),
        ("ada@x.example,Ada,, / ,rep", "the unit is empty; write a path such as: Larkspur / EMEA / DACH"),
        ("ada@x.example,Ada,,Harbour / ***,rep", "the unit '***' has no letter or digit in its name"),
        (
            "ada@x.example,Ada,,Harbour,boss",
            "'boss' is not a role; write rep, manager, leader, admin or works council",
        ),
        ("ada@x.example,Ada,,Harbour,", "'' is not a role; write rep, manager, leader, admin or works council"),
        ("ada@x.example,Ada,,Harbour", "'' is not a role; write rep, manager, leader, admin or works council"),
        ("ada@x.example,Marlow, Ada,,Harbour,rep", "there are more cells than columns"),
        ("ada@x.example,Ada,ben@x.example,Harbour,rep", "the manager ben@x.example is nobody in this file"),
        (f"ada@x.example,{'A' * 256},,Harbour,rep", "the name has 256 characters; at most 255 are kept"),
        ("ada@x.example,A\0da,,Harbour,rep", "the name holds a character that cannot be seen"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_what_to_write(line: str, said: str) -> None:
    (found,) = problems(HEADER + line + "\n")
    assert found.startswith(f"line 2: {said}")


def test_every_bad_line_is_named_at_once() -> None:
    found = problems(
        HEADER + ADA + "nobody,No Body,,Harbour,rep\n" + "ben@x.example,,,Harbour,rep\n" + ADA.upper()
    )
    assert [line.split(":")[0] for line in found] == ["line 3", "line 4", "line 5"]
    assert found[2] == "line 5: ada@harbour.example stands in line 2 already"


def test_an_open_quotation_mark_is_named_where_it_begins() -> None:
    found = problems(HEADER + ADA + 'ben@x.example,"Ben,,Harbour,rep\n' + ADA.replace("ada", "cyd") * 3)
    assert found[0].startswith("line 3: ")


def test_missing_columns_are_named() -> None:
    (found,) = problems("email;name;manager;unit;roles\n" + ADA)
    assert found.startswith("line 1: the first line must name the columns email, name, manager, unit, roles")
    (found,) = problems("email,name,manager\n")
    assert found.endswith("missing: unit, roles")
    assert problems("")


def test_a_file_that_names_nobody_is_refused() -> None:
    assert problems(HEADER) == ["line 2: the file names nobody"]


def test_what_is_no_csv_at_all_is_said_so() -> None:
    cell = "x" * 200_000
    (found,) = problems(HEADER + f"ada@x.example,{cell},,Harbour,rep\n")
    assert found.startswith("line 2: this is not CSV: field larger than field limit")


def test_managers_who_go_round_are_found() -> None:
    loop = (
        "a@x.example,A,c@x.example,Harbour,rep\n"
        "b@x.example,B,a@x.example,Harbour,rep\n"
        "c@x.example,C,b@x.example,Harbour,rep\n"
        "d@x.example,D,a@x.example,Harbour,rep\n"
        "e@x.example,E,e@x.example,Harbour,rep\n"
    )
    assert problems(HEADER + loop) == [
        "line 2: these are each other's managers, in a loop: a@x.example → c@x.example → b@x.example → "
        "a@x.example",
        "line 6: these are each other's managers, in a loop: e@x.example → e@x.example",
    ]


def test_what_is_wrong_in_a_line_and_between_lines_is_named_at_once_in_order() -> None:
    found = problems(
        HEADER
        + "ada@harbour.example,Ada,bem@harbour.example,Harbour,leader\n"
        + "ben@harbour.example,Ben,nonsense,Harbour / North,boss\n"
        + "cyd@harbour.example,Cyd,ben@harbour.example,Harbour / North,rep\n"
        + "dee@harbour.example,Dee,cyd@habour.example,Harbour / North,rep\n"
    )
    assert [line.split(":")[0] for line in found] == ["line 2", "line 3", "line 5"]
    # Ben stands in a line that cannot be read: that he is no manager is not said as well.
    assert found[2].endswith("is nobody in this file; did you mean cyd@harbour.example?")


def test_two_companies_in_one_file_are_refused() -> None:
    (found,) = problems(HEADER + ADA + "ben@x.example,Ben,,Quay / North,rep\n")
    assert found == "every unit path must begin with one company; found Harbour and Quay"


def test_two_units_that_would_become_one_are_refused() -> None:
    found = problems(
        HEADER
        + "a@x.example,A,,Harbour / C,rep\n"
        + "b@x.example,B,,Harbour / C++,rep\n"
        + "c@x.example,C,,HARBOUR / C / Deep,rep\n"
    )
    assert [line.split(";")[0] for line in found] == [
        "line 3: the unit 'C++' is 'C' in line 2",
        "line 4: the unit 'HARBOUR' is 'Harbour' in line 2",
    ]


@settings(max_examples=30)
@given(st.text(max_size=200))
def test_whatever_stands_in_a_file_it_is_read_or_refused(text: str) -> None:
    for written in (text, HEADER + text, HEADER + ADA + text):
        with suppress(NothingToImport):
            assert roster.read_roster(written)


def test_an_import_makes_units_people_and_roles(database: Database) -> None:
    changes = import_roster(database, roster_csv(SMALL))
    assert changes.new_units == [
        "Harbour",
        "Harbour / North",
        "Harbour / North / Alpha",
        "Harbour / North / Beta",
    ]
    assert len(changes.joined) == 17
    assert not changes.changed
    assert not changes.left
    with database.read() as session:
        assert [found.id for found in directory.units(session)] == [
            "harbour",
            "harbour/north",
            "harbour/north/alpha",
            "harbour/north/beta",
        ]
        lead = directory.by_email(session, email("alpha.lead"))
        assert lead.leads == {unit("North / Alpha")}
        assert directory.by_email(session, email("alpha1")).leads == frozenset()
        assert len(directory.people(session, role=Role.REP)) == 13


def test_a_second_import_of_the_same_file_changes_nothing(database: Database) -> None:
    settle(database)
    before = everything(database)
    assert not import_roster(database, roster_csv(SMALL))
    assert everything(database) == before


def test_a_bad_file_leaves_everything_as_it_was(database: Database) -> None:
    settle(database)
    before = everything(database)
    bad = roster_csv({"North / Alpha": 9, "South / Gamma": 6}) + "nobody,No Body,,Harbour,rep\n"
    with pytest.raises(NothingToImport):
        import_roster(database, bad)
    assert everything(database) == before


def test_the_preview_says_what_the_import_then_does(database: Database) -> None:
    settle(database)
    text = roster_csv({"North / Alpha": 5, "North / Beta": 7, "South / Gamma": 6}).replace(
        "Person Beta1,", "Person Renamed,"
    )
    text = text.replace(f"{COMPANY} / North / Beta,rep", f"{COMPANY} / North / Alpha,rep", 1)
    people = roster.read_roster(text)
    before = everything(database)
    with database.read() as session:
        shown = enrolment.preview(session, people)
    assert everything(database) == before
    assert import_roster(database, text) == shown
    assert shown == Changes(
        joined=[line for line in shown.joined if "gamma" in line or "south" in line],
        changed=[
            "Person Renamed <beta1@harbour.example>: name Person Beta1 becomes Person Renamed, "
            "moves from Harbour / North / Beta to Harbour / North / Alpha"
        ],
        left=["Person Alpha6 <alpha6@harbour.example>"],
        new_units=["Harbour / South", "Harbour / South / Gamma"],
    )
    with database.read() as session:
        assert not enrolment.preview(session, people)


def test_every_change_of_a_person_is_named(database: Database) -> None:
    settle(database)
    text = roster_csv(SMALL).replace(
        f"Person Alpha1,{email('alpha.lead')},{COMPANY} / North / Alpha,rep",
        f"Person Alpha1,{email('beta.lead')},{COMPANY} / North / Beta,rep;manager",
    )
    (found,) = import_roster(database, text).changed
    assert found.endswith(
        "moves from Harbour / North / Alpha to Harbour / North / Beta, "
        "manager alpha.lead@harbour.example becomes beta.lead@harbour.example, roles rep become manager, rep"
    )


def test_a_unit_written_another_way_is_shown_and_keeps_its_id(database: Database) -> None:
    settle(database)
    before = everything(database)[0]
    changes = import_roster(database, roster_csv(SMALL).replace("/ North", "/ NORTH"))
    assert changes.changed == ["the unit North is now written NORTH"]
    assert not changes.new_units
    after = everything(database)[0]
    assert isinstance(before, list)
    assert isinstance(after, list)
    assert [row[0] for row in after] == [row[0] for row in before]
    assert ("harbour/north", "NORTH", "harbour") in after


def test_who_leaves_becomes_inactive_and_their_row_and_unit_stay(database: Database) -> None:
    settle(database)
    changes = import_roster(database, roster_csv({"North / Alpha": 6}, without=frozenset({"alpha6"})))
    assert changes.left[0] == "Person Alpha6 <alpha6@harbour.example>"
    assert len(changes.left) == 9
    with database.read() as session:
        with pytest.raises(UnknownPerson):
            directory.by_email(session, email("alpha6"))
        row = session.scalars(select(PersonRow).where(PersonRow.email == email("alpha6"))).one()
        assert not row.active
        assert row.left_on == MONDAY
        assert row.unit_id == unit("North / Alpha")
        assert unit("North / Beta") in {found.id for found in directory.units(session)}


def left_on(database: Database, name: str) -> date | None:
    with database.read() as session:
        return session.scalars(select(PersonRow.left_on).where(PersonRow.email == email(name))).one()


def test_who_comes_back_is_the_same_person(database: Database) -> None:
    settle(database)
    with database.read() as session:
        before = directory.by_email(session, email("alpha6")).id
    import_roster(database, roster_csv(SMALL, without=frozenset({"alpha6"})))
    assert left_on(database, "alpha6") == MONDAY
    changes = import_roster(database, roster_csv(SMALL))
    assert changes.joined == ["Person Alpha6 <alpha6@harbour.example>, Harbour / North / Alpha: rep"]
    assert left_on(database, "alpha6") is None
    with database.read() as session:
        assert directory.by_email(session, email("alpha6")).id == before


def test_the_day_somebody_left_stays_whatever_is_imported_later(database: Database) -> None:
    settle(database)
    without = roster.read_roster(roster_csv(SMALL, without=frozenset({"alpha6"})))
    for day in (0, 1, 40):
        with database.work() as session:
            enrolment.apply(session, without, actor="test", now=morning() + timedelta(days=day))
    assert left_on(database, "alpha6") == MONDAY


def test_a_unit_keeps_its_id_when_others_come_and_go() -> None:
    assert roster.unit_id(["Harbour", "North & East", "Alpha  Team"]) == "harbour/north-east/alpha-team"
    assert roster.unit_id(["Häfen", "Süd"]) == "häfen/süd"
