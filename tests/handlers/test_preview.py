"""What my manager will see: the digest's own words about my own unit, over a form that keeps what was typed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from analysis.figures import Figure, Record, Scale, Sums, Turnout, Unit
from analysis.stages import Stage
from analysis.themes import LEAST_TO_QUOTE, LEAST_TO_SHOW
from handlers.digests.digest import DIGEST_BLOCK, Said
from handlers.ids import Action
from handlers.pulses import preview_view
from handlers.pulses.preview_view import Shown
from handlers.showing.figures import newest
from handlers.words import LANGUAGES, words
from surveys.counting.atoms import SMALLEST_GROUP
from surveys.counting.tally import SMALLEST_COMMENT_UNIT
from surveys.storage.tables import RoundRow
from tests.handlers.office import APPROVALS, GERMAN, Office, words_of
from tests.handlers.test_answering_a_pulse import ballots, clear, pressed
from tests.handlers.test_own_data import rep
from tests.surveys.stored import all_rows

SAY = words("en")
WEEK = date(2026, 4, 27)
FILLED = {"trust": "2", "overlay": "7.5", "comment": "Typed before I looked", "quote": ["never"]}


def preview(office: Office, name: str) -> dict[str, Any]:
    """Open the form, press the button, and read what lies on top of it."""
    form = office.form(name)
    assert office.sandbox.click(office.id(name), view_id=form["id"], action_id=Action.PREVIEW).ok
    return on_top(office, name, form["id"])


def on_top(office: Office, name: str, form_id: str) -> dict[str, Any]:
    def other() -> dict[str, Any] | None:
        view = office.sandbox.views(office.id(name))[-1]
        return view if view["id"] != form_id and len(view["blocks"]) > 1 else None

    return office.wait(other)


def sections(view: dict[str, Any]) -> list[str]:
    return [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"]


def test_before_the_first_release_it_says_so_and_shows_the_rules(office: Office) -> None:
    text = words_of(preview(office, "north1"))
    assert SAY("withheld.no_release_yet") in text
    assert SAY("preview.promise") in text
    assert "(n " not in text
    clear(office, "north1")


def test_it_holds_the_managers_digest_word_by_word(seasoned: Office) -> None:
    digest = [m for m in seasoned.messages("nora") if has_digest(m)][-1]
    view = preview(seasoned, "north1")
    shown = sections(view)
    figures = next(text for text in sections(digest) if "(n 6)" in text)
    themes = next(text for text in sections(digest) if "write about" in text)
    assert "h more* (n 6)" in figures
    assert figures in shown
    assert themes in shown
    header = next(block for block in digest["blocks"] if block["type"] == "header")
    assert header["text"] in [block["text"] for block in view["blocks"] if block["type"] == "header"]
    assert SAY("turnout.nearly_all") in shown
    assert SAY("turnout.nearly_all") in words_of(digest)
    clear(seasoned, "north1")


def test_it_is_about_the_reps_own_unit_and_no_other(seasoned: Office) -> None:
    north, south = preview(seasoned, "north2"), preview(seasoned, "south1")
    assert "South" not in words_of(north)
    assert "North" not in words_of(south)
    assert sections(north)[0] != sections(south)[0]
    clear(seasoned, "north2")
    clear(seasoned, "south1")


def test_it_names_subjects_and_never_quotes_a_colleague(seasoned: Office) -> None:
    text = words_of(preview(seasoned, "north3"))
    assert "approvals" in text
    assert [comment for comment in APPROVALS if comment in text] == []
    clear(seasoned, "north3")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("k", [SMALLEST_GROUP, 8])
def test_rules_are_those_of_the_code(language: str, k: int) -> None:
    view = preview_view.preview(rep(language), None, k=k)
    [rules] = [text for text in sections(view) if "•" in text]
    for number in (k, SMALLEST_COMMENT_UNIT, LEAST_TO_SHOW, LEAST_TO_QUOTE):
        assert str(number) in re.findall(r"\d+", rules)


def test_k_is_what_the_open_round_was_opened_with(fresh_office: Office) -> None:
    office = fresh_office
    with office.bot.database.work() as session:
        for row in session.query(RoundRow):
            row.smallest_group = 9
    assert f"about {9} people or more" in words_of(preview(office, "north1"))
    clear(office, "north1")
    assert "groups of 9 people or more" in words_of(office.home("north1"))


def test_reader_of_german_reads_german(seasoned: Office) -> None:
    text = words_of(preview(seasoned, GERMAN))
    assert words("de")("preview.promise") in text
    assert "Vertrauen" in text
    assert SAY("preview.promise") not in text
    clear(seasoned, GERMAN)


def merged() -> Shown:
    """A week in which DACH was too small and was counted with a sibling."""
    units = [Unit("emea", "EMEA"), Unit("dach", "DACH", "emea"), Unit("mid", "EMEA Mid-Market", "emea")]
    together = frozenset({"dach", "mid"})
    figure = Figure(WEEK, together, Stage.TRUST, Scale.AGREEMENT, Sums.of([3, 4, 4, 3, 4, 5, 2]))
    record = Record(units, [figure], [Turnout(WEEK, together, 9, 7)])
    reported = newest(record, "dach", Stage.TRUST, week=WEEK)
    assert reported is not None
    return Shown(record, WEEK, [reported], Said(None, [], []))


@pytest.mark.parametrize(
    ("language", "label"), [("en", "DACH with EMEA Mid-Market"), ("de", "DACH mit EMEA Mid-Market")]
)
def test_team_that_was_counted_with_another_is_named_first_and_the_other_with_it(
    language: str, label: str
) -> None:
    who = rep(language)
    view = preview_view.preview(replace(who, unit_id="dach"), merged(), k=5)
    assert words_of(view).startswith(f"{label}, ")
    assert "(n 7)" in words_of(view)


def test_what_was_filled_in_is_kept_and_can_be_sent_after_looking(fresh_office: Office) -> None:
    office = fresh_office
    user = office.id("north1")
    form = office.form("north1")
    filled = office.by_block(form, FILLED)
    assert office.sandbox.click(user, view_id=form["id"], action_id=Action.PREVIEW, state=filled).ok
    top = on_top(office, "north1", form["id"])
    assert office.sandbox.close_view(user, top["id"]).ok
    [left] = office.sandbox.views(user)
    values = [value for block in left["state"]["values"].values() for value in block.values()]
    assert "Typed before I looked" in [value.get("value") for value in values]
    assert "7.5" in [value.get("value") for value in values]
    # Sent without being filled in again.
    assert office.sandbox.submit(user, form["id"]).ok
    assert ballots(office) == 1


def test_looking_writes_nothing(fresh_office: Office) -> None:
    office = fresh_office
    form = office.form("north1")
    before = all_rows(office.bot.database)
    filled = office.by_block(form, FILLED)
    click = office.sandbox.click(office.id("north1"), view_id=form["id"], action_id=Action.PREVIEW, state=filled)
    assert click.ok
    on_top(office, "north1", form["id"])
    assert all_rows(office.bot.database) == before


@pytest.mark.parametrize("name", ["nora", "sam", "chief", "ada", "stranger"])
def test_whoever_does_not_answer_pulses_is_shown_no_preview(seasoned: Office, name: str) -> None:
    seasoned.bot.app.dispatch(pressed(seasoned, name, Action.PREVIEW, "quay/r-d-north"))
    text = words_of(seasoned.sandbox.wait_for_view(seasoned.id(name)))
    assert text in {SAY("error.NotYours"), SAY("home.stranger")}
    clear(seasoned, name)


def has_digest(message: dict[str, Any]) -> bool:
    return any(block.get("block_id") == DIGEST_BLOCK for block in message.get("blocks") or [])
