"""Whatever becomes of the line, the servers, the tabs and the day: each message is there once, in its place.

A real front and a real desk, and browsers between which nothing of ours is replaced.
"""

from __future__ import annotations

import json
import random
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from concierge.conversations import Case
from tests.e2e.conftest import PATIENCE
from tests.e2e.faults.relay import Relay
from tests.e2e.web.desk_at_work import AtWork, open_case, write_to

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

EACH = 200
STANDSTILL = (
    60  # seconds: more than the longest wait between two tries, and than the quiet that a stream is given up after
)
SAID = """each => [...each.shadowRoot.querySelectorAll('[data-seq][data-role]')]
  .map(m => [+m.dataset.seq, m.dataset.role, m.querySelector('.words')?.innerText ?? ''])"""
SESSION = "localStorage[Object.keys(localStorage).find(name => name.endsWith(':session'))]"


def context_of(work: AtWork) -> BrowserContext:
    context = work.browser.new_context(locale="en-GB")
    context.set_default_timeout(PATIENCE)
    return context


def opened(page: Page, shop: str) -> Locator:
    page.goto(shop)
    if page.get_by_role("dialog").count() == 0:
        page.get_by_role("button", name="Open the conversation with the concierge").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def say(dialog: Locator, words: str) -> None:
    box = dialog.get_by_role("textbox")
    box.fill(words)
    box.press("Enter")


def id_of(page: Page) -> str:
    return str(json.loads(page.evaluate(SESSION))["conversation"])


def with_advisor(work: AtWork, conversation: str) -> Case:
    case = work.desk.cases.start(conversation, "customer_asked", brief={"topic": "return_item"})
    return work.desk.cases.claim(case.id, work.desk.person("camille").id)


def all_there(rows: Locator, count: int) -> None:
    """However long it takes, while more of them come: what stands still for a minute is lost."""
    there, since = rows.count(), time.monotonic()
    while there < count:
        rows.page.wait_for_timeout(250)
        now = rows.count()
        since = since if now == there else time.monotonic()
        assert time.monotonic() - since < STANDSTILL, f"{now} of {count}, and no more"
        there = now
    expect(rows).to_have_count(count)


def shown(page: Page, role: str) -> list[str]:
    rows = page.locator("concierge-widget").evaluate(SAID)
    seqs = [seq for seq, _, _ in rows]
    assert seqs == sorted(set(seqs)), "in order, none twice"
    return [words for _, who, words in rows if who == role]


def test_four_hundred_messages_both_ways_over_a_line_that_breaks_at_random(work: AtWork) -> None:
    chance = random.Random(16)
    front = urlsplit(work.shop)
    line = Relay(str(front.hostname), front.port or 0)
    shop = work.shop.replace(str(front.port), str(line.port))
    context = context_of(work)
    page, beside = context.new_page(), context.new_page()
    dialog = opened(page, shop)
    say(dialog, "customer 0")
    expect(dialog.locator("[data-role=customer][data-seq]")).to_have_count(1)
    case = with_advisor(work, id_of(page))
    advisor = work.desk.person("camille")
    opened(beside, shop)
    line.cut()
    breaks = 0

    def lasts() -> int:
        # Within an answer that says a message was taken, within the stream's first or a later one, or at once.
        nonlocal breaks
        breaks += 1
        return chance.choice([150, 2_000, 8_000, 30_000, 30_000])

    line.lasts = lasts
    for number in range(EACH):
        work.desk.cases.say(case.id, advisor.id, f"advisor {number}", client_key=f"a{number}")
        if number:
            page.evaluate("words => Concierge.ask(words)", f"customer {number}")
        if chance.random() < 0.1:
            line.cut()
    by_customer, by_advisor = ([f"{who} {number}" for number in range(EACH)] for who in ("customer", "advisor"))
    for each in (page, beside):
        all_there(each.locator("[data-role=customer][data-seq]"), EACH)
        all_there(each.locator("[data-role=advisor]"), EACH)
        assert shown(each, "customer") == by_customer
        assert shown(each, "advisor") == by_advisor
        expect(each.locator("[data-delivery]")).to_have_count(0)
    assert work.said(case, "customer") == by_customer
    assert work.said(case, "advisor") == by_advisor
    assert breaks > 30, breaks
    line.close()


def test_half_an_hour_without_network_and_every_server_replaced(work: AtWork) -> None:
    page = context_of(work).new_page()
    page.clock.install()
    dialog = opened(page, work.shop)
    say(dialog, "before")
    expect(dialog.locator("[data-role=customer][data-seq]")).to_have_count(1)
    case = with_advisor(work, id_of(page))
    advisor = work.page("camille")
    open_case(advisor, case)
    page.context.set_offline(True)
    for words in ("one", "two"):
        say(dialog, words)
    expect(dialog.get_by_text("Not sent yet. We keep trying.")).to_have_count(2)
    work.kill_front()
    work.desk.cases.say(case.id, work.desk.person("camille").id, "I am here.")
    page.clock.fast_forward("30:00")
    work.restart_desk()
    work.start_front()
    page.context.set_offline(False)
    expect(dialog.get_by_text("I am here.")).to_be_visible(timeout=60_000)
    expect(dialog.locator("[data-role=customer][data-seq]")).to_have_count(3, timeout=60_000)
    assert work.said(case, "customer") == ["before", "one", "two"]
    assert shown(page, "customer") == ["before", "one", "two"]
    # The other desk serves the page that was open at the one before.
    write_to(advisor, "And still here.")
    expect(dialog.get_by_text("And still here.")).to_be_visible(timeout=60_000)
    assert shown(page, "advisor") == ["I am here.", "And still here."]


def test_the_next_day_and_a_tab_that_is_gone_with_what_it_had_not_sent(work: AtWork) -> None:
    context = context_of(work)
    page = context.new_page()
    dialog = opened(page, work.shop)
    say(dialog, "before")
    expect(dialog.locator("[data-role=customer][data-seq]")).to_have_count(1)
    conversation = id_of(page)
    beside = context.new_page()
    beside.clock.install(time=datetime.now(timezone.utc) + timedelta(days=1))
    there = opened(beside, work.shop)
    expect(there.get_by_text("Yesterday")).to_be_visible()
    expect(there.locator("[data-role=customer][data-seq]")).to_have_count(1)
    page.route("**/messages", lambda route: route.abort())
    say(dialog, "from a tab that is closed")
    expect(dialog.get_by_text("Not sent yet. We keep trying.")).to_be_visible()
    expect(there.locator("[data-role=customer]")).to_have_count(2)
    page.close()
    beside.clock.fast_forward("01:00")
    expect(there.locator("[data-role=customer][data-seq]")).to_have_count(2, timeout=60_000)
    assert id_of(beside) == conversation
    said = [each.text for each in work.desk.log.messages(conversation) if each.role == "customer"]
    assert said == ["before", "from a tab that is closed"]
