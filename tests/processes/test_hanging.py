"""When a process counts as hung: it has answered and no longer does, or has not begun to for minutes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from concierge.processes import service
from concierge.processes.service import MISSES, START_SECONDS, Service
from tests.ports import free_port


class Alive(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(service, "ASK_SECONDS", 0.0)
    made = Service("assistant", [], service.LOOPBACK, free_port(), tmp_path / "log", "CONCIERGE_PORT", {})
    made.started = time.monotonic()
    return made


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def asked(one: Service, threads: ThreadPoolExecutor, times: int) -> bool:
    """Whether it counts as hung once it has been asked so often."""
    found = False
    for _ in range(times):
        found = one.hung(threads)
        threads.submit(int).result()
        found = one.hung(threads)
    return found


def test_one_that_is_still_starting_is_left_alone(one: Service, threads: ThreadPoolExecutor) -> None:
    """On a busy machine the assistant takes a minute to load: ended before, it would never come up."""
    assert not asked(one, threads, MISSES + 3)
    one.started -= START_SECONDS
    assert asked(one, threads, 1), "but not for ever"


def test_one_that_has_answered_and_does_not_any_more_hangs(one: Service, threads: ThreadPoolExecutor) -> None:
    server = HTTPServer((one.host, one.port), Alive)
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    assert not asked(one, threads, MISSES + 1)
    server.shutdown()
    server.server_close()
    running.join()
    assert not asked(one, threads, MISSES - 1)
    assert asked(one, threads, 1)


def test_a_new_start_has_its_time_again(one: Service, threads: ThreadPoolExecutor) -> None:
    one.answered, one.command = True, ["true"]
    one.start({}, 0)
    assert one.process is not None
    one.process.wait()
    assert not asked(one, threads, MISSES + 1)
