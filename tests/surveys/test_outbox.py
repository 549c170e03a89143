"""The outbox: each message once, by one sender at a time, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from surveys import outbox
from surveys.outbox import LEASE, MOST_ATTEMPTS, Leased, Message, Place
from surveys.storage.database import Database
from surveys.storage.tables import OutboxRow

NOW = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def message(key: str, *, kind: str = "post", text: str = "hello", after: str | None = None) -> Message:
    return Message(key, kind, f"U-{key}", {"text": text}, after)


def post(database: Database, *keys: str, now: datetime = NOW) -> list[bool]:
    with database.work() as session:
        return [outbox.post(session, message(key), now=now) for key in keys]


def replace(database: Database, changed: Message, now: datetime = NOW) -> None:
    with database.work() as session:
        outbox.replace(session, changed, now=now)


def lease(database: Database, now: datetime = NOW, most: int = 20) -> list[Leased]:
    with database.work() as session:
        return outbox.lease(session, now=now, most=most)


def keys(taken: list[Leased]) -> list[str]:
    return [leased.message.key for leased in taken]


def done(database: Database, leased: Leased, *, channel: str | None = "D1", ts: str | None = "1.0") -> None:
    with database.work() as session:
        outbox.sent(session, leased, channel=channel, ts=ts)


def postpone(database: Database, key: str, *, unclear: bool = False, until: datetime = NOW + SECOND) -> None:
    with database.work() as session:
        outbox.postpone(session, key, until=until, error="ratelimited", unclear=unclear)


def row(database: Database, key: str) -> OutboxRow | None:
    with database.read() as session:
        return session.scalar(select(OutboxRow).where(OutboxRow.key == key))


def test_the_same_cause_is_told_once(database: Database) -> None:
    assert post(database, "a", "b", "a") == [True, True, False]
    assert keys(lease(database)) == ["a", "b"]
    assert post(database, "a") == [False]


def test_what_is_not_committed_was_never_written(database: Database) -> None:
    def fail() -> None:
        with database.work() as session:
            outbox.post(session, message("a"), now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert lease(database) == []


def test_messages_are_taken_oldest_first_and_no_more_than_asked_for(database: Database) -> None:
    post(database, "later", now=NOW + SECOND)
    post(database, "first", "second")
    assert keys(lease(database, NOW + SECOND, most=2)) == ["first", "second"]
    assert keys(lease(database, NOW + SECOND)) == ["later"]


def test_nothing_is_taken_before_its_time(database: Database) -> None:
    post(database, "a", now=NOW + SECOND)
    assert lease(database) == []
    assert keys(lease(database, NOW + SECOND)) == ["a"]


def test_a_message_is_taken_by_one_sender(database: Database) -> None:
    post(database, "a")
    (leased,) = lease(database)
    assert not leased.retried
    assert leased.message.payload == {"text": "hello"}
    assert lease(database) == []


def test_two_senders_at_once_take_different_messages(
    postgres_database: Database, reopen: Callable[[Database], Database]
) -> None:
    post(postgres_database, "a", "b", "c")
    elsewhere = reopen(postgres_database)
    with postgres_database.work() as one, elsewhere.work() as other:
        first = keys(outbox.lease(one, now=NOW, most=2))
        second = keys(outbox.lease(other, now=NOW))
    assert (first, second) == (["a", "b"], ["c"])


def test_a_sender_that_died_gives_its_message_back_and_the_next_one_looks_first(database: Database) -> None:
    post(database, "a")
    lease(database)
    assert lease(database, NOW + LEASE - SECOND) == []
    (again,) = lease(database, NOW + LEASE)
    assert again.retried


def test_a_sent_message_keeps_its_place_and_not_its_text(database: Database) -> None:
    post(database, "a")
    (leased,) = lease(database)
    done(database, leased, channel="D7", ts="7.1")
    assert lease(database, NOW + 2 * LEASE) == []
    found = row(database, "a")
    assert found is not None
    assert (found.state, found.payload, found.channel, found.ts) == ("sent", None, "D7", "7.1")


def test_an_update_waits_for_its_post_and_finds_where_it_lies(database: Database) -> None:
    post(database, "ask")
    replace(database, message("state", kind="update", after="ask"))
    (ask,) = lease(database)
    assert ask.message.key == "ask"
    assert lease(database) == []
    done(database, ask, channel="D7", ts="7.1")
    (update,) = lease(database)
    assert (update.target_channel, update.target_ts, update.message.after) == ("D7", "7.1", "ask")


def test_many_waiting_updates_do_not_keep_their_posts_from_being_sent(database: Database) -> None:
    asks = [f"ask{number}" for number in range(30)]
    post(database, *asks)
    taken = lease(database, most=30)
    for number, leased in enumerate(taken):
        replace(database, message(f"state{number}", kind="update", after=leased.message.key))
        postpone(database, leased.message.key, unclear=True, until=NOW + LEASE)
    again = lease(database, NOW + LEASE)
    assert keys(again) == asks[:20]
    assert all(leased.retried for leased in again)


def test_an_update_whose_post_was_given_up_or_is_gone_is_dropped(database: Database) -> None:
    post(database, "ask")
    replace(database, message("state", kind="update", after="ask"))
    replace(database, message("other", kind="update", after="nothing"))
    lease(database)
    with database.work() as session:
        outbox.give_up(session, "ask", error="user_disabled")
    assert lease(database, NOW + SECOND) == []
    for key in ("state", "other"):
        dropped = row(database, key)
        assert dropped is not None
        assert (dropped.state, dropped.payload) == ("dropped", None)


def test_an_update_may_name_the_place_itself(database: Database) -> None:
    place = Place("U1", "D7", "7.1")
    with database.work() as session:
        outbox.post(session, Message("closing", "update", "U1", {"text": "over"}, place=place), now=NOW)
    (leased,) = lease(database)
    assert (leased.target_channel, leased.target_ts) == ("D7", "7.1")


def test_an_update_that_arrived_leaves_no_row_that_tells_who_answered_when(database: Database) -> None:
    post(database, "ask")
    done(database, lease(database)[0])
    replace(database, message("state", kind="update", after="ask"))
    done(database, lease(database)[0])
    assert row(database, "state") is None
    # Changing one's mind is told anew.
    replace(database, message("state", kind="update", text="declined", after="ask"))
    assert lease(database)[0].message.payload == {"text": "declined"}


def test_a_message_replaced_while_it_is_sent_is_sent_again(database: Database) -> None:
    post(database, "a")
    (old,) = lease(database)
    replace(database, message("a", text="newer"))
    done(database, old)
    (new,) = lease(database)
    assert new.message.payload == {"text": "newer"}
    assert new.version == old.version + 1
    done(database, new)
    assert lease(database, NOW + 2 * LEASE) == []


def test_an_update_replaced_while_it_is_sent_is_sent_again(database: Database) -> None:
    post(database, "ask")
    done(database, lease(database)[0])
    replace(database, message("state", kind="update", text="thanks", after="ask"))
    (old,) = lease(database)
    replace(database, message("state", kind="update", text="declined", after="ask"))
    done(database, old)
    assert lease(database)[0].message.payload == {"text": "declined"}


def test_a_message_replaced_before_it_was_sent_is_sent_once(database: Database) -> None:
    post(database, "a")
    replace(database, message("a", text="newer"))
    (leased,) = lease(database)
    assert leased.message.payload == {"text": "newer"}


@pytest.mark.parametrize("unclear", [True, False])
def test_a_postponed_message_is_tried_again_and_looked_for_first_if_it_may_have_arrived(
    database: Database, unclear: bool
) -> None:
    post(database, "a")
    lease(database)
    postpone(database, "a", unclear=unclear)
    assert lease(database) == []
    (again,) = lease(database, NOW + SECOND)
    assert again.retried is unclear


def test_a_message_once_in_doubt_stays_in_doubt(database: Database) -> None:
    post(database, "a")
    lease(database)
    postpone(database, "a", unclear=True, until=NOW + SECOND)
    assert lease(database, NOW + SECOND)[0].retried
    # Looking for it hit the rate limit, which says nothing about the first try.
    postpone(database, "a", unclear=False, until=NOW + 2 * SECOND)
    assert lease(database, NOW + 2 * SECOND)[0].retried


def test_a_message_is_given_up_after_too_many_tries_and_kept_to_be_looked_at(database: Database) -> None:
    post(database, "a")
    now = NOW
    for _ in range(MOST_ATTEMPTS):
        (leased,) = lease(database, now)
        assert leased.message.key == "a"
        now += SECOND
        postpone(database, "a", until=now)
    assert lease(database, now + LEASE) == []
    with database.read() as session:
        assert outbox.failed(session) == ["ratelimited"]
        assert outbox.waiting(session) == 0


def test_a_message_that_slack_will_never_take_is_a_dead_letter_at_once(database: Database) -> None:
    post(database, "a", "b")
    with database.work() as session:
        outbox.give_up(session, "a", error="user_disabled")
        assert outbox.waiting(session) == 1
        assert outbox.failed(session) == ["user_disabled"]
    assert keys(lease(database)) == ["b"]


def test_postponing_what_is_gone_does_nothing(database: Database) -> None:
    postpone(database, "nothing")
    assert row(database, "nothing") is None


def test_places_are_where_the_sent_messages_of_a_kind_lie(database: Database) -> None:
    post(database, "r1:ask:a", "r1:ask:b", "r1:remind:a", "r1_ask:c", "r2:ask:a")
    for number, leased in enumerate(lease(database)):
        if leased.message.key != "r1:ask:b":
            done(database, leased, channel=f"D{number}", ts=f"{number}.0")
    with database.read() as session:
        assert outbox.places(session, "r1:ask:") == [Place("U-r1:ask:a", "D0", "0.0")]
        assert outbox.places(session, "r1_") == [Place("U-r1_ask:c", "D3", "3.0")]


def test_forgetting_takes_everything_of_a_prefix_but_what_still_has_to_be_told(database: Database) -> None:
    post(database, "r1:ask:a", "r1:closing:a", "r1:closing:b", "r2:ask:a")
    done(database, next(each for each in lease(database) if each.message.key == "r1:closing:b"))
    with database.work() as session:
        outbox.forget(session, "r1:", but="r1:closing:")
    with database.read() as session:
        assert set(session.scalars(select(OutboxRow.key))) == {"r1:closing:a", "r2:ask:a"}
