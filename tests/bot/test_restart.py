"""A restart at any moment repeats nothing and loses nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Orgpulse
from bot.demo.story import deliver
from handlers.ids import Action, Callback
from surveys import results
from tests.bot.conftest import MONDAY, REPS, TUESDAY_MORNING, Place

CLOSE = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)
# Every step of a week; the bot is replaced after as many of them as the test says.
STEPS = (
    MONDAY,
    TUESDAY_MORNING,
    TUESDAY_MORNING + timedelta(hours=2),
    datetime(2026, 3, 4, 14, 30, tzinfo=UTC),
    CLOSE,
    FRIDAY,
)


def answer(place: Place, rep: str) -> None:
    user = place.sandbox.user_by_email(f"{rep}@acme.example").id
    channel = place.sandbox.open_dm(user)
    ask = place.asks(rep)[0]
    place.sandbox.click(user, channel=channel, ts=str(ask["ts"]), action_id=Action.OPEN_PULSE)
    view = place.sandbox.wait_for_view(user, callback_id=Callback.PULSE)
    values = {block["block_id"]: "4" for block in view["blocks"] if block.get("block_id", "").startswith("item:")}
    assert place.sandbox.submit(user, view["id"], values).ok


def live(place: Place, bot: Orgpulse, step: int) -> None:
    place.move(bot, STEPS[step])
    # Twice: a tick that comes again has nothing left to do.
    bot.tick.run()
    deliver(bot)
    if step == 2:
        bot.connect()
        place.sandbox.wait_for_app()
        for rep in REPS[:10]:
            answer(place, rep)
        deliver(bot)


@pytest.mark.parametrize("stopped_after", range(len(STEPS)))
def test_a_week_with_a_restart(place: Place, stopped_after: int) -> None:
    bot = place.peopled_bot()
    for step in range(len(STEPS)):
        live(place, bot, step)
        if step == stopped_after:
            bot.stop()
            bot = place.bot()
    for rep in REPS:
        texts = [message["text"] for message in place.asks(rep)]
        # One ask and what came of it; those who did not answer one reminder as well.
        assert len(texts) == (2 if rep in REPS[:10] else 3), texts
    with bot.database.read() as session:
        record = results.whole_record(session)
    assert sum(turnout.answered for turnout in record.turnouts) == 10
    for boss in ("boss.north", "boss.south"):
        assert len(place.asks(boss)) == 1


def test_two_bots_at_once_ask_everybody_once(place: Place) -> None:
    first, second = place.peopled_bot(), place.bot()
    for instant in STEPS[:2]:
        place.clock.move_to(instant)
        first.tick.run()
        second.tick.run()
        deliver(second)
        deliver(first)
    assert [len(place.asks(rep)) for rep in REPS] == [1] * len(REPS)


def test_after_a_week_of_standstill_the_old_round_is_counted_and_nobody_is_asked_late(place: Place) -> None:
    bot = place.peopled_bot()
    place.move(bot, MONDAY)
    place.move(bot, CLOSE + timedelta(days=2))
    assert [len(place.asks(rep)) for rep in REPS] == [0] * len(REPS)
    place.move(bot, TUESDAY_MORNING + timedelta(weeks=1))
    assert [len(place.asks(rep)) for rep in REPS] == [1] * len(REPS)
