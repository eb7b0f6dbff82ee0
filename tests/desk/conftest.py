"""A real desk: its own process, its own port, a real database that the tests write to beside it."""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import ujson

from concierge.conversations import Advisor, Advisors, Case, Cases, ConversationLog, upgrade
from concierge.storage.database import open_engine
from tests.front import PYTHON
from tests.openapi import DESK
from tests.ports import free_port

PASSWORD = "a long enough password"
CSRF = {"X-Concierge": "desk"}
START_SECONDS = 60


@dataclass
class Happening:
    event: str
    data: Any
    id: str
    at: float


class Stream:
    """Server-sent events, read in a thread."""

    def __init__(self, client: httpx.Client, last_id: str | None = None) -> None:
        self.seen: queue.Queue[Happening] = queue.Queue()
        self.status = 0
        self.last_id = last_id
        self.ended = threading.Event()
        self._client = client
        self._response: httpx.Response | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        try:
            with self._client.stream("GET", "/api/stream", headers=headers, timeout=60) as response:
                self._response, self.status = response, response.status_code
                found: dict[str, str] = {}
                for line in response.iter_lines():
                    if line and not line.startswith(":"):
                        name, _, value = line.partition(": ")
                        found[name] = value
                    elif found:
                        self.last_id = found["id"]
                        data = ujson.loads(found["data"])
                        self.seen.put(Happening(found["event"], data, found["id"], time.monotonic()))
                        found = {}
        except (httpx.HTTPError, httpx.StreamError, OSError, RuntimeError):
            pass
        finally:
            self.ended.set()

    def next(self, event: str, timeout: float = 5.0) -> Happening:
        end = time.monotonic() + timeout
        while True:
            happening = self.seen.get(timeout=max(0.01, end - time.monotonic()))
            DESK.streamed(happening.event, happening.data)
            if happening.event == event:
                return happening

    def said(self, text: str, timeout: float = 5.0) -> Happening:
        """The next message with this text."""
        while (seen := self.next("message", timeout)).data["message"]["text"] != text:
            pass
        return seen

    def case(self, case_id: str, timeout: float = 5.0) -> tuple[dict[str, Any], float]:
        """The next row of this case, and when it came."""
        while True:
            happening = self.next("cases", timeout)
            for row in happening.data:
                if row["id"] == case_id:
                    return row, happening.at

    def close(self) -> None:
        if self._response is not None:
            sock = self._response.extensions["network_stream"].get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)


@dataclass
class Desk:
    url: str
    process: subprocess.Popen[bytes]
    log: ConversationLog
    cases: Cases
    advisors: Advisors
    var: Path
    people: dict[str, Advisor] = field(default_factory=dict)
    clients: list[httpx.Client] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def person(self, login: str, role: str = "advisor") -> Advisor:
        if login not in self.people:
            self.people[login] = self.advisors.create(login, login.title(), PASSWORD, role)
        return self.people[login]

    def anonymous(self, **headers: str) -> httpx.Client:
        hooks = {"response": [DESK.check]}
        client = httpx.Client(base_url=self.url, headers={**CSRF, **headers}, timeout=20, event_hooks=hooks)
        self.clients.append(client)
        return client

    def client(self, login: str) -> httpx.Client:
        """Signed in as this advisor, who is made if need be."""
        self.person(login)
        client = self.anonymous()
        if login in self.cookies:  # argon2 is slow on purpose
            client.cookies.update(self.cookies[login])
            return client
        response = client.post("/api/login", json={"login": login, "password": PASSWORD})
        assert response.status_code == 200, response.text
        self.cookies[login] = dict(client.cookies)
        return client

    @contextlib.contextmanager
    def stream(self, client: httpx.Client, last_id: str | None = None) -> Iterator[Stream]:
        stream = Stream(client, last_id)
        try:
            yield stream
        finally:
            stream.close()

    def case(self, text: str = "I would like to speak to somebody", package: Any = None, **fields: Any) -> Case:
        """A conversation with one message of the customer, in the queue."""
        conversation = self.log.open(
            fields.pop("channel", "website"), uuid.uuid4().hex, fields.pop("language", "en"), "EU"
        )
        self.log.update(conversation.id, name="Claire Fontaine", email="claire@example.com")
        self.log.append(conversation.id, "customer", text, meta={"intent": "talk_to_advisor", "confidence": 0.93})
        return self.cases.start(
            conversation.id,
            fields.pop("reason", "customer_asked"),
            priority=fields.pop("priority", "normal"),
            queue="client_service",
            summary=fields.pop("summary", "Claire Fontaine asks to speak with an advisor."),
            package=package,
            due_at=fields.pop("due_at", None),
        )


def start(var: Path, database: str | None = None, before: str = "", **environment: str) -> Desk:
    """``before``: Python that the desk's process runs first, to make a limit small or to point at other files."""
    port = free_port()
    url = database or f"sqlite:///{var / 'concierge.db'}"
    variables = {
        "CONCIERGE_VAR": str(var),
        "CONCIERGE_DESK_PORT": str(port),
        "CONCIERGE_DATABASE_URL": url,
        "CONCIERGE_LOG_LEVEL": "WARNING",
        **environment,
    }
    process = subprocess.Popen(
        [PYTHON, "-c", f"{before}\nfrom concierge.desk.server import serve; serve()"],
        env={**os.environ, **variables},
    )
    engine = open_engine(url)
    upgrade(engine)
    log = ConversationLog(engine)
    desk = Desk(f"http://127.0.0.1:{port}", process, log, Cases(log), Advisors(engine), var)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{desk.url}/health").status_code == 200:
                return desk
        assert process.poll() is None, "the desk did not start"
        time.sleep(0.05)
    raise AssertionError("the desk did not get ready")


def stop(desk: Desk) -> None:
    for client in desk.clients:
        client.close()
    desk.process.terminate()
    try:
        desk.process.wait(10)
    finally:
        desk.process.kill()
        desk.log.engine.dispose()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    running = start(tmp_path_factory.mktemp("desk"))
    yield running
    stop(running)


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """One that a test may lock out, lock up or stop."""
    running = start(tmp_path)
    yield running
    stop(running)
