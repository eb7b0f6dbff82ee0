"""``make coverage``: how much of each package the tests reach, from coverage.py's JSON; fails below the least.

Statements and branches are counted apart: a package with few branches could hide that none of them is tried.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEAST = 90.0  # per cent
GUARDED = ("policy", "orders", "dialogue", "channels")


@dataclass
class Reached:
    statements: int = 0
    of_statements: int = 0
    branches: int = 0
    of_branches: int = 0

    def add(self, summary: dict[str, Any]) -> None:
        self.statements += summary["covered_lines"]
        self.of_statements += summary["num_statements"]
        self.branches += summary["covered_branches"]
        self.of_branches += summary["num_branches"]

    @property
    def shares(self) -> tuple[float, float]:
        """Per cent of the statements, and of the branches; nothing at all is not reached."""
        return _share(self.statements, self.of_statements), _share(self.branches, self.of_branches)


def by_package(report: dict[str, Any]) -> dict[str, Reached]:
    found = {package: Reached() for package in GUARDED}
    for path, file in report["files"].items():
        top, _, below = path.replace("\\", "/").partition("/")
        package = below.partition("/")[0]
        if top == "concierge" and package in found:
            found[package].add(file["summary"])
    return found


def _share(reached: int, of: int) -> float:
    return 100.0 * reached / of if of else 0.0


def main(path: Path) -> int:
    low = []
    print(f"{'':10} statements  branches")
    for package, reached in by_package(json.loads(path.read_text(encoding="utf-8"))).items():
        statements, branches = reached.shares
        print(f"{package:10} {statements:8.1f} % {branches:7.1f} %")
        if min(statements, branches) < LEAST:
            low.append(package)
    if low:
        print(f"Below {LEAST:.0f} %: {', '.join(low)}. Line by line: results/coverage/index.html")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
