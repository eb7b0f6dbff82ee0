"""``concierge run`` as an operator meets it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from concierge.settings import ROOT
from tests.e2e.conftest import Product, start_product, stop_product
from tests.ports import free_port

pytestmark = pytest.mark.e2e
# Of the assistant 476 were seen, 24 of them since its examples doubled, and again once all were made whole; 60 are the
# second encoder, 25 libraries that Rasa imports and we do not use.
MEGABYTES = {"assistant": 470, "front": 90}  # 81 seen: 24 are Sanic and asyncio, 13 the languages, 8 Alembic


def processes(product: Product) -> dict[str, int]:
    """Name → process id of this product's services and their supervisor, told apart by their environment."""
    mark = f"CONCIERGE_VAR={product.var}".encode()
    found: dict[str, int] = {}
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark in environment and b"concierge" in command:
            found[command[command.index(b"concierge") + 1].decode()] = int(entry.name)
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")
@pytest.mark.parametrize(
    ("actions", "services", "victim"),
    [
        ("embedded", {"front", "desk", "assistant"}, "desk"),
        ("server", {"front", "desk", "assistant", "actions"}, "actions"),
    ],
)
def test_one_product_stops_as_a_whole_and_restarts_what_dies(tmp_path, actions, services, victim):
    product = start_product(tmp_path, CONCIERGE_ACTIONS=actions)
    try:
        running = processes(product)
        assert set(running) == {"run", *services}

        for kind, most in MEGABYTES.items():
            status = Path(f"/proc/{running[kind]}/status").read_text()
            resident = next(line for line in status.splitlines() if "VmRSS" in line)
            assert int(resident.split()[1]) / 1024 < most, kind

        port = {"desk": product.desk_port, "actions": product.actions_port}[victim]
        os.kill(running[victim], signal.SIGKILL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
                if processes(product).get(victim) != running[victim]:
                    break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail(f"the {victim} was not started again")
    finally:
        stop_product(product)
    assert product.process.returncode == 0
    assert processes(product) == {}
    for port in (product.front_port, product.desk_port, product.actions_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_says_which_and_what_to_do(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = {
            **os.environ,
            "CONCIERGE_VAR": str(tmp_path),
            "CONCIERGE_FRONT_PORT": str(free_port()),
            "CONCIERGE_ASSISTANT_HEALTH_PORT": str(free_port()),
            "CONCIERGE_ACTIONS_PORT": str(free_port()),
            "CONCIERGE_DESK_PORT": str(port),
        }
        result = subprocess.run(
            [sys.executable, "-m", "concierge", "run"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert result.returncode == 1
    assert str(port) in result.stderr
    assert "CONCIERGE_DESK_PORT=" in result.stderr
