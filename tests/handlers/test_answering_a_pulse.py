"""A rep meets a pulse: the message, the modal, what comes back, and what is said when it is too late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from slack_bolt.request import BoltRequest
from sqlalchemy import func, select

from deploy.sandbox import ActError
from handlers.ids import Action
from handlers.pulses.item_blocks import ITEM_BLOCK
from handlers.words import words
from surveys.storage.tables import BallotRow, FigureRow, ReleaseRow
from tests.handlers.office import GERMAN, REPS, Office, action_ids, steady, words_of


def ballots(office: Office) -> int:
    with office.bot.database.read() as session:
        return session.scalar(select(func.count()).select_from(BallotRow)) or 0


def thanked(office: Office, rep: str) -> dict[str, Any]:
    return office.wait(lambda: message if "Thank you" in words_of(message := office.message(rep)) else None)


def shown_in(office: Office, rep: str) -> str:
    """The words of the modal on top."""
    return words_of(office.sandbox.wait_for_view(office.id(rep)))


def error_under(ack: Any) -> dict[str, str]:
    assert ack.response["response_action"] == "errors"
    return dict(ack.response["errors"])


def test_everybody_is_asked_once_with_how_long_it_takes_and_until_when(office: Office) -> None:
    for rep in (name for name in REPS if name != GERMAN):
        asked = [m for m in office.messages(rep) if Action.DECLINE_PULSE in action_ids(m)]
        assert len(asked) <= 1
    assert "4 questions, under a minute" in words_of(office.message("north1"))
    assert "Quay asks, until Thursday 16:00 your time" in words_of(office.message("north1"))


def test_reader_of_german_is_asked_in_german_and_in_their_own_time(office: Office) -> None:
    text = words_of(office.message(GERMAN))
    assert "unter einer Minute" in text
    assert "Donnerstag 17:00" in text
    assert "Stimme voll zu" in words_of(office.form(GERMAN))
    view = office.sandbox.wait_for_view(office.id(GERMAN))
    office.sandbox.close_view(office.id(GERMAN), view["id"])


def test_all_items_and_a_comment_are_taken_and_the_message_says_thank_you(office: Office) -> None:
    before = ballots(office)
    ack = office.answer("north1", {**steady("north1"), "comment": "Fine so far", "quote": ["never"]})
    assert ack.ok
    assert ballots(office) == before + 1
    message = thanked(office, "north1")
    assert action_ids(message) == [Action.OPEN_PULSE]
    assert "Fine so far" not in words_of(message)


def test_items_may_be_left_out(office: Office) -> None:
    before = ballots(office)
    assert office.answer("north2", {"trust": "4"}).ok
    assert ballots(office) == before + 1


def test_hours_may_be_written_as_two_and_a_half(office: Office) -> None:
    assert office.answer("north3", {"overlay": "2.5"}).ok
    thanked(office, "north3")


@pytest.mark.parametrize("hours", ["61", "-1"])
def test_hours_out_of_range_are_named_kindly_under_their_field(office: Office, hours: str) -> None:
    view = office.form("north4")
    ack = office.sandbox.submit(office.id("north4"), view["id"], office.by_block(view, {"overlay": hours}))
    [text] = error_under(ack).values()
    assert "from 0 to 60" in text
    office.sandbox.close_view(office.id("north4"), view["id"])


def test_empty_form_is_answered_with_a_kind_error_in_the_first_field(office: Office) -> None:
    view = office.form("north4")
    ack = office.sandbox.submit(office.id("north4"), view["id"], {})
    [(field, text)] = error_under(ack).items()
    assert field.startswith(ITEM_BLOCK)
    assert "at least one question" in text
    office.sandbox.close_view(office.id("north4"), view["id"])


def test_answering_again_replaces_the_first_answers(office: Office) -> None:
    assert office.answer("north5", {"trust": "2"}).ok
    thanked(office, "north5")
    before = ballots(office)
    again = office.form("north5")
    assert words("en")("pulse.again") in words_of(again)
    assert office.sandbox.submit(office.id("north5"), again["id"], office.by_block(again, {"trust": "5"})).ok
    assert ballots(office) == before


def test_declining_leaves_a_blank_ballot_and_answering_after_all_replaces_it(office: Office) -> None:
    before = ballots(office)
    assert office.press("north6", Action.DECLINE_PULSE).ok
    message = office.wait(lambda: m if "That is fine" in words_of(m := office.message("north6")) else None)
    assert action_ids(message) == [Action.OPEN_PULSE]
    assert ballots(office) == before + 1
    assert office.answer("north6", {"trust": "3"}).ok
    assert "That is fine" not in words_of(thanked(office, "north6"))
    assert ballots(office) == before + 1


def test_two_quick_presses_leave_one_ballot_and_one_thank_you(office: Office) -> None:
    before = ballots(office)
    first = office.form("south1")
    second = office.wait(lambda: view if (view := office.form("south1"))["id"] != first["id"] else None)
    entries = office.by_block(second, {"trust": "4"})
    with ThreadPoolExecutor(2) as fingers:
        payload = submitted(office, "south1", second | {"state": {"values": state(entries)}})
        twice = [fingers.submit(office.bot.app.dispatch, payload) for _ in range(2)]
    assert [done.result().status for done in twice] == [200, 200]
    thanked(office, "south1")
    assert ballots(office) == before + 1
    assert sum("Thank you" in words_of(m) for m in office.messages("south1")) == 1
    clear(office, "south1")


def test_forwarded_button_tells_a_stranger_kindly_that_they_are_not_in_the_list(office: Office) -> None:
    payload = pressed(office, "stranger", Action.OPEN_PULSE, office_round(office))
    office.bot.app.dispatch(payload)
    assert "not in the list" in shown_in(office, "stranger")
    clear(office, "stranger")


def test_manager_does_not_answer_pulses_and_is_told_so(office: Office) -> None:
    office.bot.app.dispatch(pressed(office, "nora", Action.OPEN_PULSE, office_round(office)))
    assert words("en")("error.NotAsked") in shown_in(office, "nora")
    clear(office, "nora")


def test_made_up_round_is_answered_like_one_that_has_closed(office: Office) -> None:
    office.bot.app.dispatch(pressed(office, "south2", Action.OPEN_PULSE, "0" * 16))
    assert "has closed" in shown_in(office, "south2")
    clear(office, "south2")


def test_forged_items_are_ignored_and_forged_values_refused(office: Office) -> None:
    before = ballots(office)
    view = office.form("south3")
    block = next(b for b in view["blocks"] if b["block_id"].startswith(ITEM_BLOCK))["block_id"]

    def sent(values: dict[str, Any]) -> Any:
        forged = view | {"state": {"values": values}}
        return office.bot.app.dispatch(submitted(office, "south3", forged))

    unasked = {f"{ITEM_BLOCK}trust_back": {Action.ANSWER: {"value": "5"}}, f"{ITEM_BLOCK}nothing": {}}
    assert "at least one question" in sent(unasked).body
    for value in ("6", "0", "2.5", "nan", "inf", "-inf", "1e9", "four", "１２"):
        assert "choose one of the answers" in sent({block: {Action.ANSWER: {"value": value}}}).body
    assert ballots(office) == before
    answered = {block: {Action.ANSWER: {"selected_option": {"value": "4"}}}, **unasked}
    assert sent(answered).status == 200
    assert ballots(office) == before + 1
    clear(office, "south3")


def test_hours_that_only_a_forged_form_can_send_get_an_error_in_their_field(office: Office) -> None:
    view = office.form("south4")
    [block] = office.by_block(view, {"overlay": ""})
    values = {block: {Action.ANSWER: {"value": "61"}}}
    body = office.bot.app.dispatch(submitted(office, "south4", view | {"state": {"values": values}})).body
    assert block in body
    assert "from 0 to 60" in body
    clear(office, "south4")


def test_form_sent_for_somebody_elses_round_is_refused(office: Office) -> None:
    before = ballots(office)
    view = office.form("south5")
    values = {b["block_id"]: {Action.ANSWER: {"value": "4"}} for b in view["blocks"] if "item" in b["block_id"]}
    forged = view | {"private_metadata": "another", "state": {"values": values}}
    assert "has closed" in office.bot.app.dispatch(submitted(office, "south5", forged)).body
    assert ballots(office) == before
    clear(office, "south5")


def test_pulse_that_closes_while_the_form_is_open_says_so_and_takes_nothing(fresh_office: Office) -> None:
    office = fresh_office
    view = office.form("north1")
    office.close_pulse()
    ack = office.sandbox.submit(office.id("north1"), view["id"], office.by_block(view, {"trust": "4"}))
    assert ack.ok
    assert "has closed" in shown_in(office, "north1")
    assert ballots(office) == 0


def test_everybodys_message_ends_alike_and_loses_its_buttons_at_the_close(fresh_office: Office) -> None:
    office = fresh_office
    assert office.answer("north1", {"trust": "4"}).ok
    thanked(office, "north1")
    assert office.press("north3", Action.DECLINE_PULSE).ok
    office.close_pulse()
    ended = [
        {key: value for key, value in block.items() if key != "block_id"}
        for rep in REPS[:3]
        for block in office.message(rep)["blocks"]
    ]
    assert ended[0] == ended[1] == ended[2]
    assert "This pulse has closed" in words_of(office.message("north1"))
    assert "comes to you on Friday 09:00" in words_of(office.message("north1"))
    with pytest.raises(ActError):
        office.press("north1")


def test_stale_button_says_kindly_that_the_pulse_has_closed(fresh_office: Office) -> None:
    office = fresh_office
    round_id = office_round(office)
    office.close_pulse()
    for action_id in (Action.OPEN_PULSE, Action.DECLINE_PULSE):
        office.bot.app.dispatch(pressed(office, "north1", action_id, round_id))
        assert "has closed" in shown_in(office, "north1")
        clear(office, "north1")


def test_last_answers_are_the_ones_that_count(fresh_office: Office) -> None:
    office = fresh_office
    for rep in REPS[:6]:
        assert office.answer(rep, {"trust": "1"}).ok
    for rep in REPS[:6]:
        assert office.answer(rep, {"trust": "5"}).ok
    office.close_pulse()
    with office.bot.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ReleaseRow)) == 1
        totals = [
            (row.n, row.total) for row in session.scalars(select(FigureRow).where(FigureRow.stage == "trust"))
        ]
    [(n, total)] = totals
    # All first answers would come to 6, all last ones to 30; the noise of a level is a few points.
    assert (n, total > 18) == (6, True)


# Payloads as Slack signs them, for what no client would send -------------------------------------------------


def state(entries: dict[str, Any]) -> dict[str, Any]:
    """Entries by block as Slack's `state.values` of a form of choices."""
    return {block: {Action.ANSWER: {"selected_option": {"value": value}}} for block, value in entries.items()}


def office_round(office: Office) -> str:
    buttons = [one for block in office.asking_message("south6")["blocks"] for one in block.get("elements", [])]
    return next(str(one["value"]) for one in buttons if one.get("action_id") == Action.OPEN_PULSE)


def pressed(office: Office, name: str, action_id: str, value: str) -> Any:
    user = office.id(name)
    trigger = office.sandbox.emulator.triggers.issue(user)
    action = {"type": "button", "action_id": str(action_id), "block_id": "b", "value": value, "action_ts": "1.1"}
    body = {"type": "block_actions", "trigger_id": trigger, "actions": [action], **person(office, user)}
    return BoltRequest(body=body, mode="socket_mode")


def submitted(office: Office, name: str, view: dict[str, Any]) -> Any:
    body = {"type": "view_submission", "view": view, **person(office, office.id(name))}
    return BoltRequest(body=body, mode="socket_mode")


def person(office: Office, user: str) -> dict[str, Any]:
    team = office.sandbox.emulator.workspace.team["id"]
    return {"user": {"id": user, "team_id": team}, "team": {"id": team}, "api_app_id": office.sandbox.app.app_id}


def clear(office: Office, name: str) -> None:
    for view in office.sandbox.views(office.id(name)):
        office.sandbox.close_view(office.id(name), view["id"], clear=True)
        break
