"""The widget on the shop page: what a customer does with it, on a desk, on a phone, and when the network fails."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.web.conftest import PHONE, Fake, violations
from tests.e2e.web.fake_server import PORTRAIT

pytestmark = pytest.mark.e2e


def open_widget(page: Page, fake: Fake, path: str = "") -> Locator:
    page.goto(fake.shop + path)
    page.get_by_role("button", name="Open the conversation with the concierge").click()
    return page.get_by_role("dialog", name="House Concierge")


def say(page: Page, words: str) -> None:
    box = page.get_by_role("textbox", name="Write a message")
    box.fill(words)
    box.press("Enter")


def test_answers_are_shown_with_a_small_markdown_and_nothing_else(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    expect(page.get_by_role("textbox")).to_be_focused()
    say(page, "I lost my <b>label</b>")
    expect(panel.locator("[data-role=customer] .words")).to_have_text("I lost my <b>label</b>")
    answer = panel.locator("[data-role=assistant]")
    expect(answer.locator("ol li")).to_have_count(3)
    expect(answer.get_by_role("link", name="the help page")).to_have_attribute("rel", "noopener noreferrer")
    expect(answer.get_by_role("link")).to_have_count(1)
    expect(answer).to_contain_text("<b>Tags</b> stay text.")


def test_a_line_break_needs_shift(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    box = page.get_by_role("textbox")
    box.press_sequentially("one")
    box.press("Shift+Enter")
    box.press_sequentially("two")
    expect(box).to_have_value("one\ntwo")
    box.press("Enter")
    expect(panel.locator("[data-role=customer] br")).to_have_count(1)


def test_quick_replies_stay_and_are_used_once(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    panel.get_by_role("button", name="Where is my order?").click()
    card = panel.locator("[data-card=order]")
    expect(card).to_contain_text("1Z999AA10123456784")
    expect(card.get_by_role("heading", name="On its way")).to_be_visible()
    expect(card.locator("[aria-current=step]")).to_have_text(re.compile("On its way"))
    expect(card.get_by_role("link", name="Follow the parcel")).to_have_attribute("href", "https://www.ups.com/track")
    panel.get_by_role("button", name="Cancel it").click()
    expect(panel.get_by_text("You wrote: Cancel it")).to_be_visible()
    for title in ("Change the delivery address", "Cancel it"):
        expect(panel.get_by_role("button", name=title)).to_be_disabled()
    expect(panel.locator(".reply.chosen")).to_have_text(re.compile("Cancel it"))
    expect(page.get_by_role("textbox")).to_be_focused()
    log = next(iter(fake.world.logs.values()))
    assert [row["text"] for row in log if row["role"] == "customer"] == ["Where is my order?", "Cancel it"]


def test_the_conversation_goes_on_over_pages_and_reloads(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "Hello")
    expect(panel.get_by_text("You wrote: Hello")).to_be_visible()
    page.get_by_role("textbox").fill("half a sentence")
    page.goto(fake.shop + "product.html?id=track")
    expect(panel.get_by_text("You wrote: Hello")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_value("half a sentence")
    assert len(fake.world.logs) == 1


def test_two_tabs_show_the_same(page: Page, context: BrowserContext, fake: Fake) -> None:
    first = open_widget(page, fake)
    say(page, "from the first")
    expect(first.get_by_text("You wrote: from the first")).to_be_visible()
    other = context.new_page()
    second = open_widget(other, fake)
    say(other, "from the second")
    for panel in (first, second):
        expect(panel.locator("[data-role=customer]")).to_have_text([re.compile("first"), re.compile("second")])
        expect(panel.get_by_text("You wrote: from the second")).to_be_visible()


def test_a_handoff_from_the_queue_to_the_advisor_and_back(page: Page, fake: Fake) -> None:
    open_widget(page, fake)
    say(page, "I want a person")
    panel = page.get_by_role("dialog")
    expect(panel.locator("[data-bar=queue]")).to_contain_text("You are next.")
    conversation = next(iter(fake.world.logs))
    world = fake.world
    world.owners[conversation] |= {"wait": {"least": 5, "most": 20}, "address": "wanted"}
    world.touch()
    expect(panel.locator("[data-wait]")).to_have_text("In the last hours a first answer took 5–20 minutes.")
    panel.get_by_text("Shall we write to you once an advisor has answered?").click()
    address = panel.get_by_label("Your e-mail address")
    address.fill("claire@")
    address.press("Enter")
    expect(address).to_have_accessible_description("Please check this. It looks like name@example.com.")
    assert violations(page) == []
    address.fill("claire@example.com")
    address.press("Enter")
    expect(panel.locator("[data-role=customer][data-seq]").last).to_contain_text("claire@example.com")
    world.owners[conversation]["address"] = "known"
    world.touch()
    expect(panel.locator("[data-bar=queue]")).to_contain_text("We write to your e-mail address")
    world.append(conversation, "system", "", "event", payload={"event": "advisor_joined", "advisor": "Camille"})
    world.own(conversation, "advisor", "Camille")
    world.append(conversation, "advisor", "Good afternoon.", author="Camille")
    expect(panel.get_by_role("heading", name="Camille")).to_be_visible()
    expect(panel.locator("[data-event=advisor_joined]")).to_have_text("Camille has joined the conversation")
    expect(panel.locator("[data-bar=queue]")).to_have_count(0)
    expect(panel.locator(".portrait")).to_have_text("C")
    expect(panel.locator("[data-read]")).to_have_count(0)
    world.owners[conversation] |= {"portrait": PORTRAIT, "read": len(world.logs[conversation])}
    world.touch()
    expect(panel.locator("[data-role=customer]").last.locator("[data-read]")).to_have_text("Read")
    expect(panel.locator("[data-read]")).to_have_count(1)
    assert panel.locator(".portrait img").evaluate("each => each.decode().then(() => each.naturalWidth)") > 0
    assert violations(page) == []
    world.owners[conversation]["typing"] = "advisor"
    world.touch()
    expect(panel.locator("[data-bar=typing]")).to_have_text("Camille is writing")
    case = next(iter(world.cases.values()))
    world.close(case, "returned", "handed_back", "secret note")
    expect(panel.get_by_role("heading", name="House Concierge")).to_be_visible()
    expect(panel).not_to_contain_text("secret note")
    world.append(conversation, "system", "", "event", payload={"event": "case_resolved", "ask": True})
    rating = panel.get_by_role("group", name="How was this conversation?")
    expect(rating).to_be_visible()
    assert violations(page) == []
    panel.locator(".rating").get_by_role("button", name="Send").click()
    expect(rating).to_be_visible()  # without a number nothing is sent
    rating.get_by_role("radio", name="4").check()
    panel.get_by_label("A word, if you wish").fill("Kind, and quick.")
    panel.locator(".rating").get_by_role("button", name="Send").click()
    expect(panel.get_by_text("Thank you. Your answer has reached us.")).to_be_visible()
    expect(panel.locator(".rating")).to_have_count(0)
    assert (world.logs[conversation][-1]["text"], world.logs[conversation][-1]["payload"]["score"]) == (
        "Kind, and quick.",
        4,
    )


def test_a_new_conversation_while_an_advisor_is_there_is_asked_with_what_becomes_of_it(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "Where is my order?")
    expect(panel.get_by_role("button", name="Cancel it")).to_be_enabled()
    say(page, "I want a person")
    panel = page.get_by_role("dialog")
    expect(panel.locator("[data-bar=queue]")).to_be_visible()
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="New conversation").click()
    expect(panel.locator("[data-bar=new]")).to_contain_text("your place in the queue is given up")
    fake.world.own(next(iter(fake.world.logs)), "advisor", "Camille")
    expect(panel.locator("[data-bar=new]")).to_contain_text("Camille can no longer reach you in it")
    panel.get_by_role("button", name="Keep this one").click()
    expect(panel.get_by_role("heading", name="Camille")).to_be_visible()
    fake.world.close(next(iter(fake.world.cases.values())), "returned", "handed_back", "")
    expect(panel.get_by_role("heading", name="House Concierge")).to_be_visible()
    # What was offered before the case does not come alive after it.
    expect(panel.get_by_role("button", name="Cancel it")).to_be_disabled()


def test_choices_that_are_offered_again_are_there_once(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "Where is my order?")
    cancel = panel.get_by_role("button", name="Cancel it")
    expect(cancel).to_have_count(1)
    say(page, "Where is my order?")
    expect(panel.locator("[data-card=order]")).to_have_count(2)
    expect(cancel).to_have_count(1)
    expect(cancel).to_be_enabled()


def test_the_machine_says_so_with_its_first_words(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake, "product.html?id=hourglass-small")
    panel.get_by_role("button", name="About Hourglass Small").click()
    expect(panel.get_by_text("You wrote: About Hourglass Small")).to_be_visible()
    say(page, "again")
    expect(panel.get_by_text("You wrote: again")).to_be_visible()
    expect(panel.locator("[data-notice=machine]")).to_have_text(re.compile("You are speaking with a digital assistant"))


def test_the_customer_may_leave_the_queue(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "I want a person")
    panel.get_by_role("button", name="Continue with the assistant").click()
    expect(panel.locator("[data-event=customer_left]")).to_be_visible()
    expect(panel.locator("[data-bar=queue]")).to_have_count(0)


def test_nothing_is_lost_while_the_server_is_away(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "before")
    expect(panel.get_by_text("You wrote: before")).to_be_visible()
    fake.world.down = True
    fake.world.touch()
    say(page, "meanwhile")
    expect(panel.get_by_text("Not sent yet. We keep trying.")).to_be_visible()
    page.reload()
    expect(panel.locator("[data-delivery]")).to_contain_text("meanwhile")
    fake.world.down = False
    expect(panel.get_by_text("You wrote: meanwhile")).to_be_visible(timeout=20_000)
    log = next(iter(fake.world.logs.values()))
    assert [row["text"] for row in log if row["role"] == "customer"] == ["before", "meanwhile"]


def test_a_refused_message_says_why_and_stays(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "refuse me")
    expect(panel.locator("[data-delivery=refused]")).to_contain_text("This message cannot be sent.")
    panel.get_by_role("button", name="Discard").click()
    expect(panel.locator("[data-delivery]")).to_have_count(0)


def test_the_limit_shows_near_the_end(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    box = page.get_by_role("textbox")
    box.fill("x" * 1700)
    expect(panel.locator("#limit")).to_have_count(0)
    box.fill("x" * 1990)
    expect(panel.locator("#limit")).to_have_text("10 characters left")
    box.fill("x" * 2003)
    expect(panel.locator("#limit")).to_have_text("3 characters too many")
    expect(panel.get_by_role("button", name="Send")).to_be_disabled()


def test_a_new_conversation_puts_the_old_one_away(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "Hello")
    expect(panel.get_by_text("You wrote: Hello")).to_be_visible()
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="New conversation").click()
    panel.get_by_role("button", name="Begin anew").click()
    expect(panel.get_by_role("heading", name="How may we help you?")).to_be_visible()
    say(page, "Again")
    expect(panel.get_by_text("You wrote: Again")).to_be_visible()
    assert len(fake.world.logs) == 2
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="Earlier conversations").click()
    assert violations(page) == []
    panel.get_by_role("button", name="Today Hello").click()
    expect(panel.get_by_text("You wrote: Hello")).to_be_visible()
    say(page, "I am back")
    expect(panel.get_by_text("You wrote: I am back")).to_be_visible()
    assert [row["text"] for row in fake.world.logs["c1"] if row["role"] == "customer"] == ["Hello", "I am back"]
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="Earlier conversations").click()
    expect(panel.locator(".earlier button")).to_have_text([re.compile("Again")])
    panel.get_by_role("button", name="Remove them from this device").click()
    panel.get_by_role("button", name="Menu").click()
    expect(panel.get_by_role("button", name="Save the conversation")).to_be_visible()
    expect(panel.get_by_role("button", name="Earlier conversations")).to_have_count(0)


def test_it_goes_on_on_another_device_by_a_link(page: Page, browser: Browser, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "Hello")
    expect(panel.get_by_text("You wrote: Hello")).to_be_visible()
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="Continue on another device").click()
    link = panel.get_by_label("Continue on another device").input_value()
    assert "/shop/#concierge-link=" in link
    code = panel.locator(".code").bounding_box()
    assert code is not None
    assert (code["width"], code["height"]) == (132, 132)
    assert violations(page) == []
    # A messenger is on the phone as often as here.
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="Continue on WhatsApp").click()
    assert panel.get_by_label("Continue on WhatsApp").input_value() == "https://wa.me/33100000000?text=ticket"
    expect(panel.get_by_role("link", name="Continue on WhatsApp")).to_have_attribute("href", re.compile("wa.me"))
    expect(panel.locator(".code")).to_be_visible()
    assert violations(page) == []
    other = browser.new_context(locale="en-GB", viewport=PHONE)
    there = other.new_page()
    there.goto(link)
    expect(there.get_by_role("dialog").get_by_text("You wrote: Hello")).to_be_visible()
    assert "concierge-link" not in there.url
    say(there, "from the phone")
    expect(panel.get_by_text("You wrote: from the phone")).to_be_visible()
    other.close()


def test_a_copy_of_the_conversation_is_kept_and_the_policy_is_in_the_menu(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    expect(panel.get_by_role("button", name="Menu")).to_have_count(0)  # there is nothing in it yet
    page.evaluate("Concierge.update({privacy: 'https://house.example/privacy'})")
    say(page, "Hello")
    expect(panel.get_by_text("You wrote: Hello")).to_be_visible()
    menu = panel.get_by_role("button", name="Menu")
    menu.click()
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(panel.get_by_role("link", name="Privacy")).to_have_attribute("href", "https://house.example/privacy")
    assert violations(page) == []
    save = panel.get_by_role("button", name="Save the conversation")
    save.click()
    expect(panel.get_by_role("button", name="As text")).to_be_focused()
    assert violations(page) == []
    with page.expect_download() as download:
        panel.get_by_role("button", name="As text").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert re.fullmatch(r"Today\n\n\d\d:\d\d You\nHello\n\n\d\d:\d\d House Concierge\nYou wrote: Hello\n", text)
    cases = [("PDF", False, ".pdf", b"%PDF-"), ("data", False, ".json", b"{"), ("PDF", True, ".txt", b"Today")]
    for form, down, suffix, begins in cases:
        fake.world.down = down  # then a text is kept, which needs no server
        menu.click()
        save.click()
        with page.expect_download() as download:
            panel.get_by_role("button", name=f"As {form}").click()
        assert download.value.suggested_filename.endswith(suffix)
        assert download.value.path().read_bytes().startswith(begins)
    fake.world.down = False
    menu.click()
    page.keyboard.press("Escape")  # closes the menu, not the panel
    expect(menu).to_have_attribute("aria-expanded", "false")


def test_the_conversation_is_printed_without_the_shop_around_it(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "Hello")
    expect(panel.get_by_text("You wrote: Hello")).to_be_visible()
    page.evaluate("() => { window.print = () => { window.printed = (window.printed ?? 0) + 1; }; }")
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="Save the conversation").click()
    panel.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed") == 1
    paper = page.locator("#concierge-paper")
    expect(paper).to_be_hidden()
    page.emulate_media(media="print")
    expect(paper).to_be_visible()
    expect(paper.locator("h1, h2, h3, p")).to_have_text(
        ["House Concierge", "Today", re.compile(r"You \d\d:"), "Hello", re.compile("House"), "You wrote: Hello"]
    )
    shown = "[...document.body.children].filter(each => getComputedStyle(each).display !== 'none').map(each => each.id)"
    assert page.evaluate(shown) == ["concierge-paper"]
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(paper).to_have_count(0)
    assert page.evaluate("document.adoptedStyleSheets.length") == 0


def test_the_keyboard_leads_in_and_out(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("F6")  # the launcher that it was opened by is gone: out to the page
    expect(page.get_by_role("textbox")).not_to_be_focused()
    page.get_by_role("link", name="Balenciaga").first.focus()
    page.keyboard.press("F6")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("F6")
    expect(page.get_by_role("link", name="Balenciaga").first).to_be_focused()
    page.keyboard.press("F6")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.get_by_role("button", name="Open the conversation with the concierge")).to_be_focused()


def test_an_answer_to_a_closed_panel_is_counted(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "Hello")
    expect(panel.get_by_text("You wrote: Hello")).to_be_visible()
    page.keyboard.press("Escape")
    fake.world.append(next(iter(fake.world.logs)), "assistant", "One more thing.")
    expect(page.get_by_role("button", name="Open the conversation with the concierge, 1 new message")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("fr", "Comment pouvons-nous vous aider ?"),
        ("it", "Come possiamo aiutarla?"),
        ("de", "Wie dürfen wir Ihnen helfen?"),
        ("es", "¿Cómo podemos ayudarle?"),
    ],
)
def test_the_shop_sets_the_language(page: Page, fake: Fake, language: str, heading: str) -> None:
    page.goto(fake.shop)
    page.get_by_label("Language").select_option(language)
    page.locator(".launcher").click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_nothing_is_asked_of_the_server_before_the_first_message(page: Page, fake: Fake) -> None:
    open_widget(page, fake)
    expect(page.get_by_role("heading", name="How may we help you?")).to_be_visible()
    assert fake.world.logs == {}


def test_full_screen_on_a_phone(browser: Browser, fake: Fake) -> None:
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", reduced_motion="reduce"
    )
    page = context.new_page()
    panel = open_widget(page, fake)
    half = panel.bounding_box()
    assert half is not None
    assert half["height"] == 460
    assert (half["x"], half["y"] + half["height"], half["width"]) == (0, PHONE["height"], PHONE["width"])
    expect(panel.get_by_text("Where is my order?")).to_be_in_viewport()
    assert violations(page) == []
    panel.get_by_role("button", name="Enlarge the conversation").click()
    panel.get_by_role("button", name="Reduce the conversation").click()
    assert panel.bounding_box() == half
    page.get_by_role("textbox").tap()
    box = panel.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, PHONE["width"], PHONE["height"])
    assert page.get_by_role("textbox").evaluate("each => getComputedStyle(each).fontSize") == "16px"
    say(page, "Where is my order?")
    expect(panel.locator("[data-card=order]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert violations(page) == []
    context.close()


def test_on_a_phone_the_page_above_it_closes_it_and_pulling_makes_it_whole(browser: Browser, fake: Fake) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
    page = context.new_page()
    panel = open_widget(page, fake)
    expect(panel).to_be_visible()
    grip = panel.get_by_role("button", name="Enlarge the conversation").bounding_box()
    assert grip is not None
    page.mouse.move(grip["x"] + 20, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 20, grip["y"] - 200, steps=3)
    page.mouse.up()
    expect(panel).to_have_attribute("data-height", "full")
    panel.get_by_role("button", name="Reduce the conversation").click()
    page.touchscreen.tap(200, 100)
    expect(panel).to_have_count(0)
    context.close()


def test_beside_a_product_the_page_makes_room_for_it(page: Page, fake: Fake) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    panel = open_widget(page, fake, "product.html?id=hourglass-small")
    expect(panel).to_be_visible()
    panel.evaluate("e => Promise.all(e.getAnimations().map((each) => each.finished))")  # it comes in within 200 ms
    box, buy = panel.bounding_box(), page.locator("button.buy").bounding_box()
    assert box is not None
    assert buy is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (860, 0, 420, 800)
    assert buy["x"] + buy["width"] <= box["x"]
    assert violations(page) == []
    page.set_viewport_size({"width": 1000, "height": 800})  # no room for both
    expect(panel).to_have_css("bottom", "30px")
    assert page.evaluate("getComputedStyle(document.documentElement).paddingRight") == "0px"
    page.set_viewport_size({"width": 1280, "height": 800})
    panel.get_by_role("button", name="Close the conversation").click()
    assert page.evaluate("getComputedStyle(document.documentElement).paddingRight") == "0px"


def test_when_advisors_are_there_is_said_before_anybody_asks(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    expect(panel.get_by_text("Our client advisors are here until 19:00 (Milan).")).to_be_visible()
    later = {"open": False, "until": None, "opens": "2026-12-07T09:00:00+01:00"}
    fake.world.hours |= later
    panel.get_by_role("button", name="Close the conversation").click()
    page.get_by_role("button", name="Open the conversation with the concierge").click()
    expect(panel.get_by_text(re.compile(r"here again Monday.* 0?9:00 \(Milan\)"))).to_be_visible()
    say(page, "I want a person")
    expect(panel.locator("[data-bar=queue] .hours")).to_contain_text("Milan")


def test_right_to_left(page: Page, fake: Fake) -> None:
    page.goto(fake.shop)
    page.evaluate("document.documentElement.dir = 'rtl'")
    box = page.locator(".launcher").bounding_box()
    assert box is not None
    assert box["x"] < 100


def test_the_interface_speaks_more_than_the_house_and_arabic_runs_from_the_right(page: Page, fake: Fake) -> None:
    page.goto(fake.shop)
    page.evaluate("document.querySelector('concierge-widget').setAttribute('lang', 'ar')")
    page.get_by_role("button", name="افتح المحادثة مع الكونسيرج").click()
    panel = page.get_by_role("dialog")
    heading, go = panel.get_by_role("heading", name="كيف يمكننا مساعدتك؟"), panel.locator(".go").first
    expect(heading).to_be_visible()
    first, arrow = heading.bounding_box(), go.bounding_box()
    assert first is not None
    assert arrow is not None
    assert first["x"] + first["width"] > arrow["x"] + arrow["width"], "it begins at the right, the arrow is at the left"
    assert panel.evaluate("each => each.scrollWidth <= each.clientWidth")
    panel.get_by_role("button", name="أين طلبي؟").click()
    expect(panel.locator("[data-role=assistant]")).to_have_count(1)
    assert violations(page) == []


def test_accessible(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    assert violations(page) == []
    say(page, "Where is my order?")
    expect(panel.locator("[data-card=order]")).to_be_visible()
    say(page, "I want a person")
    expect(panel.locator("[data-bar=queue]")).to_be_visible()
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="New conversation").click()
    assert violations(page) == []


@pytest.mark.parametrize("path", ["", "?kind=shoes", "product.html?id=hourglass-small"])
def test_the_shop_is_accessible(page: Page, fake: Fake, path: str) -> None:
    page.goto(fake.shop + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert violations(page) == []


def rest_below(panel: Locator) -> int:
    return int(panel.locator(".log").evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight"))


def test_the_end_stays_in_view_when_room_is_taken(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    for number in range(6):
        say(page, f"message {number}")
        expect(panel.get_by_text(f"You wrote: message {number}")).to_be_visible()
    page.get_by_role("textbox").fill("a\nb\nc\nd\ne\nf")
    panel.get_by_role("button", name="Menu").click()
    panel.get_by_role("button", name="New conversation").click()
    expect(panel.get_by_role("button", name="Begin anew")).to_be_visible()
    expect(panel.get_by_text("You wrote: message 5")).to_be_in_viewport()
    assert rest_below(panel) < 2


def test_a_long_answer_is_read_from_its_beginning(browser: Browser, fake: Fake) -> None:
    """As beside a phone's keyboard, where there is room for a few lines."""
    context = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 330})
    page = context.new_page()
    panel = open_widget(page, fake)
    expect(panel.get_by_role("heading", name="How may we help you?")).to_be_in_viewport()
    say(page, "hello")
    expect(panel.get_by_text("You wrote: hello")).to_be_visible()
    say(page, "I lost my label")
    expect(panel.get_by_text("You can send it back without the original label:")).to_be_in_viewport()
    assert rest_below(panel) > 48
    panel.get_by_role("button", name="Latest messages").click()
    expect(panel.get_by_role("button", name="Speak with an advisor")).to_be_in_viewport()
    expect(panel.get_by_role("button", name="Latest messages")).to_have_count(0)
    context.close()


def test_a_customers_own_words_are_text(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    written = "**me** [https://bank.example](https://evil.example)"
    say(page, written)
    for _ in range(2):  # as sent, and as it comes back with the conversation
        bubble = panel.locator("[data-role=customer] .words")
        expect(bubble).to_have_text(written)
        expect(bubble.locator("strong")).to_have_count(0)
        links = bubble.get_by_role("link").all()
        assert [link.get_attribute("href") for link in links] == ["https://bank.example/", "https://evil.example/"]
        expect(panel.locator("[data-role=assistant]").first).to_be_visible()
        page.reload()
        panel = page.locator("concierge-widget")


def test_an_address_elsewhere_is_no_path_of_ours(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(page, "hello")
    expect(panel.locator("[data-role=assistant]").first).to_be_visible()
    conversation = next(iter(fake.world.logs))
    odd = ["/\\evil.example", "\\\\evil.example", "/%5cevil.example", "//evil.example", "/\t/evil.example", "/own/path"]
    rows = [{"label": str(number), "value": f"row {number}", "url": url} for number, url in enumerate(odd)]
    fake.world.append(
        conversation, "assistant", "Here.", "cards", payload={"cards": [{"title": "Odd", "rows": rows, "buttons": []}]}
    )
    card = panel.locator(".card")
    expect(card).to_contain_text("row 5")
    assert [link.get_attribute("href") for link in card.get_by_role("link").all()] == ["/own/path"]
