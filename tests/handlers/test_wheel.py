"""The wheel: a picture of its own size, with the same in words."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from analysis.stages import WHEEL, Stage
from handlers.showing.wheel import CALM, PAPER, TURNED, describe_wheel, draw_wheel
from handlers.words import LANGUAGES, words

SOME = [(Stage.TARGETS, "10 Aug"), (Stage.TRUST, "17 Aug")]


def colours(png: bytes) -> dict[str, float]:
    """How much of the picture each colour covers."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    counted = picture.getcolors(picture.width * picture.height) or []
    return {"#{:02X}{:02X}{:02X}".format(*colour): count / picture.width**2 for count, colour in counted}  # type: ignore[misc]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("turned", [[], SOME, [(stage, "28. Sept.") for stage in WHEEL]])
@pytest.mark.parametrize("title", ["DACH", "AMER Mid-Market", "$ales & <North> of a very long name indeed"])
def test_wheel_is_drawn_for_any_name_and_any_stages(
    turned: list[tuple[Stage, str]], title: str, language: str
) -> None:
    png = draw_wheel(turned, title=title, say=words(language))
    assert Image.open(io.BytesIO(png)).size == (1000, 1000)
    assert len(png) < 200_000


def test_turned_stages_are_filled_and_calm_ones_are_not() -> None:
    say = words("en")
    none, two = colours(draw_wheel([], title="DACH", say=say)), colours(draw_wheel(SOME, title="DACH", say=say))
    assert none.get(TURNED, 0) < 0.001
    # Each stage is a circle of about four hundredths of the square.
    assert two[TURNED] == pytest.approx(2 * 0.04, rel=0.2)
    assert none[CALM] > two[CALM]


def test_white_type_on_a_turned_stage_can_be_read() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    # Contrast as WCAG 2 defines it; 4.5 is enough for small type.
    assert (light(PAPER) + 0.05) / (light(TURNED) + 0.05) >= 4.5


def test_words_say_what_the_picture_shows() -> None:
    text = describe_wheel(SOME, title="DACH", say=words("en"))
    assert "Targets (10 Aug), Trust (17 Aug)" in text
    assert "Friction" in text.split("Not turned")[1]
    assert "no stage has turned" in describe_wheel([], title="DACH", say=words("en"))
