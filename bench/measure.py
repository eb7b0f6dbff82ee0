"""Measures one assistant: start, throughput and latency on a day's mix, growth by turn, memory."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from bench.client import Run, first_answer, grow, load
from bench.contestants import Contestant, Running, workspace
from bench.figures import median, memory, percentiles

ASKED = "a day's questions, the same for all"
TURNS = (1, 5, 20, 50, 100, 200, 300, 500, 1000)


@dataclass(frozen=True)
class Limits:
    """How long each part may take."""

    seconds: float = 20.0
    warm_up: float = 5.0
    grow_seconds: float = 90.0
    start_seconds: float = 300.0
    crowd: int = 8


def measure(contestant: Contestant, limits: Limits, say: Any = print) -> dict[str, Any]:
    """Everything about one assistant; it runs alone and is stopped afterwards."""
    folder = workspace(contestant)
    result: dict[str, Any] = {"title": contestant.title, "asked": ASKED}
    say(f"{contestant.title}: preparing …")
    note = folder / "training_s.txt"  # beside a model that is kept
    if not note.exists():
        trained = contestant.prepare(folder)
        if trained is not None:
            note.write_text(f"{trained:.1f}")
    if note.exists():
        result["training_s"] = float(note.read_text())
    try:
        # The first start fills the system's caches and the database: a restart is what is counted.
        running = contestant.start(folder)
        try:
            result["first_start_s"] = _first_answer(contestant, running, limits)
        finally:
            running.stop()
        running = contestant.start(folder)
        try:
            result["start_s"] = _first_answer(contestant, running, limits)
            say(f"{contestant.title}: first answer after {result['start_s']} s")
            result |= _under_load(contestant, running, limits, say)
        finally:
            running.stop()
    except Exception:
        say((folder / "log.txt").read_text(errors="replace")[-3000:])
        raise
    return result


def _first_answer(contestant: Contestant, running: Running, limits: Limits) -> float:
    return round(first_answer(running.port, running.main, contestant.first, limits.start_seconds), 1)


def _under_load(contestant: Contestant, running: Running, limits: Limits, say: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    asyncio.run(load(running.port, contestant.day(), 1, limits.warm_up))
    for name, clients in (("one customer", 1), (f"{limits.crowd} customers", limits.crowd)):
        run = asyncio.run(load(running.port, contestant.day(), clients, limits.seconds))
        result[name] = _summary(run)
        say(f"{contestant.title}, {name}: {result[name]['per_second']} messages a second, {result[name]['ms']} ms")
    result["memory_mb"] = _memory(running)
    result["growth_ms"] = _growth(contestant, running, limits)
    say(f"{contestant.title}, by turn: {result['growth_ms']} ms")
    result["memory_after_mb"] = _memory(running)
    return result


def _summary(run: Run) -> dict[str, Any]:
    kinds = sorted({answered.kind for answered in run.answered})
    return {
        "per_second": round(run.per_second, 1),
        "messages": len(run.answered),
        "unanswered": run.unanswered,
        "ms": percentiles(answered.milliseconds for answered in run.answered),
        "by_kind": {
            kind: percentiles(answered.milliseconds for answered in run.answered if answered.kind == kind)
            for kind in kinds
        },
    }


def _growth(contestant: Contestant, running: Running, limits: Limits) -> dict[str, float]:
    """Median milliseconds around some turns. The first turn is taken from many conversations."""

    async def measured() -> dict[str, float]:
        turns: dict[int, list[float]] = {}
        for _ in range(40):
            first = await grow(running.port, contestant.long(), 1, 1, 5)
            turns.setdefault(1, []).extend(answered.milliseconds for answered in first.answered)
        long = await grow(running.port, contestant.long(), contestant.turns, 3, limits.grow_seconds)
        for answered in long.answered:
            turns.setdefault(answered.turn, []).append(answered.milliseconds)
        last = max(turns)
        result = {"1": median(turns[1])}
        for turn in [turn for turn in TURNS if 1 < turn <= last] + ([last] if last not in TURNS else []):
            around = range(max(2, turn - max(1, turn // 20)), turn + 1)
            result[str(turn)] = median([value for one in around for value in turns.get(one, [])])
        return result

    return asyncio.run(measured())


def _memory(running: Running) -> dict[str, float]:
    time.sleep(0.5)
    parts: dict[str, float] = {}
    for process in running.processes:
        for name, megabytes in memory(process.pid).items():
            parts[name] = round(parts.get(name, 0.0) + megabytes, 1)
    return {**parts, "together": round(sum(parts.values()), 1)}
