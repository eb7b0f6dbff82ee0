"""The customer's other conversations beside the case, as an advisor finds and reads them."""

from __future__ import annotations

import uuid

from playwright.sync_api import expect

from tests.e2e.web.desk_at_work import AtWork, open_case


def test_the_file_tells_where_else_the_customer_has_written(work: AtWork) -> None:
    log = work.desk.log
    case, stranger = work.case(), work.case("Henry Wu")
    whatsapp = log.open("whatsapp", uuid.uuid4().hex, "en", "EU")
    log.append(whatsapp.id, "customer", "Is there a boutique in Lyon?")
    for conversation, number in ((case.conversation_id, "BA71"), (whatsapp.id, "BA72")):
        log.prove(conversation, "elsewhere@example.com", "Claire Fontaine", 12, number=number)
    page = work.page("camille")
    open_case(page, stranger)
    expect(page.locator("[data-tray=customer]")).to_contain_text("Henry Wu")
    expect(page.locator("[data-tray=elsewhere]")).to_have_count(0)
    open_case(page, case)
    shown = page.locator("[data-tray=elsewhere]")
    expect(shown).to_contain_text("WhatsApp")
    expect(shown).to_contain_text("Number and e-mail of the order match")
    expect(shown.get_by_role("link")).to_have_count(0)
    page.get_by_role("button", name="Take this case").click()
    with page.context.expect_page() as opened:
        shown.get_by_role("link", name="Read what was said").click()
    expect(opened.value.locator("body")).to_contain_text("Is there a boutique in Lyon?")
