"""The one door to what was released: complete for the analysis, cut to size for people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analysis.figures import Record, Scale
from analysis.stages import Stage
from surveys import results
from surveys.ballots.keys import MasterKey
from surveys.storage.database import Database
from tests.company import MONDAY, answer, close, open_round, person, settle, unit

WEEK = timedelta(weeks=1)
ALPHA, BETA, GAMMA, DELTA = (
    unit(path) for path in ("North / Alpha", "North / Beta", "North / Gamma", "South / Delta")
)
TEAMS = {"North / Alpha": 6, "North / Beta": 5, "North / Gamma": 3, "South / Delta": 12}


def name_of(path: str, number: int) -> str:
    return f"{path.rsplit(' / ', maxsplit=1)[-1].lower()}{number}"


@pytest.fixture
def record(database: Database, master: MasterKey) -> Record:
    """Two weeks: in the first everybody answers, in the second South is silent."""
    settle(database, TEAMS)
    for week_on in (MONDAY, MONDAY + WEEK):
        week = open_round(database, master, week_on)
        for path, size in TEAMS.items():
            if path.startswith("South") and week_on > MONDAY:
                continue
            for number in range(1, size + 1):
                answers = {"trust_rules": number % 5 + 1, "overlay_hours": 2.5}
                comment = f"{path} week {week_on:%V}"
                answer(database, master, week, name_of(path, number), answers, comment=comment)
        close(database, master, week)
    with database.read() as session:
        return results.whole_record(session)


def seen_by(database: Database, name: str) -> Record:
    with database.read() as session:
        units = results.visible_units(session, person(database, name))
        return results.visible(results.whole_record(session), units)


def groups(record: Record) -> set[frozenset[str]]:
    found = {figure.units for figure in record.figures}
    assert found == {turnout.units for turnout in record.turnouts}
    return found


def test_the_record_is_what_was_counted(record: Record) -> None:
    assert list(record.weeks) == [MONDAY, MONDAY + WEEK]
    first = {(figure.units, figure.stage): figure for figure in record.figures if figure.week == MONDAY}
    assert {units for units, _ in first} == {frozenset({ALPHA}), frozenset({BETA, GAMMA}), frozenset({DELTA})}
    alpha = first[frozenset({ALPHA}), Stage.TRUST]
    values = [number % 5 + 1 for number in range(1, 7)]
    assert (alpha.level.n, alpha.level.total) == (6, float(sum(values)))
    assert alpha.scale is Scale.AGREEMENT
    assert alpha.change is None
    overlay = first[frozenset({DELTA}), Stage.OVERLAY].level
    assert (overlay.n, overlay.total) == (12, 24.0)
    assert {(turnout.units, turnout.invited, turnout.answered) for turnout in record.turnouts} == {
        (frozenset({ALPHA}), 6, 6),
        (frozenset({BETA, GAMMA}), 8, 8),
        (frozenset({DELTA}), 12, 12),
        # Nobody in South answered in the second week, and they were asked all the same.
        (frozenset({ALPHA, DELTA}), 18, 6),
    }


def test_the_record_comes_in_the_same_order_every_time(database: Database, record: Record) -> None:
    with database.read() as session:
        again = results.whole_record(session)
    assert again.figures == record.figures
    assert [unit.id for unit in again.units] == sorted(unit.id for unit in record.units)


def test_a_manager_sees_their_team_also_where_it_is_counted_with_another(
    database: Database, record: Record
) -> None:
    for name in ("beta.lead", "gamma.lead"):
        seen = seen_by(database, name)
        assert groups(seen) == {frozenset({BETA, GAMMA})}
        assert len(seen.weeks) == 2
    assert [each.id for each in seen_by(database, "beta.lead").units] == [BETA]


def test_a_leader_sees_every_team_below_and_no_other(database: Database, record: Record) -> None:
    assert groups(seen_by(database, "chief")) == groups(record)
    north = seen_by(database, "north.lead")
    assert frozenset({DELTA}) not in groups(north)
    assert {each.id for each in north.units} == {unit("North"), ALPHA, BETA, GAMMA}


def test_a_rep_sees_nothing(database: Database, record: Record) -> None:
    seen = seen_by(database, "alpha1")
    assert (list(seen.units), list(seen.figures), list(seen.turnouts)) == ([], [], [])
    with database.read() as session:
        assert results.comments(session, results.visible_units(session, person(database, "alpha1"))) == []


def test_comments_are_found_where_they_stay(database: Database, record: Record) -> None:
    with database.read() as session:
        assert results.comments(session, frozenset({ALPHA, BETA, GAMMA})) == []
        north = results.comments(session, frozenset({unit("North")}))
        south = results.comments(session, frozenset({DELTA}))
    assert [comment.week for comment in north] == [MONDAY] * 14 + [MONDAY + WEEK] * 14
    assert {comment.text for comment in south} == {"South / Delta week 37"}


def test_comments_about_a_small_team_are_those_of_the_unit_above_that_keeps_them(
    database: Database, record: Record
) -> None:
    with database.read() as session:
        home, found = results.comments_about(session, GAMMA)
        assert home is not None
        assert home.id == unit("North")
        assert len(found) == 28
        home, found = results.comments_about(session, DELTA)
        assert home is not None
        assert home.id == DELTA
        # Since the second week Delta kept none, and what stayed with other units is not about it.
        assert results.comments_about(session, DELTA, since=MONDAY + WEEK) == (None, [])
        assert len(results.comments_about(session, GAMMA, until=MONDAY)[1]) == 14
        assert results.comments_about(session, GAMMA, since=MONDAY + 2 * WEEK) == (None, [])
        assert results.comments_about(session, "nothing") == (None, [])


def test_a_look_sees_one_moment_while_a_round_is_counted(
    database: Database, master: MasterKey, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.storage.database._PATIENCE_SECONDS", 0.1)
    week = open_round(database, master, MONDAY + 2 * WEEK)
    for number in range(1, 7):
        answer(database, master, week, f"alpha{number}", {"trust_rules": 3})
    with database.read() as session:
        before = results.whole_record(session)
        close(database, master, week)
        assert results.whole_record(session) == before
    with database.read() as session:
        assert len(results.whole_record(session).weeks) == 3


def test_themes_of_the_same_comments_are_the_same(database: Database, record: Record) -> None:
    with database.read() as session:
        found = results.comments(session, frozenset({unit("North")}))
    assert results.themes(found) == results.themes(list(found))
    assert results.themes([]) == []
