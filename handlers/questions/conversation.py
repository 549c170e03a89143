"""What each person asked last, so that "and AMER?" can be read; kept in memory alone and forgotten soon."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from analysis.questions import Intent, Question

# Who comes back after lunch asks anew; our choices both.
FORGOTTEN_AFTER = timedelta(minutes=30)
MOST_ASKERS = 1000
# Nothing can be asked on from these, so the question before them stays.
_NOT_KEPT = {Intent.UNCLEAR, Intent.REFUSED, Intent.HELP}


class Conversation:
    """The previous question of each asker, by the person's id.

    It is never written down: nobody can look up who asked what, and a restart forgets it, after which a follow-up
    is asked back.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[str, tuple[datetime, Question]] = OrderedDict()
        # Slack's events are handled by several threads.
        self._lock = Lock()

    def before(self, person_id: str, *, now: datetime) -> Question | None:
        """What a person asked last, or None when they asked nothing lately."""
        with self._lock:
            at, question = self._asked.get(person_id, (None, None))
            if at is None or now - at > FORGOTTEN_AFTER:
                self._asked.pop(person_id, None)
                return None
            return question

    def remember(self, person_id: str, question: Question, *, now: datetime) -> None:
        """Keep a question in the place of the one before, if it can be asked on from."""
        if question.intent in _NOT_KEPT:
            return
        with self._lock:
            self._asked.pop(person_id, None)
            self._asked[person_id] = (now, question)
            while len(self._asked) > MOST_ASKERS:
                self._asked.popitem(last=False)
