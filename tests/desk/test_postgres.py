"""The desk over PostgreSQL, in a schema of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.desk.conftest import Desk, start, stop
from tests.postgres import postgres_schema

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with postgres_schema("desk") as schema:
        running = start(tmp_path_factory.mktemp("desk"), schema.url())
        yield running
        stop(running)


def test_one_advisor_wins(desk: Desk) -> None:
    clients = [desk.client("camille"), desk.client("antoine")]
    case = desk.case()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: clients[n % 2].post(f"/api/cases/{case.id}/claim"), range(50)))
    assert {answer.status_code for answer in answers} == {200, 409}
    assert len({answer.json()["case"]["advisor"]["name"] for answer in answers if answer.status_code == 200}) == 1


def test_the_whole_way_of_a_case(desk: Desk) -> None:
    client = desk.client("camille")
    with desk.stream(client) as stream:
        stream.next("ready")
        begun = time.monotonic()
        case = desk.case(package={"event": "handoff.initiate"})
        _, seen = stream.case(case.id)
        assert seen - begun < 0.5
        opened = client.get(f"/api/cases/{case.id}").json()
        assert opened["package_problem"]
        assert opened["case"]["position"] >= 1
        client.post(f"/api/cases/{case.id}/claim")
        desk.log.append(case.conversation_id, "customer", "Hello? I am at claire@example.com")
        stream.said("Hello? I am at c••••@example.com")
        sent = {"client_key": "one", "text": "Good morning 😀\x00"}
        assert client.post(f"/api/cases/{case.id}/messages", json=sent).status_code == 201
        assert client.post(f"/api/cases/{case.id}/messages", json=sent).status_code == 200
        assert client.post(f"/api/cases/{case.id}/reveal").json()["revealed"] is True
        assert client.post(f"/api/cases/{case.id}/typing").status_code == 204
        assert client.post(f"/api/cases/{case.id}/hand-back", json={"note": "Done"}).status_code == 200
        stream.said("Good morning 😀")
    closed = client.get("/api/cases", params={"closed": 1}).json()
    assert [row["status"] for row in closed if row["id"] == case.id] == ["returned"]


def test_what_is_searched_counted_and_kept(desk: Desk) -> None:
    desk.person("root", "admin")
    boss, client = desk.client("root"), desk.client("camille")
    case = desk.case("The zipper of my pochette is torn")
    path = f"/api/cases/{case.id}"
    client.post(f"{path}/claim")
    client.post(f"{path}/notes", json={"client_key": "n", "text": "Préfère Montréal"})
    assert client.post(f"{path}/draft", json={"kind": "reply", "text": "Dear"}).status_code == 204
    assert client.post(f"{path}/draft", json={"kind": "reply", "text": "Dear Claire"}).status_code == 204
    assert client.get(path).json()["drafts"] == {"reply": "Dear Claire"}
    for words in ("ZIPPER torn", "montréal"):
        assert [row["id"] for row in client.post("/api/search", json={"words": words}).json()] == [case.id]
    client.post(f"{path}/messages", json={"client_key": "m", "text": "Good morning"})
    client.post(f"{path}/resolve", json={"note": "Done"})
    assert client.post(f"{path}/reopen").status_code == 200
    assert boss.post(f"{path}/take-over", json={}).status_code == 200
    desk.cases.end(case.conversation_id)
    assert boss.get(path).json()["case"]["customer_gone"]
    counted = boss.get("/api/figures").json()
    assert counted["first_reply"]["count"] >= 1
    invited = boss.post("/api/people", json={"login": "nina", "name": "Nina", "role": "advisor"}).json()
    assert invited["invitation"]
    assert boss.get("/api/audit", params={"words": "invited nina"}).json()[0]["by"] == "root"
