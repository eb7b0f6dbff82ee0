"""The desk at work: 200 open cases, 50 advisors with their pages open, on one process.

    python -m bench.desk_streams [--cases 200] [--advisors 50] [--rate 10] [--seconds 20] [--database URL]

Customers write ``--rate`` messages a second; how long after its commit each is in every advisor's stream, how long the
list takes meanwhile, and a search; in milliseconds. Without ``--database`` it is SQLite, in a folder of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from bench.figures import machine, memory, percentiles, processor
from concierge.conversations import Case
from concierge.desk.sessions import COOKIE, Sessions
from tests.desk.conftest import CSRF, Desk, start, stop

KEY = "a secret of the bench alone, long enough"
LIST_EVERY = 0.5
AFTER = 5.0  # seconds in which the last message has to arrive
SAID = "Where are my trainers, and the calfskin bag that I have sent in?"


class Advisor:
    """A page that is open: ``came`` has when each message was in its stream."""

    def __init__(self, desk: Desk, token: str) -> None:
        self.client = httpx.AsyncClient(base_url=desk.url, headers=CSRF, cookies={COOKIE: token}, timeout=30)
        self.came: dict[str, float] = {}
        self.ready = asyncio.Event()

    async def listen(self) -> None:
        async with self.client.stream("GET", "/api/stream", timeout=None) as response:
            response.raise_for_status()
            event = ""
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    event = line[7:]
                    if event == "ready":
                        self.ready.set()
                elif line.startswith("data: ") and event == "message":
                    text = json.loads(line[6:])["message"]["text"]
                    self.came.setdefault(text, time.monotonic())


async def run(desk: Desk, cases: list[Case], count: int, rate: float, seconds: float) -> dict[str, Any]:
    sessions = Sessions(desk.log.engine, KEY)
    people = [desk.person(f"advisor{number}", "lead" if not number else "advisor") for number in range(count)]
    advisors = [Advisor(desk, str(sessions.issue(each.id, None))) for each in people]
    listening = [asyncio.ensure_future(each.listen()) for each in advisors]
    await asyncio.wait_for(asyncio.gather(*(each.ready.wait() for each in advisors)), 60)
    listed: list[float] = []
    searched: list[float] = []
    asking = asyncio.ensure_future(_ask(advisors[0].client, listed, searched))
    used, said = processor(desk.process.pid), await _talk(desk, cases, rate, seconds)
    spent = sum(processor(desk.process.pid).values()) - sum(used.values())
    await asyncio.sleep(AFTER)
    for task in (asking, *listening):
        task.cancel()
    await asyncio.gather(asking, *listening, return_exceptions=True)
    late = [(each.came[text] - at) * 1000 for each in advisors for text, at in said.items() if text in each.came]
    missing = sum(text not in each.came for each in advisors for text in said)
    for each in advisors:
        await each.client.aclose()
    return {
        "cases": len(cases),
        "advisors": count,
        "said": len(said),
        "missing": missing,
        "in_stream_ms": percentiles(late),
        "list_ms": percentiles(listed),
        "search_ms": percentiles(searched),
        "processor": round(spent / seconds, 2),
        "memory_mb": memory(desk.process.pid),
    }


async def _talk(desk: Desk, cases: list[Case], rate: float, seconds: float) -> dict[str, float]:
    """Texts by when they were committed; the messages of one second go to cases at random."""
    said: dict[str, float] = {}
    generator, began = random.Random(3), time.monotonic()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        case, text = generator.choice(cases), f"{SAID} {number}"
        await asyncio.to_thread(desk.log.append, case.conversation_id, "customer", text)
        said[text] = time.monotonic()
    return said


async def _ask(client: httpx.AsyncClient, listed: list[float], searched: list[float]) -> None:
    async def timed(into: list[float], ask: Callable[[], Awaitable[httpx.Response]]) -> None:
        began = time.monotonic()
        (await ask()).raise_for_status()
        into.append((time.monotonic() - began) * 1000)

    while True:
        await timed(listed, lambda: client.get("/api/cases"))
        await timed(searched, lambda: client.post("/api/search", json={"words": "calfskin trainers"}))
        await asyncio.sleep(2 * LIST_EVERY)  # below the searches that one advisor has a minute


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("cases", 200), ("advisors", 50), ("rate", 10), ("seconds", 20)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--database")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        desk = start(Path(folder), wanted.database, CONCIERGE_SECRET=KEY, CONCIERGE_CONNECTIONS_PER_ADDRESS="0")
        try:
            cases = [desk.case(SAID) for _ in range(wanted.cases)]
            found = asyncio.run(run(desk, cases, wanted.advisors, wanted.rate, wanted.seconds))
        finally:
            stop(desk)
    print(json.dumps({"machine": machine(), **found}, indent=2))


if __name__ == "__main__":
    main()
