"""The real servers, each a process of its own, and a socket to speak to them without good manners."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from concierge.settings import ROOT
from tests.front import python
from tests.ports import free_port

START_SECONDS = 90  # of an assistant, on a machine that is busy with others
PATHS = {"front": "/webhooks/rest/webhook", "desk": "/api/login"}
PORTS = {"front": "FRONT_PORT", "desk": "DESK_PORT", "assistant": "ASSISTANT_HEALTH_PORT"}


@dataclass
class Server:
    """One of our processes on a port of its own."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def post(self) -> str:
        """A path that takes POST without a login."""
        return PATHS[self.name]

    def raw(self, request: bytes, seconds: float = 5.0) -> bytes:
        """All that is answered to these bytes until the server closes, or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(request)
            answered = b""
            try:
                while part := connection.recv(65536):
                    answered += part
            except (TimeoutError, ConnectionResetError):
                pass
        return answered

    def status(self, path: str = "/health/live", seconds: float = 5.0) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=seconds) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    def said(self) -> str:
        return self.log.read_text(errors="replace")


def status_of(answer: bytes) -> int:
    found = re.match(rb"HTTP/1.1 (\d{3}) ", answer)
    return int(found[1]) if found else 0


def start(name: str, var: Path, **extra: str) -> Server:
    """Starts ``concierge NAME`` and waits until it is ready."""
    port = free_port()
    log = var / f"{name}.log"
    environment = {**os.environ, "CONCIERGE_VAR": str(var), f"CONCIERGE_{PORTS[name]}": str(port), **extra}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [python(name), "-m", "concierge", name],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    server = Server(name, port, process, log)
    until_ready(server)
    return server


def until_ready(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.said()
        try:
            if server.status("/health/ready") == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    server.process.kill()
    raise AssertionError(f"{server.name} was not ready in time:\n{server.said()}")


def stop(server: Server) -> None:
    server.process.terminate()
    try:
        server.process.wait(20)
    except subprocess.TimeoutExpired:
        server.process.kill()
        raise
