"""The catalogues: complete in every language, with the same fields, within Slack's limits, and kind."""

from __future__ import annotations

import re
import string

import pytest

from analysis.detection.cycle import Kind
from analysis.questions import Intent
from analysis.stages import Stage
from handlers.alerts.alert import REMEDIES
from handlers.alerts.evidence import SURE
from handlers.words import LANGUAGES, words
from surveys.alerts import JUDGING, Deed, Reason
from surveys.bank.items import HIGHEST, LOWEST, default_bank

OTHERS = [language for language in LANGUAGES if language != "en"]
# Longest labels that Slack takes (slack-facts); a button's own text is its text.
BUTTONS = ("pulse.answer", "pulse.skip", "pulse.change", "pulse.answer_after_all")
BUTTONS += (
    "alert.acknowledge",
    "alert.log_action",
    "alert.dispute",
    *(f"reason.{reason.value}" for reason in Reason),
)
MODALS = ("pulse.title", "pulse.send", "pulse.close", "pulse.done", "alert.title", "dispute.title", "dispute.send")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_catalogue_has_every_text_with_the_same_fields(language: str) -> None:
    english, other = words("en").texts, words(language).texts
    assert set(other) == set(english)
    assert {key for key in english if fields(english[key]) != fields(other[key])} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_shouts_or_is_empty(language: str) -> None:
    texts = words(language).texts
    assert [key for key, text in texts.items() if "!" in text or not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_are_those_of_the_language(language: str) -> None:
    pairs = {"en": ("“", "”"), "de": ("„", "“")}
    opening, closing = pairs[language]
    for key, text in words(language).texts.items():
        assert '"' not in text, key
        quoted = re.findall(rf"{opening}[^{opening}{closing}]*{closing}", text)
        assert text.count(opening) == len(quoted), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_into_slack(language: str) -> None:
    say = words(language)
    assert [key for key in MODALS if len(say(key)) > 24] == []
    assert [key for key in (*BUTTONS, "pulse.never_quote") if len(say(key)) > 75] == []
    assert [value for value in range(LOWEST, HIGHEST + 1) if len(say(f"agreement.{value}")) > 75] == []
    asked = [key for key in say.texts if key.split(".")[1].startswith("ask_")]
    assert [key for key in asked if len(say.texts[key]) > 75] == []
    # Names of the lines of a chart.
    assert [stage for stage in Stage if len(say.stage(stage)) > 20] == []
    assert len(say("digest.chart_points")) <= 50
    titles = ("weaker_first", "recovering_first", "closed_first", "moved_on")
    assert [key for key in titles if len(say(f"alert.{key}", unit="x" * 60)) > 150] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_is_looked_up_has_its_text(language: str) -> None:
    texts = words(language).texts
    wanted = {f"state.{kind.value}_overall" for kind in Kind} | {f"kind.{kind.value}" for kind in Kind}
    wanted |= {
        f"{table}.{stage.value}" for table in ("stage", "measure", "stage_means", "talk") for stage in Stage
    }
    wanted |= {f"{table}.{stage.value}" for table in ("clause", "clause_next") for stage in Stage}
    wanted |= {f"reason.{reason.value}" for reason in Reason} | {f"sure.{code}" for code in (*SURE, "possible")}
    wanted |= {f"deed.changed_{kind.value}" for kind in Kind} | {
        f"remedy.{key}" for key in sum(REMEDIES.values(), ())
    }
    wanted |= {f"deed.{deed.value}" for deed in set(Deed) - {Deed.CHANGED, Deed.CLOSED}}
    wanted |= {f"copy.{deed.value}" for deed in (*JUDGING, Deed.SNOOZED)}
    asked = set(Intent) - {Intent.REFUSED, Intent.UNCLEAR, Intent.OVERLAYS}
    wanted |= {f"question.{intent.value}" for intent in asked}
    assert wanted - set(texts) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_of_the_bank_are_worded_in_the_language(language: str) -> None:
    assert [item.id for item in default_bank().items.values() if language not in item.wordings] == []


def test_language_that_nobody_translated_is_english() -> None:
    assert words("fr")("pulse.answer") == "Answer"
