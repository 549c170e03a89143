"""Each message arrives once, whatever happens on the way."""

from datetime import timedelta

import pytest

from bot.bootstrap import Orgpulse
from bot.delivery import Sender
from bot.demo.story import deliver
from surveys import outbox
from surveys.outbox import Message
from surveys.storage.tables import OutboxRow
from tests.bot.conftest import MONDAY, REPS, Place

HELLO = {"text": "hello", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]}


@pytest.fixture
def bot(place: Place) -> Orgpulse:
    return place.peopled_bot()


def post(place: Place, bot: Orgpulse, key: str = "greeting", rep: str = "rep0", **changes: object) -> None:
    user = place.sandbox.user_by_email(f"{rep}@acme.example").id
    with bot.database.work() as session:
        outbox.post(session, Message(key, "post", user, HELLO | changes), now=place.clock.now())


def send_for(place: Place, bot: Orgpulse, minutes: int) -> None:
    """Let time pass in steps, as the sender's thread would see it."""
    for _ in range(minutes * 2):
        deliver(bot)
        place.clock.move_to(place.clock.now() + timedelta(seconds=30))
    deliver(bot)


@pytest.mark.parametrize("kind", ["drop", "error_5xx", "lost_answer", "ratelimited"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_message_arrives_once_in_spite_of(place: Place, bot: Orgpulse, kind: str, times: int) -> None:
    place.sandbox.faults.add(method="chat.postMessage", kind=kind, times=times, seconds=1)
    post(place, bot)
    send_for(place, bot, minutes=5)
    assert [message["text"] for message in place.asks("rep0")] == ["hello"]


def test_it_looks_before_it_sends_again(place: Place, bot: Orgpulse) -> None:
    place.sandbox.faults.add(method="chat.postMessage", kind="lost_answer", times=1)
    post(place, bot)
    send_for(place, bot, minutes=2)
    assert place.sandbox.calls.count("chat.postMessage") == 1
    assert place.sandbox.calls.count("conversations.history") == 1


def test_a_sender_that_died_with_a_message_in_hand_sends_it_once(place: Place, bot: Orgpulse) -> None:
    post(place, bot)
    with bot.database.work() as session:
        outbox.lease(session, now=place.clock.now())
    deliver(bot)
    assert place.asks("rep0") == []
    send_for(place, bot, minutes=4)
    assert len(place.asks("rep0")) == 1


def test_what_slack_will_never_take_becomes_a_dead_letter(place: Place, bot: Orgpulse) -> None:
    with bot.database.work() as session:
        outbox.post(session, Message("lost", "post", "U0NOBODY", HELLO), now=MONDAY)
    send_for(place, bot, minutes=1)
    with bot.database.read() as session:
        assert outbox.waiting(session) == 0
        assert len(outbox.failed(session)) == 1


def test_a_rate_limit_is_waited_for(place: Place, bot: Orgpulse) -> None:
    place.sandbox.faults.add(method="chat.postMessage", kind="ratelimited", times=1, seconds=60)
    post(place, bot)
    deliver(bot)
    place.clock.move_to(place.clock.now() + timedelta(seconds=50))
    deliver(bot)
    assert place.asks("rep0") == []
    place.clock.move_to(place.clock.now() + timedelta(seconds=15))
    deliver(bot)
    assert len(place.asks("rep0")) == 1


def test_a_message_that_cannot_be_drawn_is_written(place: Place, bot: Orgpulse) -> None:
    chart = {"type": "data_visualization", "title": "t" * 51, "chart": {"type": "pie", "segments": []}}
    post(place, bot, blocks=[chart], fallback_blocks=HELLO["blocks"])
    deliver(bot)
    assert len(place.asks("rep0")) == 1


def test_an_update_comes_after_its_post_even_when_the_post_is_late(place: Place, bot: Orgpulse) -> None:
    place.sandbox.faults.add(method="chat.postMessage", kind="error_5xx", times=2)
    post(place, bot)
    changed = {"text": "changed", "blocks": [{"type": "divider"}]}
    with bot.database.work() as session:
        update = Message("change", "update", "", changed, after="greeting")
        outbox.post(session, update, now=place.clock.now())
    send_for(place, bot, minutes=3)
    assert [message["text"] for message in place.asks("rep0")] == ["changed"]


def test_metadata_says_nothing_about_person_or_round(place: Place, bot: Orgpulse) -> None:
    post(place, bot, key="round7:ask:person9")
    deliver(bot)
    sent = place.sandbox.calls.of("chat.postMessage")[0].arguments["metadata"]
    assert "round7" not in str(sent)
    assert "person9" not in str(sent)


def test_a_reminder_that_nobody_needs_is_dropped_as_if_it_was_sent(place: Place) -> None:
    bot = place.peopled_bot()
    wanted = {"r:remind:1:a": False, "r:remind:1:b": True}
    sender = Sender(bot.database, bot.client, place.clock, wanted=lambda key: wanted[key])
    for key, rep in zip(wanted, REPS, strict=False):
        user = place.sandbox.user_by_email(f"{rep}@acme.example").id
        with bot.database.work() as session:
            outbox.post(session, Message(key, "note", user, HELLO), now=place.clock.now())
    assert sender.send_due() == 2
    assert [len(place.asks(rep)) for rep in REPS[:2]] == [0, 1]
    with bot.database.read() as session:
        # Of neither is a row left that would tell which it was.
        assert session.query(OutboxRow).count() == 0
