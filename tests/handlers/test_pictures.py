"""Our pictures: of one size, legible on a phone, nothing over anything else, and the same in words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import pytest
from matplotlib.text import Text
from PIL import Image

from analysis.answers.course import course
from analysis.stages import CORE, WHEEL, Stage
from handlers.showing.charts import ACTION, Mark
from handlers.showing.pictures import style
from handlers.showing.pictures.slide import Moved, Slide, draw_slide
from handlers.showing.pictures.small_multiples import draw_small_multiples
from handlers.showing.pictures.style import (
    CALM,
    INK,
    MEASURES,
    OTHER,
    PAPER,
    PHONE,
    QUIET,
    SMALL,
    TURNED,
    Card,
    Picture,
    drawable,
    has_letters,
)
from handlers.showing.pictures.timeline import draw_timeline
from handlers.showing.pictures.wheel import draw_wheel, draw_wheels
from handlers.words import LANGUAGES, words
from tests.handlers.synthetic_states import record

SOME = [(Stage.TARGETS, date(2026, 8, 10)), (Stage.TRUST, date(2026, 8, 17))]
ALL = [(stage, date(2026, 9, 28)) for stage in WHEEL]
WEEKS = list(record().weeks)
MARKS = [
    Mark(WEEKS[2], ACTION, "Process removed: the second approval of every discount, which nobody could explain"),
    Mark(WEEKS[8], ACTION, "R&D, Quota changed"),
    Mark(WEEKS[9], ACTION, "Deep dive"),
]


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> list[Card]:
    """The sheets that are drawn on in a test, to look at what stands on them."""
    drawn: list[Card] = []

    def png(card: Card) -> bytes:
        drawn.append(card)
        return own(card)

    own = Card.png
    monkeypatch.setattr(Card, "png", png)
    return drawn


def timeline(language: str = "en", title: str = "R&D <North>") -> Picture:
    found = record()
    courses = [course(found, "quay/r-d-north", stage, weeks=WEEKS) for stage in CORE]
    return draw_timeline(courses, title=title, weeks=WEEKS, marks=MARKS, say=words(language))


def small_multiples(language: str = "en") -> Picture:
    found = record()
    teams = [course(found, unit, Stage.OVERLAY, weeks=WEEKS) for unit in ("quay/r-d-north", "quay/south", "quay")]
    return draw_small_multiples(teams, weeks=WEEKS, say=words(language))


def every_picture(language: str) -> list[Picture]:
    say = words(language)
    return [
        draw_wheel(ALL, title="$ales & <North> of a very long name indeed", say=say),
        draw_wheel([], title="DACH", say=say),
        draw_wheels([("EMEA", SOME), ("AMER of a very long name indeed, and more", []), ("APAC", ALL)], say=say),
        timeline(language),
        small_multiples(language),
    ]


def slide(language: str) -> Card:
    """The fullest page there can be."""
    say, found = words(language), record()
    moved = [
        Moved(f"{say.stage(stage)}: 12.3 points worse", "12.3 of 5 (n 123), average 1.2 to 4.5", True)
        for stage in WHEEL
    ]
    full = Slide(
        title=f"A unit of a very long name indeed with another one, {say.day(WEEKS[-1])}",
        states=[f"EMEA Enterprise: {say('state.not_enough_evidence_overall')}"] * 3,
        courses=[course(found, "quay/r-d-north", stage, weeks=WEEKS) for stage in CORE],
        weeks=WEEKS,
        marks=[*MARKS, Mark(WEEKS[5], ACTION, MARKS[0].text)],
        moved=moved,
        calm=say("export.calm", stages=say.listing([say.stage(stage) for stage in WHEEL])),
        answered=say("turnout.few"),
        small_print=f"{say('export.counted', k=50)} {say('picture.bars')}",
    )
    return draw_slide(full, say)


def texts(card: Card) -> list[Text]:
    return [text for text in card.figure.findobj(Text) if text.get_text() and text.get_visible()]


def overlaps(card: Card) -> list[tuple[str, str]]:
    """Texts that lie over each other; each must lie on the sheet."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(card)]
    sheet = card.figure.bbox
    for text, box in boxes:
        assert sheet.x0 <= box.x0 < box.x1 <= sheet.x1, text
        assert sheet.y0 <= box.y0 < box.y1 <= sheet.y1, text
    # Lines that follow each other may touch with what hangs below one.
    inner = [(text, box.padded(-3)) for text, box in boxes]
    return [(a, b) for (a, one), (b, other) in combinations(inner, 2) if one.overlaps(other)]


def light(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_are_legible_on_a_phone_and_nothing_lies_over_anything(language: str, cards: list[Card]) -> None:
    pictures = every_picture(language)
    assert len(cards) == len(pictures)
    for picture, card in zip(pictures, cards, strict=True):
        assert Image.open(io.BytesIO(picture.png)).width == 2 * PHONE
        assert len(picture.png) < 200_000
        found = texts(card)
        assert min(text.get_fontsize() for text in found) >= SMALL
        assert overlaps(card) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fullest_page_still_has_room(language: str) -> None:
    card = slide(language)
    assert Image.open(io.BytesIO(card.png())).size == (1920, 1080)
    assert overlaps(card) == []
    small_print = max(text.get_position()[1] for text in texts(card))
    assert small_print < card.height - SMALL


def test_type_can_be_read_on_what_it_stands_on() -> None:
    inks = [INK, QUIET, TURNED, OTHER[0], *(colour for colour, _ in MEASURES.values())]
    pairs = [*product(inks, [PAPER]), (QUIET, CALM), (PAPER, TURNED), (PAPER, INK)]
    assert {pair: round(contrast(*pair), 1) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_measures_differ_in_shape_as_well_as_in_colour() -> None:
    looks = [*MEASURES.values(), OTHER]
    assert len({shape for _, shape in looks}) == len({colour for colour, _ in looks}) == len(looks)


def test_the_same_drawing_gives_the_same_bytes_in_several_threads_at_once() -> None:
    with ThreadPoolExecutor(3) as artists:
        drawn = list(artists.map(lambda _: [timeline().png, small_multiples().png], range(3)))
    assert drawn[0] == drawn[1] == drawn[2]


def test_on_dark_a_picture_is_a_card_with_nothing_outside() -> None:
    picture = Image.open(io.BytesIO(timeline().png)).convert("RGBA")
    corner, middle = picture.getpixel((0, 0)), picture.getpixel((picture.width // 2, 8))
    assert isinstance(corner, tuple)
    assert corner[3] == 0
    assert middle == (255, 255, 255, 255)


# What is drawn, and the same in words ---------------------------------------------------------------------


def covered(png: bytes, colour: str) -> float:
    """How much of a picture a colour covers."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    counted: Any = picture.getcolors(picture.width * picture.height)
    found = {"#{:02X}{:02X}{:02X}".format(*one): count for count, one in counted}
    return found.get(colour, 0) / (picture.width * picture.height)


def test_turned_stages_are_filled_and_calm_ones_are_not() -> None:
    none, two = (draw_wheel(turned, title="DACH", say=words("en")).png for turned in ([], SOME))
    assert covered(none, TURNED) == 0
    # Each stage is a circle of about four hundredths of the square.
    assert covered(two, TURNED) == pytest.approx(2 * 0.04, rel=0.25)
    assert covered(none, CALM) > covered(two, CALM)


def test_words_say_what_the_wheel_shows() -> None:
    text = draw_wheel(SOME, title="DACH", say=words("en")).alt
    assert "Targets (10 Aug), Trust (17 Aug)" in text
    assert "Friction" in text.split("Not turned")[1]
    assert "no stage has turned" in draw_wheel([], title="DACH", say=words("en")).alt


def test_timeline_shows_each_measure_with_its_n_its_bars_and_what_was_done(cards: list[Card]) -> None:
    picture = timeline()
    said = [text.get_text() for text in texts(cards[0])]
    assert {"R&D <North>", "Trust", "Overlay hours", "Friction", "2.4 of 5 (n 6)", "5.6 h a week (n 6)"} <= set(
        said
    )
    assert any("Deep dive" in text for text in said)
    assert said.count("2") == 2  # on the line of its week, and before what it is
    vertical = [
        line for line in cards[0].axes.lines if len(line.get_xdata()) == 2 and len(set(line.get_xdata())) == 1
    ]
    assert len(vertical) == 3 * (len(WEEKS) + len(MARKS))
    for part in ("R&D <North>", "Overlay hours: 4.0 h a week at first, 5.6 h a week now (n 6)", "Deep dive"):
        assert part in picture.alt


def test_a_week_without_a_figure_leaves_a_gap(cards: list[Card]) -> None:
    whole = course(record(), "quay/south", Stage.TRUST, weeks=WEEKS)
    gap = [one for one in whole if one.week != WEEKS[5]]
    for weeks in (whole, gap):
        draw_timeline([weeks], title="South", weeks=WEEKS, say=words("en"))
    colour = MEASURES[Stage.TRUST][0]
    joints = [
        sum(line.get_color() == colour and len(set(line.get_xdata())) == 2 for line in card.axes.lines)
        for card in cards
    ]
    assert joints == [11, 9]


def test_teams_that_are_counted_together_are_drawn_once(cards: list[Card]) -> None:
    one = course(record(), "quay/south", Stage.TRUST, weeks=WEEKS)
    draw_small_multiples([one, one, ()], weeks=WEEKS, say=words("en"))
    assert [text.get_text() for text in texts(cards[0])].count("South") == 1
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_small_multiples([()], weeks=WEEKS, say=words("en"))


def test_alternative_text_fits_into_what_slack_takes() -> None:
    found = record()
    teams = [
        [
            one_of(figure, f"Team {number} of a name that is longer than most")
            for figure in course(found, "quay/south", Stage.TRUST, weeks=WEEKS)
        ]
        for number in range(12)
    ]
    picture = draw_small_multiples(teams, weeks=WEEKS, say=words("en"))
    assert len(picture.carried(filename="a.png", title="Trust")["alt"]) == style.MOST_ALT


def one_of(figure: Any, label: str) -> Any:
    return replace(figure, label=label)


# Names in other letters -----------------------------------------------------------------------------------


@pytest.fixture
def only_european_type(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without East Asian type."""

    def forget() -> None:
        for cached in (style._families, style._drawn, style.type_of):
            cached.cache_clear()

    with monkeypatch.context() as without:
        without.setattr(style, "_EAST_ASIAN", ())
        forget()
        yield
    forget()


@pytest.mark.usefixtures("only_european_type")
def test_without_their_type_names_are_numbered_and_told_beside_the_picture(cards: list[Card]) -> None:
    say = words("ja")
    assert not has_letters("東京")
    assert drawable(say).language == "en"
    picture = draw_wheels([("EMEA", SOME), ("東京", SOME)], say=say)
    said = [text.get_text() for text in texts(cards[0])]
    assert "#2" in said
    assert all(has_letters(text) for text in said)
    assert picture.legend == "#2: 東京"
    assert "東京" in picture.alt
    # In the middle of a single wheel, the message says whose it is.
    draw_wheel(SOME, title="東京", say=say)
    assert all(has_letters(text.get_text()) for text in texts(cards[1]))


def test_where_there_is_type_for_it_a_picture_is_drawn_in_the_readers_language(cards: list[Card]) -> None:
    if not has_letters("東京"):
        pytest.skip("this machine has no East Asian type")
    picture = draw_wheel(SOME, title="東京", say=words("ja"))
    assert {"東京", "目標"} <= {text.get_text() for text in texts(cards[0])}
    assert picture.legend == ""


def test_a_mark_in_letters_that_are_not_there_keeps_its_day(cards: list[Card]) -> None:
    odd = Mark(WEEKS[4], ACTION, "\U00013000")
    weeks = course(record(), "quay/south", Stage.TRUST, weeks=WEEKS)
    picture = draw_timeline([weeks], title="South", weeks=WEEKS, marks=[odd], say=words("en"))
    assert words("en").day(WEEKS[4]) in [text.get_text() for text in texts(cards[0])]
    assert odd.text in picture.alt
    assert WEEKS[-1] - WEEKS[0] == timedelta(weeks=11)
