"""What a customer has sent, on the desk: to advisors alone, to be saved, and said where it is not there."""

from __future__ import annotations

from typing import Any

from concierge.files import FileStore
from concierge.settings import Settings
from tests.desk.conftest import Desk


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
    desk.log.file_kept(file_id, name, "application/pdf", 8)
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7")
    assert answer.headers["content-disposition"] == 'attachment; filename="photo-1.pdf"'
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert desk.anonymous().get(path).status_code == 401
    files.forget(case.conversation_id)
    assert client.get(path).json()["error"] == "file_not_kept"
    assert client.get("/api/cases/none/files/1").status_code == 404
