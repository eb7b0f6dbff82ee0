"""Who gets in, who does not, and what a page elsewhere can do in an advisor's name: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import pytest

from concierge.desk.limits import FailureLimit
from concierge.desk.sessions import COOKIE
from tests.desk.conftest import PASSWORD, Desk, start, stop


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
    """Behind a proxy, so that a test can come from any address; three failures of a login, five of an address."""
    limits = "import concierge.desk.services as s; s.LOGIN_FAILURES = (3, 900.0); s.NETWORK_FAILURES = (5, 900.0)"
    running = start(tmp_path_factory.mktemp("desk"), before=limits, CONCIERGE_PROXIES="1")
    running.person("camille")
    running.person("antoine")
    yield running
    stop(running)


def tries(client: httpx.Client, login: str, password: str, address: str) -> httpx.Response:
    body = {"login": login, "password": password}
    return client.post("/api/login", json=body, headers={"X-Forwarded-For": address})


def test_guessing_one_login_is_stopped(strict: Desk) -> None:
    client = strict.anonymous()
    assert [tries(client, "camille", "wrong", f"198.51.100.{n}").status_code for n in range(3)] == [401] * 3
    stopped = tries(client, "camille", PASSWORD, "198.51.100.9")
    assert (stopped.status_code, stopped.json()["error"]) == (429, "too_many_tries")
    assert 0 < int(stopped.headers["retry-after"]) <= 900
    assert "minutes" in stopped.json()["message"]
    assert tries(client, "antoine", PASSWORD, "198.51.100.0").status_code == 200, "another login goes on"


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
        answers = list(pool.map(lambda n: tries(client, "burst", "x", f"203.0.113.{n + 100}").status_code, range(12)))
    assert sorted(answers) == [401] * 3 + [429] * 9


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


def test_failures_are_forgotten_in_time() -> None:
    now = [0.0]
    limit = FailureLimit(2, 60, keys=2, clock=lambda: now[0])
    limit.count("a")
    limit.count("a")
    assert limit.wait("a") == 60
    now[0] = 45
    assert limit.wait("a") == 15
    now[0] = 61
    assert limit.wait("a") == 0
    for other in ("b", "c", "d"):
        limit.count(other)
    assert len(limit._failures) == 2
