"""Forms beside a question, and items to choose among: filled in once, checked kindly, and writing works as before."""

from __future__ import annotations

from typing import Any

import pytest
from babel import Locale
from playwright.sync_api import Locator, Page, expect

from concierge.answers import forms
from tests.e2e.web.conftest import Fake, violations
from tests.e2e.web.test_widget import open_widget, say

pytestmark = pytest.mark.e2e

ORDER, MONTH, ADDRESS = (
    "utter_ask_order_form_order_number",
    "utter_ask_fact_purchase_date",
    "utter_ask_fact_new_address",
)


@pytest.fixture
def panel(page: Page, fake: Fake) -> Locator:
    panel = open_widget(page, fake)
    say(page, "hello")
    expect(panel.get_by_text("You wrote: hello")).to_be_visible()
    return panel


def ask(fake: Fake, question: str, reply: str, language: str = "en", **more: Any) -> None:
    """The assistant asks, with the form that it has for this reply."""
    payload = {"form": forms.beside(reply, {}, Locale(language)), **more}
    fake.world.append(next(iter(fake.world.logs)), "assistant", question, lang=language, payload=payload)


def customer(fake: Fake) -> list[str]:
    return [row["text"] for row in next(iter(fake.world.logs.values())) if row["role"] == "customer"]


def test_number_and_e_mail_are_checked_kindly_and_said_once(page: Page, fake: Fake, panel: Locator) -> None:
    ask(fake, "May I have your order number and e-mail?", ORDER)
    number, email = panel.get_by_label("Order number"), panel.get_by_label("E-mail of the order")
    expect(number).to_have_attribute("placeholder", "BA10483726")
    assert (email.get_attribute("type"), email.get_attribute("autocomplete")) == ("email", "email")
    assert violations(page) == []
    send = panel.locator(".fields").get_by_role("button", name="Send")
    number.fill("BA10000003")
    email.fill("claire@")
    send.click()
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description("Please check this. It looks like name@example.com.")
    expect(number).not_to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    page.keyboard.press("Escape")  # a panel that is closed and opened again has what was filled in
    page.locator(".launcher").click()
    expect(number).to_have_value("BA10000003")
    email.fill("claire@example.com")
    expect(email).to_have_accessible_description("")
    email.press("Enter")
    expect(panel.get_by_text("You wrote: BA10000003, claire@example.com")).to_be_visible()
    expect(panel.locator(".fields")).to_have_count(0)
    expect(panel.get_by_role("textbox", name="Write a message")).to_be_focused()
    assert customer(fake) == ["hello", "BA10000003, claire@example.com"]


def test_what_is_written_instead_closes_the_form(page: Page, fake: Fake, panel: Locator) -> None:
    ask(fake, "May I have your order number and e-mail?", ORDER)
    expect(panel.locator(".fields")).to_be_visible()
    say(page, "I do not have it")
    expect(panel.get_by_text("You wrote: I do not have it")).to_be_visible()
    expect(panel.locator(".fields")).to_have_count(0)


def test_a_form_that_was_refused_may_be_filled_in_again(page: Page, fake: Fake, panel: Locator) -> None:
    ask(fake, "Where shall it go?", ADDRESS)
    panel.get_by_label("Street and number").fill("refuse me 1")
    panel.get_by_label("Town").fill("Paris")
    panel.locator(".fields button").click()
    expect(panel.locator("[data-delivery=refused]")).to_contain_text("refuse me 1, Paris")
    panel.get_by_role("button", name="Discard").click()
    panel.get_by_label("Street and number").fill("12 rue de la Paix")
    panel.get_by_label("Postcode").fill("75002")
    panel.get_by_label("Town").fill("Paris")
    panel.locator(".fields button").click()
    expect(panel.get_by_text("You wrote: 12 rue de la Paix, 75002 Paris")).to_be_visible()


def test_a_month_is_chosen_in_words_of_the_conversation(page: Page, fake: Fake, panel: Locator) -> None:
    ask(fake, "Wann haben Sie ihn gekauft?", MONTH, "de")
    group = panel.get_by_role("group", name="Monat und Jahr")
    panel.locator(".fields button").click()
    expect(group.locator(".wrong")).to_have_text("Please fill this in.")
    group.get_by_role("combobox").first.select_option("März")
    group.get_by_role("combobox").last.select_option("2025")
    panel.locator(".fields button").click()
    expect(panel.get_by_text("You wrote: März 2025")).to_be_visible()
    assert violations(page) == []


def test_items_lie_side_by_side_and_one_is_taken(page: Page, fake: Fake, panel: Locator) -> None:
    names = ["Hourglass Small (Black)", "Speed Recycled (Bone, 39)", "Track (White, 41)"]
    choices = [{"title": name.split(" (")[0], "detail": "One of each", "value": "€795.00"} for name in names]
    more = {"buttons": [{"title": name} for name in names], "choices": choices}
    fake.world.append(next(iter(fake.world.logs)), "assistant", "Which one is it about?", "quick_replies", payload=more)
    tiles = panel.locator(".shelf button")
    expect(tiles).to_have_count(3)
    first, second = tiles.nth(0).bounding_box(), tiles.nth(1).bounding_box()
    assert first is not None
    assert second is not None
    assert (second["y"], second["height"]) == (first["y"], first["height"])
    assert panel.locator(".log").evaluate("log => log.scrollWidth <= log.clientWidth")
    assert violations(page) == []
    tiles.nth(1).click()
    expect(panel.get_by_text("You wrote: Speed Recycled (Bone, 39)")).to_be_visible()
    expect(tiles.nth(1)).to_have_accessible_name("Speed Recycled One of each €795.00 (chosen)")
    for index in range(3):
        expect(tiles.nth(index)).to_be_disabled()
