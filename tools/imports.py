"""Which package imports which, read from the sources: nothing is imported for it.

Imports inside functions and for type checkers alone count as well, and modules that are named for ``import_module``. A
package is ``actions``, a folder of ``concierge/``, or a module that stands in ``concierge/`` itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("concierge", "actions")
NOT_OURS = {"web", "static"}  # sources and results of the web parts
AT_START, IN_A_CALL, FOR_TYPES = "at start", "in a call", "for types"

Graph = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Import:
    """``source`` and ``target`` are modules; ``when`` is the earliest moment at which the one imports the other."""

    source: str
    target: str
    when: str


@lru_cache(maxsize=1)
def modules() -> dict[str, Path]:
    """The file of each module of ours, by its dotted name."""
    found = {}
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if not NOT_OURS.intersection(parts):
                found[".".join(parts).removesuffix(".__init__")] = path
    return found


def package_of(module: str) -> str:
    """``concierge.orders.sql`` → ``orders``."""
    top, _, below = module.partition(".")
    return below.partition(".")[0] if top == "concierge" and below else top


@lru_cache(maxsize=1)
def imports() -> tuple[Import, ...]:
    """Every import of one of our modules by another, once."""
    found: dict[tuple[str, str], Import] = {}
    for source, path in modules().items():
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        for target, when in _named(tree, AT_START):
            if target != source:
                kept = found.get((source, target))
                if kept is None or _moment(when) < _moment(kept.when):
                    found[source, target] = Import(source, target, when)
    return tuple(found.values())


def between_packages() -> dict[str, dict[str, str]]:
    """For each package those that it imports, and when. Packages that import none, or are imported by none, too."""
    found: dict[str, dict[str, str]] = {package_of(module): {} for module in modules()}
    del found["concierge"]  # its __init__: the version alone
    for each in imports():
        source, target = package_of(each.source), package_of(each.target)
        if source != target and target in found:
            kept = found[source].setdefault(target, each.when)
            found[source][target] = min(kept, each.when, key=_moment)
    return found


def between_modules() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {module: set() for module in modules()}
    for each in imports():
        found[each.source].add(each.target)
    return found


def circles(graph: Graph) -> list[list[str]]:
    """What imports itself by way of others: one list for each knot of names, empty if all goes one way."""
    reached = {name: _below(graph, name) for name in graph}
    knots = {frozenset(other for other in reached[name] if name in reached[other]) for name in graph}
    return sorted(sorted(knot) for knot in knots if knot)


def without_detours(graph: Graph) -> dict[str, list[str]]:
    """The same without imports that others say already: what ``a`` has by way of ``b`` is not drawn from ``a``.

    Only where there is no circle.
    """
    reached = {name: _below(graph, name) for name in graph}
    return {
        name: sorted(each for each in targets if not any(each in reached[other] for other in targets))
        for name, targets in graph.items()
    }


def _below(graph: Graph, name: str) -> set[str]:
    found: set[str] = set()
    waiting = list(graph[name])
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += graph[each]
    return found


def _named(node: ast.AST, when: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        moment = when
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            moment = max(when, IN_A_CALL, key=_moment)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            moment = FOR_TYPES
        elif isinstance(child, ast.Import):
            yield from ((alias.name, when) for alias in child.names if alias.name in modules())
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                target = whole if whole in modules() else str(child.module)
                if target in modules():
                    yield target, when
        elif isinstance(child, ast.Constant) and isinstance(child.value, str) and ":" in child.value:
            named = child.value.partition(":")[0]  # for import_module, as cli does
            if named in modules():
                yield named, IN_A_CALL
        yield from _named(child, moment)


def _moment(when: str) -> int:
    return (AT_START, IN_A_CALL, FOR_TYPES).index(when)
