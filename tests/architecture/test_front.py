"""What faces the network is made without Rasa, spaCy and numpy: its environment has none of them."""

from __future__ import annotations

import re
import subprocess
import sys

from concierge.settings import ROOT
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
    "settings",
    "web_kit",
)
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


def test_every_module_of_the_fronts_rooms_is_imported_without_them() -> None:
    named = [name for name in imports.modules() if imports.package_of(name) in ROOMS and ".migrations" not in name]
    assert len(named) > 100
    command = [sys.executable, "-c", IMPORTED, *(f"concierge.{each}" for each in STARTS), *named]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_that_they_import_in_a_call_belongs_to_the_assistant() -> None:
    between = imports.between_packages()
    seen, waiting = set(ROOMS), list(ROOMS)
    while waiting:
        for name in between[waiting.pop()]:
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    assert seen.isdisjoint({"assistant", "nlu", "actions", "evaluation", "training"})


def test_both_environments_have_the_same_of_what_both_reckon_with() -> None:
    """Languages, days, numbers and the log are read on both sides."""
    same = ("sqlalchemy", "lingua-language-detector", "babel", "python-stdnum", "holidays")
    locked = [
        dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.txt", "requirements-front.txt")
    ]
    assert [locked[0][each] for each in same] == [locked[1][each] for each in same]
    assert not {"rasa", "spacy", "numpy"} & set(locked[1])
