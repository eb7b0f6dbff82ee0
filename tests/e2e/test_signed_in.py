"""A customer who is signed in to the shop, in a real browser: not asked who they are, choosing among their orders."""

from __future__ import annotations

import time
from collections.abc import Iterator

import jwt
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Product, start_product, stop_product
from tests.e2e.test_widget import ask

pytestmark = pytest.mark.e2e
KEY = "what the shop and the assistant share, in a test"


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    started = start_product(tmp_path_factory.mktemp("signed_in"), CONCIERGE_CUSTOMER_JWT_KEY=KEY)
    yield started
    stop_product(started)


def token(**other: object) -> str:
    known = {"sub": "c-1", "email": "claire@example.com", "name": "Claire", "exp": int(time.time()) + 600}
    return jwt.encode({**known, **other}, KEY, algorithm="HS256")


def opened(page: Page, product: Product, signed: str):
    page.goto(product.shop)
    page.evaluate("token => document.querySelector('concierge-widget').setAttribute('customer-token', token)", signed)
    page.locator("concierge-widget button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_the_orders_are_offered_and_chosen_by_button_or_in_words(page: Page, signing: Product):
    dialog = opened(page, signing, token())
    assert "Which order" in ask(dialog, "where is my order")
    dialog.get_by_role("button", name="BA10000003").click()
    expect(dialog.locator("[data-role=assistant]").last).to_contain_text("UPS")
    ask(dialog, "no, another order")
    assert "BA10000002" in ask(dialog, "BA10000002")


def test_the_most_recent_in_words(page: Page, signing: Product):
    dialog = opened(page, signing, token())
    ask(dialog, "where is my order")
    assert "BA10000001" in ask(dialog, "the most recent one")


@pytest.mark.parametrize("bad", [{"exp": 1}, {"email": "x"}])
def test_a_token_that_is_not_believed_leaves_the_customer_asked(page: Page, signing: Product, bad):
    dialog = opened(page, signing, token(**bad))
    assert "order number" in ask(dialog, "where is my order")


def test_a_token_that_has_run_out_is_fetched_anew_and_nothing_stays_after_signing_out(page: Page, signing: Product):
    page.goto(signing.shop)
    fetched = "tokens => { window.asked = 0; Concierge.identify(async () => tokens[window.asked++]); }"
    page.evaluate(fetched, [token(exp=1), token()])
    page.evaluate("Concierge.show()")
    dialog = page.get_by_role("dialog")
    ask(dialog, "hello")
    page.wait_for_function("window.asked === 2")
    assert "Which order" in ask(dialog, "where is my order")
    page.evaluate("Concierge.identify(null)")
    expect(dialog.get_by_role("heading", name="How may we help you?")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(name => /:(session|earlier)$/.test(name))") == []
    assert "order number" in ask(dialog, "where is my order")
