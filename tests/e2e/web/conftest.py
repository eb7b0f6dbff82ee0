"""The built web parts in a real browser, against the stand-in server: what they do, not what the product answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from concierge.settings import ROOT
from tests.e2e.web.desk_at_work import AtWork, opened
from tests.e2e.web.fake_server import STATIC, Assistant, Desk, World, serve

AXE = ROOT / "concierge" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Fake:
    world: World
    shop: str
    desk: str


@pytest.fixture
def fake() -> Iterator[Fake]:
    assert (STATIC / "widget.js").exists(), "The web parts are not built: run `make run` once, or `npm run build`."
    world = World()
    assistant, desk = serve(world, Assistant), serve(world, Desk)
    yield Fake(world, f"http://127.0.0.1:{assistant.server_port}/shop/", f"http://127.0.0.1:{desk.server_port}/")
    world.down = True
    world.touch()
    for server in (assistant, desk):
        server.shutdown()
        server.server_close()
    assert world.wrong == [], "the stand-in says what the servers' descriptions do not"


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Fails the test when the page logs an error: a policy that was broken, a script that threw."""
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: None if "127.0.0.1" in request.url else problems.append(request.url))
    yield page
    # A refused request is the browser's own remark; the tests that provoke one check what the page makes of it.
    assert [problem for problem in problems if not problem.startswith("Failed to load resource")] == []


# What comes in is judged once it is there: half way its colours are others.
_STILL = """() => Promise.all([document, ...[...document.querySelectorAll('*')].map(each => each.shadowRoot)]
  .flatMap(root => root?.getAnimations() ?? []).filter(one => one.effect.getComputedTiming().endTime < 1000)
  .map(one => one.finished.catch(() => null))).then(() => null)"""


def violations(page: Page) -> list[Any]:
    """What axe finds wrong with the page, open shadow roots included."""
    page.evaluate(_STILL)
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", _RULES)
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found["violations"]]


@pytest.fixture(scope="module")
def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    with opened(browser, tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture
def work(running: AtWork) -> Iterator[AtWork]:
    yield running
    running.clear()
