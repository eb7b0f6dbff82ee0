"""A session that was ended is over: in the other process, after a restart, for a cookie that was kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from concierge.conversations import Advisors, upgrade
from concierge.desk.sessions import COOKIE, Sessions
from concierge.storage.database import open_engine
from tests.desk.conftest import CSRF, PASSWORD, Desk, start, stop
from tests.postgres import postgres_schema


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'concierge.db'}"
        return
    with postgres_schema("desk") as schema:
        yield schema.url()


def me(desk: Desk, token: str) -> int:
    return httpx.get(f"{desk.url}/api/me", cookies={COOKIE: token}).status_code


def test_signing_out_holds_on_the_other_desk_and_after_a_restart(tmp_path: Path, database: str) -> None:
    desks = [start(tmp_path, database, CONCIERGE_SECRET="s" * 48) for _ in range(2)]
    try:
        client = desks[0].client("camille")
        token = client.cookies[COOKIE]
        second = desks[0].anonymous()
        second.post("/api/login", json={"login": "camille", "password": PASSWORD})
        for desk in desks:
            assert me(desk, token) == 200
        with desks[1].stream(_with(desks[1], token)) as stream:
            stream.next("ready")
            assert client.post("/api/logout").status_code == 204
            assert [me(desk, token) for desk in desks] == [401, 401]
            stream.next("signed_out", timeout=12)
        assert second.get("/api/me").status_code == 200, "a session elsewhere is another one"
        desks.append(start(tmp_path, database, CONCIERGE_SECRET="s" * 48))
        assert me(desks[2], token) == 401
        assert me(desks[2], second.cookies[COOKIE]) == 200, "and goes on after a restart"

        desks[1].advisors.set_password("camille", "another long password")
        assert [me(desk, second.cookies[COOKIE]) for desk in desks] == [401] * 3
        third = desks[0].anonymous()
        assert third.post("/api/login", json={"login": "camille", "password": "another long password"}).is_success
        desks[1].advisors.deactivate("camille")
        assert [me(desk, third.cookies[COOKIE]) for desk in desks] == [401] * 3
    finally:
        for desk in desks:
            stop(desk)


def _with(desk: Desk, token: str) -> httpx.Client:
    client = httpx.Client(base_url=desk.url, headers=CSRF, cookies={COOKIE: token})
    desk.clients.append(client)
    return client


def test_a_password_that_changes_while_it_is_checked_opens_no_session(tmp_path: Path, database: str) -> None:
    engine = open_engine(database)
    upgrade(engine)
    advisors, sessions = Advisors(engine), Sessions(engine, "key")
    advisors.create("camille", "Camille", PASSWORD)
    checked = advisors.credential("camille", PASSWORD)
    assert checked
    advisors.set_password("camille", "another long password")
    assert sessions.issue(checked[0].id, checked[1]) is None
    fresh = advisors.credential("camille", "another long password")
    assert fresh
    advisors.deactivate("camille")
    assert sessions.issue(fresh[0].id, fresh[1]) is None
    engine.dispose()


def test_sessions_opened_while_the_password_changes_do_not_survive_it(tmp_path: Path, database: str) -> None:
    engine = open_engine(database)
    upgrade(engine)
    advisors, sessions = Advisors(engine), Sessions(engine, "key")
    advisors.create("camille", "Camille", PASSWORD)
    checked = advisors.credential("camille", PASSWORD)
    assert checked
    with ThreadPoolExecutor(5) as pool:
        opened = [pool.submit(sessions.issue, checked[0].id, checked[1]) for _ in range(30)]
        advisors.set_password("camille", "another long password")
        tokens = [each.result() for each in opened]
    assert [token for token in tokens if sessions.check(token)] == []
    engine.dispose()
