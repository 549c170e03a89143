"""One tap more: who took most of it, from a rep's form to the manager's digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from analysis.figures import Share
from analysis.stages import Stage
from handlers.digests.digest import share_line
from handlers.pulses.item_blocks import FOLLOW_UP_BLOCK, UNSAID_BLOCK
from handlers.words import words
from surveys import results
from surveys.bank.items import default_bank
from surveys.counting.noise import BLURRED
from tests.handlers.office import GERMAN, Office, steady, words_of

OVERLAY, FRICTION = f"{FOLLOW_UP_BLOCK}overlay_hours", f"{FOLLOW_UP_BLOCK}friction_process"


def newest(office: Office, name: str) -> str:
    return words_of(office.messages(name)[-1])


def test_what_reps_name_comes_to_their_managers_digest_as_one_line(fresh_office: Office) -> None:
    # What noise does has tests of its own.
    tick = fresh_office.bot.tick
    tick._noise = replace(BLURRED, shares=Fraction(0))
    named = {"overlay": "telesales", "friction": "crm_entry"}

    def filled(rep: str) -> dict[str, object]:
        number, north = int(rep[-1]), rep.startswith("north")
        chosen = {OVERLAY: "deal_desk" if number < 4 else named["overlay"], FRICTION: named["friction"]}
        # In the south too few answer the follow-up.
        return {**steady(rep), **(chosen if north or number < 4 else {})}

    fresh_office.live_week(filled)
    text = newest(fresh_office, "nora")
    assert "Most overlay time went to: Deal desk and Telesales (about 3 of 6 answers" in text
    # All six named it, and no figure says so.
    assert "Held up most by: CRM entry (about 4 of 6 answers in the last four weeks)." in text
    assert "Most overlay" not in newest(fresh_office, "sam")
    with fresh_office.bot.database.read() as session:
        record = results.whole_record(session)
    assert {share.units for share in record.shares} == {frozenset({"quay/r-d-north"})}
    shares = record.shares_of("quay/r-d-north", Stage.FRICTION, week=record.weeks[-1])
    assert (shares[0].code, shares[0].named, shares[0].n) == ("crm_entry", 4, 6)
    assert results.visible(record, frozenset({"quay/south"})).shares == []


def test_a_form_asks_which_and_lets_everybody_say_nothing(office: Office) -> None:
    view = office.form("north5")
    assert "Who took most of it?" in words_of(view)
    tick = f"{UNSAID_BLOCK}overlay_hours"
    ack = office.sandbox.submit(office.id("north5"), view["id"], {tick: ["unsaid"], OVERLAY: "deal_desk"})
    assert ack.ok, ack.error
    assert "Wer hat das meiste davon gebraucht?" in words_of(office.form(GERMAN))


def shares(*named: int, n: int = 12, noise: float = 1.0) -> list[Share]:
    follow_up = default_bank()["overlay_hours"].follow_up
    assert follow_up is not None
    found = [
        Share(date(2026, 1, 5), frozenset({"t"}), Stage.OVERLAY, "overlay_hours", code, number, n, noise)
        for code, number in zip(follow_up.choices, named, strict=False)
    ]
    return sorted(found, key=lambda one: -one.named)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ((7, 2, 1), "Die meiste Abstimmungszeit ging an: Produktspezialist (etwa 7 von 12"),
        ((5, 6, 1), "Branchenspezialist und Produktspezialist (etwa 6 von 12"),
        # Of three that lie close none stands out, and few may be nobody.
        ((5, 5, 4), None),
        ((2, 0, 0), None),
        ((), None),
    ],
)
def test_the_line_names_what_stands_out_of_the_noise(named: tuple[int, ...], said: str | None) -> None:
    line = share_line(shares(*named), "item.named", default_bank(), words("de"))
    assert (line is None) if said is None else (line is not None and said in line)


def test_a_choice_that_no_file_has_any_more_is_called_by_its_code() -> None:
    gone = [replace(share, code="inside_sales") for share in shares(8)]
    line = share_line(gone, "item.named", default_bank(), words("en"))
    assert line is not None
    assert "inside sales" in line
