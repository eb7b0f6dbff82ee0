"""The web parts' own checks (types, unit tests), and what must hold for the files that are built from them."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from concierge.settings import ROOT

WEB = ROOT / "concierge" / "web"
STATIC = ROOT / "concierge" / "static"
TOOLS = ROOT / ".tools" / "bin"
BUDGET = 19_000  # bytes of the widget as it travels, before the customer does anything
OPENED = 30_000  # the same, with the panel that is fetched when they are about to open it

# Names of XML vocabularies, and the page that Lit's messages point to: nothing is asked of them.
_NAMES = re.compile(r"http://www\.w3\.org/[\w/]+|https://lit\.dev/[\w/?=-]*")


def built() -> list[Path]:
    files = [path for path in STATIC.rglob("*") if path.suffix in {".js", ".css", ".html", ".svg"}]
    assert files, "The web parts are not built: run `make run` once, or `npm run build` in concierge/web."
    return files


@pytest.mark.parametrize("script", ["check", "test"])
def test_the_sources_pass_their_own(script: str):
    environment = {**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    npm = shutil.which("npm", path=environment["PATH"])
    assert npm, "Node.js is missing: `make run` brings it."
    done = subprocess.run(
        [npm, "run", "--silent", script], cwd=WEB, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_widget_is_within_its_budget():
    """All that a page loads before the customer does anything: the loader, the widget, the texts of one language."""
    loader = (STATIC / "widget.js").read_text(encoding="utf-8")
    (name,) = re.findall(r"import\(\W\./(widget/assets/main-[\w-]+\.js)\W\)", loader)
    main = (STATIC / name).read_text(encoding="utf-8")
    panel = sum(
        len(_zipped(path)) for each in ("panel", "icons") for path in (STATIC / name).parent.glob(f"{each}-*.js")
    )
    assert not re.search(r"""\bimport\s*[{"'*\w]|\bexport\b""", loader), "a classic script can do neither"
    assert not re.search(r"""(?:^|[;}])import\s*[{"'*\w]""", main), "what it imports at once would have to be counted"
    texts = max(len(_zipped(path)) for path in (STATIC / "widget" / "assets").glob("??-*.js"))
    first = len(_zipped(STATIC / "widget.js")) + len(_zipped(STATIC / name)) + texts
    assert first <= BUDGET
    assert panel > 5_000, "the panel is fetched apart"
    (opened,) = (STATIC / name).parent.glob("panel-*.js")
    beside = set(re.findall(r"""from\s*["']\./(\w+)-""", opened.read_text(encoding="utf-8")))
    assert beside <= {"main", "icons"}, "what it imports at once would have to be counted"
    assert first + panel <= OPENED


def test_what_is_kept_for_a_year_has_its_content_in_its_name_and_stands_compressed_beside_it():
    """The server gives a year to what is so named, and what is compressed to whoever takes it (tests/web_kit)."""
    kept = [path for folder in ("widget", "shop", "desk") for path in (STATIC / folder / "assets").glob("*.*")]
    named = [path for path in kept if path.suffix in {".js", ".css"}]
    assert len(named) > 20
    assert [path.name for path in named if not re.search(r"-[\w-]{8}\.(?:js|css)$", path.name)] == []
    node = shutil.which("node", path=f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    assert node, "Node.js is missing: `make run` brings it."
    compare = """const { readFileSync } = require('fs'), { brotliDecompressSync } = require('zlib');
        for (const file of process.argv.slice(1)) {
            const packed = readFileSync(file + '.br'), plain = readFileSync(file);
            if (!brotliDecompressSync(packed).equals(plain) || packed.length >= plain.length) console.log(file); }"""
    files = [*map(str, named), str(STATIC / "widget.js")]
    done = subprocess.run([node, "-e", compare, *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def _zipped(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


def test_no_page_names_another_site():
    """What is fetched comes from here; the shop's and the desk's policies would refuse anything else."""
    for path in built():
        source = _NAMES.sub("", path.read_text(encoding="utf-8"))
        assert re.findall(r"(?:src|href|url|import|fetch)\W{1,3}(?:https?:)?//[\w.-]+", source) == [], path


def test_pages_carry_nothing_inline():
    for path in built():
        if path.suffix == ".html":
            page = path.read_text(encoding="utf-8")
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|data:", page), path


def test_the_lock_names_no_registry():
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
