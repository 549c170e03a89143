"""Whatever people do in a round and whenever the bot restarts, the release is what a simple model says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from analysis.change import change
from surveys import diaries
from surveys.ballots.keys import MasterKey
from surveys.ballots.sealed import Diary, quarter
from surveys.bank.items import default_bank
from surveys.counting.noise import CHANGE_OF_HOURS, CHANGE_OF_POINTS
from surveys.errors import RoundIsClosed
from surveys.rounds import answering, rounds
from surveys.rounds.rounds import Pulse, Round
from surveys.rounds.working_time import is_working_day
from surveys.storage.database import Database
from surveys.storage.tables import BallotRow, CommentRow, DiaryRow, FigureRow, GroupRow, ParticipationRow
from tests.company import (
    LONDON,
    MONDAY,
    WEEKLY,
    answer,
    close,
    decline,
    erase,
    import_roster,
    keep_diary,
    morning,
    open_round,
    person,
    remind,
    roster_csv,
    settle,
    unit,
)
from tests.surveys.stored import all_rows

TEAMS = {"alpha": 6, "beta": 7}
NAMES = [f"{team}{number}" for team, size in TEAMS.items() for number in range(1, size + 1)]
ITEMS = ("trust_rules", "overlay_hours")
names = st.sampled_from(NAMES)
points = st.integers(1, 5).map(float)
filled = st.fixed_dictionaries(
    {}, optional={"trust_rules": points, "overlay_hours": st.integers(0, 60).map(float)}
)
comments = st.sampled_from(["", "too many approvals", "good week"])
# The next week, the first with a change, and the next quarter.
gaps = st.sampled_from([1, 6, 13])
Given = tuple[dict[str, float], str, bool]
# Of one item in one group: respondents and sum, and the same of the change.
Figure = tuple[int, float, int | None, float | None]


class RoundLife(RuleBasedStateMachine):
    """People answer, edit, skip, erase, move, leave and come back; the bot restarts, reminds and closes.

    The model is a dict of last answers, a diary for each person, and who is where.
    """

    def __init__(self, database: Database, reopen: Callable[[Database], Database], master: MasterKey) -> None:
        super().__init__()
        self.reopen = reopen
        self.master = master
        self.database = database
        settle(database, {f"North / {team.title()}": size for team, size in TEAMS.items()})
        self.ids = {name: person(database, name).id for name in NAMES}
        self.homes = {name: name[:-1] for name in NAMES}
        self.gone: set[str] = set()
        self.off: set[str] = set()
        self.diaries = dict.fromkeys(NAMES, Diary())
        self.k = 5
        self.over: list[tuple[Round, Pulse]] = []
        self.open(MONDAY)

    def open(self, week_on: date) -> None:
        promised = self.over[-1][0].smallest_group if self.over else 0
        self.week_on = week_on
        self.week = open_round(self.database, self.master, week_on, k=self.k)
        assert self.week.smallest_group == max(self.k, promised)
        self.asked = {name: home for name, home in self.homes.items() if name not in self.gone}
        self.model: dict[str, Given] = {}
        self.skipped: set[str] = set()
        self.reminded: set[str] = set()

    def may_answer(self, name: str) -> bool:
        return name in self.asked and name not in self.gone

    def without_ballots(self) -> dict[str, list[str]]:
        return {table: rows for table, rows in all_rows(self.database).items() if table != "ballot"}

    # -- what people do ---------------------------------------------------------------------------------

    @rule(name=names, answers=filled, comment=comments)
    def answer(self, name: str, answers: dict[str, float], comment: str) -> None:
        if self.may_answer(name):
            before = self.without_ballots()
            answer(self.database, self.master, self.week, name, answers, comment=comment)
            assert self.without_ballots() == before
            self.skipped.discard(name)
            self.model.pop(name, None)
            if answers or comment:
                self.model[name] = (answers, comment, name not in self.off)
            else:
                self.skipped.add(name)

    @rule(silent=st.sets(names, max_size=5), start=st.integers(0, 60), comment=comments)
    def nearly_all_answer(self, silent: set[str], start: int, comment: str) -> None:
        for number, name in enumerate(NAMES):
            if name not in silent:
                answers = {"trust_rules": 1.0 + (start + number) % 5, "overlay_hours": (start * number) % 61.0}
                self.answer(name, answers, comment)

    @rule(name=names)
    def decline(self, name: str) -> None:
        if self.may_answer(name):
            before = self.without_ballots()
            decline(self.database, self.master, self.week, name)
            assert self.without_ballots() == before
            self.model.pop(name, None)
            self.skipped.add(name)

    @rule(name=names)
    def erase(self, name: str) -> None:
        if name not in self.gone:
            erase(self.database, self.master, self.week, name)
            self.model.pop(name, None)
            self.skipped.discard(name)
            self.diaries[name] = Diary()

    @rule(name=names)
    def switch_diary(self, name: str) -> None:
        if name in self.gone:
            return
        keep_diary(self.database, self.master, name, self.week_on, keeps=name in self.off)
        if name not in self.off:
            self.diaries[name] = Diary()
        self.off ^= {name}

    @precondition(lambda self: self.over)
    @rule(name=names)
    def answer_too_late(self, name: str) -> None:
        before = all_rows(self.database)
        week, pulse = self.over[-1]
        if name not in self.gone:
            with pytest.raises(RoundIsClosed):
                answer(self.database, self.master, week, name, {"trust_rules": 1.0})
        # The modal was open while the round closed.
        who = person(self.database, "chief")
        with pytest.raises(RoundIsClosed):
            answering.decline(self.database, self.master.serving(), who, pulse)
        assert all_rows(self.database) == before

    # -- what becomes of people -------------------------------------------------------------------------

    @rule(name=names, team=st.sampled_from(sorted(TEAMS)))
    def move(self, name: str, team: str) -> None:
        self.homes[name] = team
        self.import_roster()

    @rule(name=names)
    def leave_or_come_back(self, name: str) -> None:
        # A team that has nobody left would go with its last member.
        self.gone ^= {name}
        self.import_roster()

    def import_roster(self) -> None:
        lines = roster_csv({f"North / {team.title()}": size for team, size in TEAMS.items()}).splitlines()
        for name, home in self.homes.items():
            number = next(place for place, line in enumerate(lines) if line.startswith(f"{name}@"))
            lines[number] = lines[number].replace(f"/ {name[:-1].title()}", f"/ {home.title()}")
        kept = [line for line in lines if line.split("@")[0] not in self.gone]
        import_roster(self.database, "\n".join(kept))

    # -- what the bot does ------------------------------------------------------------------------------

    @rule()
    def restart(self) -> None:
        self.database.close()
        self.database = self.reopen(self.database)

    @rule()
    def remind(self) -> None:
        found = remind(self.database, self.master, WEEKLY.remind_at(self.week_on, LONDON))
        due = set(self.asked) - self.gone - self.reminded
        assert set(found) == due - set(self.model) - self.skipped
        self.reminded |= due

    @rule(silent=st.sets(names, max_size=3), start=st.integers(0, 60), k=st.integers(5, 7), gap=gaps)
    def live_through_a_week(self, silent: set[str], start: int, k: int, gap: int) -> None:
        # It takes effect at the next opening, and is never lowered.
        self.k = k
        self.nearly_all_answer(silent, start, "a week like any other")
        self.close(gap)

    @rule(gap=gaps)
    def close(self, gap: int) -> None:
        pulse = Pulse(self.week, unit("North / Alpha"))
        release_id = close(self.database, self.master, self.week)
        assert release_id is not None
        assert close(self.database, self.master, self.week) is None
        self.check_release(release_id)
        self.check_diaries()
        with self.database.read() as session:
            for table in (BallotRow, ParticipationRow):
                assert session.scalar(select(func.count()).select_from(table)) == 0
        self.over.append((self.week, pulse))
        week_on = self.week_on + timedelta(weeks=gap)
        # On a bank holiday nobody would be asked or reminded at the usual hour.
        while not all(is_working_day(week_on + timedelta(days=day), LONDON) for day in (0, 2)):
            week_on += timedelta(weeks=1)
        self.open(week_on)

    # -- what must be -----------------------------------------------------------------------------------

    def check_release(self, release_id: str) -> None:
        with self.database.read() as session:
            released = {
                tuple(group.unit_ids): (
                    group.invited,
                    group.answered,
                    {
                        row.item_id: (row.n, row.total, row.change_n, row.change_total)
                        for row in session.scalars(select(FigureRow).where(FigureRow.group_id == group.id))
                    },
                )
                for group in session.scalars(select(GroupRow).where(GroupRow.release_id == release_id))
            }
            said = Counter(session.scalars(select(CommentRow.text).where(CommentRow.release_id == release_id)))
        assert released == {
            tuple(unit(f"North / {team.title()}") for team in sorted(group)): (
                sum(home in group for home in self.asked.values()),
                sum(self.asked[name] in group for name in self.model),
                self.figures([name for name in self.model if self.asked[name] in group]),
            )
            for group in self.groups()
        }
        enough = len(self.model) >= 10
        assert said == Counter(comment for _, comment, _ in self.model.values() if comment and enough)

    def groups(self) -> list[set[str]]:
        teams = set(self.asked.values())
        sizes = Counter(self.asked[name] for name in self.model)
        if all(sizes[team] >= self.week.smallest_group for team in teams):
            return [{team} for team in teams]
        return [teams] if len(self.model) >= self.week.smallest_group else []

    def figures(self, names: list[str]) -> dict[str, Figure]:
        found: dict[str, Figure] = {}
        for item in ITEMS:
            values = [self.model[name][0][item] for name in names if item in self.model[name][0]]
            if len(values) >= self.week.smallest_group:
                found[item] = (len(values), sum(values), *self.change(item, names))
        return found

    def change(self, item: str, names: list[str]) -> tuple[int | None, float | None]:
        hours = default_bank()[item].in_hours
        moved = [
            change(answers[item], self.diaries[name].earlier(item, week=self.week_on), hours=hours)
            for name in names
            for answers, _, keeps in [self.model[name]]
            if item in answers and keeps
        ]
        known = [value for value in moved if value is not None]
        if len(known) < self.week.smallest_group:
            return None, None
        part = CHANGE_OF_HOURS if hours else CHANGE_OF_POINTS
        n = len(known)
        return n, min(max(sum(known), n * part.lowest), n * part.highest)

    def check_diaries(self) -> None:
        """Every rep has exactly one row, and in it what the model says."""
        for name in NAMES:
            if name in self.gone or name in self.off:
                self.diaries[name] = Diary()
                continue
            self.diaries[name] = self.diaries[name].since(self.week_on)
            if name in self.model and self.model[name][2]:
                self.diaries[name] = self.diaries[name].with_entry(self.week_on, self.model[name][0])
        reps = [name for name in NAMES if name not in self.gone]
        serving = self.master.serving()
        expected = {serving.diary_key(quarter(self.week_on), self.ids[name]): self.diaries[name] for name in reps}
        with self.database.read() as session:
            assert diaries.opened(session, self.master) == expected
            assert len({len(sealed) for sealed in session.scalars(select(DiaryRow.sealed))}) <= 1

    @invariant()
    def the_box_holds_one_ballot_for_each_who_answered_or_skipped_and_all_look_alike(self) -> None:
        with self.database.read() as session:
            box = {row.key: row.sealed for row in session.scalars(select(BallotRow))}
            rows = session.scalars(select(ParticipationRow)).all()
        serving = self.master.serving()
        done = {*self.model, *self.skipped}
        assert box.keys() == {serving.ballot_key(self.week.id, self.ids[name]) for name in done}
        assert len({len(sealed) for sealed in box.values()}) <= 1
        assert {row.person_id: row.reminders == 1 for row in rows} == {
            self.ids[name]: name in self.reminded for name in self.asked
        }

    @invariant()
    def whoever_was_asked_can_answer_until_the_close(self) -> None:
        name = next((name for name in self.asked if name not in self.gone), None)
        if name:
            who = person(self.database, name)
            with self.database.read() as session:
                pulse = rounds.open_pulse(session, who, now=morning(self.week_on))
                assert pulse is not None
                assert (pulse.round.id, pulse.unit_id) == (
                    self.week.id,
                    unit(f"North / {self.asked[name].title()}"),
                )
                assert answering.is_done(session, self.master.serving(), who, self.week.id) == (
                    name in self.model or name in self.skipped
                )


def test_a_release_is_what_the_last_answers_add_up_to(
    kind: str, new_database: Callable[[], Database], reopen: Callable[[Database], Database], master: MasterKey
) -> None:
    run_state_machine_as_test(
        lambda: RoundLife(new_database(), reopen, master),
        settings=settings(max_examples=8 if kind == "sqlite" else 5, stateful_step_count=24),
    )
