"""The demo's course: the weeks in order, from one due moment to the next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.bootstrap import Orgpulse
from bot.demo.clock import DemoClock
from bot.demo.managers import Managers
from bot.demo.reps import Reps
from surveys.rounds.schedule import Schedule, monday

# The last place on earth where a day ends is 12 hours behind UTC.
LATEST_ZONE = timedelta(hours=12)


@dataclass(frozen=True)
class Calendar:
    """The Mondays that the story covers; the last is the newest week that is wholly over."""

    weeks: tuple[date, ...]

    @classmethod
    def ending(cls, now: datetime, weeks: int, schedule: Schedule) -> "Calendar":
        """The calendar of `weeks` weeks whose last digest was due before `now`, everywhere."""
        last = monday(now.date())
        if week_over(last, schedule) > now:
            last -= timedelta(weeks=1)
        return cls(tuple(last - timedelta(weeks=back) for back in reversed(range(weeks))))

    @property
    def begins_at(self) -> datetime:
        """Midnight before the first week."""
        return datetime.combine(self.weeks[0], time(0), UTC) - timedelta(days=1)


def week_over(week_on: date, schedule: Schedule) -> datetime:
    """When even the last manager on earth has the digest of a week."""
    day = week_on + timedelta(days=schedule.digest_day)
    return datetime.combine(day, schedule.digest_time, UTC) + LATEST_ZONE + timedelta(hours=1)


def live_through(
    bot: Orgpulse,
    clock: DemoClock,
    reps: Reps,
    managers: Managers,
    calendar: Calendar,
    *,
    tell: Callable[[int, str], None],
) -> None:
    """Let every week of the calendar happen.

    Args:
        bot: the running bot; its sender and tick are moved by hand here.
        clock: the clock that bot and sandbox share.
        reps: the simulated people who are asked.
        managers: the simulated people who log what they did.
        calendar: the weeks.
        tell: is told the index of the week and what is happening, for a progress bar.
    """
    for week, week_on in enumerate(calendar.weeks):
        over = week_over(week_on, bot.services.schedule)
        while clock.now() < over:
            _step(bot, clock, reps, week=week, until=over, tell=tell)
            managers.log(week=week, now=clock.now())


def _step(
    bot: Orgpulse,
    clock: DemoClock,
    reps: Reps,
    *,
    week: int,
    until: datetime,
    tell: Callable[[int, str], None],
) -> None:
    """Everything up to and including the next moment at which the bot has something to do."""
    due = min(bot.tick.next_due(after=clock.now()), until)
    tell(week, "reps answer")
    last_answer = reps.answer_until(due)
    if last_answer:
        clock.move_to(max(last_answer, clock.now()))
    deliver(bot)
    clock.move_to(due)
    tell(week, f"{due:%A}")
    bot.tick.run()
    deliver(bot)
    reps.look(week=week, now=due)


def deliver(bot: Orgpulse) -> None:
    """Send all that is due."""
    while bot.sender.send_due():
        pass
