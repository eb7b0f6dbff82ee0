"""Guessing passwords is stopped, from one address and from many; an advisor with the right one still gets in."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from concierge.desk.devices import Devices
from tests.desk.conftest import PASSWORD, Desk, start, stop
from tests.postgres import postgres_schema

TIGHT = (
    "import concierge.desk.services as s; from concierge.desk.login_failures import Limit, Limits; "
    "s.LOGIN_LIMITS = Limits(Limit(4, 900.0), Limit(1000, 900.0), Limit(6, 86_400.0), Limit(4, 900.0))"
)

SECRET = "s" * 48


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    """Two replicas over one database, behind a proxy: six failures of a login from anywhere, four of a device."""
    var = tmp_path_factory.mktemp("desk")
    with postgres_schema("desk") if request.param == "postgresql" else contextlib.nullcontext() as schema:
        running = [
            start(var, schema and schema.url(), TIGHT, CONCIERGE_PROXIES="1", CONCIERGE_SECRET=SECRET) for _ in range(2)
        ]
        yield running[0], running[1]
        for each in running:
            stop(each)


def tries(client: httpx.Client, login: str, password: str, address: str) -> int:
    headers = {"X-Forwarded-For": address}
    return client.post("/api/login", json={"login": login, "password": password}, headers=headers).status_code


def attack(desks: tuple[Desk, Desk], login: str, network: str) -> list[int]:
    clients = [desk.anonymous() for desk in desks]
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda n: tries(clients[n % 2], login, f"guess {n}", f"{network}.{n}"), range(30)))


def test_a_known_device_is_let_in_while_guesses_come_from_everywhere(desks: tuple[Desk, Desk]) -> None:
    desk, other = desks
    desk.person("camille")
    mine = desk.anonymous()
    assert tries(mine, "camille", PASSWORD, "192.0.2.1") == 200
    assert mine.post("/api/logout").status_code == 204

    assert sorted(attack(desks, "camille", "198.51.100")) == [401] * 6 + [429] * 24, "counted once for both replicas"
    assert tries(desk.anonymous(), "camille", PASSWORD, "192.0.2.2") == 429, "an unknown device has to wait"
    assert tries(mine, "camille", "a slip", "192.0.2.1") == 401
    assert tries(mine, "camille", PASSWORD, "203.0.113.9") == 200, "a known one does not, wherever it is"
    elsewhere = other.anonymous()
    elsewhere.cookies.update(mine.cookies)
    assert tries(elsewhere, "camille", PASSWORD, "192.0.2.1") == 200, "on another replica"
    assert tries(desk.anonymous(), "camille", PASSWORD, "192.0.2.2") == 429, "that sets no guesser free"


def test_a_stolen_device_cookie_guesses_no_faster(desks: tuple[Desk, Desk]) -> None:
    desks[0].person("robbed")
    mine = desks[0].anonymous()
    assert tries(mine, "robbed", PASSWORD, "192.0.2.20") == 200
    thief = desks[1].anonymous()
    thief.cookies.update({name: value for name, value in mine.cookies.items() if "device" in name})
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: tries(thief, "robbed", f"guess {n}", f"203.0.113.{n}"), range(12)))
    assert sorted(answers) == [401] * 4 + [429] * 8
    assert thief.get("/api/me").status_code == 401, "it opens nothing"


def test_a_device_cookie_is_of_one_login_and_of_this_house(desks: tuple[Desk, Desk]) -> None:
    desk = desks[0]
    desk.person("owner"), desk.person("target")
    mine = desk.anonymous()
    assert tries(mine, "owner", PASSWORD, "192.0.2.30") == 200
    (name,) = [name for name in mine.cookies if "device" in name]
    value = mine.cookies[name]
    assert "owner" not in name
    attack(desks, "target", "198.18.0")
    other = desk.anonymous()
    assert tries(other, "target", PASSWORD, "192.0.2.31") == 429
    (theirs,) = httpx.get(f"{desk.url}/known/{Devices(SECRET).pass_for('target')}").cookies
    for forged in (value, "nonsense", "a.b.c", "é", "[" * 900, value[:-2]):
        headers = {"Cookie": f"{theirs}={forged}".encode(), "X-Forwarded-For": "192.0.2.31"}
        answer = httpx.post(
            f"{desk.url}/api/login",
            json={"login": "target", "password": PASSWORD},
            headers={**headers, "X-Concierge": "desk"},
        )
        assert answer.status_code == 429


def test_a_lead_unlocks_and_the_pass_holds_against_guesses_that_go_on(desks: tuple[Desk, Desk]) -> None:
    desk = desks[0]
    desk.person("antoine")
    attack(desks, "antoine", "198.51.100")
    newcomer = desk.anonymous()
    assert tries(newcomer, "antoine", PASSWORD, "192.0.2.40") == 429

    said = unlock(desk, "Antoine")
    assert said.startswith("6 wrong passwords of antoine are forgiven.")
    address = re.search(r"^/known/\S+$", said, re.MULTILINE)
    assert address
    assert tries(newcomer, "antoine", PASSWORD, "192.0.2.40") == 200

    attack(desks, "antoine", "198.18.1")
    late = desk.anonymous()
    assert tries(late, "antoine", PASSWORD, "192.0.2.41") == 429
    opened = late.get(address[0])
    assert (opened.status_code, opened.headers["location"]) == (302, "../")
    assert late.get("/api/me").status_code == 401, "a pass signs nobody in"
    assert tries(late, "antoine", PASSWORD, "192.0.2.41") == 200
    assert late.get("/known/nonsense").status_code == 404


def test_a_lead_unlocks_a_device_on_which_too_many_slips_were_made(desks: tuple[Desk, Desk]) -> None:
    desk = desks[0]
    desk.person("clumsy")
    mine = desk.anonymous()
    assert tries(mine, "clumsy", PASSWORD, "192.0.2.50") == 200
    assert [tries(mine, "clumsy", f"slip {n}", "192.0.2.50") for n in range(5)] == [401] * 4 + [429]
    assert unlock(desk, "clumsy").startswith("4 wrong passwords")
    assert tries(mine, "clumsy", PASSWORD, "192.0.2.50") == 200


def unlock(desk: Desk, login: str) -> str:
    command = [sys.executable, "-m", "concierge", "advisors", "unlock", login]
    variables = {
        "CONCIERGE_VAR": str(desk.var),
        "CONCIERGE_DATABASE_URL": desk.log.engine.url.render_as_string(hide_password=False),
        "CONCIERGE_SECRET": SECRET,
    }
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == (1 if login == "Nobody" else 0), done.stderr
    return done.stdout or done.stderr


def test_unlocking_nobody_is_a_sentence(desks: tuple[Desk, Desk]) -> None:
    assert "no advisor has the login 'nobody'" in unlock(desks[0], "Nobody")


def test_an_ipv6_network_is_one_however_many_addresses_it_has(desks: tuple[Desk, Desk]) -> None:
    client = desks[0].anonymous()
    answers = [tries(client, "sixth", "x", f"2001:db8:1:2::{n:x}") for n in range(6)]
    assert answers == [401] * 4 + [429] * 2
