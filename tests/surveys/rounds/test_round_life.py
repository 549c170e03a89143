"""Whatever people do in a round and whenever the bot restarts, the release is what a simple model says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from surveys.ballots.keys import MasterKey
from surveys.errors import RoundIsClosed
from surveys.rounds import rounds
from surveys.rounds.rounds import Participation, Round
from surveys.storage.database import Database
from surveys.storage.tables import BallotRow, CommentRow, FigureRow, GroupRow, ParticipationRow
from tests.company import MONDAY, WEEKLY, answer, close, decline, morning, open_round, person, settle, unit

TEAMS = {"alpha": 6, "beta": 7}
NAMES = [f"{team}{number}" for team, size in TEAMS.items() for number in range(1, size + 1)]
ITEMS = ("trust_rules", "overlay_hours")
points = st.integers(1, 5).map(float)
filled = st.fixed_dictionaries(
    {}, optional={"trust_rules": points, "overlay_hours": st.integers(0, 60).map(float)}
)
comments = st.sampled_from(["", "too many approvals", "good week"])
Given = tuple[dict[str, float], str]


class RoundLife(RuleBasedStateMachine):
    """People answer, edit and decline; the bot restarts and closes; the model is a dict of last answers."""

    def __init__(self, database: Database, reopen: Callable[[Database], Database], master: MasterKey) -> None:
        super().__init__()
        self.reopen = reopen
        self.master = master
        self.database = database
        settle(database, {f"North / {team.title()}": size for team, size in TEAMS.items()})
        self.week_on = MONDAY
        self.week = open_round(database, master, MONDAY)
        self.model: dict[str, Given] = {}
        self.declined: set[str] = set()
        self.over: list[Round] = []

    @rule(name=st.sampled_from(NAMES), answers=filled, comment=comments)
    def answer(self, name: str, answers: dict[str, float], comment: str) -> None:
        answer(self.database, self.master, self.week, name, answers, comment=comment)
        self.model[name] = (answers, comment)
        self.declined.discard(name)

    @rule(names=st.sets(st.sampled_from(NAMES), min_size=4), answers=filled, comment=comments)
    def many_answer(self, names: set[str], answers: dict[str, float], comment: str) -> None:
        for name in sorted(names):
            self.answer(name, answers, comment)

    @rule(name=st.sampled_from(NAMES))
    def decline(self, name: str) -> None:
        decline(self.database, self.master, self.week, name)
        self.model.pop(name, None)
        self.declined.add(name)

    @rule()
    def restart(self) -> None:
        self.database.close()
        self.database = self.reopen(self.database)

    @precondition(lambda self: self.over)
    @rule(name=st.sampled_from(NAMES))
    def answer_too_late(self, name: str) -> None:
        with pytest.raises(RoundIsClosed):
            answer(self.database, self.master, self.over[-1], name, {"trust_rules": 1.0})

    @rule()
    def close(self) -> None:
        release_id = close(self.database, self.master, self.week)
        assert release_id is not None
        assert close(self.database, self.master, self.week) is None
        self.check_release(release_id)
        self.over.append(self.week)
        self.week_on += timedelta(weeks=1)
        self.week = open_round(self.database, self.master, self.week_on)
        self.model, self.declined = {}, set()

    def check_release(self, release_id: str) -> None:
        by_team = {team: [given for name, given in self.model.items() if name.startswith(team)] for team in TEAMS}
        if all(len(given) >= 5 for given in by_team.values()):
            groups = [((unit(f"North / {team.title()}"),), given) for team, given in by_team.items()]
        elif len(self.model) >= 5:
            both = tuple(unit(f"North / {team.title()}") for team in TEAMS)
            groups = [(both, [*by_team["alpha"], *by_team["beta"]])]
        else:
            groups = []
        expected = {
            units: (
                len(given),
                {item: sorted(found) for item in ITEMS if len(found := values(given, item)) >= 5},
            )
            for units, given in groups
        }
        expected_sums = {
            units: (answered, {item: (len(found), sum(found)) for item, found in items.items()})
            for units, (answered, items) in expected.items()
        }
        with self.database.read() as session:
            released = {
                tuple(group.unit_ids): (
                    group.answered,
                    {
                        row.item_id: (row.n, row.total)
                        for row in session.scalars(select(FigureRow).where(FigureRow.group_id == group.id))
                    },
                )
                for group in session.scalars(select(GroupRow).where(GroupRow.release_id == release_id))
            }
            said = Counter(session.scalars(select(CommentRow.text).where(CommentRow.release_id == release_id)))
        assert released == expected_sums
        enough = len(self.model) >= 10
        assert said == Counter(comment for _, comment in self.model.values() if comment and enough)

    @invariant()
    def the_box_holds_one_ballot_for_each_who_answered(self) -> None:
        with self.database.read() as session:
            assert session.scalar(select(func.count()).select_from(BallotRow)) == len(self.model)
            states = dict(session.execute(select(ParticipationRow.person_id, ParticipationRow.state)).all())
        assert len(states) == len(NAMES)
        assert sum(state == Participation.ANSWERED for state in states.values()) == len(self.model)
        assert sum(state == Participation.DECLINED for state in states.values()) == len(self.declined)

    @invariant()
    def whoever_said_nothing_can_still_answer(self) -> None:
        silent = next((name for name in NAMES if name not in self.model and name not in self.declined), None)
        if silent:
            who = person(self.database, silent)
            with self.database.read() as session:
                pulse = rounds.open_pulse(session, who, now=morning(self.week_on))
            assert pulse is not None
            assert pulse.round.id == self.week.id
            assert pulse.round.closes_at == WEEKLY.closes_at(self.week_on)


def values(given: list[Given], item: str) -> list[float]:
    return [answers[item] for answers, _ in given if item in answers]


def test_a_release_is_what_the_last_answers_add_up_to(
    kind: str, new_database: Callable[[], Database], reopen: Callable[[Database], Database], master: MasterKey
) -> None:
    run_state_machine_as_test(
        lambda: RoundLife(new_database(), reopen, master),
        settings=settings(max_examples=6 if kind == "sqlite" else 4, stateful_step_count=14),
    )
