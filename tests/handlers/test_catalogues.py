"""The catalogues: complete in every language, with the same fields, within Slack's limits, and kind."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime

import pytest

from analysis.detection.cycle import Kind
from analysis.questions import Intent
from analysis.stages import Stage
from handlers.alerts.alert import REMEDIES
from handlers.alerts.evidence import SURE
from handlers.words import COMPLETE, LANGUAGES, REP_SECTIONS, REP_TEXTS, words
from surveys.alerts import JUDGING, Deed, Reason
from surveys.bank.items import HIGHEST, LOWEST, default_bank

OTHERS = [language for language in COMPLETE if language != "en"]
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
def test_all_that_a_rep_reads_is_there_with_the_same_fields(language: str) -> None:
    english, own = words("en").texts, words(language).texts
    read = {key for key in english if key.rpartition(".")[0] in REP_SECTIONS} | REP_TEXTS
    assert {key.rpartition(".")[0] for key in read} >= REP_SECTIONS
    assert read - set(own) == set()
    assert {key for key in own if fields(english[key]) != fields(own[key])} == set()


def test_what_a_rep_reads_leaves_no_english_in_japanese() -> None:
    say = words("ja")
    latin = re.compile(r"[A-Za-z]{4,}")
    named = {"Orgpulse", "Slack", "orgpulse", "doctor", "setup", "audit", "CONFIDENTIALITY", "worst", "best"}
    found = {
        key: left
        for key, text in say.texts.items()
        if (left := set(latin.findall(re.sub(r"\{[^}]*\}", "", text))) - named)
    }
    assert found == {}
    assert say.when_on(datetime(2026, 11, 17, 9, tzinfo=UTC)) == "11月17日（火曜日）09:00"
    assert say.listing(["営業", "製品", "支援"]) == "営業、製品と支援"
    assert (say.number(3.5), say.signed(-0.4)) == ("3.5", "\u22120.4")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_shouts_or_is_empty(language: str) -> None:
    texts = words(language).texts
    assert [key for key, text in texts.items() if set("!！") & set(text) or not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_are_those_of_the_language(language: str) -> None:
    pairs = {"en": ("“", "”"), "de": ("„", "“"), "ja": ("「", "」")}
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
    assert [key for key in ("history.chart_points", "history.chart_hours") if len(say(key)) > 50] == []
    assert len(say("reply.form_title")) <= 24
    # Of a confirmation.
    confirm = [key for key in say.texts if key.startswith("own.confirm_")]
    assert [key for key in confirm if key.endswith("_text") and len(say(key)) > 300] == []
    assert [key for key in confirm if key.endswith(("_yes", "_no")) and len(say(key)) > 30] == []


@pytest.mark.parametrize("language", COMPLETE)
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


@pytest.mark.parametrize("language", COMPLETE)
def test_questions_of_the_bank_are_worded_in_the_language(language: str) -> None:
    assert [item.id for item in default_bank().items.values() if language not in item.wordings] == []


def test_language_that_nobody_translated_is_english() -> None:
    assert words("fr")("pulse.answer") == "Answer"
