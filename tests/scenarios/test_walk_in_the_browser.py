"""A walk through the demo in a real browser: as a rep, as a manager, as the leader.

A few weeks are enough for figures, a digest and its chart. The cycle needs more, so its alert is written by the
code that writes it in earnest, from the real record and a state in which the cycle has formed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from analysis.detection.cycle import Kind, State, watch
from analysis.detection.drift import Drift, Verdict
from analysis.stages import Stage as Part
from analysis.synthetic.company import CYCLE_TEAM
from bot.demo.run import Stage, open_for_visitors, play, staged
from bot.demo.story import deliver
from bot.demo.workspace import LEADERS_CHANNEL, who_to_try
from handlers.alerts import copies
from surveys import outbox, results

WEEKS, SEED = 4, 7
PATIENCE = 15_000


@pytest.fixture(scope="module")
def stage(browser: Browser) -> Iterator[Stage]:
    """The company after its first weeks, open to visitors, with an alert in the leaders' channel."""
    with staged(weeks=WEEKS, seed=SEED, port=0, database=None) as found:
        play(found, lambda week, happening: None)
        post_alert(found)
        open_for_visitors(found)
        yield found
        with found.bot.database.read() as session:
            assert outbox.failed(session) == []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of the size of a desktop; an error in the page's scripts fails the test."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
    tab.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    tab.close()
    assert errors == []


def post_alert(stage: Stage) -> None:
    """Tell the leaders that the cycle forms in the team of the story."""
    with stage.bot.database.read() as session:
        record = results.whole_record(session)
    unit = next(unit for unit in record.units if unit.name == CYCLE_TEAM)
    last = record.weeks[-1]
    turned = tuple(
        Drift(part, Verdict.DRIFT, since=last - timedelta(weeks=ago), weeks_ago=ago, size=1.0, own=own, n=20)
        for part, ago, own in ((Part.TARGETS, 3, -1.1), (Part.TRUST, 2, -0.9), (Part.CANDOR, 1, -0.8))
    )
    state = State(unit.id, last, Kind.CYCLE, Part.TARGETS, turned[0].since, last, 9.0, turned)
    # As if the newest release had shown it.
    record._known[watch] = {unit.id: state}
    with stage.bot.database.work() as session:
        copies.tell(session, leaders_channel=leaders(stage), now=stage.clock.now())
    deliver(stage.bot)


def leaders(stage: Stage) -> str:
    """The leaders' channel."""
    return next(channel.id for channel in stage.sandbox.channels if channel.name == LEADERS_CHANNEL)


def address(stage: Stage, person: int, **place: str) -> str:
    """The page as one of those whom the demo suggests: 0 a rep, 1 their manager, 2 the leader."""
    user = stage.sandbox.user_by_email(who_to_try(stage.company)[person][0].email).id
    where = place or {"channel": stage.sandbox.open_dm(user)}
    return f"{stage.sandbox.url}/?as={user}&" + "&".join(f"{key}={value}" for key, value in where.items())


def articles(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text)


def test_rep_answers_in_the_modal_and_home_says_so(page: Page, stage: Stage) -> None:
    page.goto(address(stage, 0))
    page.get_by_role("button", name="All questions", exact=True).last.click()
    form = page.get_by_role("dialog", name="Weekly pulse")
    expect(form).to_contain_text("Sealed until the pulse closes")
    for question in form.get_by_role("radiogroup").all():
        question.get_by_role("radio", name="Agree", exact=True).check()
    form.get_by_role("textbox", name=re.compile("Hours last week")).first.fill("2h30")
    form.get_by_role("textbox", name=re.compile("Anything else")).fill("Fewer approvals, please.")
    form.get_by_role("button", name="What my manager will see").click()
    preview = page.get_by_role("dialog", name="What your manager sees")
    expect(preview).to_contain_text(f"{CYCLE_TEAM}, week of")
    expect(preview).to_contain_text("no finer figure exists")
    preview.get_by_role("button", name="Back to the pulse").click()
    expect(form.get_by_role("textbox", name=re.compile("Anything else"))).to_have_value("Fewer approvals, please.")
    expect(form.get_by_role("radio", name="Agree", exact=True).first).to_be_checked()
    form.get_by_role("button", name="Send").click()
    expect(form).to_be_hidden()
    expect(articles(page, "Thank you, your answers are sealed").last).to_be_visible()
    page.goto(address(stage, 0, tab="home"))
    expect(page.get_by_text("Done for this week, thank you.")).to_be_visible()


def test_rep_reads_what_is_stored_gets_a_copy_and_erases_it(page: Page, stage: Stage) -> None:
    page.goto(address(stage, 0, tab="home"))
    expect(page.get_by_role("heading", name="What is stored about you")).to_be_visible()
    page.get_by_role("button", name="Send me a copy").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Send it").click()
    expect(page.get_by_text("Your copy is on its way")).to_be_visible()
    page.get_by_role("button", name="Erase my answers").click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("Figures already released do not change")
    asked.get_by_role("button", name="Not now").click()
    expect(page.get_by_text("Erased:")).to_be_hidden()
    page.get_by_role("button", name="Erase my answers").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Erase", exact=True).click()
    expect(page.get_by_text("Erased:")).to_be_visible()
    page.goto(address(stage, 0))
    copy = articles(page, "What Orgpulse keeps about you").last
    expect(copy).to_contain_text("I can rely on management to keep to the rules we agreed.")


def test_manager_reads_the_digest_and_opens_the_table_behind_its_chart(page: Page, stage: Stage) -> None:
    page.goto(address(stage, 1))
    digest = articles(page, f"{CYCLE_TEAM}, week of").last
    expect(digest).to_contain_text("To talk about")
    expect(digest.get_by_role("img").or_(digest.locator("svg")).first).to_be_visible()
    digest.get_by_role("button", name="Show as table").first.click()
    expect(digest.get_by_role("table").first).to_contain_text("Trust")


def test_leader_sees_the_wheel_of_the_alert(page: Page, stage: Stage) -> None:
    page.goto(address(stage, 2, channel=leaders(stage)))
    alert = articles(page, f"In {CYCLE_TEAM} the trust-loss cycle is forming: targets have seemed").last
    expect(alert).to_contain_text("What breaks the wheel")
    wheel = alert.get_by_role("img", name=re.compile("Turned, in order: Targets"))
    wheel.scroll_into_view_if_needed()
    expect(wheel).to_be_visible()
    loaded = "picture => picture.complete && picture.naturalWidth > 0"
    page.wait_for_function(loaded, arg=wheel.element_handle())


def test_leader_acknowledges_snoozes_and_disputes_and_every_copy_says_so(page: Page, stage: Stage) -> None:
    page.goto(address(stage, 2, channel=leaders(stage)))
    alert = articles(page, f"In {CYCLE_TEAM}").last
    alert.get_by_role("button", name="Acknowledge").click()
    expect(alert).to_contain_text("Acknowledged by")
    expect(alert.get_by_role("button", name="Acknowledge")).to_have_count(0)
    alert.get_by_role("combobox").click()
    page.get_by_role("option", name="for 4 weeks").click()
    expect(alert).to_contain_text("Snoozed until")
    # The other copy of it.
    page.goto(address(stage, 2))
    alert = articles(page, f"In {CYCLE_TEAM}").last
    expect(alert).to_contain_text("Snoozed until")
    alert.get_by_role("button", name="This is not it").click()
    form = page.get_by_role("dialog", name="This is not it")
    expect(form).to_contain_text(CYCLE_TEAM)
    form.get_by_role("radio", name=re.compile("A known event")).check()
    form.get_by_role("textbox").fill("The *CRM* moved, <!channel>")
    form.get_by_role("button", name="Close the alert").click()
    expect(form).to_be_hidden()
    for place in (address(stage, 2), address(stage, 2, channel=leaders(stage))):
        page.goto(place)
        closed = articles(page, f"In {CYCLE_TEAM} this alert is closed").last
        expect(closed).to_contain_text("a known event, such as a migration or a reorganisation")
        expect(closed).to_contain_text("The *CRM* moved, <!channel>")
        expect(closed.get_by_role("button", name="This is not it")).to_have_count(0)


def test_leader_compares_two_regions_and_gets_a_chart(page: Page, stage: Stage) -> None:
    page.goto(address(stage, 2))
    box = page.get_by_role("textbox", name=re.compile("Message"))
    box.press_sequentially("/orgpulse ask compare trust in EMEA and AMER")
    box.press("Enter")
    answer = articles(page, "Read as: Compare trust in EMEA and AMER").last
    expect(answer).to_be_visible()
    expect(answer).to_contain_text("(n ")
    answer.get_by_role("button", name="Show as table").first.click()
    expect(answer.get_by_role("table").first).to_contain_text("AMER")


def test_leader_finds_the_teams_on_home_and_asks_by_a_button(page: Page, stage: Stage) -> None:
    page.goto(address(stage, 2, tab="home"))
    expect(page.get_by_role("heading", name="Your units at a glance")).to_be_visible()
    expect(page.get_by_text("EMEA Enterprise").first).to_be_visible()
    page.get_by_role("button", name="What has changed?").click()
    page.goto(address(stage, 2))
    expect(articles(page, "Read as: What has changed?").last).to_be_visible()
