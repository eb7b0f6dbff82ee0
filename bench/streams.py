"""The widget's transport: thousands of open event streams on one assistant, and how soon a message comes down its own.

python -m bench.streams [--streams 2000] [--rate 50] [--seconds 20]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import time
from dataclasses import dataclass, field
from typing import Any

from bench.client import Connection, first_answer
from bench.contestants import concierge, workspace
from bench.conversations import FIRST, TOPICS
from bench.figures import memory, percentiles

BASE = "/webhooks/website"


@dataclass
class Visitor:
    """A page that is open: its session, its stream, and the messages it has under way."""

    token: str
    posted: dict[str, float] = field(default_factory=dict)
    answering: float | None = None


@dataclass
class Measured:
    received: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    posted: list[float] = field(default_factory=list)
    lost_streams: int = 0


async def _request(port: int, path: str, body: Any, token: str = "") -> Any:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    content = json.dumps(body).encode()
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    writer.write(
        f"POST {BASE}{path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n{bearer}"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        + content
    )
    answer = await reader.read()
    writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b" 20" not in head.split(b"\r\n", 1)[0]:
        raise ConnectionError(answer[:300])
    return json.loads(rest)


async def _listen(port: int, visitor: Visitor, open_streams: asyncio.Semaphore, measured: Measured) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.write(
        f"GET {BASE}/stream?after=0 HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n"
        f"Authorization: Bearer {visitor.token}\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    open_streams.release()
    try:
        while line := await reader.readline():
            if line.startswith(b"data: {"):
                _hear(visitor, json.loads(line[6:]), measured)
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    measured.lost_streams += 1


def _hear(visitor: Visitor, message: dict[str, Any], measured: Measured) -> None:
    now = time.perf_counter()
    if message.get("role") == "customer":
        posted = visitor.posted.pop(message.get("client_key") or "", None)
        if posted is not None:
            measured.received.append(1e3 * (now - posted))
    elif message.get("role") == "assistant" and visitor.answering is not None:
        measured.answered.append(1e3 * (now - visitor.answering))
        visitor.answering = None


async def _say(connection: Connection, visitor: Visitor, text: str, key: str, measured: Measured) -> None:
    visitor.posted[key] = visitor.answering = started = time.perf_counter()
    await connection.send({"client_key": key, "text": text}, visitor.token)
    measured.posted.append(1e3 * (time.perf_counter() - started))


class Poster(Connection):
    """A keep-alive connection that posts on behalf of any visitor."""

    def __init__(self, port: int) -> None:
        super().__init__(port, f"{BASE}/messages")

    async def send(self, body: Any, token: str) -> None:
        self.headers = f"Authorization: Bearer {token}\r\n"
        await self.post(json.dumps(body).encode())


async def streams(port: int, count: int, rate: float, seconds: float) -> Measured:
    """Opens ``count`` streams, then posts ``rate`` messages a second as random visitors."""
    measured = Measured()
    opened = asyncio.Semaphore(0)
    visitors: list[Visitor] = []
    listeners = []
    for start in range(0, count, 20):
        sessions = [
            _request(port, "/sessions", {"locale": "en-GB", "region": "EU", "page": "/"})
            for _ in range(min(20, count - start))
        ]
        for session in await asyncio.gather(*sessions):
            visitor = Visitor(session["token"])
            visitors.append(visitor)
            listeners.append(asyncio.ensure_future(_listen(port, visitor, opened, measured)))
    for _ in range(count):
        await asyncio.wait_for(opened.acquire(), 60)
    await asyncio.sleep(2)
    posters: asyncio.Queue[Poster] = asyncio.Queue()
    for _ in range(32):
        posters.put_nowait(Poster(port))
    generator = random.Random(3)
    started = time.perf_counter()
    pending = set()

    async def one(visitor: Visitor, number: int) -> None:
        poster = await posters.get()
        try:
            await _say(poster, visitor, generator.choice(TOPICS), f"k{number}", measured)
        finally:
            posters.put_nowait(poster)

    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        task = asyncio.ensure_future(one(generator.choice(visitors), number))
        pending.add(task)
        task.add_done_callback(pending.discard)
    await asyncio.gather(*pending)
    await asyncio.sleep(2)
    lost = measured.lost_streams
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    measured.lost_streams = lost
    return measured


def measure(count: int = 2000, rate: float = 50, seconds: float = 20) -> dict[str, Any]:
    """Starts the product, opens the streams, reports."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * count)), hard))
    contestant = concierge()
    running = contestant.start(workspace(contestant))
    try:
        first_answer(running.port, running.main, FIRST, 300)
        measured = asyncio.run(streams(running.port, count, rate, seconds))
        return {
            "streams": count,
            "posts_per_second": rate,
            "posted": len(measured.posted),
            "received": len(measured.received),
            "post_ms": percentiles(measured.posted),
            "received_ms": percentiles(measured.received),
            "answered_ms": percentiles(measured.answered),
            "lost_streams": measured.lost_streams,
            "memory_mb": memory(running.main.pid),
        }
    finally:
        running.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    print(json.dumps(measure(options.streams, options.rate, options.seconds), indent=2))
