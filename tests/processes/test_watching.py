"""What those who run the product see of it: numbers for Prometheus and JSON lines, and nothing that a customer said."""

from __future__ import annotations

import json
import re
import socket
import time
import urllib.request
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from concierge.settings import ROOT
from concierge.training import ensure_model
from tests.security.servers import Server, start, stop

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SAID = "Where is BA10000003? My name is Xanthippe Quagmire, xanthippe@example.com, card 4242 4242 4242 4242"
PERSONAL = re.compile(r"Xanthippe|Quagmire|@example|4242|BA10000003", re.IGNORECASE)


def numbers(server: Server, path: str = "/metrics") -> dict[str, float]:
    """Samples by name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        text = answer.read().decode()
    assert not PERSONAL.search(text)
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def post(server: Server, path: str, body: object) -> int:
    return httpx.post(f"http://127.0.0.1:{server.port}{path}", json=body, timeout=60).status_code


def test_numbers_and_json_lines_of_a_front_and_an_assistant(tmp_path: Path) -> None:
    ensure_model(ROOT)
    front = start("front", tmp_path, CONCIERGE_LOG_FORMAT="json")
    assistant = start("assistant", tmp_path, CONCIERGE_LOG_FORMAT="json")
    try:
        assert post(front, "/webhooks/rest/webhook", {"sender": "someone", "message": SAID}) == 200
        assert post(front, "/webhooks/rest/nothing/here", {}) == 404
        of_front, of_assistant = numbers(front), numbers(assistant)
        assert of_front["concierge_messages_received_total{channel=rest}"] == 1
        answered = {name: value for name, value in of_front.items() if name.startswith("concierge_http_requests_total")}
        assert sum(value for name, value in answered.items() if "status=200" in name) == 1
        assert answered["concierge_http_requests_total{route=nowhere,status=404}"] == 1
        assert of_front["concierge_http_connections{}"] >= 1
        assert of_assistant["concierge_messages_answered_total{state=done}"] == 1
        assert 0 < of_assistant["concierge_turn_seconds_sum{}"] < 30
        assert of_assistant["concierge_message_wait_seconds_count{}"] == 1
        assert of_assistant["concierge_turns{}"] == 0
        assert of_assistant["process_resident_memory_bytes{}"] > of_front["process_resident_memory_bytes{}"] > 0
        time.sleep(0.2)
    finally:
        stop(front)
        stop(assistant)
    for server in (front, assistant):
        lines = [json.loads(line) for line in server.said().splitlines()]
        assert lines
        for line in lines:
            assert {"time", "level", "logger", "message", "process", "pid"} <= set(line)
            assert line["process"] == server.name
        assert not PERSONAL.search(server.said())
    assert any("masked" in json.loads(line)["message"] for line in front.said().splitlines()), "ids and kinds are there"


def test_a_front_tells_what_assistants_count_that_nothing_reaches(tmp_path: Path) -> None:
    ensure_model(ROOT)
    front = start("front", tmp_path)
    assistants = [start("assistant", tmp_path) for _ in range(2)]
    try:
        assert post(front, "/webhooks/rest/webhook", {"sender": "someone", "message": SAID}) == 200
        deadline, answered = time.monotonic() + 30, {}
        while sum(answered.values()) < 1 and time.monotonic() < deadline:
            time.sleep(0.5)
            told = numbers(front, "/metrics/assistants")
            answered = {name: value for name, value in told.items() if name.startswith("concierge_messages_answered_t")}
        assert [value for name, value in answered.items() if "state=done" in name] == [1]
        memory = [name for name in told if name.startswith("process_resident_memory_bytes")]
        assert memory == [
            f"process_resident_memory_bytes{{process={socket.gethostname()}:{each.process.pid}}}"
            for each in sorted(assistants, key=lambda one: str(one.process.pid))
        ]
        assert told[f"concierge_turns{{process={socket.gethostname()}:{assistants[0].process.pid}}}"] == 0
        stop(assistants.pop())
        assert sum("process_resident_memory" in name for name in numbers(front, "/metrics/assistants")) == 1
    finally:
        for server in (front, *assistants):
            stop(server)
