"""A part that is missing is named; only one that the process cannot do without makes it not ready."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from concierge.settings import ROOT
from concierge.training import ensure_model
from concierge.web_kit.health import Health
from tests.security.servers import start, stop

NOBODY = "postgresql://postgres@127.0.0.1:9/none?connect_timeout=1"


def _ready(port: int) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


@pytest.mark.e2e
def test_without_orders_the_assistant_is_ready_and_says_so(tmp_path: Path) -> None:
    ensure_model(ROOT)
    server = start("assistant", tmp_path, CONCIERGE_ORDERS_URL=NOBODY)
    status, body = _ready(server.port)
    stop(server)
    assert (status, body["ready"]) == (200, True)
    assert body["parts"] == {"model": "ok", "database": "ok", "orders": "not reachable"}


async def test_a_part_that_hangs_is_asked_once_and_not_waited_for() -> None:
    asked = []

    def hang() -> str:
        asked.append(1)
        time.sleep(6)
        return ""

    health = Health({"database": hang, "model": lambda: "not loaded"})
    began = time.monotonic()
    assert await health.ask() == {"database": "no answer", "model": "not loaded"}
    assert await health.ask() == {"database": "no answer", "model": "not loaded"}
    assert time.monotonic() - began < 5.5
    assert len(asked) == 1
