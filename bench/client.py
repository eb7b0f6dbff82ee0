"""A load generator for Rasa's REST channel: keep-alive HTTP on bare asyncio, which costs little beside the server."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.rest_tokens import RestTokens


@dataclass(frozen=True)
class Step:
    kind: str
    text: str


@dataclass
class Answered:
    kind: str
    turn: int
    milliseconds: float
    replies: int


@dataclass
class Run:
    """What a load brought: an entry for each message, and how many of them nothing was said to. Those count too: an
    assistant that does not know the subject has understood the message, and looked for an answer, all the same."""

    seconds: float = 0.0
    answered: list[Answered] = field(default_factory=list)
    unanswered: int = 0

    @property
    def per_second(self) -> float:
        return len(self.answered) / self.seconds if self.seconds else 0.0


class Connection:
    """One client. Raises ``ConnectionError`` when the server goes away or answers with an error."""

    def __init__(self, port: int, path: str = "/webhooks/rest/webhook", tls: ssl.SSLContext | None = None) -> None:
        self._port = port
        self._tls = tls
        self._path = path
        self.headers = ""
        self._tokens = RestTokens()
        self._normaliser: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def say(self, sender: str, text: str) -> list[dict[str, Any]]:
        body = json.dumps({"sender": sender, "message": text}).encode()
        shown = "".join(f"{name}: {value}\r\n" for name, value in self._tokens.headers(sender).items())
        answer, headers = await self._exchange(body, shown)
        self._tokens.keep(sender, headers)
        return json.loads(answer)

    async def post(self, body: bytes) -> bytes:
        return (await self._exchange(body))[0]

    async def _exchange(self, body: bytes, more: str = "") -> tuple[bytes, dict[str, str]]:
        if self._writer is None or self._normaliser is None or self._writer.is_closing():
            self._normaliser, self._writer = await asyncio.open_connection("127.0.0.1", self._port, ssl=self._tls)
        self._writer.write(
            f"POST {self._path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"{self.headers}{more}Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await self._normaliser.readuntil(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        answer = await self._normaliser.readexactly(int(headers["content-length"]))
        if headers.get("connection") == "close":
            self.close()
        if " 20" not in status:
            raise ConnectionError(status)
        return answer, headers

    def close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()  # nothing is on its way, and TLS would want its leave taken
            self._writer = None


async def load(
    port: int,
    conversations: Iterator[Sequence[Step]],
    clients: int,
    seconds: float,
    tls: ssl.SSLContext | None = None,
) -> Run:
    """Each client holds one conversation after the other, message by message, until the time is up."""
    run = Run()
    started = time.perf_counter()
    deadline = started + seconds

    async def client() -> None:
        connection = Connection(port, tls=tls)
        while time.perf_counter() < deadline:
            sender = uuid.uuid4().hex
            for turn, step in enumerate(next(conversations), 1):
                if time.perf_counter() >= deadline:
                    break
                await _ask(connection, sender, step, turn, run)
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    run.seconds = time.perf_counter() - started
    return run


async def grow(port: int, steps: Iterator[Step], turns: int, conversations: int, seconds: float) -> Run:
    """Long conversations, interleaved, one message at a time; stops early when the time is up."""
    run = Run()
    started = time.perf_counter()
    connection = Connection(port)
    senders = [uuid.uuid4().hex for _ in range(conversations)]
    for turn in range(1, turns + 1):
        step = next(steps)
        for sender in senders:
            await _ask(connection, sender, step, turn, run)
        if time.perf_counter() - started > seconds:
            break
    connection.close()
    run.seconds = time.perf_counter() - started
    return run


async def _ask(connection: Connection, sender: str, step: Step, turn: int, run: Run) -> None:
    started = time.perf_counter()
    replies = await connection.say(sender, step.text)
    taken = 1e3 * (time.perf_counter() - started)
    run.answered.append(Answered(step.kind, turn, taken, len(replies)))
    run.unanswered += not replies


def first_answer(port: int, process: Any, text: str, seconds: float) -> float:
    """Seconds from now until a message is answered. Raises ``TimeoutError``, or when the process ends before."""

    async def waiting() -> float:
        started = time.perf_counter()
        while time.perf_counter() - started < seconds:
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with {process.returncode}")
            connection = Connection(port)
            try:
                if await asyncio.wait_for(connection.say(uuid.uuid4().hex, text), 30):
                    return time.perf_counter() - started
            except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, ValueError):
                pass
            finally:
                connection.close()
            await asyncio.sleep(0.05)
        raise TimeoutError(f"no answer within {seconds:.0f} s")

    return asyncio.run(waiting())
