"""A patch stands on the source that it replaces: another source, and somebody has to look."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from concierge.rasa_runtime import patches
from concierge.settings import ROOT

FOLDER = Path(patches.__file__).parent
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
ALL = [(module, patch) for module in MODULES for patch in patches.patches_of([module])]


@pytest.mark.parametrize(("module", "patch"), ALL, ids=[patch.target for _, patch in ALL])
def test_what_is_replaced_is_what_it_was(module: str, patch: patches.Patch) -> None:
    assert patch.digest() == patch.source, (
        f"{patch.target} has changed in the installed library. Read its new source, adapt "
        f"concierge/rasa_runtime/patches/{module}.py, run tests/rasa_runtime, and write the new digest there."
    )


def test_another_source_is_noticed() -> None:
    class Library:
        def answer(self) -> int:
            return 41

    patch = patches.Patch(Library, "answer", lambda self: 42, "0" * 16)
    assert patch.digest() != patch.source
    patch.apply()
    assert Library().answer() == 42
    patch.remove()
    assert Library().answer() == 41


def test_every_module_is_installed_somewhere_and_guarded() -> None:
    assert set(MODULES) == {*patches.SERVING, *patches.TRAINING}
    assert {path.stem for path in Path(__file__).parent.glob("test_*.py")} >= {f"test_{module}" for module in MODULES}


def test_nothing_is_patched_elsewhere() -> None:
    """No assignment to an attribute of something imported from Rasa, Sanic or SQLAlchemy outside of this folder."""
    found = []
    for path in [*ROOT.glob("concierge/**/*.py"), *ROOT.glob("actions/**/*.py")]:
        if FOLDER in path.parents:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        foreign = {
            alias.asname or alias.name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom | ast.Import)
            and re.match(r"(rasa|rasa_sdk|sanic|sqlalchemy)\b", getattr(node, "module", None) or node.names[0].name)
            for alias in node.names
        }
        targets = [
            target
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        ]
        for target in targets:
            if isinstance(target, ast.Attribute):
                root = target.value
                while isinstance(root, ast.Attribute):
                    root = root.value
                if isinstance(root, ast.Name) and root.id in foreign:
                    found.append(f"{path.relative_to(ROOT)}:{target.lineno} {ast.unparse(target)}")
    assert not found
