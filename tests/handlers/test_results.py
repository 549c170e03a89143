"""You said, we did: what everybody who was asked hears, and what they say of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from handlers.ids import COMMAND, Action, Callback
from handlers.words import words
from surveys.reactions import Reaction
from surveys.storage.tables import OutcomeRow, ReactionRow
from tests.handlers.office import NORTH, REPS, SOUTH, Office, action_ids, steady, words_of
from tests.handlers.test_answering_a_pulse import pressed

SAY = words("en")


def results(office: Office, rep: str) -> list[dict[str, Any]]:
    """The accounts of rounds in somebody's messages, the oldest first."""
    return [m for m in office.messages(rep) if "You said, we did" in m["text"] or "Ihr habt gesagt" in m["text"]]


def log(office: Office, name: str, unit: str, note: str) -> None:
    """Log an action as somebody who leads something."""
    assert office.sandbox.command(office.id(name), office.dm(name), COMMAND, "log").ok
    view = office.sandbox.wait_for_view(office.id(name), callback_id=Callback.LOG)
    filled = {Action.LOG_KIND: "no_new_overlay", Action.LOG_NOTE: note}
    if unit:
        filled[Action.LOG_UNIT] = unit
    blocks = {block["element"]["action_id"]: block["block_id"] for block in view["blocks"] if "element" in block}
    entries = {blocks[action]: value for action, value in filled.items()}
    assert office.sandbox.submit(office.id(name), view["id"], entries).ok
    office.sandbox.close_view(office.id(name), office.sandbox.wait_for_view(office.id(name))["id"], clear=True)


def week(office: Office, *, answering: tuple[str, ...] = REPS) -> None:
    """A week in which these answer."""
    office.open_pulse()
    for rep in answering:
        assert office.answer(rep, steady(rep)).ok
    office.close_pulse()
    office.send_digests()


def test_everybody_who_was_asked_hears_once_whether_they_answered_or_not(fresh_office: Office) -> None:
    office = fresh_office
    for rep in (*NORTH, *SOUTH[:5]):
        assert office.answer(rep, steady(rep)).ok
    office.close_pulse()
    office.send_digests()
    office.pass_time(office.clock.now() + timedelta(hours=20))
    assert {rep: len(results(office, rep)) for rep in REPS} == dict.fromkeys(REPS, 1)
    answered, silent = (words_of(results(office, rep)[0]) for rep in ("south1", "north1"))
    assert answered.replace("South", "R&amp;D North") == silent
    assert "Trust:" in answered
    assert "Quay: 11 answered" in answered
    # Teams stand right below the company, so a region would be one team.
    assert SAY("outcome.no_region", region="South") in answered
    assert SAY("outcome.nothing_done") in answered
    for boss in ("nora", "sam", "chief"):
        assert results(office, boss) == []
    with office.bot.database.read() as session:
        assert session.scalars(select(OutcomeRow)).all() == []


def test_too_few_answers_are_said_and_no_figure_is_shown(fresh_office: Office) -> None:
    office = fresh_office
    for rep in NORTH[:4]:
        assert office.answer(rep, steady(rep)).ok
    office.close_pulse()
    office.send_digests()
    for rep in REPS[:-1]:
        [told] = results(office, rep)
        assert SAY("outcome.too_few") in words_of(told)
        assert "Trust" not in words_of(told)


def test_what_was_done_is_told_and_reacted_to_and_counted_from_five_on(fresh_office: Office) -> None:
    office = fresh_office
    log(office, "nora", "", "one less specialist in each deal")
    log(office, "chief", "quay", "no new overlay this year")
    office.close_pulse()
    for _ in range(2):
        week(office)
    told = next(m for rep in ["north1"] for m in results(office, rep) if Action.REACT in " ".join(action_ids(m)))
    text = words_of(told)
    assert "R&amp;D North, Overlay retired or not brought in (one less specialist in each deal)" in text
    assert "no new overlay this year" in text
    other = " ".join(words_of(m) for m in results(office, "south1"))
    assert "no new overlay this year" in other
    assert "one less specialist" not in other
    place = next(at for at, block in enumerate(told["blocks"]) if "one less specialist" in str(block))
    own = told["blocks"][place + 1]["elements"][0]["value"]
    for rep in NORTH[:5]:
        seen = {m["ts"] for m in office.messages(rep)}
        message = next(m for m in results(office, rep) if f"{Action.REACT}:helped" in action_ids(m))
        block = next(b["block_id"] for b in message["blocks"] if own in str(b))
        clicked = office.sandbox.click(
            office.id(rep),
            channel=office.dm(rep),
            ts=message["ts"],
            action_id=f"{Action.REACT}:helped",
            block_id=block,
        )
        assert clicked.ok
        assert "Noted: “It helped”" in words_of(office.new_message(rep, office.dm(rep), seen))
    assert "5 people said" not in words_of(office.home("nora"))
    week(office)
    counted = SAY("outcome.counts", count=5, helped=5, no_change=0)
    assert counted in words_of(office.home("nora"))
    home = words_of(office.home("north1"))
    assert counted in home
    assert "✓ It helped" in home
    assert "✓" not in words_of(office.home("north6"))


@pytest.mark.expects_trouble
def test_forged_reactions_change_nothing(office: Office) -> None:
    for name in ("north1", "nora", "stranger"):
        for value in ("0" * 16, "\x00", ""):
            office.bot.app.dispatch(pressed(office, name, f"{Action.REACT}:{Reaction.HELPED}", value))
    office.bot.app.dispatch(pressed(office, "north1", f"{Action.REACT}:adored", "0" * 16))
    with office.bot.database.read() as session:
        assert session.scalars(select(ReactionRow)).all() == []


def test_home_shows_the_last_result_and_history_only_when_asked_for(fresh_office: Office) -> None:
    office = fresh_office
    for rep in REPS:
        assert office.answer(rep, {**steady(rep), "overlay": "7.5" if rep == "north1" else "2"}).ok
    office.close_pulse()
    office.send_digests()
    week(office)
    home = office.home("north1")
    assert "You said, we did: week of" in words_of(home)
    assert "data_visualization" not in str(home["blocks"])
    assert "7.5" not in str(home["blocks"])
    shown = office.sandbox.calls.count("views.publish")
    assert office.sandbox.click(office.id("north1"), home=True, action_id=Action.OWN_HISTORY).ok
    drawn = office.wait(
        lambda: (
            office.sandbox.home(office.id("north1"))
            if office.sandbox.calls.count("views.publish") > shown
            else None
        )
    )
    charts = [block for block in drawn["blocks"] if block["type"] == "data_visualization"]
    assert [chart["title"] for chart in charts] == [SAY("history.chart_points"), SAY("history.chart_hours")]
    assert [point["value"] for point in charts[1]["chart"]["series"][0]["data"]] == [7.5, 2.5]
    assert len(drawn["blocks"]) < 60
    # Opened again, it is gone; and no message ever held it.
    office.wait(lambda: True if "data_visualization" not in str(office.home("north1")["blocks"]) else None)
    assert "7.5" not in str(office.messages("north1"))


@pytest.mark.expects_trouble
def test_history_is_written_where_a_workspace_draws_no_charts(fresh_office: Office) -> None:
    office = fresh_office
    for rep in REPS:
        assert office.answer(rep, steady(rep)).ok
    office.close_pulse()
    week(office)
    office.home("north1")
    drawn, written = office.bot._own_history(office.id("north1"))
    # As Slack would take a block that was not rolled out to the workspace.
    unknown = [
        block | {"type": "unheard_of"} for block in drawn["blocks"] if block["type"] == "data_visualization"
    ]
    office.bot.sender._own_history = lambda _: [drawn | {"blocks": unknown}, written]
    assert office.sandbox.click(office.id("north1"), home=True, action_id=Action.OWN_HISTORY).ok

    def shown() -> str | None:
        found = words_of(office.sandbox.home(office.id("north1")) or {})
        return found if re.search("Mar: Trust 4.0", found) else None

    assert "Overlay hours 2.5" in office.wait(shown)


def test_language_can_be_chosen_and_left_to_slack_again(fresh_office: Office) -> None:
    office = fresh_office
    office.home("north1")
    for value, title in (("de", words("de")("setting.title")), ("slack", SAY("setting.title"))):
        option = {"selected_option": {"value": value}}
        clicked = office.sandbox.click(
            office.id("north1"),
            home=True,
            action_id=Action.CHOOSE_LANGUAGE,
            value=option["selected_option"]["value"],
        )
        assert clicked.ok
        office.wait(
            lambda title=title: True if title in words_of(office.sandbox.home(office.id("north1"))) else None
        )
        # The pulse that waits speaks it too.
        button = words("de" if value == "de" else "en")("pulse.skip")
        office.wait(lambda button=button: True if button in words_of(office.message("north1")) else None)
    office.bot.sync_people()
    assert SAY("setting.title") in words_of(office.home("north1"))
