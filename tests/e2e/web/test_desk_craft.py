"""The desk in each of its states: light and dark, in colours of the reader's own, on a narrow screen, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import violations
from tests.e2e.web.desk_at_work import AtWork, open_case, write_to

pytestmark = pytest.mark.e2e

CONTRAST = """() => axe.run(document, {runOnly: ['color-contrast']})
    .then(found => found.violations.flatMap(each => each.nodes.map(node => node.target)))"""
# What a keyboard has to get to, and whether it does.
REACHABLE = "a[href], button:not([disabled]), input:not([hidden]), select, textarea, summary, [tabindex='0']"


@pytest.fixture
def pages(work: AtWork) -> Iterator[Any]:
    """As ``AtWork.page``, which fails the test where a page breaks its own policy or throws."""
    wrong: list[str] = []

    def opened(*given: Any, **more: Any) -> Page:
        page = work.page(*given, **more)
        page.on("console", lambda each: wrong.append(each.text) if each.type == "error" else None)
        page.on("pageerror", lambda each: wrong.append(str(each)))
        return page

    yield opened
    assert [each for each in wrong if not each.startswith("Failed to load resource")] == []


def _full_case(work: AtWork) -> Any:
    case = work.case(text="May I return these? " * 8, priority="urgent")
    meta = {
        "utter": "utter_return_too_late",
        "figures": [
            {"key": "returns.window", "value": 30, "unit": "days", "source": "Returns and refunds#Return policy"}
        ],
    }
    work.desk.log.append(case.conversation_id, "assistant", "They came 34 days ago; the window was 30 days.", meta=meta)
    document = {
        "reasons": [{"code": "too_late", "rule": "returns.too_late", "says": "The window is over."}],
        "deadline": "2026-01-04",
        "days_left": -4,
    }
    work.desk.log.record_decision(case.conversation_id, "return", "no", document, "BA10000005")
    return case


def states(work: AtWork, page: Page) -> Iterator[str]:
    """Walks through them; each is there while its name is held."""
    yield "nobody waits"
    other = work.case("Giulia Conti", "Buongiorno", language="it")
    case = _full_case(work)
    expect(page.locator(".case")).to_have_count(2)
    yield "the list"
    page.get_by_role("searchbox").fill("nothing of the kind")
    expect(page.get_by_text("No case was found.")).to_be_visible()
    yield "nothing found"
    page.get_by_role("searchbox").fill("")
    open_case(page, case)
    page.get_by_label("Show what the assistant understood").check()
    yield "a case that waits"
    page.get_by_role("button", name="Take this case").click()
    box = page.get_by_label("Message to the customer")
    expect(box).to_be_visible()
    box.press_sequentially("/")
    expect(page.locator(".replies li").first).to_be_visible()
    yield "replies to choose from"
    box.fill("")
    for deed in ("pass-on", "snooze", "resolve"):
        page.locator(f"[data-deed={deed}]").click()
        yield deed
    page.keyboard.press("Escape")
    if page.get_by_role("button", name="Client file").is_visible():
        page.get_by_role("button", name="Client file").click()
        expect(page.locator("[data-tray=customer]")).to_be_visible()
        yield "the client file"
        page.get_by_role("button", name="Conversation", exact=True).click()
    work.desk.log.append(case.conversation_id, "customer", "Are you there?")
    expect(page.get_by_text("Are you there?").last).to_be_visible()
    page.context.set_offline(True)
    write_to(page, "I am.")
    expect(page.locator("[data-delivery]")).to_be_visible()
    expect(page.get_by_text("No connection since")).to_be_visible()
    yield "without a connection"
    page.context.set_offline(False)
    expect(page.locator("[data-delivery]")).to_have_count(0, timeout=20_000)
    expect(page.get_by_text("No connection since")).to_have_count(0, timeout=20_000)
    page.locator("[data-deed=resolve]").click()
    page.get_by_role("button", name="Resolve the case").click()
    expect(page.get_by_role("button", name="Reopen it")).to_be_visible()
    yield "a closed case"
    for place in ("figures", "replies", "people", "account"):
        page.evaluate("place => { location.hash = place }", place)
        expect(page.locator(".page table").first).to_be_visible()
        yield place
    page.evaluate("id => { location.hash = `case/${id}` }", other.id)
    expect(page.get_by_role("log", name="Transcript")).to_be_visible()


def test_every_state_is_accessible_light_and_dark(work: AtWork, pages: Any) -> None:
    page, wrong = pages("root", "admin"), {}
    for state in states(work, page):
        found: list[Any] = violations(page)
        page.emulate_media(color_scheme="dark")
        found += page.evaluate(CONTRAST)
        page.emulate_media(color_scheme="light")
        if found:
            wrong[state] = found
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(19, 19, 18)"
    assert wrong == {}


@pytest.mark.parametrize("size", [(360, 740), (320, 256)], ids=["360 px", "400 %"])
def test_no_state_is_wider_than_a_narrow_screen(work: AtWork, pages: Any, size: tuple[int, int]) -> None:
    width, height = size
    page, wide = pages("root", "admin", viewport={"width": width, "height": height}), {}
    for state in states(work, page):
        if (found := page.evaluate("document.documentElement.scrollWidth")) != width:
            wide[state] = found
        if page.locator(".back").is_visible() and state == "a closed case":
            page.get_by_role("button", name="All cases").click()
    assert wide == {}


def test_own_colours_leave_nothing_out(work: AtWork, pages: Any) -> None:
    case, page = _full_case(work), pages("camille", forced_colors="active")
    open_case(page, case, take=True)
    work.case("Giulia Conti")
    edge = "each => getComputedStyle(each).borderBottomColor"
    pressed, other = (
        page.locator(f".filters [aria-pressed={each}]").first.evaluate(edge) for each in ("true", "false")
    )
    assert pressed != other
    assert page.locator(".case[aria-current=true]").evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    mine, customers = (
        page.locator(f".turn.{each}").first.evaluate("each => getComputedStyle(each).borderLeftColor")
        for each in ("assistant", "customer")
    )
    assert mine != customers
    assert violations(page) == []


def test_tab_alone_reaches_everything_and_shows_where_it_is(work: AtWork, pages: Any) -> None:
    case, page = _full_case(work), pages("antoine", "lead")
    open_case(page, case, take=True)
    page.evaluate("document.activeElement.blur()")
    wanted = page.evaluate(
        """all => [...document.querySelectorAll(all)].filter(each => each.checkVisibility())
            .map((each, at) => { each.dataset.at = at; }).length""",
        REACHABLE,
    )
    reached, unseen = set(), []
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        at, name, seen = page.evaluate(
            """() => {
            const each = document.activeElement, around = each.closest('.composer, .find, .noting');
            const has = (of, what) => getComputedStyle(of)[what] !== 'none';
            const shows = (of) => has(of, 'outlineStyle') || has(of, 'boxShadow');
            return [each.dataset.at, each.outerHTML.slice(0, 80), shows(each) || Boolean(around && shows(around))]; }"""
        )
        if at is not None:
            reached.add(at)
            unseen += [] if seen else [name]
    assert unseen == []
    assert len(reached) == wanted


def test_a_server_that_cannot_be_reached_is_no_login(work: AtWork, pages: Any) -> None:
    page = pages("camille")
    page.route("**/api/me", lambda route: route.fulfill(status=503, json={"error": "busy", "message": "One moment."}))
    page.reload()
    expect(page.get_by_text("The desk cannot be reached.")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(0)
    assert violations(page) == []
    page.unroute("**/api/me")
    expect(page.get_by_role("navigation", name="Cases")).to_be_visible()


def test_the_page_says_what_it_may_do(work: AtWork) -> None:
    page = work.page("camille")
    policy = page.request.get(work.desk.url).headers["content-security-policy"]
    assert re.search(r"require-trusted-types-for 'script'; trusted-types lit-html$", policy)
    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; } catch (problem) { return problem.name; } }"
    )
    assert refused == "TypeError"
