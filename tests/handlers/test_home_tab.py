"""The Home tab, as each kind of person opens it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from slack_sdk import WebClient

from analysis.detection.cycle import Kind, State
from analysis.figures import Figure, Record, Scale, Sums, Turnout, Unit
from analysis.stages import Stage
from handlers.home.home import Home
from handlers.home.home_view import Units, home_view
from handlers.ids import Action
from handlers.words import words
from surveys.own_data import Kept
from surveys.people.roster import Role
from tests.handlers.office import GERMAN, Office, action_ids, steady, words_of
from tests.handlers.test_own_data import rep


def test_rep_sees_the_waiting_pulse_and_what_is_kept(office: Office) -> None:
    home = office.home("north1")
    text = words_of(home)
    assert "4 questions, under a minute" in text
    assert words("en")("own.title") in text
    assert "Who sees what" in text
    assert "Not promised" in text
    assert "at a glance" not in text
    own = [Action.COPY_OWN_DATA, Action.ERASE_ANSWERS, Action.KEEP_NO_DIARY, Action.CHOOSE_LANGUAGE]
    assert sorted(action_ids(home)) == sorted(
        [Action.OPEN_PULSE, Action.OWN_HISTORY, *own, Action.CHOOSE_WHEN, Action.NOT_BE_ASKED]
    )


def test_pulse_can_be_answered_from_home_which_then_says_so(office: Office) -> None:
    office.home("north2")
    user = office.id("north2")
    assert office.sandbox.click(user, home=True, action_id=Action.OPEN_PULSE).ok
    view = office.sandbox.wait_for_view(user)
    assert office.sandbox.submit(user, view["id"], office.by_block(view, steady("north2"))).ok
    text = words_of(office.home("north2"))
    assert "Done for this week" in text
    assert "Answer again" in text


def test_home_of_a_rep_who_skipped_is_that_of_one_who_answered(office: Office) -> None:
    assert office.press("north3", Action.DECLINE_PULSE).ok
    office.wait(lambda: True if "That is fine" in words_of(office.message("north3")) else None)
    assert office.answer("north4", steady("north4")).ok
    skipped, answered = (
        words_of(office.home(rep)).replace(rep.title(), "").replace(rep, "") for rep in ("north3", "north4")
    )
    assert skipped == answered
    assert "Done for this week" in skipped


def test_a_tab_that_opens_late_does_not_wipe_what_was_drawn_since(office: Office) -> None:
    opened = office.home("north5")
    user = office.id("north5")
    event = {"type": "app_home_opened", "user": user, "tab": "home", "view": {"hash": opened["hash"]}}
    assert office.sandbox.click(user, home=True, action_id=Action.KEEP_NO_DIARY).ok
    told = office.wait(lambda: shown if (shown := office.sandbox.home(user)) != opened else None)
    client = WebClient(office.sandbox.app.bot_token, office.sandbox.api_url)
    Home(office.bot.services).show(event, client, None)
    assert office.sandbox.calls.of("views.publish")[-1].error == "hash_conflict"
    assert office.sandbox.home(user) == told


def test_home_speaks_the_readers_language(office: Office) -> None:
    assert words("de")("home.pulse") in words_of(office.home(GERMAN))


def test_leader_is_told_when_the_first_figures_come(office: Office) -> None:
    assert words("en")("home.nothing_yet") in words_of(office.home("chief"))


def test_stranger_is_told_kindly_and_shown_nothing(office: Office) -> None:
    home = office.home("stranger")
    assert "not in the list" in words_of(home)
    assert action_ids(home) == []


def test_admin_without_a_team_sees_no_results(seasoned: Office) -> None:
    text = words_of(seasoned.home("ada"))
    assert "look after Orgpulse" in text
    assert "at a glance" not in text
    assert "North" not in text


def test_manager_sees_their_own_team_and_no_other(seasoned: Office) -> None:
    text = words_of(seasoned.home("sam"))
    assert "South" in text
    assert "North" not in text
    assert "(n 6)" in text


def test_leader_sees_every_team_with_its_figures_and_can_ask(seasoned: Office) -> None:
    home = seasoned.home("chief")
    text = words_of(home)
    assert "R&amp;D North" in text
    assert "South" in text
    assert "Trust" in text
    dm = seasoned.dm("chief")
    before = {m["ts"] for m in seasoned.messages("chief")}
    assert seasoned.sandbox.click(seasoned.id("chief"), home=True, action_id=f"{Action.ASK}:0").ok
    answer = seasoned.new_message("chief", dm, before)
    assert "cycle" in words_of(answer)


@pytest.mark.parametrize("name", ["north1", "nora", "sam", "chief", "ada", "stranger", GERMAN])
def test_every_home_is_taken_by_slack(seasoned: Office, name: str) -> None:
    assert seasoned.home(name)["blocks"]


@pytest.mark.parametrize(("language", "together"), [("en", "North with South"), ("de", "North mit South")])
@pytest.mark.parametrize("kind", [Kind.DRIFT, Kind.STEADY])
def test_team_that_was_counted_with_another_is_named_with_it(language: str, together: str, kind: Kind) -> None:
    week, units = date(2026, 4, 27), frozenset({"north", "south"})
    figure = Figure(week, units, Stage.TRUST, Scale.AGREEMENT, Sums.of([3, 4, 4, 3, 4, 5, 2]))
    record = Record([Unit("north", "North")], [figure], [Turnout(week, units, 9, 7)])
    seen = Units(record, {"north": State("north", week, kind)}, {"north": "North", "south": "South"})
    boss = replace(rep(language), roles=frozenset({Role.MANAGER}), leads=frozenset({"north"}))
    kept = Kept(boss, None, ("Quay", "North"), ("North",), None, in_box=False)
    text = words_of(home_view(kept, seen, zone=ZoneInfo("Europe/London"), k=5, done=None))
    assert f"*{together}*" in text
    assert "(n 7)" in text
