"""The action server over loopback: private, and discreet when something goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.ports import free_port


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own process: Sanic wants the main thread."""
    port = free_port()
    code = "from actions.server import serve; serve()"
    var = str(tmp_path_factory.mktemp("var"))
    environment = {**os.environ, "CONCIERGE_VAR": var, "CONCIERGE_ACTIONS_PORT": str(port)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, "-c", code], stdout=quiet, stderr=quiet, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            try:
                requests.get(f"{url}/health", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def call(action: str, text: str = "hello", **slots: Any) -> dict[str, Any]:
    message = {"text": text, "intent": {"name": "track_order", "confidence": 1.0}, "entities": []}
    tracker = {
        "sender_id": "c1",
        "slots": slots,
        "latest_message": message,
        "events": [{"event": "user", "text": text, "parse_data": message}],
        "paused": False,
        "active_loop": {},
        "latest_action_name": "action_listen",
        "followup_action": None,
    }
    return {"next_action": action, "sender_id": "c1", "tracker": tracker, "domain": {}, "version": "3.6.21"}


def test_health(address: str) -> None:
    assert requests.get(f"{address}/health", timeout=5).json()["status"] == "ok"


def test_an_action_answers(address: str) -> None:
    answer = requests.post(f"{address}/webhook", json=call("action_task", "where is my order"), timeout=10).json()
    assert {"event": "active_loop", "timestamp": None, "name": "order_form"} in answer["events"]


def test_no_origin_is_allowed(address: str) -> None:
    answer = requests.options(f"{address}/webhook", headers={"Origin": "https://evil.example"}, timeout=5)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_failure_says_nothing_of_the_customer(address: str) -> None:
    broken = call("action_task", "my e-mail is secret@example.com")
    broken["tracker"]["latest_message"]["intent"]["name"] = "no_such_task"
    answer = requests.post(f"{address}/webhook", json=broken, timeout=10)
    assert answer.status_code == 500
    assert answer.json() == {"error": "the action failed", "action_name": "action_task"}


def test_an_unknown_action_is_named_and_nothing_else(address: str) -> None:
    answer = requests.post(f"{address}/webhook", json=call("action_nothing", "secret@example.com"), timeout=10)
    assert answer.status_code == 404
    assert "secret" not in answer.text


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"null"])
def test_what_is_no_call_is_refused(address: str, body: bytes) -> None:
    answer = requests.post(f"{address}/webhook", data=body, timeout=5)
    assert answer.status_code == 400


async def test_a_failure_is_logged_with_ids_only(caplog: pytest.LogCaptureFixture) -> None:
    from actions.executor import HouseActions, answer

    broken = call("action_task", "my e-mail is secret@example.com")
    broken["tracker"]["latest_message"]["intent"]["name"] = "no_such_task"
    executor = HouseActions()
    assert (await answer(executor, json.dumps(broken)))[0] == 500
    assert (await answer(executor, json.dumps(call("action_nothing", "secret@example.com"))))[0] == 404
    logged = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    assert [(name, level) for name, level, _ in logged] == [("actions.executor", "ERROR")] * 2
    assert logged[0][2].startswith("Action action_task failed (conversation c1): KeyError\n")
    assert logged[1][2] == "No action action_nothing (conversation c1)"
    assert "secret" not in caplog.text
    assert "no_such_task" not in caplog.text


def test_importing_the_actions_opens_nothing() -> None:
    code = (
        "from actions.executor import HouseActions; HouseActions()\n"
        "from concierge.dialogue import resources\n"
        "assert not resources.current.cache_info().currsize"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
