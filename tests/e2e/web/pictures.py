"""Draws the README's pictures of the widget and the desk anew: python -m tests.e2e.web.pictures"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, expect, sync_playwright

from concierge.settings import ROOT
from tests.e2e.conftest import ARGUMENTS, chromium
from tests.e2e.web import desk_picture
from tests.e2e.web.conftest import PHONE
from tests.e2e.web.fake_server import Assistant, World, serve
from tests.e2e.web.test_widget import say

DOCS = ROOT / "docs"


def beside(browser: Browser, shop: str, file: Path) -> None:
    """Beside a product: an order's card."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page.goto(f"{shop}product.html?id=hourglass-small")
    page.locator(".launcher").click()
    panel = page.get_by_role("dialog")
    say(page, "Where is my order?")
    expect(panel.locator("[data-card=order]")).to_be_visible()
    page.screenshot(path=file, animations="disabled")


def phone(browser: Browser, shop: str, world: World, file: Path) -> None:
    """With an advisor who has read."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB", device_scale_factor=2)
    page: Page = context.new_page()
    page.goto(shop)
    page.locator(".launcher").click()
    panel = page.get_by_role("dialog")
    say(page, "My return label is lost, and I would like to speak with a person")
    expect(panel.locator("[data-bar=queue]")).to_be_visible()
    name = list(world.logs)[-1]
    world.append(name, "system", "", "event", payload={"event": "advisor_joined", "advisor": "Camille Laurent"})
    world.own(name, "advisor", "Camille Laurent")
    world.append(
        name, "advisor", "Good afternoon. I have your order here: I send you a new label.", author="Camille Laurent"
    )
    expect(panel.get_by_text("I have your order here")).to_be_visible()
    say(page, "Thank you, that is kind.")
    expect(panel.locator("[data-role=customer][data-seq]").last).to_contain_text("that is kind")
    world.owners[name]["read"] = len(world.logs[name])
    world.touch()
    expect(panel.locator("[data-read]")).to_be_visible()
    page.screenshot(path=file, animations="disabled")


def main() -> None:
    world = World()
    server = serve(world, Assistant)
    shop = f"http://127.0.0.1:{server.server_port}/shop/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        beside(browser, shop, DOCS / "widget.png")
        phone(browser, shop, world, DOCS / "widget-phone.png")
        with TemporaryDirectory() as folder:
            desk_picture.draw(browser, Path(folder), DOCS / "desk.png")
        browser.close()
    world.down = True
    world.touch()
    server.shutdown()


if __name__ == "__main__":
    main()
