"""The proxy's configuration in deploy/, run as it stands in front of both servers. Skipped where nginx is missing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from concierge.conversations import Advisors, ConversationLog, upgrade
from concierge.settings import ROOT
from concierge.storage.database import open_engine
from concierge.training import ensure_model
from tests.ports import free_port
from tests.security.servers import start, stop
from tools import nginx

PASSWORD = "a long enough password"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not (nginx.program() and shutil.which("openssl")), reason="needs nginx and openssl"),
]


@dataclass
class Front:
    customers: httpx.Client
    desk: httpx.Client
    log: ConversationLog


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
    engine = open_engine(f"sqlite:///{folder / 'concierge.db'}")
    upgrade(engine)
    Advisors(engine).create("camille", "Camille", PASSWORD)
    proxy = nginx.start(folder / "nginx", free_port(), [servers[0].port], servers[1].port)
    try:
        with (
            _client(nginx.FRONT_NAME, proxy.port) as customers,
            _client(nginx.DESK_NAME, proxy.port) as desk,
        ):
            yield Front(customers, desk, ConversationLog(engine))
    finally:
        proxy.stop()
        engine.dispose()
        for server in servers:
            stop(server)


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
        assert client.get("/metrics").status_code == 404
    long = {"client_key": "k", "text": "x" * 1_200_000}
    assert front.customers.post("/webhooks/website/messages", json=long).status_code == 413


def test_the_desk_knows_that_it_is_reached_by_tls(front: Front) -> None:
    page = {"X-Concierge": "desk", "Origin": f"https://{nginx.DESK_NAME}", "Sec-Fetch-Site": "same-origin"}
    signed_in = front.desk.post("/api/login", json={"login": "camille", "password": PASSWORD}, headers=page)
    assert signed_in.status_code == 200
    assert all("Secure" in cookie for cookie in signed_in.headers.get_list("set-cookie"))
    assert "max-age" in signed_in.headers["strict-transport-security"]
    elsewhere = {**page, "Origin": "https://evil.example"}
    assert front.desk.post("/api/logout", headers=elsewhere).status_code == 403
