"""Nobody but the registry keeps a list of intents: not in Python, in YAML or JSON outside data/, or in TypeScript."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from concierge.intents import registry
from concierge.settings import ROOT

NAMES = frozenset(registry().intents)
A_LIST = 3  # two in one place are a rule with its reason; three are a list that will drift
SOURCES = ("concierge", "actions", "tools", "bench")
ALLOWED = {
    "domain.yml": "Rasa is told there of the intents that no example brings",
    "concierge/policy/decision.py": "kinds of decision, some of them called as the intent that asks for them",
    "concierge/handoff/summary.py": "the same kinds of decision, in the advisor's words",
    "concierge/policy/proofs.yml": "tasks, some of them called as the intent that asks for them",
    "concierge/queues/queues.yml": "which reasons of a case go to which queue, some of them called as their intent",
    "bench/assistants/retail/domain.yml": "another assistant, by which speed is compared",
}


def in_python(source: str) -> Iterator[set[str]]:
    """The intents of each literal: its elements, its keys, its values, or the alternatives of a pattern."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Set | ast.List | ast.Tuple):
            yield _constants(node.elts)
        elif isinstance(node, ast.Dict):
            yield _constants(node.keys)
            yield _constants(node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield NAMES.intersection(re.split(r"[|()/^$\s,]+", node.value)) if "|" in node.value else set()
        elif isinstance(node, ast.ClassDef | ast.Match | ast.BoolOp | ast.Call):
            yield _constants(ast.iter_child_nodes(node)) | _compared(node)


def _constants(nodes: Any) -> set[str]:
    return NAMES.intersection(
        node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _compared(node: ast.AST) -> set[str]:
    """What is asked for one after the other, or named by an enumeration."""
    if isinstance(node, ast.BoolOp):
        return set().union(*(_constants(each.comparators) for each in node.values if isinstance(each, ast.Compare)))
    if isinstance(node, ast.Match):
        return {value for case in node.cases for value in _constants(ast.walk(case.pattern))}
    if isinstance(node, ast.ClassDef):
        return _constants(each.value for each in node.body if isinstance(each, ast.Assign))
    return set()


def in_data(content: Any) -> Iterator[set[str]]:
    """Of each mapping its keys and its values, of each sequence its elements."""
    if isinstance(content, dict):
        yield NAMES.intersection(key for key in content if isinstance(key, str))
        yield NAMES.intersection(value for value in content.values() if isinstance(value, str))
    elif isinstance(content, list):
        yield NAMES.intersection(value for value in content if isinstance(value, str))
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from in_data(inner)


def in_typescript(source: str) -> Iterator[set[str]]:
    """All of a file: quoted, or as keys."""
    yield NAMES.intersection(re.findall(r"""["'`/](\w+)["'`{]""", source) + re.findall(r"(?m)^\s*(\w+):", source))


def lists(path: Path) -> Iterator[set[str]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from in_python(text)
    elif path.suffix in {".yml", ".yaml"}:
        for content in yaml.safe_load_all(text):
            yield from in_data(content)
    elif path.suffix == ".json":
        yield from in_data(json.loads(text))
    else:
        yield from in_typescript(text)


def places() -> Iterator[Path]:
    kinds = (".py", ".yml", ".yaml", ".json", ".ts")
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in kinds and not {"node_modules", "test", "results", "dist"} & set(path.parts):
                yield path
    yield from sorted(path for path in ROOT.iterdir() if path.suffix in kinds)


def test_nobody_else_keeps_a_list_of_intents() -> None:
    found = {
        str(path.relative_to(ROOT)): sorted(named) for path in places() for named in lists(path) if len(named) >= A_LIST
    }
    assert {place: named for place, named in found.items() if place not in ALLOWED} == {}, "ask concierge/intents.py"
    assert set(ALLOWED) - set(found) == set(), "no longer a list: take it off"


@pytest.mark.parametrize(
    "source",
    [
        'A = {"greet", "thank", "goodbye"}',
        'A = ("greet", "thank", "goodbye", "other")',
        'A = {"greet": 1, "thank": 2, "goodbye": 3}',
        'A = {1: "greet", 2: "thank", 3: "goodbye"}',
        'A = re.compile("^/(greet|thank|goodbye)$")',
        'if a == "greet" or a == "thank" or a == "goodbye": ...',
        'one_of(a, "greet", "thank", "goodbye")',
        'class A(Enum):\n    ONE = "greet"\n    TWO = "thank"\n    THREE = "goodbye"',
        'match a:\n    case "greet" | "thank" | "goodbye": ...',
    ],
)
def test_a_list_in_python_is_found(source: str) -> None:
    assert {"greet", "thank", "goodbye"} in list(in_python(source))


def test_a_list_in_data_or_in_typescript_is_found() -> None:
    three = {"greet", "thank", "goodbye"}
    assert three in list(in_data(yaml.safe_load("a: [{b: [greet, thank, goodbye]}]")))
    assert three in list(in_data({"greet": 1, "thank": 2, "goodbye": 3}))
    assert three in list(in_typescript('type A = "greet" | "thank" | "goodbye"'))
    assert three in list(in_typescript("const a = {\n  greet: 1,\n  thank: 2,\n  goodbye: 3,\n}"))
