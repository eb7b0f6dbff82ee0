"""What a customer has sent, on the desk: to advisors alone, to be saved, and said where it is not there."""

from __future__ import annotations

from typing import Any

import pillow_heif

from concierge.files import LARGEST, FileStore, Kept
from concierge.settings import Settings
from tests.desk.conftest import Desk
from tests.files.test_files import photo

pillow_heif.register_heif_opener()


def test_a_file_is_saved_by_who_is_signed_in_and_by_nobody_else(desk: Desk) -> None:
    desk.person("opens")
    client: Any = desk.client("opens")
    case = desk.case()
    path = f"/api/cases/{case.id}/files/1"
    none = client.get(path)
    assert (none.status_code, none.json()["error"]) == (404, "no_such_file")
    file_id = desk.log.expect_file(case.conversation_id, 1, "telegram", "photo", "x")
    assert client.get(path).json()["error"] == "file_on_its_way"
    files = FileStore(Settings(_env_file=None, var=desk.var).files)
    name = files.write(case.conversation_id, b"%PDF-1.7")
    desk.log.file_kept(file_id, Kept("file", "application/pdf", name, 8))
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''photo-1.pdf"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert desk.anonymous().get(path).status_code == 401
    files.forget(case.conversation_id)
    assert client.get(path).json()["error"] == "file_not_kept"
    assert client.get("/api/cases/none/files/1").status_code == 404
    for seq in (-1, 0, 2**31, 2**63, -(2**63) - 1):  # some are more than a database takes
        assert client.get(f"/api/cases/{case.id}/files/{seq}").json()["error"] == "no_such_file"


def test_an_advisor_s_file_goes_to_the_customer_of_a_case_of_theirs_once(desk: Desk) -> None:
    desk.person("sends"), desk.person("looks")
    client, other = desk.client("sends"), desk.client("looks")
    case = desk.case(channel="website")
    path = f"/api/cases/{case.id}/files"
    known = {"X-Client-Key": "f1", "X-File-Name": "estimate%20%C3%A9.HEIC", "Content-Type": "application/octet-stream"}

    def send(by: Any = client, content: bytes = photo("HEIF"), **more: str) -> Any:
        return by.post(path, content=content, headers={**known, **more})

    assert send().json()["error"] == "not_claimed"
    client.post(f"/api/cases/{case.id}/claim")
    assert send(other).json()["error"] == "not_yours"
    assert send(desk.anonymous()).status_code == 401
    assert send(**{"X-Concierge": "no"}).status_code == 403
    assert send(**{"X-Client-Key": ""}).json()["error"] == "bad_client_key"
    refused = [(b"", 400), (b"MZ", 415), (photo("JPEG")[:300], 400), (b"%PDF-" + bytes(LARGEST), 413)]
    assert [send(content=each).status_code for each, _ in refused] == [status for _, status in refused]
    store = FileStore(Settings(_env_file=None, var=desk.var).files)
    assert store.names(case.conversation_id) == []

    sent, again = send(), send()
    assert (sent.status_code, again.status_code) == (201, 200)
    message = sent.json()["message"]
    facts = {"kind": "photo", "title": "estimate é.jpg", "media_type": "image/jpeg", "small": True, "state": "kept"}
    assert {key: value for key, value in message["payload"]["file"].items() if key != "size"} == facts
    assert again.json()["message"] == message | {"repeated": True}
    assert (message["role"], message["kind"], message["text"], message["client_key"]) == (
        "advisor",
        "file",
        "[photo]",
        "f1",
    )
    assert len(store.names(case.conversation_id)) == 1
    shown = other.get(f"/api/cases/{case.id}").json()["messages"][-1]
    assert shown["payload"]["file"] == message["payload"]["file"]
    small = other.get(f"{path}/{message['seq']}", params={"small": 1})
    assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")
    whole = other.get(f"{path}/{message['seq']}")
    assert b"Telephone" not in whole.content + small.content
    assert whole.headers["content-disposition"].endswith("estimate%20%C3%A9.jpg")


def test_a_channel_that_takes_none_is_sent_none(desk: Desk) -> None:
    desk.person("asks")
    client = desk.client("asks")
    case = desk.case(channel="rest")
    client.post(f"/api/cases/{case.id}/claim")
    answer = client.post(f"/api/cases/{case.id}/files", content=b"%PDF-1.7", headers={"X-Client-Key": "k"})
    assert answer.json()["error"] == "channel_takes_no_files"
