"""Nudges: reminders, and messages brought back when somebody asked for it.

A row is written for everybody whose time has come, answered or not, and dropped when it would be sent to somebody
who is done: what is written, and how it goes, tells nothing about who had answered.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from surveys.ballots.keys import ServingKeys
from surveys.people import directory
from surveys.rounds import answering, message_keys
from surveys.rounds.rounds import is_paused
from surveys.rounds.schedule import Schedule
from surveys.rounds.working_time import at_work
from surveys.storage.tables import RoundRow, WishRow


def still_wanted(session: Session, keys: ServingKeys, key: str, *, schedule: Schedule, now: datetime) -> bool:
    """Whether a message by its outbox key is still to be sent; one that is no nudge always is.

    Not to somebody who is done, who left or paused, nor after the close, nor when it was held up into the night.
    """
    nudge = message_keys.nudge(key)
    if nudge is None:
        return True
    round_id, person_id = nudge
    row = session.get(RoundRow, round_id)
    person = directory.by_id(session, person_id)
    if row is None or row.counted or row.closes_at <= now or person is None:
        return False
    if is_paused(session.get(WishRow, person_id), now):
        return False
    awake = at_work(now, person.zone(schedule.company_zone.key), person.country)
    return awake and not answering.is_done(session, keys, person, round_id)
