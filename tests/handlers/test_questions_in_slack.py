"""Questions: by command, mention, direct message and button; answered once, to the asker alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from slack_bolt import BoltContext

from analysis.questions import Intent, Question
from handlers.ids import COMMAND, Action
from handlers.questions.ask import Questions
from handlers.questions.conversation import FORGOTTEN_AFTER, MOST_ASKERS, Conversation
from handlers.words import words
from surveys import corrections
from surveys.people import directory
from tests.handlers.office import Office, action_ids, block_types, words_of

# A question of every intent, and words that its answer must hold.
QUESTIONS = {
    "how is trust in South": "Trust in South",
    "how is South": "South, week of",
    "how are we doing": "Quay, week of",
    "how has trust in South moved": "Trust in South",
    "compare trust in R&D North and South": "Trust",
    "compare South and R&D North": "Overlay hours",
    "compare trust in South in March with April": "Trust in South",
    "which team has the worst trust": "Trust",
    "rank the teams": "Trust, overlay hours and friction together",
    "what has changed": "",
    "is the cycle forming": "cycle",
    "what do people say in South": "",
    "show quotes about approvals": "",
    "how many people answered": "percent answered",
    "why is trust low in South": "",
    "did the reorg help": "",
    "which overlays cost the most time": "",
    "what is the forecast for trust next month": "",
    "what should we do about trust": "",
    "what is trust": "rely on management",
    "who can see my answers": "No manager sees",
    "help": "Ask in your own words",
    "who complains most": "nothing about a person",
    "banana": "Is it one of these",
    "how is trust in Atlantis": "atlantis",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_leader_gets_an_answer_of_their_own_to_every_kind_of_question(seasoned: Office, question: str) -> None:
    answer = seasoned.ask("chief", question)
    assert answer["is_ephemeral"]
    assert QUESTIONS[question].lower() in words_of(answer).lower()
    assert block_types(answer)[0] == "section"


def test_answer_about_a_measure_holds_a_chart_its_n_and_what_to_ask_next(seasoned: Office) -> None:
    answer = seasoned.ask("chief", "compare trust in R&D North and South")
    assert "data_visualization" in block_types(answer)
    assert "(n 6)" in words_of(answer)
    assert "Read as: Compare trust in" in words_of(answer)
    assert action_ids(answer) == [f"{Action.ASK}:{place}" for place in range(len(action_ids(answer)))]


def test_comparison_says_which_team_is_worse(seasoned: Office) -> None:
    answer = seasoned.ask("chief", "compare overlay hours in R&D North and South")
    assert words_of(answer).startswith("*Overlay hours: ")
    assert "R&amp;D North" in words_of(answer)


def test_mention_in_a_channel_is_answered_to_the_asker_alone(seasoned: Office) -> None:
    channel = seasoned.channel("general")
    before = {m["ts"] for m in seasoned.messages("chief", channel)}
    bot = seasoned.sandbox.app.bot_user
    seasoned.sandbox.say(seasoned.id("chief"), channel, f"<@{bot}> how is trust in South?")
    answer = seasoned.new_message("chief", channel, before)
    assert answer["is_ephemeral"]
    assert "Trust in South" in words_of(answer)
    assert all(m["ts"] != answer["ts"] for m in seasoned.messages("north1", channel))


def test_direct_message_is_answered_in_the_conversation(seasoned: Office) -> None:
    dm = seasoned.dm("nora")
    before = {m["ts"] for m in seasoned.messages("nora")}
    seasoned.sandbox.say(seasoned.id("nora"), dm, "how is my team?")
    answer = seasoned.new_message("nora", dm, before)
    assert not answer["is_ephemeral"]
    assert "R&amp;D North" in words_of(answer)


def test_button_under_an_answer_asks_what_it_says(seasoned: Office) -> None:
    asked = seasoned.ask("chief", "how is trust in South")
    dm = seasoned.dm("chief")
    before = {m["ts"] for m in seasoned.messages("chief")}
    button = next(b for b in asked["blocks"] if b["type"] == "actions")["elements"][0]
    clicked = seasoned.sandbox.click(
        seasoned.id("chief"), channel=dm, ts=asked["ts"], action_id=button["action_id"]
    )
    assert clicked.ok
    answer = seasoned.new_message("chief", dm, before)
    assert f"Read as: {button['value']}" in words_of(answer)


def test_unclear_question_asks_back_with_readings_to_press(seasoned: Office) -> None:
    answer = seasoned.ask("chief", "how is trust in Noth")
    texts = words_of(answer)
    assert "Is it one of these" in texts or "R&amp;D North" in texts
    assert action_ids(answer)


def test_manager_is_not_told_about_another_team(seasoned: Office) -> None:
    answer = seasoned.ask("sam", "how is trust in R&D North")
    assert "outside of the units you lead" in words_of(answer)
    assert "data_visualization" not in block_types(answer)
    assert "of 5" not in words_of(answer)


@pytest.mark.parametrize("question", ["how is trust in South", "is the cycle forming", "help", "banana"])
def test_rep_who_asks_gets_a_kind_sentence_and_no_figure(seasoned: Office, question: str) -> None:
    answer = seasoned.ask("north1", question)
    assert "for people who lead a team" in words_of(answer)
    assert "of 5" not in words_of(answer)
    assert action_ids(answer) == [f"{Action.ASK}:0"]


def test_rep_may_ask_who_sees_what(seasoned: Office) -> None:
    answer = seasoned.ask("north1", "who can see my answers")
    assert "No manager sees your answers" in words_of(answer)


@pytest.mark.parametrize("name", ["ada", "stranger"])
def test_whoever_leads_nothing_is_shown_nothing(seasoned: Office, name: str) -> None:
    assert "of 5" not in words_of(seasoned.ask(name, "how is trust in South"))


def test_command_without_a_question_helps(seasoned: Office) -> None:
    dm = seasoned.dm("chief")
    before = {m["ts"] for m in seasoned.messages("chief")}
    assert seasoned.sandbox.command(seasoned.id("chief"), dm, COMMAND, "").ok
    assert "Ask in your own words" in words_of(seasoned.new_message("chief", dm, before))


@pytest.mark.parametrize("question", ["*how* is <trust> & `friction` in South", "x" * 3000, "🙂", "<@U1> <!here>"])
def test_strange_text_is_answered_and_never_echoed_live(seasoned: Office, question: str) -> None:
    answer = words_of(seasoned.ask("chief", question))
    assert "<!here>" not in answer
    assert "<trust>" not in answer


def test_event_delivered_twice_is_answered_once(seasoned: Office) -> None:
    dm = seasoned.dm("nora")
    before = {m["ts"] for m in seasoned.messages("nora")}
    seasoned.sandbox.faults.add(kind="duplicate_event")
    seasoned.sandbox.say(seasoned.id("nora"), dm, "how is trust in my team?")
    seasoned.new_message("nora", dm, before)
    # By the time a later question is answered, the second delivery was dealt with.
    seasoned.ask("nora", "help")
    fresh = [m for m in seasoned.messages("nora") if m["ts"] not in before and m.get("bot_id")]
    assert len(fresh) == 2
    assert sum("Trust in" in m["text"] for m in fresh) == 1


def test_bot_does_not_answer_its_own_messages_or_edits(seasoned: Office) -> None:
    dm = seasoned.dm("sam")
    event = {"type": "message", "channel_type": "im", "channel": dm, "ts": "1.1", "user": seasoned.id("sam")}
    before = {m["ts"] for m in seasoned.messages("sam")}
    questions = Questions(seasoned.bot.services)
    with seasoned.bot.database.read() as session:
        sam = directory.by_slack_id(session, seasoned.id("sam"))
    questions.message(event | {"text": "help", "bot_id": "B1"}, BoltContext(), sam)
    questions.message(event | {"text": "help", "subtype": "message_changed"}, BoltContext(), sam)
    questions.message(event | {"text": "help", "channel_type": "channel"}, BoltContext(), sam)
    seasoned.ask("sam", "help")
    fresh = [m for m in seasoned.messages("sam") if m["ts"] not in before and m.get("bot_id")]
    assert len(fresh) == 1


@pytest.mark.parametrize(
    "text", ["who is unhappy in South", "what did north1@quay.example say", "did Anna answer"]
)
def test_question_about_a_person_gets_the_same_kind_refusal_whoever_asks(seasoned: Office, text: str) -> None:
    answers = [seasoned.ask(name, text) for name in ("chief", "nora", "sam", "ada", "north1")]
    first = {answer["blocks"][0]["text"]["text"] for answer in answers}
    assert first == {f"*{words('en')('answer.refused')}*"}
    assert not any("(n " in words_of(answer) for answer in answers)


def test_follow_up_is_read_against_what_the_same_person_asked_before(seasoned: Office) -> None:
    dm = seasoned.dm("chief")
    seasoned.ask("chief", "how is trust in South", dm)
    seasoned.ask("ada", "how is friction in South")
    assert "Trust in R&amp;D North" in words_of(seasoned.ask("chief", "and R&D North?", dm))
    assert words("en")("answer.refused") in words_of(seasoned.ask("chief", "and Anna?", dm))


def test_question_before_is_forgotten_after_a_while() -> None:
    conversation, now = Conversation(), datetime(2026, 11, 18, 9, tzinfo=UTC)
    question = Question(Intent.LEVEL)
    conversation.remember("p1", question, now=now)
    conversation.remember("p1", Question(Intent.UNCLEAR), now=now)
    assert conversation.before("p1", now=now + FORGOTTEN_AFTER) == question
    assert conversation.before("p2", now=now) is None
    assert conversation.before("p1", now=now + FORGOTTEN_AFTER + timedelta(seconds=1)) is None
    assert conversation.before("p1", now=now) is None


def test_askers_before_the_newest_thousand_are_forgotten() -> None:
    conversation, now = Conversation(), datetime(2026, 11, 18, 9, tzinfo=UTC)
    for number in range(MOST_ASKERS + 1):
        conversation.remember(str(number), Question(Intent.LEVEL), now=now)
    assert conversation.before("0", now=now) is None
    assert conversation.before("1", now=now) is not None


def test_reading_that_is_chosen_is_kept_as_an_example_for_the_admin(seasoned: Office) -> None:
    def kept() -> list[tuple[str, str]]:
        with seasoned.bot.database.read() as session:
            return [(one.asked, one.meant) for one in corrections.kept(session)]

    questions = Questions(seasoned.bot.services)
    with seasoned.bot.database.read() as session:
        chief = directory.by_slack_id(session, seasoned.id("chief"))
    asked = "friction, zonk flarp gronk, South"
    event = {"type": "message", "channel_type": "im", "channel": "D1", "user": seasoned.id("chief")}
    questions.message(event | {"text": asked, "ts": "7.1"}, BoltContext(), chief)
    body = {"user": {"id": seasoned.id("chief")}, "trigger_id": "7.2"}
    for value in ("How about friction in South?", "How about friction in South?", "What has changed?"):
        questions.button(lambda: None, body | {"actions": [{"value": value}]}, chief)
    assert kept() == [(asked, "How about friction in South?")]
