"""Item files: what is wrong is said at once, with file, line and fix; packs stand beside the shipped bank."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from itertools import pairwise, product
from pathlib import Path

import pytest

from analysis.stages import CORE, Stage
from surveys.bank.items import (
    BANK_LANGUAGES,
    CYCLE_WEEKS,
    INTERVALS,
    MOST_ITEMS,
    MOST_SECONDS,
    QuestionBank,
    default_bank,
)
from surveys.bank.reading import read_bank, read_packs
from surveys.errors import BadQuestionBank

SHIPPED = (resources.files("surveys.bank") / "items.toml").read_text(encoding="utf-8")
OURS = """
[[item]]
id = "acme_rules"
stage = "trust"
scale = "agreement"
asked = true
source = "Acme"
licence = "Acme's own"
wording.en = "Rules are kept at Acme."
labels.en = ["Never", "Seldom", "At times", "Often", "Always"]

[measures]
targets = "targets_basis"

[choices.overlay_hours]
legal = { en = "Legal", de = "Recht" }
deal_desk = { en = "Deal desk" }
"""


def packed(*texts: str) -> QuestionBank:
    return read_bank(SHIPPED, file="items.toml", packs=[(f"p{n}.toml", text) for n, text in enumerate(texts)])


def problems(*texts: str) -> list[str]:
    with pytest.raises(BadQuestionBank) as caught:
        packed(*texts)
    return str(caught.value).splitlines()


def test_a_pack_stands_beside_the_shipped_items_and_measures_what_it_says() -> None:
    bank = packed(OURS)
    assert bank.asked_about(Stage.TRUST).id == "acme_rules"
    assert bank.asked_about(Stage.TRUST).core
    assert bank.asked_about(Stage.TRUST).label(5, "de") == "Always"
    assert bank.asked_about(Stage.TARGETS).id == "targets_basis"
    assert not bank["trust_rules"].asked
    follow_up = bank["overlay_hours"].follow_up
    assert follow_up is not None
    assert list(follow_up.choices) == ["legal", "deal_desk"]
    assert follow_up.label("legal", "ja") == "Legal"


def test_all_that_is_wrong_is_said_at_once_with_its_line() -> None:
    wrong = OURS.replace('"agreement"', '"stars"').replace('licence = "Acme\'s own"\n', "")
    wrong += '\n[[item]]\nid = "trust_back"\nstage = "trust"\nscale = "agreement"\nsource = "Acme"\n'
    wrong += 'licence = "Acme"\nwording.en = "x"\nwording.de = " "\n'
    said = problems(wrong, "[[item")
    assert said[0].startswith("p0.toml:5: item 'acme_rules', scale: Input should be 'agreement'")
    assert said[1] == "p0.toml:2: item 'acme_rules', licence: is missing; add it"
    assert said[2].startswith("p0.toml:25: item 'trust_back', wording.de: is empty; write something")
    assert said[3].startswith("p1.toml:1: this is not TOML")


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        (
            OURS.replace("acme_rules", "trust_back"),
            "p0.toml:2: item 'trust_back' stands in items.toml",
        ),
        (
            OURS.replace('"targets_basis"', '"trust_back"'),
            "p0.toml:13: 'trust_back' is no item about",
        ),
        (
            OURS.replace("choices.overlay_hours", "choices.trust_rules"),
            "p0.toml:15: choices.trust_rules: it has",
        ),
        (OURS.replace('{ en = "Legal", de', "{ de"), "p0.toml:16: choices.overlay_hours.legal: add en"),
        (
            OURS.replace('"trust"\n', '"trust"\ninterval = 4\n'),
            "p0.toml:5: item 'acme_rules': trust is asked",
        ),
        (OURS.replace('"trust"', '"overlay"'), "p0.toml:2: 'acme_rules' cannot measure overlay, as earlier weeks"),
        ("[[items]]\n", "p0.toml:1: items is not known here; write [[item]]"),
        (
            OURS.replace('"At times", ', ""),
            "p0.toml:10: item 'acme_rules', labels.en: List should have",
        ),
    ],
)
def test_what_a_pack_may_not(pack: str, said: str) -> None:
    assert problems(pack)[0].startswith(said)


def test_two_packs_do_not_measure_the_same_stage() -> None:
    other = '[measures]\ntargets = "targets_reach"\n'
    assert problems(OURS, other) == [
        "p1.toml:2: targets is measured by 'targets_basis' in another pack; let one of them go"
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadQuestionBank, match="correct question_packs"):
        read_packs([tmp_path / "none.toml"])


def test_a_week_has_five_items_and_a_minute_at_most() -> None:
    assert problems(_pack_of([1, 1, 1, 1]))[0].startswith("p0.toml:1: a week would ask 7 items")
    long = OURS.replace("Rules are kept at Acme.", "word " * 55)
    assert "a week would take" in problems(long)[0]
    bank = default_bank()
    assert max(bank.seconds(week) for week in range(CYCLE_WEEKS)) <= MOST_SECONDS
    assert {len(bank.for_week(week)) for week in range(CYCLE_WEEKS)} == {4}


def _pack_of(intervals: list[int] | tuple[int, ...]) -> str:
    others = [stage for stage in Stage if stage not in CORE]
    return "".join(
        f'[[item]]\nid = "own_{stage}"\nstage = "{stage}"\nasked = true\nsource = "Acme"\nlicence = "Acme"\n'
        f'scale = "{default_bank().asked_about(stage).scale}"\ninterval = {interval}\nwording.en = "Short."\n'
        for stage, interval in zip(others, intervals, strict=True)
    )


def _allowed() -> Iterator[QuestionBank]:
    for intervals in product(INTERVALS, repeat=4):
        try:
            yield packed(_pack_of(intervals))
        except BadQuestionBank:
            continue


def test_every_stage_is_asked_within_four_weeks_over_years_and_over_changed_packs() -> None:
    banks = list(_allowed())
    assert len(banks) > 10
    asked: dict[Stage, list[int]] = {stage: [-1] for stage in Stage}
    for week in range(8 * 52):
        # Another pack nearly every week, in an order that never settles.
        items = banks[(week * week + week // 7) % len(banks)].for_week(week)
        assert len(items) <= MOST_ITEMS
        for item in items:
            asked[item.stage].append(week)
    assert {max(later - sooner for sooner, later in pairwise(weeks)) for weeks in asked.values()} <= {1, 2, 3, 4}
    for bank in banks:
        for item in (bank.asked_about(stage) for stage in Stage):
            weeks = [week for week in range(104) if item in bank.for_week(week)]
            assert {later - sooner for sooner, later in pairwise(weeks)} == {item.interval}


def test_the_shipped_bank_lacks_no_text() -> None:
    assert [
        (item.id, language, item.gaps(language))
        for item in default_bank().items.values()
        for language in BANK_LANGUAGES
        if item.gaps(language)
    ] == []
    assert packed(OURS)["acme_rules"].gaps("ja") == ["wording", "labels"]
