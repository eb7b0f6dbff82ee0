"""Processes that an earlier supervisor has left: one that hangs cannot stop by itself when its supervisor dies.

``var/processes.json`` holds the process ids of a running product. A start that finds it, and its supervisor gone, ends
what is left of it, having made sure that the ids are still ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

_NAME = "processes.json"
_STOP_SECONDS = 2.0


def record(var: Path, children: Iterable[int]) -> None:
    path = var / _NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"supervisor": os.getpid(), "children": sorted(children)}
    path.with_suffix(".new").write_text(json.dumps(document))
    path.with_suffix(".new").replace(path)


def forget(var: Path) -> None:
    (var / _NAME).unlink(missing_ok=True)


def end(var: Path) -> list[int]:
    """Ends what is left of a product whose supervisor is gone; returns the ids of those that had to be ended."""
    try:
        found = json.loads((var / _NAME).read_text())
        supervisor, children = int(found["supervisor"]), [int(child) for child in found["children"]]
    except (OSError, ValueError, TypeError, KeyError):
        return []
    if supervisor != os.getpid() and _is_ours(supervisor):
        return []  # it runs: the ports say so
    left = [child for child in children if _is_ours(child)]
    for sent in (signal.SIGTERM, signal.SIGKILL):
        for child in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, sent)
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline and any(map(_is_ours, left)):
            time.sleep(0.05)
    forget(var)
    return left


def _is_ours(pid: int) -> bool:
    """Whether this id is a living process of the product: ids are used again."""
    found = subprocess.run(
        ["ps", "-o", "stat=,args=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    state = found.partition(" ")[0]  # "Zl": its threads are still closing its sockets
    return "concierge" in found and (not state.startswith("Z") or "l" in state)
