"""A reply to a theme reaches everybody in the group once, by the manager's name, and names nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from analysis.figures import Unit
from handlers.digests import reply_view
from handlers.digests.digest import said_about
from handlers.ids import Action, Callback
from handlers.words import words
from surveys import replies, results
from surveys.people import directory
from surveys.replies import NoSuchTheme, TooFewToReplyTo, Topic
from surveys.storage.tables import AuditRow, OutboxRow
from tests.handlers.office import NORTH, REPS, SOUTH, Office, action_ids, words_of
from tests.handlers.test_answering_a_pulse import submitted
from tests.handlers.test_digests import digests

SAY = words("en")
TEXT = "We heard that *approvals* take days. From May on, discounts below 10% need none :tada:."


def form(office: Office, name: str) -> dict[str, Any]:
    """Press the button under the themes of the newest digest."""
    digest = digests(office, name)[-1]
    assert Action.REPLY_TO_THEME in action_ids(digest)
    clicked = office.sandbox.click(
        office.id(name), channel=office.dm(name), ts=digest["ts"], action_id=Action.REPLY_TO_THEME
    )
    assert clicked.ok
    return office.sandbox.wait_for_view(office.id(name), callback_id=Callback.REPLY)


def chosen(view: dict[str, Any]) -> str:
    """The first theme of the form."""
    element = next(b["element"] for b in view["blocks"] if b.get("block_id") == reply_view.THEME_BLOCK)
    return str(element["options"][0]["value"])


def replied(office: Office, rep: str) -> list[dict[str, Any]]:
    return [m for m in office.messages(rep) if "replies to" in m["text"] or "antwortet auf" in m["text"]]


def count(office: Office, table: Any) -> int:
    with office.bot.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_reply_reaches_everybody_in_the_group_once_and_says_how_to_answer(seasoned: Office) -> None:
    office, audited = seasoned, count(seasoned, AuditRow)
    view = form(office, "nora")
    entries = {
        reply_view.THEME_BLOCK: chosen(view),
        reply_view.TEXT_BLOCK: f"Ask {NORTH[0].title()} Quay about it",
    }
    refused = office.sandbox.submit(office.id("nora"), view["id"], entries)
    assert refused.response["errors"] == {reply_view.TEXT_BLOCK: SAY("error.SomebodyNamed")}
    assert office.sandbox.submit(office.id("nora"), view["id"], entries | {reply_view.TEXT_BLOCK: TEXT}).ok
    assert "Sent" in words_of(office.sandbox.wait_for_view(office.id("nora")))
    office.wait(lambda: True if all(replied(office, rep) for rep in REPS) else None)
    for rep in REPS:
        [message] = replied(office, rep)
        assert message["text"].startswith("Nora Quay")
        # Nothing in it is live.
        [kept] = [block for block in message["blocks"] if block["type"] == "rich_text"]
        assert kept["elements"][0]["elements"] == [{"type": "text", "text": TEXT.replace(":tada", "\u2236tada")}]
    assert "write a comment in your next pulse" in words_of(replied(office, "north1")[0])
    assert replied(office, "nora") == replied(office, "sam") == []
    # A second one, by a second click or a second form, does not go out.
    state = {
        reply_view.THEME_BLOCK: {
            Action.REPLY_THEME: {"selected_option": {"value": entries[reply_view.THEME_BLOCK]}}
        },
        reply_view.TEXT_BLOCK: {Action.REPLY_TEXT: {"value": "Something else"}},
    }
    again = office.bot.app.dispatch(submitted(office, "nora", view | {"state": {"values": state}}))
    assert "replied to this subject already" in again.body
    assert [len(replied(office, rep)) for rep in REPS] == [1] * len(REPS)
    # What was written stands nowhere once it is sent, and nobody noted it.
    assert count(office, AuditRow) == audited
    with office.bot.database.read() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.key.startswith("reply:"))).all()
    assert {row.payload for row in rows} == {None}
    office.sandbox.close_view(office.id("nora"), office.sandbox.wait_for_view(office.id("nora"))["id"], clear=True)


def test_others_units_themes_and_made_up_ones_cannot_be_replied_to(seasoned: Office) -> None:
    office, before = seasoned, count(seasoned, OutboxRow)
    with office.bot.database.read() as session:
        week = results.whole_record(session).weeks[-1]
        theme = said_about(session, "quay/r-d-north", week=week).themes[0]
    for name, value, key in (
        ("sam", reply_view.reply_value("quay/r-d-north", week), theme.key),
        ("nora", reply_view.reply_value("quay/r-d-north", week), "made up"),
        ("nora", reply_view.reply_value("quay", week), theme.key),
        ("nora", "nonsense", theme.key),
        ("nora", "", ""),
        ("chief", reply_view.reply_value("quay/r-d-north", week - timedelta(weeks=8)), theme.key),
    ):
        state = {
            reply_view.THEME_BLOCK: {Action.REPLY_THEME: {"selected_option": {"value": key}}},
            reply_view.TEXT_BLOCK: {Action.REPLY_TEXT: {"value": "Hello"}},
        }
        view = {"callback_id": Callback.REPLY, "private_metadata": value, "state": {"values": state}}
        view |= {"id": "V1", "type": "modal", "blocks": [{"type": "input", "block_id": reply_view.TEXT_BLOCK}]}
        answer = office.bot.app.dispatch(submitted(office, name, view))
        assert "cannot be replied to" in answer.body, (name, value)
    denied = office.bot.app.dispatch(submitted(office, "north1", view))
    assert SAY("error.NotYours") in denied.body
    assert count(office, OutboxRow) == before


def test_a_group_of_fewer_than_ten_is_not_replied_to(seasoned: Office) -> None:
    office = seasoned
    with office.bot.database.work() as session:
        week = results.whole_record(session).weeks[-1]
        nora = directory.by_email(session, "nora@quay.example")
        said = said_about(session, "quay/r-d-north", week=week)
        topic = Topic("quay/r-d-north", week, Unit("quay/r-d-north", "R&D North", "quay"), said.themes[0])
        send = {"make": lambda *_: {}, "now": office.clock.now()}
        with pytest.raises(TooFewToReplyTo):
            replies.reply(session, nora, topic, "Hello", **send)
        with pytest.raises(NoSuchTheme):
            replies.reply(session, nora, replace(topic, week=week - timedelta(weeks=3)), "Hello", **send)
        with pytest.raises(NoSuchTheme):
            replies.reply(session, nora, None, "Hello", **send)
    assert len(SOUTH) + len(NORTH) >= 10
