"""What each person asked last, so that "and AMER?" can be read; kept in memory alone and forgotten soon."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from analysis.questions import Intent, Question

# Who comes back after lunch asks anew; our choices both.
FORGOTTEN_AFTER = timedelta(minutes=30)
MOST_ASKERS = 1000
# Nothing can be asked on from these, so the question before them stays.
_NOT_KEPT = {Intent.UNCLEAR, Intent.REFUSED, Intent.HELP}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one person asked: the question to ask on from, and words that were unclear, with what was offered."""

    at: datetime
    before: Question | None = None
    unclear: str = ""
    offers: frozenset[str] = frozenset()


class Conversation:
    """The previous question of each asker, by the person's id.

    It is never written down: nobody can look up who asked what, and a restart forgets it, after which a follow-up
    is asked back.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[str, _Asked] = OrderedDict()
        # Slack's events are handled by several threads.
        self._lock = Lock()

    def before(self, person_id: str, *, now: datetime) -> Question | None:
        """What a person asked last, or None when they asked nothing lately."""
        with self._lock:
            return self._lately(person_id, now).before

    def remember(self, person_id: str, question: Question, *, now: datetime) -> None:
        """Keep a question in the place of the one before, if it can be asked on from."""
        if question.intent in _NOT_KEPT:
            return
        with self._lock:
            self._keep(person_id, _Asked(now, question))

    def offer(self, person_id: str, unclear: str, offers: Iterable[str], *, now: datetime) -> None:
        """Keep what a person's words were asked back with; without offers, that nothing was."""
        with self._lock:
            before = self._lately(person_id, now).before
            self._keep(person_id, _Asked(now, before, unclear, frozenset(offers)))

    def taken_up(self, person_id: str, meant: str, *, now: datetime) -> str | None:
        """The words that were asked back with `meant` among the offers, once; None when it was no offer."""
        with self._lock:
            asked = self._lately(person_id, now)
            if meant not in asked.offers:
                return None
            self._keep(person_id, _Asked(asked.at, asked.before))
            return asked.unclear

    def _lately(self, person_id: str, now: datetime) -> _Asked:
        asked = self._asked.get(person_id)
        if asked is None or now - asked.at > FORGOTTEN_AFTER:
            self._asked.pop(person_id, None)
            return _Asked(now)
        return asked

    def _keep(self, person_id: str, asked: _Asked) -> None:
        self._asked.pop(person_id, None)
        self._asked[person_id] = asked
        while len(self._asked) > MOST_ASKERS:
            self._asked.popitem(last=False)
