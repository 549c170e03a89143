"""Errands: changes of messages that are remembered in memory alone.

Thanks for an answer must not be written down: an outbox row for it would stand beside the ballot and name its
author. An errand that is lost with the process leaves a message whose button still works.
"""

import logging
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from surveys.clock import Clock
from surveys.outbox import Place

log = logging.getLogger(__name__)

MOST_TRIES = 8
WAIT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class _Errand:
    place: Place
    payload: dict[str, Any]
    due_at: datetime
    tries: int = 0


class Errands:
    """Updates of messages, tried a few times."""

    def __init__(self, client: WebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._waiting: deque[_Errand] = deque()

    def add(self, place: Place, payload: dict[str, Any]) -> None:
        """Change a message soon."""
        self._waiting.append(_Errand(place, payload, self._clock.now()))

    def run_due(self) -> int:
        """Do what is due; returns how many messages were changed."""
        done = 0
        for _ in range(len(self._waiting)):
            errand = self._waiting.popleft()
            if errand.due_at > self._clock.now():
                self._waiting.append(errand)
            else:
                done += self._do(errand)
        return done

    def _do(self, errand: _Errand) -> bool:
        try:
            self._client.chat_update(
                channel=errand.place.channel,
                ts=errand.place.ts,
                text=errand.payload["text"],
                blocks=errand.payload["blocks"],
            )
        except SlackApiError as problem:
            if problem.response.status_code == 429:
                self._again(errand, timedelta(seconds=int(problem.response.headers.get("Retry-After", 1))))
            else:
                log.warning("a message was not changed: %s", problem.response.get("error", "unknown"))
        except (SlackClientError, OSError) as problem:
            self._again(errand, WAIT * 2**errand.tries)
            log.info("a message is changed later: %s", type(problem).__name__)
        else:
            return True
        return False

    def _again(self, errand: _Errand, wait: timedelta) -> None:
        if errand.tries + 1 < MOST_TRIES:
            self._waiting.append(replace(errand, due_at=self._clock.now() + wait, tries=errand.tries + 1))
