"""Figures out of measurements: percentiles, memory of processes, a description of the machine."""

from __future__ import annotations

import os
import platform
import subprocess
import timeit
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """p50, p95, p99 and the largest, rounded to hundredths; empty for no values."""
    ordered = sorted(values)
    if not ordered:
        return {}
    points = {name: ordered[min(len(ordered) - 1, int(len(ordered) * share))] for name, share in _SHARES.items()}
    return {name: round(value, 2) for name, value in {**points, "max": ordered[-1]}.items()}


_SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


def median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return round(ordered[len(ordered) // 2], 2)


def tree(pid: int) -> list[int]:
    """A process and all that it has started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def memory(pid: int) -> dict[str, float]:
    """Megabytes by command, shared pages counted in parts (PSS)."""
    used: dict[str, float] = {}
    for one in tree(pid):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            name = _command(one)
        except OSError:
            continue
        kilobytes = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        used[name] = round(used.get(name, 0.0) + kilobytes / 1024, 1)
    return used


def processor(pid: int) -> dict[str, float]:
    """Seconds of a processor that each command has had so far."""
    used: dict[str, float] = {}
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            name = _command(one)
        except OSError:
            continue
        used[name] = used.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def _command(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return next((word for word in reversed(words) if word in _COMMANDS), "other")


_COMMANDS = {"front", "assistant", "actions", "desk", "run"}


def machine() -> dict[str, Any]:
    """What the figures were taken on; no names of hosts, people or folders."""
    model = platform.processor() or platform.machine()
    megabytes = 0
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        model = models[0] if models else model
        megabytes = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_mb": megabytes,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
        "python_loop_ns": round(min(timeit.repeat("for i in range(1_000_000): x += i", "x = 0", number=1)) * 1e3, 1),
    }


def commit(root: Path) -> str:
    result = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    return result.stdout.strip()
