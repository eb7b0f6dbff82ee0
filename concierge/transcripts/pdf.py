"""A transcript as PDF: A4, black on white, searchable. Latin, Greek, Cyrillic and Arabic are set as they are written.

Chinese, Japanese and Korean would need 16 MB of letters: what no font here has stands as a mark, and the page says so.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import unicodedata
from dataclasses import asdict, dataclass
from importlib.util import find_spec

from concierge.settings import ROOT
from concierge.transcripts.page import Page, Turn

_FAMILY, _FALLBACK = "text", "arabic"
_MARGIN, _QUIET = 22, 110  # mm; a grey that reads on paper
_UNKNOWN = "\ufffd"
_SECONDS = 60
_WHOLE, _MARKED = b"1", b"0"  # the first byte of what that process writes


@dataclass(frozen=True)
class Printed:
    """``whole``: every letter of the page is in it."""

    content: bytes
    whole: bool


def pdf(page: Page) -> Printed:
    """Blocks for about a second: set by a process of its own, since the letters take fifty megabytes that a server
    would keep. Raises ``ImportError`` where nothing is installed that sets letters."""
    if find_spec("fpdf") is None:
        raise ImportError("fpdf2 is in the environment of front and desk alone")
    told = json.dumps(asdict(page)).encode()
    done = subprocess.run(
        [sys.executable, "-m", __name__], input=told, stdout=subprocess.PIPE, cwd=ROOT, timeout=_SECONDS, check=True
    )
    return Printed(done.stdout[1:], done.stdout[:1] == _WHOLE)


def _set(page: Page) -> Printed:
    import fontpkg_noto_sans
    import fontpkg_noto_sans_arabic
    from fpdf import FPDF

    for name in ("fpdf", "fontTools"):  # they log the letters that a text has
        logging.getLogger(name).setLevel(logging.ERROR)

    class Sheet(FPDF):
        def footer(self) -> None:
            self.set_y(-_MARGIN + 6)
            self.set_font(_FAMILY, size=8)
            self.set_text_color(_QUIET)
            self.cell(0, 5, page.words["page"].format(page=self.page_no(), pages="{nb}"), align="R")

    sheet = Sheet(format="A4")
    for family, package in ((_FAMILY, fontpkg_noto_sans), (_FALLBACK, fontpkg_noto_sans_arabic)):
        file = next(each for each in (package.ROOT / "files").iterdir() if "Italic" not in each.name)
        sheet.add_font(family, fname=file)
    sheet.set_fallback_fonts([_FALLBACK])
    letters = set(sheet.fonts[_FAMILY].cmap) | set(sheet.fonts[_FALLBACK].cmap)
    sheet.set_text_shaping(True)
    sheet.set_margin(_MARGIN)
    sheet.set_auto_page_break(True, _MARGIN)
    sheet.set_title(page.title)
    sheet.add_page()

    marked = False

    def write(text: str, size: float, grey: int = 0) -> None:
        nonlocal marked
        shown = "".join(each if ord(each) in letters or each.isspace() else _UNKNOWN for each in text)
        marked = marked or shown != text
        sheet.set_font(_FAMILY, size=size)
        sheet.set_text_color(grey)
        sheet.multi_cell(
            0, size * 0.5, shown, align="R" if _from_the_right(shown) else "L", new_x="LMARGIN", new_y="NEXT"
        )

    write(page.title, 18)
    write(page.facts, 8.5, _QUIET)
    sheet.ln(4)
    for turn in page.turns:
        sheet.ln(3)
        write(f"{turn.who}  {turn.at}", 8.5, _QUIET)
        write(turn.text, 10.5)
    if marked:
        sheet.ln(6)
        write(page.words["letters"], 8.5, _QUIET)
    return Printed(bytes(sheet.output()), not marked)


def _from_the_right(text: str) -> bool:
    """By its first letter that has a direction, as browsers do with ``dir=auto``."""
    strong = (unicodedata.bidirectional(each) for each in text)
    return next((each for each in strong if each in ("L", "R", "AL")), "L") != "L"


def _main() -> None:
    told = json.load(sys.stdin)
    printed = _set(Page(**{**told, "turns": tuple(Turn(**each) for each in told["turns"])}))
    sys.stdout.buffer.write((_WHOLE if printed.whole else _MARKED) + printed.content)


if __name__ == "__main__":
    _main()
