"""docs/architecture.md is what the code is: its pictures, the steps in them, and where things live."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from concierge.settings import ROOT
from tools import architecture, imports

PAGE = architecture.PAGE.read_text(encoding="utf-8")
STEPS = [step for way in architecture.ways().values() for step in way["steps"]]
TABLE = PAGE.partition("## Where does")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| .* \| (.*) \|$", TABLE, re.MULTILINE)
PLACES = [place for row in ROWS for place in re.findall("`([^`]+)`", row)]


def test_the_pictures_are_what_make_docs_would_draw() -> None:
    assert architecture.drawn(PAGE) == PAGE, "run make docs"
    assert set(re.findall(r"<!-- made by make docs: (\w+) -->", PAGE)) == set(architecture.PICTURES)


def test_a_stale_picture_is_noticed() -> None:
    assert architecture.drawn(PAGE.replace("desk", "dusk")) != PAGE.replace("desk", "dusk")


def test_every_package_says_what_it_is() -> None:
    silent = [name for name in imports.between_packages() if name != "__main__" and not architecture.purpose(name)]
    assert silent == []


@pytest.mark.parametrize("step", STEPS, ids=[step["code"] for step in STEPS])
def test_each_step_of_a_way_is_a_function(step: dict[str, Any]) -> None:
    module, _, name = step["code"].partition(":")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)


def test_where_things_live_names_what_there_is() -> None:
    assert len(re.findall(r"^\| ", TABLE, re.MULTILINE)) >= 30
    assert [place for place in PLACES if not list(ROOT.glob(place.rstrip("/")))] == []


@pytest.mark.parametrize("folder", ["concierge", "data", "."])
def test_every_room_is_in_it(folder: str) -> None:
    folders = [path for path in (ROOT / folder).iterdir() if path.is_dir()]
    rooms = [path for path in folders if folder == "data" or any(path.glob("*.py"))]
    known = {ROOT / place for place in PLACES} | {parent for place in PLACES for parent in (ROOT / place).parents}
    kept = [path for path in rooms if path.name not in {"__pycache__", ".venv", ".tools", "tests"}]
    assert [str(Path(path).relative_to(ROOT)) for path in kept if path not in known] == []
