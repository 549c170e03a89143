"""Modals: every input, errors, stacks and the keyboard."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.deploy.sandbox.page import harbour_forms as forms
from tests.deploy.sandbox.page.harbour import ANN, BEN, Harbour


def open_form(page: Page, harbour: Harbour, action_id: str = "open_form") -> Locator:
    harbour.write(blocks=forms.invitation(action_id))
    page.goto(harbour.address())
    page.get_by_role("button", name="Open the form").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def pick(dialog: Locator, label: str, choice: str) -> None:
    box = dialog.get_by_role("combobox", name=label)
    box.click()
    box.press_sequentially(choice)
    dialog.get_by_role("option", name=choice).click()


def test_every_input_reaches_the_app(page: Page, harbour: Harbour) -> None:
    dialog = open_form(page, harbour)
    send = dialog.get_by_role("button", name="Send")

    send.click()
    expect(dialog.get_by_text("Please complete this required field.")).to_have_count(2)
    expect(dialog.get_by_role("radio", name="North")).to_be_focused()

    dialog.get_by_role("radio", name="East").check()
    dialog.get_by_role("checkbox", name="South").check()
    dialog.get_by_role("checkbox", name="North").check()
    hours = dialog.get_by_role("textbox", name="Hours")
    hours.fill("13")
    dialog.get_by_role("textbox", name="Ship").fill("Ada")
    expect(dialog.get_by_text("3 / 20")).to_be_visible()
    dialog.get_by_role("textbox", name="Log").fill("calm\nthen not")
    dialog.get_by_role("textbox", name="Mail").fill("ann@example.com")
    dialog.get_by_role("textbox", name="Link").fill("https://example.com")
    pick(dialog, "Quay", "South")
    pick(dialog, "Berth", "B1")
    pick(dialog, "Cargo", "East")
    page.keyboard.press("Escape")
    pick(dialog, "Pilot", "Ben Okafor")
    pick(dialog, "Crew", "Ann Lee")
    page.keyboard.press("Escape")
    pick(dialog, "Report to", f"#{harbour.name}")
    pick(dialog, "Announce in", f"#{harbour.name}")
    dialog.get_by_label("Hour (optional)").fill("09:30")
    dialog.get_by_label("Moment (optional)").fill("2026-10-12T09:30")
    dialog.get_by_role("textbox", name="Remarks").fill("all well")

    send.click()
    expect(dialog.get_by_text("Thirteen brings bad luck.")).to_be_visible()
    expect(hours).to_be_focused()
    expect(hours).to_have_accessible_description("Thirteen brings bad luck.")
    hours.fill("12")
    send.click()
    expect(page.get_by_role("article").get_by_text("Thank you, noted.")).to_be_visible()
    expect(dialog).to_have_count(0)

    values = {block: next(iter(state.values())) for block, state in harbour.submitted[0].items()}
    assert values["radio"]["selected_option"]["value"] == "east"
    assert [option["value"] for option in values["checks"]["selected_options"]] == ["north", "south"]
    assert values["hours"]["value"] == "12"
    assert values["line"]["value"] == "Ada"
    assert values["lines"]["value"] == "calm\nthen not"
    assert values["mail"]["value"] == "ann@example.com"
    assert values["link"]["value"] == "https://example.com"
    assert values["select"]["selected_option"]["value"] == "south"
    assert values["grouped"]["selected_option"]["value"] == "b1"
    assert [option["value"] for option in values["many"]["selected_options"]] == ["north", "east"]
    assert values["user"]["selected_user"] == BEN
    assert values["users"]["selected_users"] == [ANN]
    assert values["conversation"]["selected_conversation"] == harbour.channel
    assert values["channel"]["selected_channel"] == harbour.channel
    assert values["date"]["selected_date"] == "2026-10-12"
    assert values["time"]["selected_time"] == "09:30"
    # Ann is in London, where it is summer time: 08:30 UTC.
    assert values["moment"]["selected_date_time"] == 1_791_793_800
    assert values["rich"]["rich_text_value"]["elements"][0]["elements"][0]["text"] == "all well"


def test_number_is_checked_before_sending(page: Page, harbour: Harbour) -> None:
    dialog = open_form(page, harbour, "open_short")
    hours = dialog.get_by_role("textbox", name="Hours")
    for written, words in {"many": "a number", "1.5": "a whole number", "-1": "0 or more"}.items():
        hours.fill(written)
        hours.press("Enter")
        expect(dialog.locator(".error")).to_contain_text(f"Please enter {words}")
        expect(hours).to_have_attribute("aria-invalid", "true")
    assert harbour.submitted == []


def test_views_stack_and_keep_what_was_entered(page: Page, harbour: Harbour) -> None:
    dialog = open_form(page, harbour, "open_short")
    dialog.get_by_role("textbox", name="Hours").fill("7")
    dialog.get_by_role("button", name="More").click()
    expect(dialog.get_by_role("heading", name="Second view")).to_be_visible()
    dialog.get_by_role("button", name="Back").click()
    expect(dialog.get_by_role("textbox", name="Hours")).to_have_value("7")
    with page.expect_response(re.compile("/close$")):
        dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    assert harbour.closed == ["short"]


def test_keyboard_alone_opens_fills_and_sends(page: Page, harbour: Harbour) -> None:
    harbour.write(blocks=forms.invitation("open_short"))
    page.goto(harbour.address())
    opener = page.get_by_role("button", name="Open the form")
    opener.focus()
    page.keyboard.press("Enter")
    hours = page.get_by_role("textbox", name="Hours")
    expect(hours).to_be_focused()
    page.keyboard.type("7")
    # Once around: nothing outside the modal takes the focus.
    for name in ("More", "Cancel", "Send", "Close"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(hours).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()

    page.keyboard.press("Enter")
    expect(hours).to_be_focused()
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").get_by_text("Thank you, noted.")).to_be_visible()
    assert harbour.submitted[0]["hours"]["hours"]["value"] == "8"


def test_confirmation_is_asked_first(page: Page, harbour: Harbour) -> None:
    confirm = {"title": forms.plain("Scuttle it?"), "text": forms.plain("Ships do not come back.")}
    confirm |= {"confirm": forms.plain("Scuttle"), "deny": forms.plain("Keep"), "style": "danger"}
    sink = forms.button("note", "Sink", style="danger", value="now", confirm=confirm)
    actions = {"type": "actions", "block_id": "a", "elements": [sink]}
    harbour.write(blocks=[actions])
    page.goto(harbour.address())
    page.get_by_role("button", name="Sink").click()
    question = page.get_by_role("alertdialog", name="Scuttle it?")
    question.get_by_role("button", name="Keep").click()
    expect(question).to_have_count(0)
    assert harbour.actions == []
    page.get_by_role("button", name="Sink").click()
    with page.expect_response(re.compile("/action$")):
        question.get_by_role("button", name="Scuttle").click()
    assert [action["value"] for action in harbour.actions] == ["now"]


def test_choosing_in_a_message_tells_the_app_at_once(page: Page, harbour: Harbour) -> None:
    select = {
        "type": "static_select",
        "action_id": "note",
        "placeholder": forms.plain("Quay"),
        "options": forms.OPTIONS,
    }
    harbour.write(blocks=[{"type": "actions", "block_id": "a", "elements": [select]}])
    page.goto(harbour.address())
    box = page.get_by_role("combobox", name="Quay", exact=True)
    box.click()
    box.press("ArrowDown")
    with page.expect_response(re.compile("/action$")):
        box.press("Enter")
    expect(box).to_have_value("East")
    assert harbour.actions[0]["selected_option"]["value"] == "east"
