"""The product's processes: when one hangs, when their supervisor is killed, and when they are told to stop."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from concierge.settings import ROOT
from concierge.training import ensure_model
from tests.e2e.conftest import Product, start_product, stop_product
from tests.e2e.test_run import processes
from tests.security.servers import start, stop

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc"),
]


def _within(seconds: float, true: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def _status(port: int, path: str = "/health/live") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return int(answer.status)
    except OSError:
        return 0


def _gone(product: Product, *names: str) -> bool:
    return not set(names) & set(processes(product))


@pytest.mark.timeout(240)
def test_what_hangs_is_restarted_and_nothing_survives_its_supervisor(tmp_path: Path) -> None:
    product = start_product(tmp_path)
    try:
        before = processes(product)
        os.kill(before["desk"], signal.SIGSTOP)
        assert _within(60, lambda: processes(product).get("desk") not in (None, before["desk"]))
        assert _within(30, lambda: _status(product.desk_port, "/health/ready") == 200)
        assert processes(product)["assistant"] == before["assistant"], "what answers is left alone"

        # Killed outright: those that run stop by themselves, the one that hangs is ended by the next start.
        os.kill(processes(product)["desk"], signal.SIGSTOP)
        product.process.kill()
        product.process.wait()
        assert _within(40, lambda: _gone(product, "run", "front", "assistant"))
        assert "desk" in processes(product)
    finally:
        if product.process.poll() is None:
            stop_product(product)
    ports = {"CONCIERGE_FRONT_PORT": product.front_port, "CONCIERGE_DESK_PORT": product.desk_port}
    again = start_product(tmp_path, **{name: str(port) for name, port in ports.items()})
    try:
        assert "left behind" in again.output
        assert _status(product.desk_port, "/health/ready") == 200
    finally:
        stop_product(again)
    assert processes(again) == {}


@pytest.mark.timeout(180)
def test_what_is_in_flight_is_answered_before_the_end(tmp_path: Path) -> None:
    ensure_model(ROOT)
    server, assistant = start("front", tmp_path), start("assistant", tmp_path)
    url = f"http://127.0.0.1:{server.port}/webhooks/rest/webhook"
    begun = threading.Barrier(61)

    def ask(number: int) -> list[dict[str, str]]:
        body = json.dumps({"sender": f"in-flight-{number}", "message": "how long do I have to return a bag"}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        begun.wait()
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: list[dict[str, str]] = json.load(answer)
            return found

    with ThreadPoolExecutor(60) as pool:
        asked = [pool.submit(ask, number) for number in range(60)]
        begun.wait()
        time.sleep(0.15)  # sent, and not yet answered
        server.process.terminate()
        answers = [each.result() for each in asked]
    assert all("30" in answer[0]["text"] for answer in answers), answers
    assert server.process.wait(40) == 0
    assert _status(server.port) == 0
    stop(assistant)


def test_a_stream_does_not_keep_a_server_from_stopping(tmp_path: Path) -> None:
    server = start("front", tmp_path)
    base = f"http://127.0.0.1:{server.port}/webhooks/website"
    opened = urllib.request.Request(f"{base}/sessions", b"{}", {"Content-Type": "application/json"})
    with urllib.request.urlopen(opened, timeout=10) as answer:
        token = json.load(answer)["token"]
    stream = urllib.request.Request(f"{base}/stream", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(stream, timeout=20) as following:
        assert following.readline().startswith(b"retry")
        began = time.monotonic()
        server.process.terminate()
        assert server.process.wait(20) == 0
    assert time.monotonic() - began < 8
