"""An unexpected error leaves a place and a reference in the log and a kind sentence in Slack, and no content."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest

from handlers.edge.incident import described, note
from handlers.ids import COMMAND, Action
from handlers.words import words
from surveys import inbox
from surveys.errors import RoundIsClosed
from tests.handlers.office import GERMAN, Json, Office, steady, words_of

SECRET = "my manager bends every rule"
REFERENCE = re.compile(r"reference ([0-9a-f]{8})")

Break = Callable[[str], None]


@pytest.fixture
def break_down(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Break:
    """Let a function of ours fail with words that nobody may read."""
    caplog.set_level(logging.INFO)

    def broken(*_: object, **__: object) -> None:
        raise ValueError(SECRET)

    return lambda where: monkeypatch.setattr(where, broken)


def reference_in(log: str) -> str:
    """The reference of the one incident that was logged; nothing of what was sent is there."""
    [reference] = REFERENCE.findall(log)
    assert "ValueError at" in log
    assert SECRET not in log
    assert "Traceback" not in log
    return str(reference)


def ephemerals(office: Office, name: str, channel: str | None = None) -> list[str]:
    return [message["text"] for message in office.messages(name, channel) if message["is_ephemeral"]]


@pytest.mark.expects_trouble
@pytest.mark.parametrize("rep", ["north1", GERMAN])
def test_a_ballot_that_fails_stays_in_the_modal(
    office: Office, caplog: pytest.LogCaptureFixture, break_down: Break, rep: str
) -> None:
    break_down("handlers.pulses.pulse.answering.put_ballot")
    view = office.form(rep)
    entries = office.by_block(view, {**steady(rep), "comment": SECRET})
    ack = office.sandbox.submit(office.id(rep), view["id"], entries)
    reference = reference_in(caplog.text)
    language = "de" if rep == GERMAN else "en"
    said = words(language)("error.Unsent", reference=reference)
    assert list(ack.response["errors"].values()) == [said]
    # It is still open, with everything that was typed.
    [still] = office.sandbox.views(office.id(rep))
    assert SECRET in str(still["state"]["values"])
    assert office.id(rep) not in caplog.text
    office.sandbox.close_view(office.id(rep), view["id"])


@pytest.mark.expects_trouble
def test_what_fails_after_a_ballot_was_kept_is_only_logged(
    office: Office, caplog: pytest.LogCaptureFixture, break_down: Break
) -> None:
    break_down("handlers.pulses.pulse.pulse_view.thanks_message")
    assert office.answer("north2", steady("north2")).ok
    office.wait(lambda: REFERENCE.search(caplog.text))
    reference_in(caplog.text)
    assert office.sandbox.views(office.id("north2")) == []
    assert ephemerals(office, "north2") == []


@pytest.mark.expects_trouble
def test_a_button_of_a_message_is_answered_beside_it(
    office: Office, caplog: pytest.LogCaptureFixture, break_down: Break
) -> None:
    break_down("handlers.pulses.pulse.answering.decline")
    assert office.press("north3", Action.DECLINE_PULSE).ok
    [said] = office.wait(lambda: ephemerals(office, "north3") or None)
    assert said == words("en")("error.Unexpected", reference=reference_in(caplog.text))


@pytest.mark.expects_trouble
def test_a_button_of_the_home_tab_is_answered_over_it(
    office: Office, caplog: pytest.LogCaptureFixture, break_down: Break
) -> None:
    office.home("north4")
    break_down("handlers.pulses.pulse.rounds.pulse_of")
    user = office.id("north4")
    assert office.sandbox.click(user, home=True, action_id=Action.OPEN_PULSE).ok
    view = office.sandbox.wait_for_view(user)
    assert reference_in(caplog.text) in words_of(view)


@pytest.mark.expects_trouble
def test_a_question_that_fails_is_answered_where_it_was_asked(
    office: Office, caplog: pytest.LogCaptureFixture, break_down: Break
) -> None:
    break_down("handlers.questions.ask.asking.ask")
    sandbox, chief, dm = office.sandbox, office.id("chief"), office.dm("chief")
    general = office.channel("general")
    asks: list[Callable[[], Any]] = [
        lambda: sandbox.command(chief, general, COMMAND, f"ask {SECRET}"),
        lambda: sandbox.say(chief, general, f"<@{sandbox.app.bot_user}> {SECRET}"),
        lambda: sandbox.say(chief, dm, SECRET),
    ]
    for where, ask in zip((general, general, dm), asks, strict=True):
        caplog.clear()
        before = {message["ts"] for message in office.messages("chief", where)}
        ask()
        answer: Json = office.new_message("chief", where, before)
        assert reference_in(caplog.text) in answer["text"]
        assert SECRET not in answer["text"]
        assert answer["is_ephemeral"] == (where == general)


@pytest.mark.expects_trouble
def test_a_home_tab_that_fails_says_so(
    office: Office, caplog: pytest.LogCaptureFixture, break_down: Break
) -> None:
    break_down("handlers.home.home.home_view.home_view")
    tab = office.home("north5")
    assert reference_in(caplog.text) in words_of(tab)


@pytest.mark.expects_trouble
def test_an_expected_error_is_said_in_its_own_words(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object, **__: object) -> None:
        raise RoundIsClosed

    monkeypatch.setattr("handlers.questions.ask.asking.ask", closed)
    answer = office.ask("chief", "how is trust")
    assert answer["text"] == words("en")("error.RoundIsClosed")


@pytest.mark.expects_trouble
def test_an_event_that_was_not_taken_comes_again(
    office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, calls = inbox.take, []

    def fail_once(*given: Any, **named: Any) -> bool:
        calls.append(given)
        if len(calls) == 1:
            raise ValueError(SECRET)
        return take(*given, **named)

    monkeypatch.setattr("bot.replays.inbox.take", fail_once)
    before = office.messages("sam")
    assert not office.sandbox.open_home(office.id("sam")).ok
    reference_in(caplog.text)
    # Slack's next try is the one that is acted on, and nobody heard of the first.
    assert office.wait(lambda: office.sandbox.home(office.id("sam")))["type"] == "home"
    assert office.messages("sam") == before
    assert len(calls) == 2


@pytest.mark.expects_trouble
def test_when_slack_fails_too_the_log_has_both(
    office: Office, caplog: pytest.LogCaptureFixture, break_down: Break
) -> None:
    break_down("handlers.home.home.home_view.home_view")
    office.sandbox.faults.add(kind="error_5xx", method="views.publish")
    office.sandbox.open_home(office.id("nora"))
    office.wait(lambda: "nobody could be told" in caplog.text or None)
    assert "SlackApiError" in caplog.text
    reference_in(caplog.text)


def test_an_incident_is_told_by_kind_and_place_with_what_led_to_it(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        try:
            int(SECRET)
        except ValueError as problem:
            raise KeyError(SECRET) from problem

    with pytest.raises(KeyError) as caught:
        fail()
    told = described(ExceptionGroup(SECRET, [caught.value, ConnectionRefusedError(111, SECRET)]))
    assert re.fullmatch(
        r"ExceptionGroup at no line \(KeyError at [\w.]+:\d+, after ValueError at [\w.]+:\d+; "
        r"ConnectionRefusedError ECONNREFUSED at no line\)",
        told,
    )
    caplog.set_level(logging.ERROR)
    assert note(caught.value) == reference_in(caplog.text.replace("KeyError", "ValueError"))
