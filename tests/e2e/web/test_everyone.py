"""The widget for everyone: enlarged, in forced colours, in the dark, from the right, and as it is read out.

Each state is held against axe's rules of WCAG 2.2 AA; and on a phone, and on a desk in the dark, against how it looked
before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from babel import Locale
from playwright.sync_api import Browser, Locator, Page, expect

from concierge.answers import forms
from tests.e2e.conftest import PATIENCE
from tests.e2e.web import looks
from tests.e2e.web.conftest import PHONE, Fake, violations
from tests.e2e.web.test_widget import open_widget, say

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

# 1280 × 1024 at 400 %, which WCAG 1.4.10 is measured at; and a phone.
ENLARGED = {"width": 320, "height": 256}
VIEWS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
    "enlarged": {"viewport": ENLARGED},
    "forced colours": {"viewport": PHONE, "forced_colors": "active"},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
}
LASTING = """each => [...each.shadowRoot.querySelectorAll('*')].flatMap(one => one.getAnimations())
  .map(one => one.effect.getComputedTiming().endTime).filter(ms => ms > 200)"""


LOOKED_AT = {"phone": "phone", "dark": "desk"}  # views, and what the pictures of their states are called after


@dataclass
class View:
    name: str
    page: Page

    def whole(self, panel: Locator, state: str = "") -> None:
        whole(self.page, panel)
        if state and self.name in LOOKED_AT:
            looks.same(self.page, f"{state}-{LOOKED_AT[self.name]}")


@pytest.fixture(params=VIEWS)
def view(request: pytest.FixtureRequest, browser: Browser) -> Iterator[View]:
    context = browser.new_context(locale="en-GB", **VIEWS[request.param])
    context.set_default_timeout(PATIENCE)
    yield View(request.param, context.new_page())
    context.close()


def whole(page: Page, panel: Locator) -> None:
    """Nothing is cut off at a side, wrong by axe's rules, or in motion for long."""
    assert violations(page) == []
    wider = (
        "each => [each, ...each.querySelectorAll('.log, .card, .bar, .top')].map(e => e.scrollWidth - e.clientWidth)"
    )
    assert max(panel.evaluate(wider)) <= 1
    assert page.locator("concierge-widget").evaluate(LASTING) == []


def test_every_state_is_whole_for_everyone(view: View, fake: Fake) -> None:
    page, world = view.page, fake.world
    page.goto(fake.shop + "?theme=auto")
    page.evaluate(
        "(window.Concierge ||= []).push(['update', {greeting: {text: 'Shall we help you choose a size?', after: 0}}])"
    )
    expect(page.get_by_text("Shall we help you choose a size?")).to_be_visible()
    assert violations(page) == []
    page.locator(".launcher").click()
    panel = page.get_by_role("dialog")  # by whatever name: it is the advisor's in the end
    expect(panel.get_by_role("heading", name="How may we help you?")).to_be_visible()
    view.whole(panel, "welcome")
    say(page, "Where is my order?")
    expect(panel.locator("[data-card=order]")).to_be_visible()
    view.whole(panel, "order")
    panel.get_by_role("button", name="Menu").click()
    expect(panel.get_by_role("button", name="Continue on another device")).to_be_visible()
    view.whole(panel, "menu")
    panel.get_by_role("button", name="New conversation").click()
    view.whole(panel)
    panel.get_by_role("button", name="Keep this one").click()
    conversation = list(world.logs)[-1]
    form = forms.beside("utter_ask_order_form_order_number", {}, Locale("en"))
    world.append(conversation, "assistant", "May I have your order number and e-mail?", payload={"form": form})
    expect(panel.get_by_label("E-mail of the order")).to_be_visible()
    view.whole(panel, "form")
    paper = {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    panel.locator("input[type=file]").first.set_input_files(paper)
    expect(panel.locator(".tray")).to_contain_text("receipt.pdf")
    view.whole(panel, "file")
    panel.get_by_role("button", name="Remove receipt.pdf").click()
    say(page, "I want a person")
    expect(panel.locator("[data-bar=queue]")).to_be_visible()
    world.owners[conversation] |= {"wait": {"least": 5, "most": 20}, "address": "wanted"}
    world.touch()
    expect(panel.locator("[data-wait]")).to_be_attached()  # in little room it gives way
    view.whole(panel, "queue")
    world.append(conversation, "system", "", "event", payload={"event": "advisor_joined", "advisor": "Camille"})
    world.own(conversation, "advisor", "Camille")
    expect(panel.get_by_text("Camille has joined the conversation")).to_be_visible()
    world.append(conversation, "advisor", "Good morning, how may I help?", author="Camille")
    expect(panel.get_by_text("Good morning, how may I help?")).to_be_visible()
    view.whole(panel, "advisor")
    say(page, "refuse me")
    expect(panel.get_by_text("This message cannot be sent.")).to_be_visible()
    view.whole(panel)


def test_from_the_right_in_arabic(browser: Browser, fake: Fake) -> None:
    context = browser.new_context(viewport=PHONE, locale="ar")
    page = context.new_page()
    page.goto(fake.shop)
    page.evaluate("document.documentElement.dir = 'rtl'; (window.Concierge ||= []).push(['update', {language: 'ar'}])")
    page.locator(".launcher").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading").nth(1)).to_be_visible()
    whole(page, panel)
    icons = panel.locator(".top .icon").last.bounding_box()
    assert icons is not None
    assert icons["x"] < PHONE["width"] / 4, "the way out is where the line ends"
    box = panel.get_by_role("textbox")
    box.fill("I want a person")
    box.press("Enter")
    expect(panel.locator("[data-bar=queue]")).to_be_visible()
    conversation = list(fake.world.logs)[-1]
    fake.world.owners[conversation] |= {"wait": {"least": 5, "most": 20}, "address": "wanted"}
    fake.world.touch()
    expect(panel.locator("[data-wait]")).to_be_visible()
    whole(page, panel)
    panel.locator(".top .icon").first.click()
    device = panel.get_by_role("button", name="المتابعة على جهاز آخر")
    expect(device).to_be_visible()
    whole(page, panel)
    looks.same(page, "arabic-phone")
    device.click()
    expect(panel.locator(".code")).to_be_visible()
    whole(page, panel)
    context.close()


def test_what_is_read_out_and_in_which_order(page: Page, fake: Fake) -> None:
    """The accessibility tree, as a screen reader goes through it: who speaks, then what; news once; the input last."""
    panel = open_widget(page, fake)
    say(page, "I lost my label")
    expect(panel.get_by_role("button", name="Where do I send it?")).to_be_visible()
    expect(panel).to_match_aria_snapshot(
        """
        - dialog "House Concierge":
          - heading "House Concierge" [level=2]
          - paragraph: Digital assistant
          - button "Menu"
          - button "Close the conversation"
          - log "Conversation":
            - paragraph: Today
            - text: "You :"
            - paragraph: I lost my label
            - paragraph: /You are speaking with a digital assistant/
            - text: "House Concierge :"
            - paragraph: "You can send it back without the original label:"
            - list:
              - listitem
              - listitem
              - listitem
            - paragraph
            - list "Suggested replies":
              - listitem:
                - button "Where do I send it?"
              - listitem:
                - button "Speak with an advisor"
            - time
          - status
          - button "Add a photo or file"
          - textbox "Write a message"
          - button "Send" [disabled]
        """
    )
    log = panel.get_by_role("log")
    assert (log.get_attribute("aria-live"), log.get_attribute("tabindex")) == ("polite", "0")
    expect(panel.locator(".outgoing")).to_have_attribute("aria-live", "off")
