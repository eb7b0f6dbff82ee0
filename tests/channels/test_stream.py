"""A page's stream: what it is shown at once, and when the database is asked again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from concierge.channels import revalidation
from concierge.channels import stream as streams
from concierge.channels.reception import Reception
from concierge.channels.stream import stream
from concierge.conversations import upgrade
from concierge.settings import Settings
from concierge.web_kit import sse
from tests.postgres import postgres_schema

PATIENCE = 0.4


class Page:
    """Sanic's request and its answer without end: what a page has been sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def respond(self, **_: Any) -> Page:
        return self

    async def send(self, events: str) -> None:
        self.sent.append(events)

    async def eof(self) -> None:
        self.sent.append("end")

    @property
    def messages(self) -> list[str]:
        lines = "".join(self.sent).split("\n")
        found = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
        return [f"{each['seq']} {each['text']}" for each in found if "seq" in each]

    async def has(self, *messages: str) -> None:
        for _ in range(200):
            if self.messages == list(messages):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(self.messages)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def reception(request: Any, tmp_path: Path) -> AsyncIterator[Reception]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'log.db'}"
        yield await _made(tmp_path, url)
        return
    with postgres_schema("stream") as schema:
        yield await _made(tmp_path, schema.url())


async def _made(folder: Path, url: str) -> Reception:
    made = Reception(Settings(_env_file=None, var=folder, database_url=url))
    upgrade(made.engine)
    return made


class Open:
    def __init__(self, reception: Reception) -> None:
        self.reception, self.page, self.looks = reception, Page(), 0
        self.id = reception.log.open("website").id
        self._look = reception.view.look
        self.is_in_order = True
        reception.view.look = self.look  # type: ignore[method-assign]

    def look(self, *args: Any) -> Any:
        self.looks += 1
        if not self.is_in_order:
            raise OSError("the database is out of reach")
        return self._look(*args)

    async def __aenter__(self) -> Open:
        request: Any = self.page
        self._task = asyncio.create_task(stream(request, self.reception, self.id, 0, {}))
        for _ in range(200):
            if any("event: status" in each for each in self.page.sent):
                return self
            await asyncio.sleep(0.02)
        raise AssertionError("it does not open")

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.reception.revalidation.close()
        await self.reception.close()


async def test_a_page_has_what_it_has_sent_before_the_database_is_asked_again(reception: Reception) -> None:
    async with Open(reception) as page:
        await asyncio.sleep(0.3)  # until the watch is on
        page.is_in_order = False
        await reception.receive(page.id, "good morning", client_key="page.1")
        await page.page.has("1 good morning")
        page.is_in_order = True
        reception.log.append(page.id, "assistant", "how can I help")
        await page.page.has("1 good morning", "2 how can I help")
        assert '"typing":"assistant"' in "".join(page.page.sent)


async def test_what_others_have_said_before_comes_before(reception: Reception) -> None:
    async with Open(reception) as page:
        await asyncio.sleep(0.3)
        listeners, reception.log.listeners = reception.log.listeners, []
        reception.log.append(page.id, "assistant", "one")
        reception.log.listeners = listeners
        await reception.receive(page.id, "two")
        await reception.receive(page.id, "three")
        await page.page.has("1 one", "2 two", "3 three")


async def test_a_page_that_is_told_of_nothing_is_not_read_again_unless_something_has_changed(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", PATIENCE)
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", PATIENCE)
    monkeypatch.setattr(revalidation, "_GATHERED_SECONDS", 0.05)
    async with Open(reception) as page:
        await asyncio.sleep(1)
        looks = page.looks
        await asyncio.sleep(4 * PATIENCE)
        assert page.looks == looks
        assert page.page.sent.count(": still here\n\n") >= 3
        reception.log.listeners = []  # what is said now is told to nobody
        reception.log.bell = reception.log.wakes = None
        await reception.run(reception.log.append, page.id, "assistant", "unheard of")
        await page.page.has("1 unheard of")


async def test_where_nobody_can_tell_whether_something_has_changed_each_looks(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", PATIENCE)
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", PATIENCE)
    monkeypatch.setattr(revalidation, "_GATHERED_SECONDS", 0.05)

    def fails(*_: object) -> None:
        raise OSError("the database is out of reach")

    async with Open(reception) as page:
        await asyncio.sleep(1)
        looks = page.looks
        monkeypatch.setattr(revalidation, "standings", fails)
        await asyncio.sleep(3 * PATIENCE)
        assert page.looks > looks
