"""The version is one: of the package, its command, the web parts, and the newest section of the changelog."""

from __future__ import annotations

import json
import re

from click.testing import CliRunner

from concierge import __version__
from concierge.cli import main
from concierge.settings import ROOT

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def test_the_version_is_one() -> None:
    newest = re.findall(r"^## (\d+\.\d+\.\d+) — \d{4}-\d\d-\d\d$", CHANGELOG, re.MULTILINE)[0]
    web = json.loads((ROOT / "concierge" / "web" / "package.json").read_text(encoding="utf-8"))["version"]
    assert newest == web == __version__
    assert CliRunner().invoke(main, ["--version"]).output == f"concierge, version {__version__}\n"


def test_the_changelog_has_the_usual_sections_each_once() -> None:
    for release in re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]:
        found = re.findall(r"^### (.*)$", release, re.MULTILINE)
        assert found == [section for section in SECTIONS if section in found]
