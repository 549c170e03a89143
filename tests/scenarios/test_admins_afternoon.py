"""An admin's afternoon: the people, the setup, the first contact, and the first pulse, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from handlers.ids import Action
from tests.handlers.office import REPS, Office, action_ids, opened, words_of

PATIENCE = 15_000
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The company on the Sunday before its first week, its people just imported."""
    with opened(tmp_path) as found:
        yield found


def page(browser: Browser, office: Office, name: str, size: dict[str, int]) -> Page:
    tab = browser.new_page(viewport=size, locale="en-GB")  # type: ignore[arg-type]
    tab.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    tab.goto(f"{office.sandbox.url}/?as={office.id(name)}&channel={office.dm(name)}")
    return tab


def picture(tab: Page, name: str) -> None:
    """Kept where somebody asks for pictures to look at."""
    if folder := os.environ.get("ORGPULSE_TEST_PICTURES"):
        tab.screenshot(path=f"{folder}/{name}.png")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_afternoon(
    browser: Browser, office: Office, size: dict[str, int], request: pytest.FixtureRequest
) -> None:
    kind = request.node.callspec.id
    tab = page(browser, office, "ada", size)

    # Ada sets up: everything at a glance.
    box = tab.get_by_role("textbox", name="Message")
    box.press_sequentially("/orgpulse setup")
    box.press("Enter")
    setup = tab.get_by_role("dialog", name="Set up Orgpulse")
    expect(setup).to_contain_text("Every team is large enough to be shown alone")
    picture(tab, f"{kind}-1-glance")

    # A larger group would hide both teams behind each other: she sees it before she saves, and goes back.
    setup.get_by_role("button", name="Change").nth(1).click()
    expect(setup).to_contain_text("It can be raised.")
    setup.get_by_role("combobox").click()
    tab.get_by_role("option", name="7 people", exact=True).click()
    picture(tab, f"{kind}-2-group")
    setup.get_by_role("button", name="Next").click()
    expect(setup).to_contain_text("2 teams have fewer than 7 reps: R&D North (6) and South (6).")
    expect(setup).to_contain_text("Shown together: R&D North and South.")
    picture(tab, f"{kind}-3-group-follows")
    setup.get_by_role("button", name="Back", exact=True).last.click()
    setup.get_by_role("combobox").click()
    tab.get_by_role("option", name="6 people", exact=True).click()
    setup.get_by_role("button", name="Next").click()
    expect(setup).to_contain_text("Every team is large enough")
    setup.get_by_role("button", name="Save").click()
    expect(setup).to_contain_text("It is noted in the audit log, with your name.")
    picture(tab, f"{kind}-4-saved")
    setup.get_by_role("button", name="All right").click()
    expect(setup).to_be_hidden()

    # The schedule and the questions, to look at.
    box.click()
    box.press_sequentially("/orgpulse setup")
    box.press("Enter")
    expect(setup).to_be_visible()
    setup.get_by_role("button", name="Change").nth(0).click()
    expect(setup).to_contain_text("Ask, reminder and digest come in each person’s own time")
    picture(tab, f"{kind}-5-schedule")
    setup.get_by_role("button", name="Back").first.click()
    setup.get_by_role("button", name="Change").nth(3).click()
    expect(setup).to_contain_text("Of each stage one item is asked.")
    picture(tab, f"{kind}-6-items")
    tab.close()

    # On Monday everybody is told; one says no.
    ask_at = office.schedule.ask_at(office.week_on, office.schedule.company_zone)
    office.pass_time(ask_at - timedelta(hours=2))
    rep = page(browser, office, "north1", size)
    expect(rep.get_by_text("A short pulse, once a week")).to_be_visible()
    expect(rep.get_by_text("figures about 6 people or more")).to_be_visible()
    picture(rep, f"{kind}-7-first-contact")
    rep.get_by_role("button", name="Do not ask me").click()
    rep.get_by_role("alertdialog").get_by_role("button", name="Do not ask me").click()
    office.wait(lambda: True if "You are not asked." in words_of(office.messages("north1")[0]) else None)
    picture(rep, f"{kind}-8-no")
    rep.goto(f"{office.sandbox.url}/?as={office.id('north1')}&tab=home")
    expect(rep.get_by_text("You are not asked:")).to_be_visible()
    picture(rep, f"{kind}-9-home")
    rep.close()

    # On Tuesday everybody else is asked, with the promise that was set up.
    office.pass_time(ask_at + timedelta(hours=1))
    asked = [
        name for name in REPS if any(Action.DECLINE_PULSE in action_ids(one) for one in office.messages(name))
    ]
    assert asked == [name for name in REPS if name != "north1"]
    assert "6" in words_of(office.asking_message("north2"))
