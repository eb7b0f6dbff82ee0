"""Photos and papers between a customer's page and the desk: a real front, a real desk, two browsers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from concierge.files import FileStore
from concierge.settings import Settings
from tests.e2e.test_files import PDF, choose, file, picture
from tests.e2e.web.conftest import violations
from tests.e2e.web.desk_at_work import AtWork, open_case

pytestmark = pytest.mark.e2e

REAL = "img => img.decode().then(() => img.naturalWidth)"


def customer_page(work: AtWork, name: str) -> tuple[Page, Locator]:
    page = work.browser.new_context(locale="en-GB").new_page()
    page.goto(work.shop)
    page.get_by_role("button", name="Open the conversation with the concierge").click()
    dialog = page.get_by_role("dialog")
    box = dialog.get_by_role("textbox")
    box.fill(f"{name}: the strap is torn")
    box.press("Enter")
    expect(dialog.locator("[data-role=customer] .time")).to_be_visible()
    return page, dialog


def test_files_go_both_ways(work: AtWork) -> None:
    page, dialog = customer_page(work, "Claire")
    advisor = work.page("camille")
    conversation = page.evaluate("JSON.parse(localStorage[Object.keys(localStorage).find(k => /session$/.test(k))])")
    conversation_id = conversation["conversation"]
    case = work.desk.cases.start(conversation_id, "customer_asked", brief={"topic": "repair_item"})
    choose(dialog, file("strap.jpg", picture(), "image/jpeg"), file("receipt.pdf", PDF, "application/pdf"))
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.locator("[data-role=customer] .sent")).to_have_count(2)

    open_case(advisor, case, take=True)
    theirs = advisor.locator(".turn.customer .sent")
    expect(theirs).to_have_count(2)
    assert theirs.first.locator("img").evaluate(REAL) == 480
    expect(theirs.nth(1)).to_contain_text("receipt.pdf")
    with advisor.expect_download() as saving:
        theirs.nth(1).click()
    assert (saving.value.suggested_filename, saving.value.path().read_bytes()) == ("receipt.pdf", PDF)
    expect(advisor.locator("[data-tray=files] .sent")).to_have_count(2)
    choose(dialog, file("seal.png", picture("PNG"), "image/png"))  # while the advisor looks: in its place, at once
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(theirs).to_have_count(3)
    assert violations(advisor) == []

    form = advisor.locator("#conversation")
    choose(form, file("estimate.pdf", PDF, "application/pdf"), file("film.mov", b"x", "video/quicktime"))
    expect(form.locator(".enclosed li")).to_have_count(2)
    expect(form.locator(".enclosed")).to_contain_text("Only photos and PDF files can be sent")
    form.get_by_role("button", name="Remove film.mov").click()
    advisor.context.set_offline(True)
    advisor.get_by_role("button", name="Send", exact=True).click()
    expect(form.get_by_role("button", name="Send again estimate.pdf")).to_be_visible()
    assert violations(advisor) == []
    advisor.context.set_offline(False)
    form.get_by_role("button", name="Send again estimate.pdf").click()
    expect(advisor.locator(".turn.advisor .sent")).to_have_count(1)
    expect(form.locator(".enclosed")).to_have_count(0)
    choose(form, file("colour.webp", picture("WEBP", "blue"), "image/webp"))
    box = advisor.get_by_label("Message to the customer")
    box.fill("Here are the estimate and the colour.")
    box.press("Enter")
    expect(advisor.locator(".turn.advisor .sent")).to_have_count(2)

    ours = dialog.locator("[data-role=advisor] .sent")
    expect(ours).to_have_count(2)
    expect(ours.nth(1).locator("canvas")).to_be_visible()
    with page.expect_download() as saving:
        ours.first.click()
    assert (saving.value.suggested_filename, saving.value.path().read_bytes()) == ("estimate.pdf", PDF)
    expect(dialog.get_by_text("Here are the estimate and the colour.")).to_be_visible()
    expect(dialog.locator("[data-role=assistant]")).to_have_count(0)
    assert violations(page) == []
    names = FileStore(Settings(_env_file=None, var=work.desk.var).files).names(conversation_id)
    assert len(names) == 5


def test_where_a_channel_takes_none_nothing_offers_it(work: AtWork) -> None:
    advisor, case = work.page("camille"), work.case(channel="rest")
    open_case(advisor, case, take=True)
    expect(advisor.get_by_label("Message to the customer")).to_be_visible()
    expect(advisor.get_by_role("button", name="Add photos or PDF files")).to_have_count(0)
