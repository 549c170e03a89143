"""Who may do what: the table, read as a whole."""

from __future__ import annotations

import pytest

from surveys.people.directory import Person
from surveys.people.rights import RIGHTS, Act, Party, may, permits
from surveys.people.roster import Role

IN_SLACK = frozenset(Party) - {Party.OPERATOR, Party.CLOCK}
# Written apart from the table: what each may do in Slack, and no more.
EVERYBODY = {Act.OPEN_HOME, Act.ASK, Act.FOLLOW_SLACK}
EVERYBODY_KNOWN = EVERYBODY | {Act.CARE_FOR_OWN_DATA}
MAY = {
    Role.REP: EVERYBODY_KNOWN | {Act.ANSWER, Act.PREVIEW, Act.CHOOSE_WHEN, Act.HEAR_RESULTS, Act.REACT},
    Role.MANAGER: EVERYBODY_KNOWN
    | {Act.SEE_RESULTS, Act.RECEIVE_DIGEST, Act.LOG_ACTION, Act.REPLY_TO_THEME, Act.EXPORT},
    Role.LEADER: EVERYBODY_KNOWN
    | {Act.SEE_RESULTS, Act.RECEIVE_ALERT, Act.HANDLE_ALERT, Act.LOG_ACTION, Act.REPLY_TO_THEME, Act.EXPORT},
    Role.ADMIN: EVERYBODY_KNOWN | {Act.READ_AUDIT, Act.START_PULSE, Act.SET_UP},
    Role.WORKS_COUNCIL: EVERYBODY_KNOWN | {Act.READ_AUDIT},
}


def somebody(*roles: Role) -> Person:
    return Person("p", "p@quay.example", "P", "U1", None, "en", "quay", frozenset(roles), frozenset())


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_is_written_here_and_no_more(role: Role, act: Act) -> None:
    assert may(somebody(role), act) is (act in MAY[role])


@pytest.mark.parametrize("act", Act)
def test_somebody_of_the_roster_without_a_role_only_cares_for_their_own(act: Act) -> None:
    assert may(somebody(), act) is (act in EVERYBODY_KNOWN)


@pytest.mark.parametrize("act", Act)
def test_a_stranger_may_only_be_told_that_they_are_one(act: Act) -> None:
    assert may(None, act) is (act in EVERYBODY)


@pytest.mark.parametrize("act", Act)
def test_two_roles_may_what_either_may(act: Act) -> None:
    assert may(somebody(Role.REP, Role.MANAGER), act) is (act in MAY[Role.REP] | MAY[Role.MANAGER])


def test_the_table_names_every_act_and_every_act_has_somebody() -> None:
    assert set(RIGHTS) == set(Act)
    assert all(RIGHTS.values())


def test_what_the_table_does_not_name_nobody_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveys.people.rights.RIGHTS", {})
    assert not any(permits(party, act) for party in Party for act in Act)


def test_results_are_for_managers_and_leaders_alone() -> None:
    assert {party for party in Party if permits(party, Act.SEE_RESULTS)} == {Party.MANAGER, Party.LEADER}


def test_nobody_in_slack_does_what_the_machine_does() -> None:
    machine = {act for act in Act if permits(Party.OPERATOR, act) or permits(Party.CLOCK, act)} - {Act.READ_AUDIT}
    assert not any(permits(party, act) for party in IN_SLACK for act in machine)


def test_neither_operator_nor_clock_answers_or_looks_for_anybody() -> None:
    for act in (Act.ANSWER, Act.PREVIEW, Act.CARE_FOR_OWN_DATA, Act.SEE_RESULTS, Act.EXPORT, Act.OPEN_HOME):
        assert not permits(Party.OPERATOR, act)
        assert not permits(Party.CLOCK, act)
