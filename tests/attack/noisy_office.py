"""A process to spy on: the real bot at DEBUG serves people, while our own code fails at random points.

`python -m tests.attack.noisy_office FOLDER FAILURES SEED {safe,bare}`: everything it logs and dumps goes to
stderr; on stdout it says in the end what failed. `bare` logs as Python does by itself.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable as Function
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import OperationalError

from bot import logs
from bot.demo.story import deliver
from deploy.sandbox import ActError
from handlers.edge.incident import OURS
from handlers.ids import COMMAND, Action, Callback
from surveys.rounds import rounds
from surveys.storage import database as storage
from tests.handlers.office import REPS, Office, steady
from tests.served import served
from tests.surveys.stored import all_bytes

# In a comment, and as hours that nobody else's sums look like.
WORD = "zebra{number:05d}quartz"
HOURS = "{whole}.25"
FIRST_HOURS, LAST_HOURS = 31, 55
# Calls counted in a piece of work that is left in peace, so that failures fall anywhere in it.
PEACE = 1 << 40
MOST_IN_A_WEEK = 100

ERRORS: tuple[Function[[str], Exception], ...] = (
    ValueError,
    KeyError,
    RuntimeError,
    TimeoutError,
    lambda words: OSError(5, words),
    lambda words: OperationalError(words, {"comment": words}, Exception(words)),
    lambda words: SlackApiError(words, {"ok": False, "error": words}),
    lambda words: ExceptionGroup(words, [ValueError(words)]),
)


class Saboteur:
    """Raises an error at a random call of our own functions; its words quote the variables of that call."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._left = PEACE
        self.raised: Counter[str] = Counter()

    def arm(self, calls: int) -> None:
        """Fail at one of the next so many calls."""
        self._left = self._dice.randrange(calls) + 1

    def disarm(self) -> None:
        self._left = PEACE

    def count(self, work: Function[[], object]) -> int:
        """How many calls a piece of work makes, wherever it runs."""
        self.disarm()
        work()
        return max(1, PEACE - self._left)

    def around(self, work: Function[..., Any]) -> Function[..., Any]:
        """The same work, watched in whichever thread it runs."""

        def watched(*given: Any, **named: Any) -> Any:
            sys.setprofile(self._look)
            try:
                return work(*given, **named)
            finally:
                sys.setprofile(None)

        return watched

    def _look(self, frame: FrameType, what: str, _: object) -> None:
        module = str(frame.f_globals.get("__name__"))
        # The log itself is what is looked at; it fails nowhere.
        if what != "call" or module.partition(".")[0] not in OURS or module == "bot.logs":
            return
        self._left -= 1
        if self._left == 0:
            self.raised[f"{module}.{frame.f_code.co_name}"] += 1
            raise self._dice.choice(ERRORS)(repr(frame.f_locals))


class Watched(ThreadPoolExecutor):
    """Bolt's pool of listeners under a saboteur's eyes."""

    def __init__(self, saboteur: Saboteur) -> None:
        super().__init__(8, thread_name_prefix="listener")
        self._saboteur = saboteur

    def submit(self, work: Function[..., Any], /, *given: Any, **named: Any) -> Any:  # type: ignore[override]
        return super().submit(self._saboteur.around(work), *given, **named)


class Day:
    """What people and the clock do, each thing at a time."""

    def __init__(self, office: Office, saboteur: Saboteur, dice: random.Random) -> None:
        self.office = office
        self._saboteur = saboteur
        self._dice = dice
        self._words = 0
        self.comments: list[str] = []
        self._scheduler = BackgroundScheduler()
        self._scheduler.start()

    def entries(self, rep: str) -> Mapping[str, Any]:
        """Answers that can be found again wherever they turn up."""
        self._words += 1
        hours = HOURS.format(whole=self._dice.randrange(FIRST_HOURS, LAST_HOURS + 1))
        self.comments.append(WORD.format(number=self._words))
        return {**steady(rep), "overlay": hours, "comment": self.comments[-1]}

    def answer(self) -> None:
        rep = self._dice.choice(REPS)
        sandbox, user = self.office.sandbox, self.office.id(rep)
        self.office.press(rep)
        # It does not come when opening it is what failed; a kind notice comes then, which has nothing to send.
        with suppress(TimeoutError, ActError):
            view = sandbox.wait_for_view(user, callback_id=Callback.PULSE, timeout=0.3)
            sandbox.submit(user, view["id"], self.office.by_block(view, self.entries(rep)))
        for view in sandbox.views(user):
            sandbox.close_view(user, view["id"])

    def skip(self) -> None:
        self.office.press(self._dice.choice(REPS), Action.DECLINE_PULSE)

    def look(self) -> None:
        self.office.sandbox.open_home(self.office.id(self._dice.choice([*REPS, "nora", "chief"])))

    def ask(self) -> None:
        self._words += 1
        user, dm = self.office.id("chief"), self.office.dm("chief")
        self.office.sandbox.command(user, dm, COMMAND, f"ask {WORD.format(number=self._words)}")

    def say(self) -> None:
        self._words += 1
        self.office.sandbox.say(self.office.id("sam"), self.office.dm("sam"), WORD.format(number=self._words))

    def tick(self) -> None:
        """In a thread of the scheduler, which logs what fails as it always does."""
        done = threading.Event()

        def job() -> None:
            try:
                self._saboteur.around(self.office.bot.tick.run)()
            finally:
                done.set()

        self._scheduler.add_job(job)
        done.wait()

    def fault(self) -> None:
        """Slack fails as well."""
        kind = self._dice.choice(["drop", "error_5xx", "lost_answer", "ratelimited"])
        self.office.sandbox.faults.add(kind=kind, seconds=0)

    def close(self) -> None:
        self._scheduler.shutdown()


def sabotage(day: Day, saboteur: Saboteur, failures: int, pieces: list[Function[[], None]]) -> None:
    """Do these things until so many more failed somewhere within."""
    lengths = {piece: saboteur.count(piece) for piece in pieces}
    until = saboteur.raised.total() + failures
    number = 0
    while saboteur.raised.total() < until:
        number += 1
        if number % 10 == 0:
            day.fault()
        piece = pieces[number % len(pieces)]
        saboteur.arm(lengths[piece])
        piece()
    saboteur.disarm()
    day.office.sandbox.faults.clear()


def live(day: Day, saboteur: Saboteur, failures: int) -> tuple[int, int]:
    """A week in which things fail, the count of its round included.

    Returns how many answers were given, and how many of them stood in the bytes of the database before the count.
    """
    office = day.office
    day.comments.clear()
    office.open_pulse()
    people = [day.answer, day.answer, day.skip, day.look, day.ask, day.say, day.tick]
    sabotage(day, saboteur, failures - failures // 3, people)
    for rep in REPS:
        office.answer(rep, day.entries(rep))
    stored = all_bytes(office.bot.database)
    given, found = len(day.comments), sum(comment.encode() in stored for comment in day.comments)
    office.clock.move_to(office.schedule.closes_at(office.week_on) + timedelta(minutes=1))
    fail_to_close(day, saboteur, failures // 3)
    office.close_pulse()
    office.send_digests()
    return given, found


def fail_to_close(day: Day, saboteur: Saboteur, failures: int) -> None:
    """Let the count fail, again and again, at points that come later and later in it."""
    until = saboteur.raised.total() + failures
    reach = 8
    while saboteur.raised.total() < until:
        with day.office.bot.database.read() as session:
            if not rounds.due_to_close(session, now=day.office.clock.now()):
                return
        saboteur.arm(reach)
        day.tick()
        reach = int(reach * 1.1) + 1
    saboteur.disarm()


def dump(words: str) -> None:
    """What a process says of itself when it is stuck, and when it dies."""
    faulthandler.dump_traceback(all_threads=True)
    crashing = threading.Thread(target=lambda: int(words))
    crashing.start()
    crashing.join()


def main() -> None:
    """Serve a company, fail, and crash in the end."""
    folder, failures, seed, mode = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    if mode == "safe":
        logs.set_up()
        logs.speak("DEBUG")
    else:
        logging.basicConfig()
    # As loud as it can be, each library by name.
    for name in ("", *logs.LIBRARIES):
        logging.getLogger(name or None).setLevel(logging.DEBUG)
    # What Slack's side of the sandbox hears is not the bot's log.
    for name in ("uvicorn", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # A failure can leave somebody reading, and a close would wait for them.
    storage._PATIENCE_SECONDS = 0.2
    # The very same failures on every run.
    dice = random.Random(seed)  # noqa: S311
    saboteur = Saboteur(dice)
    sealed = unsealed = 0
    with served(folder) as slack:
        bot = slack.office.bot
        logs.hide_secrets(bot.settings)
        bot.app.dispatch = saboteur.around(bot.app.dispatch)  # type: ignore[method-assign]
        bot.app.listener_runner.listener_executor = Watched(saboteur)
        bot.sender.send_due = saboteur.around(bot.sender.send_due)  # type: ignore[method-assign]
        day = Day(slack.office, saboteur, dice)
        while saboteur.raised.total() < failures:
            given, found = live(day, saboteur, min(MOST_IN_A_WEEK, failures - saboteur.raised.total()))
            sealed, unsealed = sealed + given, unsealed + found
        deliver(bot)
        day.close()
        people = {name: slack.office.id(name) for name in (*REPS, "nora", "sam", "chief")}
    failed = {"failures": saboteur.raised.total(), "where": saboteur.raised}
    print(json.dumps({**failed, "people": people, "sealed": sealed, "unsealed": unsealed}), flush=True)
    word = WORD.format(number=0)
    dump(word)
    raise ValueError(f"{people['north1']} wrote {word}, {HOURS.format(whole=FIRST_HOURS)} hours")


if __name__ == "__main__":
    main()
