"""The Home tab, as each kind of person opens it."""

from __future__ import annotations

import pytest

from handlers.ids import Action
from handlers.words import words
from tests.handlers.office import GERMAN, Office, action_ids, steady, words_of


def test_rep_sees_the_waiting_pulse_and_what_is_kept(office: Office) -> None:
    home = office.home("north1")
    text = words_of(home)
    assert "4 questions, under a minute" in text
    assert "who sees what" in text
    assert "at a glance" not in text
    assert action_ids(home) == [Action.OPEN_PULSE]


def test_pulse_can_be_answered_from_home_which_then_says_so(office: Office) -> None:
    office.home("north2")
    user = office.id("north2")
    assert office.sandbox.click(user, home=True, action_id=Action.OPEN_PULSE).ok
    view = office.sandbox.wait_for_view(user)
    assert office.sandbox.submit(user, view["id"], office.by_block(view, steady("north2"))).ok
    text = words_of(office.home("north2"))
    assert "Answered, thank you" in text
    assert "Change my answers" in text


def test_home_of_a_rep_who_skipped_does_not_ask_again(office: Office) -> None:
    assert office.press("north3", Action.DECLINE_PULSE).ok
    office.wait(lambda: True if "That is fine" in words_of(office.message("north3")) else None)
    text = words_of(office.home("north3"))
    assert "Skipped this week" in text
    assert "Answer after all" in text


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
