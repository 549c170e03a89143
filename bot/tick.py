"""The tick: looks in the tables for what is due, and does each thing once."""

import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.actions.effect_view import effect_message
from handlers.alerts import copies
from handlers.digests.digest import digest_message
from handlers.pulses import asking, later_view, pulse_view
from handlers.results.result_view import result_message
from handlers.services import Services
from handlers.welcome.welcome_view import welcome_message
from surveys import actions, alerts, count, digests, outbox, outcomes, reactions, retention
from surveys.ballots.keys import MasterKey
from surveys.counting.noise import BLURRED, Noise
from surveys.outbox import Message
from surveys.people import first_contact
from surveys.people.rights import Act, Party, permits
from surveys.rounds import message_keys, rounds, wishes
from surveys.rounds.absences import Absences, NobodyAway
from surveys.rounds.rounds import Due, Round
from surveys.rounds.schedule import Schedule

log = logging.getLogger(__name__)


class Tick:
    """Everything that time brings about. Run it as often as you like: what was done is not done again."""

    def __init__(
        self,
        services: Services,
        master: MasterKey,
        *,
        noise: Noise = BLURRED,
        absences: Absences | None = None,
    ) -> None:
        self._absences = absences or NobodyAway()
        self._services = services
        self._master = master
        self._noise = noise
        self._retained_on: date | None = None

    def run(self) -> None:
        """Do everything that is due now; a step that fails does not keep the others from being done.

        Raises:
            ExceptionGroup: what failed, after all steps were tried.
        """
        now = self._services.now()
        self._services.settings.refresh()
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
            # Before anybody is asked: whoever is told now is asked some hours later.
            (Act.WELCOME, self._welcome),
            (Act.OPEN_ROUND, self._open),
            (Act.INVITE, self._invite),
            (Act.REMIND, self._remind),
            (Act.BRING_BACK, self._bring_back),
            (Act.SEND_DIGESTS, self._digest),
            (Act.SHARE_RESULTS, self._share_results),
            (Act.REPORT_EFFECTS, self._report_effects),
            (Act.RUN_RETENTION, self._retain),
        ]

    def next_due(self, *, after: datetime) -> datetime:
        """The next instant at which `run` will have something to do."""
        schedule = self._services.schedule
        with self._services.database.read() as session:
            instants = [
                rounds.next_due(session, schedule=schedule, now=after),
                digests.next_due(session),
                first_contact.next_due(session, schedule=schedule, now=after),
                outcomes.next_due(session),
                alerts.next_wake(session),
                actions.next_due(session, schedule=schedule),
            ]
        instants += [each.next_opening(after) for each in self._services.schedules]
        return min(instant for instant in instants if instant and instant > after)

    def _open(self, now: datetime) -> None:
        """Each schedule's round whose turn it is, and before them one that an admin started out of turn."""
        services = self._services
        given: dict[str, Any] = {
            "bank": services.bank,
            "master": self._master,
            "smallest_group": services.smallest_group,
            "now": now,
        }
        with services.database.work() as session:
            self._say_opened(rounds.open_wanted(session, schedule=services.schedule, **given))
        for place, schedule in enumerate(services.schedules):
            with services.database.work() as session:
                first = services.schedules[:place]
                self._say_opened(rounds.open_round(session, schedule=schedule, first=first, **given))

    def _say_opened(self, opened: Round | None) -> None:
        if opened:
            log.info("round of %s opened", opened.week_on)

    def _welcome(self, now: datetime) -> None:
        services = self._services
        with services.database.work() as session:
            k = max(rounds.promised_group(session), services.smallest_group)
            for person in first_contact.due(session, schedule=services.schedule, now=now):
                payload = welcome_message(person, services.schedule, k=k, now=now)
                key = message_keys.welcome(person.id)
                outbox.post(session, Message(key, "post", person.slack_id or "", payload), now=now)

    def _invite(self, now: datetime) -> None:
        services = self._services
        away = self._away(Due.ASK, now)
        with services.database.work() as session:
            for person, in_round in rounds.invite_due(session, schedule=services.schedule, now=now, away=away):
                payload = asking.asking_message(session, services, person, in_round)
                key = message_keys.ask(in_round.id, person.id)
                outbox.post(session, Message(key, "post", person.slack_id or "", payload), now=now)

    def _remind(self, now: datetime) -> None:
        """A reminder for everybody; those of people who are done are dropped when they would be sent."""
        services = self._services
        if not services.settings.in_force.reminders:
            return
        away = self._away(Due.REMINDER, now)
        with services.database.work() as session:
            due = rounds.remind_due(session, schedule=services.schedule, now=now, away=away)
            for person, in_round, number in due:
                zone = person.zone(services.schedule.company_zone.key)
                payload = pulse_view.reminder_message(person, in_round, zone=zone)
                key = message_keys.reminder(in_round.id, number, person.id)
                outbox.post(session, Message(key, "note", person.slack_id or "", payload), now=now)

    def _away(self, due_at: Due, now: datetime) -> frozenset[str]:
        """Who of those that are due is away; Slack is asked outside of any commit."""
        services = self._services
        with services.database.read() as session:
            slack_ids = rounds.due(session, due_at, schedule=services.schedule, now=now)
        return self._absences.away(slack_ids, now=now) if slack_ids else frozenset()

    def _bring_back(self, now: datetime) -> None:
        """The message of whoever asked for it at this hour; it counts as no reminder."""
        services = self._services
        with services.database.work() as session:
            for person, in_round, at in wishes.take_due(
                session, services.keys, schedule=services.schedule, now=now
            ):
                zone = person.zone(services.schedule.company_zone.key)
                payload = later_view.again_message(person, in_round, zone=zone)
                key = message_keys.again(in_round.id, at, person.id)
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
        services = self._services
        with services.database.work() as session:
            people, in_round = rounds.asked(session, round_id), rounds.by_id(session, round_id)
            for place in outbox.places(session, message_keys.asks(round_id)):
                if place.recipient not in people:
                    continue
                key = message_keys.closing(round_id, place)
                payload = asking.closed_message(services, people[place.recipient], in_round)
                outbox.post(session, Message(key, "update", place.recipient, payload, place=place), now=now)

    def _tell(self, now: datetime) -> None:
        """Alerts and owed digests of releases that nobody was told about yet, and alerts put off until now."""
        services = self._services
        with services.database.work() as session:
            unplanned = digests.unplanned(session)
            for release_id in unplanned:
                schedule = self._schedule_of(session, release_id)
                digests.plan(session, release_id, schedule=schedule)
                outcomes.plan(session, release_id, schedule=schedule)
            if unplanned:
                # Before anybody is told of actions, and once for each round.
                reactions.release(session, k=rounds.promised_group(session))
                copies.tell(session, leaders_channel=services.leaders_channel, now=now)
            copies.wake(session, now=now)

    def _schedule_of(self, session: Session, release_id: str) -> Schedule:
        """The schedule that a release came from; the main one for a round out of turn, or when it is gone."""
        name = rounds.schedule_of(session, release_id)
        found = (schedule for schedule in self._services.schedules if schedule.name == name)
        return next(found, self._services.schedule)

    def _digest(self, now: datetime) -> None:
        with self._services.database.work() as session:
            for owed in digests.take_due(session, now=now):
                payload = digest_message(session, owed, bank=self._services.bank)
                key = f"digest:{owed.release_id}:{owed.person.id}"
                outbox.post(session, Message(key, "post", owed.person.slack_id or "", payload), now=now)

    def _share_results(self, now: datetime) -> None:
        """Tell everybody who may have been asked what came of it, whether they answered or not."""
        with self._services.database.work() as session:
            for outcome in outcomes.take_due(session, now=now):
                payload = result_message(session, outcome)
                key = f"outcome:{outcome.release_id}:{outcome.person.id}"
                outbox.post(session, Message(key, "post", outcome.person.slack_id or "", payload), now=now)

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
