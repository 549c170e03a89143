"""The page: who one is, what one sees, and that it changes by itself."""

import re

from playwright.sync_api import Page, expect

from tests.deploy.sandbox import block_examples as examples
from tests.deploy.sandbox.page import harbour_forms as forms
from tests.deploy.sandbox.page.harbour import ANN, BEN, Harbour


def test_newcomer_chooses_a_person_and_lands_where_the_app_writes(page: Page, harbour: Harbour) -> None:
    harbour.client.chat_postMessage(channel=ANN, text="Welcome aboard")
    page.goto(f"{harbour.sandbox.url}/?suggest={BEN}:Sees every ship")
    expect(page.get_by_role("heading", name="Who do you want to be?")).to_be_visible()
    expect(page.get_by_role("button", name="Ben Okafor Sees every ship")).to_be_visible()
    page.get_by_role("searchbox").fill("pilot")
    expect(page.get_by_role("button", name="Ben Okafor")).to_have_count(0)
    page.get_by_role("button", name="Ann Lee").click()
    expect(page).to_have_url(re.compile(f"as={ANN}"))
    expect(page.get_by_role("article").get_by_text("Welcome aboard")).to_be_visible()


def test_person_can_be_changed(page: Page, harbour: Harbour) -> None:
    page.goto(harbour.address())
    page.get_by_role("button", name=re.compile("You are.*Ann Lee")).click()
    page.get_by_role("dialog").get_by_role("button", name="Ben Okafor").click()
    expect(page.get_by_role("button", name=re.compile("You are.*Ben Okafor"))).to_be_visible()


def test_message_is_written_escaped_and_seen_by_the_other(page: Page, harbour: Harbour) -> None:
    page.goto(harbour.address())
    box = page.get_by_role("textbox", name=f"Message #{harbour.name}")
    box.press_sequentially("<b>ahoy</b> @Be")
    page.get_by_role("option", name="Ben Okafor").click()
    box.press_sequentially("*now*")
    box.press("Enter")
    article = page.get_by_role("article", name=re.compile("^Ann Lee"))
    expect(article).to_contain_text("<b>ahoy</b> @Ben Okafor now")
    expect(article.locator("b", has_text="now")).to_be_visible()
    text = harbour.client.conversations_history(channel=harbour.channel)["messages"][0]["text"]
    assert text == f"&lt;b&gt;ahoy&lt;/b&gt; <@{BEN}> *now*"


def test_new_and_edited_messages_appear_without_reload(page: Page, harbour: Harbour) -> None:
    page.goto(harbour.address())
    expect(page.get_by_role("heading", name=harbour.name, level=1)).to_be_visible()
    ts = harbour.write(text="Fog at six")
    expect(page.get_by_role("article").get_by_text("Fog at six")).to_be_visible()
    expect(page.locator("[aria-live]", has_text="Tide: Fog at six")).to_have_count(1)
    harbour.client.chat_update(channel=harbour.channel, ts=ts, text="Fog at seven")
    expect(page.get_by_role("article")).to_contain_text("Fog at seven (edited)")


def test_unread_is_marked_until_read(page: Page, harbour: Harbour) -> None:
    page.goto(harbour.address(tab="home"))
    expect(page.get_by_role("heading", name="Good morning")).to_be_visible()
    harbour.write("Fog")
    row = page.get_by_role("button", name=f"{harbour.name} , 1 unread")
    expect(row).to_be_visible()
    row.click()
    expect(page.get_by_role("article").get_by_text("Fog")).to_be_visible()
    expect(page.get_by_role("button", name=harbour.name, exact=True)).to_be_visible()


def test_reply_goes_to_the_thread(page: Page, harbour: Harbour) -> None:
    ts = harbour.write(text="Who sails?")
    page.goto(harbour.address())
    page.get_by_role("article", name=re.compile("^Tide")).hover()
    page.get_by_role("button", name="Reply in thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    thread.get_by_role("textbox", name="Reply").fill("I do")
    thread.get_by_role("button", name="Send message").click()
    expect(thread.get_by_role("article", name=re.compile("^Ann"))).to_contain_text("I do")
    replies = harbour.client.conversations_replies(channel=harbour.channel, ts=ts)["messages"]
    assert [message["text"] for message in replies] == ["Who sails?", "I do"]
    thread.get_by_role("button", name="Close thread").click()
    expect(page.get_by_role("button", name="1 reply")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)


def test_reaction_is_given_from_the_message(page: Page, harbour: Harbour) -> None:
    ts = harbour.write(text="We sail at dawn")
    page.goto(harbour.address())
    page.get_by_role("article").hover()
    page.get_by_role("button", name="React").click()
    page.get_by_role("menuitem", name="eyes").click()
    expect(page.get_by_role("button", name="eyes, 1 person")).to_have_attribute("aria-pressed", "true")
    message = harbour.client.conversations_history(channel=harbour.channel)["messages"][0]
    assert (message["ts"], message["reactions"][0]["name"]) == (ts, "eyes")


def test_slash_command_is_completed_and_answered_for_oneself(page: Page, harbour: Harbour) -> None:
    page.goto(harbour.address())
    box = page.get_by_role("textbox", name=f"Message #{harbour.name}")
    box.press_sequentially("/ti")
    options = page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("PLACE")
    box.press("Enter")
    box.press_sequentially("Hull")
    box.press("Enter")
    article = page.get_by_role("article")
    expect(article).to_contain_text("Only visible to you")
    expect(article).to_contain_text("High water at Hull: 06:12")


def test_unknown_command_is_refused_in_words(page: Page, harbour: Harbour) -> None:
    page.goto(harbour.address())
    page.get_by_role("textbox", name=f"Message #{harbour.name}").fill("/moon")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_text("/moon is not a command of this workspace")).to_be_visible()


def test_home_tab_is_published_on_opening(page: Page, harbour: Harbour) -> None:
    page.goto(harbour.address())
    page.get_by_role("button", name="Tide Home").click()
    expect(page.get_by_role("heading", name="Good morning")).to_be_visible()
    page.get_by_role("button", name="Fill it in").click()
    expect(page.get_by_role("dialog", name="Short form")).to_be_visible()


def test_chart_is_drawn_and_told_as_a_table(page: Page, harbour: Harbour) -> None:
    harbour.write(text="Calm fell", blocks=[forms.chart()])
    page.goto(harbour.address())
    drawing = page.get_by_role("img", name="Calm by quay")
    expect(drawing).to_be_visible()
    page.get_by_role("group", name="Calm by quay: arrow keys read the values").press("ArrowRight")
    expect(page.locator(".chart-tip")).to_contain_text("North quay 3.5")
    page.get_by_role("button", name="Show as table").click()
    expect(drawing).to_have_count(0)
    expect(page.get_by_role("row", name="W3 2.4 3.3")).to_be_visible()
    page.get_by_role("button", name="Show as chart").click()
    expect(drawing).to_be_visible()


def test_unknown_block_is_a_visible_box(page: Page, harbour: Harbour) -> None:
    # The server refuses such a block, so the page is told of it in the server's stead.
    message = {"ts": "1791793800.000100", "user": ANN, "text": "", "bot": False}
    told = {"messages": [message | {"blocks": [{"type": "hologram", "block_id": "h"}]}]}
    page.route(re.compile("/messages\\?channel="), lambda route: route.fulfill(json=told))
    page.goto(harbour.address())
    expect(page.get_by_role("note")).to_contain_text("does not draw this block: hologram")


def test_every_block_and_element_is_drawn(page: Page, harbour: Harbour) -> None:
    pressed = {"button", "overflow", "feedback_buttons", "icon_button", "image"}
    blocks = [examples.block(kind) | {"block_id": f"block-{kind}"} for kind in examples.BLOCKS]
    blocks += [
        {"type": "actions", "elements": [examples.element(kind)]}
        if kind in pressed
        else examples.form(kind) | {"block_id": f"input-{kind}", "label": examples.plain(kind)}
        for kind in examples.ELEMENTS
    ]
    message = {"ts": "1791793800.000100", "user": ANN, "text": "", "bot": True, "blocks": blocks}
    page.route(re.compile("/messages\\?channel="), lambda route: route.fulfill(json={"messages": [message]}))
    page.route("https://example.com/**", lambda route: route.abort())
    page.goto(harbour.address())
    article = page.get_by_role("article")
    for kind in set(examples.ELEMENTS) - pressed:
        field = article.get_by_label(kind, exact=True)
        expect(field.first).to_be_visible()
    expect(article.locator(".unknown")).to_have_count(0)


def test_plain_text_is_never_markup_and_no_text_is_html(page: Page, harbour: Harbour) -> None:
    nasty = "<img src=x onerror=alert(1)> *stars*"
    blocks = [
        {"type": "section", "text": forms.plain(nasty)},
        forms.section("&lt;i&gt;no&lt;/i&gt; <javascript:alert(1)|press> *bold*"),
    ]
    harbour.write(blocks=blocks)
    page.goto(harbour.address())
    article = page.get_by_role("article")
    expect(article).to_contain_text(nasty)
    expect(article).to_contain_text("<i>no</i> press bold")
    expect(article.locator("img, a")).to_have_count(0)
    expect(article.locator(".block b")).to_have_text("bold")


def test_app_that_is_gone_is_said_in_words(page: Page, harbour: Harbour) -> None:
    harbour.write(blocks=forms.invitation("nobody_listens"))
    page.goto(harbour.address())
    page.route(
        "**/action", lambda route: route.fulfill(json={"ok": False, "error": "x", "message": "No answer came."})
    )
    page.get_by_role("button", name="Open the form").click()
    expect(page.get_by_text("No answer came.")).to_be_visible()
    page.get_by_role("button", name="Dismiss this notice").click()
    expect(page.get_by_text("No answer came.")).to_have_count(0)


def test_narrow_window_has_one_column_and_a_drawer(page: Page, harbour: Harbour) -> None:
    harbour.write(blocks=[*forms.invitation(), forms.chart("bar")])
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(harbour.address())
    expect(page.get_by_role("img", name="Calm by quay")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Open the form").click()
    dialog = page.get_by_role("dialog", name="Every input")
    expect(dialog).to_be_visible()
    assert dialog.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 740}
    assert page.evaluate("document.querySelector('.modal-body').scrollWidth") <= 360
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Open the list of conversations").click()
    page.get_by_role("dialog", name="Conversations").get_by_role("button", name=harbour.name).click()
    expect(page.get_by_role("heading", name=harbour.name, level=1)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
