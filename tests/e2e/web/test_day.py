"""A day at the desk: three advisors and twenty customers, one of them in Firefox, at real servers.

Cases change hands, by people and by queues, and because an advisor is off while their customers wait; a session ends,
both servers start anew in the middle; files go both ways, a transcript by mail, an answer to who has closed the page.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from concierge.conversations import Case
from tests.e2e.test_files import PDF, choose, file, picture
from tests.e2e.web.desk_at_work import AtWork, Customer, open_case, write_to
from tests.e2e.web.firefox import Firefox
from tests.e2e.web.test_firefox import TOOLS, say

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TEAM = ("camille", "antoine", "giulia")
SESSION = "return JSON.parse(localStorage[Object.keys(localStorage).find(k => /session$/.test(k))]).conversation"


@dataclass
class InFirefox:
    """As a ``Customer``, with the widget."""

    name: str
    page: Firefox
    case: Case

    def say(self, text: str) -> None:
        say(self.page, text)
        self.page.run(TOOLS + "await seen('[data-role=customer][data-seq]', values[0]);", text)

    def heard(self) -> list[str]:
        words = "[...root().querySelectorAll('[data-role=advisor] .words')].map(each => each.innerText)"
        found: list[str] = self.page.run(TOOLS + f"return {words}")
        return found


@pytest.fixture
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox | None]:
    if not (shutil.which("firefox") or shutil.which("firefox-esr")):
        yield None
        return
    started = Firefox(tmp_path_factory.mktemp("firefox"))
    yield started
    started.close()


def in_firefox(work: AtWork, firefox: Firefox, name: str) -> InFirefox:
    firefox.goto(work.shop, 1280, 800)
    firefox.run(TOOLS + "(await seen('.launcher'))[0].click(); await seen('.panel textarea');")
    customer = InFirefox(name, firefox, None)  # type: ignore[arg-type]
    customer.say(f"{name} asks for a person")
    conversation = firefox.run(SESSION)
    work.desk.log.update(conversation, name=name)
    customer.case = work.desk.cases.start(conversation, "customer_asked", brief={"topic": "return_item"})
    return customer


@dataclass
class Day:
    work: AtWork
    advisors: dict[str, Page]
    customers: list[Any]
    expected: dict[str, list[str]] = field(default_factory=dict)
    more: dict[str, list[str]] = field(default_factory=dict)  # of the customers

    def answer(self, login: str, each: Any, words: str, take: bool = False) -> None:
        open_case(self.advisors[login], each.case, take)
        write_to(self.advisors[login], words)
        # It is in the log, before whatever is said to it.
        expect(self.advisors[login].locator(".turn[data-role=advisor]").last).to_contain_text(words)
        self.expected.setdefault(each.name, []).append(words)

    def of(self, each: Any) -> Page:
        """The page of who has the case, which is opened there."""
        page = self.advisors[self.work.desk.cases.get(each.case.id).advisor.lower()]
        open_case(page, each.case)
        return page


def test_a_day_at_the_desk_loses_and_doubles_nothing(work: AtWork, firefox: Firefox | None) -> None:
    advisors = {login: work.page(login, "lead" if login == "antoine" else "advisor") for login in TEAM}
    customers: list[Any] = [work.customer(f"Customer {number:02}") for number in range(19)]
    customers.append(in_firefox(work, firefox, "Customer 19") if firefox else work.customer("Customer 19"))
    day = Day(work, advisors, customers)
    for number, each in enumerate(customers):
        login = TEAM[number % 3]
        day.answer(login, each, f"Good morning {each.name}, {login} here", take=True)
        each.say("Thank you")
    _one_passes_on(day, customers[0])
    _one_goes_to_a_queue(day, customers[1])
    _the_servers_start_anew(day, customers)
    _an_advisor_goes_and_comes_back(day, [customers[0], *customers[2::3]])
    _sessions_end(day, customers[6])
    _a_lead_takes_over(day, customers[9])
    _files_go_both_ways(day, customers[12])
    _a_transcript_is_mailed(day, customers[15])
    _who_has_closed_the_page_is_written_to(day, customers[16])
    for each in customers[9:12]:
        page = day.of(each)
        page.get_by_role("button", name="Resolve", exact=True).click()
        page.get_by_role("button", name="Resolve the case").click()
        expect(page.get_by_role("button", name="Reopen it")).to_be_visible()
    for each in customers[13:15]:
        page = day.of(each)
        page.get_by_role("button", name="Hand back", exact=True).click()
        page.locator("#note").fill(f"The workshop expects {each.name}.")
        page.get_by_role("button", name="Hand back to the assistant").click()
        expect(page.get_by_role("button", name="Reopen it")).to_be_visible()

    assert {each.name: each.heard() for each in customers} == day.expected
    for each in customers:
        asked = [f"{each.name} asks for a person", "Thank you"]
        assert work.said(each.case, "customer") == asked + day.more.get(each.name, [])
    for each in customers[13:15]:
        end = work.desk.log.messages(each.case.conversation_id)[-1].payload
        assert (end["event"], end["note"]) == ("handed_back", f"The workshop expects {each.name}.")
        assert work.desk.log.get(each.case.conversation_id).owner == "assistant"
    assert firefox is None or firefox.problems() == []
    rows = advisors["giulia"].get_by_role("group", name="Show").get_by_role("button", name=re.compile("^All"))
    expect(rows).to_have_text(re.compile(r"All\s+15"))


def _one_passes_on(day: Day, each: Customer) -> None:
    page = day.of(each)
    page.get_by_role("button", name="Pass on").click()
    page.get_by_label("Colleague or queue").select_option(day.work.desk.people["giulia"].id)
    page.get_by_role("button", name="Pass it on").click()
    expect(page.get_by_text("Giulia has this case.")).to_be_visible()
    day.answer("giulia", each, "I take over from Camille")


def _one_goes_to_a_queue(day: Day, each: Customer) -> None:
    page = day.of(each)
    page.get_by_role("button", name="Pass on").click()
    page.get_by_label("Colleague or queue").select_option("queue:repairs")
    page.get_by_label("Note for whoever has it next").fill("Her clasp.")
    page.get_by_role("button", name="Pass it on").click()
    expect(page.get_by_role("button", name="Take this case")).to_be_visible()
    day.answer("camille", each, "I look after repairs", take=True)
    expect(day.advisors["camille"].get_by_text("Her clasp.")).to_be_visible()


def _the_servers_start_anew(day: Day, customers: list[Any]) -> None:
    page = day.of(customers[3])
    day.work.restart_desk()
    write_to(page, "Written while the desk was down")
    day.expected[customers[3].name].append("Written while the desk was down")
    day.work.kill_front()
    day.work.start_front()
    for each in customers[:6]:
        each.say("And another thing")
        day.more[each.name] = ["And another thing"]
    expect(page.locator("[data-delivery]")).to_have_count(0, timeout=30_000)


def _an_advisor_goes_and_comes_back(day: Day, hers: list[Any]) -> None:
    """Giulia's customers wait for her answer: all of them are in the queue again, and are told so once."""
    giulia, work = day.advisors["giulia"], day.work
    giulia.get_by_label("Whether you are here").select_option("Off")
    for number, each in enumerate(hers):
        rows = day.advisors["camille"].locator("[data-section=waiting]")
        expect(rows.locator(f"[data-case='{each.case.id}']")).to_contain_text("was with Giulia", timeout=20_000)
        (told,) = work.said(each.case, "assistant")
        assert told.startswith("Giulia cannot answer you at the moment")
        login = ("camille", "antoine")[number % 2]
        day.answer(login, each, f"Giulia has left, {login} goes on", take=True)
    giulia.get_by_label("Whether you are here").select_option("Here")
    expect(giulia.locator("[data-section=waiting] .case")).to_have_count(0)


def _sessions_end(day: Day, each: Customer) -> None:
    day.work.sign_out_everywhere()
    for login in TEAM:
        expect(day.advisors[login].get_by_label("Password")).to_be_visible(timeout=20_000)
        day.work.sign_in(day.advisors[login], login)
    day.answer(TEAM[0], each, "I am here again")


def _a_lead_takes_over(day: Day, each: Customer) -> None:
    lead = day.advisors["antoine"]
    open_case(lead, each.case)
    lead.get_by_role("button", name="Take over").click()
    lead.get_by_role("button", name="Take it over").click()
    expect(lead.get_by_label("Message to the customer")).to_be_visible()
    day.answer("antoine", each, "I look after this myself")


def _files_go_both_ways(day: Day, each: Customer) -> None:
    for key, content in (("photo", picture()), ("paper", PDF)):
        for _ in range(2):  # the answer to the first was lost on its way
            sent = each.client.post("/files", content=content, headers={"X-Client-Key": key})
            assert sent.status_code == 202, sent.text
    page = day.of(each)
    expect(page.locator(".turn.customer .sent")).to_have_count(2)
    form = page.locator("#conversation")
    choose(form, file("estimate.pdf", PDF, "application/pdf"))
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".turn.advisor .sent")).to_have_count(1)
    day.expected[each.name].append("[file]")
    day.more[each.name] = ["[photo]", "[file]"]
    seq = [row["seq"] for row in each.client.get("/events").json()["messages"] if row["role"] == "advisor"][-1]
    assert each.client.get(f"/files/{seq}").content == PDF


def _a_transcript_is_mailed(day: Day, each: Customer) -> None:
    day.work.desk.log.update(each.case.conversation_id, email="customer@example.com")
    page = day.of(each)
    page.get_by_role("button", name="Send it to c••••@example.com").click()
    expect(page.locator("[data-tray=history]")).to_contain_text("Sent the transcript to the customer")
    letter = next(mail for mail in day.work.mail.mails if list(mail.iter_attachments()))
    assert letter["To"] == "customer@example.com"
    assert next(letter.iter_attachments()).get_content().startswith(b"%PDF-")


def _who_has_closed_the_page_is_written_to(day: Day, each: Customer) -> None:
    """Once, with a link that opens the conversation; what they write there is in the case."""
    work, address = day.work, "elsewhere@example.com"
    work.desk.log.update(each.case.conversation_id, email=address)
    words = "The boutique keeps it for you."
    page = day.of(each)
    write_to(page, words)
    day.expected[each.name].append(words)
    expect(page.locator("[data-delivery]")).to_have_count(0)
    work.unread_for(each.case, timedelta(minutes=2))
    deadline = time.monotonic() + 30
    while not (letters := [mail for mail in work.mail.mails if mail["To"] == address]):
        assert time.monotonic() < deadline, "nobody wrote to them"
        time.sleep(0.2)
    (letter,) = letters
    text = letter.get_content()
    assert text.count(words) == 1
    at_home = work.browser.new_context(locale="en-GB").new_page()
    at_home.goto(re.findall(r"http\S+#concierge-link=[\w.-]+", text)[0])
    dialog = at_home.get_by_role("dialog")
    expect(dialog.get_by_text(words)).to_be_visible()
    dialog.get_by_role("textbox").fill("I come at six")
    dialog.get_by_role("textbox").press("Enter")
    expect(page.locator("[data-role=customer]").last).to_contain_text("I come at six")
    day.more[each.name] = ["I come at six"]
    assert [mail for mail in work.mail.mails if mail["To"] == address] == [letter]
