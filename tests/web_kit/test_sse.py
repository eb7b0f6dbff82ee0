from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from concierge.web_kit import sse


def test_an_event_is_one_line_of_json_whatever_is_in_it() -> None:
    said = sse.event("message", {"text": "café\n\ndata: x\r </b>", "n": None}, 7)
    assert said == 'id: 7\nevent: message\ndata: {"text":"café\\n\\ndata: x\\r </b>","n":null}\n\n'
    assert sse.event("status", {}) == "event: status\ndata: {}\n\n"


class Response:
    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, events: str) -> None:
        self.sent.append(events)


def test_a_quiet_stream_gives_a_sign_of_life_and_no_other_does(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(sse, "time", SimpleNamespace(monotonic=lambda: now[0]))
    response: Any = Response()
    events = sse.EventStream(response)

    async def live() -> None:
        now[0] = 14.0
        await events.beat()
        assert events.quiet_for_another == pytest.approx(1.0)
        await events.send("event: x\n\n")
        now[0] = 28.0
        await events.beat()
        now[0] = 29.0
        await events.beat()
        assert events.quiet_for_another == sse.HEARTBEAT_SECONDS

    asyncio.run(live())
    assert response.sent == ["event: x\n\n", ": still here\n\n"]
