"""Themes are found again where they were planted, named readably, and shown only when enough people say them."""

import sys
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.stages import Stage
from analysis.themes import Area, Comment, Theme, Trend, find_themes, fullest_round, quotable, shown
from tests.analysis.theme_set import (
    MONDAY,
    OUTSIDE,
    Bank,
    accuracy,
    baseline,
    demo_subjects,
    draw,
    members,
    topics,
)

DRAWS = 3


def _measured(source: tuple[Bank, Bank], number: int, themes: int) -> tuple[float, float, float]:
    """Mean accuracy, that of the baseline, and the number of themes found."""
    ours, theirs, counts = [], [], []
    for seed in range(DRAWS):
        comments, labels = draw(source, number, themes, seed)
        found = find_themes(comments)
        ours.append(accuracy(labels, members(found, number)))
        theirs.append(accuracy(labels, baseline(comments, themes)))
        counts.append(len(found))
    return float(np.mean(ours)), float(np.mean(theirs)), float(np.mean(counts))


@pytest.mark.parametrize(
    ("source", "number", "themes", "least"),
    [
        ("topics", 40, 5, 0.85),
        ("topics", 120, 8, 0.85),
        ("topics", 400, 10, 0.85),
        ("demo", 40, 5, 0.50),
        ("demo", 120, 8, 0.55),
        ("demo", 400, 10, 0.55),
    ],
)
def test_planted_themes_are_found(source: str, number: int, themes: int, least: float) -> None:
    ours, theirs, count = _measured(topics() if source == "topics" else demo_subjects(), number, themes)
    name = f"{source} {number}/{themes}"
    sys.stdout.write(f"{name:<14} {ours:.2f}, TF-IDF + k-means {theirs:.2f}, found {count:.1f}\n")
    assert ours >= least
    assert ours >= theirs + 0.1


def test_comments_about_nothing_stay_out() -> None:
    comments, labels = draw(topics(), 120, 6, seed=1)
    found = members(find_themes(comments), 120)
    assert all(theme == -1 for theme, label in zip(found, labels, strict=True) if label == OUTSIDE)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 8])
def test_few_comments(number: int) -> None:
    comments, _ = draw(topics(), number, 2, seed=3)
    for theme in find_themes(comments):
        assert 3 <= theme.size <= number


@pytest.mark.parametrize("text", ["", "all good", "👍", "...", "the the the", "12345"])
def test_comments_without_content(text: str) -> None:
    assert find_themes([Comment(text, MONDAY, "emea")] * 8) == []


def test_the_same_comment_many_times() -> None:
    (theme,) = find_themes([Comment("deal desk approvals take days", MONDAY, "emea")] * 6)
    assert theme.size == 6
    assert "deal desk" in theme.name


def test_themes_do_not_depend_on_chance_or_order() -> None:
    comments, _ = draw(topics(), 100, 6, seed=5)
    first = find_themes(comments)
    assert first == find_themes(comments)
    shuffled = find_themes(list(reversed(comments)))
    assert sorted(theme.size for theme in first) == sorted(theme.size for theme in shuffled)
    assert {theme.name for theme in first} == {theme.name for theme in shuffled}


def test_names_are_words_of_the_comments() -> None:
    comments, _ = draw(topics(), 200, 8, seed=6)
    themes = find_themes(comments)
    everything = " ".join(comment.text.lower() for comment in comments)
    for theme in themes:
        words = theme.name.replace(",", "").split()
        assert 2 <= len(words) <= 4
        assert all(word in everything for word in words)
    assert len({theme.key for theme in themes}) == len(themes)


@pytest.mark.parametrize(
    ("topic", "area", "stage"),
    [
        ("approvals", Area.NON_SELLING_WORK, Stage.FRICTION),
        ("crm", Area.OPERATIONS, Stage.FRICTION),
        ("specialists", Area.OPERATIONS, Stage.OVERLAY),
        ("quota", Area.DIRECTION, Stage.TARGETS),
        ("commission", Area.TALENT, None),
        ("pricing", Area.MARKETING, None),
        ("forecast", Area.CULTURE, Stage.CANDOR),
        ("overrides", Area.LEADERSHIP, Stage.TRUST),
    ],
)
def test_area_and_stage(topic: str, area: Area, stage: Stage | None) -> None:
    bank, slots = topics()
    comments, _ = draw(({topic: bank[topic], "nothing": bank["nothing"]}, slots), 30, 1, seed=2)
    largest = find_themes(comments)[0]
    assert (largest.area, largest.stage) == (area, stage)


def test_german_comments_meet_english_ones() -> None:
    texts = [
        "freigaben dauern ewig",
        "deal desk approvals take days",
        "approval chain too long",
        "genehmigung fehlt wieder",
    ]
    texts += ["crm is slow", "das crm ist langsam", "crm migration lost data", "salesforce crashed"]
    found = members(find_themes([Comment(text, MONDAY, "dach") for text in texts]), len(texts))
    assert len(set(found[:4])) == 1
    assert len(set(found[4:])) == 1
    assert found[0] != found[4]


def test_at_most_so_many() -> None:
    comments, _ = draw(topics(), 200, 8, seed=6)
    everything = find_themes(comments)
    assert find_themes(comments, most=3) == everything[:3]


def test_a_theme_that_grows() -> None:
    bank, _ = topics()
    plain = [text for text in bank["crm"] + bank["quota"] if "{" not in text]
    growing = [text for text in bank["approvals"] if "{" not in text]
    comments = []
    for week in range(8):
        rest = [plain[(week * 5 + at) % len(plain)] for at in range(6)]
        asked = [growing[(week + at) % len(growing)] for at in range(0 if week < 4 else 5)]
        comments += [Comment(text, MONDAY + timedelta(weeks=week), "emea") for text in rest + asked]
    trends = {theme.stage: theme.trend for theme in find_themes(comments) if "approval" in " ".join(theme.words)}
    assert Trend.GROWING in trends.values()
    assert find_themes(comments[:6] + comments[6:12])[0].trend is Trend.TOO_EARLY


def _theme(comments: list[Comment]) -> Theme:
    every = tuple(range(len(comments)))
    return Theme("k", "deal desk", None, None, every, every, (), Trend.STEADY, ("deal desk",))


@pytest.mark.parametrize(
    ("weekly", "is_shown", "is_quotable"),
    [
        ((2,), False, False),
        ((3,), True, False),
        ((2, 2, 2), False, False),
        ((4, 1), True, False),
        ((1, 5), True, True),
    ],
)
def test_the_fullest_round_decides(weekly: tuple[int, ...], is_shown: bool, is_quotable: bool) -> None:
    comments = [
        Comment("x", MONDAY + timedelta(weeks=week), "emea")
        for week, count in enumerate(weekly)
        for _ in range(count)
    ]
    theme = _theme(comments)
    assert fullest_round(theme, comments) == max(weekly)
    assert shown(theme, comments) is is_shown
    assert bool(quotable(theme, comments)) is is_quotable


def test_only_comments_of_units_within_sight_count() -> None:
    comments = [Comment("x", date(2026, 6, 1), unit) for unit in ("emea", "emea", "amer", "amer", "amer")]
    theme = _theme(comments)
    assert shown(theme, comments)
    assert not shown(theme, comments, inside=frozenset({"emea"}))
    assert quotable(theme, comments, inside=frozenset({"amer"})) == ()


def test_a_comment_marked_never_quote_is_not_quoted() -> None:
    comments = [Comment("x", MONDAY, "emea", quotable=place != 2) for place in range(5)]
    assert quotable(_theme(comments), comments) == (0, 1, 3, 4)
