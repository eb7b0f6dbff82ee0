"""Both servers over one database, and what a fuzzer needs to come deep: conversations, buttons, cases, logins."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import time
import uuid
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from concierge.conversations import Advisors, Cases, ConversationLog, upgrade
from concierge.conversations.schema import advisors
from concierge.desk.sessions import COOKIE, Sessions
from concierge.settings import ROOT, Settings
from concierge.storage.database import open_engine
from concierge.training import ensure_model
from tests.security.servers import Server, start, stop

MORE = int(os.environ.get("CONCIERGE_FUZZ", "1"))
"""How many times as much as ``make test`` does; beyond once, with another seed each time."""

PASSWORD = "a long enough password"
SECRET = "a secret between two servers, for this run"
AT_ONCE_SECONDS = 2.0

# What brings a conversation somewhere: orders, proofs, forms, hand-overs, odd characters between them.
WORDS = [
    "Where is BA10000003? claire@example.com",
    "I want to return something",
    "BA10000004",
    "claire@example.com",
    "cancel my order BA10000001, claire@example.com",
    "my bag BA10000008 has a broken zip",
    "yes",
    "no, the other order",
    "1",
    "Je voudrais parler à un conseiller",
    "I want to speak to an advisor",
    "delete all my data",
    "/talk_to_advisor",
    '/inform{"order_number": "BA10000002"}',
    "what about perfume? and 4242 4242 4242 4242",
    "\u202eBA10000003\u0000\ufffe",
    "BA" + "9" * 1900,
    "👜" * 900,
    "a\u0301" * 900,
    "{returns.window} {{7*7}} %s ${x} <script>",
]


def chance(case: Any) -> random.Random:
    """The same for the same case, so that what failed once fails again, and is made smaller."""
    seen = repr((case.method, case.path, case.query, case.headers, case.body, case.path_parameters))
    return random.Random(zlib.crc32(seen.encode("utf-8", "surrogatepass")))


@dataclass
class Conversation:
    token: str
    seq: int
    """Of a message of the assistant that has buttons."""


@dataclass
class House:
    front: Server
    desk: Server
    conversations: list[Conversation]
    rest: list[tuple[str, str]]
    """Senders, and the token that each of them was given."""
    cases: list[str]
    cookies: list[str]
    """Sessions of advisors: each works on the cases."""
    leaving: Iterator[str]
    """Sessions that may be signed out."""
    ending: str
    """The session of somebody else, who may end all others of theirs."""
    before: dict[str, int]
    """Memory of each server once it was warm."""


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def resident(server: Server) -> int:
    """Kilobytes of memory in use."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(server.process.pid)], capture_output=True, check=True)
    return int(told.stdout)


def is_well(server: Server) -> None:
    """It runs, answers at once, and has nothing in its log that a developer would have to look at."""
    assert server.process.poll() is None, server.said()[-2000:]
    before = time.monotonic()
    assert server.status("/health/live", AT_ONCE_SECONDS) == 200
    assert time.monotonic() - before < AT_ONCE_SECONDS
    assert "Traceback" not in server.said(), server.said()[-4000:]


@contextmanager
def house(var: Path) -> Iterator[House]:
    ensure_model(ROOT)
    settings = {
        "CONCIERGE_MESSAGES_PER_MINUTE": "100000",  # else it is the limits alone that answer
        "CONCIERGE_SESSIONS_PER_HOUR": "100000",
        "CONCIERGE_REST_SECRET": SECRET,
        "OMP_NUM_THREADS": "1",  # as the supervisor starts them
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": "131072",
        "PYTHONWARNINGS": "ignore",
    }
    started: list[Server] = []
    try:
        with ThreadPoolExecutor(3) as threads:
            starting = [threads.submit(start, name, var, **settings) for name in ("front", "desk", "assistant")]
        started += [server.result() for server in starting if not server.exception()]
        assert len(started) == len(starting), [server.exception() for server in starting]
        yield _furnished(var, *started[:2])
    finally:
        for server in started:
            stop(server)


def _furnished(var: Path, front: Server, desk: Server) -> House:
    with ThreadPoolExecutor(6) as threads:
        opened = list(threads.map(_conversation, [front] * 12))
        threads.map(_warm, [front] * 3)
    engine = open_engine(f"sqlite:///{var / 'concierge.db'}")
    upgrade(engine)
    made = Advisors(engine).create("fuzz", "Fuzz", PASSWORD, "lead")
    other = Advisors(engine).create("ending", "Ending", PASSWORD, "lead")
    with engine.connect() as connection:
        kept = {row.id: row.password_hash for row in connection.execute(advisors.select())}
    sessions = Sessions(engine, Settings(var=var).signing_key)
    cookies = [f"{COOKIE}={sessions.issue(made.id, kept[made.id])}" for _ in range(40)]
    ending = f"{COOKIE}={sessions.issue(other.id, kept[other.id])}"
    signed_in = requests.post(
        f"{address(desk)}/api/login",
        json={"login": "fuzz", "password": PASSWORD},
        headers={"X-Concierge": "desk"},
        timeout=20,
    )
    assert signed_in.status_code == 200, signed_in.text
    cookies[0] = "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())
    log = ConversationLog(engine)
    cases = [_case(log, number) for number in range(40)]
    for case in cases[20:30]:
        Cases(log).claim(case, made.id)
    engine.dispose()
    before = {server.name: resident(server) for server in (front, desk)}
    return House(
        front,
        desk,
        opened,
        [_sender(front) for _ in range(4)],
        cases,
        cookies[:4],
        itertools.cycle(cookies[4:]),
        ending,
        before,
    )


def _case(log: ConversationLog, number: int) -> str:
    conversation = log.open("website", language="en", region="EU")
    log.append(conversation.id, "customer", f"My bag {number} is broken")
    package = {"event": "handoff.initiate"}
    return Cases(log).start(conversation.id, "customer_asked", queue="client_service", package=package).id


def _conversation(front: Server) -> Conversation:
    """One in which a button is offered."""
    site = f"{address(front)}/webhooks/website"
    token = requests.post(f"{site}/sessions", json={"locale": "en", "region": "EU"}, timeout=20).json()["token"]
    shown = {"Authorization": f"Bearer {token}"}
    said = {"client_key": uuid.uuid4().hex, "text": "I want to return something"}
    assert requests.post(f"{site}/messages", json=said, headers=shown, timeout=20).status_code == 202
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        heard = requests.get(f"{site}/events", headers=shown, timeout=20).json()["messages"]
        for message in heard:
            if message["payload"].get("buttons"):
                return Conversation(token, message["seq"])
        time.sleep(0.1)
    raise AssertionError(f"no button was offered: {heard}")


def _sender(front: Server) -> tuple[str, str]:
    sender = f"fuzz-{uuid.uuid4().hex}"
    answer = requests.post(
        f"{address(front)}/webhooks/rest/webhook", json={"sender": sender, "message": "hello"}, timeout=80
    )
    return sender, answer.headers["Concierge-Token"]


def _warm(front: Server) -> None:
    """What is loaded at first use is no growth."""
    sender, token = _sender(front)
    for words in WORDS:
        requests.post(
            f"{address(front)}/webhooks/rest/webhook",
            json={"sender": sender, "message": words},
            headers={"Authorization": f"Bearer {token}"},
            timeout=80,
        )
