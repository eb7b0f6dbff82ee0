"""Another conversation in the place of the one in hand: nobody is left in it without a word, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from concierge.conversations.case_moves import CUSTOMER_ENDED
from tests.e2e.web.conftest import Fake, violations
from tests.e2e.web.desk_at_work import AtWork
from tests.e2e.web.test_nothing_lost import context_of, id_of, opened, say, with_advisor
from tests.e2e.web.test_widget import open_widget

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


def menu(dialog: Locator, entry: str) -> None:
    dialog.get_by_role("button", name="Menu").click()
    dialog.get_by_role("button", name=entry).click()


def two(page: Page, work: AtWork) -> tuple[Locator, str, str]:
    """The customer has put a conversation away and is in another one."""
    dialog, confirmed = opened(page, work.shop), "[data-role=customer][data-seq]"
    say(dialog, "The first matter")
    expect(dialog.locator(confirmed)).to_have_text([re.compile("The first matter")])
    first = id_of(page)
    menu(dialog, "New conversation")
    dialog.get_by_role("button", name="Begin anew").click()
    say(dialog, "The second matter")
    expect(dialog.locator(confirmed)).to_have_text([re.compile("The second matter")])
    return dialog, first, id_of(page)


def test_an_advisor_is_told_and_the_customer_asked_before_another_is_taken_up(work: AtWork) -> None:
    page = context_of(work).new_page()
    dialog, first, second = two(page, work)
    with_advisor(work, second)
    expect(dialog.get_by_role("heading", level=2)).not_to_have_text("House Concierge")
    menu(dialog, "Earlier conversations")
    dialog.get_by_role("button", name="Today The first matter").click()
    expect(dialog.locator("[data-bar=new]")).to_contain_text("can no longer reach you in it")
    expect(dialog.get_by_role("button", name="Take up the earlier one")).to_be_focused()
    assert violations(page) == []
    dialog.get_by_role("button", name="Keep this one").click()
    expect(dialog.get_by_role("button", name="Menu")).to_be_focused()
    assert id_of(page) == second
    menu(dialog, "Earlier conversations")
    dialog.get_by_role("button", name="Today The first matter").click()
    dialog.get_by_role("button", name="Take up the earlier one").click()
    expect(dialog.get_by_text("The first matter")).to_be_visible()
    expect(dialog.get_by_text("The second matter")).to_have_count(0)
    expect(dialog.get_by_role("textbox", name="Write a message")).to_be_focused()
    assert id_of(page) == first
    expect_told(page, work, second)
    menu(dialog, "Earlier conversations")
    expect(dialog.locator(".earlier button")).to_have_text([re.compile("The second matter")])


def expect_told(page: Page, work: AtWork, conversation: str) -> None:
    for _ in range(150):
        if CUSTOMER_ENDED in [each.payload.get("event") for each in work.desk.log.messages(conversation)]:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the advisor was not told")


def test_who_waits_gives_up_their_place_for_it_and_says_so(work: AtWork) -> None:
    page = context_of(work).new_page()
    dialog, first, second = two(page, work)
    case = work.desk.cases.start(second, "customer_asked", brief={"topic": "return_item"})
    expect(dialog.locator("[data-bar=queue]")).to_be_visible()
    menu(dialog, "Earlier conversations")
    dialog.get_by_role("button", name="Today The first matter").click()
    expect(dialog.locator("[data-bar=new]")).to_contain_text("your place in the queue is given up")
    dialog.get_by_role("button", name="Take up the earlier one").click()
    expect(dialog.get_by_text("The first matter")).to_be_visible()
    expect(dialog.locator("[data-bar=queue]")).to_have_count(0)
    for _ in range(150):
        if work.desk.cases.get(case.id).status == "left":
            break
        page.wait_for_timeout(100)
    assert work.desk.cases.get(case.id).status == "left"
    menu(dialog, "Earlier conversations")
    dialog.get_by_role("button", name="Today The second matter").click()  # with nobody in it nothing has to be asked
    expect(dialog.locator("[data-event=customer_left]")).to_be_visible()
    assert id_of(page) == second
    assert first != second


def test_what_was_not_sent_yet_is_sent_where_it_was_written(work: AtWork) -> None:
    page = context_of(work).new_page()
    dialog, first, second = two(page, work)
    page.route("**/messages", lambda route: route.abort())
    say(dialog, "Still the second")
    expect(dialog.get_by_text("Not sent yet. We keep trying.")).to_be_visible()
    menu(dialog, "Earlier conversations")
    dialog.get_by_role("button", name="Today The first matter").click()
    expect(dialog.get_by_text("The first matter")).to_be_visible()
    expect(dialog.get_by_text("Still the second")).to_have_count(0)
    page.unroute("**/messages")
    menu(dialog, "Earlier conversations")
    dialog.get_by_role("button", name="Today The second matter").click()
    expect(dialog.locator("[data-role=customer][data-seq]")).to_have_text(
        [re.compile("The second matter"), re.compile("Still the second")], timeout=60_000
    )

    def said(conversation: str) -> list[str]:
        return [row.text for row in work.desk.log.messages(conversation) if row.role == "customer"]

    assert said(first) == ["The first matter"]
    assert said(second) == ["The second matter", "Still the second"]


def test_one_that_began_with_a_photo_is_called_so_in_the_language_of_the_page(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    say(panel, "Hello")
    expect(panel.get_by_text("You wrote: Hello")).to_be_visible()
    log = fake.world.logs[list(fake.world.logs)[-1]]
    photo = {"kind": "photo", "title": "", "media_type": "image/jpeg", "size": 1200, "small": False, "state": "kept"}
    log[0].update(text="[photo]", payload={"file": photo}, client_key=None)
    page.reload()
    expect(panel.locator(".sent")).to_contain_text("Photo")
    menu(panel, "Save the conversation")
    with page.expect_download() as saving:
        panel.get_by_role("button", name="As text").click()
    assert "[photo]" not in saving.value.path().read_text(encoding="utf-8")
    menu(panel, "New conversation")
    panel.get_by_role("button", name="Begin anew").click()
    expect(panel.get_by_role("heading", name="How may we help you?")).to_be_visible()
    menu(panel, "Earlier conversations")
    expect(panel.locator(".earlier button")).to_have_text([re.compile(r"Today\s+Photo")])
    page.evaluate("Concierge.update({language: 'it'})")
    expect(page.locator(".earlier button")).to_have_text([re.compile(r"Oggi\s+Foto")])
