"""Targets: what a file may look like, what is refused and why, what is stored, and who sees it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from analysis.figures import Attainment, Unit
from surveys import audit, results, targets
from surveys.errors import NothingToImport
from surveys.people import directory
from surveys.storage.database import Database
from surveys.storage.tables import AttainmentRow
from surveys.target_file import period_name, read_targets
from surveys.targets import Changes
from tests.company import morning, person, settle, unit

TODAY = date(2026, 11, 20)
NOW = morning()
TREE = [
    Unit("acme", "Acme"),
    Unit("acme/north", "North", "acme"),
    Unit("acme/north/retail", "Retail", "acme/north"),
    Unit("acme/south", "South", "acme"),
    Unit("acme/south/retail", "Retail", "acme/south"),
]
TEAMS = {"North / Alpha": 6, "North / Beta": 4, "South / Delta": 12}
HEADER = "unit,period,target,achieved\n"


def read(*lines: str, header: str = HEADER) -> list[Attainment | None]:
    return [row.attainment() for row in read_targets(header + "\n".join(lines), TREE, today=TODAY).rows]


def refused(*lines: str, header: str = HEADER) -> str:
    with pytest.raises(NothingToImport) as caught:
        read(*lines, header=header)
    text = str(caught.value)
    assert "Nothing was imported" in text
    return text


# Reading a file -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "starts_on", "ends_on", "name"),
    [
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "2026-Q3"),
        ("q1 2026", date(2026, 1, 1), date(2026, 3, 31), "2026-Q1"),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31), "2025-12"),
        ("2024-2", date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "2025"),
        ("2026-07-01/2026-09-30", date(2026, 7, 1), date(2026, 9, 30), "2026-Q3"),
        ("2026-02-01 / 2026-04-30", date(2026, 2, 1), date(2026, 4, 30), "2026-02-01/2026-04-30"),
    ],
)
def test_periods(period: str, starts_on: date, ends_on: date, name: str) -> None:
    assert read(f"South,{period},100,82") == [Attainment("acme/south", starts_on, ends_on, 100, 82)]
    assert period_name(starts_on, ends_on) == name
    assert read(f"South,{name},100,82") == read(f"South,{period},100,82")


@pytest.mark.parametrize(
    "period",
    [
        *("", "last year", "Q5 2026", "2026-13", "Sep-26", "26", "1026", "2026-02-30/2026-03-31"),
        *("2026-09-30/2026-07-01", "2026-07-01/2026-07-03", "2020-01-01/2026-01-01"),
    ],
)
def test_what_is_no_period_is_refused(period: str) -> None:
    assert "line 2: " in refused(f"South,{period},100,82")


def test_a_period_that_is_not_over_is_left_out() -> None:
    lines = ("South,2026-Q4,100,", "South,2026-Q3,100,82", "South,2027,100,0", "South,2026-11-01/2026-11-20,9,8")
    found = read_targets(HEADER + "\n".join(lines), TREE, today=TODAY)
    assert [row.line for row in found.rows] == [3]
    assert found.early == ["Acme / South, 2026-Q4", "Acme / South, 2027", "Acme / South, 2026-11-01/2026-11-20"]
    assert read("South,2026-11-01/2026-11-19,100,82")


@pytest.mark.parametrize(
    ("cells", "target", "achieved"),
    [
        ('"1,250,000","1,025,000.50"', 1_250_000, 1_025_000.5),
        ('"1.250.000,00","1.025.000,50"', 1_250_000, 1_025_000.5),
        ('€1250,"$ 1,000"', 1250, 1000),
        ("1 250 000 EUR,900\u00a0000 €", 1_250_000, 900_000),
        ("US$1250,900 kr", 1250, 900),
        ("CHF 1'250'000,900’000", 1_250_000, 900_000),
        ('"0,8","1,5"', 0.8, 1.5),
        # Nothing but a comma before three digits: thousands.
        ('"1,250","1,025"', 1250, 1025),
        # The same beside a decimal comma: decimals.
        ('"1,250","1,5"', 1.25, 1.5),
        ("1.234,0.5", 1.234, 0.5),
        ("100,0", 100, 0),
    ],
)
def test_numbers(cells: str, target: float, achieved: float) -> None:
    [found] = read(f"South,2026-Q3,{cells}")
    assert found is not None
    assert (found.target, found.achieved) == pytest.approx((target, achieved))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("100,-5", "no number of 0 or more"),
        ("100,82%", "no number"),
        ("1.2M€,1", "no number"),
        ("1.2 MIO,1", "no number"),
        ("100k,1", "no number"),
        ("=100,1", "no number"),
        ("100,", "the achieved is empty"),
        (",82", "the target is empty"),
        ("0,82", "more than 0"),
        ("nan,82", "no number"),
        ("100,1e9", "no number"),
        ("100,inf", "no number"),
        ("1,250,000", "more cells than columns"),
        ("99999999999999999999,1", "too large"),
        ('"1,25","1.5"', "another decimal sign"),
        ('"1,2,3","1"', "three digits each"),
    ],
)
def test_what_is_no_amount_is_refused(cells: str, reason: str) -> None:
    assert reason in refused(f"South,2026-Q3,{cells}")


def test_units_by_name_and_by_path() -> None:
    lines = ("south", "Acme / South", " ACME/north / Retail ", "north/retail", "Acme")
    found = [read(f"{line},2026-Q3,1,1")[0] for line in lines]
    assert [one.unit_id for one in found if one] == [
        "acme/south",
        "acme/south",
        "acme/north/retail",
        "acme/north/retail",
        "acme",
    ]
    text = refused("Retail,2026-Q3,1,1", "Western,2026-Q3,1,1", ",2026-Q3,1,1")
    assert "line 2: several units are called 'Retail'" in text
    assert "Acme / North / Retail, Acme / South / Retail" in text
    assert "line 3: there is no unit 'Western'" in text
    assert "line 4: the unit is empty" in text


def test_spreadsheets_of_other_countries() -> None:
    header = "\ufeffUnit; Period ;Comment;Achieved;Target\r\n"
    [found] = read("South;2026-Q3;so, so;1.025,50;1.250,00\r", ";;;;\r", header=header)
    assert found == Attainment("acme/south", date(2026, 7, 1), date(2026, 9, 30), 1250, 1025.5)


def test_every_bad_line_is_named() -> None:
    text = refused("South,2026-Q3,1,1", "Nowhere,2026-Q3,1,1", "South,soon,1,1", "South,2026-Q1,x,1")
    lines = [line.split(":")[0] for line in text.splitlines() if line.startswith("line")]
    assert lines == ["line 3", "line 4", "line 5"]
    assert "missing: target, achieved" in refused("South,2026-Q3,1,1", header="unit,period\n")
    assert "no line below its first" in refused()


def test_a_day_counts_once_for_a_unit() -> None:
    assert "line 3: 2026-Q3 of South stands in line 2" in refused("South,2026-Q3,1,1", "South,2026-Q3,2,2")
    text = refused("South,2025,1,1", "South,2025-03,1,1", "North,2025-03,1,1", "South,2025-12,1,1")
    assert "line 3: 2025-03 of South overlaps 2025 in line 2" in text
    assert "line 5: 2025-12 of South overlaps 2025 in line 2" in text
    assert "line 4" not in text


# What is stored -------------------------------------------------------------------------------------------


def bring(database: Database, *lines: str, smallest_group: int = 5) -> Changes:
    with database.work() as session:
        rows = read_targets(HEADER + "\n".join(lines), directory.units(session), today=TODAY).rows
        return targets.apply(session, rows, smallest_group=smallest_group, actor="kim", now=NOW)


def kept(database: Database) -> list[tuple[str, str, float, float]]:
    with database.read() as session:
        return [
            (one.unit_id, period_name(one.starts_on, one.ends_on), one.target, one.achieved)
            for one in targets.stored(session)
        ]


def test_importing_again_overwrites_and_adds(database: Database) -> None:
    settle(database, TEAMS)
    first = bring(database, "Delta,2026-Q2,100,101", "Delta,2026-Q3,100,82")
    assert (len(first.new), first.changed, first.taken_out) == (2, [], [])
    again = bring(database, "Delta,2026-Q3,100,85", "Delta,2026-Q2,100,101", "Alpha,2026-Q3,10,9")
    assert again.new == ["Harbour / North / Alpha, 2026-Q3"]
    assert again.changed == ["Harbour / South / Delta, 2026-Q3"]
    delta, alpha = unit("South / Delta"), unit("North / Alpha")
    assert kept(database) == [(delta, "2026-Q2", 100, 101), (alpha, "2026-Q3", 10, 9), (delta, "2026-Q3", 100, 85)]
    assert not bring(database, "Delta,2026-Q3,100,85")


def test_a_preview_changes_nothing(database: Database) -> None:
    settle(database, TEAMS)
    with database.read() as session:
        rows = read_targets(f"{HEADER}Delta,2026-Q3,100,82", directory.units(session), today=TODAY).rows
        assert targets.preview(session, rows, smallest_group=5).new == ["Harbour / South / Delta, 2026-Q3"]
    assert kept(database) == []


def test_what_overlaps_what_is_stored_is_refused_until_that_is_taken_out(database: Database) -> None:
    settle(database, TEAMS)
    bring(database, "Delta,2026-Q3,100,82")
    with pytest.raises(NothingToImport, match="line 2: 2026-07 of Delta overlaps 2026-Q3") as caught:
        bring(database, "Delta,2026-07,30,20", "Alpha,2026-07,30,20")
    assert "Delta,2026-Q3,," in str(caught.value)
    assert len(kept(database)) == 1
    changes = bring(database, "Delta,2026-07,30,20", "Delta,2026-Q3,,")
    assert changes.taken_out == ["Harbour / South / Delta, 2026-Q3"]
    assert kept(database) == [(unit("South / Delta"), "2026-07", 30, 20)]
    assert not bring(database, "Delta,2025-Q1,,")


def test_attainment_of_fewer_people_than_the_smallest_group_is_refused(database: Database) -> None:
    settle(database, {**TEAMS, "Solo": 1})
    with pytest.raises(NothingToImport) as caught:
        bring(database, "Solo,2026-Q3,1,1", "Beta,2026-Q3,1,1", "North,2026-Q3,1,1")
    text = str(caught.value)
    assert "line 2: Solo has 1 rep, and what fewer than 5 achieve is about persons" in text
    assert "line 3: Beta has 4 reps" in text
    # Ten below it, none directly in it.
    assert "line 4" not in text
    with pytest.raises(NothingToImport, match="Alpha has 6 reps, and what fewer than 7"):
        bring(database, "Alpha,2026-Q3,1,1", smallest_group=7)
    assert kept(database) == []
    assert bring(database, "North,2026-Q3,1,1").new


def test_the_import_is_noted_without_amounts(database: Database) -> None:
    settle(database, TEAMS)
    bring(database, "Delta,2026-Q3,4711,1234")
    bring(database, "Delta,2026-Q3,4711,1235", "Alpha,2026-Q3,4711,5678")
    with database.read() as session:
        noted = [entry for entry in audit.entries(session) if entry.act == "targets"]
        assert audit.broken_at(session) is None
    assert [(entry.actor, entry.about) for entry in noted] == [
        ("kim", "imported: 1 new"),
        ("kim", "new: Harbour / South / Delta, 2026-Q3"),
        ("kim", "imported: 1 new, 1 changed"),
        ("kim", "new: Harbour / North / Alpha, 2026-Q3"),
        ("kim", "changed: Harbour / South / Delta, 2026-Q3"),
    ]


# Who sees it ----------------------------------------------------------------------------------------------


def test_the_record_holds_attainment_and_follows_an_import(database: Database) -> None:
    settle(database, TEAMS)
    with database.read() as session:
        before = results.whole_record(session)
        assert before.attainments == ()
        assert results.whole_record(session) is before
    bring(database, "Delta,2026-Q3,100,82")
    with database.read() as session:
        since = results.whole_record(session)
        assert [one.share for one in since.attainments] == [0.82]
        assert results.whole_record(session) is since


def test_attainment_is_seen_by_those_who_see_the_unit(database: Database) -> None:
    settle(database, TEAMS)
    bring(database, *(f"{name},2026-Q3,100,82" for name in ("Delta", "Alpha", "North", "Harbour")))

    def seen(name: str) -> set[str]:
        with database.read() as session:
            units = results.visible_units(session, person(database, name))
            record = results.visible(results.whole_record(session), units)
            return {one.unit_id for one in record.attainments}

    north, alpha, delta = unit("North"), unit("North / Alpha"), unit("South / Delta")
    assert seen("alpha.lead") == {alpha}
    assert seen("north.lead") == {north, alpha}
    assert seen("chief") == {unit(""), north, alpha, delta}
    assert seen("alpha1") == set()


def test_rows_are_as_the_table_has_them(database: Database) -> None:
    settle(database, TEAMS)
    bring(database, "Delta,2026-Q3,100,82")
    with database.read() as session:
        [row] = session.scalars(select(AttainmentRow))
        assert (row.starts_on, row.ends_on) == (date(2026, 7, 1), date(2026, 9, 30))
