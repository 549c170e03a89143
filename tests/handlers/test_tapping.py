"""One tap in the message answers the first question; whatever comes between, nothing that was sent is lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import select

from handlers.ids import COMMAND, Action, Callback
from handlers.pulses.item_blocks import ITEM_BLOCK
from handlers.pulses.pulse_view import COMMENT_BLOCK
from handlers.words import words
from surveys.storage.tables import BallotRow, OutboxRow
from tests.handlers.office import Office, action_ids, opened, steady, words_of
from tests.handlers.test_answering_a_pulse import ballots, clear, office_round, pressed, submitted

SAY = words("en")


def box(office: Office) -> dict[bytes, bytes]:
    with office.bot.database.read() as session:
        return {row.key: row.sealed for row in session.scalars(select(BallotRow))}


def tap(office: Office, rep: str, value: int) -> dict[str, Any]:
    """Tap a number under the first question, and wait for the form."""
    assert office.press(rep, f"{Action.TAP}:{value}").ok
    return office.sandbox.wait_for_view(office.id(rep), callback_id=Callback.PULSE)


def becomes(office: Office, rep: str, text: str) -> dict[str, Any]:
    return office.wait(lambda: found if text in words_of(found := office.message(rep)) else None)


def chosen(view: dict[str, Any]) -> list[str]:
    """The options that a form begins with."""
    elements = [block["element"] for block in view["blocks"] if "element" in block]
    return [one["initial_option"]["value"] for one in elements if "initial_option" in one]


def rows(office: Office) -> set[tuple[str, str]]:
    with office.bot.database.read() as session:
        return {(row.key, row.state) for row in session.scalars(select(OutboxRow))}


def test_the_message_holds_the_first_question_and_five_numbers_that_say_what_they_mean(office: Office) -> None:
    message = office.message("north1")
    taps = [
        one
        for block in message["blocks"]
        for one in block.get("elements", [])
        if one.get("action_id", "").startswith(f"{Action.TAP}:")
    ]
    assert [one["text"]["text"] for one in taps] == ["1", "2", "3", "4", "5"]
    assert [one["accessibility_label"] for one in taps][::4] == ["1: Fully disagree", "5: Fully agree"]
    assert "I can rely on management" in words_of(message)
    assert "1 Fully disagree  ·  5 Fully agree" in words_of(message)


def test_a_tap_is_sealed_at_once_and_the_form_begins_with_it(office: Office) -> None:
    before, written = ballots(office), rows(office)
    view = tap(office, "north1", 4)
    assert ballots(office) == before + 1
    assert chosen(view) == ["4"]
    assert SAY("asking.sealed_now") in words_of(view)
    message = becomes(office, "north1", "1 of 4 answered and sealed")
    assert "about 40 s" in words_of(message)
    assert action_ids(message) == [Action.GO_ON_WITH_PULSE, Action.DECLINE_PULSE]
    # Which answer it was stands nowhere in Slack, and that there was one stands nowhere in the outbox.
    assert "4" not in {one.get("value") for block in message["blocks"] for one in block.get("elements", [])}
    assert rows(office) == written
    user = office.id("north1")
    assert office.sandbox.submit(user, view["id"], office.by_block(view, {"overlay": "2"})).ok
    thanks = becomes(office, "north1", SAY("pulse.thanks"))
    assert "comes to you on Friday 09:00" in words_of(thanks)
    assert ballots(office) == before + 1


def test_going_on_later_says_that_the_tapped_answer_cannot_be_shown(office: Office) -> None:
    view = tap(office, "north2", 2)
    office.sandbox.close_view(office.id("north2"), view["id"])
    becomes(office, "north2", "1 of 4 answered and sealed")
    assert office.press("north2", Action.GO_ON_WITH_PULSE).ok
    again = office.sandbox.wait_for_view(office.id("north2"), callback_id=Callback.PULSE)
    assert SAY("asking.sealed_earlier") in words_of(again)
    assert chosen(again) == []
    clear(office, "north2")


def test_two_taps_within_a_second_leave_one_ballot_and_one_form_with_the_last_answer(office: Office) -> None:
    before, round_id = ballots(office), office_round(office)
    with ThreadPoolExecutor(2) as fingers:
        taps = [pressed(office, "north3", f"{Action.TAP}:{value}", round_id) for value in (3, 3)]
        assert [one.status for one in fingers.map(office.bot.app.dispatch, taps)] == [200, 200]
    office.sandbox.wait_for_view(office.id("north3"), callback_id=Callback.PULSE)
    until = time.monotonic() + 2
    while office.sandbox.calls.count("views.open") < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(office.sandbox.views(office.id("north3"))) == 1
    assert ballots(office) == before + 1
    clear(office, "north3")


def test_a_tap_on_an_old_message_never_takes_the_place_of_a_whole_answer(office: Office) -> None:
    round_id = office_round(office)
    assert office.answer("north4", {**steady("north4"), "comment": "keep this"}).ok
    kept = box(office)
    office.bot.app.dispatch(pressed(office, "north4", f"{Action.TAP}:1", round_id))
    view = office.sandbox.wait_for_view(office.id("north4"), callback_id=Callback.PULSE)
    assert SAY("pulse.again") in words_of(view)
    assert box(office) == kept
    clear(office, "north4")


def test_a_form_that_came_too_late_is_said_kindly_and_the_tap_still_counts(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        office.open_pulse()
        request = pressed(office, "north5", f"{Action.TAP}:5", office_round(office))
        # As if it had been used by an earlier delivery of the same click.
        office.sandbox.emulator.triggers.exchange(request.body["trigger_id"])
        seen = {message["ts"] for message in office.messages("north5")}
        office.bot.app.dispatch(request)
        told = office.new_message("north5", office.dm("north5"), seen)
        assert SAY("asking.too_late") in words_of(told)
        assert ballots(office) == 1
        becomes(office, "north5", "1 of 4 answered and sealed")
        refused = [call for call in office.sandbox.calls.of("views.open") if not call.ok]
        assert [call.error for call in refused] == ["exchanged_trigger_id"]


def test_a_made_up_number_is_no_answer(office: Office) -> None:
    before = ballots(office)
    for value in ("0", "6", "4.5", "", "x"):
        office.bot.app.dispatch(pressed(office, "north6", f"{Action.TAP}:{value}", office_round(office)))
    assert ballots(office) == before


def test_taking_a_tap_back_leaves_a_blank(office: Office) -> None:
    tap(office, "south1", 1)
    clear(office, "south1")
    becomes(office, "south1", "1 of 4 answered and sealed")
    before = ballots(office)
    assert office.press("south1", Action.DECLINE_PULSE).ok
    becomes(office, "south1", SAY("pulse.declined"))
    assert ballots(office) == before


def test_what_was_written_into_a_form_that_closed_is_given_back(fresh_office: Office) -> None:
    office = fresh_office
    view = office.form("north1")
    office.close_pulse()
    text = "Fewer *approvals*, please"
    values = {COMMENT_BLOCK: {Action.COMMENT: {"value": text}}}
    answer = office.bot.app.dispatch(submitted(office, "north1", view | {"state": {"values": values}}))
    assert text in answer.body
    assert "to copy for next time" in answer.body
    assert ballots(office) == 0


def test_an_old_message_opens_the_pulse_that_is_open_now(fresh_office: Office) -> None:
    office = fresh_office
    old = office_round(office)
    office.close_pulse()
    office.open_pulse()
    for action_id in (Action.OPEN_PULSE, f"{Action.TAP}:4"):
        office.bot.app.dispatch(pressed(office, "north1", action_id, old))
        view = office.sandbox.wait_for_view(office.id("north1"), callback_id=Callback.PULSE)
        assert SAY("asking.moved_on") in words_of(view)
        # What was tapped was tapped about another week.
        assert chosen(view) == []
        assert ballots(office) == 0
        clear(office, "north1")


def test_command_opens_the_pulse_and_says_when_there_is_none(fresh_office: Office) -> None:
    office, rep = fresh_office, "north1"
    for text in ("", "pulse", " PULSE "):
        assert office.sandbox.command(office.id(rep), office.dm(rep), COMMAND, text).ok
        view = office.sandbox.wait_for_view(office.id(rep), callback_id=Callback.PULSE)
        assert any(block.get("block_id", "").startswith(ITEM_BLOCK) for block in view["blocks"])
        clear(office, rep)
    assert office.answer(rep, steady(rep)).ok
    assert SAY("home.done", until="Thursday 16:00") in words_of(told(office, rep, ""))
    office.close_pulse()
    assert "comes on Tuesday 10 Mar, 09:00, your time" in words_of(told(office, rep, "pulse"))


def test_command_without_words_helps_whoever_is_not_asked(office: Office) -> None:
    assert "Ask in your own words" in words_of(told(office, "nora", ""))


def told(office: Office, name: str, text: str) -> dict[str, Any]:
    seen = {message["ts"] for message in office.messages(name)}
    assert office.sandbox.command(office.id(name), office.dm(name), COMMAND, text).ok
    return office.new_message(name, office.dm(name), seen)
