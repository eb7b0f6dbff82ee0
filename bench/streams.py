"""The widget's transport: thousands of open event streams on one assistant, and how soon a message comes down its own.

Twice: while the assistant answers each message, and while an advisor has the conversations, which leaves the transport
alone.

python -m bench.streams [--streams 2000] [--rate 50] [--seconds 20] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.client import Connection, first_answer
from bench.contestants import concierge, workspace
from bench.conversations import FIRST, TOPICS
from bench.figures import memory, percentiles
from concierge.conversations import Advisors, Cases, ConversationLog
from concierge.storage.database import open_engine

BASE = "/webhooks/website"
ANSWERED, CARRIED = "answered by the assistant", "with an advisor"


@dataclass
class Visitor:
    """A page that is open: its session, its stream, and the messages it has under way."""

    conversation: str
    token: str
    posted: dict[str, float] = field(default_factory=dict)
    answering: float | None = None
    heard: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Measured:
    """Milliseconds."""

    received: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    posted: list[float] = field(default_factory=list)
    accepted: list[tuple[str, str]] = field(default_factory=list)
    """What was posted and not refused: conversation and key."""
    refused: int = 0

    def summary(self) -> dict[str, Any]:
        times = {"post_ms": self.posted, "received_ms": self.received, "answered_ms": self.answered}
        return {
            "posted": len(self.posted),
            "received": len(self.received),
            "refused": self.refused,
            **{name: percentiles(values) for name, values in times.items() if values},
        }


class Crowd:
    """Visitors with their streams open. ``measured`` is what the next thing heard is written to."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.tls = tls
        self.visitors: list[Visitor] = []
        self.measured = Measured()
        self.lost_streams = 0
        self._opened = asyncio.Semaphore(0)
        self._listeners: list[asyncio.Future[None]] = []
        self._posted = 0
        self._asking = Poster(port, tls)

    async def open(self, count: int, settle: float = 2.0) -> None:
        """Raises ``asyncio.TimeoutError`` where a stream does not open."""
        for start in range(0, count, 20):
            sessions = [
                _request(self.port, "/sessions", {"locale": "en-GB", "region": "EU", "page": "/"}, tls=self.tls)
                for _ in range(min(20, count - start))
            ]
            for session in await asyncio.gather(*sessions):
                visitor = Visitor(session["conversation"], session["token"])
                self.visitors.append(visitor)
                self._listeners.append(asyncio.ensure_future(self._listen(visitor)))
        for _ in range(count):
            await asyncio.wait_for(self._opened.acquire(), 60)
        await asyncio.sleep(settle)

    async def talk(self, visitors: Sequence[Visitor], rate: float, seconds: float) -> Measured:
        """Posts ``rate`` messages a second, each as one of these at random. What is refused is not repeated."""
        self.measured = measured = Measured()
        posters: asyncio.Queue[Poster] = asyncio.Queue()
        for _ in range(32):
            posters.put_nowait(Poster(self.port, self.tls))
        generator = random.Random(3)
        started = time.perf_counter()
        pending = set()

        async def one(visitor: Visitor) -> None:
            poster = await posters.get()
            self._posted += 1
            key = f"k{self._posted}"
            try:
                await _say(poster, visitor, generator.choice(TOPICS), key, measured)
                measured.accepted.append((visitor.conversation, key))
            except (OSError, asyncio.IncompleteReadError):
                measured.refused += 1
                visitor.posted.pop(key, None)
                poster.close()
            finally:
                posters.put_nowait(poster)

        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
            task = asyncio.ensure_future(one(generator.choice(visitors)))
            pending.add(task)
            task.add_done_callback(pending.discard)
        await asyncio.gather(*pending)
        await asyncio.sleep(2)
        while not posters.empty():
            posters.get_nowait().close()
        return measured

    async def ask(self, visitor: Visitor, text: str) -> None:
        """One message of this visitor's, until its first answer has come down the stream.

        Raises ``asyncio.TimeoutError`` where none comes.
        """
        self._posted += 1
        visitor.heard.clear()
        await _say(self._asking, visitor, text, f"k{self._posted}", self.measured)
        await asyncio.wait_for(visitor.heard.wait(), 30)

    async def close(self) -> None:
        self._asking.close()
        for listener in self._listeners:
            listener.cancel()
        await asyncio.gather(*self._listeners, return_exceptions=True)

    async def _listen(self, visitor: Visitor) -> None:
        normaliser, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20, ssl=self.tls)
        writer.write(
            f"GET {BASE}/stream?after=0 HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {visitor.token}\r\n\r\n".encode()
        )
        await normaliser.readuntil(b"\r\n\r\n")
        self._opened.release()
        try:
            while line := await normaliser.readline():
                if line.startswith(b"data: {"):
                    _hear(visitor, json.loads(line[6:]), self.measured)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
        self.lost_streams += 1


async def _request(port: int, path: str, body: Any, token: str = "", tls: ssl.SSLContext | None = None) -> Any:
    normaliser, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    content = json.dumps(body).encode()
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    writer.write(
        f"POST {BASE}{path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n{bearer}"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        + content
    )
    answer = await normaliser.read()
    writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b" 20" not in head.split(b"\r\n", 1)[0]:
        raise ConnectionError(answer[:300])
    return json.loads(rest)


def _hear(visitor: Visitor, message: dict[str, Any], measured: Measured) -> None:
    now = time.perf_counter()
    if message.get("role") == "customer":
        posted = visitor.posted.pop(message.get("client_key") or "", None)
        if posted is not None:
            measured.received.append(1e3 * (now - posted))
    elif message.get("role") == "assistant" and visitor.answering is not None:
        measured.answered.append(1e3 * (now - visitor.answering))
        visitor.answering = None
        visitor.heard.set()


async def _say(connection: Connection, visitor: Visitor, text: str, key: str, measured: Measured) -> None:
    visitor.posted[key] = visitor.answering = started = time.perf_counter()
    await connection.send({"client_key": key, "text": text}, visitor.token)
    measured.posted.append(1e3 * (time.perf_counter() - started))


class Poster(Connection):
    """A keep-alive connection that posts on behalf of any visitor."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(port, f"{BASE}/messages", tls)

    async def send(self, body: Any, token: str) -> None:
        self.headers = f"Authorization: Bearer {token}\r\n"
        await self.post(json.dumps(body).encode())


def _to_an_advisor(database: str, visitors: Sequence[Visitor]) -> None:
    """Each of these conversations becomes a case that an advisor has claimed."""
    engine = open_engine(database)
    try:
        cases, advisor = Cases(ConversationLog(engine)), Advisors(engine).all()[0]
        for visitor in visitors:
            cases.claim(cases.start(visitor.conversation, "bench").id, advisor.id)
    finally:
        engine.dispose()


async def streams(port: int, database: str, count: int, rate: float, seconds: float) -> dict[str, Any]:
    """Opens ``count`` streams, then posts ``rate`` messages a second as random visitors."""
    crowd = Crowd(port)
    try:
        await crowd.open(count)
        answered = await crowd.talk(crowd.visitors, rate, seconds)
        owned = crowd.visitors[: max(1, count // 20)]
        await asyncio.get_running_loop().run_in_executor(None, _to_an_advisor, database, owned)
        await asyncio.sleep(2)
        carried = await crowd.talk(owned, rate, seconds)
        return {
            ANSWERED: answered.summary(),
            CARRIED: carried.summary(),
            "lost_streams": crowd.lost_streams,
        }
    finally:
        await crowd.close()


def measure(count: int = 2000, rate: float = 50, seconds: float = 20, database: str | None = None) -> dict[str, Any]:
    """Starts the product, opens the streams, reports. ``database``: an empty one's URL; otherwise SQLite."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * count)), hard))
    contestant = concierge(database)
    folder = workspace(contestant)
    running = contestant.start(folder)
    try:
        first_answer(running.port, running.main, FIRST, 300)
        log = database or f"sqlite:///{folder / 'var' / 'concierge.db'}"
        measured = asyncio.run(streams(running.port, log, count, rate, seconds))
        return {
            "streams": count,
            "posts_per_second": rate,
            **measured,
            "memory_mb": memory(running.main.pid),
        }
    finally:
        running.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--database")
    options = parser.parse_args()
    print(json.dumps(measure(options.streams, options.rate, options.seconds, options.database), indent=2))
