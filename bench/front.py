"""What it costs, and gives, that the front is apart from the assistant: before and after, in one run on one machine.

    python -m bench.front                     everything, on SQLite and PostgreSQL; writes bench/results/front.json and
                                              the tables between the marks of bench/results/front.md
    python -m bench.front --quick             a fraction of it, to see that it works; writes nothing
    python -m bench.front --only postgresql   on one of the two

Before is the commit that ``bench.before`` names, with its own model and environment; after is this one. Both run at
once while latency is measured, in blocks that take turns, so that both meet the same load of the machine; each runs
alone with the streams. Environment: BENCH_SERVER as for ``bench.statements``, BENCH_BEFORE as for ``bench.before``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import cycle
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench import front_report
from bench.before import Side, before, side
from bench.client import Connection, first_answer, load
from bench.contestants import ROOT, Running
from bench.conversations import FIRST, TOPICS, day
from bench.figures import commit, machine, memory, percentiles, processor, tree
from bench.streams import Crowd, Measured


@dataclass(frozen=True)
class Size:
    blocks: int = 12
    messages: int = 60
    load_seconds: float = 30.0
    starts: int = 3
    streams: int = 2000
    rate: float = 20.0
    stream_seconds: float = 60.0
    crowd: int = 8


QUICK = Size(blocks=2, messages=10, load_seconds=4, starts=1, streams=100, rate=5, stream_seconds=24)
QUIET_SECONDS = 180.0  # at most, until what was accepted is answered


def starting(one: Side, times: int) -> float:
    """Seconds from the command to the first answer, of a restart: the first start makes the tables."""
    found = []
    for _ in range(times + 1):
        began = time.perf_counter()
        running = one.start()
        try:
            first_answer(running.port, running.main, FIRST, 300)
            found.append(time.perf_counter() - began)
        finally:
            running.stop()
    return round(statistics.median(found[1:]), 2)


async def rest(running: Running, messages: int) -> list[float]:
    """Milliseconds of one client's messages, ten to a conversation."""
    connection, topics, times = Connection(running.port, tls=running.tls), cycle(TOPICS), []
    sender = ""
    for number in range(messages):
        sender = sender if number % 10 else uuid.uuid4().hex
        began = time.perf_counter()
        await connection.say(sender, next(topics))
        times.append(1e3 * (time.perf_counter() - began))
    connection.close()
    return times


async def website(running: Running, messages: int) -> Measured:
    """One page at a time: a message, and once its answer has come down the stream, the next."""
    crowd = Crowd(running.port, running.tls)
    try:
        await crowd.open(max(1, messages // 10), settle=0.2)
        for number in range(messages):
            await crowd.ask(crowd.visitors[number % len(crowd.visitors)], TOPICS[number % len(TOPICS)])
        return crowd.measured
    finally:
        await crowd.close()


def latency(sides: dict[str, Running], size: Size) -> dict[str, Any]:
    """Both at once, in blocks that take turns."""
    spoken: dict[str, list[float]] = {name: [] for name in sides}
    pages = {name: Measured() for name in sides}
    for number in range(size.blocks + 1):
        for name, running in sides.items():
            times = asyncio.run(rest(running, size.messages))
            page = asyncio.run(website(running, size.messages))
            if number:  # the first is to warm up
                spoken[name] += times
                pages[name].received += page.received
                pages[name].answered += page.answered
    return {
        name: {
            "rest_ms": percentiles(spoken[name]),
            "website_received_ms": percentiles(pages[name].received),
            "website_answered_ms": percentiles(pages[name].answered),
        }
        for name in sides
    }


def throughput(running: Running, size: Size) -> dict[str, Any]:
    """As many messages as eight clients can have answered, with both cores for all; what they cost each process."""
    asyncio.run(load(running.port, day(), size.crowd, size.load_seconds / 5, running.tls))
    used = processor(running.main.pid)
    run = asyncio.run(load(running.port, day(2), size.crowd, size.load_seconds, running.tls))
    now = processor(running.main.pid)
    cost = {name: 1e3 * (now[name] - used.get(name, 0.0)) / len(run.answered) for name in now}
    return {
        "per_second": round(run.per_second, 1),
        "per_assistant_core_second": round(1e3 / cost["assistant"], 1),
        "processor_ms_a_message": {name: round(value, 2) for name, value in cost.items() if value >= 0.01},
        "ms": percentiles(answered.milliseconds for answered in run.answered),
    }


def streams(running: Running, one: Side, size: Size) -> dict[str, Any]:
    """Open streams, with the assistant answering all the time; then it is restarted in the midst of it."""

    async def measured() -> dict[str, Any]:
        crowd = Crowd(running.port)
        try:
            await crowd.open(size.streams)
            busy = await crowd.talk(crowd.visitors, size.rate, size.stream_seconds)
            await quiet(one.database, busy)
            used = memory(running.main.pid)
            loop = asyncio.get_running_loop()
            loop.call_later(size.stream_seconds / 3, end_assistants, running.main.pid)
            restart = await crowd.talk(crowd.visitors, size.rate, size.stream_seconds)
            waited = await quiet(one.database, restart)
            return {
                "busy": busy.summary() | accounted(one.database, busy),
                "restart": {
                    **restart.summary(),
                    **accounted(one.database, restart),
                    "lost_streams": crowd.lost_streams,
                    "answered_after_the_last_s": waited,
                },
                "memory_mb": used,
            }
        finally:
            await crowd.close()

    return asyncio.run(measured())


def end_assistants(pid: int) -> None:
    """Kills them, as a crash would; their supervisor starts them again."""
    for one in assistants(pid):
        os.kill(one, signal.SIGKILL)


def assistants(pid: int) -> list[int]:
    """The processes among those that this one has started."""
    return [one for one in tree(pid) if "assistant" in Path(f"/proc/{one}/cmdline").read_text().split("\0")]


async def quiet(url: str, measured: Measured) -> float:
    """Seconds until all that was accepted is answered, or ``QUIET_SECONDS``."""
    began = time.monotonic()
    while time.monotonic() - began < QUIET_SECONDS:
        if not (await asyncio.to_thread(accounted, url, measured))["unanswered"]:
            break
        await asyncio.sleep(0.5)
    return round(time.monotonic() - began, 1)


_MESSAGES = "SELECT conversation_id, seq, client_key FROM messages WHERE client_key IS NOT NULL"


def accounted(url: str, measured: Measured) -> dict[str, int]:
    """Of what was accepted: what is not in the log, there twice, without an answer, answered twice."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text(_MESSAGES)).all()
    engine.dispose()
    sequences: dict[tuple[str, str], list[int]] = {}
    answers: dict[tuple[str, int], int] = {}
    for conversation, seq, key in rows:
        kind, _, rest_of_key = key.partition(".")
        if kind == "reply":
            to, _, number = rest_of_key.partition(".")
            answers[conversation, int(to)] = answers.get((conversation, int(to)), 0) + (number == "0")
        elif kind == "page":
            sequences.setdefault((conversation, rest_of_key), []).append(seq)
    found = [sequences.get(each, []) for each in measured.accepted]
    counts = [
        answers.get((conversation, seqs[0]), 0)
        for (conversation, _), seqs in zip(measured.accepted, found, strict=True)
        if seqs
    ]
    return {
        "accepted": len(found),
        "lost": sum(not seqs for seqs in found),
        "twice": sum(len(seqs) > 1 for seqs in found),
        "unanswered": sum(count == 0 for count in counts),
        "answered_twice": sum(count > 1 for count in counts),
    }


def measure(kind: str, roots: dict[str, Path], size: Size, say: Callable[[str], object]) -> dict[str, Any]:
    result: dict[str, Any] = {name: {} for name in roots}
    with side("before", roots["before"], kind) as old, side("after", roots["after"], kind) as new:
        for one in (old, new):
            result[one.name]["start_s"] = starting(one, size.starts)
            say(f"{kind}, {one.name}: first answer after {result[one.name]['start_s']} s")
        with old.running() as was, new.running() as now:
            for name, figures in latency({"before": was, "after": now}, size).items():
                result[name] |= figures
        for one in (old, new):
            with one.running() as running:
                result[one.name]["memory_mb"] = memory(running.main.pid)
                result[one.name]["load"] = throughput(running, size)
        with new.running(assistants=2) as running:
            result["after"]["load_two_assistants"] = throughput(running, size)
        for one in (old, new):
            with one.running() as running:
                result[one.name]["streams"] = streams(running, one, size)
        for name, figures in result.items():
            say(f"{kind}, {name}: {json.dumps(figures)}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    size = QUICK if options.quick else Size()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * size.streams)), hard))
    roots = {"before": before(), "after": ROOT}
    results: dict[str, Any] = {
        "machine": machine(),
        "date": datetime.now(timezone.utc).date().isoformat(),
        "commit": commit(ROOT),
        "size": vars(size),
        "databases": {},
    }
    for kind in ("sqlite", "postgresql"):
        if options.only in (None, kind):
            results["databases"][kind] = measure(kind, roots, size, lambda line: print(line, flush=True))
    if options.quick:
        print("\n".join(front_report.tables(results)))
    else:
        front_report.write(results)


if __name__ == "__main__":
    main()
