"""The tick does what is due, and one thing that fails does not keep the rest from being done."""

from datetime import UTC, datetime

import pytest

from surveys.storage.tables import BallotRow, RoundRow
from tests.bot.conftest import MONDAY, TUESDAY_MORNING, Place

CLOSE = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
NEXT_TUESDAY = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def test_a_round_that_cannot_be_counted_does_not_keep_people_from_being_asked(place: Place) -> None:
    bot = place.peopled_bot()
    place.move(bot, MONDAY)
    place.move(bot, TUESDAY_MORNING)
    # A ballot that nobody can open.
    with bot.database.work() as session:
        row = session.query(RoundRow).one()
        session.add(BallotRow(round_id=row.id, key=bytes(32), sealed=bytes(6200)))
    for instant in (CLOSE, datetime(2026, 3, 9, 12, tzinfo=UTC), NEXT_TUESDAY):
        place.clock.move_to(instant)
        with pytest.raises(ExceptionGroup):
            bot.tick.run()
    while bot.sender.send_due():
        pass
    assert sum("Your weekly pulse" in str(message["text"]) for message in place.asks("rep0")) == 1


def test_the_next_due_moments_are_those_of_the_schedule(place: Place) -> None:
    bot = place.peopled_bot()
    due = bot.tick.next_due(after=MONDAY.replace(hour=1))
    # Tuesday's first midnight on earth, fourteen hours ahead of UTC.
    assert due == datetime(2026, 3, 2, 10, tzinfo=UTC)
    place.move(bot, due)
    assert bot.tick.next_due(after=due) == datetime(2026, 3, 3, 9, tzinfo=UTC)
