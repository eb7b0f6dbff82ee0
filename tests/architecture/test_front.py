"""What faces the network is made without Rasa, spaCy and numpy: its environment has none of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from concierge.settings import ROOT
from tests import front
from tools import imports

# Commands of the front's environment: what each of them imports has to be there.
STARTS = ("processes.front", "desk.server", "desk.commands", "privacy.commands")
ROOMS = (
    "channels",
    "conversations",
    "desk",
    "handoff",
    "masking",
    "orders",
    "policy",
    "privacy",
    "queues",
    "settings",
    "trackers",
    "web_kit",
)
OF_THE_FRONT = {"channels", "desk"}
OF_THE_ASSISTANT = {"actions", "assistant", "evaluation", "nlu", "rasa_runtime", "training"}
BLOCKED = ("rasa", "rasa_sdk", "spacy", "numpy", "sklearn", "scipy", "tokenizers")

IMPORTED = f"""
import importlib, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ImportError(f"{{name}} is not in the front's environment")

sys.meta_path.insert(0, Blocked())
for module in sys.argv[1:]:
    importlib.import_module(module)
"""

# What a mailbox, a bucket, a retailer's system, photos, rules, advisors' passwords and others' signatures need: by
# themselves some thirty megabytes.
FOR_OTHERS = (
    "argon2",
    "concierge.policy.engine",
    "cryptography",
    "fpdf",
    "holidays",
    "httpx",
    "imapclient",
    "jwt",
    "lxml",
    "PIL",
    "xml.dom",
)
STARTED = f"""
import sys
from concierge.processes.front import create_app
from concierge.settings import Settings

create_app(Settings())
print(*sorted(set(sys.modules).intersection({FOR_OTHERS!r})))
"""


def test_every_module_of_the_fronts_rooms_is_imported_without_them() -> None:
    named = [name for name in imports.modules() if imports.package_of(name) in ROOMS and ".migrations" not in name]
    assert len(named) > 100
    command = [sys.executable, "-c", IMPORTED, *(f"concierge.{each}" for each in STARTS), *named]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_front_holds_nothing_that_its_settings_do_not_ask_for(tmp_path: Path) -> None:
    environment = {"PATH": os.defpath, "CONCIERGE_VAR": str(tmp_path)}
    command = [front.PYTHON, "-c", STARTED]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def reached(rooms: Iterable[str]) -> set[str]:
    """These packages, and whatever they import, at start, in a call or for types."""
    between = imports.between_packages()
    seen, waiting = set(rooms), list(rooms)
    while waiting:
        for name in between[waiting.pop()]:
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def test_nothing_that_they_import_in_a_call_belongs_to_the_assistant() -> None:
    assert reached(ROOMS).isdisjoint(OF_THE_ASSISTANT)


def test_what_both_kinds_share_imports_neither() -> None:
    assert reached(set(ROOMS) - OF_THE_FRONT).isdisjoint(OF_THE_FRONT | OF_THE_ASSISTANT)


def test_both_environments_have_the_same_of_what_both_reckon_with() -> None:
    """Languages, days, numbers and the log are read on both sides."""
    same = ("sqlalchemy", "lingua-language-detector", "babel", "python-stdnum", "holidays")
    locked = [
        dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.txt", "requirements-front.txt")
    ]
    assert [locked[0][each] for each in same] == [locked[1][each] for each in same]
    assert not {"rasa", "spacy", "numpy"} & set(locked[1])


def test_each_package_that_faces_the_network_is_reasoned_about() -> None:
    """By its name in SECURITY.md, and the version where it has one there."""
    faces = (ROOT / "SECURITY.md").read_text().partition("## What faces the network")[2].partition("\n## ")[0]
    rows = "\n".join(line for line in faces.splitlines() if line.startswith("|")).replace("`", "").lower()
    locked = re.findall(r"^([a-z0-9-]+)==([0-9.]+)", (ROOT / "requirements-front.txt").read_text(), re.MULTILINE)
    assert len(locked) > 50
    for name, version in locked:
        found = re.findall(rf"(?<![\w-]){re.escape(name)}(?![\w-])(?: (\d[\d.]*))?", rows)
        assert found, f"{name} is not in SECURITY.md"
        for said in filter(None, found):
            assert f"{version}.".startswith(f"{said.rstrip('.')}."), f"{name} {said} in SECURITY.md is {version}"
