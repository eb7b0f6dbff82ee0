"""The dialogue stands on its own: neither Rasa nor a model is needed to import it, and so to test it."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from concierge.settings import ROOT

MODULES = sorted((ROOT / "concierge" / "dialogue").glob("*.py"))
FOREIGN = {"rasa", "rasa_sdk", "sanic", "actions"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_imports_rasa_not_even_inside_a_function(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = []
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            named = [node.module or ""]
        for name in named:
            assert name.partition(".")[0] not in FOREIGN, f"{path.name}: {name}"
            assert not name.startswith(("concierge.rasa_runtime", "concierge.channels", "concierge.nlu")), name


def test_nothing_that_it_imports_does_either():
    names = [f"concierge.dialogue.{path.stem}" for path in MODULES if path.stem != "__init__"]
    code = f"import importlib, sys\nfor name in {names}: importlib.import_module(name)\n"
    code += f"print(sorted({{name.partition('.')[0] for name in sys.modules}} & {FOREIGN}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == "[]"
