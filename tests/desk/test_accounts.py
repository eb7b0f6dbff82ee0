"""Who gets in, who does not, and what a page elsewhere can do in an advisor's name: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import jwt
import pytest
import sqlalchemy as sa

from concierge.conversations import upgrade
from concierge.conversations.schema import login_failures
from concierge.desk.login_failures import Limit, Limits, LoginFailures
from concierge.desk.sessions import COOKIE
from concierge.storage.database import open_engine
from tests.desk.conftest import PASSWORD, Desk, start, stop

STRICT = (
    "import concierge.desk.services as s; from concierge.desk.login_failures import Limit, Limits; "
    "s.LOGIN_LIMITS = Limits(Limit(3, 900.0), Limit(5, 900.0), Limit(6, 86_400.0), Limit(3, 900.0))"
)


def test_signing_in_and_out(desk: Desk) -> None:
    client = desk.client("visitor")
    assert client.get("/api/me").json()["advisor"]["name"] == "Visitor"
    token = client.cookies[COOKIE]
    assert client.post("/api/logout").status_code == 204
    assert client.get("/api/me").status_code == 401
    again = httpx.get(f"{desk.url}/api/me", cookies={COOKIE: token})
    assert again.status_code == 401, "a cookie that was kept does not outlive the logout"


def test_the_cookie_is_closed_to_scripts_and_other_sites(desk: Desk) -> None:
    desk.person("camille")
    answer = desk.anonymous().post("/api/login", json={"login": " Camille ", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Max-Age=36000" in cookie
    assert "Path=/" in cookie


@pytest.mark.parametrize(
    "path", ["/api/me", "/api/cases", "/api/cases?closed=1", "/api/cases/x", "/api/stream", "/api/nothing"]
)
def test_nothing_is_read_without_signing_in(desk: Desk, path: str) -> None:
    answer = desk.anonymous().get(path)
    assert (answer.status_code, answer.json()["error"]) == (401, "signed_out")


@pytest.mark.parametrize("action", ["claim", "messages", "hand-back", "resolve", "typing", "reveal"])
def test_nothing_is_written_without_signing_in(desk: Desk, action: str) -> None:
    case = desk.case()
    answer = desk.anonymous().post(f"/api/cases/{case.id}/{action}", json={"client_key": "k", "text": "x"})
    assert answer.status_code == 401
    assert desk.cases.get(case.id).status == "queued"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Concierge": ""},
        {"X-Concierge": "widget"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1.elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_elsewhere_writes_nothing(desk: Desk, headers: dict[str, str]) -> None:
    client = desk.client("camille")
    case = desk.case()
    answer = client.post(f"/api/cases/{case.id}/claim", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (403, "not_from_here")
    assert desk.cases.get(case.id).status == "queued"
    answer = client.post("/api/login", json={"login": "camille", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403


def test_the_desks_own_origin_may_write(desk: Desk) -> None:
    client = desk.client("camille")
    headers = {"Origin": desk.url, "Sec-Fetch-Site": "same-origin"}
    assert client.post(f"/api/cases/{desk.case().id}/claim", headers=headers).status_code == 200


def test_no_other_origin_is_let_in_by_cors(desk: Desk) -> None:
    answer = desk.anonymous().options(
        "/api/cases", headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    )
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", jwt.encode({"sub": "x", "aud": "desk"}, "y" * 40)])
def test_a_cookie_that_is_not_ours(desk: Desk, token: str) -> None:
    assert httpx.get(f"{desk.url}/api/me", cookies={COOKIE: token}).status_code == 401


def test_a_changed_cookie(desk: Desk) -> None:
    client = desk.client("camille")
    token = client.cookies[COOKIE]
    other = jwt.encode(
        {**jwt.decode(token, options={"verify_signature": False}), "sub": desk.person("antoine").id}, "k" * 40
    )
    head, _, signature = token.split(".")
    for forged in (f"{head}.{other.split('.')[1]}.{signature}", f"{token}x", token[:-1]):
        assert httpx.get(f"{desk.url}/api/me", cookies={COOKIE: forged}).status_code == 401


def test_a_deactivated_advisors_cookie_stops_working(desk: Desk) -> None:
    client = desk.client("leaver")
    case = desk.case()
    assert client.get("/api/cases").status_code == 200
    desk.advisors.deactivate("leaver")
    assert client.get("/api/cases").status_code == 401
    assert client.post(f"/api/cases/{case.id}/claim").status_code == 401
    answer = desk.anonymous().post("/api/login", json={"login": "leaver", "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]) == (401, "wrong_login")


def test_a_new_password_ends_the_old_sessions(desk: Desk) -> None:
    client = desk.client("forgetful")
    desk.advisors.set_password("forgetful", "another long password")
    assert client.get("/api/me").status_code == 401


@pytest.mark.parametrize("body", [{}, {"login": "camille"}, {"login": "", "password": ""}, {"login": 1, "password": 2}])
def test_an_incomplete_login(desk: Desk, body: dict[str, object]) -> None:
    answer = desk.anonymous().post("/api/login", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "incomplete")


def test_odd_logins_are_just_wrong(desk: Desk) -> None:
    client = desk.anonymous()
    for login in ("x" * 5000, "' OR 1=1 --", "camille\u0000", "😀"):
        answer = client.post("/api/login", json={"login": login, "password": "wrong"})
        assert (answer.status_code, answer.json()["error"]) == (401, "wrong_login")


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Behind a proxy, so that a test can come from any address.

    Three failures of a login from one address or device, five of an address, six of a login from anywhere.
    """
    running = start(tmp_path_factory.mktemp("desk"), before=STRICT, CONCIERGE_PROXIES="1")
    running.person("camille")
    running.person("antoine")
    yield running
    stop(running)


def tries(client: httpx.Client, login: str, password: str, address: str) -> httpx.Response:
    body = {"login": login, "password": password}
    return client.post("/api/login", json=body, headers={"X-Forwarded-For": address})


def test_guessing_one_login_is_stopped(strict: Desk) -> None:
    client = strict.anonymous()
    assert [tries(client, "camille", "wrong", "198.51.100.1").status_code for n in range(3)] == [401] * 3
    stopped = tries(client, "camille", PASSWORD, "198.51.100.1")
    assert (stopped.status_code, stopped.json()["error"]) == (429, "too_many_tries")
    assert 0 < int(stopped.headers["retry-after"]) <= 900
    assert "minutes" in stopped.json()["message"]
    assert tries(client, "antoine", PASSWORD, "198.51.100.1").status_code == 200, "another login goes on"
    assert tries(client, "camille", PASSWORD, "198.51.100.2").status_code == 200, "and so does this one elsewhere"


def test_guessing_many_logins_from_one_address_is_stopped(strict: Desk) -> None:
    client = strict.anonymous()
    assert [tries(client, f"guess{n}", "x", "203.0.113.1").status_code for n in range(6)] == [401] * 5 + [429]
    assert tries(client, "antoine", PASSWORD, "203.0.113.1").status_code == 429
    claimed = "192.0.2.1, 203.0.113.1"
    assert tries(client, "antoine", PASSWORD, claimed).status_code == 429, "what the client itself says is not believed"
    assert tries(client, "antoine", PASSWORD, "203.0.113.2").status_code == 200


def test_a_burst_of_guesses_does_not_slip_by(strict: Desk) -> None:
    client = strict.anonymous()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: tries(client, "burst", "x", "203.0.113.100").status_code, range(12)))
        spread = list(pool.map(lambda n: tries(client, "wide", "x", f"203.0.113.{n + 101}").status_code, range(12)))
    assert sorted(answers) == [401] * 3 + [429] * 9
    assert sorted(spread) == [401] * 6 + [429] * 6


def test_behind_a_proxy_that_ends_tls(strict: Desk) -> None:
    proxy = {
        "X-Forwarded-For": "203.0.113.3",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "desk.example.com",
        "Origin": "https://desk.example.com",
    }
    answer = strict.anonymous(**proxy).post("/api/login", json={"login": "antoine", "password": PASSWORD})
    assert answer.status_code == 200
    assert "; Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_guesses_spread_over_two_desks_are_stopped(strict: Desk) -> None:
    """Two processes over one database, as behind a proxy that takes them in turn."""
    second = start(strict.var, before=STRICT, CONCIERGE_PROXIES="1")
    try:
        strict.person("spread")
        desks = [strict.anonymous(), second.anonymous()]
        guesses = [tries(desks[n % 2], "spread", "wrong", f"198.51.100.{n + 20}").status_code for n in range(7)]
        assert guesses == [401] * 6 + [429]
        stopped = tries(desks[0], "spread", PASSWORD, "198.51.100.30")
        assert stopped.status_code == 429
        assert "24 hours" in stopped.json()["message"]
        with ThreadPoolExecutor(8) as pool:
            burst = pool.map(lambda n: tries(desks[n % 2], "both", "x", "198.51.100.40").status_code, range(8))
        assert sorted(burst) == [401] * 3 + [429] * 5
    finally:
        stop(second)


def test_a_login_that_succeeds_forgives_the_failures_before_it(strict: Desk) -> None:
    client = strict.anonymous()
    strict.person("hasty")
    for _ in range(2):
        assert [tries(client, "hasty", "wrong", "198.51.100.60").status_code for _ in range(2)] == [401] * 2
        assert tries(client, "hasty", PASSWORD, "198.51.100.60").status_code == 200


def test_neither_logins_nor_addresses_are_stored(strict: Desk) -> None:
    tries(strict.anonymous(), "secretive", "wrong", "198.51.100.70")
    with strict.log.engine.connect() as connection:
        rows = connection.execute(sa.select(login_failures)).mappings().all()
    assert rows
    assert not [row for row in rows if "secretive" in str(row) or "198.51.100" in str(row)]


def test_failures_are_forgotten_in_time(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    upgrade(engine)
    at = [datetime(2026, 3, 10, tzinfo=timezone.utc)]
    limits = Limits(Limit(2, 60), Limit(3, 60), Limit(2, 60), Limit(2, 60))
    failures = LoginFailures(engine, "key", limits, clock=lambda _: at[0])

    def wait(login: str, network: str = "here") -> float:
        attempt = failures.begin(login, network)
        failures.undo(attempt)
        return attempt.wait

    failures.begin("a", "here")
    failures.begin("a", "here")
    assert wait("a", "elsewhere") == 60
    assert wait("b") == 0
    failures.begin("b", "here")
    assert wait("c") == 60, "of the network"
    at[0] += timedelta(seconds=45)
    assert wait("a") == 15
    at[0] += timedelta(seconds=15)
    assert wait("a") == 0
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(login_failures)).scalar() == 0
    engine.dispose()
