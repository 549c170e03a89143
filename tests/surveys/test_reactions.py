"""Reactions: each person once, under no name, out only when enough have reacted."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from surveys import actions, own_data, reactions, retention
from surveys.actions import Kind
from surveys.ballots.keys import MasterKey
from surveys.people import directory
from surveys.reactions import NothingToReactTo, Reaction
from surveys.storage.database import Database
from surveys.storage.tables import ActionRow, ReactionRow
from tests.company import morning, person, settle

NOW = morning()
REPS = [f"alpha{number}" for number in range(1, 7)]


def logged(database: Database, *, path: str | None = None) -> str:
    """An action in the team of the alphas, or elsewhere, by whoever may."""
    with database.work() as session:
        row = ActionRow(
            id="a" * 16,
            unit_id=path or person(database, "alpha1").unit_id,
            kind=Kind.HOLD_RULE.value,
            done_on=date(2026, 2, 27),
            note="",
            logged_at=NOW,
            reported_weeks=0,
            helped=0,
            no_change=0,
        )
        session.add(row)
        return row.id


def react(
    database: Database, master: MasterKey, name: str, action_id: str, said: Reaction, *, now: datetime = NOW
) -> None:
    who = person(database, name)
    with database.work() as session:
        reactions.react(session, master.serving(), who, action_id, said, now=now)


def counts(database: Database, action_id: str, *, k: int = 5) -> tuple[int, int]:
    with database.work() as session:
        reactions.release(session, k=k)
        row = session.get_one(ActionRow, action_id)
        return row.helped, row.no_change


def test_counts_come_out_from_k_people_on_and_again_with_k_more(database: Database, master: MasterKey) -> None:
    settle(database)
    action_id = logged(database)
    for name in REPS[:4]:
        react(database, master, name, action_id, Reaction.HELPED)
    assert counts(database, action_id) == (0, 0)
    react(database, master, REPS[4], action_id, Reaction.NO_CHANGE)
    assert counts(database, action_id) == (4, 1)
    # One more, or one who changed their mind, would be known by the difference.
    react(database, master, REPS[5], action_id, Reaction.NO_CHANGE)
    react(database, master, REPS[0], action_id, Reaction.NO_CHANGE)
    assert counts(database, action_id) == (4, 1)


def test_each_person_counts_once_and_the_last_word_holds(database: Database, master: MasterKey) -> None:
    settle(database)
    action_id = logged(database)
    for said in (Reaction.HELPED, Reaction.HELPED, Reaction.NO_CHANGE):
        react(database, master, "alpha1", action_id, said)
    with database.read() as session:
        [row] = session.scalars(select(ReactionRow))
        assert row.reaction == Reaction.NO_CHANGE
        assert {column.name for column in ReactionRow.__table__.columns} == {"action_id", "key", "reaction"}
        found = reactions.own(session, master.serving(), person(database, "alpha1"), [action_id])
        assert found == {action_id: Reaction.NO_CHANGE}
        assert reactions.own(session, master.serving(), person(database, "alpha2"), [action_id]) == {}


def test_only_those_it_concerns_react_and_only_while_it_is_open(database: Database, master: MasterKey) -> None:
    settle(database)
    action_id = logged(database)
    late = NOW + reactions.OPEN_FOR
    for name, wanted, now in (
        ("beta1", action_id, NOW),
        ("alpha1", "0" * 16, NOW),
        ("alpha1", "\x00", NOW),
        ("alpha1", action_id, late),
    ):
        with pytest.raises(NothingToReactTo):
            react(database, master, name, wanted, Reaction.HELPED, now=now)
    with database.read() as session:
        assert session.scalars(select(ReactionRow)).all() == []


def test_an_action_of_the_company_is_everybodys_to_react_to(database: Database, master: MasterKey) -> None:
    settle(database)
    with database.read() as session:
        top = next(one.id for one in directory.units(session) if one.parent is None)
    action_id = logged(database, path=top)
    react(database, master, "alpha1", action_id, Reaction.HELPED)
    react(database, master, "beta1", action_id, Reaction.HELPED)
    with database.read() as session:
        assert len(session.scalars(select(ReactionRow)).all()) == 2


def test_reactions_are_shown_to_their_author_erased_and_deleted_in_time(
    database: Database, master: MasterKey
) -> None:
    settle(database)
    action_id, keys = logged(database), master.serving()
    for name in REPS[:5]:
        react(database, master, name, action_id, Reaction.HELPED)
    assert counts(database, action_id) == (5, 0)
    me = person(database, "alpha1")
    with database.read() as session:
        kept = own_data.kept(session, keys, me, now=NOW)
        assert [(action.id, said) for action, said in kept.reactions] == [(action_id, Reaction.HELPED)]
    own_data.erase(database, keys, me, now=NOW)
    with database.read() as session:
        assert own_data.kept(session, keys, me, now=NOW).reactions == ()
        assert len(session.scalars(select(ReactionRow)).all()) == 4
    report = retention.carry_out(database, keys=keys, now=NOW + reactions.OPEN_FOR + timedelta(days=1))
    assert report.reactions == 4
    with database.read() as session:
        assert session.scalars(select(ReactionRow)).all() == []
        [action] = actions.by_ids(session, [action_id])
    assert (action.helped, action.no_change) == (5, 0)
