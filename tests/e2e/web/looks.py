"""How the panel looks in a state, held against a small picture of it that somebody has looked at.

``CONCIERGE_LOOKS=write`` keeps what there is instead: look at the pictures before you commit them.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Page

FOLDER = Path(__file__).with_name("looks")
_WIDTH = 200  # pixels: enough to see what has moved, too few for how a font's edges are drawn
_DIFFERS = 64  # of 255, between two pixels
_AT_MOST = 0.02  # of all pixels
# Without times, and from the end of the log, wherever it has been scrolled to meanwhile.
_STILL = """async each => { const sheet = new CSSStyleSheet(); sheet.replaceSync('.time { visibility: hidden }');
  const { adoptedStyleSheets: sheets } = each.shadowRoot;
  if (!each.still) each.shadowRoot.adoptedStyleSheets = [...sheets, sheet]; each.still = true;
  const log = each.shadowRoot.querySelector('.log');
  if (!log.querySelector('.welcome')) log.scrollTop = log.scrollHeight;
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  await each.updateComplete; }"""


def same(page: Page, name: str) -> None:
    """``name``: of the state, and of what it is looked at with."""
    page.locator("concierge-widget").evaluate(_STILL)
    taken = page.locator(".panel").screenshot(animations="disabled")
    with Image.open(io.BytesIO(taken)) as image:
        size = (_WIDTH, round(image.height * _WIDTH / image.width))
        now = image.convert("L").resize(size, Image.Resampling.BOX)
    file = FOLDER / f"{name}.png"
    if os.environ.get("CONCIERGE_LOOKS") == "write":
        FOLDER.mkdir(exist_ok=True)
        now.quantize(16).save(file, optimize=True)
        return
    assert file.exists(), f"There is no picture of {name}: run with CONCIERGE_LOOKS=write, and look at it."
    with Image.open(file) as kept:
        before = kept.convert("L")
    assert now.size == before.size, f"{name} has another size than it had"
    differs = ImageChops.difference(now, before).point(lambda level: 255 if level > _DIFFERS else 0)
    part = differs.histogram()[255] / (now.width * now.height)
    if part > _AT_MOST:
        now.save(FOLDER / f"{name}.now.png")
    assert part <= _AT_MOST, f"{name} looks other than it did ({part:.1%} of it): compare {name}.now.png beside it"
