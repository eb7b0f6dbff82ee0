"""The widget on pages that are not ours: their style rules, their policies, their script, a phone's screen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.e2e.conftest import PATIENCE
from tests.e2e.web.conftest import PHONE, Fake, violations
from tests.e2e.web.test_widget import open_widget, say

pytestmark = pytest.mark.e2e

OPEN = "Open the conversation with the concierge"
STRICT = "default-src 'self'; style-src 'self' 'unsafe-inline'; require-trusted-types-for 'script'; "


def host_page(page: Page, fake: Fake, body: str, policy: str = "", head: str = "") -> None:
    """Opens a page of a shop that loads the widget's script."""

    def answer(route: Route) -> None:
        script = "<script src=../widget.js nonce=a1></script>"
        html = f"<!doctype html><html lang=en><title>Shop</title>{head}<body>{body}{script}"
        headers = {"Content-Security-Policy": policy} if policy else {}
        route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)

    page.route("**/shop/host.html", answer)
    page.goto(fake.shop + "host.html")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_rules_for_everything_do_not_reach_inside(page: Page, fake: Fake) -> None:
    rules = (
        "*{color:red!important;letter-spacing:1em;text-transform:uppercase;font:900 40px serif;visibility:visible;"
        "text-align:center;--ink:red;--paper:blue} *:not(html,body,title,head,style){opacity:.3;transform:scale(.5)}"
    )
    host_page(page, fake, "<concierge-widget></concierge-widget>", head=f"<style>{rules}</style>")
    page.get_by_role("button", name=OPEN).click()
    style = page.get_by_role("textbox").evaluate(
        "each => { const s = getComputedStyle(each); const h = getComputedStyle(each.getRootNode().host);"
        "return [s.color, s.letterSpacing, s.textTransform, s.fontSize, s.textAlign, h.opacity, h.transform] }"
    )
    assert style == ["rgb(13, 13, 13)", "normal", "none", "16px", "start", "1", "none"]
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["width"] == 420


def test_trusted_types_need_the_one_policy_that_is_named(page: Page, fake: Fake) -> None:
    """The page has a Lit of its own, as the shop has, and allows no policy twice."""
    taken = "<script nonce=a1>trustedTypes.createPolicy('lit-html', {createHTML: x => x})</script>"
    policy = STRICT.replace("style-src", "script-src 'nonce-a1'; style-src") + "trusted-types concierge lit-html"
    host_page(page, fake, "<concierge-widget></concierge-widget>", policy, taken)
    page.get_by_role("button", name=OPEN).click()
    say(page, "I lost my label")
    expect(page.locator("[data-role=assistant] ol li")).to_have_count(3)


def test_where_the_policy_is_not_allowed_the_console_says_what_to_do(context: BrowserContext, fake: Fake) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    host_page(page, fake, "<concierge-widget></concierge-widget>", STRICT + "trusted-types default")
    page.wait_for_timeout(500)
    assert any("trusted-types concierge" in each for each in said), said


def test_on_a_phone_the_page_behind_is_out_of_reach_and_stays(phone: Page, fake: Fake) -> None:
    phone.goto(fake.shop)
    phone.evaluate("scrollTo(0, 300)")
    phone.get_by_role("button", name=OPEN).click()
    expect(phone.get_by_role("dialog")).to_be_visible()
    link = phone.locator("header a.mark")
    assert link.evaluate("each => { each.focus(); return document.activeElement === each }") is False
    assert phone.evaluate("getComputedStyle(document.documentElement).overflowY") == "hidden"
    assert phone.evaluate("scrollY") == 300
    phone.get_by_role("button", name="Close the conversation").click()
    assert link.evaluate("each => { each.focus({preventScroll: true}); return document.activeElement === each }")
    assert phone.evaluate("getComputedStyle(document.documentElement).overflowY") != "hidden"
    assert phone.evaluate("scrollY") == 300


def test_while_its_texts_cannot_be_fetched_the_page_is_left_alone_and_they_are_asked_for_again(
    phone: Page, fake: Fake
) -> None:
    phone.route("**/widget/assets/en-*.js", lambda route: route.abort())
    phone.goto(fake.shop + "#concierge-link=abc")  # opens the panel
    phone.wait_for_function("document.querySelector('concierge-widget')?.open")
    assert phone.locator("[inert]").count() == 0
    phone.unroute("**/widget/assets/en-*.js")
    expect(phone.get_by_role("dialog")).to_be_visible()


def test_on_a_phone_back_closes_the_panel_and_leaves_the_shop_only_after_that(phone: Page, fake: Fake) -> None:
    phone.goto(fake.shop + "?kind=shoes")
    phone.goto(fake.shop)
    launcher = phone.get_by_role("button", name=OPEN)
    launcher.click()
    expect(phone.get_by_role("dialog")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_role("dialog")).to_have_count(0)
    assert phone.url == fake.shop
    launcher.click()
    phone.get_by_role("button", name="Close the conversation").click()  # takes its step back with it
    expect(phone.get_by_role("dialog")).to_have_count(0)
    phone.wait_for_timeout(200)
    phone.go_back()
    phone.wait_for_url(re.compile("kind=shoes"))


def test_what_is_kept_until_the_network_is_back_is_legible_and_said_as_it_is(page: Page, fake: Fake) -> None:
    panel = open_widget(page, fake)
    expect(page.get_by_role("textbox", name="Write a message")).to_be_visible()  # its script is fetched at the click
    page.context.set_offline(True)
    for words in ("one", "two"):
        say(page, words)
    expect(panel.get_by_text("Not sent yet. We keep trying.")).to_have_count(2)
    expect(panel.get_by_text("Sending", exact=True)).to_have_count(0)
    assert violations(page) == []  # contrast among them
    opacity = panel.locator("[data-delivery] .words").first.evaluate("each => getComputedStyle(each).opacity")
    assert opacity == "1"
    page.context.set_offline(False)
    expect(panel.get_by_text("You wrote: two")).to_be_visible(timeout=20_000)


def test_what_a_page_asked_before_the_widget_was_there_is_done_in_order(context: BrowserContext, fake: Fake) -> None:
    before = """<script>
      window.heard = [];
      (window.Concierge = window.Concierge || []).push(
        ["on", "unread", (n) => heard.push(["unread", n])], ["on", "open", () => heard.push(["open"])],
        ["on", "owner", (who) => heard.push(["owner", who.owner])],
        ["dance"], ["boot", {language: "fr", region: "EU", theme: "ink", endpoint: "/webhooks/website"}]);
    </script>"""
    page = context.new_page()  # what cannot be done is said in the console
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    host_page(page, fake, before)
    launcher = page.get_by_role("button", name="Ouvrir la conversation avec le concierge")
    expect(launcher).to_be_visible()
    page.evaluate("Concierge.ask('I want a person')")
    expect(page.locator("[data-bar=queue]")).to_be_visible()
    page.evaluate("Concierge.hide()")
    fake.world.append(next(iter(fake.world.logs)), "assistant", "One more thing.")
    page.wait_for_function("Concierge.unread === 1")
    heard = page.evaluate("heard")
    assert ["open"] in heard
    assert ["owner", "queue"] in heard
    assert heard[-1] == ["unread", 1]
    assert any("there is no dance" in each for each in said)
    off = page.evaluate("(() => { const off = Concierge.on('close', () => heard.push(['never'])); return off() })()")
    assert off is True
    assert violations(page) == []


def test_the_house_speaks_first_once_and_never_over_a_form(context: BrowserContext, fake: Fake) -> None:
    page = context.new_page()
    greet = "Concierge.push(['update', {greeting: {text: 'Shall we help you choose a size?', after: 0.2}}])"
    page.goto(fake.shop)
    page.get_by_label("Language").focus()
    page.evaluate(greet)
    hail = page.get_by_role("button", name="Shall we help you choose a size?")
    page.wait_for_timeout(700)
    expect(hail).to_have_count(0)
    page.get_by_label("Language").blur()
    expect(hail).to_be_visible()
    assert violations(page) == []
    hail.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Close the conversation").click()
    page.evaluate(greet)
    page.wait_for_timeout(700)
    expect(hail).to_have_count(0)
    assert fake.world.logs == {}


def test_a_token_that_has_run_out_is_fetched_again(page: Page, fake: Fake) -> None:
    answers = iter(["expired", None])

    def sessions(route: Route) -> None:
        conversation = fake.world.open("c1")
        reason = next(answers, None)
        opened = {"conversation": conversation, "token": conversation, "last_seq": 0, "identified": reason is None}
        route.fulfill(status=201, json={**opened, **({"reason": reason} if reason else {})})

    shown: list[str] = []
    page.route("**/sessions", sessions)
    page.on(
        "request", lambda each: shown.append(each.post_data_json["customer_token"]) if "sessions" in each.url else None
    )
    page.goto(fake.shop)
    page.evaluate("let n = 0; (window.Concierge ||= []).push(['identify', async () => 'token-' + ++n])")
    page.evaluate("Concierge.push(['ask', 'Hello'])")
    expect(page.get_by_text("You wrote: Hello")).to_be_visible()
    page.wait_for_timeout(300)
    assert shown == ["token-1", "token-2"]


def test_themes_and_methods_can_be_tried_on_a_page(page: Page, fake: Fake) -> None:
    page.goto(fake.shop + "widget.html")
    widget, launcher = page.locator("concierge-widget"), page.locator(".launcher")
    expect(launcher).to_have_css("color", "rgb(255, 255, 255)")
    page.get_by_role("button", name="Ink").click()
    expect(widget).to_have_attribute("theme", "ink")
    expect(launcher).to_have_css("color", "rgb(17, 17, 17)")  # once it has turned
    page.get_by_role("button", name="Where is my order?").click()
    expect(page.locator("[data-card=order]")).to_be_visible()
    expect(page.locator("#heard li").last).to_have_text("open")
    expect(page.locator("#heard")).to_contain_text('message {"role":"assistant"}')
    assert violations(page) == []
