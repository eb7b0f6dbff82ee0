"""The widget on a slow phone: a real front, Chromium at a quarter of its speed, a slow mobile network.

    python -m bench.widget_phone [--times 5]

Writes bench/results/widget.md; to be run on a machine that does nothing else. Three scenes: the shop's page, where the
page itself loads at the same time; a page with nothing else on it; and a page that comes in with the panel open on a
long conversation. The bounds are of the widget: a task of the shop's page is not its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.figures import median
from concierge.settings import ROOT
from tests.e2e.conftest import ARGUMENTS, chromium
from tests.e2e.web.conftest import PHONE
from tests.e2e.web.desk_at_work import AtWork, opened
from tests.e2e.web.test_nothing_lost import SESSION

SLOWER = 4  # times, the processor
# As Lighthouse has a slow mobile network ("slow 4G").
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 675_000 / 8}
USABLE, LONGEST = 2_000, 100  # ms
WATCH = """window.tasks = []; new PerformanceObserver(list => window.tasks.push(
  ...list.getEntries().map(each => each.duration))).observe({type: 'longtask', buffered: true});"""
FIND = """const root = () => document.querySelector('concierge-widget')?.shadowRoot;
  const found = (selector) => root()?.querySelectorAll(selector) ?? [];
  const there = async (selector, count = 1) => {
    while (found(selector).length < count) await new Promise(requestAnimationFrame); };"""
# From the beginning of the page until the launcher is drawn.
LAUNCHER = f"async () => {{ {FIND} await there('.launcher'); return performance.now(); }}"
# The same from when a page that is there already gets the script's tag.
ALONE = f"""async () => {{ {FIND}
  window.tasks.length = 0;
  const begun = performance.now();
  document.body.append(Object.assign(document.createElement('script'), {{src: '/widget.js'}}));
  document.body.append(document.createElement('concierge-widget'));
  await there('.launcher');
  return performance.now() - begun; }}"""
# From a press on it until the input is there.
PRESSED = f"""async () => {{ {FIND}
  window.tasks.length = 0;
  const begun = performance.now(); found('.launcher')[0].click();
  await there('textarea');
  return performance.now() - begun; }}"""
HISTORY = f"async (count) => {{ {FIND} await there('[data-seq][data-role]', count); return performance.now(); }}"
SAID = 200  # messages of the long conversation
SETTLED = 1_000  # ms
NAMES = (
    "until the launcher is drawn, on the shop's page",
    "until the launcher is drawn, with nothing else on the page",
    "longest task until then, with nothing else on the page",
    "from the press until the input is there",
    "longest task from the press on",
    f"until a conversation of {SAID} messages is drawn, with the page that comes in",
    "longest task while the launcher and the shop's page load",
    "longest task while that page and its conversation come in",
)
BOUNDS = (USABLE, USABLE, LONGEST, USABLE, LONGEST, None, None, None)


@contextlib.contextmanager
def slow(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield page
    context.close()


def longest(page: Page) -> float:
    page.wait_for_timeout(SETTLED)
    return float(page.evaluate("Math.max(0, ...window.tasks)"))


def once(browser: Browser, work: AtWork) -> tuple[float, ...]:
    with slow(browser) as page:
        page.goto(work.shop, wait_until="commit")
        launcher = page.evaluate(LAUNCHER)
        page.wait_for_load_state("load")
        loading = longest(page)
        pressed = page.evaluate(PRESSED)
        opening = longest(page)
        page.get_by_role("textbox").fill("Hello")
        page.get_by_role("textbox").press("Enter")
        page.locator("[data-role=customer][data-seq]").wait_for()
        conversation = json.loads(page.evaluate(SESSION))["conversation"]
        for number in range(1, SAID):
            role = "assistant" if number % 2 else "customer"
            work.desk.log.append(conversation, role, f"The {number}th of the sentences that were said before.")
        page.goto(work.shop, wait_until="commit")
        history = page.evaluate(HISTORY, SAID)
        coming = longest(page)
    with slow(browser) as page:
        page.goto(work.shop.replace("/shop/", "/"))
        alone = page.evaluate(ALONE)
        quiet = longest(page)
    return launcher, alone, quiet, pressed, opening, history, loading, coming


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as var, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        with opened(browser, Path(var)) as work:
            once(browser, work)  # the server has not answered anybody yet
            found = list(zip(*(once(browser, work) for _ in range(times)), strict=True))
        browser.close()
    rows = [
        f"| {name} | {median(each):.0f} | {max(each):.0f} | {bound or ''} |"
        for name, each, bound in zip(NAMES, found, BOUNDS, strict=True)
    ]
    size = f"{PHONE['width']} × {PHONE['height']}"
    text = f"""# The widget on a slow phone

`python -m bench.widget_phone --times {times}`: a real front, Chromium without a screen at a quarter of its speed
({size}), 1.6 Mbit/s with 150 ms to the server, nothing cached. A task is what Chromium reports as one that holds the
page up (50 ms and more; 0: none). Load before the run: {load:.1f}, on {os.cpu_count()} processors.

| ms | middle | worst | to be held |
|---|---|---|---|
{chr(10).join(rows)}
"""
    (ROOT / "bench" / "results" / "widget.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
