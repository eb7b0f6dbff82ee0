"""What is read out in each state, in which order, by Chromium's accessibility tree; and where the keyboard is then."""

from __future__ import annotations

import pytest
from babel import Locale
from playwright.sync_api import Locator, Page, expect

from concierge.answers import forms
from tests.e2e.web.conftest import Fake
from tests.e2e.web.read_out import Tree
from tests.e2e.web.test_widget import open_widget, say

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

BOX = "textbox “Write a message”"
BELOW = ["status [live polite]", "button “Add a photo or file”"]
EMPTY = [*BELOW, BOX, "button “Send” [disabled]"]
FOCUSED = [*BELOW, f"{BOX} [focused]", "button “Send” [disabled]"]
STARTERS = (
    "Where is my order?",
    "I would like to return an item",
    "My bag needs a repair",
    "Speak with a client advisor",
)


def listed(*parts: str) -> list[str]:
    return [line for part in parts for line in ("listitem", part)]


@pytest.fixture
def panel(page: Page, fake: Fake) -> Locator:
    open_widget(page, fake)
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("button", name="Add a photo or file")).to_be_visible()
    expect(panel.get_by_role("textbox")).to_be_focused()
    return panel


@pytest.fixture
def tree(page: Page, panel: Locator) -> Tree:
    return Tree(page)


def test_a_panel_that_has_just_been_opened(page: Page, panel: Locator, tree: Tree) -> None:
    expect(panel.locator(".hours")).to_be_visible()
    hours = "Our client advisors are here until 19:00 (Milan)."
    welcome = "Our digital assistant answers at once, at any hour. You may ask for a client advisor at any time."
    assert tree.lines() == [
        "dialog “House Concierge”",
        "heading “House Concierge”",
        "“Digital assistant”",
        "button “Close the conversation”",
        "log “Conversation” [live polite]",
        "heading “How may we help you?”",
        f"“{welcome} {hours}”",
        "list “Suggested replies”",
        *listed(*(f"button “{each}”" for each in STARTERS)),
        *FOCUSED,
    ]
    page.keyboard.press("Escape")
    expect(page.locator(".launcher")).to_be_focused()


def test_an_order_s_card_and_a_choice_that_is_taken(page: Page, panel: Locator, tree: Tree) -> None:
    say(page, "Where is my order?")
    expect(panel.locator("[data-card=order]")).to_be_visible()
    expect(panel.locator("time")).to_have_count(1)
    card = [
        "heading “On its way”",
        "“BA10000003 Expected 2–4 December”",
        "list",
        *listed("“Confirmed 27 November”", "“Being prepared”", "“On its way 28 November”", "“Delivered”"),
        "list",
        *listed("“Hourglass Small Black, S €2,390”", "“Speed Recycled Bone, 39 €795”"),
        "DescriptionList",
        "term “Carrier”",
        "definition",
        "“UPS”",
        "term “Tracking”",
        "definition",
        "“1Z999AA10123456784”",
        "link “Follow the parcel (opens in a new tab)”",
        "list “Suggested replies”",
    ]
    said = tree.after("log “Conversation” [live polite]")
    machine = "You are speaking with a digital assistant. You may ask for a client advisor at any time."
    answer = "Your order left our warehouse and is on its way."
    assert said[0] == f"“Today You : Where is my order? {machine} House Concierge : {answer}”"
    replies = listed("button “Change the delivery address”", "button “Cancel it”")
    assert said[1 : 1 + len(card) + len(replies)] == [*card, *replies]
    panel.get_by_role("button", name="Cancel it").click()
    expect(panel.get_by_text("You wrote: Cancel it")).to_be_visible()
    taken = listed("button “Change the delivery address” [disabled]", "button “Cancel it (chosen)” [disabled]")
    assert tree.after("list “Suggested replies”")[: len(taken)] == taken
    assert tree.focused() == [BOX]


def test_a_form_with_what_is_wrong_and_a_file_to_be_sent(page: Page, fake: Fake, panel: Locator, tree: Tree) -> None:
    say(page, "hello")
    expect(panel.get_by_text("You wrote: hello")).to_be_visible()
    form = forms.beside("utter_ask_order_form_order_number", {}, Locale("en"))
    fake.world.append(list(fake.world.logs)[-1], "assistant", "May I have both?", payload={"form": form})
    expect(panel.get_by_label("E-mail of the order")).to_be_visible()
    fields = ["textbox “Order number”", "textbox “E-mail of the order”", "button “Send”"]
    lines = tree.lines()
    first = lines.index(fields[0])
    assert lines[first : first + 3] == fields
    panel.locator(".fields button").click()
    expect(panel.get_by_label("Order number")).to_be_focused()
    wrong = "“Please fill this in.”"
    after = tree.after("textbox “Order number” [invalid] [focused]")
    assert after[:4] == [wrong, "textbox “E-mail of the order” [invalid]", wrong, "button “Send”"]
    paper = {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    panel.locator("input[type=file]").first.set_input_files(paper)
    expect(panel.locator(".tray")).to_contain_text("receipt.pdf")
    waiting = ["listitem", "“receipt.pdf 1 kB”", "button “Remove receipt.pdf”", "button “Add a photo or file”", BOX]
    assert tree.after("list “To be sent”") == [*waiting, "button “Send”"]
    panel.get_by_role("button", name="Remove receipt.pdf").click()
    expect(panel.locator(".tray")).to_have_count(0)
    assert tree.focused() == [BOX], "not the top of the page"


def test_from_the_queue_to_an_advisor_and_the_question_how_it_was(page: Page, fake: Fake, panel: Locator) -> None:
    world = fake.world
    say(page, "I want a person")
    expect(panel.locator("[data-bar=queue]")).to_be_visible()
    conversation = list(world.logs)[-1]
    world.owners[conversation] |= {"wait": {"least": 5, "most": 20}, "address": "wanted"}
    world.touch()
    expect(panel.locator("[data-wait]")).to_be_visible()
    tree = Tree(page)
    bar = tree.after("button “Close the conversation”")
    hours = "Our client advisors are here until 19:00 (Milan)."
    assert bar[: bar.index("log “Conversation” [live polite]")] == [
        "status [live polite]",
        "“You are next. In the last hours a first answer took 5–20 minutes. " + hours + "”",
        "group",
        "DisclosureTriangle “Shall we write to you once an advisor has answered?” [expanded no]",
        "button “Continue with the assistant”",
    ]
    world.append(conversation, "system", "", "event", payload={"event": "advisor_joined", "advisor": "Camille"})
    world.own(conversation, "advisor", "Camille")
    world.append(conversation, "advisor", "Good morning, how may I help?", author="Camille")
    expect(panel.get_by_text("Good morning, how may I help?")).to_be_visible()
    expect(panel.get_by_role("heading", name="Camille")).to_be_visible()
    lines = tree.lines()
    assert lines[:3] == ["dialog “Camille”", "heading “Camille”", "“Client advisor”"]
    said = next(line for line in lines if "how may I help" in line)
    assert said.endswith("Camille has joined the conversation Camille : Good morning, how may I help?”")
    say(page, "refuse me")
    expect(panel.get_by_text("This message cannot be sent.")).to_be_visible()
    tries = ["button “Try again”", "button “Discard”"]
    assert tree.after("time") == ["“You : refuse me This message cannot be sent.”", *tries, *FOCUSED]
    panel.get_by_role("button", name="Discard").click()
    expect(panel.locator("[data-delivery]")).to_have_count(0)
    assert tree.focused() == ["log “Conversation” [live polite]"]
    world.close(next(iter(world.cases.values())), "returned", "handed_back", "")
    world.append(conversation, "system", "", "event", payload={"event": "case_resolved", "ask": True})
    expect(panel.locator(".rating")).to_be_visible()
    asked = tree.after("group “How was this conversation?”")
    radios = [f"radio “{score}”" for score in range(1, 6)]
    more = [
        "“Not satisfied Very satisfied”",
        "textbox “A word, if you wish”",
        "button “Send”",
        "alert [live assertive]",
    ]
    assert asked == [*radios, *more, *EMPTY]
    panel.locator(".rating").get_by_role("button", name="Send").click()
    expect(panel.locator(".rating .wrong")).to_have_text("Please fill this in.")
    assert tree.focused() == ["radio “1”"]
    panel.get_by_role("radio", name="5").check()
    panel.locator(".rating").get_by_role("button", name="Send").click()
    expect(panel.locator(".rating")).to_have_count(0)
    assert tree.focused() == ["log “Conversation” [live polite]"]


def test_the_menu_and_the_way_back_from_it(page: Page, panel: Locator, tree: Tree) -> None:
    say(page, "hello")
    expect(panel.get_by_text("You wrote: hello")).to_be_visible()
    panel.get_by_role("button", name="Menu").click()
    expect(panel.get_by_role("button", name="Continue on another device")).to_be_visible()
    ways = ["Continue on WhatsApp", "Continue on another device"]
    entries = ["New conversation", "Save the conversation", *ways]
    group = ["group “Menu”", *(f"button “{each}”" for each in entries), "log “Conversation” [live polite]"]
    assert tree.after("button “Close the conversation”")[: len(group)] == group
    assert tree.focused() == ["button “Menu” [expanded]"]
    panel.get_by_role("button", name="Save the conversation").click()
    expect(panel.get_by_role("button", name="As text")).to_be_focused()
    copies = [f"button “{each}”" for each in ("As text", "As PDF", "As data (JSON)", "Print")]
    copies[0] += " [focused]"
    beside = ["group “Save the conversation”", *copies, "log “Conversation” [live polite]"]
    assert tree.after("button “Close the conversation”")[: len(beside)] == beside
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    panel.get_by_role("button", name="New conversation").click()
    expect(panel.get_by_role("button", name="Begin anew")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel.locator("[data-bar=new]")).to_have_count(0)
    assert tree.focused() == ["button “Menu” [expanded no]"]
    page.keyboard.press("Enter")
    panel.get_by_role("button", name="New conversation").click()
    panel.get_by_role("button", name="Begin anew").click()
    expect(panel.get_by_role("heading", name="How may we help you?")).to_be_visible()
    assert tree.focused() == [BOX]


def test_what_was_said_before_is_not_read_out_as_news(page: Page, fake: Fake, panel: Locator) -> None:
    """While a conversation comes in again its log is no live region; it is one for what comes then."""
    say(page, "hello")
    expect(panel.get_by_text("You wrote: hello")).to_be_visible()
    conversation = list(fake.world.logs)[-1]
    for number in range(60):
        fake.world.append(conversation, "assistant", f"sentence {number}")
    page.add_init_script(
        """window.aloud = [];
        const look = (root) => new MutationObserver((found) => {
          for (const { target, addedNodes } of found) for (const each of addedNodes) {
            const message = each.querySelector?.('[data-seq]') ?? (each.matches?.('[data-seq]') ? each : null);
            const log = target.closest?.('.log') ?? (each.closest?.('.log'));
            if (message && log?.getAttribute('aria-live') === 'polite') window.aloud.push(message.dataset.seq);
          } }).observe(root, {childList: true, subtree: true});
        const attach = Element.prototype.attachShadow;
        Element.prototype.attachShadow = function (how) {
          const root = attach.call(this, how); look(root); return root; };"""
    )
    page.reload()
    expect(panel.locator("[data-seq][data-role]")).to_have_count(62)
    expect(panel.get_by_role("log")).to_have_attribute("aria-live", "polite")
    assert page.evaluate("window.aloud") == []
    fake.world.append(conversation, "assistant", "and this is news")
    expect(panel.get_by_text("and this is news")).to_be_in_viewport()
    assert page.evaluate("window.aloud.length") == 1
