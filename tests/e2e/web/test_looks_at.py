"""An advisor sees what the customer whom they write to has in front of them in the shop."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from concierge.conversations import schema
from concierge.storage.database import read
from tests.e2e.web.desk_at_work import AtWork, open_case

pytestmark = pytest.mark.e2e


def test_the_file_tells_the_product_and_the_bag_and_follows_them(work: AtWork) -> None:
    customer, told = work.browser.new_context(locale="en-GB").new_page(), []
    customer.on("request", lambda request: told.append(request.post_data) if request.url.endswith("/page") else None)
    customer.goto(f"{work.shop}product.html?id=hourglass-small")
    customer.evaluate("(window.Concierge ||= []).push(['update', {bag: ['Track Trainers, 38']}])")
    customer.locator(".launcher").click()
    customer.get_by_role("textbox", name="Write a message").fill("Hello")
    customer.keyboard.press("Enter")
    expect(customer.locator("[data-role=customer][data-seq]")).to_have_count(1)
    assert told == [], "nobody but an advisor is told"
    with read(work.desk.log.engine) as connection:
        conversation = connection.execute(schema.conversations.select()).mappings().one()["id"]
    case = work.desk.cases.start(conversation, "customer_asked", summary="Asks for a person.")
    expect(customer.locator("[data-bar=queue]")).to_be_visible()
    page = work.page("camille")
    open_case(page, case, take=True)
    tray = page.locator("[data-tray=customer]")
    for words in ("Looks at", "Hourglass Small", "/shop/product.html", "Track Trainers, 38"):
        expect(tray).to_contain_text(words)
    customer.evaluate("Concierge.update({product: 'Le Cagole Mini', bag: []})")
    expect(tray).to_contain_text("Le Cagole Mini")
    expect(tray).not_to_contain_text("In the bag")
