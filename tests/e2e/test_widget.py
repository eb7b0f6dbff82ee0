"""The widget on the shop page, in a real browser, against the running product."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.conftest import Product

pytestmark = pytest.mark.e2e


def open_widget(page: Page, product: Product, query: str = "") -> Locator:
    page.goto(product.shop + query)
    page.locator("concierge-widget button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def ask(dialog: Locator, text: str) -> str:
    """Types as a customer does, and returns what the assistant said to it."""
    answers = dialog.locator("[data-role=assistant]")
    own = dialog.locator("[data-role=customer]")
    before, asked = answers.count(), own.count()
    box = dialog.locator("textarea")
    box.fill(text)
    box.press("Enter")
    expect(own).to_have_count(asked + 1)
    expect(answers.nth(before)).to_be_visible()
    return "\n".join(answers.nth(index).inner_text() for index in range(before, answers.count()))


def test_a_customer_asks_in_their_own_words(page: Page, product: Product):
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    foreign: list[str] = []
    page.on("request", lambda r: foreign.append(r.url) if f":{product.front_port}/" not in r.url else None)

    dialog = open_widget(page, product)
    answer = ask(dialog, "the label for sending things back has disappeared, what do I do")
    for fact in ("UPS", "W95789", "Standard", "Receiver", "Bentivoglio"):
        assert fact in answer
    ask(dialog, "where is my order?")
    ask(dialog, "BA10000003")
    answer = ask(dialog, "claire@example.com")
    assert "1Z" in answer
    assert "no longer be cancelled" in ask(dialog, "Can I cancel it?")
    assert problems == []
    assert foreign == [], "the widget asks nothing of third parties"


def test_the_conversation_is_there_after_a_reload_and_in_a_second_tab(context: BrowserContext, product: Product):
    page = context.new_page()
    dialog = open_widget(page, product)
    ask(dialog, "hello")
    ask(dialog, "when is my card charged?")
    count = dialog.locator("[data-role]").count()
    page.reload()
    page.wait_for_selector("concierge-widget", state="attached")
    if not page.get_by_role("dialog").is_visible():
        page.locator("concierge-widget button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[data-role]")).to_have_count(count)

    other = open_widget(context.new_page(), product)
    expect(other.locator("[data-role]")).to_have_count(count)
    ask(other, "thank you")
    expect(dialog.locator("[data-role=customer]").last).to_contain_text("thank you")


def test_a_message_written_offline_is_sent_when_the_line_is_back(context: BrowserContext, page: Page, product: Product):
    dialog = open_widget(page, product)
    ask(dialog, "hello")
    context.set_offline(True)
    box = dialog.locator("textarea")
    box.fill("when is my card charged?")
    box.press("Enter")
    own = dialog.locator("[data-role=customer]")
    expect(own).to_have_count(2)
    context.set_offline(False)
    expect(dialog.locator("[data-role=assistant]").last).to_contain_text("leaves our warehouse", timeout=40_000)
    expect(own).to_have_count(2)


def test_a_quick_reply_is_taken(page: Page, product: Product):
    dialog = open_widget(page, product)
    ask(dialog, "I lost my return label")
    answers = dialog.locator("[data-role=assistant]")
    before = answers.count()
    dialog.locator(".reply").first.click()
    expect(answers.nth(before)).to_be_visible()


def test_an_order_is_proved_by_the_form_and_its_item_chosen(page: Page, product: Product):
    dialog = open_widget(page, product)
    ask(dialog, "I want to return something")
    ask(dialog, "please look at my order")
    form = dialog.locator(".fields")
    form.get_by_label("Order number").fill("BA10000004")
    form.get_by_label("E-mail of the order").fill("claire@example.com")
    form.get_by_role("button", name="Send").click()
    expect(form).to_have_count(0)
    tiles = dialog.locator(".shelf button:enabled")
    expect(tiles.first.locator("small").last).to_contain_text("€")
    own = dialog.locator("[data-role=customer]").count()
    tiles.first.click()
    expect(dialog.locator(".shelf .chosen")).to_have_count(1)
    expect(dialog.locator("[data-role=customer]")).to_have_count(own + 1)


def test_html_stays_text(page: Page, product: Product):
    dialog = open_widget(page, product)
    ask(dialog, "<img src=x onerror=\"document.title='owned'\"> hello")
    expect(dialog.locator("[data-role=customer]").last).to_contain_text("<img src=x")
    assert page.title() != "owned"


@pytest.mark.parametrize("lang", ["fr", "it", "de", "es"])
def test_the_answer_is_in_the_page_s_language(page: Page, product: Product, lang: str):
    questions = {
        "fr": ("j'ai perdu mon étiquette de retour", "bordereau|étiquette|UPS"),
        "it": ("ho perso l'etichetta di reso", "etichetta|lettera di vettura|UPS"),
        "de": ("ich habe mein Rücksendeetikett verloren", "Frachtbrief|Etikett|UPS"),
        "es": ("he perdido la etiqueta de devolución", "etiqueta|albarán|UPS"),
    }
    dialog = open_widget(page, product, f"?lang={lang}")
    question, expected = questions[lang]
    answer = ask(dialog, question)
    assert re.search(expected, answer, re.I)
    assert "W95789" in answer
    assert " the " not in answer.lower(), "the answer is not English"
