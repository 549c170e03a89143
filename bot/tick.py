"""The tick: looks in the tables for what is due, and does each thing once."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from handlers.actions.effect_view import effect_message
from handlers.alerts import copies
from handlers.digests.digest import digest_message
from handlers.pulses import pulse_view
from handlers.services import Services
from surveys import actions, alerts, count, digests, outbox, retention
from surveys.ballots.keys import MasterKey
from surveys.counting.noise import BLURRED, Noise
from surveys.outbox import Message
from surveys.people.rights import Act, Party, permits
from surveys.rounds import message_keys, rounds
from surveys.rounds.schedule import monday

log = logging.getLogger(__name__)


class Tick:
    """Everything that time brings about. Run it as often as you like: what was done is not done again."""

    def __init__(
        self, services: Services, master: MasterKey, *, leaders_channel: str | None, noise: Noise = BLURRED
    ) -> None:
        self._services = services
        self._master = master
        self._leaders_channel = leaders_channel
        self._noise = noise
        self._retained_on: date | None = None

    def run(self) -> None:
        """Do everything that is due now; a step that fails does not keep the others from being done.

        Raises:
            ExceptionGroup: what failed, after all steps were tried.
        """
        now = self._services.now()
        problems: list[Exception] = []
        # Closing comes first: after a night's stop the old round is counted before a new one opens.
        for act, step in self._steps():
            try:
                if permits(Party.CLOCK, act):
                    step(now)
            except Exception as problem:
                problems.append(problem)
        self._services.outbox_filled()
        if problems:
            raise ExceptionGroup("some of what is due could not be done", problems)

    def _steps(self) -> list[tuple[Act, Callable[[datetime], None]]]:
        return [
            (Act.CLOSE_ROUND, self._close),
            (Act.TELL, self._tell),
            (Act.OPEN_ROUND, self._open),
            (Act.INVITE, self._invite),
            (Act.REMIND, self._remind),
            (Act.SEND_DIGESTS, self._digest),
            (Act.REPORT_EFFECTS, self._report_effects),
            (Act.RUN_RETENTION, self._retain),
        ]

    def next_due(self, *, after: datetime) -> datetime:
        """The next instant at which `run` will have something to do."""
        schedule = self._services.schedule
        with self._services.database.read() as session:
            instants = [
                rounds.next_due(session, now=after),
                digests.next_due(session),
                alerts.next_wake(session),
                actions.next_due(session, schedule=schedule),
            ]
        week_on = monday(after.date())
        instants += [schedule.opens_at(week_on + timedelta(weeks=ahead)) for ahead in range(3)]
        return min(instant for instant in instants if instant and instant > after)

    def _open(self, now: datetime) -> None:
        services = self._services
        with services.database.work() as session:
            opened = rounds.open_round(
                session,
                schedule=services.schedule,
                bank=services.bank,
                master=self._master,
                smallest_group=services.smallest_group,
                now=now,
            )
        if opened:
            log.info("round of %s opened", opened.week_on)

    def _invite(self, now: datetime) -> None:
        services = self._services
        with services.database.work() as session:
            for person, in_round in rounds.invite_due(session, schedule=services.schedule, now=now):
                zone = person.zone(services.schedule.company_zone.key)
                payload = pulse_view.ask_message(person, in_round, zone=zone)
                key = message_keys.ask(in_round.id, person.id)
                outbox.post(session, Message(key, "post", person.slack_id or "", payload), now=now)

    def _remind(self, now: datetime) -> None:
        services = self._services
        with services.database.work() as session:
            due = rounds.remind_due(session, keys=services.keys, schedule=services.schedule, now=now)
            for person, in_round in due:
                zone = person.zone(services.schedule.company_zone.key)
                payload = pulse_view.reminder_message(person, in_round, zone=zone)
                key = message_keys.reminder(in_round.id, person.id)
                outbox.post(session, Message(key, "note", person.slack_id or "", payload), now=now)

    def _close(self, now: datetime) -> None:
        services = self._services
        with services.database.read() as session:
            due = rounds.due_to_close(session, now=now)
        for round_id in due:
            self._say_closed(round_id, now)
            count.close_round(
                services.database, round_id, bank=services.bank, master=self._master, noise=self._noise
            )
            log.info("round counted")

    def _say_closed(self, round_id: str, now: datetime) -> None:
        """Take the buttons off everybody's message, answered or not; the count forgets who they were."""
        with self._services.database.work() as session:
            people = rounds.asked(session, round_id)
            for place in outbox.places(session, message_keys.asks(round_id)):
                if place.recipient not in people:
                    continue
                key = message_keys.closing(round_id, place)
                payload = pulse_view.closed_message(people[place.recipient])
                outbox.post(session, Message(key, "update", place.recipient, payload, place=place), now=now)

    def _tell(self, now: datetime) -> None:
        """Alerts and owed digests of releases that nobody was told about yet, and alerts put off until now."""
        services = self._services
        with services.database.work() as session:
            unplanned = digests.unplanned(session)
            for release_id in unplanned:
                digests.plan(session, release_id, schedule=services.schedule)
            if unplanned:
                copies.tell(session, leaders_channel=self._leaders_channel, now=now)
            copies.wake(session, now=now)

    def _digest(self, now: datetime) -> None:
        with self._services.database.work() as session:
            for owed in digests.take_due(session, now=now):
                payload = digest_message(session, owed, bank=self._services.bank)
                key = f"digest:{owed.release_id}:{owed.person.id}"
                outbox.post(session, Message(key, "post", owed.person.slack_id or "", payload), now=now)

    def _report_effects(self, now: datetime) -> None:
        """Tell whoever logged an action what came of it, on the morning on which they would read a digest."""
        schedule = self._services.schedule
        with self._services.database.work() as session:
            for report in actions.take_due(session, schedule=schedule, now=now):
                payload = effect_message(session, report)
                key = f"effect:{report.action.id}:{report.weeks}:{report.person.id}"
                outbox.post(session, Message(key, "post", report.person.slack_id or "", payload), now=now)

    def _retain(self, now: datetime) -> None:
        """Delete personal data whose time is over, once a day."""
        if self._retained_on == now.date():
            return
        report = retention.carry_out(self._services.database, keys=self._services.keys, now=now)
        self._retained_on = now.date()
        log.info("retention: %s", report.in_words, extra={"action": "retention"})
