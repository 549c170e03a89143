"""The question bank: what is shipped, what is refused, what is asked when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from analysis.figures import Scale
from analysis.stages import CORE, ROTATING, Stage
from surveys.bank.items import MOST_HOURS, QuestionBank, default_bank
from surveys.bank.reading import read_bank
from surveys.errors import BadQuestionBank
from tests.company import MONDAY

LANGUAGES = ("en", "de", "ja")
FULL = "\n".join(
    f'[[item]]\nid = "{stage}_item"\nstage = "{stage}"\nscale = "agreement"\nasked = true\n'
    f'source = "a test"\nlicence = "a test"\nwording.en = "About {stage}."\n'
    for stage in Stage
)


def refused(text: str) -> str:
    with pytest.raises(BadQuestionBank) as caught:
        read_bank(text, file="mine.toml")
    place, _, said = str(caught.value).partition(": ")
    assert place.startswith("mine.toml:")
    return said


def test_the_shipped_bank_has_a_core_item_and_two_alternatives_for_every_stage() -> None:
    bank = default_bank()
    assert {bank.asked_about(stage).stage for stage in CORE} == {Stage.TRUST, Stage.OVERLAY, Stage.FRICTION}
    for stage in Stage:
        assert sum(item.stage is stage for item in bank.items.values()) >= 2
        assert bank.asked_about(stage).stage is stage


@pytest.mark.parametrize("item", default_bank().items.values(), ids=lambda item: item.id)
def test_a_shipped_item_is_worded_in_every_language_and_names_its_source(item: object) -> None:
    found = default_bank()[getattr(item, "id", "")]
    for language in LANGUAGES:
        assert (2 if language == "ja" else 10) < len(found.wordings[language]) <= 140
        assert found.wordings[language] == found.wordings[language].strip()
        assert bool(found.hints.get(language)) == bool(found.hints.get("en"))
    assert len(set(found.wordings.values())) == len(LANGUAGES)
    assert found.source == "Orgpulse, own words"


def test_overlay_is_asked_in_hours_and_trust_and_friction_from_one_to_five() -> None:
    bank = default_bank()
    assert bank.asked_about(Stage.OVERLAY).scale is Scale.HOURS_LOST
    assert bank.asked_about(Stage.TRUST).scale is Scale.AGREEMENT
    assert bank.asked_about(Stage.FRICTION).scale is Scale.AGREEMENT


def test_an_item_accepts_what_can_be_an_answer_and_nothing_else() -> None:
    bank = default_bank()
    points, hours = bank.asked_about(Stage.TRUST), bank.asked_about(Stage.OVERLAY)
    assert [value for value in (0, 1, 2, 2.5, 3, 4, 5, 6) if points.accepts(value)] == [1, 2, 3, 4, 5]
    assert [value for value in (-0.1, 0, 2.5, MOST_HOURS, MOST_HOURS + 0.1) if hours.accepts(value)] == [
        0,
        2.5,
        MOST_HOURS,
    ]
    for wrong in (float("nan"), float("inf"), -float("inf")):
        assert not points.accepts(wrong)
        assert not hours.accepts(wrong)


def test_a_reversed_item_is_turned_round_before_it_is_counted() -> None:
    bank = default_bank()
    assert [bank["friction_approvals"].counted(value) for value in (1, 2, 5)] == [5, 4, 1]
    assert bank["trust_rules"].counted(2) == 2


def test_an_item_falls_back_to_english() -> None:
    item = default_bank()["overlay_hours"]
    assert item.wording("fr") == item.wording("en") != item.wording("de")
    assert item.hint("fr") == item.hint("en")
    assert default_bank()["trust_rules"].hint("en") is None


def test_each_week_asks_the_three_core_items_and_one_other() -> None:
    bank = default_bank()
    for week in range(60):
        asked = bank.for_week(week)
        assert [item.stage for item in asked[:3]] == list(CORE)
        assert asked[3].stage in ROTATING
        assert len(asked) == 4


def test_any_four_weeks_in_a_row_cover_every_stage() -> None:
    bank = default_bank()
    weeks = [MONDAY + timedelta(weeks=week) for week in range(-120, 120)]
    rotating = [bank.for_week(week.toordinal() // 7)[3].stage for week in weeks]
    for start in range(len(rotating) - 3):
        assert set(rotating[start : start + 4]) == set(ROTATING)


def test_the_turn_does_not_slip_at_the_end_of_a_year() -> None:
    bank = default_bank()
    # 2026 has 53 ISO weeks.
    weeks = [date(2026, 12, 14) + timedelta(weeks=week) for week in range(8)]
    rotating = [bank.for_week(week.toordinal() // 7)[3].stage for week in weeks]
    assert rotating[:4] == rotating[4:]


def test_a_bank_of_ones_own_is_read() -> None:
    bank = read_bank(FULL, file="mine.toml")
    assert isinstance(bank, QuestionBank)
    assert bank.asked_about(Stage.CANDOR).id == "candor_item"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[item", "this is not TOML"),
        ("item = 3", "write [[item]] above each item"),
        ('item = ["trust"]', "write [[item]] above each item"),
        ("", "stage 'targets' needs exactly one item with asked = true, found 0"),
        (FULL.replace('"trust"', '"mood"', 1), "item 'trust_item', stage: Input should be 'targets', 'trust'"),
        (FULL.replace('scale = "agreement"', 'scale = "stars"', 1), "item 'targets_item', scale: Input should be"),
        (FULL.replace("trust_item", "Trust Item"), "item 'Trust Item', id: must be small letters"),
        (FULL.replace('id = "trust_item"\n', ""), "item '(no id)', id: is missing"),
        (FULL.replace('source = "a test"\n', "", 1), "item 'targets_item', source: is missing"),
        (FULL.replace("wording.en", "wording.de", 1), "item 'targets_item': add wording.en"),
        (FULL.replace("About trust.", " "), "item 'trust_item', wording.en: is empty"),
        (
            FULL.replace("asked = true", "asked = true\nlicense = 3", 1),
            "item 'targets_item', license: is not",
        ),
        (
            FULL.replace("trust_item", "targets_item"),
            "item 'targets_item' stands on line 1 already",
        ),
        (
            FULL.replace("asked = true\n", "", 1),
            "stage 'targets' needs exactly one item with asked = true, found 0",
        ),
        (
            FULL.replace('scale = "agreement"', 'scale = "hours_lost"\nreversed = true', 1),
            "item 'targets_item': hours are not reversed; use the scale hours_lost or hours_won",
        ),
    ],
)
def test_an_error_names_the_file_the_item_and_what_is_wrong(text: str, said: str) -> None:
    assert refused(text).startswith(said)
