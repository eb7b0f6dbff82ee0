"""Advisors and customers at real servers, each in a browser of their own: what used to go wrong between them."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Locator, Page, expect

from concierge.conversations import schema
from concierge.conversations.second_factor import code_at
from concierge.storage.database import read
from tests.desk.conftest import PASSWORD
from tests.e2e.web.conftest import violations
from tests.e2e.web.desk_at_work import AtWork, open_case, write_to

pytestmark = pytest.mark.e2e


def box(page: Page):
    return page.get_by_label("Message to the customer")


def write_note(page: Page) -> Locator:
    page.get_by_role("button", name="Note for colleagues").click()
    return page.get_by_label("Note for colleagues;")


def test_a_case_goes_from_hand_to_hand(work: AtWork) -> None:
    case, colleague, lead = work.case(), work.page("camille"), work.page("antoine", "lead")
    open_case(lead, case)
    open_case(colleague, case)
    colleague.keyboard.press("t")
    expect(box(colleague)).to_be_visible()
    colleague.get_by_role("button", name="Put back").click()
    colleague.get_by_label("Note for whoever takes it next").fill("Took it by mistake.")
    colleague.get_by_role("button", name="Put it back into the queue").click()
    expect(colleague.get_by_role("button", name="Take this case")).to_be_visible()
    expect(lead.get_by_text("Took it by mistake.")).to_be_visible()
    colleague.get_by_role("button", name="Take this case").click()
    colleague.get_by_role("button", name="Pass on").click()
    expect(colleague.get_by_label("Colleague or queue").locator("option").nth(1)).to_have_text("Antoine, 0 cases")
    colleague.get_by_label("Colleague or queue").select_option(work.desk.people["antoine"].id)
    colleague.get_by_label("Note for whoever has it next").fill("Knows you from Milan.")
    assert violations(colleague) == []
    colleague.get_by_role("button", name="Pass it on").click()
    expect(colleague.get_by_text("Antoine has this case.")).to_be_visible()
    expect(colleague.get_by_role("button", name="Take over")).to_have_count(0)
    expect(box(lead)).to_be_visible()
    expect(lead.get_by_text("Camille passed the case to Antoine")).to_be_visible()
    expect(lead.get_by_text("Knows you from Milan.")).to_be_visible()
    lead.get_by_role("button", name="Put back").click()
    lead.get_by_role("button", name="Put it back into the queue").click()
    colleague.get_by_role("button", name="Take this case").click()
    lead.get_by_role("button", name="Take over").click()
    lead.get_by_role("button", name="Take it over").click()
    expect(box(lead)).to_be_visible()
    expect(colleague.get_by_text("Antoine took the case over from Camille")).to_be_visible()
    expect(box(colleague)).to_have_count(0)
    write_to(lead, "I am with you now.")
    expect(colleague.locator("[data-role=advisor]")).to_contain_text("I am with you now.")


def test_a_reply_is_heard_while_the_advisor_looks_elsewhere(work: AtWork) -> None:
    case, page = work.case(), work.page("camille")
    page.get_by_label("Alert me").check()
    open_case(page, case, take=True)
    expect(page).to_have_title("Concierge desk")
    tones = page.evaluate("window.tones")
    page.evaluate("lookAway(true)")
    work.desk.log.append(case.conversation_id, "customer", "Are you still there?")
    expect(page).to_have_title("(1) Concierge desk")
    expect(page.locator("[data-section=mine] .fresh")).to_have_count(1)
    assert page.evaluate("window.told") == ["Claire Fontaine: Are you still there?"]
    assert page.evaluate("window.tones") == tones + 1
    page.evaluate("lookAway(false)")
    expect(page).to_have_title("Concierge desk")
    expect(page.locator(".fresh")).to_have_count(0)


def test_nothing_that_was_typed_is_lost(work: AtWork) -> None:
    case, other, page = work.case(), work.case("Giulia Conti"), work.page("camille")
    open_case(page, case, take=True)
    write_note(page).fill("Ask Milan.")
    page.get_by_role("button", name="To the customer").click()
    box(page).fill("Dear Claire,\n\nI have looked\ninto it.")
    page.get_by_role("button", name="Resolve", exact=True).click()
    page.get_by_label("Note for the file").fill("Return agreed.")
    height = box(page).bounding_box()["height"]
    assert height > 80
    open_case(page, other)
    expect(write_note(page)).to_have_value("")
    page.keyboard.press("Escape")

    def is_there(page: Page, reply: str = "Dear Claire,\n\nI have looked\ninto it.") -> None:
        expect(write_note(page)).to_have_value("Ask Milan.")
        page.get_by_role("button", name="To the customer").click()
        expect(box(page)).to_have_value(reply)

    open_case(page, case)
    is_there(page)
    assert box(page).bounding_box()["height"] == height, "the box is as high as what is in it"
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_label("Note for the file")).to_have_value("Return agreed.")
    page.reload()
    is_there(page)
    elsewhere = work.page("camille")
    open_case(elsewhere, case)
    is_there(elsewhere)
    work.sign_out_everywhere()
    box(page).press_sequentially(" More")
    expect(page.get_by_text("what you have typed stays")).to_be_visible()
    page.reload()
    work.sign_in(page, "camille")
    is_there(page, "Dear Claire,\n\nI have looked\ninto it. More")
    write_to(page, "Done.")
    expect(page.locator("[data-role=advisor]")).to_have_count(1)
    page.reload()
    expect(box(page)).to_have_value("")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage)") == [], "nothing of theirs stays on the device"


def test_what_is_sent_without_a_connection_goes_out_by_itself_and_once(work: AtWork) -> None:
    case, page = work.case(), work.page("camille")
    open_case(page, case, take=True)
    page.context.set_offline(True)
    write_to(page, "One.")
    write_to(page, "Two.")
    expect(page.locator("[data-delivery]")).to_have_count(2)
    page.context.set_offline(False)
    expect(page.locator("[data-role=advisor]")).to_have_count(2)
    expect(page.locator("[data-delivery]")).to_have_count(0)
    lost: list[str] = []

    def lose_the_answer(route) -> None:
        if not lost:
            lost.append(route.fetch().text())
        route.abort()

    page.route("**/messages", lose_the_answer)
    write_to(page, "Three.")
    work.sign_out_everywhere()
    expect(page.get_by_label("Password")).to_be_visible()
    page.unroute("**/messages")
    work.sign_in(page, "camille")
    expect(page.locator("[data-role=advisor]")).to_have_count(3)
    expect(page.locator("[data-delivery]")).to_have_count(0)
    assert len(lost) == 1
    assert work.said(case, "advisor") == ["One.", "Two.", "Three."]


def test_a_message_can_be_taken_back_for_some_seconds(work: AtWork) -> None:
    case, page = work.case(), work.page("camille", hold=True)
    open_case(page, case, take=True)
    write_to(page, "To the wrong customer.")
    box(page).fill("Next")
    page.get_by_role("button", name="Take it back").click()
    expect(box(page)).to_have_value("To the wrong customer.\nNext")
    write_to(page, "To the right one.")
    page.reload()
    expect(page.locator("[data-role=advisor]")).to_have_count(1)
    assert work.said(case, "advisor") == ["To the right one."]


def test_an_advisor_does_not_write_to_a_customer_who_has_begun_anew(work: AtWork) -> None:
    customer = work.browser.new_context(locale="en-GB").new_page()
    customer.goto(work.shop)
    customer.get_by_role("button", name="Open the conversation with the concierge").click()
    customer.get_by_role("textbox", name="Write a message").fill("Hello")
    customer.keyboard.press("Enter")
    expect(customer.locator("[data-role=customer]")).to_have_count(1)
    page = work.page("camille")
    conversation = _only_conversation(work)
    case = work.desk.cases.start(conversation, "customer_asked", summary="Asks for a person.")
    open_case(page, case, take=True)
    box(page).fill("I was just about to")
    customer.get_by_role("button", name="Menu").click()
    customer.get_by_role("button", name="New conversation").click()
    customer.get_by_role("button", name="Begin anew").click()
    expect(page.get_by_role("alert")).to_contain_text("has begun a new conversation")
    expect(box(page)).to_have_count(0)
    expect(page.locator("[data-section=mine] .case")).to_contain_text("has begun a new conversation")
    assert work.said(case, "advisor") == []
    page.get_by_role("button", name="Resolve", exact=True).click()
    page.get_by_role("button", name="Resolve the case").click()
    expect(page.locator("[data-section=mine]")).to_have_count(0)


def test_a_slash_offers_replies_that_leads_write(work: AtWork) -> None:
    case, lead = work.case(language="it"), work.page("antoine", "lead")
    lead.get_by_role("link", name="Replies").click()
    lead.get_by_role("button", name="Write one").click()
    lead.get_by_label("Word after the slash").fill("visit")
    lead.get_by_label("Language").select_option("it")
    lead.get_by_label("Title").fill("Visit the boutique")
    lead.get_by_role("textbox", name="Reply").fill("Gentile {first_name}, La aspettiamo con {piece}.")
    assert violations(lead) == []
    lead.get_by_role("button", name="Keep it").click()
    expect(lead.get_by_role("row", name="/visit")).to_contain_text("Italian")
    page = work.page("camille")
    open_case(page, case, take=True)
    box(page).press_sequentially("Ciao /")
    options = page.locator(".replies").get_by_role("option")
    expect(options).to_have_count(6)
    assert violations(page) == []
    box(page).press_sequentially("vis")
    expect(options).to_have_count(1)
    box(page).press("Enter")
    expect(box(page)).to_have_value("Ciao Gentile Claire, La aspettiamo con [piece].")
    expect(page.get_by_text("To fill in: piece")).to_be_visible()
    box(page).press_sequentially("la borsa")
    expect(box(page)).to_have_value("Ciao Gentile Claire, La aspettiamo con la borsa.")
    box(page).press("Enter")
    expect(page.locator("[data-role=advisor]")).to_contain_text("La aspettiamo con la borsa.")


def test_a_case_is_put_aside_and_a_closed_one_reopened(work: AtWork) -> None:
    case, page = work.case(), work.page("camille")
    open_case(page, case, take=True)
    page.get_by_role("button", name="Later").click()
    page.get_by_label("Until").select_option(index=2)
    page.get_by_role("button", name="Put it aside").click()
    expect(page.locator("[data-section=later] .case")).to_contain_text("until")
    expect(page.get_by_text("Put aside until").first).to_be_visible()
    work.desk.log.append(case.conversation_id, "customer", "Any news?")
    expect(page.locator("[data-section=mine] .case")).to_be_visible()
    expect(page.locator("[data-section=later]")).to_have_count(0)
    page.get_by_role("button", name="Resolve", exact=True).click()
    page.get_by_role("button", name="Resolve the case").click()
    page.get_by_role("button", name="Reopen it").click()
    expect(box(page)).to_be_visible()
    expect(page.get_by_text("Camille reopened the case")).to_be_visible()


def test_somebody_is_invited_and_signs_in_with_a_second_factor(work: AtWork) -> None:
    boss = work.page("root", "admin")
    boss.get_by_role("link", name="People").click()
    boss.get_by_label("Login").fill("nina")
    boss.get_by_label("Name that customers see").fill("Nina")
    boss.get_by_role("button", name="Invite").click()
    link = boss.locator(".invitation").inner_text()
    expect(boss.get_by_role("row", name="Invited")).to_be_visible()
    assert violations(boss) == []
    page = work.browser.new_context(locale="en-GB").new_page()
    page.goto(link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Choose it").click()
    work.sign_in(page, "nina")
    page.get_by_role("link", name="Nina").click()
    page.get_by_role("button", name="Ask for a code, too").click()
    secret = page.locator(".page b").inner_text().replace(" ", "")
    assert violations(page) == []
    factor = page.locator("form").filter(has_text="Code that the app shows")
    factor.get_by_label("Code that the app shows").fill(code_at(secret, int(time.time() // 30)))
    factor.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Ask for it from now on").click()
    expect(page.get_by_text("From now on a code is asked for")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    work.sign_in(page, "nina")
    page.get_by_label("Code of your authenticator app").fill(code_at(secret, int(time.time() // 30)))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Nina")).to_be_visible()


def test_leads_read_figures_and_anybody_finds_words(work: AtWork) -> None:
    case, lead = work.case(text="The zipper of my pochette is torn"), work.page("antoine", "lead")
    lead.get_by_role("link", name="Figures").click()
    expect(lead.get_by_role("row", name="Return an item")).to_be_visible()
    expect(lead.get_by_text("of which 1 wait")).to_be_visible()
    expect(lead.get_by_text("Everything was understood in these days.")).to_be_visible()
    unknown = {"intent": "nlu_fallback", "confidence": 0.2}
    work.desk.log.append(case.conversation_id, "customer", "Can you emboss it?", meta=unknown)
    lead.get_by_role("button", name="28 days").click()
    group = lead.get_by_role("row", name="Can you emboss it?")
    group.get_by_label("It was").select_option("final_sale")
    expect(group.get_by_text("Kept")).to_be_visible()
    lead.get_by_role("button", name="7 days").click()
    expect(lead.get_by_role("row", name="Items that cannot be returned")).to_be_visible()
    assert violations(lead) == []
    lead.get_by_role("link", name="Team").click()
    own = lead.get_by_role("row", name="Antoine")
    expect(own).to_contain_text("Here")
    lead.get_by_role("button", name="Change Antoine").click()
    lead.get_by_label("Open cases at once").fill("4")
    lead.get_by_role("checkbox", name="Italian", exact=True).check()
    lead.get_by_role("checkbox", name="Repairs").check()
    assert violations(lead) == []
    lead.get_by_role("button", name="Keep it").click()
    expect(own).to_contain_text("0 of 4 cases")
    expect(own).to_contain_text("Repairs")
    lead.get_by_label("Whether you are here").select_option("Away")
    expect(own).to_contain_text("Away")
    lead.get_by_role("searchbox").fill("zipper torn")
    found = lead.locator("[data-section=found] .case")
    expect(found).to_have_attribute("data-case", case.id)
    expect(found).to_contain_text("The zipper of my pochette is torn")


def test_two_cases_of_one_customer_are_merged(work: AtWork) -> None:
    kept = work.case(email="claire@example.com")
    other = work.case(text="And my bag?", email="claire@example.com", channel="email")
    page = work.page("camille")
    open_case(page, kept, take=True)
    page.get_by_role("button", name="Merge").click()
    page.get_by_label("Another case of the same customer").select_option(other.id)
    assert violations(page) == []
    page.get_by_role("button", name="Merge it into this case").click()
    page.locator(f"[data-merged='{other.id}'] > summary").click()
    expect(page.get_by_role("region", name="Conversation").get_by_text("And my bag?")).to_be_visible()
    expect(page.get_by_role("button", name="Merge")).to_have_count(0)
    assert violations(page) == []
    page.locator("[data-tray=merged] a").click()
    page.get_by_role("link", name="Open the case that keeps it").click()
    expect(page.locator(f"[data-merged='{other.id}']")).to_be_attached()


def test_a_customer_in_a_messenger_is_sent_the_way_to_the_website(work: AtWork) -> None:
    case, page = work.case(channel="telegram"), work.page("camille")
    open_case(page, case, take=True)
    send = page.get_by_role("button", name="Send a link to the website")
    assert violations(page) == []
    send.click()
    said = page.get_by_role("region", name="Conversation").get_by_text("Here you can go on with our conversation")
    expect(said).to_be_visible()
    website = work.case()
    open_case(page, website, take=True)
    expect(page.get_by_label("Message to the customer")).to_be_visible()
    expect(send).to_have_count(0)


def test_a_colleague_is_named_in_a_note(work: AtWork) -> None:
    case, page, other = work.case(), work.page("camille"), work.page("antoine", "lead")
    other.get_by_label("Alert me").check()
    other.evaluate("lookAway(true)")
    open_case(page, case, take=True)
    write_note(page).fill("@antoine knows her.")
    page.get_by_role("button", name="Add the note").click()
    expect(other.locator("[data-section=named] .case")).to_have_attribute("data-case", case.id)
    assert "Camille names you in a note: @antoine knows her." in other.evaluate("window.told")
    other.reload()
    expect(other).to_have_title("(1) Concierge desk")
    open_case(other, case)
    expect(other.locator("[data-section=named]")).to_have_count(0)
    expect(other).to_have_title("Concierge desk")


def test_own_cases_come_first_and_filters_count(work: AtWork) -> None:
    cases = [work.case(f"Customer {number}") for number in range(6)]
    camille, antoine = work.desk.person("camille"), work.desk.person("antoine")
    read, unread = cases[4:]
    for mine in (read, unread):
        work.desk.cases.claim(mine.id, camille.id)
        work.desk.cases.say(mine.id, camille.id, "Good morning.")
    work.desk.cases.claim(cases[0].id, antoine.id)
    page = work.page("camille")
    work.desk.log.append(unread.conversation_id, "customer", "And now?")
    rows = page.locator(".case")
    expect(rows.nth(0)).to_have_attribute("data-case", unread.id)
    expect(rows.nth(0)).to_contain_text("And now?")
    expect(rows.nth(1)).to_have_attribute("data-case", read.id)
    filters = page.get_by_role("group", name="Show").get_by_role("button")
    said = [" ".join(each.split()) for each in filters.all_inner_texts()]
    assert said == ["All 6", "Yours 2", "Waiting 3", "Others 1", "Closed"]


def test_the_list_is_narrowed_by_queue_and_language_and_views_are_kept(work: AtWork) -> None:
    late = datetime.now(timezone.utc) - timedelta(minutes=12)
    mine = work.case("Claire Fontaine", queue="returns", due_at=late)
    work.case("Anna Conti", queue="italian", language="it", due_at=late + timedelta(hours=1))
    work.case("Mia Berger", queue="returns", language="de")
    page = work.page("camille")
    rows = page.locator(".case")
    expect(rows).to_have_count(3)
    expect(page.locator(f"[data-case='{mine.id}']")).to_contain_text("late by 12 min")
    expect(page.locator(".case", has_text="Anna Conti")).to_contain_text("due in 48 min")
    queue = page.get_by_label("queue", exact=True)
    assert [each.strip() for each in queue.locator("option").all_inner_texts()] == [
        "Every queue",
        "Client service in Italian (1)",
        "Returns and exchanges (2)",
    ]
    assert violations(page) == []
    queue.select_option("returns")
    expect(rows).to_have_count(2)
    page.get_by_label("language", exact=True).select_option("de")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Keep as a view").click()
    page.get_by_label("Name of the view").fill("German returns")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="German returns")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="German returns").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Take this view away").click()
    expect(page.get_by_role("button", name="German returns")).to_have_count(0)


def test_rows_name_the_topic_and_the_file_earlier_notes(work: AtWork) -> None:
    camille = work.desk.person("camille")
    piece = {"pieces": "Track Trainers", "more": 1, "value": "2940.00", "currency": "EUR"}
    before = work.case(email="claire@example.com", brief={"topic": "refund_status"})
    work.desk.cases.claim(before.id, camille.id)
    work.desk.cases.resolve(before.id, camille.id, "Refund confirmed by telephone.")
    case = work.case(email="claire@example.com", brief={"topic": "return_item", **piece}, channel="rest")
    alarmed = work.case("Henry Wu", "asdf", reason="minor", intent="nlu_fallback", brief={"topic": "minor"})
    work.desk.log.append(alarmed.conversation_id, "assistant", "One moment.", meta={"utter": "utter_handoff"})
    page = work.page("camille")
    row = page.locator(f"[data-case='{case.id}']")
    for words in ("Return an item", "Track Trainers and 1 more, €2,940.00", "EN"):
        expect(row).to_contain_text(words)
    expect(page.locator(f"[data-case='{alarmed.id}']")).to_contain_text("A minor's order")
    open_case(page, case)
    expect(page.locator("[data-tray=earlier]")).to_contain_text("Refund confirmed by telephone.")
    expect(page.locator("[data-tray=earlier]")).to_contain_text("About my refund")
    expect(page.locator("[data-tray=customer]")).to_contain_text("Another program of the house")
    open_case(page, alarmed)
    expect(page.locator("details[data-why] summary")).to_contain_text("Not understood")
    shown = page.locator("body").inner_text()
    for internal in ("Nlu", "fallback", "Rest", "customer_asked", "Customer asked", " AM", " PM"):
        assert internal not in shown


def test_whoever_reads_further_up_is_told_of_new_messages(work: AtWork) -> None:
    case, page = _long(work, 40), work.page("camille")
    open_case(page, case, take=True)
    scroll = page.locator(".scroll")
    scroll.evaluate("each => { each.scrollTop = 0 }")
    for text in ("first", "second"):
        work.desk.log.append(case.conversation_id, "customer", text)
    page.get_by_role("button", name="2 new messages").click()
    expect(page.get_by_text("second", exact=True).last).to_be_in_viewport()
    expect(page.get_by_role("button", name="new message")).to_have_count(0)


def test_a_long_case_is_drawn_from_its_end_and_stays_where_it_is_read(work: AtWork) -> None:
    case, page = _long(work, 900), work.page("camille")
    page.evaluate("""() => { window.held = window.requestAnimationFrame;
        window.requestAnimationFrame = (next) => { window.kept = next; return 0; }; }""")
    open_case(page, case)
    turns = page.locator(".turn")
    expect(turns.last).to_be_in_viewport()
    expect(page.get_by_role("log", name="Transcript")).to_have_attribute("aria-busy", "true")
    drawn = turns.count()
    assert drawn < 900, "the rest comes when the page has nothing else to do"
    page.locator(".scroll").evaluate("each => { each.scrollTop = 600 }")
    read = page.evaluate("""() => { const top = document.querySelector('.scroll').getBoundingClientRect().top;
        window.read = [...document.querySelectorAll('.turn')].find(each => each.getBoundingClientRect().top > top);
        return window.read.getBoundingClientRect().top; }""")
    page.evaluate("() => { window.requestAnimationFrame = window.held; window.kept(); }")
    expect(turns).to_have_count(900, timeout=30_000)  # in six frames, of a browser that paints without a graphics card
    expect(page.get_by_role("log", name="Transcript")).to_have_attribute("aria-busy", "false")
    assert abs(page.evaluate("window.read.getBoundingClientRect().top") - read) < 2
    order = "[...document.querySelectorAll('.turn')].map(each => Number(each.dataset.seq))"
    assert page.evaluate(f"{order}.every((seq, index, all) => !index || all[index - 1] < seq)")


def test_no_key_costs_a_formatter_or_draws_the_transcript_anew(work: AtWork) -> None:
    case, page = _long(work, 300), work.page("camille")
    open_case(page, case, take=True)
    page.evaluate("""() => {
        window.made = 0; window.drawn = 0;
        for (const name of ['DateTimeFormat', 'NumberFormat', 'DisplayNames']) {
            const Real = Intl[name];
            Intl[name] = function (...all) { window.made += 1; return new Real(...all); };
        }
        new MutationObserver((all) => { window.drawn += all.length; })
            .observe(document.querySelector('[role=log]'), {subtree: true, childList: true, attributes: true});
    }""")
    box(page).press_sequentially("Dear Claire")
    assert page.evaluate("[window.made, window.drawn]") == [0, 0]


def test_who_speaks_what_is_new_and_what_was_read(work: AtWork) -> None:
    customer, page = work.customer("Claire Fontaine"), work.page("camille")
    case = customer.case
    open_case(page, case, take=True)
    for words in ("Good morning.", "I am looking into it."):
        write_to(page, words)
    expect(page.locator("[data-role=advisor].on")).to_have_count(1)
    expect(page.get_by_text("on the page now")).to_have_count(0)
    expect(page.locator(".read")).to_have_count(0)
    last = customer.client.get("/events").json()["messages"][-1]["seq"]
    assert customer.client.post("/seen", json={"seq": last}).status_code == 204
    expect(page.locator("[data-role=advisor]").last.locator(".read")).to_contain_text("Read, ")
    expect(page.locator(".read")).to_have_count(1)
    expect(page.get_by_text("on the page now")).to_be_visible()
    page.evaluate("lookAway(true)")
    for words in ("One more thing", "And another"):
        customer.say(words)
    expect(page.locator(".unread + [data-role=customer]")).to_contain_text("One more thing")
    expect(page.locator("[data-role=customer]").last).to_contain_text("And another")  # else it is new once more
    page.evaluate("lookAway(false)")
    expect(page.locator(".unread")).to_have_count(1)
    page.goto(f"{work.desk.url}/#")
    open_case(page, case)
    expect(page.locator(".unread")).to_have_count(0)
    assert customer.client.post("/seen", json={"seq": "all"}).status_code == 400


def test_what_was_understood_wrongly_is_marked_by_one_press(work: AtWork) -> None:
    case, page = work.case(text="The zip is torn"), work.page("camille")
    log = work.desk.log
    ranking = [{"name": "return_item", "confidence": 0.6}, {"name": "exchange_item", "confidence": 0.3}]
    meta = {"intent": "return_item", "confidence": 0.6, "ranking": ranking}
    log.append(case.conversation_id, "customer", "The zip is torn", meta=meta)
    log.append(case.conversation_id, "assistant", "You may return it.", meta={"utter": "utter_return_yes"})
    open_case(page, case)
    page.locator("details[data-why] summary").last.click()
    wrong = page.get_by_role("group", name="This was wrong; it was")
    wrong.get_by_role("button").first.click()
    expect(page.get_by_text("Marked as wrong: ")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Take the mark away").click()
    wrong.get_by_label("Another topic").select_option("final_sale")
    expect(page.get_by_text("Marked as wrong: Items that cannot be returned")).to_be_visible()


def test_a_draft_is_begun_with_what_is_known(work: AtWork) -> None:
    case, page = work.case(language="fr"), work.page("camille")
    open_case(page, case, take=True)
    page.get_by_role("button", name="Ask what is missing").click()
    expect(box(page)).to_have_value(re.compile("^Bonjour Claire, Camille à votre service. .* numéro de commande"))
    expect(page.get_by_role("group", name="Begin with")).to_have_count(0)
    assert violations(page) == []


def test_the_desk_speaks_the_advisors_language(work: AtWork) -> None:
    case, page = work.case(), work.page("camille")
    page.get_by_role("link", name="Camille").click()
    page.get_by_label("Language of the desk").select_option("it")
    expect(page.get_by_role("heading", name="Il Suo account")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "it")
    open_case(page, case, words="Trascrizione")
    page.get_by_role("button", name="Prendere questo caso").click()
    expect(page.get_by_label("Messaggio al cliente")).to_be_visible()
    assert violations(page) == []
    french = work.browser.new_context(locale="fr-CH").new_page()
    french.goto(work.desk.url)
    expect(french.get_by_role("button", name="Se connecter")).to_be_visible()


def test_a_case_is_printed_whole(work: AtWork) -> None:
    case, page = _long(work, 700), work.page("camille")
    open_case(page, case)
    page.emulate_media(media="print")
    for unwanted in ("#cases", ".deeds", ".top"):
        expect(page.locator(unwanted)).to_be_hidden()
    shown = page.locator(".turn").evaluate_all("""all => {
        const cut = (each) => { for (let at = each.parentElement; at; at = at.parentElement)
            if (getComputedStyle(at).overflowY !== 'visible' && at !== document.documentElement
                && at.scrollHeight > at.clientHeight + 1) return true; };
        return all.filter(each => each.checkVisibility() && !cut(each)).length; }""")
    assert shown == 700
    assert page.evaluate("document.documentElement.scrollHeight") > 700 * 20


def test_at_400_percent_everything_is_reached(work: AtWork) -> None:
    case, page = _long(work, 10), work.page("camille", viewport={"width": 320, "height": 256})
    page.locator(f"[data-case='{case.id}']").click()
    page.get_by_role("button", name="Take this case").click()
    words = page.locator(".turn .words").first
    words.scroll_into_view_if_needed()
    expect(words).to_be_in_viewport(ratio=1)
    box(page).scroll_into_view_if_needed()
    expect(box(page)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator(".scroll").evaluate("each => each.clientHeight >= each.scrollHeight")


def _long(work: AtWork, messages: int):
    case = work.case()
    for number in range(1, messages):
        who, meta = ("customer", {"intent": "return_item", "confidence": 0.9}) if number % 2 else ("assistant", {})
        work.desk.log.append(case.conversation_id, who, f"message {number}", meta=meta)
    return case


def _only_conversation(work: AtWork) -> str:
    with read(work.desk.log.engine) as connection:
        return str(connection.execute(schema.conversations.select()).mappings().one()["id"])
