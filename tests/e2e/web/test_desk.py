"""The desk's page: what an advisor sees and does, alone and beside a colleague."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.web.conftest import PHONE, Fake, violations
from tests.e2e.web.fake_server import World, ago

pytestmark = pytest.mark.e2e

SOURCE = {"document": "Returns and refunds", "section": "Return policy", "url": "https://example.com/returns"}
DETAILS: dict[str, Any] = {
    "order": {
        "number": "BA10000005",
        "email": "c••••@example.com",
        "name": "Claire Fontaine",
        "country": "FR",
        "region": "EU",
        "channel": "online",
        "status": "delivered",
        "currency": "EUR",
        "timezone": "Europe/Paris",
        "placed_at": ago(days=38),
        "prepared_at": ago(days=37),
        "dispatched_at": ago(days=36),
        "delivered_at": ago(days=34),
        "cancelled_at": None,
        "shipping_fee": "0",
        "taxes": "0",
        "discounts": "0",
        "lines": [
            {
                "id": "1",
                "product": "Track Trainers",
                "family": "Track",
                "category": "shoes",
                "price": "950.00",
                "size": "38",
                "colour": "Black",
                "flags": ["sale"],
                "quantity": 1,
                "unavailable": False,
                "picture": "",
            }
        ],
        "payments": [
            {
                "method": "visa",
                "last4": "4242",
                "authorisations": [{"at": ago(days=38), "amount": "950.00", "expires": None, "voided_at": None}],
                "captures": [{"at": ago(days=37), "amount": "950.00", "expires": None, "voided_at": None}],
            }
        ],
        "shipments": [
            {
                "carrier": "UPS",
                "tracking": "1Z999AA10123456784",
                "url": "javascript:alert(1)",
                "lines": ["1"],
                "dispatched_at": ago(days=36),
                "expected_from": None,
                "expected_to": None,
                "delivered_at": ago(days=34),
                "attempts": [{"at": ago(days=35), "outcome": "nobody_home"}],
            }
        ],
        "returns": [],
        "refunds": [],
        "repairs": [],
    },
    "decisions": [
        {
            "id": "d1",
            "order_number": "BA10000005",
            "kind": "return",
            "outcome": "no",
            "created_at": ago(minutes=12),
            "document": {
                "reasons": [{"code": "too_late", "rule": "returns.too_late", "says": "The window is over."}],
                "figures": [
                    {"key": "returns.window", "value": 30, "unit": "days", "label": "Return window", "source": SOURCE}
                ],
                "sources": [SOURCE],
                "deadline": ago(days=4)[:10],
                "days_left": -4,
                "next_step": "advisor",
            },
        }
    ],
}


def hand_over(world: World, case: str = "k1", **more: Any) -> str:
    conversation = world.open(f"conversation-{case}")
    meta = {"intent": "return_item", "confidence": 0.93, "ranking": [{"name": "exchange_item", "confidence": 0.04}]}
    world.append(conversation, "customer", "May I return <b>these</b>?", meta=meta)
    figures = [{"key": "returns.window", "value": 30, "unit": "days", "source": "Returns and refunds#Return policy"}]
    world.append(conversation, "assistant", "I am sorry.", meta={"utter": "utter_return_too_late", "figures": figures})
    return world.hand_over(conversation, case, details=dict(DETAILS), **more)


def sign_in(page: Page, fake: Fake, login: str = "camille", password: str = "secret") -> None:
    page.add_init_script("localStorage.setItem('desk:hold', '0')")  # test_desk_at_work has them held back
    page.goto(fake.desk)
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def open_case(page: Page, case: str = "k1") -> None:
    page.locator(f"[data-case={case}]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Claire Fontaine")


def test_a_wrong_password_is_told(page: Page, fake: Fake) -> None:
    sign_in(page, fake, password="guess")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")
    expect(page.get_by_label("Login")).to_have_value("camille")


def test_a_case_appears_by_itself(page: Page, fake: Fake) -> None:
    sign_in(page, fake)
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    expect(page).to_have_title("Concierge desk")
    hand_over(fake.world, priority="urgent")
    row = page.locator("[data-section=waiting] [data-case=k1]")
    expect(row).to_contain_text("Claire Fontaine")
    expect(row).to_contain_text("Urgent")
    expect(page).to_have_title("(1) Concierge desk")


def test_everything_about_a_case(page: Page, fake: Fake) -> None:
    hand_over(fake.world, channel="twilio_whatsapp")
    sign_in(page, fake)
    open_case(page)
    transcript = page.get_by_role("log", name="Transcript")
    expect(transcript.locator("[data-role=customer] .words")).to_have_text("May I return <b>these</b>?")
    why = transcript.locator("details[data-why]")
    expect(why.locator("dl")).not_to_be_visible()
    why.locator("summary").click()
    for words in ("return_item", "93 %", "Exchange an item 4 %", "utter_return_too_late", "30 days", "Return policy"):
        expect(why).to_contain_text(words)
    file = page.get_by_role("complementary", name="Client file")
    expect(file.locator("dl").filter(has_text="Came by").first).to_contain_text(re.compile(r"Came by\s*WhatsApp"))
    decision = file.locator("[data-decision=return]")
    for words in ("Refused", "The window is over.", "returns.too_late", "Late by", "4 days"):
        expect(decision).to_contain_text(words)
    decision.get_by_text("Figures and sources").click()
    expect(decision.get_by_role("link", name="Returns and refunds, Return policy")).to_be_visible()
    order = file.locator("[data-tray=order]")
    for words in ("BA10000005", "Track Trainers", "€950.00", "Visa", "4242", "1Z999AA10123456784", "Nobody home"):
        expect(order).to_contain_text(words)
    expect(order.get_by_role("link")).to_have_count(0)  # a tracking address that is none


def test_take_answer_and_hand_back(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    open_case(page)
    expect(page.get_by_label("Message to the customer")).to_have_count(0)
    page.get_by_role("button", name="Take this case").click()
    box = page.get_by_label("Message to the customer")
    box.fill("Good afternoon Claire.")
    box.press("Enter")
    transcript = page.get_by_role("log", name="Transcript")
    expect(transcript.locator("[data-role=advisor]")).to_contain_text("Good afternoon Claire.")
    expect(transcript.locator("[data-delivery]")).to_have_count(0)
    expect(box).to_have_value("")
    fake.world.append("conversation-k1", "customer", "Thank you.")
    expect(transcript.get_by_text("Thank you.")).to_be_visible()
    expect(page.locator("[data-section=mine] [data-case=k1]")).to_be_visible()
    page.get_by_role("button", name="Hand back", exact=True).click()
    expect(page.locator("#note")).to_be_focused()
    page.locator("#note").fill("Settled.")
    page.get_by_role("button", name="Hand back to the assistant").click()
    expect(page.get_by_text("Handed back: Settled.")).to_be_visible()
    expect(page.get_by_label("Message to the customer")).to_have_count(0)
    assert fake.world.cases["k1"]["status"] == "returned"


def test_resolve(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    open_case(page)
    page.get_by_role("button", name="Take this case").click()
    page.get_by_role("button", name="Resolve", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator("#note")).to_have_count(0)
    page.get_by_role("button", name="Resolve", exact=True).click()
    page.get_by_role("button", name="Resolve the case").click()
    expect(page.locator("main").get_by_role("status").filter(has_text="Resolved")).to_be_visible()
    assert fake.world.cases["k1"]["status"] == "resolved"


def test_two_advisors_cannot_both_take_it(page: Page, browser: Browser, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    open_case(page)
    context: BrowserContext = browser.new_context(locale="en-GB")
    other = context.new_page()
    sign_in(other, fake, "antoine")
    open_case(other)
    page.get_by_role("button", name="Take this case").click()
    expect(other.get_by_text("Camille has this case.")).to_be_visible()
    expect(other.get_by_role("button", name="Take this case")).to_have_count(0)
    expect(other.get_by_label("Message to the customer")).to_have_count(0)
    context.close()


def test_whoever_is_a_moment_late_is_told(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    open_case(page)
    late = {"error": "already_claimed", "message": "Antoine has already taken this case.", "by": "Antoine"}
    page.route("**/claim", lambda route: route.fulfill(status=409, json=late))
    page.get_by_role("button", name="Take this case").click()
    expect(page.get_by_role("alert")).to_have_text("Antoine has already taken this case.")


def test_a_message_that_does_not_get_through_is_sent_by_itself_and_once(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    open_case(page)
    page.get_by_role("button", name="Take this case").click()
    page.route("**/messages", lambda route: route.abort())
    box = page.get_by_label("Message to the customer")
    box.fill("Once.")
    box.press("Enter")
    expect(page.locator("[data-delivery=waiting]")).to_contain_text("waits for the connection")
    page.unroute("**/messages")
    expect(page.locator("[data-role=advisor]")).to_have_count(1)
    expect(page.locator("[data-delivery]")).to_have_count(0)


def test_a_message_that_is_refused_stays_and_can_be_sent_again(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    open_case(page)
    page.get_by_role("button", name="Take this case").click()
    refused = {"error": "changed", "message": "The case has just changed. Try again."}
    page.route("**/messages", lambda route: route.fulfill(status=409, json=refused))
    box = page.get_by_label("Message to the customer")
    box.fill("Once.")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The case has just changed.")
    page.unroute("**/messages")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-role=advisor]")).to_have_count(1)
    expect(page.locator("[data-delivery]")).to_have_count(0)


def test_an_address_leads_to_its_case(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    open_case(page)
    assert re.search("#case/k1$", page.url)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Claire Fontaine")


def test_signing_out_leaves_nothing_on_the_screen(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    open_case(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    expect(page.get_by_text("Claire Fontaine")).to_have_count(0)


def test_the_keyboard_reaches_every_part(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    page.locator("[data-case=k1]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Claire Fontaine")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("F6")
    expect(page.locator("#file")).to_be_focused()
    page.keyboard.press("F6")
    expect(page.locator("#cases")).to_be_focused()


def test_on_a_phone_from_the_list_to_the_case(browser: Browser, fake: Fake) -> None:
    hand_over(fake.world)
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
    page = context.new_page()
    sign_in(page, fake)
    expect(page.get_by_role("main")).to_be_hidden()
    open_case(page)
    expect(page.get_by_role("navigation", name="Cases")).to_be_hidden()
    page.get_by_role("button", name="Client file").click()
    expect(page.locator("[data-tray=order]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert violations(page) == []
    page.get_by_role("button", name="All cases").click()
    expect(page.get_by_role("navigation", name="Cases")).to_be_visible()
    context.close()


def test_accessible(page: Page, fake: Fake) -> None:
    hand_over(fake.world, priority="urgent")
    page.goto(fake.desk)
    expect(page.get_by_label("Login")).to_be_visible()
    assert violations(page) == []
    sign_in(page, fake)
    expect(page.locator("[data-case=k1]")).to_be_visible()
    assert violations(page) == []
    open_case(page)
    page.get_by_role("button", name="Take this case").click()
    page.get_by_label("Show what the assistant understood").check()
    page.get_by_role("button", name="Resolve", exact=True).click()
    page.get_by_text("Figures and sources").click()
    assert violations(page) == []


def test_each_question_of_a_message_is_shown_as_understood(page: Page, fake: Fake) -> None:
    conversation = fake.world.open("two-questions")
    parts = [
        {"text": "Where is my order?", "intent": "track_order", "confidence": 0.98, "entities": []},
        {"text": "And when is my card charged?", "intent": "charge_date", "confidence": 0.51, "entities": []},
    ]
    meta = {"intent": "track_order", "confidence": 0.98, "parts": parts}
    fake.world.append(conversation, "customer", "Where is my order? And when is my card charged?", meta=meta)
    fake.world.append(conversation, "assistant", "It is on its way.", meta={"utter": "utter_status_dispatched"})
    fake.world.hand_over(conversation, "k1")
    sign_in(page, fake)
    open_case(page)
    expect(page.locator("[data-role=customer]")).to_contain_text("Understood with doubt")
    why = page.locator("details[data-why]")
    expect(why.locator("summary")).to_contain_text("Where is my order, 98 % · Charge date, 51 %")
    why.locator("summary").click()
    shown = why.locator("[data-part]")
    expect(shown).to_have_count(2)
    for part, words in zip((shown.nth(0), shown.nth(1)), (parts[0], parts[1]), strict=True):
        expect(part).to_contain_text(str(words["text"]))
        expect(part).to_contain_text(str(words["intent"]))
    expect(why).to_contain_text("utter_status_dispatched")


def test_cases_are_filtered_and_found(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    hand_over(fake.world, "k2", customer={"name": "Giulia Conti", "email": ""})
    sign_in(page, fake)
    open_case(page)
    page.get_by_role("button", name="Take this case").click()
    expect(page.locator("[data-section=mine] [data-case=k1]")).to_be_visible()
    page.get_by_role("button", name="Yours").click()
    expect(page.locator(".case")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Waiting")).click()
    expect(page.locator(".case")).to_have_attribute("data-case", "k2")
    page.get_by_role("button", name=re.compile("^Closed")).click()
    expect(page.get_by_text("No case was closed today.")).to_be_visible()
    box = page.get_by_role("searchbox")
    box.fill("fontaine")
    expect(page.locator("[data-section=found] .case")).to_have_attribute("data-case", "k1")
    box.fill("nobody")
    expect(page.get_by_text("No case was found.")).to_be_visible()
    box.press("Escape")
    expect(page.get_by_text("No case was closed today.")).to_be_visible()


def test_single_keys_do_what_the_help_says_and_can_be_switched_off(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    hand_over(fake.world, "k2", customer={"name": "Giulia Conti", "email": ""})
    sign_in(page, fake)
    expect(page.locator(".case")).to_have_count(2)
    heading = page.locator("#conversation h1")
    page.keyboard.press("j")
    expect(heading).to_have_text("Claire Fontaine")
    page.keyboard.press("j")
    expect(heading).to_have_text("Giulia Conti")
    page.keyboard.press("k")
    expect(heading).to_have_text("Claire Fontaine")
    page.keyboard.press("t")
    expect(page.get_by_label("Message to the customer")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_label("Message to the customer")).to_be_focused()
    page.keyboard.type("just a / ?")
    expect(page.get_by_label("Message to the customer")).to_have_value("just a / ?")
    heading.focus()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    heading.focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_be_visible()
    assert violations(page) == []
    keys.get_by_label("Use the single keys").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    heading.focus()
    page.keyboard.press("/")
    expect(heading).to_be_focused()


def test_a_note_for_colleagues(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    open_case(page)
    page.locator("#conversation h1").focus()
    page.keyboard.press("n")
    box = page.get_by_label("Note for colleagues")
    expect(box).to_be_focused()
    box.fill("Prefers the telephone.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("[data-tray=notes] article")).to_contain_text("Prefers the telephone.")
    expect(page.locator("[data-tray=notes] article")).to_contain_text("Camille")
    expect(box).to_have_value("")
    expect(page.locator("[data-event=noted]")).to_contain_text("Camille noted")


def test_the_end_of_the_conversation_stays_in_view_beside_a_phones_keyboard(browser: Browser, fake: Fake) -> None:
    hand_over(fake.world)
    for number in range(12):
        fake.world.append("conversation-k1", "customer", f"message {number}")
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
    page = context.new_page()
    sign_in(page, fake)
    open_case(page)
    page.get_by_role("button", name="Take this case").click()
    transcript = page.get_by_role("log", name="Transcript")
    expect(transcript.get_by_text("message 11")).to_be_in_viewport()
    page.set_viewport_size({"width": 390, "height": 420})
    page.get_by_label("Message to the customer").focus()
    expect(transcript.get_by_text("Camille took the case")).to_be_in_viewport()
    page.locator(".scroll").evaluate("scroll => { scroll.scrollTop = 0 }")
    page.set_viewport_size(PHONE)
    expect(transcript.get_by_text("message 0")).to_be_in_viewport()
    context.close()


def test_a_long_name_leaves_room_for_the_wait(page: Page, fake: Fake) -> None:
    hand_over(fake.world, customer={"name": "María del Carmen Rodríguez de la Fuente y Mendoza", "email": ""})
    sign_in(page, fake)
    row = page.locator("[data-case=k1]").bounding_box()
    since = page.locator("[data-case=k1] .since").bounding_box()
    assert row
    assert since
    assert since["x"] + since["width"] <= row["x"] + row["width"]


def test_a_customers_words_are_text_with_honest_addresses(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    conversation = fake.world.cases["k1"]["conversation_id"]
    false = "**Look** [https://bank.example](https://evil.example)"
    fake.world.append(conversation, "customer", false)
    fake.world.append(conversation, "customer", "https://bank.example@evil.example and https://b\u0430nk.example/a")
    fake.world.append(conversation, "assistant", "See [our page](https://house.example/help) **now**.")
    fake.world.append(conversation, "assistant", "[https://bank.example](https://evil.example)")
    sign_in(page, fake)
    open_case(page)
    customers = page.locator("[data-role=customer] .words")
    expect(customers.nth(1)).to_have_text(false)
    expect(customers.nth(1).locator("strong")).to_have_count(0)
    links = customers.get_by_role("link").all()
    assert [(link.inner_text(), link.get_attribute("href")) for link in links] == [
        ("https://bank.example", "https://bank.example/"),
        ("https://evil.example", "https://evil.example/"),
        ("https://xn--bnk-6cd.example/a", "https://xn--bnk-6cd.example/a"),
    ]
    assert {link.get_attribute("rel") for link in links} == {"noopener noreferrer nofollow"}
    house = page.locator("[data-role=assistant] .words")
    expect(house.get_by_role("link")).to_have_count(1)
    expect(house.get_by_role("link", name="our page")).to_have_attribute("href", "https://house.example/help")
    expect(house.locator("strong")).to_have_text("now")


def test_an_address_that_was_cut_off_is_no_error(page: Page, fake: Fake) -> None:
    hand_over(fake.world)
    sign_in(page, fake)
    expect(page.locator("[data-case=k1]")).to_be_visible()
    page.goto(f"{fake.desk}#case/%E0%A4")
    page.locator("[data-case=k1]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Claire Fontaine")
