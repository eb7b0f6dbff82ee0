"""Two fronts behind a real nginx, two assistants, one PostgreSQL: assistants die and are replaced under load.

Customers notice a wait: no request is refused for it, and what was accepted is answered, once.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bench.rest_tokens import RestTokens
from concierge.conversations import ConversationLog
from concierge.settings import ROOT
from concierge.storage.database import open_engine
from concierge.training import ensure_model
from tests.ports import free_port
from tests.postgres import postgres_schema
from tests.trackers import all_events
from tools import cluster, nginx

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.postgres,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc"),
    pytest.mark.skipif(not (nginx.program() and shutil.which("openssl")), reason="needs nginx and openssl"),
]

PAGES, CALLERS = 24, 6
ACCEPTED = PAGES * 10  # messages, at the least: some before, some while, and some after
MOST_SECONDS = 60.0
# What each is asked, and how the one answer begins.
ASKED = {
    "How do I care for leather?": "Keep leather away",
    "When is my card charged?": "Your card is charged",
}
QUESTIONS = list(ASKED)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[cluster.Cluster, Path, str]]:
    ensure_model(ROOT)
    var = tmp_path_factory.mktemp("cluster")
    with postgres_schema("cluster") as schema:
        ports = {name: free_port() for name in ("FRONT", "DESK", "ASSISTANT_HEALTH", "ACTIONS")}
        settings = {
            "CONCIERGE_DATABASE_URL": schema.url(),
            "CONCIERGE_SESSIONS_PER_HOUR": "100000",
            "CONCIERGE_MESSAGES_PER_MINUTE": "100000",
            **{f"CONCIERGE_{name}_PORT": str(port) for name, port in ports.items()},
        }
        started = cluster.start(var, free_port(), environment=settings)
        try:
            yield started, var, schema.url()
        finally:
            assert started.stop() == 0


def assistants(var: Path) -> dict[str, int]:
    """Process ids by the port of their health."""
    mark = f"CONCIERGE_VAR={var}"
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_text().split("\0")
            environment = (entry / "environ").read_text().split("\0")
        except (OSError, UnicodeDecodeError):
            continue
        if mark in environment and command[-2:] == ["assistant", ""]:
            port = next(each for each in environment if each.startswith("CONCIERGE_ASSISTANT_HEALTH_PORT="))
            found[port] = int(entry.name)
    return found


class Load:
    """Pages that post on, and callers of REST that wait for each answer, all by the proxy."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.statuses: Counter[int] = Counter()
        self.accepted: dict[str, list[tuple[int, str]]] = {}
        self.answered: list[tuple[str, list[str]]] = []
        self.slowest = 0.0
        self.killed = False  # an assistant; from then on "typing" is of somebody who may wait for what it was at
        self.typing = False
        self.least: int | None = None  # messages, after which it ends

    @property
    def ended(self) -> bool:
        return self.least is not None and self.number_accepted >= self.least

    @property
    def number_accepted(self) -> int:
        return sum(map(len, self.accepted.values()))

    async def page(self, number: int) -> None:
        opened = await self._post("/website/sessions", {"locale": "en-GB", "region": "EU", "page": "/"})
        shown = {"Authorization": f"Bearer {opened['token']}"}
        kept = self.accepted[opened["conversation"]] = []
        turn = 0
        while not self.ended:
            text = QUESTIONS[(number + turn) % len(QUESTIONS)]
            body = {"client_key": f"{turn}", "text": text}
            kept.append(((await self._post("/website/messages", body, shown))["seq"], text))
            turn += 1
            await asyncio.sleep(0.6)
            known = await self.client.get(f"/webhooks/website/events?after={kept[-1][0]}", headers=shown)
            self.statuses[known.status_code] += 1
            self.typing |= self.killed and known.json()["typing"] == "assistant"

    async def caller(self, number: int) -> None:
        sender, tokens, turn = f"caller-{number}", RestTokens(), 0
        while not self.ended:
            text = QUESTIONS[(number + turn) % len(QUESTIONS)]
            began = time.monotonic()
            headers = tokens.headers(sender)
            answer = await self.client.post(
                "/webhooks/rest/webhook", json={"sender": sender, "message": text}, headers=headers
            )
            self.statuses[answer.status_code] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            tokens.keep(sender, answer.headers)
            self.answered.append((text, [each["text"] for each in answer.json()]))
            turn += 1
            await asyncio.sleep(0.2)

    async def _post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        answer = await self.client.post(f"/webhooks{path}", json=body, headers=headers)
        self.statuses[answer.status_code] += 1
        found: dict[str, Any] = answer.json()
        return found


async def _under_load(started: cluster.Cluster, var: Path) -> Load:
    client = httpx.AsyncClient(
        base_url=f"https://127.0.0.1:{started.port}",
        headers={"Host": nginx.FRONT_NAME},
        verify=False,
        timeout=90,
        limits=httpx.Limits(max_connections=64),
    )
    async with client:
        load = Load(client)
        work = [asyncio.ensure_future(load.page(number)) for number in range(PAGES)]
        work += [asyncio.ensure_future(load.caller(number)) for number in range(CALLERS)]
        await asyncio.sleep(3)
        before = await asyncio.to_thread(assistants, var)
        assert len(before) == 2
        killed, told = before
        os.kill(before[killed], signal.SIGKILL)  # in the middle of its turns
        load.killed = True
        await asyncio.sleep(4)
        os.kill(before[told], signal.SIGTERM)  # as for a new model: what it is at is finished first
        await asyncio.sleep(7)
        load.least = ACCEPTED
        await asyncio.wait_for(asyncio.gather(*work), MOST_SECONDS)
        after = await asyncio.to_thread(assistants, var)
        assert not set(before.values()) & set(after.values())
    return load


def test_assistants_that_are_killed_and_replaced_are_a_wait_and_nothing_else(running) -> None:
    started, var, url = running
    load = asyncio.run(_under_load(started, var))

    assert set(load.statuses) <= {200, 201, 202}, load.statuses
    assert load.number_accepted >= ACCEPTED
    assert load.typing, "who waits is shown that somebody is at it"
    assert load.slowest > 1, "the wait was there"
    for text, said in load.answered:
        assert sum(each.startswith(ASKED[text]) for each in said) == 1, (text, said)

    engine = open_engine(url)
    log = ConversationLog(engine)
    deadline = time.monotonic() + 60
    try:
        while log_waits(engine):
            assert time.monotonic() < deadline, "messages were left"
            time.sleep(0.2)
        for conversation, sent in load.accepted.items():
            rows = log.messages(conversation)
            asked = [(row.seq, row.text) for row in rows if row.role == "customer"]
            assert asked == sent, "what was accepted is there, once"
            for seq, text in sent:
                said = [row.text for row in log.replies_to(conversation, seq)]
                assert sum(each.startswith(ASKED[text]) for each in said) == 1, (text, said)
        with engine.connect() as connection:  # and the assistant's memory has each of them once
            remembered = all_events(connection)
        turns = {each: sum(event["event"] == "user" for event in events) for each, events in remembered.items()}
        assert {each: turns[each] for each in load.accepted} == {
            each: len(sent) for each, sent in load.accepted.items()
        }
    finally:
        engine.dispose()
    for log_file in (var / "log").glob("front*.log"):
        assert "Traceback" not in log_file.read_text(), log_file


def log_waits(engine: sa.engine.Engine) -> bool:
    with engine.connect() as connection:
        waiting = "SELECT count(*) FROM messages WHERE state IN ('new', 'processing')"
        return bool(connection.execute(sa.text(waiting)).scalar_one())
