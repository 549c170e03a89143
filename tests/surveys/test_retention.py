"""Retention: what is due goes without a trace, and nobody who answers loses anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from surveys import audit, diaries, inbox, outbox, retention
from surveys.ballots.keys import MasterKey, ServingKeys
from surveys.ballots.sealed import DIARY_ROUNDS, KEPT, Diary, quarter, quarter_before
from surveys.outbox import Message
from surveys.people import directory, enrolment, roster
from surveys.retention import Report
from surveys.rounds import message_keys
from surveys.storage.database import Database
from surveys.storage.tables import (
    DiaryRow,
    DigestRow,
    InboxRow,
    OutboxRow,
    PersonRow,
    ReleaseRow,
    RoleRow,
    RoundRow,
    Table,
    UnitRow,
)
from tests.company import (
    MONDAY,
    SMALL,
    answer,
    close,
    email,
    full_answers,
    join_slack,
    morning,
    open_round,
    person,
    roster_csv,
    settle,
)
from tests.surveys.stored import all_bytes, all_rows

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
NAMES = [f"alpha{number}" for number in range(1, 7)] + [f"beta{number}" for number in range(1, 8)]


def run(database: Database, master: MasterKey, now: datetime) -> Report:
    return retention.carry_out(database, keys=master.serving(), now=now)


def leave(database: Database, *names: str, now: datetime) -> None:
    with database.work() as session:
        people = roster.read_roster(roster_csv(SMALL, without=frozenset(names)))
        enrolment.apply(session, people, actor="test", now=now)


def answered_round(
    database: Database, master: MasterKey, week_on: date = MONDAY, names: Sequence[str] = NAMES
) -> datetime:
    """A round from opening to close; returns when it closed."""
    week = open_round(database, master, week_on)
    for name in names:
        answer(database, master, week, name, full_answers(week))
    close(database, master, week)
    return week.closes_at


def diary_keys(database: Database) -> set[bytes]:
    with database.read() as session:
        return set(session.scalars(select(DiaryRow.key)))


# -- people ---------------------------------------------------------------------------------------------


def test_who_left_loses_the_diary_at_once_and_is_forgotten_after_thirty_days(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    closed = answered_round(database, master)
    gone = person(database, "alpha6")
    key = master.serving().diary_key(quarter(MONDAY), gone.id)
    assert key in diary_keys(database)
    leave(database, "alpha6", now=closed)
    assert run(database, master, closed + DAY) == Report(diaries=1)
    assert key not in diary_keys(database)
    assert not run(database, master, closed + 30 * DAY)
    assert run(database, master, closed + 31 * DAY) == Report(people=1)
    assert gone.id not in str({table: rows for table, rows in all_rows(database).items() if table != "audit"})
    with database.read() as session:
        assert len(directory.people(session)) == 16


def test_a_manager_who_left_goes_with_roles_digests_messages_and_as_anybodys_manager(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    closed = answered_round(database, master)
    gone = person(database, "alpha.lead")
    with database.work() as session:
        release_id = session.scalars(select(ReleaseRow.id)).one()
        session.add(DigestRow(release_id=release_id, person_id=gone.id, due_at=closed))
        key = f"digest:{release_id}:{gone.id}"
        outbox.post(session, Message(key, "post", gone.slack_id or "", {"text": "x"}), now=closed)
    # The rep leaves with their manager still in their row.
    leave(database, "alpha1", now=closed)
    leave(database, "alpha1", "alpha.lead", now=closed + 5 * DAY)
    assert run(database, master, closed + 31 * DAY).people == 1
    assert run(database, master, closed + 36 * DAY).people == 1
    rest = {table: rows for table, rows in all_rows(database).items() if table != "audit"}
    assert gone.id not in str(rest)
    assert email("alpha.lead") not in str(rest)
    assert "Alpha.Lead" not in str(rest)


def test_an_email_is_not_left_behind_in_the_row_of_another_who_left_later(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    now = morning()
    leave(database, "alpha.lead", "alpha1", now=now)
    with database.work() as session:
        session.execute(
            update(PersonRow).where(PersonRow.email == email("alpha1")).values(left_on=(now + 9 * DAY).date())
        )
    assert run(database, master, now + 31 * DAY) == Report(people=1)
    assert email("alpha.lead") not in str(all_rows(database))
    assert email("alpha1") in str(all_rows(database))


def test_who_came_back_in_time_keeps_everything(database: Database, master: MasterKey) -> None:
    settle(database)
    before = person(database, "alpha6")
    leave(database, "alpha6", now=morning())
    leave(database, now=morning() + 29 * DAY)
    assert not run(database, master, morning() + 60 * DAY)
    assert person(database, "alpha6").id == before.id


def test_whoever_is_here_stays_whatever_day_stands_in_their_row(database: Database, master: MasterKey) -> None:
    settle(database)
    with database.work() as session:
        session.execute(update(PersonRow).values(left_on=MONDAY - 99 * DAY))
    assert not run(database, master, morning())


def test_who_was_asked_in_an_open_round_is_counted_among_the_asked_first(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    week = open_round(database, master)
    leave(database, "alpha6", now=morning() - 40 * DAY)
    assert not run(database, master, morning())
    close(database, master, week)
    assert run(database, master, morning()) == Report(people=1)


# -- diaries --------------------------------------------------------------------------------------------


def test_a_diary_that_was_not_written_for_more_than_a_quarter_goes(database: Database, master: MasterKey) -> None:
    settle(database)
    answered_round(database, master)
    assert quarter(MONDAY) == "2026-Q3"
    assert not run(database, master, datetime(2026, 12, 31, 23, tzinfo=UTC))
    assert len(diary_keys(database)) == 13
    assert run(database, master, datetime(2027, 1, 1, 1, tzinfo=UTC)) == Report(diaries=13)
    assert diary_keys(database) == set()


def test_a_round_that_is_open_over_the_end_of_a_quarter_still_finds_its_diaries(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    # Answered in the second quarter; then a round that begins in the third and is counted in the fourth.
    answered_round(database, master, date(2026, 6, 22))
    before = diary_keys(database)
    open_round(database, master, date(2026, 9, 28))
    assert not run(database, master, datetime(2026, 10, 1, 1, tzinfo=UTC))
    assert diary_keys(database) == before


def test_who_switched_it_off_has_an_empty_diary_that_looks_like_any_other(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    closed = answered_round(database, master)
    who = person(database, "alpha1")
    with database.work() as session:
        directory.keep_diary(session, who, keeps=False)
        diaries.empty(session, master.serving(), who, on=closed.date())
    assert not run(database, master, closed + DAY)
    with database.work() as session:
        assert diaries.read(session, who, master=master, on=closed.date()) == Diary()
        assert diaries.read(session, person(database, "alpha2"), master=master, on=closed.date()) != Diary()
        assert len({len(sealed) for sealed in session.scalars(select(DiaryRow.sealed))}) == 1


def test_change_is_measured_the_same_with_a_night_of_retention_after_each_day(
    new_database: Callable[[], Database], master: MasterKey
) -> None:
    """Over the end of a quarter, with somebody leaving: those who stay are counted alike."""
    found = []
    for nightly in (True, False):
        database = new_database()
        settle(database)
        for number in range(6):
            week_on = date(2026, 8, 31) + number * WEEK
            answered_round(database, master, week_on, NAMES if number < 3 else NAMES[:-1])
            if number == 2:
                leave(database, "beta7", now=morning(week_on))
            for night in range(7):
                if nightly:
                    run(database, master, morning(week_on) + (night + 4) * DAY)
        with database.work() as session:
            people = directory.people(session)
            found.append(
                {
                    one.email: diaries.read(session, one, master=master, on=date(2026, 10, 6)).entries
                    for one in people
                }
            )
    assert found[0] == found[1]
    assert len(found[0][email("alpha1")]) == 6


# -- messages and requests ------------------------------------------------------------------------------


def post(database: Database, key: str, state: str, *, due_at: datetime, after: str | None = None) -> None:
    with database.work() as session:
        outbox.post(session, Message(key, "post", "U1", {"text": "x"}, after=after), now=due_at)
        session.execute(update(OutboxRow).where(OutboxRow.key == key).values(state=state))


def left_in_outbox(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(OutboxRow.key)))


@pytest.mark.parametrize("state", ["sent", "failed", "dropped"])
def test_a_message_that_is_done_goes_after_fourteen_days(
    database: Database, master: MasterKey, state: str
) -> None:
    now = morning()
    post(database, "old", state, due_at=now - 15 * DAY)
    post(database, "young", state, due_at=now - 13 * DAY)
    post(database, "waiting", "waiting", due_at=now - 40 * DAY)
    assert run(database, master, now) == Report(messages=1)
    assert left_in_outbox(database) == {"young", "waiting"}


def test_what_an_open_round_or_a_waiting_update_needs_is_kept(database: Database, master: MasterKey) -> None:
    settle(database)
    week = open_round(database, master)
    asked = message_keys.ask(week.id, "somebody")
    now = morning() + 20 * DAY
    post(database, asked, "sent", due_at=morning())
    post(database, "asked", "sent", due_at=morning())
    post(database, "changed", "waiting", due_at=morning(), after="asked")
    assert not run(database, master, now)
    with database.work() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.key == "changed"))
    assert run(database, master, now) == Report(messages=1)
    assert left_in_outbox(database) == {asked}


def test_traces_of_requests_go_after_a_day_and_are_not_noted(database: Database, master: MasterKey) -> None:
    now = morning()
    with database.work() as session:
        for hours in (0, 23, 26, 100):
            inbox.take(session, inbox.event_key(f"Ev{hours}"), now=now - timedelta(hours=hours))
    assert run(database, master, now) == Report(requests=2)
    with database.read() as session:
        assert len(list(session.scalars(select(InboxRow.key)))) == 2
        assert audit.entries(session) == []


# -- how it is told and done ----------------------------------------------------------------------------


def test_what_was_deleted_is_noted_as_numbers_alone(database: Database, master: MasterKey) -> None:
    settle(database)
    closed = answered_round(database, master)
    leave(database, "alpha6", now=closed)
    run(database, master, closed + 31 * DAY)
    with database.read() as session:
        entry = audit.entries(session)[-1]
        assert audit.broken_at(session) is None
    assert (entry.actor, entry.act, entry.at) == ("clock", "retention", closed + 31 * DAY)
    assert entry.about == "deleted: 1 diary, 1 person who left"


def test_a_report_is_told_in_words() -> None:
    assert Report().in_words == "nothing"
    assert not Report()
    assert Report(2, 1, 14, 1).in_words == "2 diaries, 1 person who left, 14 messages, 1 trace of a request"


def test_the_works_agreement_says_what_is_done() -> None:
    text = (Path(__file__).parents[2] / "deploy" / "works-agreement.md").read_text("utf-8")
    until = dict(row.strip("| ").split(" | ") for row in text.splitlines() if row.count(" | ") == 1)
    assert until["name, email, Slack id, time zone, language, unit, roles"].startswith(
        f"{retention.PEOPLE_WHO_LEFT.days} days after"
    )
    assert until["other messages in the outbox, sent or given up"].startswith(
        f"{retention.MESSAGES_DONE.days} days;"
    )
    assert until["traces of requests against replays (a digest and an hour)"] == "a day"
    assert retention.REQUESTS == DAY
    assert until["diary"].startswith(f"{DIARY_ROUNDS} pulses at most, none older than half a year")
    assert timedelta(days=180) < KEPT < timedelta(days=184)


def test_running_again_finds_nothing_and_notes_nothing(database: Database, master: MasterKey) -> None:
    settle(database)
    closed = answered_round(database, master)
    leave(database, "alpha6", now=closed)
    run(database, master, closed + 31 * DAY)
    before = all_rows(database)
    assert not run(database, master, closed + 31 * DAY)
    assert all_rows(database) == before


def test_a_preview_says_what_would_go_and_deletes_nothing(database: Database, master: MasterKey) -> None:
    settle(database)
    closed = answered_round(database, master)
    leave(database, "alpha6", now=closed)
    post(database, "old", "sent", due_at=closed)
    before = all_rows(database)
    now = closed + 31 * DAY
    shown = retention.preview(database, keys=master.serving(), now=now)
    assert all_rows(database) == before
    assert shown == Report(diaries=1, people=1, messages=1)
    assert run(database, master, now) == shown


def test_nothing_of_what_was_deleted_is_left_on_the_disk(
    database: Database, master: MasterKey, request: pytest.FixtureRequest
) -> None:
    data = None if database.is_sqlite else request.getfixturevalue("postgres_server").data
    text = roster_csv(SMALL).replace("Person Alpha6", "Xenia Quellwasser")
    with database.work() as session:
        enrolment.apply(session, roster.read_roster(text), actor="test", now=morning())
    join_slack(database)
    closed = answered_round(database, master)
    gone = person(database, "alpha6")
    post(database, f"digest:canary:{gone.id}", "sent", due_at=closed)
    with database.read() as session:
        key = master.serving().diary_key(quarter(MONDAY), gone.id)
        diary = session.scalars(select(DiaryRow.sealed).where(DiaryRow.key == key)).one()
    canaries = [b"Xenia Quellwasser", email("alpha6").encode(), diary[1000:1064], b"digest:canary:"]
    assert [word for word in canaries if word in all_bytes(database, data)] == canaries
    leave(database, "alpha6", now=closed)
    run(database, master, closed + 31 * DAY)
    assert [word for word in canaries if word in all_bytes(database, data)] == []


# -- whoever the people are -----------------------------------------------------------------------------

NOW = datetime(2026, 11, 18, 3, tzinfo=UTC)
QUARTERS = [quarter(NOW.date()), quarter_before(NOW.date()), "2026-Q2", "2025-Q4"]
STATES = ["sent", "failed", "dropped", "waiting"]


@dataclass(frozen=True)
class Somebody:
    """A person as a night may find them; `left` says how many days ago, None for those who are here."""

    left: int | None
    role: str
    keeps_diary: bool
    wrote_in: str | None
    messages: list[tuple[str, int]]


people = st.builds(
    Somebody,
    left=st.none() | st.integers(0, 60),
    role=st.sampled_from(["rep", "rep", "manager"]),
    keeps_diary=st.booleans(),
    wrote_in=st.none() | st.sampled_from(QUARTERS),
    messages=st.lists(st.tuples(st.sampled_from(STATES), st.integers(0, 40)), max_size=3),
)


def rows_of(number: int, one: Somebody, serving: ServingKeys) -> list[list[Table]]:
    """Somebody's rows, in an order in which they may be written."""
    person_id = f"{number:016x}"
    left_on = None if one.left is None else NOW.date() - one.left * DAY
    diary = [DiaryRow(key=serving.diary_key(one.wrote_in, person_id), sealed=b"")] if one.wrote_in else []
    messages = [
        OutboxRow(key=f"{place}:{person_id}", kind="post", recipient="U", state=state, due_at=NOW - days * DAY)
        for place, (state, days) in enumerate(one.messages)
    ]
    who = PersonRow(
        id=person_id,
        email=email(str(number)),
        name="Somebody",
        unit_id="harbour",
        active=one.left is None,
        left_on=left_on,
        keeps_diary=one.keeps_diary,
    )
    role = RoleRow(person_id=person_id, role=one.role, unit_id="harbour")
    digest = DigestRow(release_id="release", person_id=person_id, due_at=NOW, sent=True)
    return [[who], [role, digest, *messages, *diary]]


def write(database: Database, serving: ServingKeys, company: list[Somebody], *, counted: bool) -> None:
    week = RoundRow(
        id="round",
        schedule="weekly",
        week_on=date(2026, 11, 16),
        opens_at=NOW - DAY,
        closes_at=NOW + DAY,
        items=[],
        smallest_group=5,
        public_key=b"",
        counted=counted,
    )
    with database.work() as session:
        for table in reversed(Table.metadata.sorted_tables):
            session.execute(delete(table))
        session.add_all([UnitRow(id="harbour", name="Harbour", parent_id=None), week])
        session.flush()
        session.add(ReleaseRow(id="release", round_id="round", week_on=week.week_on, smallest_group=5))
        for number, one in enumerate(company):
            for rows in rows_of(number, one, serving):
                session.flush()
                session.add_all(rows)


def kept(number: int, one: Somebody, serving: ServingKeys) -> list[str]:
    """What is somebody's and must survive the night."""
    gone = one.left is not None and one.left > 30
    answers = one.left is None and one.role == "rep" and one.wrote_in in QUARTERS[:2]
    return [
        row_name(row)
        for rows in rows_of(number, one, serving)
        for row in rows
        if (answers if isinstance(row, DiaryRow) else not gone)
        and not (isinstance(row, OutboxRow) and row.state != "waiting" and row.due_at < NOW - 14 * DAY)
    ]


def row_name(row: Table) -> str:
    keys = [repr(getattr(row, column.key)) for column in row.__table__.primary_key if column.key != "id"]
    return f"{row.__tablename__} {getattr(row, 'key', None) or getattr(row, 'id', None) or keys}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(company=st.lists(people, max_size=8), counted=st.booleans())
def test_whoever_is_here_and_answers_loses_nothing_and_nothing_else_stays(
    database: Database, master: MasterKey, company: list[Somebody], counted: bool
) -> None:
    serving = master.serving()
    write(database, serving, company, counted=counted)
    with database.work() as session:
        retention.run(session, keys=serving, now=NOW)
    with database.read() as session:
        tables = (PersonRow, RoleRow, DigestRow, OutboxRow, DiaryRow)
        found = [row_name(row) for table in tables for row in session.scalars(select(table))]
    assert sorted(found) == sorted(name for pair in enumerate(company) for name in kept(*pair, serving))
