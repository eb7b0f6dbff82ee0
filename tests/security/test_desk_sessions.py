"""A session that was ended is over: in the other process, after a restart, for a cookie that was kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from concierge.conversations import Advisors, upgrade
from concierge.desk.sessions import COOKIE, Sessions
from concierge.storage.database import open_engine
from tests.desk.conftest import CSRF, PASSWORD, Desk, start, stop
from tests.postgres import postgres_schema

ANOTHER = "another long password"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'concierge.db'}"
        return
    with postgres_schema("desk") as schema:
        yield schema.url()


def statuses(desks: list[Desk], token: str) -> list[int]:
    """What each desk answers to whoever shows this cookie."""
    return [httpx.get(f"{desk.url}/api/me", cookies={COOKIE: token}).status_code for desk in desks]


def sign_in(desk: Desk, password: str) -> httpx.Client:
    client = desk.anonymous()
    assert client.post("/api/login", json={"login": "camille", "password": password}).is_success
    return client


def test_signing_out_holds_on_the_other_desk_and_after_a_restart(tmp_path: Path, database: str) -> None:
    desks = [start(tmp_path, database, CONCIERGE_SECRET="s" * 48) for _ in range(2)]
    try:
        client = desks[0].client("camille")
        token = client.cookies[COOKIE]
        second = sign_in(desks[0], PASSWORD)
        assert statuses(desks, token) == [200, 200]
        with desks[1].stream(_with(desks[1], token)) as stream:
            stream.next("ready")
            assert client.post("/api/logout").status_code == 204
            assert statuses(desks, token) == [401, 401]
            stream.next("signed_out", timeout=12)
        assert second.get("/api/me").status_code == 200, "a session elsewhere is another one"
        desks.append(start(tmp_path, database, CONCIERGE_SECRET="s" * 48))
        assert statuses(desks[2:], token) == [401]
        assert statuses(desks[2:], second.cookies[COOKIE]) == [200], "and goes on after a restart"

        desks[1].advisors.set_password("camille", ANOTHER)
        assert statuses(desks, second.cookies[COOKIE]) == [401] * 3
        third = sign_in(desks[0], ANOTHER)
        desks[1].advisors.deactivate("camille")
        assert statuses(desks, third.cookies[COOKIE]) == [401] * 3
    finally:
        for desk in desks:
            stop(desk)


def _with(desk: Desk, token: str) -> httpx.Client:
    client = httpx.Client(base_url=desk.url, headers=CSRF, cookies={COOKIE: token})
    desk.clients.append(client)
    return client


class Signing:
    """An advisor whose password was right when it was checked, before anything changed."""

    def __init__(self, database: str) -> None:
        self.engine = open_engine(database)
        upgrade(self.engine)
        self.advisors, self.sessions = Advisors(self.engine), Sessions(self.engine, "key")
        self.advisors.create("camille", "Camille", PASSWORD)
        self.right = self.checked(PASSWORD)

    def checked(self, password: str) -> tuple[str, Any]:
        found = self.advisors.credential("camille", password)
        assert found
        return found[0].id, found[1]


@pytest.fixture
def signing(database: str) -> Iterator[Signing]:
    signing = Signing(database)
    yield signing
    signing.engine.dispose()


def test_a_password_that_changes_while_it_is_checked_opens_no_session(signing: Signing) -> None:
    signing.advisors.set_password("camille", ANOTHER)
    assert signing.sessions.issue(*signing.right) is None
    fresh = signing.checked(ANOTHER)
    signing.advisors.deactivate("camille")
    assert signing.sessions.issue(*fresh) is None


def test_sessions_opened_while_the_password_changes_do_not_survive_it(signing: Signing) -> None:
    with ThreadPoolExecutor(5) as pool:
        opened = [pool.submit(signing.sessions.issue, *signing.right) for _ in range(30)]
        signing.advisors.set_password("camille", ANOTHER)
        tokens = [each.result() for each in opened]
    assert [token for token in tokens if signing.sessions.check(token)] == []
