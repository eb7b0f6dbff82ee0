"""``make docs``: draws docs/architecture.md's pictures from the code, between the marks that name them.

``--check`` writes nothing and fails where a picture is not what the code is now.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tools import imports

DOCS = imports.ROOT / "docs"
PAGE = DOCS / "architecture.md"
WAYS = DOCS / "ways.yml"
_PART = re.compile(r"(<!-- made by make docs: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def ways() -> dict[str, dict[str, Any]]:
    """What is said in each way, and the steps that follow, in order."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(WAYS.read_text(encoding="utf-8"))
    return found


def drawn(page: str) -> str:
    """The page with each of its pictures drawn anew. Raises ``KeyError`` for a picture that nobody draws."""
    return _PART.sub(lambda part: f"{part[1]}{PICTURES[part[2]]().strip()}\n{part[4]}", page)


def purpose(package: str) -> str:
    """The first sentence of what a package, or a module of ``concierge/`` itself, says of itself."""
    name = package if package in imports.TOPS else f"concierge.{package}"
    words = ast.get_docstring(ast.parse(imports.modules()[name].read_text(encoding="utf-8"))) or ""
    first = re.split(r"(?<=\.)\s", " ".join(words.split("\n\n")[0].split()), maxsplit=1)[0]
    return first.rstrip(".").replace("``", "`")


def _packages() -> str:
    """Arrows go to what is imported; one that follows from others is left out."""
    graph = imports.between_packages()
    lines = ["```mermaid", "flowchart TD"]
    lines += [f"    {name}" for name in sorted(graph) if name != "__main__"]
    for source, targets in sorted(imports.without_detours(graph).items()):
        for target in targets:
            arrow = "-->" if graph[source][target] == imports.AT_START else "-.->"
            if source != "__main__":
                lines.append(f"    {source} {arrow} {target}")
    return "\n".join([*lines, "```"])


def _table() -> str:
    graph = imports.between_packages()
    lines = ["| package | what it is | imports |", "|---|---|---|"]
    for name in sorted(graph, key=lambda each: (-_height(graph, each), each)):
        if name != "__main__":
            used = [each if when == imports.AT_START else f"*{each}*" for each, when in sorted(graph[name].items())]
            lines.append(f"| `{name}` | {purpose(name)} | {', '.join(used) or 'nothing of ours'} |")
    return "\n".join(lines)


def _height(graph: dict[str, dict[str, str]], name: str) -> int:
    return 1 + max((_height(graph, each) for each in graph[name]), default=0)


def _way(name: str) -> str:
    steps = ways()[name]["steps"]
    rooms = [imports.package_of(step["code"].partition(":")[0]) for step in steps]
    lines = ["```mermaid", "sequenceDiagram"]
    lines += [f"    participant {room}" for room in dict.fromkeys(rooms)]
    for number, (step, room) in enumerate(zip(steps, rooms, strict=True)):
        lines.append(f"    {rooms[max(0, number - 1)]}->>{room}: {step['does']}")
    lines += ["```", "", "| | | |", "|---|---|---|"]
    for number, step in enumerate(steps, 1):
        module, _, function = step["code"].partition(":")
        path = imports.modules()[module].relative_to(imports.ROOT)
        lines.append(f"| {number} | {step['does']} | [`{path}`](../{path}) `{function}` |")
    return "\n".join(lines)


PICTURES: dict[str, Callable[[], str]] = {
    "packages": _packages,
    "imports": _table,
    "message": lambda: _way("message"),
    "order": lambda: _way("order"),
}


def main(check: bool) -> int:
    page = PAGE.read_text(encoding="utf-8")
    found = drawn(page)
    if check and found != page:
        print(f"{PAGE.relative_to(Path.cwd())} is not what the code is now: run make docs")
        return 1
    if not check:
        PAGE.write_text(found, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
