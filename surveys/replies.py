"""A manager's reply to a theme: by name, to everybody in the group whose comments it is from.

Nobody knows who wrote a comment; so nobody can be answered alone, and a reply reaches as many people as a comment
is kept among. Nothing of it is noted anywhere; it stands in the outbox until it is sent.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from analysis.figures import Unit
from analysis.themes import Theme
from surveys import outbox, results
from surveys.counting.redaction import Redaction
from surveys.counting.tally import SMALLEST_COMMENT_UNIT
from surveys.errors import OrgpulseError
from surveys.legible import legible
from surveys.outbox import Message
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.rights import Act, may
from surveys.people.roster import Role

LONGEST_REPLY = 1000
# A reply to what was said long ago answers nobody; and a message's key is kept no longer than that.
ANSWERED_WITHIN = timedelta(days=14)


class NoSuchTheme(OrgpulseError):
    """This subject cannot be replied to: too few wrote about it, it is too long ago, or it is not your unit's."""


class TooFewToReplyTo(OrgpulseError):
    """Fewer than {least} people are in the group whose comments these are, so a reply would point at somebody."""


class SomebodyNamed(OrgpulseError):
    """Write about the subject, without names, addresses and links. Everybody in the group reads this."""


class RepliedAlready(OrgpulseError):
    """You have replied to this subject already. The next digest may bring it up again."""


class ReplyEmpty(OrgpulseError):
    """Please write something first."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme as a digest shows it.

    Attributes:
        unit_id: the unit in whose digest it stands.
        week: the week of the digest.
        home: the unit that its comments stayed with.
        theme: the theme.
    """

    unit_id: str
    week: date
    home: Unit
    theme: Theme


def reply(
    session: Session,
    person: Person,
    topic: Topic | None,
    text: str,
    *,
    make: Callable[[Person, Topic, str], dict[str, Any]],
    now: datetime,
) -> Topic:
    """Send a reply to everybody in the group, each once however often it is asked for.

    Args:
        session: the unit of work.
        person: who replies.
        topic: what they reply to; None when there is no such theme, or it may not be shown to them.
        text: what they write.
        make: the message for one of the group, from what was written.
        now: the instant.

    Returns:
        What was replied to.

    Raises:
        NoSuchTheme, TooFewToReplyTo, SomebodyNamed, RepliedAlready, ReplyEmpty: why it is not sent.
    """
    written = legible(text).strip()[:LONGEST_REPLY]
    if topic is None or now.date() - topic.week > ANSWERED_WITHIN:
        raise NoSuchTheme
    if not may(person, Act.REPLY_TO_THEME) or topic.unit_id not in results.visible_units(session, person):
        raise NoSuchTheme
    if not written:
        raise ReplyEmpty
    others = (name for name in directory.names(session) if name != person.name)
    if Redaction(others)(written) != written:
        raise SomebodyNamed
    inside = directory.below(directory.units(session), frozenset({topic.home.id}))
    group = [one for one in directory.people(session, role=Role.REP) if one.unit_id in inside and one.slack_id]
    if len(group) < SMALLEST_COMMENT_UNIT:
        raise TooFewToReplyTo(least=SMALLEST_COMMENT_UNIT)
    cause = hashlib.sha256(f"{person.id}|{topic.home.id}|{topic.theme.key}|{topic.week}".encode()).hexdigest()[:24]
    new = [
        outbox.post(
            session,
            Message(f"reply:{cause}:{one.id}", "post", one.slack_id or "", make(one, topic, written)),
            now=now,
        )
        for one in group
    ]
    if not any(new):
        raise RepliedAlready
    return topic
