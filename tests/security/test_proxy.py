"""SECURITY.md's example for nginx, run as it stands in front of both servers. Skipped where nginx is not installed."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from concierge.conversations import Advisors, ConversationLog, upgrade
from concierge.settings import ROOT
from concierge.storage.database import open_engine
from concierge.training import ensure_model
from tests.security.servers import free_port, start, stop

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
PASSWORD = "a long enough password"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not (NGINX and OPENSSL), reason="needs nginx and openssl"),
]


@dataclass
class Front:
    customers: httpx.Client
    desk: httpx.Client
    log: ConversationLog


def _example(folder: Path, ports: dict[str, int]) -> Path:
    """The block of SECURITY.md, with our certificate and ports: nothing else is changed."""
    found = re.search(r"```nginx\n(.*?)```", (ROOT / "SECURITY.md").read_text("utf-8"), re.DOTALL)
    assert found
    block = re.sub(r"/etc/ssl/\w+\.(pem|key)", rf"{folder}/own.\1", found[1])
    for written, ours in (("listen 443", "443"), ("127.0.0.1:5005", "5005"), ("127.0.0.1:5006", "5006")):
        assert written in block
        block = block.replace(written, written.replace(ours, str(ports[ours])))
    block = block.replace("listen ", "listen 127.0.0.1:")
    spool = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    written = folder / "nginx.conf"
    written.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; {spool}\n{block}\n}}\n"
    )
    return written


def _client(name: str, port: int) -> httpx.Client:
    return httpx.Client(
        base_url=f"https://127.0.0.1:{port}",
        headers={"Host": name},
        verify=False,
        timeout=20,
    )


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    ensure_model(ROOT)
    folder = tmp_path_factory.mktemp("proxy")
    settings = {"CONCIERGE_PROXIES": "1", "CONCIERGE_SESSIONS_PER_HOUR": "3"}
    servers = [start(name, folder, **settings) for name in ("front", "desk")]
    ports = {"443": free_port(), "5005": servers[0].port, "5006": servers[1].port}
    subprocess.run(
        [
            *(str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=example.com", "-days", "2"),
            *("-keyout", str(folder / "own.key"), "-out", str(folder / "own.pem")),
        ],
        check=True,
        capture_output=True,
    )
    engine = open_engine(f"sqlite:///{folder / 'concierge.db'}")
    upgrade(engine)
    Advisors(engine).create("camille", "Camille", PASSWORD)
    proxy = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(_example(folder, ports))])
    try:
        _wait(ports["443"], proxy, folder)
        with (
            _client("assistant.example.com", ports["443"]) as customers,
            _client("desk.example.com", ports["443"]) as desk,
        ):
            yield Front(customers, desk, ConversationLog(engine))
    finally:
        proxy.terminate()
        proxy.wait(10)
        engine.dispose()
        for server in servers:
            stop(server)


def _wait(port: int, proxy: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert proxy.poll() is None, (folder / "error.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx did not listen")


def test_an_invented_address_is_put_aside_and_a_stream_comes_as_it_is_written(front: Front) -> None:
    opened = [
        front.customers.post("/webhooks/website/sessions", json={}, headers={"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(4)
    ]
    assert [answer.status_code for answer in opened] == [201, 201, 201, 429]
    shown = {"Authorization": f"Bearer {opened[0].json()['token']}"}
    with front.customers.stream("GET", "/webhooks/website/stream", headers=shown) as answer:
        lines, before = answer.iter_lines(), time.monotonic()
        assert next(lines).startswith("retry:")
        said = front.customers.post(
            "/webhooks/website/messages", json={"client_key": "k", "text": "hello"}, headers=shown
        )
        assert said.status_code == 202
        assert any('"hello"' in line for line in lines)
        assert time.monotonic() - before < 5


def test_health_is_not_for_everybody_and_bodies_have_an_end(front: Front) -> None:
    for client in (front.customers, front.desk):
        assert client.get("/health/ready").status_code == 404
        assert client.get("/health").status_code == 404
    long = {"client_key": "k", "text": "x" * 1_200_000}
    assert front.customers.post("/webhooks/website/messages", json=long).status_code == 413


def test_the_desk_knows_that_it_is_reached_by_tls(front: Front) -> None:
    page = {"X-Concierge": "desk", "Origin": "https://desk.example.com", "Sec-Fetch-Site": "same-origin"}
    signed_in = front.desk.post("/api/login", json={"login": "camille", "password": PASSWORD}, headers=page)
    assert signed_in.status_code == 200
    assert all("Secure" in cookie for cookie in signed_in.headers.get_list("set-cookie"))
    assert "max-age" in signed_in.headers["strict-transport-security"]
    elsewhere = {**page, "Origin": "https://evil.example"}
    assert front.desk.post("/api/logout", headers=elsewhere).status_code == 403
