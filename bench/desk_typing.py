"""How long a key takes at the desk: 300 messages open, 200 cases in the list, in a real browser.

    python -m bench.desk_typing [--messages 300] [--cases 200]

A key is what the page does for it (the input's event, drawing, layout), in milliseconds, without painting.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import uuid
from pathlib import Path

from playwright.sync_api import sync_playwright

from concierge.conversations import Advisors, Cases, ConversationLog
from tests.desk.conftest import PASSWORD, Desk, start, stop
from tests.e2e.conftest import ARGUMENTS, CHROMIUM

KEYS = 120
MEASURE = """async (keys) => {
  const app = document.querySelector('desk-app'), box = document.querySelector('.composer textarea'), took = [];
  for (let key = 0; key < keys; key += 1) {
    const begun = performance.now();
    box.value += 'x';
    box.dispatchEvent(new InputEvent('input', {bubbles: true}));
    await app.updateComplete;
    document.querySelector('.scroll').scrollHeight;
    took.push(performance.now() - begun);
    await new Promise(requestAnimationFrame);
  }
  return took;
}"""
OPENED = """() => performance.now()"""
# When the last message is on the screen, and when all of them are there.
DRAWN = """async (count) => {
  const there = async (found) => {
    while (!found()) await new Promise(requestAnimationFrame);
    return performance.now(); };
  const turns = document.getElementsByClassName('turn');
  const scrolled = () => { const box = document.querySelector('.scroll').getBoundingClientRect();
    return turns[turns.length - 1].getBoundingClientRect().bottom <= box.bottom; };
  return [await there(() => turns.length && scrolled()), await there(() => turns.length >= count)];
}"""


def fill(log: ConversationLog, messages: int, others: int) -> str:
    """The id of the case that is opened."""
    cases, first = Cases(log), ""
    for number in range(others):
        conversation = log.open("website", uuid.uuid4().hex, "en", "EU")
        log.update(conversation.id, name=f"Customer {number}")
        for count in range(messages if not number else 1):
            customer = count % 2 == 0
            meta = {"intent": "return_item", "confidence": 0.93} if customer else {"utter": "utter_return_offer"}
            text = f"Message {count}: the trainers came last week, and I have not worn them."
            log.append(conversation.id, "customer" if customer else "assistant", text, meta=meta)
        case = cases.start(conversation.id, "customer_asked", summary="Asks to return an item.")
        first = first or case.id
    return first


def measure(desk: Desk, case: str, messages: int) -> tuple[list[float], float, float]:
    """Milliseconds of each key; and from the click on the case until its transcript's end is drawn, and all of it."""
    executable = next(found for name in CHROMIUM if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        page = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}).new_page()
        page.goto(desk.url)
        page.get_by_label("Login").fill("camille")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        row = page.locator(f"[data-case='{case}']")
        row.wait_for()
        begun = page.evaluate(OPENED)
        page.evaluate("id => document.querySelector(`[data-case='${id}']`).click()", case)
        opened, whole = (at - begun for at in page.evaluate(DRAWN, messages))
        page.get_by_role("button", name="Take this case").click()
        page.locator(".composer textarea").wait_for()
        page.wait_for_timeout(500)
        took = page.evaluate(MEASURE, KEYS)
        browser.close()
    return sorted(took), opened, whole


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=300)
    options.add_argument("--cases", type=int, default=200)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        desk = start(Path(folder))
        try:
            Advisors(desk.log.engine).create("camille", "Camille", PASSWORD)
            case = fill(desk.log, asked.messages, asked.cases)
            took, opened, whole = measure(desk, case, asked.messages)
        finally:
            stop(desk)
    median, slow = statistics.median(took), took[int(len(took) * 0.95)]
    print(
        f"{asked.messages} messages, {asked.cases} cases: a key {median:.1f} ms in the middle, {slow:.1f} ms at 95 %; "
        f"opened in {opened:.0f} ms, drawn whole after {whole:.0f}"
    )


if __name__ == "__main__":
    main()
