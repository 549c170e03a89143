"""`orgpulse questions`: what an admin reads about the bank, and sees of it as a rep does."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.stages import Stage
from bot.bootstrap import Orgpulse
from bot.main import cli
from bot.settings import read_settings
from handlers.pulses import pulse_view
from surveys.bank.items import default_bank
from surveys.errors import BadQuestionBank, ItemMeaningChanged, ItemStillAsked
from surveys.people import directory
from surveys.rounds import rounds
from tests.bot.conftest import TUESDAY_MORNING, Place
from tests.surveys.bank.test_reading import OURS


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["questions", *arguments])


def test_the_shipped_bank_is_in_order_and_its_weeks_are_timed() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "15 items, nothing wrong." in result.output
    assert "Week 4 of 4: about 5" in result.output
    assert "instead" not in result.output


def test_a_pack_of_ones_own_is_found_beside_the_settings_file(here: Path) -> None:
    (here / "conf" / "packs").mkdir(parents=True)
    (here / "conf" / "packs" / "ours.toml").write_text(OURS, encoding="utf-8")
    (here / "conf" / "orgpulse.toml").write_text('question_packs = ["packs/ours.toml"]\n', encoding="utf-8")
    result = run("check", "--config", "conf/orgpulse.toml")
    assert result.exit_code == 0, result.output
    assert "16 items, nothing wrong." in result.output
    assert ": acme_rules, overlay_hours, friction_process, targets_basis" in result.output
    assert "acme_rules: no wording.de; en is shown instead" in result.output
    assert "overlay_hours: no follow_up.choices.deal_desk.ja; en is shown instead" in result.output
    bank = read_settings(here / "conf" / "orgpulse.toml").bank()
    assert bank["acme_rules"].asked
    assert not bank["trust_rules"].asked


def test_all_that_is_wrong_with_the_files_named_is_said(here: Path) -> None:
    (here / "ours.toml").write_text(OURS.replace('"agreement"', '"stars"'), encoding="utf-8")
    (here / "theirs.toml").write_text("[[item\n", encoding="utf-8")
    result = run("check", "ours.toml", "theirs.toml")
    assert isinstance(result.exception, BadQuestionBank)
    ours, theirs = str(result.exception).splitlines()
    assert ours.startswith("ours.toml:5: item 'acme_rules', scale: ")
    assert theirs.startswith("theirs.toml:1: this is not TOML")


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_a_preview_shows_what_a_rep_sees_at_the_width_of_a_phone(language: str) -> None:
    result = run("preview", "--language", language)
    assert result.exit_code == 0
    item = default_bank()["overlay_hours"]
    shown = result.output.replace("│", "").replace("\n", "").replace(" ", "")
    for text in (item.wording(language), item.hint(language), item.follow_up and item.follow_up.wording(language)):
        assert text
        assert text.replace(" ", "") in shown
    assert max(map(len, result.output.splitlines())) <= 44


def test_a_preview_of_one_item_and_of_none(here: Path) -> None:
    assert "trust_back" in run("preview", "--item", "trust_back").output
    result = run("preview", "--item", "mood")
    assert result.exit_code == 1
    assert "There is no item 'mood'" in result.output


def test_the_stricter_mode_asks_no_follow_ups(here: Path) -> None:
    (here / "orgpulse.toml").write_text('confidentiality = "noised"\n', encoding="utf-8")
    assert "Who took most" not in run("preview", "--item", "overlay_hours").output


def test_the_bot_does_not_start_with_another_meaning_or_without_an_item_that_is_asked(
    place: Place, here: Path
) -> None:
    pack = here / "ours.toml"
    pack.write_text(OURS, encoding="utf-8")
    bot = place.peopled_bot((pack,))
    place.move(bot, TUESDAY_MORNING)
    assert "Rules are kept at Acme." in form(place, "rep0", bot)
    with pytest.raises(ItemStillAsked, match="acme_rules"):
        place.bot()
    pack.write_text(OURS.replace("Rules are kept", "Rules are broken"), encoding="utf-8")
    with pytest.raises(ItemMeaningChanged, match="Rules are kept at Acme"):
        place.bot((pack,))
    # A translation may come later.
    pack.write_text(OURS.replace("wording.en", 'wording.de = "Regeln gelten."\nwording.en'), encoding="utf-8")
    again = place.bot((pack,))
    place.move(again, TUESDAY_MORNING + timedelta(days=4))
    assert place.bot().services.bank.asked_about(Stage.TRUST).id == "trust_rules"


def form(place: Place, rep: str, bot: Orgpulse) -> str:
    """The words of the form that a rep opens."""
    with bot.database.read() as session:
        person = directory.by_email(session, f"{rep}@acme.example")
        pulse = rounds.open_pulse(session, person, now=place.clock.now())
    assert pulse is not None
    items = [bot.services.bank[item_id] for item_id in pulse.round.item_ids]
    zone = person.zone("Europe/London")
    return json.dumps(pulse_view.modal(person, pulse.round, items, zone=zone, done_before=False, opened_from=None))
