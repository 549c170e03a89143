"""Logging an action in Slack, its marks on charts, and what is said about its effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis.effects import Acted, Effect, Verdict
from analysis.figures import Scale, Unit
from analysis.stages import Stage
from handlers.actions import reading
from handlers.actions.effect_view import effect_headline, effect_rows, small_print
from handlers.actions.log_view import DAY_BLOCK, KIND_BLOCK, NOTE_BLOCK, UNIT_BLOCK, log_modal
from handlers.actions.marks import action_marks
from handlers.ids import COMMAND, Callback
from handlers.words import words
from surveys import actions, results
from surveys.actions import Kind
from surveys.people import directory
from surveys.people.directory import Person
from surveys.people.roster import Role, unit_id
from tests.handlers.office import Office, block_types, entries, opened, words_of

NORTH, SOUTH, QUAY = unit_id(["Quay", "R&D North"]), unit_id(["Quay", "South"]), unit_id(["Quay"])
EN, DE = words("en"), words("de")
# A Wednesday.
TODAY = date(2026, 3, 4)
UNITS = [Unit(QUAY, "Quay"), Unit(NORTH, "R&D North", QUAY), Unit(SOUTH, "South", QUAY)]


def type_log(office: Office, name: str, text: str) -> dict[str, Any]:
    ack = office.sandbox.command(office.id(name), office.dm(name), COMMAND, f"log {text}".strip())
    assert ack.ok, ack.error
    return office.sandbox.wait_for_view(office.id(name), callback_id=Callback.LOG)


def element(view: dict[str, Any], block_id: str) -> dict[str, Any]:
    return next(block["element"] for block in view["blocks"] if block.get("block_id") == block_id)


def chosen(view: dict[str, Any], block_id: str) -> str | None:
    option = element(view, block_id).get("initial_option")
    return option["value"] if option else None


def logged(office: Office) -> list[actions.Action]:
    with office.bot.database.read() as session:
        return actions.logged(session, [QUAY, NORTH, SOUTH])


def log(office: Office, name: str, **entries: str) -> Any:
    view = type_log(office, name, "")
    filled = {KIND_BLOCK: Kind.PROCESS_REMOVED.value, **entries}
    return office.sandbox.submit(office.id(name), view["id"], filled)


# The form ---------------------------------------------------------------------------------------------------


def test_words_after_log_fill_the_form(office: Office) -> None:
    view = type_log(office, "chief", "retired the deal desk in R&D North last Monday")
    assert chosen(view, KIND_BLOCK) == Kind.NO_NEW_OVERLAY
    assert chosen(view, UNIT_BLOCK) == NORTH
    monday = office.clock.now().date() - timedelta(days=office.clock.now().weekday())
    assert element(view, DAY_BLOCK)["initial_date"] == monday.isoformat()
    assert element(view, NOTE_BLOCK)["initial_value"] == "retired the deal desk in R&D North last Monday"
    office.sandbox.close_view(office.id("chief"), view["id"])


def test_bare_log_opens_the_form_with_ones_own_unit_and_today(office: Office) -> None:
    view = type_log(office, "nora", "")
    assert chosen(view, UNIT_BLOCK) == NORTH
    assert [option["value"] for option in element(view, UNIT_BLOCK)["options"]] == [NORTH]
    assert chosen(view, KIND_BLOCK) is None
    assert element(view, DAY_BLOCK)["initial_date"] == office.clock.now().date().isoformat()
    office.sandbox.close_view(office.id("nora"), view["id"])


def test_what_was_logged_is_kept_and_confirmed_in_plain_words(office: Office) -> None:
    day = office.clock.now().date().isoformat()
    before = len(logged(office))
    ack = log(office, "sam", **{DAY_BLOCK: day, NOTE_BLOCK: "The *second* approval <!channel> went"})
    assert ack.ok
    (action,) = logged(office)[before:]
    assert (action.unit_id, action.kind, action.done_on.isoformat()) == (SOUTH, Kind.PROCESS_REMOVED, day)
    assert action.note == "The *second* approval <!channel> went"
    told = words_of(office.sandbox.views(office.id("sam"))[-1])
    assert "Process or approval removed, in South" in told
    assert "every chart of South" in told
    assert "4 and 8 weeks after that day" in told
    office.sandbox.close_view(office.id("sam"), office.sandbox.views(office.id("sam"))[-1]["id"])


@pytest.mark.parametrize(
    ("days", "said"), [(1, EN("error.ActionInFuture")), (-400, EN("error.ActionTooOld"))], ids=["future", "old"]
)
def test_day_that_cannot_be_is_said_beside_the_day(office: Office, days: int, said: str) -> None:
    day = office.clock.now().date() + timedelta(days=days)
    ack = log(office, "nora", **{DAY_BLOCK: day.isoformat()})
    assert ack.response == {"response_action": "errors", "errors": {DAY_BLOCK: said}}
    office.sandbox.close_view(office.id("nora"), office.sandbox.views(office.id("nora"))[-1]["id"])


def test_rep_is_told_kindly_that_logging_is_not_open_to_them(office: Office) -> None:
    before = len(logged(office))
    channel = office.dm("north1")
    office.sandbox.command(office.id("north1"), channel, COMMAND, "log retired the deal desk")
    assert EN("error.NotYours") in words_of(office.messages("north1", channel)[-1])
    assert office.sandbox.views(office.id("north1")) == []
    assert len(logged(office)) == before


def test_other_words_are_still_questions(office: Office) -> None:
    assert EN("answer.help_more").split("\n")[0] in words_of(office.ask("chief", "help"))
    dm = office.dm("chief")
    before = {message["ts"] for message in office.messages("chief", dm)}
    office.sandbox.command(office.id("chief"), dm, COMMAND, "logic of this?")
    assert office.new_message("chief", dm, before)


def test_many_units_are_offered_in_groups_and_those_of_one_name_told_apart() -> None:
    regions = [Unit(f"r{number}", f"Region {number}", "c") for number in range(30)]
    teams = [Unit(f"{region.id}/t{place}", f"Team {place}", region.id) for region in regions for place in range(4)]
    leader = Person("p", "p@x", "P", "U1", None, "en", "c", frozenset({Role.LEADER}), frozenset({"c"}))
    units = [Unit("c", "Company"), *regions, *teams]
    view = log_modal(leader, units=units, say=EN, today=TODAY, unit_id="r7/t2")
    groups = element(view, UNIT_BLOCK)["option_groups"]
    offered = [option["value"] for group in groups for option in group["options"]]
    assert sorted(offered) == sorted(unit.id for unit in units)
    assert element(view, UNIT_BLOCK)["initial_option"]["text"]["text"] == "Team 2 (Region 7)"
    few = log_modal(leader, units=units[:20], say=EN, today=TODAY)
    assert len(element(few, UNIT_BLOCK)["options"]) == 20


# What is read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "kind", "unit", "day"),
    [
        ("removed the second approval in South yesterday", "en", Kind.PROCESS_REMOVED, SOUTH, date(2026, 3, 3)),
        ("joined a deal in R&D North on 2 March", "en", Kind.DEEP_DIVE, NORTH, date(2026, 3, 2)),
        ("quota changed in South on Monday", "en", Kind.QUOTA_CHANGED, SOUTH, date(2026, 3, 2)),
        ("held the rule last Wednesday", "en", Kind.HOLD_RULE, None, date(2026, 2, 25)),
        ("neue Freigabe in South letzten Freitag", "de", Kind.PROCESS_ADDED, SOUTH, date(2026, 2, 27)),
        ("Ausnahme von der Gebietsregel, vorgestern", "de", Kind.RULE_OVERRIDE, None, None),
        ("cut the second, useless approval", "en", Kind.PROCESS_REMOVED, None, None),
        ("we had cake", "en", None, None, None),
        ("new specialist next Monday", "en", Kind.OVERLAY_ADDED, None, None),
    ],
)
def test_kind_unit_and_day_are_read_as_far_as_they_can_be(
    text: str, language: str, kind: Kind | None, unit: str | None, day: date | None
) -> None:
    draft = reading.read(text, words(language), units=UNITS, own=[QUAY], today=TODAY)
    assert (draft.kind, draft.unit_id, draft.done_on) == (kind, unit, day)
    assert draft.note == text


def test_every_kind_can_be_read_in_every_language() -> None:
    for say in (EN, DE):
        for kind in Kind:
            if kind is not Kind.OTHER:
                for phrase in say(f"log_words.{kind.value}").split(", "):
                    draft = reading.read(f"We {phrase} here", say, units=UNITS, own=[], today=TODAY)
                    assert draft.kind is kind, (phrase, draft.kind)


# Marks ------------------------------------------------------------------------------------------------------


def test_marks_name_the_unit_elsewhere_and_keep_the_note_of_a_unit_above_back(seasoned: Office) -> None:
    day = seasoned.week_on - timedelta(weeks=3)
    with seasoned.bot.database.work() as session:
        chief = directory.by_email(session, "chief@quay.example")
        for unit, note in ((QUAY, "secret of the top"), (NORTH, "of the north"), (SOUTH, "of the south")):
            actions.log(
                session,
                chief,
                unit_id=unit,
                kind=Kind.QUOTA_CHANGED,
                done_on=day,
                note=note,
                today=day,
                now=seasoned.clock.now(),
            )
        record = results.whole_record(session)
        of_north = {mark.text for mark in action_marks(session, record, NORTH, EN)}
        of_quay = {mark.text for mark in action_marks(session, record, QUAY, EN)}
        session.rollback()
    assert of_north == {"Quota changed (of the north)", "Quay, Quota changed"}
    assert of_quay == {
        "Quota changed (secret of the top)",
        "R&D North, Quota changed (of the north)",
        "South, Quota changed (of the south)",
    }


# The effect -------------------------------------------------------------------------------------------------


def told(office: Office, name: str, words_in_it: str) -> list[dict[str, Any]]:
    return [message for message in office.messages(name) if words_in_it in message.get("text", "")]


def test_effect_is_reported_once_to_whoever_logged_it(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        day = office.clock.now().date()
        assert log(office, "nora", **{DAY_BLOCK: day.isoformat(), NOTE_BLOCK: "The *second* approval went"}).ok
        for week in range(4):
            assert told(office, "nora", "weeks after") == []
            office.live_week(lambda rep, week=week: entries(rep, week))
        office.pass_time(office.clock.now() + timedelta(days=2))
        (report,) = told(office, "nora", "weeks after")
        assert report["text"].startswith("Four weeks after a process or approval was removed in R&amp;D North:")
        # There is one other team only: nothing to compare with, and that is said.
        assert EN("effect.cannot_tell_yet") in report["text"]
        shown = words_of(report)
        assert "Too few weeks, answers or comparable teams" in shown
        assert "(The ∗second∗ approval went)" in shown
        assert told(office, "chief", "weeks after") == []
        digest = next(m for m in reversed(office.messages("nora")) if "data_visualization" in block_types(m))
        # Logged on a Sunday, before the first week of the charts.
        assert "◆" not in words_of(digest)
        assert office.given_up() == []
        assert office.refused_calls() == []


def test_action_is_marked_in_digest_and_answer(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        for week in range(2):
            office.live_week(lambda rep, week=week: entries(rep, week))
        day = office.week_on - timedelta(days=6)
        assert log(office, "nora", **{DAY_BLOCK: day.isoformat(), NOTE_BLOCK: "Went to *two* customers"}).ok
        office.live_week(lambda rep: entries(rep, 2))
        digest = next(m for m in reversed(office.messages("nora")) if "data_visualization" in block_types(m))
        legend = f"◆ {EN.day(day - timedelta(days=1))}: Process or approval removed (Went to ∗two∗ customers)"
        assert legend in words_of(digest)
        chart = next(block for block in digest["blocks"] if block["type"] == "data_visualization")
        assert f"◆ {EN.day(day - timedelta(days=1))}" in chart["chart"]["axis_config"]["categories"]
        answer = office.ask("nora", "show the trend of trust")
        assert legend in words_of(answer)
        asked = office.ask("nora", "What effect did our actions have?")
        assert "too early to tell" in words_of(asked)
        # Sam leads another team: no word of it.
        elsewhere = office.ask("sam", "What effect did our actions have?")
        assert EN("effect.none_anywhere") in words_of(elsewhere)
        assert "customers" not in words_of(elsewhere)


NAMES = {NORTH: "R&D North", SOUTH: "South", QUAY: "Quay"}


def found(verdict: Verdict, stage: Stage = Stage.FRICTION, *, size: float = 0.5, width: float = 0.4) -> Effect:
    scale = Scale.HOURS_LOST if stage is Stage.OVERLAY else Scale.AGREEMENT
    own = -size * scale.worse
    ends = (own - width, own + width)
    return Effect(
        NORTH, stage, scale, 4, verdict, size, (size - width, size + width), own, ends, 48, (SOUTH, QUAY)
    )


def acted(*effects: Effect, weeks: int = 4) -> Acted:
    return Acted("a", NORTH, Kind.PROCESS_REMOVED.value, TODAY, "", weeks, effects)


def test_first_line_says_in_plain_words_what_is_clear() -> None:
    better = effect_headline(acted(found(Verdict.BETTER)), NAMES, EN)
    assert better == (
        "Four weeks after a process or approval was removed in R&amp;D North: "
        "friction 0.5 points better than in comparable teams, from 0.1 to 0.9"
    )
    worse = effect_headline(acted(found(Verdict.WORSE, Stage.OVERLAY, size=-2.0)), NAMES, EN)
    assert worse.endswith("overlay hours 2.0 h more than in comparable teams, from 1.6 to 2.4")
    german = effect_headline(acted(found(Verdict.BETTER)), NAMES, DE)
    assert german.endswith("Reibung 0,5 Punkte besser als in vergleichbaren Teams, zwischen 0,1 und 0,9")


def test_first_line_says_what_is_not_clear_and_what_cannot_be_told() -> None:
    same = found(Verdict.NO_CLEAR_DIFFERENCE, size=0.1)
    assert "no clear difference to comparable teams in friction" in effect_headline(acted(same), NAMES, EN)
    wide = found(Verdict.CANNOT_TELL, width=1.5)
    assert effect_headline(acted(wide), NAMES, EN).endswith(EN("effect.cannot_tell_yet"))
    last = replace(wide, weeks=8)
    assert effect_headline(acted(last, weeks=8), NAMES, EN).endswith(EN("effect.cannot_tell"))


def test_each_stage_has_its_interval_and_n() -> None:
    nothing = Effect(NORTH, Stage.TARGETS, Scale.AGREEMENT, 4, Verdict.CANNOT_TELL)
    wide = found(Verdict.CANNOT_TELL, Stage.OVERLAY, size=0.5, width=1.5)
    same = found(Verdict.NO_CLEAR_DIFFERENCE, Stage.TRUST, size=0.1)
    (block,) = effect_rows(acted(found(Verdict.BETTER), same, wide, nothing), EN)
    assert block["text"]["text"].split("\n") == [
        "• Friction: *0.5 points better* than in comparable teams, from 0.1 to 0.9 (n 48)",
        "• Trust: no clear difference, anywhere from 0.3 points worse to 0.5 points better (n 48)",
        "• Overlay hours: cannot tell, anywhere from 1.0 h more to 2.0 h less (n 48)",
        "• Too few weeks, answers or comparable teams to tell: Targets",
    ]
    told = "\n".join(small_print([acted(wide)], NAMES, EN))
    assert "Quay and South" in told
    assert "not a proof" in told
    assert small_print([acted(nothing)], NAMES, EN) == []
