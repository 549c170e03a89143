"""The reader's own tools: a zero means nothing from a tool that finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson
from sqlalchemy import delete, text

from surveys.storage.database import Database
from surveys.storage.tables import UnitRow
from tests.attack import needles
from tests.attack.linkage import Linkage, Score, Trace, Truth
from tests.attack.needles import SHORTEST, Needles
from tests.attack.postgres_reader import tuples
from tests.attack.sqlite_reader import SqliteReader
from tests.postgres import PostgresServer

NAMES = [f"heron-{number:03}" for number in range(60)]
few_bytes = st.lists(st.sampled_from([0, 1, 255]), max_size=60).map(bytes)


def add_units(database: Database, names: list[str]) -> None:
    for name in names:
        with database.work() as session:
            session.add(UnitRow(id=name, name=name, parent_id=None))


@given(few_bytes, st.sets(st.lists(st.sampled_from([0, 1, 255]), min_size=8, max_size=12).map(bytes), max_size=8))
def test_needles_are_found_wherever_they_lie(hay: bytes, words: set[bytes]) -> None:
    expected = [(at, word) for at in range(len(hay)) for word in words if hay.startswith(word, at)]
    assert sorted(Needles({word: word for word in words}).places(hay)) == sorted(expected)


def test_needles_are_found_where_one_piece_ends_and_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needles, "_CHUNK", 100)
    word = b"twelve bytes"
    hay = b"".join(bytes([number]) * 83 + word for number in range(1, 40))
    places = [place for place, _ in Needles({word: 1}).places(hay)]
    assert places == [number * 95 + 83 for number in range(39)]


def test_a_needle_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match=f"at least {SHORTEST}"):
        Needles({b"short": 1})


def test_every_version_of_a_row_is_read_from_postgresqls_files(
    postgres_database: Database, postgres_server: PostgresServer
) -> None:
    add_units(postgres_database, NAMES)
    with postgres_database.work() as session:
        session.execute(delete(UnitRow).where(UnitRow.id.in_(NAMES[:20])))
    with postgres_database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        file = str(connection.scalar(text("SELECT pg_relation_filepath('unit')")))
        xmins = set(connection.scalars(text("SELECT xmin::text::bigint FROM unit")))
    found = list(tuples(Path(postgres_server.data, file).read_bytes()))
    assert {name for name in NAMES if any(name.encode() in data for _, _, data in found)} >= set(NAMES[20:])
    assert {xmin for xmin, xmax, _ in found if not xmax} >= xmins
    # The file may hold rows of earlier tests, whose database this was; they have other names.
    ours = [(xmax, data) for _, xmax, data in found if any(name.encode() in data for name in NAMES)]
    assert len({xmax for xmax, _ in ours if xmax}) <= 1


def test_every_commit_is_read_from_sqlites_log_with_what_it_put_in(sqlite_database: Database) -> None:
    reader = SqliteReader(sqlite_database)
    reader.start()
    for name in NAMES:
        add_units(sqlite_database, [name])
        reader.look()
    # Whatever was put into the log file since, a checkpoint and a new beginning lie between.
    sqlite_database.forget_freed_pages()
    add_units(sqlite_database, ["the last one"])
    reader.look()
    searched = Needles({name.encode(): name for name in [*NAMES, "the last one"]})
    found = list(reader.changes(searched))
    assert [sorted(names) for _, names in found if names] == [[name] for name in [*NAMES, "the last one"]]


def test_an_order_that_is_the_same_links_everybody_and_one_that_is_not_links_nobody_in_particular() -> None:
    things, people = list(range(100)), [f"p{number}" for number in range(100)]
    truth = Truth(dict(zip(things, people, strict=True)), dict.fromkeys(people, "all"))
    same = Linkage()
    same.try_all(
        [Trace("a", "things", list(enumerate(things)))], [Trace("b", "people", list(enumerate(people)))], truth
    )
    assert same.best[1].hits == 100
    assert same.luck < 1e-100
    turned = Linkage()
    turned.try_all(
        [Trace("a", "things", list(enumerate(things)))],
        [Trace("b", "people", [(number * 37 % 101, who) for number, who in enumerate(people, 1)])],
        truth,
    )
    assert turned.luck > 0.01


def test_what_lies_nearest_is_linked() -> None:
    truth = Truth({"x": "p", "y": "q"}, {"p": 1, "q": 1})
    linkage = Linkage()
    linkage.try_all(
        [Trace("t", "things", [(10, "x"), (20, "y")])], [Trace("t", "people", [(21, "q"), (11, "p")])], truth
    )
    assert linkage.scores["things, after people"].hits == 2
    assert linkage.scores["things, before people"].hits == 0


@pytest.mark.parametrize(("hits", "rate"), [(1, 1.0), (3, 0.5), (14, 6.1), (60, 1.0)])
def test_luck_is_the_tail_of_a_poisson_distribution(hits: int, rate: float) -> None:
    assert Score(100, hits, rate).luck == pytest.approx(poisson.sf(hits - 1, rate))
