"""Accounts: invited, changed and shut by administrators, looked after by their owners, and all of it on record."""

from __future__ import annotations

import io
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from concierge.conversations.second_factor import code_at
from concierge.desk import commands
from tests.desk.conftest import PASSWORD, Desk

NEW = "another long password"


def admin(desk: Desk) -> httpx.Client:
    desk.person("root", "admin")
    return desk.client("root")


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


def sign_in(desk: Desk, login: str, password: str, **more: str) -> httpx.Response:
    client = desk.anonymous()
    return client.post("/api/login", json={"login": login, "password": password, **more})


def test_somebody_is_invited_and_chooses_a_password(desk: Desk) -> None:
    boss = admin(desk)
    made = boss.post("/api/people", json={"login": "odette", "name": "Odette", "role": "lead"}).json()
    token = made["invitation"].removeprefix("#invitation/")
    assert told(boss.post("/api/people", json={"login": "odette", "name": "O", "role": "lead"})) == (409, "taken")
    nobody = desk.anonymous()
    assert told(nobody.post("/api/invitation", json={"token": token, "password": "short"})) == (400, "weak_password")
    assert nobody.post("/api/invitation", json={"token": token, "password": NEW}).json() == {"login": "odette"}
    assert told(nobody.post("/api/invitation", json={"token": token, "password": PASSWORD})) == (404, "not_found")
    assert sign_in(desk, "odette", NEW).json()["advisor"]["role"] == "lead"
    person = next(each for each in boss.get("/api/people").json()["people"] if each["login"] == "odette")
    assert (person["active"], person["second_factor"], person["sessions"]) == (True, False, 1)


def test_an_administrator_changes_accounts_and_each_change_ends_their_sessions(desk: Desk) -> None:
    boss = admin(desk)
    person = desk.person("henri")
    path = f"/api/people/{person.id}"
    for deed in ({"deed": "role", "role": "lead"}, {"deed": "sign_out"}, {"deed": "invite"}):
        theirs = desk.anonymous()
        assert theirs.post("/api/login", json={"login": "henri", "password": PASSWORD}).status_code == 200
        assert boss.post(path, json=deed).status_code == 200
        assert theirs.get("/api/me").status_code == 401
    assert sign_in(desk, "henri", PASSWORD).json()["advisor"]["role"] == "lead"
    boss.post(path, json={"deed": "deactivate"})
    assert sign_in(desk, "henri", PASSWORD).status_code == 401
    boss.post(path, json={"deed": "activate"})
    assert sign_in(desk, "henri", PASSWORD).status_code == 200
    own = f"/api/people/{desk.people['root'].id}"
    assert told(boss.post(own, json={"deed": "deactivate"})) == (409, "own_account")
    assert told(boss.post(path, json={"deed": "praise"})) == (400, "bad_request")
    assert told(boss.post(path, json={"deed": "role", "role": "king"})) == (400, "bad_request")
    assert told(boss.post("/api/people/nobody", json={"deed": "sign_out"})) == (404, "not_found")


@pytest.mark.parametrize("role", ["advisor", "lead"])
def test_nobody_else_sees_or_changes_accounts(desk: Desk, role: str) -> None:
    desk.person(f"plain-{role}", role)
    client = desk.client(f"plain-{role}")
    for answer in (
        client.get("/api/people"),
        client.get("/api/audit"),
        client.get("/api/audit?format=csv"),
        client.post("/api/people", json={"login": "x", "name": "X", "role": "admin"}),
        client.post(f"/api/people/{desk.people[f'plain-{role}'].id}", json={"deed": "role", "role": "admin"}),
    ):
        assert told(answer) == (403, "admins_only")


def test_a_second_factor_is_asked_for_and_each_code_is_good_once(desk: Desk) -> None:
    desk.person("suzanne")
    client = desk.client("suzanne")
    secret = client.post("/api/second-factor/new").json()["secret"]

    def code(steps: int = 0) -> str:
        return code_at(secret, int(time.time() // 30) + steps)

    wanted = {"password": PASSWORD, "secret": secret, "code": code()}
    assert told(client.post("/api/second-factor", json={**wanted, "password": "guess"})) == (403, "wrong_password")
    assert told(client.post("/api/second-factor", json={**wanted, "code": "12"})) == (400, "wrong_code")
    assert client.post("/api/second-factor", json=wanted).json()["second_factor"]
    assert told(sign_in(desk, "suzanne", PASSWORD)) == (401, "code_needed")
    assert told(sign_in(desk, "suzanne", "a wrong password", code=code())) == (401, "wrong_login")
    assert told(sign_in(desk, "suzanne", PASSWORD, code="000000")) == (401, "wrong_login")
    used = code()
    assert sign_in(desk, "suzanne", PASSWORD, code=used).status_code == 200
    assert told(sign_in(desk, "suzanne", PASSWORD, code=used)) == (401, "wrong_login")
    admin(desk).post(f"/api/people/{desk.people['suzanne'].id}", json={"deed": "second_factor_off"})
    assert sign_in(desk, "suzanne", PASSWORD).status_code == 200


def test_sessions_are_seen_and_ended_and_a_new_password_ends_the_others(desk: Desk) -> None:
    desk.person("paul")
    clients = [desk.anonymous(**{"User-Agent": f"Browser {number}"}) for number in range(3)]
    for each in clients:
        each.post("/api/login", json={"login": "paul", "password": PASSWORD})
    here, other, third = clients
    sessions = here.get("/api/account").json()["sessions"]
    assert {each["browser"] for each in sessions} == {"Browser 0", "Browser 1", "Browser 2"}
    assert [each["browser"] for each in sessions if each["current"]] == ["Browser 0"]
    theirs = next(each["id"] for each in sessions if each["browser"] == "Browser 1")
    assert len(here.post("/api/sessions/end", json={"id": theirs}).json()["sessions"]) == 2
    assert (other.get("/api/me").status_code, third.get("/api/me").status_code) == (401, 200)
    assert told(here.post("/api/password", json={"password": "guess", "new": NEW})) == (403, "wrong_password")
    assert told(here.post("/api/password", json={"password": PASSWORD, "new": "short"})) == (400, "weak_password")
    left = here.post("/api/password", json={"password": PASSWORD, "new": NEW}).json()["sessions"]
    assert [each["current"] for each in left] == [True]
    assert (here.get("/api/me").status_code, third.get("/api/me").status_code) == (200, 401)
    assert sign_in(desk, "paul", NEW).status_code == 200


def test_what_was_done_is_on_record(desk: Desk) -> None:
    boss = admin(desk)
    person = desk.person("=cmd")
    boss.post(f"/api/people/{person.id}", json={"deed": "sign_out"})
    case = desk.case()
    holder = desk.client("camille")
    holder.post(f"/api/cases/{case.id}/claim")
    holder.post(f"/api/cases/{case.id}/reveal")
    holder.post("/api/search", json={"words": "claire@example.com"})
    found = boss.get("/api/audit", params={"words": "sign_out cmd"}).json()
    assert [(each["by"], each["what"], each["whom"]) for each in found] == [("root", "sign_out", "=cmd")]
    seen = boss.get("/api/audit", params={"words": f"camille {case.id}"}).json()
    assert [each["what"] for each in seen] == ["details_revealed"]
    everything = boss.get("/api/audit").json()
    assert {"signed_in", "details_looked_up"} <= {each["what"] for each in everything}
    assert "claire@example.com" not in str(everything)
    sheet = boss.get("/api/audit", params={"format": "csv", "words": "cmd"})
    assert sheet.headers["content-disposition"].startswith("attachment")
    assert "'=cmd" in sheet.text, "no spreadsheet takes it for a formula"


def test_what_is_done_on_the_machine_is_on_record_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = f"sqlite:///{tmp_path / 'concierge.db'}"
    monkeypatch.setattr(commands, "get_settings", lambda: SimpleNamespace(database=database))

    def run(*words: str) -> Result:
        return CliRunner().invoke(commands.advisors, words)

    for words in (
        ("add", "Odette", "--name", "Odette", "--role", "lead", "--password", PASSWORD),
        ("password", "odette", "--password", NEW),
        ("role", "odette", "advisor"),
        ("skills", "Odette", "--languages", "it,fr", "--queues", "vip", "--capacity", "4"),
    ):
        assert run(*words).exit_code == 0, words
    assert "(off, 0 of 4 cases: fr it vip)" in run("list").output
    assert "no klingon among the languages" in run("skills", "odette", "--languages", "klingon").output
    taken = run("add", "odette", "--name", "O", "--password", PASSWORD)
    assert (taken.exit_code, "is taken" in taken.output) == (1, True)
    record = [line.split(",")[2:] for line in run("audit", "--words", "odette").output.splitlines()[1:]]
    assert record.pop(0) == ["skills", "odette", "it fr vip 4"]
    assert record == [["role", "odette", "advisor"], ["password_changed", "odette", ""], ["added", "odette", "lead"]]


def test_a_portrait_is_the_middle_of_a_photo_and_small(desk: Desk) -> None:
    mine, photo = desk.client("camille"), io.BytesIO()
    Image.new("RGB", (800, 400), "navy").save(photo, "PNG")
    assert mine.get("/api/account").json()["portrait"] == ""
    kept = mine.post("/api/portrait", content=photo.getvalue()).json()["portrait"]
    shown = mine.get(f"/api/portraits/{kept}")
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (160, 160))
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert told(mine.post("/api/portrait", content=b"%PDF-1.7 no photo")) == (415, "file_unknown_kind")
    assert mine.get("/api/account").json()["portrait"] == kept
    assert mine.post("/api/portrait").json()["portrait"] == ""
    assert mine.get(f"/api/portraits/{kept}").status_code == 404
