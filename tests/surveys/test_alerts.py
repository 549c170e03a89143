"""Alerts: who may do what with them, what is kept of it, and how often they were right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from analysis.detection.cycle import Kind
from analysis.stages import Stage
from surveys import alerts, outbox, retention
from surveys.alerts import (
    LONGEST_NOTE,
    Alert,
    AlertIsOver,
    AlertNotThere,
    AlertSnoozed,
    AlertTakenUp,
    Deed,
    Note,
    Precision,
    Reason,
    Told,
)
from surveys.ballots.keys import MasterKey
from surveys.errors import OrgpulseError
from surveys.outbox import Message
from surveys.people import enrolment, roster
from surveys.storage.database import Database
from surveys.storage.tables import AlertNoteRow, AlertRow
from tests.company import SMALL, join_slack, person, roster_csv, settle
from tests.surveys.states import ALPHA, evening, found, live, week

TEAMS = SMALL | {"South / Gamma": 6}


@pytest.fixture
def alert_id(database: Database) -> str:
    settle(database, TEAMS)
    live(database, found(Kind.DRIFT, Stage.FRICTION, at=3))
    return alert(database).id


def alert(database: Database) -> Alert:
    with database.read() as session:
        return alerts.raised(session)[0]


def press(database: Database, alert_id: str, name: str, deed: str, *, weeks: int = 2) -> None:
    who = person(database, name)
    with database.work() as session:
        if deed == "acknowledge":
            alerts.acknowledge(session, alert_id, who, now=evening(4))
        elif deed == "snooze":
            alerts.snooze(session, alert_id, who, weeks=weeks, now=evening(4))
        elif deed == "dispute":
            alerts.dispute(session, alert_id, who, reason=Reason.SEASON, text="as every autumn", now=evening(4))
        else:
            alerts.note_action(session, alert_id, who, now=evening(4))


# Who is told -----------------------------------------------------------------------------------------------


def test_told_are_the_leaders_at_or_above_the_unit_and_never_its_manager(
    database: Database, alert_id: str
) -> None:
    with database.read() as session:
        assert [one.email.split("@")[0] for one in alerts.readers(session, ALPHA)] == ["chief", "north.lead"]


def test_a_manager_who_is_a_leader_too_is_told_about_their_own_team(database: Database, alert_id: str) -> None:
    manages = "Harbour / North / Alpha,manager"
    text = roster_csv(TEAMS).replace(manages, f"{manages};leader")
    assert text != roster_csv(TEAMS)
    with database.work() as session:
        enrolment.apply(session, roster.read_roster(text), actor="test", now=evening(4))
    with database.read() as session:
        assert "alpha.lead" in {one.email.split("@")[0] for one in alerts.readers(session, ALPHA)}


def test_whoever_is_not_in_slack_is_not_told(database: Database) -> None:
    with database.work() as session:
        enrolment.apply(session, roster.read_roster(roster_csv(TEAMS)), actor="test", now=evening(1))
        assert alerts.readers(session, ALPHA) == []
    join_slack(database)
    with database.read() as session:
        assert len(alerts.readers(session, ALPHA)) == 2


# What people do --------------------------------------------------------------------------------------------


def test_what_is_done_is_kept_with_who_did_it(database: Database, alert_id: str) -> None:
    press(database, alert_id, "north.lead", "acknowledge")
    press(database, alert_id, "chief", "snooze", weeks=4)
    press(database, alert_id, "alpha.lead", "act")
    press(database, alert_id, "north.lead", "dispute")
    now = alert(database)
    assert [(note.deed, note.name) for note in now.notes[1:]] == [
        (Deed.ACKNOWLEDGED, "Person North.Lead"),
        (Deed.SNOOZED, "Person Chief"),
        (Deed.ACTED, "Person Alpha.Lead"),
        (Deed.DISPUTED, "Person North.Lead"),
    ]
    assert (now.notes[-1].reason, now.notes[-1].text) == ("season", "as every autumn")
    assert (now.closed_on, now.ending) == (evening(4).date(), "disputed")


@pytest.mark.parametrize("deed", ["acknowledge", "snooze", "dispute", "act"])
@pytest.mark.parametrize("name", ["south.lead", "gamma.lead", "alpha1"])
def test_nobody_handles_what_they_may_not_see(database: Database, alert_id: str, name: str, deed: str) -> None:
    with pytest.raises(AlertNotThere):
        press(database, alert_id, name, deed)
    assert len(alert(database).notes) == 1


@pytest.mark.parametrize("deed", ["acknowledge", "snooze", "dispute", "act"])
def test_an_alert_that_never_was_is_not_there(database: Database, alert_id: str, deed: str) -> None:
    with pytest.raises(AlertNotThere):
        press(database, "0" * 16, "chief", deed)


@pytest.mark.parametrize("deed", ["acknowledge", "snooze", "dispute"])
def test_one_that_is_closed_is_left_alone(database: Database, alert_id: str, deed: str) -> None:
    press(database, alert_id, "chief", "dispute")
    before = alert(database)
    with pytest.raises(AlertIsOver):
        press(database, alert_id, "north.lead", deed)
    assert alert(database) == before


@pytest.mark.parametrize(("deed", "problem"), [("acknowledge", AlertTakenUp), ("snooze", AlertSnoozed)])
def test_pressing_twice_changes_nothing(
    database: Database, alert_id: str, deed: str, problem: type[OrgpulseError]
) -> None:
    press(database, alert_id, "chief", deed)
    before = alert(database)
    with pytest.raises(problem) as said:
        press(database, alert_id, "north.lead", deed)
    assert alert(database) == before
    assert "Person Chief" in str(said.value) or problem is AlertSnoozed


def test_a_longer_snooze_takes_the_place_of_a_shorter_one(database: Database, alert_id: str) -> None:
    press(database, alert_id, "chief", "snooze", weeks=2)
    press(database, alert_id, "chief", "snooze", weeks=4)
    assert alert(database).snoozed_until == evening(8).date()


def test_a_closed_alert_still_takes_an_action(database: Database, alert_id: str) -> None:
    press(database, alert_id, "chief", "dispute")
    press(database, alert_id, "chief", "act")
    assert alert(database).notes[-1].deed is Deed.ACTED


def test_own_words_are_cut_and_what_is_hidden_in_them_is_left_out(database: Database, alert_id: str) -> None:
    with database.work() as session:
        text = f"a\u202eb{'x' * 400}"
        alerts.dispute(
            session, alert_id, person(database, "chief"), reason=Reason.OTHER, text=text, now=evening(4)
        )
    kept = alert(database).notes[-1].text or ""
    assert kept.startswith("abx")
    assert len(kept) == LONGEST_NOTE


# Who is gone -----------------------------------------------------------------------------------------------


def test_who_is_deleted_leaves_no_name_with_an_alert_and_what_was_done_stays(
    database: Database, master: MasterKey, alert_id: str
) -> None:
    press(database, alert_id, "north.lead", "acknowledge")
    press(database, alert_id, "north.lead", "snooze")
    gone = person(database, "north.lead").id
    with database.work() as session:
        rest = roster.read_roster(roster_csv(TEAMS, without=frozenset({"north.lead"})))
        enrolment.apply(session, rest, actor="test", now=evening(4))
    report = retention.carry_out(database, keys=master.serving(), now=evening(4) + timedelta(days=32))
    assert report.people == 1
    with database.read() as session:
        assert session.scalars(select(AlertRow.acknowledged_by)).all() == [None]
        assert gone not in set(session.scalars(select(AlertNoteRow.person_id)))
    now = alert(database)
    assert [(note.deed, note.name) for note in now.notes[1:]] == [(Deed.ACKNOWLEDGED, None), (Deed.SNOOZED, None)]
    assert now.acknowledged
    assert now.right


def test_messages_of_an_alert_are_kept_for_as_long_as_they_are_changed(
    database: Database, master: MasterKey, alert_id: str
) -> None:
    key = alerts.message_key(alert(database), "channel")
    with database.work() as session:
        outbox.post(session, Message(key, "post", "C1", {"text": "x"}), now=evening(3))
        (leased,) = outbox.lease(session, now=evening(3))
        outbox.sent(session, leased, channel="C1", ts="1.0")

    def kept_until(number: int) -> bool:
        retention.carry_out(database, keys=master.serving(), now=evening(number))
        with database.read() as session:
            return [message.key for message in outbox.posted(session, alerts.message_keys(alert_id))] == [key]

    assert kept_until(30)
    with database.work() as session:
        chief = person(database, "chief")
        alerts.dispute(session, alert_id, chief, reason=Reason.DATA, now=evening(30))
    assert kept_until(38)
    assert not kept_until(39)


# How often they were right ---------------------------------------------------------------------------------


def judged(*deeds: Deed, reason: Reason | None = None) -> Alert:
    notes = tuple(Note(evening(place), deed, reason=reason) for place, deed in enumerate(deeds))
    return Alert("x", ALPHA, "drift", Stage.TRUST, week(0), week(0), Told("drift", 4.0), notes)


@pytest.mark.parametrize(
    ("alert", "right"),
    [
        (judged(Deed.RAISED), None),
        (judged(Deed.RAISED, Deed.SNOOZED, Deed.CLOSED), None),
        (judged(Deed.RAISED, Deed.ACKNOWLEDGED), True),
        (judged(Deed.RAISED, Deed.ACTED, Deed.CLOSED), True),
        (judged(Deed.RAISED, Deed.ACKNOWLEDGED, Deed.DISPUTED, reason=Reason.DATA), False),
        (judged(Deed.RAISED, Deed.DISPUTED, reason=Reason.HANDLED), True),
        (judged(Deed.DISPUTED, Deed.REOPENED, Deed.ACKNOWLEDGED), True),
    ],
)
def test_an_alert_is_judged_by_the_last_thing_people_did(alert: Alert, right: bool | None) -> None:
    assert alert.right is right


def test_a_handful_says_how_often_alerts_are_right_and_fewer_do_not() -> None:
    yes, no = judged(Deed.ACKNOWLEDGED), judged(Deed.DISPUTED, reason=Reason.EVENT)
    assert alerts.precision([yes, yes, no, no, judged(Deed.RAISED)]) == Precision(2, 4)
    found = alerts.precision([yes] * 8 + [no] * 2)
    assert (found.right, found.judged) == (8, 10)
    # Wilson's interval for 8 of 10, as in Brown, Cai and DasGupta (2001).
    assert found.low == pytest.approx(0.490, abs=0.001)
    assert found.high == pytest.approx(0.943, abs=0.001)
