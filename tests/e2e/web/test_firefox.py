"""The widget in the machine's own Firefox, at a desk's and a phone's size: what differs between browsers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.e2e.web.conftest import Fake
from tests.e2e.web.firefox import Firefox

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not (shutil.which("firefox") or shutil.which("firefox-esr")), reason="Firefox is not installed"),
]
# In the page: what is in the widget, and the wait for it.
TOOLS = """
  const root = () => document.querySelector('concierge-widget').shadowRoot;
  const seen = async (selector, text = '', count = 1) => {
    for (let tries = 0; tries < 600; tries += 1) {
      const found = [...(root()?.querySelectorAll(selector) ?? [])].filter(each => each.textContent.includes(text));
      if (found.length >= count) return found;
      await new Promise(done => setTimeout(done, 50));
    }
    throw new Error(`no ${selector} with “${text}”: ${root()?.textContent}`);
  };
"""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    started = Firefox(tmp_path_factory.mktemp("firefox"))
    yield started
    started.close()


def opened(firefox: Firefox, fake: Fake, width: int, height: int, path: str = "") -> None:
    firefox.problems()
    firefox.goto(fake.shop + path, width, height)
    opening = "const [one] = await seen('.launcher, .panel'); if (one.matches('.launcher')) one.click();"
    firefox.run(TOOLS + opening + "await seen('.panel textarea');")


def say(firefox: Firefox, words: str) -> None:
    firefox.run(
        TOOLS + "const box = (await seen('textarea'))[0]; box.focus(); box.value = values[0];"
        "box.dispatchEvent(new InputEvent('input', {bubbles: true, composed: true}));",
        words,
    )
    firefox.press("\ue007")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_an_answer_a_card_and_a_choice(firefox: Firefox, fake: Fake, width: int, height: int) -> None:
    opened(firefox, fake, width, height)
    say(firefox, "Where is my order?")
    firefox.run(TOOLS + "await seen('[data-card=order]', 'Expected');")
    say(firefox, "I lost my label")
    firefox.run(TOOLS + "(await seen('.reply', 'Where do I send it?'))[0].click(); await seen('.chosen');")
    firefox.run(TOOLS + "await seen('[data-role=assistant]', 'You wrote: Where do I send it?');")
    assert firefox.run("return document.documentElement.scrollWidth <= innerWidth")
    wider = "[...root().querySelectorAll('.log, .card, .message')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    assert firefox.run(TOOLS + f"return {wider}.length") == 0
    box = firefox.run(TOOLS + "const b = (await seen('.panel'))[0].getBoundingClientRect(); return [b.width, b.height]")
    assert box == ([390, 844] if width == 390 else [420, 720])
    assert firefox.problems() == []


def test_it_comes_up_half_high_on_a_phone(firefox: Firefox, fake: Fake) -> None:
    opened(firefox, fake, 390, 844)
    heights = firefox.run(
        TOOLS + "const panel = (await seen('.panel'))[0]; const half = panel.getBoundingClientRect().height;"
        "(await seen('.grip'))[0].click(); await seen('.panel[data-height=full]');"
        "return [half, panel.getBoundingClientRect().height]"
    )
    assert heights == [460, 844]
    assert firefox.run("return document.querySelector('header').inert || !!document.querySelector('[inert]')")
    assert firefox.problems() == []


def test_it_stands_beside_a_product(firefox: Firefox, fake: Fake) -> None:
    opened(firefox, fake, 1280, 800, "product.html?id=hourglass-small")
    page, panel = firefox.run(
        TOOLS + "const panel = (await seen('.panel'))[0].getBoundingClientRect();"
        "return [document.querySelector('main').getBoundingClientRect().right, [panel.left, panel.width, panel.height]]"
    )
    assert panel[1:] == [420, 800]
    assert page == panel[0], "one begins where the other ends, whatever the scroll bar takes"
    assert firefox.problems() == []


def test_what_was_said_is_there_after_a_reload(firefox: Firefox, fake: Fake) -> None:
    opened(firefox, fake, 1280, 800)
    say(firefox, "remember this")
    firefox.run(TOOLS + "await seen('[data-role=assistant]', 'You wrote: remember this');")
    firefox.goto(fake.shop, 1280, 800)
    firefox.run(TOOLS + "await seen('[data-role=customer][data-seq]', 'remember this');")
    fake.world.append(next(iter(fake.world.logs)), "assistant", "By the stream")
    firefox.run(TOOLS + "await seen('[data-role=assistant]', 'By the stream');")
    assert firefox.problems() == []
